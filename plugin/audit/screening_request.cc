#include "audit/screening_request.h"

#include <algorithm>
#include <array>

#include "audit/request_fields.h"

namespace recveil::audit {
namespace {

using namespace fields;

constexpr std::array<std::string_view, 9> kClaimed{"random",
                                                   "average",
                                                   "bandwagon",
                                                   "segment",
                                                   "average_over_popular",
                                                   "popularity_sampled",
                                                   "template_copy",
                                                   "user_mix",
                                                   "hidano_naive"};

// Those of `all` that are named, in the order of `all`.
template <class Row>
std::vector<Row> named(const std::vector<Row> &all, const std::vector<std::string> &names) {
  std::vector<Row> out;
  for (const Row &row : all) {
    if (std::find(names.begin(), names.end(), row.name) != names.end()) out.push_back(row);
  }
  return out;
}

template <class Rows>
std::vector<std::string> names_of(const Rows &rows) {
  std::vector<std::string> out;
  for (const auto &row : rows) out.emplace_back(row.name);
  return out;
}

constexpr std::size_t kFirstOnce = 13;  // profiles from this one on run once: pga and evasions

}  // namespace

std::vector<ScreeningAttack> screening_attacks() {
  std::vector<ScreeningAttack> out;
  for (const attack::Profile &profile : attack::profiles()) {
    const bool claimed =
        std::find(kClaimed.begin(), kClaimed.end(), profile.name) != kClaimed.end();
    out.push_back({std::string(profile.name), profile, claimed});
    out.back().once = out.size() >= kFirstOnce;
    if (profile.push == attack::Push::three_each) out.back().target = "unpopular_20";
  }
  out.push_back({"unknown_mix", attack::find_profile("user_mix"), false});
  out.back().profile.donors = attack::Donors::unseen;
  for (const std::string_view fillers : {"random", "average", "template_copy"}) {
    out.push_back({"nuke_" + std::string(fillers), attack::find_profile(fillers), false});
    out.back().profile.push = attack::Push::at_minimum;
  }
  for (const std::string_view fillers :
       {"random", "average", "segment", "template_copy", "cooccurrence_walk", "surrogate_top"}) {
    out.push_back({"popular_" + std::string(fillers), attack::find_profile(fillers), false,
                   "popular_1", true});
  }
  return out;
}

ScreeningRequest parse_screening_request(const fields::Json &object) {
  const Fields given(object, request::keys_of("screening"));
  ScreeningRequest request;
  request.data = given.word("data");
  request.defense = given.word("defense");
  request.adversary = given.word("adversary");

  const std::vector<ScreeningAttack> all = screening_attacks();
  std::vector<std::string> usual;
  for (const ScreeningAttack &attack : all) {
    if (attack.claimed || request.adversary == "adaptive") usual.push_back(attack.name);
  }
  const auto kinds = target_kinds();
  std::vector<std::string> usual_kinds = names_of(kinds);
  if (request.adversary == "naive") std::erase(usual_kinds, "spread_5");
  const auto given_or = [&](const char *key, const std::vector<std::string> &names,
                            const std::vector<std::string> &otherwise) {
    return given.has(key) ? given.words(key, names) : otherwise;
  };
  request.attacks = named(all, given_or("attacks", names_of(all), usual));
  request.targets = named(std::vector<TargetKind>(kinds.begin(), kinds.end()),
                          given_or("targets", names_of(kinds), usual_kinds));
  request.sizes = given.numbers("sizes");
  request.injection_rate = given.number("injection_rate");
  request.seeds = given.whole_32("seeds");
  request.first_seed = given.whole("first_seed");
  request.repeats = given.whole_32("repeats");
  request.batches = given.numbers("batches");
  request.scenes = given.flag("scenes");
  request.impact_splits = given.whole_32("impact_splits");
  if (request.impact_splits > request.seeds) {
    refuse("impact_splits", "must be from 0 to " + std::to_string(request.seeds) + ", not " +
                                std::to_string(request.impact_splits));
  }
  request.recommender = given.word("recommender");
  request.dimension = given.whole_32("dimension");
  request.margin = given.number("margin");
  return request;
}

}  // namespace recveil::audit
