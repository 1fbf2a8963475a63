#include "audit/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"

namespace recveil::audit {
namespace {

using Users = std::vector<std::uint32_t>;

// User u has lengths[u] interactions.
Interactions people(const std::vector<std::size_t> &lengths) {
  Interactions out;
  out.n_items = 1000;
  for (const std::size_t length : lengths) {
    Users row(length);
    std::iota(row.begin(), row.end(), 0u);
    out.append(row);
  }
  return out;
}

std::array<Users, 5> parts(const Split &split) {
  return {split.shadow_members, split.shadow_non_members, split.target_members,
          split.target_non_members, split.auxiliary};
}

// 503 users of whom every third has too few interactions.
Interactions crowd() {
  std::vector<std::size_t> lengths;
  for (std::size_t u = 0; u < 503; ++u)
    lengths.push_back(u % 3 == 0 ? kMinHistory - 1 : 20 + u % 7);
  return people(lengths);
}

TEST(SplitUsers, PartsAreDisjointFifthsOfThoseWithEnoughInteractions) {
  const Interactions all = crowd();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::set<std::uint32_t> seen;
    for (const Users &part : parts(split_users(all, seed))) {
      EXPECT_EQ(part.size(), 67u);  // a fifth of 335
      for (const std::uint32_t user : part) {
        EXPECT_GE(all.row(user).size(), kMinHistory);
        EXPECT_TRUE(seen.insert(user).second) << "user " << user << " is in two parts";
      }
    }
    EXPECT_EQ(seen.size(), 335u);
  }
}

TEST(SplitUsers, FollowsFromTheSeed) {
  const Interactions all = crowd();
  EXPECT_EQ(parts(split_users(all, 3)), parts(split_users(all, 3)));
  EXPECT_NE(parts(split_users(all, 3)), parts(split_users(all, 4)));
  // Written down once: the users of an audit with a seed stay the same.
  const Split split = split_users(all, 1);
  EXPECT_EQ(Users(split.shadow_members.begin(), split.shadow_members.begin() + 5),
            (Users{143, 416, 80, 47, 77}));
}

// Hypothesis: a user is in each part with probability 1/5. Over 2,000 seeds each of 5 x 100 counts
// is binomial(2000, 1/5), mean 400, deviation 17.9; |z| < 7 for all 500 fails with probability
// below 500 * 2.6e-12 = 1.3e-9.
TEST(SplitUsers, IsFair) {
  const Interactions all = people(std::vector<std::size_t>(100, kMinHistory));
  std::array<std::array<double, 100>, 5> counts{};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const auto split = parts(split_users(all, seed));
    for (std::size_t p = 0; p < 5; ++p) {
      for (const std::uint32_t user : split[p]) ++counts[p][user];
    }
  }
  for (const auto &part : counts) {
    for (const double count : part) EXPECT_NEAR(count, 400, 7 * 17.9);
  }
}

TEST(SplitUsers, NeedsAHundredUsers) {
  std::vector<std::size_t> lengths(99, kMinHistory);
  lengths.resize(500, kMinHistory - 1);
  try {
    split_users(people(lengths), 1);
    FAIL() << "99 users are accepted";
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), Status::data);
    EXPECT_STREQ(error.what(),
                 "an audit needs at least 100 users with 20 interactions each, here are 99");
  }
  lengths[99] = kMinHistory;
  EXPECT_EQ(split_users(people(lengths), 1).auxiliary.size(), 20u);
}

}  // namespace
}  // namespace recveil::audit
