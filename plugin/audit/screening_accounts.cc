#include "audit/screening_accounts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace recveil::audit {
namespace {

std::vector<std::uint32_t> shuffled(std::size_t n, std::uint64_t seed, std::uint64_t stream) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  Rng rng(seed, stream);
  rng.shuffle(order);
  return order;
}

std::vector<std::uint32_t> sorted(std::span<const std::uint32_t> users) {
  std::vector<std::uint32_t> out(users.begin(), users.end());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Crowd everybody(const data::Dataset &dataset) {
  Crowd out;
  out.accounts = {dataset.interactions, dataset.ratings};
  ++out.accounts.histories.n_items;
  for (std::size_t u = 0; u < out.size(); ++u) out.id.push_back(u + 1);
  if (dataset.times.empty()) return out;
  for (std::size_t u = 0; u < out.size(); ++u) {
    std::int64_t first = 0;
    for (std::uint64_t e = dataset.interactions.offsets[u]; e < dataset.interactions.offsets[u + 1];
         ++e) {
      const std::int64_t time = dataset.times[e];
      if (time != 0 && (first == 0 || time < first)) first = time;
    }
    out.arrival.push_back(first);
  }
  return out;
}

Crowd select(const Crowd &from, std::span<const std::uint32_t> users) {
  Crowd out;
  out.accounts.histories = from.accounts.histories.select(users);
  for (const std::uint32_t user : users) {
    if (from.rated()) {
      const auto &offsets = from.accounts.histories.offsets;
      out.accounts.ratings.insert(
          out.accounts.ratings.end(),
          from.accounts.ratings.begin() + static_cast<std::ptrdiff_t>(offsets[user]),
          from.accounts.ratings.begin() + static_cast<std::ptrdiff_t>(offsets[user + 1]));
    }
    if (!from.arrival.empty()) out.arrival.push_back(from.arrival[user]);
    if (!from.id.empty()) out.id.push_back(from.id[user]);
    if (!from.person.empty()) out.person.push_back(from.person[user]);
  }
  return out;
}

void append(Crowd &to, const Crowd &more) {
  for (std::size_t u = 0; u < more.size(); ++u) {
    to.accounts.histories.append(more.accounts.histories.row(u));
  }
  to.accounts.ratings.insert(to.accounts.ratings.end(), more.accounts.ratings.begin(),
                             more.accounts.ratings.end());
  to.arrival.insert(to.arrival.end(), more.arrival.begin(), more.arrival.end());
  to.id.insert(to.id.end(), more.id.begin(), more.id.end());
  to.person.insert(to.person.end(), more.person.begin(), more.person.end());
}

Crowd arriving_with(attack::Accounts fakes, const Crowd &among, Rng &rng, std::uint64_t first_id) {
  Crowd out;
  out.accounts = std::move(fakes);
  for (std::size_t f = 0; f < out.size(); ++f) out.id.push_back(first_id + f);
  if (among.arrival.empty()) return out;
  for (std::size_t f = 0; f < out.size(); ++f) {
    out.arrival.push_back(among.arrival[rng.below(among.size())]);
  }
  return out;
}

Batch mixed(const Crowd &genuine, const Crowd &fakes, Rng &rng) {
  Crowd all = genuine;
  append(all, fakes);
  std::vector<std::uint32_t> order(all.size());
  std::iota(order.begin(), order.end(), 0u);
  rng.shuffle(order);
  Batch out{select(all, order), {}};
  for (const std::uint32_t place : order) out.fake.push_back(place >= genuine.size() ? 1 : 0);
  return out;
}

Parts deal_parts(std::size_t n_users, std::uint64_t seed) {
  if (n_users < 100) {
    throw Error(Status::data, "the screening audit needs at least 100 users, the data have " +
                                  std::to_string(n_users));
  }
  const std::vector<std::uint32_t> order = shuffled(n_users, seed, 1);
  const std::span<const std::uint32_t> all(order);
  const std::size_t window = n_users * 7 / 10, batch = n_users / 5;
  return {sorted(all.subspan(0, window)), sorted(all.subspan(window, batch)),
          sorted(all.subspan(window + batch))};
}

Parts deal_clean(std::size_t n_users, std::size_t batch, std::uint64_t seed) {
  const std::vector<std::uint32_t> order = shuffled(n_users, seed, 2);
  const std::span<const std::uint32_t> all(order);
  return {sorted(all.subspan(batch)), sorted(all.subspan(0, batch)), {}};
}

Parts deal_by_arrival(std::span<const std::int64_t> arrival, std::size_t batch, std::size_t r,
                      std::size_t repeats) {
  std::vector<std::uint32_t> order(arrival.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return arrival[a] < arrival[b]; });
  const std::size_t first = order.size() / 2, last = order.size() - batch;
  const std::size_t begin =
      repeats < 2 || last <= first ? last : first + (last - first) * r / (repeats - 1);
  const std::span<const std::uint32_t> all(order);
  const auto in_order = [](std::span<const std::uint32_t> users) {
    return std::vector<std::uint32_t>(users.begin(), users.end());
  };
  return {in_order(all.subspan(0, begin)), in_order(all.subspan(begin, batch)), {}};
}

std::vector<std::uint32_t> popularity(const Crowd &crowd) {
  std::vector<std::uint32_t> out(crowd.n_items(), 0);
  for (const std::uint32_t item : crowd.accounts.histories.items) ++out[item];
  return out;
}

}  // namespace recveil::audit
