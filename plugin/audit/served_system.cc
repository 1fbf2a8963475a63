#include "audit/served_system.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "audit/fold_server.h"
#include "audit/private_release.h"
#include "core/watch.h"
#include "recommend/popularity.h"

namespace recveil::audit {
namespace {

using recommend::kNoItem;
constexpr std::size_t kNegatives = 99;

// Publishes, then fills lists one user at a time, as a host would.
class Server {
 public:
  Server(const recveil_audit_services &library, const Host &host, const ServingOptions &options,
         TrainedFolds &trained)
      : library_(library),
        engine_(library, options),
        everybody_folded_in_(options.defense == "fold_in"),
        host_(host),
        k_(options.list_length),
        n_folds_(options.defense == "private" ? 1 : options.folds),
        asked_(host.trained.n_items) {
    if (options.defense == "private") {
      folds_.emplace(library, engine_, host);  // and the pool of its noisy counts
    } else {
      const auto counts = recommend::popularity(host.trained);
      recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
      popularity.counts = counts.data();
      popularity.n_items = counts.size();
      engine_.check(library_.publish_popularity(engine_.get(), &popularity));
    }
    engine_.check(library_.publish_users(engine_.get(), RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE,
                                         host.trained_users.data(), host.trained_users.size()));
    std::size_t needed = 0;
    engine_.check(library_.pool_read(engine_.get(), 0, nullptr, 0, &needed, nullptr));
    pool_.resize(needed);
    engine_.check(
        library_.pool_read(engine_.get(), 0, pool_.data(), pool_.size(), nullptr, nullptr));
    place_.assign(host.trained.n_items, kNoItem);
    for (std::uint32_t p = 0; p < pool_.size(); ++p) place_[pool_[p]] = p;
    positions_.resize(k_);
    if (options.defense == "cross_fit") {
      folds_.emplace(library, engine_, host, options.folds, trained);
    }
  }

  // What person u is shown. scores: of all items where a model ranked them, else untouched; says
  // whether it did.
  bool serve(std::size_t u, std::vector<std::uint32_t> &shown, std::vector<float> &scores,
             std::vector<std::uint32_t> &host_ns, std::vector<std::uint32_t> &pool_ns) {
    return serve(host_.users[u], host_.served.row(u), u, shown, scores, host_ns, pool_ns);
  }

  // The list alone: only its first places are ranked, where the model needs nothing else.
  void show(std::size_t u, std::vector<std::uint32_t> &shown) {
    std::vector<std::uint32_t> host_ns, pool_ns;
    const bool by_history = folds_ || everybody_folded_in_;
    serve(host_.users[u], host_.served.row(u),
          by_history ? std::nullopt : std::optional<std::size_t>(u), shown, asked_, host_ns,
          pool_ns);
  }

  // What the floor takes: nothing without folds.
  FloorCost floor_cost(std::uint32_t floor) const {
    FloorCost out;
    if (n_folds_ == 1 || !folds_) return out;
    const auto n = static_cast<double>(folds_->models().size());
    for (const recommend::FoldModel &model : folds_->models()) {
      double held = 0, items = 0, all = 0, interactions = 0;
      for (const std::uint32_t support : model.support) {
        held += support > 0 ? 1 : 0;
        items += support > 0 && support < floor ? 1 : 0;
        all += support;
        interactions += support < floor ? support : 0;
      }
      out.items += items / std::max(held, 1.0) / n;
      out.interactions += interactions / std::max(all, 1.0) / n;
    }
    double next = 0, lost = 0;
    for (std::size_t u = 0; u < host_.users.size(); ++u) {
      if (host_.held_out[u] == kNoItem) continue;
      const auto &model = folds_->models()[folds_->fold_of(host_.users[u])];
      ++next;
      lost += model.support[host_.held_out[u]] < floor ? 1 : 0;
    }
    out.next_items = lost / std::max(next, 1.0);
    return out;
  }

  // Any user, with any history.
  Accounts accounts() {
    Accounts out;
    out.folds = folds_ ? n_folds_ : 1;
    out.fold_of = [this](std::uint64_t user) { return folds_ ? folds_->fold_of(user) : 0; };
    out.ask = [this](std::uint64_t user, std::span<const std::uint32_t> history,
                     std::vector<std::uint32_t> &shown) {
      std::vector<std::uint32_t> host_ns, pool_ns;  // not those of people
      serve(user, history, std::nullopt, shown, asked_, host_ns, pool_ns);
    };
    return out;
  }

 private:
  // row: of the person in the host's data; none: all that matters is the first places.
  bool serve(std::uint64_t user, std::span<const std::uint32_t> history,
             std::optional<std::size_t> row, std::vector<std::uint32_t> &shown,
             std::vector<float> &scores, std::vector<std::uint32_t> &host_ns,
             std::vector<std::uint32_t> &pool_ns) {
    pulse();
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    recveil_request request = RECVEIL_REQUEST_INIT;
    request.user = user;
    request.n_history = static_cast<std::uint32_t>(history.size());
    // Folded in like a member: the same path for everybody.
    if (everybody_folded_in_) request.membership = RECVEIL_MEMBERSHIP_MEMBER;
    request.epoch = 1;  // not the clock's: the same audit gives the same lists tomorrow
    recveil_decision decision = RECVEIL_DECISION_INIT;
    engine_.check(library_.route(engine_.get(), &request, &decision));
    auto spent = Clock::now() - start;

    const bool from_pool = decision.path == RECVEIL_PATH_POOL;
    ranked_.clear();
    seen_.clear();
    if (from_pool) {
      for (const std::uint32_t item : history) {
        if (place_[item] != kNoItem) seen_.push_back(place_[item]);
      }
    } else if (decision.path == RECVEIL_PATH_FOLD) {
      if (row) {
        folds_->rank(decision, history, ranked_, scores);
      } else {
        folds_->rank(decision, history, k_, ranked_);
      }
    } else {
      rank_by_host(row, history, scores);
    }
    recveil_page page = RECVEIL_PAGE_INIT;
    page.n_host = static_cast<std::uint32_t>(ranked_.size());
    page.k = k_;
    page.seen = seen_.data();
    page.n_seen = static_cast<std::uint32_t>(seen_.size());
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions_.data();
    const auto resumed = Clock::now();
    engine_.check(library_.serve(engine_.get(), &decision, &page, &slate));
    spent += Clock::now() - resumed;
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
    (from_pool ? pool_ns : host_ns)
        .push_back(static_cast<std::uint32_t>(
            std::min<std::int64_t>(ns, std::numeric_limits<std::uint32_t>::max())));

    shown.clear();
    for (std::uint32_t i = 0; i < slate.n_filled; ++i) {
      const std::uint32_t position = positions_[i];
      shown.push_back(from_pool ? pool_[position] : ranked_[position]);
    }
    return !from_pool;
  }

  void rank_by_host(std::optional<std::size_t> row, std::span<const std::uint32_t> history,
                    std::vector<float> &scores) {
    if (everybody_folded_in_) {
      host_.model->score(history, scores);
    } else {
      host_.model->score_trained(row.value(), history, scores);
    }
    std::vector<float> copy = scores;
    recommend::top_k_unseen(copy, history, k_, ranked_);
  }

  const recveil_audit_services &library_;
  Engine engine_;
  bool everybody_folded_in_;
  const Host &host_;
  std::uint32_t k_, n_folds_;
  std::optional<FoldServer> folds_;
  std::vector<std::uint32_t> pool_;
  std::vector<std::uint32_t> place_;  // of an item in the pool
  std::vector<std::uint32_t> ranked_, seen_, positions_;
  std::vector<float> asked_;  // scores of who has no row
};

}  // namespace

Served serve_everybody(const recveil_audit_services &library, const Host &host,
                       const ServingOptions &options, TrainedFolds &trained, const Visit &visit) {
  Server server(library, host, options, trained);
  Served out;
  const std::uint32_t n_items = host.trained.n_items;
  attack::Population &people = out.population;
  people.histories = host.known;
  people.lists.n_items = n_items;
  std::vector<float> scores(n_items);
  std::vector<std::uint32_t> shown;
  for (std::size_t u = 0; u < host.users.size(); ++u) {
    const bool member = u < host.members;
    const bool scored = server.serve(u, shown, scores, out.host_ns, out.pool_ns);
    people.lists.append(shown);
    people.member.push_back(member ? 1 : 0);

    const std::uint32_t item = host.held_out[u];
    if (item == kNoItem) continue;
    const auto history = host.served.row(u);
    recommend::add_list(member ? out.members : out.non_members, shown, item);
    if (n_items < history.size() + 1 + kNegatives) continue;  // too few to rank against
    if (!scored) {
      // What a list says about 99 negatives: what it shows comes first, in its order.
      std::fill(scores.begin(), scores.end(), 0.0f);
      for (std::size_t i = 0; i < shown.size(); ++i) {
        scores[shown[i]] = static_cast<float>(shown.size() - i);
      }
    }
    recommend::add_sampled(
        member ? out.members_99 : out.non_members_99, scores, item,
        recommend::sample_negatives(n_items, history, item, options.seed, host.users[u]));
  }
  out.items_shown = static_cast<double>(items_shown(people.lists));
  out.floor_cost = server.floor_cost(options.support_floor);
  if (visit) visit(server.accounts());
  return out;
}

RankedLists serve_some(const recveil_audit_services &library, const Host &host,
                       const ServingOptions &options, const std::vector<std::uint32_t> &rows) {
  TrainedFolds trained;
  Server server(library, host, options, trained);
  RankedLists out;
  out.n_items = host.trained.n_items;
  std::vector<std::uint32_t> shown;
  for (const std::uint32_t row : rows) {
    server.show(row, shown);
    out.append(shown);
  }
  return out;
}

}  // namespace recveil::audit
