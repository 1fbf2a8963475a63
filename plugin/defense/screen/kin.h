// Are the accounts that push an item alike, more than people are? Accounts that one generator made
// lie closer together than people do, wherever they lie: every one may look ordinary, the group
// does not. Needs no knowledge of the generator; copies of people's accounts dodge it. Ours.
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

namespace recveil::defense {

// Where an account lies, and how far from it trusted accounts lie: what makes a distance short.
struct KinPlace {
  static constexpr std::size_t kRanks = 14;
  std::array<float, kFeatures> at{};      // whitened features, 0 behind the last
  std::array<float, kRanks> distance2{};  // of the trusted account of rank KinTest::kRank[i]
};

struct KinGroup {
  double p = 1;                // of a group of people being as alike
  std::vector<double> member;  // per account: how alike it is to the others, standardised
};

// Immutable and safe from any thread.
class KinTest {
 public:
  static constexpr std::array<std::uint32_t, KinPlace::kRanks> kRank{
      1, 2, 3, 5, 8, 12, 20, 32, 50, 80, 130, 200, 350, 600};

  KinTest() = default;
  // Of the length-conditional z of the accounts of the window, whitened, without length and cover.
  // Calibrated on the accounts that push one item in the window, items by turns. At least 50
  // accounts. O(n (reference + pushers) d).
  KinTest(const ScreenAccounts &window, const ItemHistory &history,
          std::span<const FeatureRow> trusted_z);

  // O(reference d), some 30 microseconds.
  KinPlace place(const FeatureRow &z) const;
  // p is 1 for fewer than 3 accounts. O(accounts 64 d): of larger groups, 64 stand for all.
  KinGroup test(std::span<const KinPlace *const> group) const;

  // P(a trusted account lies as close to the group) of each candidate, by rank among trusted ones:
  // who else is of the same make. O((reference + candidates) 64 d).
  std::vector<double> of_one_make(std::span<const KinPlace *const> group,
                                  std::span<const KinPlace *const> candidates) const;

  struct Parts {
    std::vector<std::uint8_t> columns;  // features in use
    std::vector<double> mean, whiten;   // d, and d x d lower triangular
    Matrix reference;                   // whitened trusted accounts, 1,500 at most
    double pair_mean = 0, pair_variance = 1, shared_variance = 0;  // of closeness, see kin.cc
    double item_mean = 0, item_deviation = 1;                      // of z of pushers of one item
  };
  explicit KinTest(Parts parts) : parts_(std::move(parts)) {}
  const Parts &parts() const { return parts_; }

 private:
  std::array<float, kFeatures> whitened(const FeatureRow &z) const;
  KinPlace place(const FeatureRow &z, std::size_t self) const;
  double closeness(const KinPlace &a, const KinPlace &b) const;
  double rank(const KinPlace &from, float distance2) const;
  float distance2(const KinPlace &from, const float *to) const;
  // Standardised mean closeness over pairs; members if asked for.
  double standardised(std::span<const KinPlace *const> group, std::vector<double> *member) const;

  Parts parts_;
};

}  // namespace recveil::defense
