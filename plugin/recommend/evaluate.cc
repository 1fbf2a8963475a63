#include "recommend/evaluate.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "recommend/check.h"

namespace recveil::recommend {
namespace {

constexpr std::size_t kListLength = 10;
constexpr std::size_t kNegatives = 99;

// Each use of a seed has 2^32 streams of its own, one a user.
constexpr std::uint64_t kHoldOutStreams = std::uint64_t{0x686F6C64} << 32;   // "hold"
constexpr std::uint64_t kNegativeStreams = std::uint64_t{0x6E656761} << 32;  // "nega"

// Where in the row the last known time stands; times.size() if no time is known.
std::size_t last_place(std::span<const std::int64_t> times) {
  std::size_t last = times.size();
  for (std::size_t place = 0; place < times.size(); ++place) {
    if (times[place] == 0) continue;
    if (last == times.size() || times[place] >= times[last]) last = place;
  }
  return last;
}

}  // namespace

HoldOut hold_out_last(const Interactions &all, std::span<const std::int64_t> times,
                      std::uint64_t seed) {
  if (!times.empty() && times.size() != all.size()) {
    throw Error(Status::argument, "hold_out_last: " + std::to_string(times.size()) + " times for " +
                                      std::to_string(all.size()) + " interactions");
  }
  HoldOut out;
  out.by_time = !times.empty();
  out.history.n_items = all.n_items;
  out.history.items.reserve(all.size());
  out.history.offsets.reserve(all.offsets.size());
  out.item.reserve(all.n_users());
  for (std::size_t user = 0; user < all.n_users(); ++user) {
    const std::span<const std::uint32_t> row = all.row(user);
    if (user % 1024 == 0) pulse();
    std::size_t held_out = row.size();  // none
    if (row.size() >= 2) {
      held_out = times.empty() ? Rng(seed, kHoldOutStreams + user).below(row.size())
                               : last_place(times.subspan(all.offsets[user], row.size()));
    }
    for (std::size_t place = 0; place < row.size(); ++place) {
      if (place != held_out) out.history.items.push_back(row[place]);
    }
    out.history.offsets.push_back(out.history.items.size());
    out.item.push_back(held_out < row.size() ? row[held_out] : kNoItem);
  }
  return out;
}

void Utility::add(std::size_t rank, bool found) {
  ++users;
  if (!found || rank >= kListLength) return;
  hr10 += 1;
  ndcg10 += 1 / std::log2(static_cast<double>(rank + 2));
}

Utility &Utility::operator+=(const Utility &sums) {
  hr10 += sums.hr10;
  ndcg10 += sums.ndcg10;
  users += sums.users;
  return *this;
}

Utility Utility::mean() const {
  if (users == 0) return {};
  const auto n = static_cast<double>(users);
  return {.hr10 = hr10 / n, .ndcg10 = ndcg10 / n, .users = users};
}

void add_list(Utility &utility, std::span<const std::uint32_t> list, std::uint32_t item) {
  if (item == kNoItem) return;
  const auto place = std::find(list.begin(), list.end(), item);
  utility.add(static_cast<std::size_t>(place - list.begin()), place != list.end());
}

void add_sampled(Utility &utility, std::span<const float> scores, std::uint32_t item,
                 std::span<const std::uint32_t> negatives) {
  if (item == kNoItem) return;
  check_items("add_sampled: held-out item", {&item, 1}, scores.size());
  check_items("add_sampled: negatives", negatives, scores.size());
  std::size_t above = 0, tied = 0;
  for (const std::uint32_t negative : negatives) {
    above += !(scores[negative] <= scores[item]);  // so that NaN counts against the item
    tied += scores[negative] == scores[item];
  }
  utility.add(above + (tied + 1) / 2, true);
}

std::vector<std::uint32_t> sample_negatives(std::uint32_t n_items,
                                            std::span<const std::uint32_t> history,
                                            std::uint32_t item, std::uint64_t seed,
                                            std::size_t user) {
  check_items("sample_negatives: history", history, n_items);
  std::vector<bool> taken(n_items, false);
  for (const std::uint32_t seen : history) taken[seen] = true;
  if (item != kNoItem) {
    check_items("sample_negatives: held-out item", {&item, 1}, n_items);
    taken[item] = true;
  }
  const auto free = static_cast<std::size_t>(std::count(taken.begin(), taken.end(), false));
  if (free < kNegatives) {
    throw Error(Status::data, "sample_negatives: user " + std::to_string(user) + " leaves " +
                                  std::to_string(free) + " of " + std::to_string(n_items) +
                                  " items, " + std::to_string(kNegatives) + " are needed");
  }
  Rng rng(seed, kNegativeStreams + user);
  std::vector<std::uint32_t> out;
  out.reserve(kNegatives);
  while (out.size() < kNegatives) {
    const auto candidate = static_cast<std::uint32_t>(rng.below(n_items));
    if (taken[candidate]) continue;
    taken[candidate] = true;
    out.push_back(candidate);
  }
  return out;
}

}  // namespace recveil::recommend
