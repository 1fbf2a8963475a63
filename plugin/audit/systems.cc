#include "audit/systems.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "audit/task_pool.h"
#include "audit/trainer.h"
#include "core/random.h"
#include "core/watch.h"

namespace recveil::audit {
namespace {

// What models are trained on of every history where people go on after the training: the first of
// it, or any of it where times are not known.
constexpr double kTrainedShare = 0.8;

std::vector<std::uint32_t> trained_part(const recommend::HoldOut &held_out, std::uint32_t user,
                                        std::uint64_t seed) {
  const auto row = held_out.history.row(user);
  std::vector<std::uint32_t> out(row.begin(), row.end());
  if (!held_out.by_time) Rng(seed, (std::uint64_t{1} << 33) + user).shuffle(out);
  out.resize(static_cast<std::size_t>(kTrainedShare * static_cast<double>(row.size())));
  return out;
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
  append(to.probes.one, from.probes.one);
  append(to.probes.paired, from.probes.paired);
  to.floor_cost.items = (to.floor_cost.items + from.floor_cost.items) / 2;  // of two systems
  to.floor_cost.interactions = (to.floor_cost.interactions + from.floor_cost.interactions) / 2;
  to.floor_cost.next_items = (to.floor_cost.next_items + from.floor_cost.next_items) / 2;
  to.items_shown = (to.items_shown + from.items_shown) / 2;  // of two systems
  to.members += from.members;
  to.non_members += from.non_members;
  to.members_99 += from.members_99;
  to.non_members_99 += from.non_members_99;
}

}  // namespace

Systems::Systems(const recveil_audit_services &library, const Request &request,
                 const recommend::HoldOut &held_out, const People &people, std::uint64_t seed,
                 unsigned threads)
    : library_(library), request_(request), held_out_(held_out), seed_(seed), threads_(threads) {
  const Side sides[] = {{people.members, people.seen_members},
                        {people.non_members, people.seen_non_members}};
  members_ = people.members.size();
  for (const Side &side : sides) {
    rest_.insert(rest_.end(), side.users.begin() + static_cast<std::ptrdiff_t>(side.seen),
                 side.users.end());
  }
  hosts_.resize(request.activity == "balanced" ? 2 : 1);
  run_tasks(
      hosts_.size(), threads, [&](std::size_t h) { hosts_[h] = make(sides[h], sides[1 - h]); },
      [](double) {});
}

// The share of a history that an attacker knows: items at random; and the item taken next, where
// the attacker knows what the recommender does not.
std::vector<std::uint32_t> Systems::known_items(std::uint32_t user) const {
  const auto history = held_out_.history.row(user);
  std::vector<std::uint32_t> out(history.begin(), history.end());
  if (request_.knowledge < 1) {
    Rng rng(seed_, 100 + std::uint64_t{user});
    rng.shuffle(out);
    out.resize(static_cast<std::size_t>(
        std::ceil(request_.knowledge * static_cast<double>(history.size()))));
  }
  const std::uint32_t next = held_out_.item[user];
  if (request_.later_items && next != recommend::kNoItem) out.push_back(next);
  return out;
}

Host Systems::make(const Side &members, const Side &non_members) const {
  Host out;
  out.members = members.seen;
  out.trained.n_items = out.served.n_items = out.known.n_items = held_out_.history.n_items;
  const bool goes_on = request_.freshness != "trained";
  for (const Side *side : {&members, &non_members}) {
    const bool stale = side == &members && request_.freshness == "stale_members";
    for (std::size_t i = 0; i < side->users.size(); ++i) {
      if (i >= side->seen && side == &non_members) break;
      pulse();
      const std::uint32_t user = side->users[i];
      const auto history = held_out_.history.row(user);
      std::vector<std::uint32_t> then;
      if (goes_on) then = trained_part(held_out_, user, seed_);
      if (side == &members) {
        out.trained_users.push_back(user);
        out.trained.append(goes_on ? std::span<const std::uint32_t>(then) : history);
      }
      if (i >= side->seen) continue;
      out.users.push_back(user);
      out.served.append(stale ? std::span<const std::uint32_t>(then) : history);
      out.known.append(known_items(user));
      out.held_out.push_back(held_out_.item[user]);
    }
  }
  out.model = train(request_, out.trained, seed_);
  out.train_folds = [this](const Interactions &trained, const recommend::Folds &folds) {
    return train_folds(request_, trained, folds, seed_);
  };
  return out;
}

ServingOptions Systems::options(const Cell &cell, std::size_t h) const {
  return {.defense = cell.defense,
          .list_length = request_.list_length,
          .ratio = cell.ratio,
          .folds = cell.folds,
          .support_floor = std::max(1u, cell.support_floor),  // of a service without folds none
          .epsilon = cell.epsilon,
          .people = hosts_.empty() ? 0 : hosts_.front().trained.n_users(),
          // Each system has a key of its own, the same for all cells.
          .seed = seed_ + (std::uint64_t{h} << 32)};
}

std::vector<Served> Systems::serve(const std::vector<Cell> &cells) const {
  std::vector<std::vector<Served>> by_host(hosts_.size());
  const auto serve_all = [&](std::size_t h) {
    const Host &host = hosts_[h];
    TrainedFolds trained;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      Probes probes;
      const Visit probe = [&](const Accounts &accounts) {
        probes = probe_everybody(accounts, host.users, host.known, seed_);
      };
      Served &served =
          by_host[h].emplace_back(serve_everybody(library_, host, options(cells[c], h), trained,
                                                  cells[c].adversary == "sybil" ? probe : Visit()));
      served.probes = std::move(probes);
    }
  };
  run_tasks(hosts_.size(), threads_, serve_all, [](double) {});
  std::vector<Served> out = std::move(by_host.front());
  for (std::size_t h = 1; h < by_host.size(); ++h) {
    for (std::size_t c = 0; c < cells.size(); ++c) append(out[c], by_host[h][c]);
  }
  return out;
}

Host Systems::with_members(const std::vector<std::uint8_t> &member, bool known) const {
  const Host &first = hosts_.front();
  const Interactions &histories = known ? first.known : first.served;
  Host out;
  out.trained.n_items = out.served.n_items = out.known.n_items = histories.n_items;
  for (const int now : {1, 0}) {
    for (std::size_t u = 0; u < first.users.size(); ++u) {
      if (member[u] != now) continue;
      out.users.push_back(first.users[u]);
      out.served.append(histories.row(u));
      if (now == 1) out.trained.append(histories.row(u));
    }
    if (now == 1) out.members = out.users.size();
  }
  out.trained_users.assign(out.users.begin(),
                           out.users.begin() + static_cast<std::ptrdiff_t>(out.members));
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    if (member[first.users.size() + i] == 0) continue;
    out.trained_users.push_back(rest_[i]);
    out.trained.append(known ? known_items(rest_[i]) : held_out_.history.row(rest_[i]));
  }
  out.held_out.assign(out.users.size(), recommend::kNoItem);
  return out;
}

attack::SystemLists Systems::lists_of(const std::vector<std::uint8_t> &member, bool known,
                                      const Cell &cell, const std::vector<std::uint32_t> &shown,
                                      std::size_t h, const std::string &recommender) const {
  Host host = with_members(member, known);
  Request request = request_;
  request.recommender = recommender;
  if (uses_recommender(cell)) host.model = train(request, host.trained, seed_ + h);
  host.train_folds = [&](const Interactions &trained, const recommend::Folds &folds) {
    return train_folds(request, trained, folds, seed_ + h);
  };
  const std::size_t n = hosts_.front().users.size();
  std::vector<std::uint32_t> row(n);  // of each person in the host
  std::uint32_t next = 0;
  for (const int now : {1, 0}) {
    for (std::size_t u = 0; u < n; ++u) {
      if (member[u] == now) row[u] = next++;
    }
  }
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t u : shown) rows.push_back(row[u]);
  return {{member.begin(), member.begin() + static_cast<std::ptrdiff_t>(n)},
          serve_some(library_, host, options(cell, h), rows)};
}

CrowdScene Systems::scene(const Cell &cell, const Served &served, std::size_t shown,
                          std::uint32_t shadows, const std::string &recommender) const {
  const Host &first = hosts_.front();
  const std::size_t n = first.users.size(), members = first.members;
  CrowdScene out;
  out.known = first.known;
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  Rng rng(seed_, 15);
  rng.shuffle(order);
  out.shown.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(n, shown)));
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    order.push_back(static_cast<std::uint32_t>(n + i));
  }
  std::vector<std::vector<std::uint8_t>> member(shadows);
  for (std::vector<std::uint8_t> &of : member) {
    rng.shuffle(order);
    of.assign(order.size(), 0);
    for (std::size_t i = 0; i < members_; ++i) of[order[i]] = 1;
  }
  out.shadows.resize(shadows);
  run_tasks(
      shadows, threads_,
      [&](std::size_t k) {
        out.shadows[k] = lists_of(member[k], true, cell, out.shown, 100 + k, recommender);
      },
      [](double) {});
  for (std::size_t h = 0; h < hosts_.size(); ++h) {
    // The second system has the people of the first, those who are no members there in front.
    const auto row = [&](std::size_t u) {
      if (h == 0) return u;
      return n + (u < members ? n - members + u : u - members);
    };
    attack::SystemLists &attacked = out.attacked.emplace_back();
    attacked.lists.n_items = first.known.n_items;
    for (std::size_t u = 0; u < n; ++u) attacked.member.push_back(served.population.member[row(u)]);
    for (const std::uint32_t u : out.shown)
      attacked.lists.append(served.population.lists.row(row(u)));
  }
  return out;
}

attack::SystemLists Systems::changed(const Cell &cell, const CrowdScene &scene) const {
  const std::size_t n = hosts_.front().users.size();
  // One in twenty of each class changes sides.
  const std::size_t most = std::max<std::size_t>(1, hosts_.front().members / 20);
  std::vector<std::uint8_t> after = scene.attacked.front().member;
  after.resize(n + rest_.size(), 0);  // the rest stay; members among them come first
  std::fill_n(after.begin() + static_cast<std::ptrdiff_t>(n), members_ - hosts_.front().members,
              std::uint8_t{1});
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  Rng(seed_, 17).shuffle(order);
  std::size_t left = 0, joined = 0;
  for (const std::uint32_t u : order) {
    std::size_t &moved = after[u] != 0 ? left : joined;
    if (moved >= most) continue;
    ++moved;
    after[u] = after[u] != 0 ? 0 : 1;
  }
  return lists_of(after, false, cell, scene.shown, 0, request_.recommender);
}

CanaryCounts Systems::canaries(const Cell &cell) const {
  Planted planted = plant_canaries(hosts_.front(), request_.canaries);
  planted.host.model = train(request_, planted.host.trained, seed_);
  CanaryCounts out;
  TrainedFolds trained;
  const Served served =
      serve_everybody(library_, planted.host, options(cell, 0), trained,
                      [&](const Accounts &accounts) { count_asked(planted, accounts, out); });
  count_own_slates(planted, served.population.lists, out);
  return out;
}

}  // namespace recveil::audit
