#include "core/user_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "core/random.h"

namespace recveil {
namespace {

using Hashes = std::vector<std::uint64_t>;
using Model = std::set<std::uint64_t>;

std::uint64_t random_hash(Rng &rng) {
  return rng.below(~std::uint64_t{0});
}

// Elements and the ones beside them, which are mostly no elements.
void expect_same(const UserSet &set, const Model &model, const Hashes &universe) {
  ASSERT_EQ(set.size(), model.size());
  ASSERT_EQ(set.sorted(), Hashes(model.begin(), model.end()));
  for (const std::uint64_t hash : universe) {
    ASSERT_EQ(set.contains(hash), model.contains(hash)) << hash;
    ASSERT_EQ(set.contains(hash + 1), model.contains(hash + 1)) << hash;
  }
}

Hashes some_of(const Hashes &universe, std::size_t n, Rng &rng) {
  Hashes out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(universe[rng.below(universe.size())]);
  return out;  // with repeats, in no order
}

// Random additions and removals of random sizes from a small universe, so that most of them meet
// what is there; changes go past the 1024 where a set is compacted many times in each run.
TEST(UserSet, IsASetUnderAnyChanges) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Rng rng(seed, 3);
    Hashes universe{0, 1, ~std::uint64_t{0}, std::uint64_t{1} << 63, (std::uint64_t{1} << 63) - 1};
    while (universe.size() < 6000) universe.push_back(random_hash(rng));
    const Hashes first = some_of(universe, rng.below(6000), rng);
    UserSet set(first);
    Model model(first.begin(), first.end());
    for (int step = 0; step < 60; ++step) {
      const Hashes batch =
          some_of(universe, rng.below(2) != 0 ? rng.below(10) : rng.below(1500), rng);
      const UserSet before = set;
      const Model model_before = model;
      if (rng.below(2) != 0) {
        set = set.with(batch);
        model.insert(batch.begin(), batch.end());
      } else {
        set = set.without(batch);
        for (const std::uint64_t hash : batch) model.erase(hash);
      }
      expect_same(set, model, universe);
      if (step % 10 == 0)
        expect_same(before, model_before, universe);  // an old one does not change
      if (HasFatalFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
  }
}

TEST(UserSet, StartsEmpty) {
  const UserSet set;
  EXPECT_EQ(set.size(), 0u);
  EXPECT_FALSE(set.contains(0));
  EXPECT_TRUE(set.sorted().empty());
  EXPECT_EQ(set.without({1, 2}).size(), 0u);
  EXPECT_EQ(set.with({}).size(), 0u);
  EXPECT_EQ(UserSet(Hashes{}).with({5, 5}).sorted(), Hashes{5});
}

TEST(UserSet, TakesAnyOrderAndRepeats) {
  const UserSet set(Hashes{3, 1, 3, ~std::uint64_t{0}, 1, 0});
  EXPECT_EQ(set.sorted(), (Hashes{0, 1, 3, ~std::uint64_t{0}}));
  EXPECT_EQ(set.size(), 4u);
}

// Sizes around the powers of two, where the number of buckets changes.
TEST(UserSet, HoldsExactlyItsElementsAtEverySize) {
  Rng rng(4);
  Hashes hashes;
  for (const std::size_t n : {1u, 2u, 7u, 8u, 9u, 15u, 16u, 17u, 1023u, 1024u, 1025u, 70000u}) {
    while (hashes.size() < n) hashes.push_back(random_hash(rng));
    const UserSet set(hashes);
    expect_same(set, Model(hashes.begin(), hashes.end()), hashes);
  }
}

// Only the speed, not the answer, needs hashes that are spread.
TEST(UserSet, IsRightForHashesInOneBucket) {
  Hashes hashes;
  for (std::uint64_t i = 0; i < 5000; ++i) hashes.push_back(2 * i);
  const UserSet set(hashes);
  expect_same(set, Model(hashes.begin(), hashes.end()), hashes);
}

}  // namespace
}  // namespace recveil
