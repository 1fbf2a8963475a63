#include "audit/systems.h"

#include "recommend/als.h"
#include "recommend/ials.h"
#include "recommend/item_cf.h"
#include "recommend/popularity.h"

namespace recveil::audit {
namespace {

std::unique_ptr<recommend::Recommender> train(const Request &request, const Interactions &members,
                                              std::uint64_t seed) {
  if (request.recommender == "popularity") return recommend::train_popularity(members);
  if (request.recommender == "item_cf") return recommend::train_item_cf(members);
  if (request.recommender == "als") {
    recommend::AlsOptions options;
    options.d = request.dimension;
    options.seed = seed;
    return recommend::train_als(members, options);
  }
  // Hu et al. with confidence 1 + 4, settled on one split of lastfm-2k before any attack ran.
  recommend::IalsOptions options;
  options.d = request.dimension;
  options.loss = {.observed_weight = 5,
                  .unobserved_weight = 1,
                  .regularization = 10,
                  .regularization_exponent = 0};
  options.sweeps = 6;
  options.seed = seed;
  return recommend::train_ials(members, options);
}

template <class T>
void append(std::vector<T> &to, const std::vector<T> &from) {
  to.insert(to.end(), from.begin(), from.end());
}

void append(Interactions &to, const Interactions &from) {
  for (std::size_t u = 0; u < from.n_users(); ++u) to.append(from.row(u));
}

void append(Served &to, const Served &from) {
  append(to.population.histories, from.population.histories);
  append(to.population.lists, from.population.lists);
  append(to.population.member, from.population.member);
  append(to.host_ns, from.host_ns);
  append(to.pool_ns, from.pool_ns);
  to.members += from.members;
  to.non_members += from.non_members;
  to.members_99 += from.members_99;
  to.non_members_99 += from.non_members_99;
}

}  // namespace

Systems::Systems(const recveil_audit_services &library, const Request &request,
                 const recommend::HoldOut &held_out, const People &people, std::uint64_t seed)
    : library_(library), request_(request), seed_(seed) {
  systems_.push_back(make(held_out, people.members, people.non_members));
  if (request.activity == "balanced") {
    systems_.push_back(make(held_out, people.non_members, people.members));
  }
}

Systems::System Systems::make(const recommend::HoldOut &held_out,
                              const std::vector<std::uint32_t> &members,
                              const std::vector<std::uint32_t> &non_members) const {
  System out{held_out.history.select(members), held_out.history.select(non_members), {}, {}};
  for (const auto *part : {&members, &non_members}) {
    for (const std::uint32_t user : *part) out.held_out.push_back(held_out.item[user]);
  }
  out.model = train(request_, out.members, seed_);
  return out;
}

Served Systems::serve(const std::string &defense) const {
  Served out;
  for (std::size_t s = 0; s < systems_.size(); ++s) {
    const System &system = systems_[s];
    // Each system has a key of its own.
    Served served = serve_everybody(
        library_, *system.model, system.members, system.non_members, system.held_out,
        {defense, request_.list_length, request_.ratio, seed_ + (std::uint64_t{s} << 32)});
    if (s == 0) {
      out = std::move(served);
    } else {
      append(out, served);
    }
  }
  return out;
}

}  // namespace recveil::audit
