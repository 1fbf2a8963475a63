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
  return {split.shadow.members, split.shadow.non_members, split.target.members,
          split.target.non_members, split.auxiliary};
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
  EXPECT_EQ(Users(split.shadow.members.begin(), split.shadow.members.begin() + 5),
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

// Users u of u interactions. Hypothesis: a non-member of a biased split has a shorter history than
// a member, on average 2 / 3 of the mean or less where lengths are uniform and weights are 1 /
// length. 20 splits of 200 against 100 people: the spread of the difference of means is 3 or so of
// 520, and the two differ by more than 100.
TEST(SplitUsers, BiasedNonMembersAreLessActive) {
  std::vector<std::size_t> lengths;
  for (std::size_t u = 0; u < 1000; ++u) lengths.push_back(20 + u % 980);
  const Interactions all = people(lengths);
  double members = 0, non_members = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Split biased = split_users(all, seed, {.balanced = false}),
                balanced = split_users(all, seed);
    EXPECT_EQ(biased.target.members, balanced.target.members);
    EXPECT_EQ(biased.target.non_members.size(), balanced.target.non_members.size() / 2);
    std::set<std::uint32_t> drawn_from(balanced.target.non_members.begin(),
                                       balanced.target.non_members.end());
    for (const std::uint32_t user : biased.target.non_members) {
      EXPECT_EQ(drawn_from.erase(user), 1u);
      non_members += static_cast<double>(all.row(user).size()) / 20 / 100;
    }
    for (const std::uint32_t user : biased.target.members) {
      members += static_cast<double>(all.row(user).size()) / 20 / 200;
    }
  }
  EXPECT_GT(members - non_members, 100);
}

// A sample of every length in proportion, in front; the others train after it, or not at all.
TEST(SplitUsers, DrawsASampleOfEveryActivity) {
  std::vector<std::size_t> lengths;
  for (std::size_t u = 0; u < 5000; ++u) lengths.push_back(u % 10 == 0 ? 300 : 2 + u % 3);
  const Interactions all = people(lengths);
  const Split whole = split_users(all, 4), sample = split_users(all, 4, {.people = 200}),
              alone = split_users(all, 4, {.people = 200, .sample_alone = true});
  EXPECT_EQ(whole.users(), 5000u);
  EXPECT_EQ(sample.users(), 5000u);
  EXPECT_EQ(alone.users(), 500u);
  EXPECT_EQ(whole.target.seen_members, 1000u);
  for (std::size_t p = 0; p < 5; ++p) {
    const Users cut = parts(alone)[p];
    Users drawn = parts(sample)[p], full = parts(whole)[p];
    ASSERT_EQ(cut.size(), 100u);
    EXPECT_TRUE(std::equal(cut.begin(), cut.end(), drawn.begin()));
    EXPECT_NE(drawn, full);
    std::sort(drawn.begin(), drawn.end());
    std::sort(full.begin(), full.end());
    EXPECT_EQ(drawn, full);  // the same people
    // Systematic: the share of the active is that of the part, to one person.
    const auto active = [&](const Users &users) {
      return static_cast<double>(std::count_if(
          users.begin(), users.end(), [&](std::uint32_t u) { return all.row(u).size() == 300; }));
    };
    EXPECT_NEAR(active(cut), active(full) / 10, 1.0);
  }
  EXPECT_EQ(sample.shadow.seen_members, 100u);
  EXPECT_EQ(sample.shadow.seen_non_members, 100u);
  EXPECT_EQ(sample.seen_auxiliary, 100u);
  // As many as there are: nobody is left out.
  EXPECT_EQ(parts(split_users(all, 4, {.people = 2000})), parts(whole));
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
                 "an audit needs at least 100 users with 2 interactions each, here are 99");
  }
  lengths[99] = kMinHistory;
  EXPECT_EQ(split_users(people(lengths), 1).auxiliary.size(), 20u);
}

}  // namespace
}  // namespace recveil::audit
