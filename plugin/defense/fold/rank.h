// From a history to a ranked list, in two steps: profile_of() and fold-in make the row, rank_row()
// ranks the items by it. Between the two the caller may change the row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/fold/model.h"
#include "defense/fold/ranking.h"

namespace recveil::defense {

// Working memory of one ranking.
struct RankWork {
  // n_history: items of the history and of the exclusions. k: places.
  RankWork(Carver &carver, const FoldModel &model, std::size_t n_history, std::size_t k) noexcept;
  Scored *places;
  std::size_t n_places;
  std::uint32_t *sorting;           // known_items_work(n_history)
  std::uint32_t *left_out;          // n_history
  std::uint32_t *sorting_left_out;  // known_items_work(n_history)
  double *scores;                   // ITEM_ITEM: n_items
  float *rows;                      // factors: kBlockRows x padded(d)
};

struct Profile {
  KnownItems known;
  std::span<const std::uint32_t> left_out;  // known items not to rank, rising
  float *row = nullptr;  // factors: padded(d); null where no item is known, and of item_item
};

// The known items not to rank: those of the history and those of `exclude`.
std::span<const std::uint32_t> left_out_of(const FoldModel &model, const KnownItems &known,
                                           std::span<const std::uint32_t> exclude,
                                           const RankWork &work) noexcept;

// Sets known and left_out.
Profile profile_of(const FoldModel &model, const History &history,
                   std::span<const std::uint32_t> exclude, const RankWork &work) noexcept;

struct RankedList {
  const Scored *best = nullptr;  // in the work
  std::size_t count = 0;
};

// ITEM_ITEM: scores of all items, in work.scores.
void score_item_item(const FoldModel &model, const KnownItems &known, double *scores) noexcept;

// Scores of so many items at a time are on the stack.
constexpr std::size_t kScoreBlock = 512;

// scores[i - begin] for the items from `begin` to `end` with support >= floor, without bias; others
// are set or not. Where few items have it, their rows alone are read: of a large sparse catalogue
// most have not, and its factors do not fit into caches.
void score_block(const FoldModel &model, const float *row, std::uint32_t floor, std::size_t begin,
                 std::size_t end, const RankWork &work, float *scores) noexcept;

// The best items with support >= floor that are not left out. Without a known item, scores are
// supports. REQUIRES: profile.row is set where the model is of factors and an item is known.
template <class Hides>
RankedList rank_row(const FoldModel &model, const Profile &profile, std::uint32_t floor,
                    const RankWork &work, Hides hides) noexcept {
  Ranking ranking(work.places, work.n_places, hides);
  const std::span<const std::uint32_t> support = model.lent().support;
  const float *bias = model.lent().factors.bias;
  const std::size_t n_items = model.n_items();
  const auto offer_all = [&](auto score_of) {
    auto next = profile.left_out.begin();
    for (std::size_t i = 0; i < n_items; ++i) {
      const auto item = static_cast<std::uint32_t>(i);
      if (next != profile.left_out.end() && *next == item) {
        ++next;
      } else if (support[i] >= floor) {
        ranking.offer(score_of(i), item);
      }
    }
  };
  if (profile.known.items.empty()) {
    offer_all([&](std::size_t i) { return static_cast<double>(support[i]); });
  } else if (model.kind() == FoldKind::item_item) {
    score_item_item(model, profile.known, work.scores);
    offer_all([&](std::size_t i) { return work.scores[i]; });
  } else {
    float scores[kScoreBlock];
    offer_all([&, end = std::size_t{0}](std::size_t i) mutable {
      if (i >= end) {  // the block that holds i
        const std::size_t begin = i / kScoreBlock * kScoreBlock;
        end = std::min(begin + kScoreBlock, n_items);
        score_block(model, profile.row, floor, begin, end, work, scores);
      }
      const auto score = static_cast<double>(scores[i % kScoreBlock]);
      return bias == nullptr ? score : score + static_cast<double>(bias[i]);
    });
  }
  RankedList out;
  out.best = ranking.finish();
  out.count = ranking.count();
  return out;
}

}  // namespace recveil::defense
