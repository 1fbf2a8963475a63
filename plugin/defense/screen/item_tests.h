// Tests of every item of a batch: has it more raters than expected, are those who push it
// suspicious together or similar, do they all give the maximum? First step of the coordination
// test.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "defense/screen/coordination.h"

namespace recveil::defense {

struct ItemEvidence {
  Excess excess;
  double group = 1, unanimous = 1;  // of all accounts that push it, the item included
  double joint() const;
};

// Highest p values that count, given those of all items of the batch; below 0: none does.
struct ItemLevels {
  double excess = -1, group = -1, joint = -1;
};

// Of two looks at one thing, the better, by Bonferroni.
double better_of(double p, double q);

// Accounts are taken out one by one as they are explained. Not thread-safe.
class ItemTests {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Rater {
    std::uint32_t account;
    bool pushes, at_maximum;
  };

  // Both outlive it. Fills `sums`.
  ItemTests(const CoordinationInput &in, BatchSums *sums);

  // Tests every item, with the accounts that are left.
  ItemLevels test_all();
  // The candidate with the smallest joint p that is not `done`, or kNone.
  std::uint32_t most_suspicious(const ItemLevels &levels, std::span<const std::uint8_t> done) const;

  const ItemEvidence &evidence(std::uint32_t item) const { return evidence_[item]; }
  std::span<const Rater> raters(std::uint32_t item) const {
    return std::span(raters_).subspan(offsets_[item], offsets_[item + 1] - offsets_[item]);
  }
  // P of so many ratings at the maximum, those carried over included.
  double unanimity(std::uint32_t item) const;
  // `sums` and what earlier batches left of the item.
  ScoreSums with_carried(ScoreSums sums, std::uint32_t item) const;
  // Where the account lies, all its items included.
  const FeaturePoint *point_of(std::uint32_t account);

  bool active(std::uint32_t account) const { return active_[account] != 0; }
  void remove(std::uint32_t account);

 private:
  void index_raters();
  double length_ratio() const;
  double similarity(std::uint32_t item);
  bool candidate(const ItemEvidence &item, const ItemLevels &levels) const;
  const ItemCounts *carried() const;

  const CoordinationInput &in_;
  BatchSums &sums_;
  std::vector<std::uint64_t> offsets_;
  std::vector<Rater> raters_;
  std::size_t n_rated_items_ = 0;
  std::vector<std::uint8_t> active_;
  std::vector<double> weight_;   // of the accounts, in newcomers
  ItemCounts counts_;            // of the accounts that are left
  std::vector<ScoreSums> left_;  // likewise
  std::vector<ItemEvidence> evidence_;
  std::vector<std::optional<FeaturePoint>> points_;
};

}  // namespace recveil::defense
