// Are the accounts that push an item more similar than people are? Accounts that one generator made
// lie closer together than people do, wherever they lie: each may look ordinary, the group does
// not. The test needs no knowledge of the generator; copies of people's accounts dodge it. Ours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "defense/screen/account_features.h"
#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"
#include "defense/screen/known_accounts.h"

namespace recveil::defense {

// Where an account lies, and how far from it trusted accounts lie: what makes a distance short.
struct FeaturePoint {
  static constexpr std::size_t kRanks = 14;
  std::array<float, kFeatures> at{};      // whitened features, 0 past the last
  std::array<float, kRanks> distance2{};  // of the trusted account of rank SimilarityTest::kRank[i]
};

struct GroupSimilarity {
  double p = 1;                // P(a group of people is as similar)
  std::vector<double> member;  // per account: its similarity to the others, standardised
};

// Immutable and safe from any thread.
class SimilarityTest {
 public:
  static constexpr std::array<std::uint32_t, FeaturePoint::kRanks> kRank{
      1, 2, 3, 5, 8, 12, 20, 32, 50, 80, 130, 200, 350, 600};

  SimilarityTest() = default;
  // Of the length-conditional z of the accounts of the window, whitened, without length and cover.
  // Calibrated on the accounts that push one item in the window, items by turns. At least 50
  // accounts. O(n (reference + pushers) d).
  SimilarityTest(const ScreenAccounts &window, const ItemHistory &history,
                 std::span<const FeatureRow> trusted_z);

  // own: rows of the window that do not count among the trusted accounts. O(reference d), some 30
  // microseconds.
  FeaturePoint place(const FeatureRow &z, const OwnRows &own = {}) const;
  // Of accounts that push an item to that side. p is 1 for fewer than 3 accounts. O(accounts 64 d):
  // of larger groups, 64 stand for all.
  GroupSimilarity test(std::span<const FeaturePoint *const> group, Side side = Side::up) const;

  // P(a trusted account lies as close to the group) for each candidate, by rank among trusted ones:
  // small for what the generator of the group made. O((reference + candidates) 64 d).
  std::vector<double> same_generator(std::span<const FeaturePoint *const> group,
                                     std::span<const FeaturePoint *const> candidates) const;

  // How many trusted accounts lie as close to each other as these two, seen from whichever of the
  // two it is more; it goes on below the fifth nearest by how fast their number grows with the
  // distance.
  double trusted_within(const FeaturePoint &a, const FeaturePoint &b) const;
  static constexpr double kWithinRank = 5;

  struct Parts {
    std::vector<std::uint8_t> columns;  // features in use
    std::vector<double> mean, whiten;   // d, and d x d lower triangular
    Matrix reference;                   // whitened trusted accounts, 1,500 at most:
    std::uint64_t stride = 1;           // every stride-th row of the window
    double pair_mean = 0, pair_variance = 1,
           shared_variance = 0;  // of closeness, see similarity.cc
    // Of z of people who push one item to a side.
    std::array<double, kSides> item_mean{}, item_deviation{1, 1};
  };
  explicit SimilarityTest(Parts parts) : parts_(std::move(parts)) {}
  const Parts &parts() const { return parts_; }

 private:
  void calibrate(const ScreenAccounts &window, const RatingScale &scale, Side side,
                 std::span<const FeaturePoint> places);
  std::array<float, kFeatures> whitened(const FeatureRow &z) const;
  double closeness(const FeaturePoint &a, const FeaturePoint &b) const;
  double rank(const FeaturePoint &from, float distance2) const;
  double log_rank(const FeaturePoint &from, float distance2) const;
  float distance2(const FeaturePoint &from, const float *to) const;
  // Standardised mean closeness over pairs; members if asked for.
  double standardised(std::span<const FeaturePoint *const> group,
                      std::vector<double> *member) const;

  Parts parts_;
};

}  // namespace recveil::defense
