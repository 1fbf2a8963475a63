// Projected gradient ascent: the gradient is that of the utility, the utility rises, and the
// factorization is the minimum that it says.
#include "attack/profile_pga.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "attack/profile.h"
#include "support/attack_pga.h"
#include "support/attack_ratings.h"

namespace recveil {
namespace {

using attack::Accounts;
using attack::CentredRatings;
using attack::Surrogate;

CentredRatings centred(const Accounts &accounts) {
  CentredRatings out{accounts.histories, {}};
  for (const double rating : accounts.ratings) out.values.push_back(rating - 3);
  return out;
}

class Pga : public testing::Test {
 protected:
  Accounts make(std::string_view name) const {
    return attack::make_campaign(attack::find_profile(name), {12, 25, targets_, 3}, observed_);
  }
  const Accounts observed_ = support::rated_accounts(1);
  const std::vector<std::uint32_t> targets_{399, 120};
  const CentredRatings genuine_ = centred(observed_);
};

// Central differences of the slow twin, step 1e-4: their error is of order 1e-8 of the third
// derivative, their rounding 1e-16 * |R| / 1e-4; both far below the 1e-6 of the largest entry
// allowed. Every entry of two fakes, in the first sweep and near the end.
TEST_F(Pga, GradientIsThatOfTheUtility) {
  CentredRatings fake = centred(make("average"));
  Surrogate surrogate(400, 5, 1);
  for (const int sweeps : {1, 9}) {
    for (int i = 0; i < sweeps; ++i) surrogate.sweep(genuine_, fake);
    const attack::Integrity at = attack::integrity(surrogate, genuine_, fake, targets_);
    EXPECT_NEAR(at.value, support::slow_integrity(surrogate, genuine_, fake, targets_),
                1e-9 * std::abs(at.value));
    double largest = 0;
    for (const double entry : at.gradient) largest = std::max(largest, std::abs(entry));
    ASSERT_GT(largest, 0);
    ASSERT_EQ(at.gradient.size(), fake.rows.size());
    for (std::size_t e = 0; e < 2 * 25; ++e) {
      CentredRatings more = fake, less = fake;
      more.values[e] += 1e-4;
      less.values[e] -= 1e-4;
      const double difference = (support::slow_integrity(surrogate, genuine_, more, targets_) -
                                 support::slow_integrity(surrogate, genuine_, less, targets_)) /
                                2e-4;
      EXPECT_NEAR(at.gradient[e], difference, 1e-6 * largest) << e;
    }
  }
}

// A user's factors and an item's are ridge regressions on the other side.
TEST_F(Pga, SweepsSolveBothSides) {
  const CentredRatings fake = centred(make("average"));
  Surrogate surrogate(400, 5, 1);
  const attack::Factors before = surrogate.items;
  surrogate.sweep(genuine_, fake);
  const auto check = [](const support::Row &expected, const attack::Factors &factors,
                        std::size_t j) {
    const support::Row actual = support::column(factors, j);
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(actual[i], expected[i], 1e-9);
  };
  for (const auto &[side, factors] :
       {std::pair(&genuine_, &surrogate.users), std::pair(&fake, &surrogate.fakes)}) {
    std::vector<support::Row> items;
    support::Row ratings;
    for (std::uint64_t e = side->rows.offsets[4]; e < side->rows.offsets[5]; ++e) {
      items.push_back(support::column(before, side->rows.items[e]));
      ratings.push_back(side->values[e]);
    }
    check(support::slow_ridge(items, ratings, 5, 8), *factors, 4);
  }
  std::vector<support::Row> users;
  support::Row ratings;
  for (const auto &[side, factors] :
       {std::pair(&genuine_, &surrogate.users), std::pair(&fake, &surrogate.fakes)}) {
    for (std::size_t u = 0; u < side->rows.n_users(); ++u) {
      for (std::uint64_t e = side->rows.offsets[u]; e < side->rows.offsets[u + 1]; ++e) {
        if (side->rows.items[e] != 120) continue;
        users.push_back(support::column(*factors, u));
        ratings.push_back(side->values[e]);
      }
    }
  }
  check(support::slow_ridge(users, ratings, 5, 8), surrogate.items, 120);
}

// The ascent keeps the items, the targets and the scale, and its rounded ratings reach more of the
// utility, at a factorization fitted to them, than the ratings it started from.
TEST_F(Pga, AscentRaisesTheUtility) {
  const Accounts start = make("average"), learnt = make("pga");
  EXPECT_EQ(start.histories.items, learnt.histories.items);
  EXPECT_NE(start.ratings, learnt.ratings);
  const auto utility = [&](const Accounts &fakes) {
    const CentredRatings fake = centred(fakes);
    Surrogate surrogate(400, 5, 77);  // another start than the attacker's
    for (int i = 0; i < 30; ++i) surrogate.sweep(genuine_, fake);
    return attack::integrity(surrogate, genuine_, fake, targets_).value;
  };
  const double before = utility(start), after = utility(learnt);
  RecordProperty("before", std::to_string(before));
  RecordProperty("after", std::to_string(after));
  EXPECT_GT(after, before);
}

}  // namespace
}  // namespace recveil
