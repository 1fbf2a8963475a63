#include "defense/fold/batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "defense/fold/ridge_group.h"
#include "support/fold_slow.h"

namespace recveil::defense {
namespace {

using support::FoldItems;
using support::known_history;

std::vector<std::uint32_t> bits(std::span<const float> row) {
  std::vector<std::uint32_t> out;
  for (const float value : row) out.push_back(std::bit_cast<std::uint32_t>(value));
  return out;
}

// Users with histories of all lengths, on folds of one d.
struct Users {
  Users(std::size_t n, std::size_t d, const Kernels &kernels) {
    for (std::uint32_t f = 0; f < 3; ++f) {
      FoldItems &made = items.emplace_back(400, d, 100 * f + static_cast<std::uint32_t>(d));
      made.table.unobserved_weight = 0.1;
      made.table.regularization = 0.3;
      made.table.regularization_exponent = 0.5;
    }
    for (const FoldItems &made : items) folds.emplace_back(made.table, made.support, kernels);
    for (std::size_t u = 0; u < n; ++u) {
      std::mt19937 random(static_cast<std::uint32_t>(u));
      of.push_back(random() % 3);
      const std::size_t length = 1 + random() % (u % 4 == 0 ? 300 : 9);
      histories.push_back(
          known_history(items[of[u]], length, static_cast<std::uint32_t>(random())));
      std::sort(histories[u].begin(), histories[u].end());
    }
  }
  std::vector<FoldItems> items;
  std::vector<RidgeFold> folds;
  std::vector<std::size_t> of;
  std::vector<std::vector<std::uint32_t>> histories;
};

struct Memory {
  explicit Memory(std::size_t d) {
    Carver counter(nullptr);
    const GroupScratch needed(counter, d);
    bytes.resize(counter.bytes());
  }
  std::vector<char> bytes;
};

// The rows of the users [begin, begin + n) solved together; empty where solve_group() says no.
std::vector<std::vector<float>> together(const Users &users, std::size_t begin, std::size_t n) {
  const std::size_t d = users.folds[0].d();
  Memory memory(d);
  Carver carver(memory.bytes.data());
  const GroupScratch scratch(carver, d);
  std::vector<std::vector<float>> rows(n, std::vector<float>(d));
  std::vector<GroupUser> group;
  for (std::size_t u = 0; u < n; ++u) {
    const std::size_t who = begin + u;
    group.push_back({&users.folds[users.of[who]], {users.histories[who]}, rows[u].data()});
  }
  if (!solve_group(group, scratch)) return {};
  return rows;
}

std::vector<float> alone(const Users &users, std::size_t user) {
  const RidgeFold &fold = users.folds[users.of[user]];
  Memory memory(fold.d());
  Carver carver(memory.bytes.data());
  const RidgeScratch scratch(carver, fold.d());
  if (!fold.solve({users.histories[user]}, scratch)) return {};
  return {scratch.x, scratch.x + fold.d()};
}

// Before refinement, which hides a last bit: the solution in single precision and the pivots.
TEST(FoldGroup, FactorizesAndSolvesInTheOrderOfAlone) {
  for (const InstructionSet set :
       {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    const Kernels *kernels = find_kernels(set);
    if (kernels == nullptr) continue;
    for (const std::size_t d : {1u, 6u, 16u, 17u, 35u, 48u, 64u, 77u}) {
      const Users users(kGroup, d, *kernels);
      const std::size_t width = padded(d);
      for (const std::size_t n : {std::size_t{1}, kGroup - 5, kGroup}) {
        Memory memory(d);
        Carver carver(memory.bytes.data());
        const GroupScratch at(carver, d);
        for (std::size_t u = 0; u < n; ++u) {
          ASSERT_TRUE(users.folds[users.of[u]].assemble(
              {users.histories[u]}, at.one.block, at.systems + u * at.apart, at.x + u * width));
        }
        const std::vector<float> right(at.x, at.x + n * width);
        ASSERT_EQ(
            kernels->factorize_group(at.systems, at.apart, n, d, width, at.factors, at.inverse),
            (1u << n) - 1);
        kernels->solve_group(at.factors, at.inverse, d, width, n, at.x, at.work);
        for (std::size_t u = 0; u < n; ++u) {
          std::vector<float> x(right.begin() + static_cast<std::ptrdiff_t>(u * width),
                               right.begin() + static_cast<std::ptrdiff_t>((u + 1) * width));
          float *system = at.systems + u * at.apart;
          ASSERT_TRUE(kernels->factorize(system, d, width, at.one.inverse, at.one.columns));
          kernels->solve(system, at.one.columns, at.one.inverse, d, width, x.data());
          ASSERT_EQ(bits({at.x + u * width, width}), bits(x))
              << kernels->name << " d " << d << " n " << n;
          for (std::size_t k = 0; k < d; ++k) {
            ASSERT_EQ(at.inverse[k * kGroup + u], at.one.inverse[k]) << kernels->name << " d " << d;
          }
        }
      }
    }
  }
}

// On every instruction set, for every d around the edges of vectors and tiles, in groups that fill
// the lanes and that do not.
TEST(FoldGroup, GivesEachUserTheBitsOfAlone) {
  for (const InstructionSet set :
       {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    const Kernels *kernels = find_kernels(set);
    if (kernels == nullptr) continue;
    for (const std::size_t d : {1u, 2u, 3u, 5u, 15u, 16u, 17u, 31u, 40u, 64u, 100u}) {
      const Users users(kGroup + 3, d, *kernels);
      for (const std::size_t n : {std::size_t{1}, kMinGroup - 1, kMinGroup, kGroup - 1, kGroup}) {
        const std::size_t begin = n % 4;
        const auto rows = together(users, begin, n);
        ASSERT_EQ(rows.size(), n);
        for (std::size_t u = 0; u < n; ++u) {
          ASSERT_EQ(bits(rows[u]), bits(alone(users, begin + u)))
              << kernels->name << " d " << d << " n " << n << " user " << u;
        }
      }
    }
  }
}

// The largest d in lanes and the first that is not.
TEST(FoldGroup, GivesTheBitsOfAloneAtTheLargestD) {
  for (const std::size_t d : {kMaxGroupFactors, kMaxGroupFactors + 1}) {
    const Users users(kGroup, d, best_kernels());
    const auto rows = together(users, 0, kGroup);
    ASSERT_EQ(rows.size(), kGroup);
    for (std::size_t u = 0; u < kGroup; ++u) ASSERT_EQ(bits(rows[u]), bits(alone(users, u))) << d;
  }
}

TEST(FoldGroup, AgreesWithTheDenseSolutionInDouble) {
  for (const std::size_t d : {7u, 64u}) {
    const Users users(kGroup, d, best_kernels());
    const auto rows = together(users, 0, kGroup);
    ASSERT_EQ(rows.size(), kGroup);
    for (std::size_t u = 0; u < kGroup; ++u) {
      const auto slow = support::slow_fold_in(users.items[users.of[u]], users.histories[u]);
      EXPECT_LE(support::relative_error(rows[u], slow), 1e-7) << d;
    }
  }
}

// Users who need several steps of refinement beside users who need one: nobody takes a step more
// than alone, and all are right.
TEST(FoldGroup, RefinesEachUserAsLongAsAlone) {
  Users users(0, 32, best_kernels());
  for (std::size_t f = 1; f < 3; ++f) {  // condition numbers of about 10^4 and 10^5
    FoldItems &items = users.items[f];
    for (std::size_t i = 0; i < items.support.size(); ++i) {
      for (std::size_t c = 1; c < 32; ++c) items.factors[i * items.stride + c] *= 0.003f;
    }
    items.table.regularization = f == 1 ? 1e-3 : 1e-4;
    items.table.regularization_exponent = 0;
  }
  users.folds.clear();
  for (const FoldItems &items : users.items) {
    users.folds.emplace_back(items.table, items.support, best_kernels());
  }
  for (std::size_t u = 0; u < kGroup; ++u) {
    users.of.push_back(u % 3);
    users.histories.push_back(
        known_history(users.items[u % 3], 20 + 15 * u, static_cast<std::uint32_t>(u)));
    std::sort(users.histories[u].begin(), users.histories[u].end());
  }
  const auto rows = together(users, 0, kGroup);
  ASSERT_EQ(rows.size(), kGroup);
  for (std::size_t u = 0; u < kGroup; ++u) {
    EXPECT_EQ(bits(rows[u]), bits(alone(users, u))) << u;
    const auto slow = support::slow_fold_in(users.items[users.of[u]], users.histories[u]);
    EXPECT_LE(support::relative_error(rows[u], slow), 1e-5) << u;
  }
}

TEST(FoldGroup, SaysWhenOneOfThemIsSingular) {
  Users users(kGroup, 4, best_kernels());
  FoldItems singular(400, 4, 2);
  for (std::size_t i = 0; i < 400; ++i) {  // two columns alike: singular but for the ridge
    singular.factors[i * singular.stride + 1] = singular.factors[i * singular.stride] *= 1000;
  }
  singular.table.regularization = 1e-9;
  users.folds.emplace_back(singular.table, singular.support, best_kernels());
  ASSERT_EQ(together(users, 0, kGroup).size(), kGroup);
  for (const std::size_t where : {std::size_t{0}, kGroup / 2, kGroup - 1}) {
    Users with = users;
    with.of[where] = 3;
    with.histories[where] = known_history(singular, 50, 1);
    std::sort(with.histories[where].begin(), with.histories[where].end());
    ASSERT_TRUE(alone(with, where).empty());
    EXPECT_TRUE(together(with, 0, kGroup).empty()) << where;
  }
}

// As the host calls it: all sizes, mixed folds, histories empty, unknown, with repeats and in any
// order; memory of just the bytes it asks for, at any address.
TEST(FoldBatch, IsFoldInOfEachUser) {
  constexpr std::size_t kD = 12, kMost = 33;
  std::vector<FoldItems> items;
  std::vector<FoldModel> models;
  items.reserve(3);
  models.reserve(3);
  for (std::uint32_t f = 0; f < 3; ++f) {
    FoldItems &made = items.emplace_back(300, kD, f);
    made.table.unobserved_weight = 0.2;
    LentModel lent;
    lent.support = made.support;
    lent.factors = made.table;
    models.emplace_back(lent);
  }
  std::mt19937 random(3);
  for (std::size_t n = 0; n <= kMost; ++n) {
    std::vector<std::uint16_t> folds(n);
    std::vector<std::size_t> offsets{0};
    std::vector<std::uint32_t> all;
    std::size_t longest = 0;
    for (std::uint16_t &fold : folds) {
      fold = static_cast<std::uint16_t>(random() % 3);
      const std::size_t length = random() % 4 == 0 ? 0 : random() % 120;
      for (std::size_t i = 0; i < length; ++i) {  // every fifth without support, some beyond
        all.push_back(static_cast<std::uint32_t>(random() % 5 == 0 ? 3 : random() % 320));
      }
      if (random() % 6 == 0) std::fill(all.end() - static_cast<long>(length), all.end(), 3u);
      offsets.push_back(all.size());
      longest = std::max(longest, length);
    }
    const std::size_t bytes = fold_in_batch_bytes(models[0], longest), shift = n % 64;
    std::vector<unsigned char> memory(shift + bytes + 64, 0xA5);
    std::vector<float> rows(n * kD, -1);
    ASSERT_TRUE(fold_in_batch({models, folds, offsets.data(), all.data()}, rows.data(),
                              memory.data() + shift));
    for (std::size_t i = 0; i < memory.size(); ++i) {
      if (i < shift || i >= shift + bytes) {
        ASSERT_EQ(memory[i], 0xA5) << i;
      }
    }
    for (std::size_t u = 0; u < n; ++u) {
      const std::span<const std::uint32_t> history(all.data() + offsets[u],
                                                   all.data() + offsets[u + 1]);
      std::vector<char> scratch(models[0].fold_in_bytes(history.size()));
      const float *row = models[folds[u]].fold_in({history}, scratch.data());
      ASSERT_NE(row, nullptr);
      ASSERT_EQ(bits({rows.data() + u * kD, kD}), bits({row, kD})) << "n " << n << " user " << u;
    }
  }
}

}  // namespace
}  // namespace recveil::defense
