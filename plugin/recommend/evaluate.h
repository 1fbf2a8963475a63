// Utility: hit rate and NDCG at 10 on one held-out item a user. Users without a held-out item
// (kNoItem) are left out of the means. Items outside the catalogue are refused with
// Error(argument).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/interactions.h"

namespace recveil::recommend {

constexpr std::uint32_t kNoItem = UINT32_MAX;

// Each user's history without one item, and that item (kNoItem where the user has fewer than two
// interactions or none with a known time).
struct HoldOut {
  Interactions history;
  std::vector<std::uint32_t> item;
  bool by_time = false;  // whether times are known, and rows run in their order
};

// Holds out the last item by time (of several with that time, the one that stands last in the row),
// or a uniform random one seeded by (seed, user) where `times` is empty. A time of 0 is not known:
// such items stay in the history. times: parallel to all.items, or empty; any other length is
// Error(argument). O(n).
HoldOut hold_out_last(const Interactions &all, std::span<const std::int64_t> times,
                      std::uint64_t seed);

// Means over users; hr10 is in [0, 1]. One relevant item, so NDCG@10 = 1 / log2(rank + 2) for rank
// 0..9, else 0.
struct Utility {
  double hr10 = 0, ndcg10 = 0;
  std::size_t users = 0;
  void add(std::size_t rank, bool found);  // rank: 0-based place of the held-out item
  Utility &operator+=(const Utility &sums);
  Utility mean() const;  // sums divided by users; zeros for nobody
};

// The place of `item` in a served list, or nothing found. Full ranking: the list is what the user
// was shown, unseen items only.
void add_list(Utility &utility, std::span<const std::uint32_t> list, std::uint32_t item);

// The 99-negatives protocol: the place of `item` among itself and `negatives` by score. Ties count
// half against it, rounded up, so a model that cannot tell the items apart gets rank 50; a score
// that is not a number counts against it in full. negatives: 99 items, none in the history
// (sample_negatives). Sampled values are not estimates of the full ranking's: compare like with
// like (Krichene and Rendle, KDD'20).
void add_sampled(Utility &utility, std::span<const float> scores, std::uint32_t item,
                 std::span<const std::uint32_t> negatives);

// 99 distinct items the user has no interaction with, uniform, seeded by (seed, user), without
// `item` (which may be kNoItem). Throws Error(data) where fewer than 99 are left. O(n_items).
std::vector<std::uint32_t> sample_negatives(std::uint32_t n_items,
                                            std::span<const std::uint32_t> history,
                                            std::uint32_t item, std::uint64_t seed,
                                            std::size_t user);

}  // namespace recveil::recommend
