#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "core/error.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/erasure_map.h"
#include "defense/erase/exact_moments.h"
#include "defense/erase/sharing_sketch.h"
#include "support/erase_rows.h"

namespace recveil::defense {
namespace {

using support::erasure_rows;
using support::ErasureRows;
using Words = std::vector<std::uint64_t>;
__extension__ using Wide = __int128;

Words buffer_of(const ErasureRows &rows, std::size_t begin, std::size_t end) {
  Words out(exact_moments_size(rows.d, rows.kinds[0]));
  exact_moments_init(out, rows.d, rows.kinds[0]);
  const Embeddings part{rows.data.data() + begin * rows.d, end - begin, rows.d, rows.d, 0};
  exact_moments_add(out, part, std::span(rows.classes[0]).subspan(begin, end - begin));
  return out;
}

Wide wide(const Words &words, std::size_t at) {
  return static_cast<Wide>(static_cast<std::int64_t>(words[at + 1])) << 64 | words[at];
}

ErasureRows some_unknown() {
  ErasureRows rows = erasure_rows(1700, 19, {3}, 1);
  rows.classes[0][4] = kUnknown;
  rows.data[4 * 19] = NAN;  // of unknown class: not looked at
  rows.data[7 * 19 + 2] = -1023.999F;
  rows.data[8 * 19 + 17] = 1023.999F;
  rows.data[9 * 19 + 17] = 1e-30F;
  return rows;
}

// Against the slow twin: products of rounded values, one by one, in 128 bits.
TEST(ExactMoments, AreTheSumsOfRoundedValues) {
  const ErasureRows rows = some_unknown();
  const Words whole = buffer_of(rows, 0, rows.n);
  EXPECT_EQ(exact_moments_check(whole).n_rows, rows.n - 1);
  const auto q = [&](std::size_t i, std::size_t c) {
    return static_cast<Wide>(std::nearbyint(static_cast<double>(rows.data[i * 19 + c]) * 0x1p32));
  };
  std::size_t at = 8 + kSharingWords;
  for (std::int32_t k = 0; k < 3; ++k) {
    Wide n = 0;
    for (const std::int32_t of : rows.classes[0]) n += of == k ? 1 : 0;
    EXPECT_TRUE(wide(whole, at) == n);
    at += 2;
    for (std::size_t c = 0; c < 19; ++c, at += 2) {
      Wide sum = 0;
      for (std::size_t i = 0; i < rows.n; ++i) sum += rows.classes[0][i] == k ? q(i, c) : 0;
      EXPECT_TRUE(wide(whole, at) == sum) << c;
    }
    for (std::size_t c = 0; c < 19; ++c) {
      for (std::size_t other = c; other < 19; ++other, at += 2) {
        Wide sum = 0;
        for (std::size_t i = 0; i < rows.n; ++i) {
          sum += rows.classes[0][i] == k ? q(i, c) * q(i, other) : 0;
        }
        EXPECT_TRUE(wide(whole, at) == sum) << c << ' ' << other;
      }
    }
  }
  EXPECT_EQ(at, whole.size());
}

// 20 random partitions, merged in random order: the same bytes.
TEST(ExactMoments, DoNotDependOnPartitions) {
  const ErasureRows rows = some_unknown();
  const Words whole = buffer_of(rows, 0, rows.n);
  std::mt19937_64 random(5);
  for (int partition = 0; partition < 20; ++partition) {
    std::vector<std::size_t> cuts{0, rows.n};
    for (std::size_t i = random() % 40; i > 0; --i) cuts.push_back(random() % rows.n);
    std::sort(cuts.begin(), cuts.end());
    std::vector<Words> parts;
    for (std::size_t p = 0; p + 1 < cuts.size(); ++p) {
      parts.push_back(buffer_of(rows, cuts[p], cuts[p + 1]));
    }
    while (parts.size() > 1) {
      const std::size_t i = random() % (parts.size() - 1);
      exact_moments_merge(parts[i], parts.back());
      parts.pop_back();
    }
    EXPECT_EQ(parts[0], whole);
  }
}

TEST(ExactMoments, RoundToTheMomentsInDouble) {
  const ErasureRows rows = erasure_rows(1700, 19, {3}, 1);
  const std::vector<double> exact = rounded_moments(buffer_of(rows, 0, rows.n));
  std::vector<double> sums(class_moments_size(19, 3));
  class_moments_init(sums, 19, 3);
  class_moments_add(sums, rows.view(), rows.classes[0]);
  ASSERT_EQ(exact.size(), sums.size());
  // A value is rounded by at most 2^-33, a sum of 1,700 products of values below 8 by 2^-18; sums
  // in double differ by at most n eps times the sum of magnitudes, which is less.
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(exact[i], sums[i], 0x1p-18) << i;
}

TEST(ExactMoments, RefuseWhatIsNotOne) {
  const ErasureRows rows = erasure_rows(200, 4, {2}, 2);
  const Words good = buffer_of(rows, 0, rows.n);
  const auto refused = [&](std::size_t at, std::uint64_t value) {
    Words bad = good;
    bad[at] = value;
    try {
      exact_moments_check(bad);
    } catch (const Error &error) {
      return error.status() == Status::data;
    }
    return false;
  };
  constexpr std::size_t kFirst = 8 + kSharingWords;
  EXPECT_TRUE(refused(0, 1));                                // magic
  EXPECT_TRUE(refused(1, 1));                                // version
  EXPECT_TRUE(refused(2, 5));                                // d
  EXPECT_TRUE(refused(3, std::uint64_t{1} << 62));           // classes
  EXPECT_TRUE(refused(5, 1));                                // reserved
  EXPECT_TRUE(refused(8, 1 + good[8]));                      // a bucket
  EXPECT_TRUE(refused(8 + 1024 + 3, 0));                     // a hash out of order
  EXPECT_TRUE(refused(8 + 1024 + 512, 0));                   // a count of a hash
  EXPECT_TRUE(refused(kFirst - 1, 600));                     // how many hashes
  EXPECT_TRUE(refused(kFirst, good[kFirst] + 1));            // n
  EXPECT_TRUE(refused(kFirst + 1, std::uint64_t{1} << 63));  // n below 0
  EXPECT_TRUE(refused(kFirst + 2 + 8 + 1, 0));               // squares below (sum)^2 / n
  EXPECT_THROW(exact_moments_check(ConstMomentWords(good).first(good.size() - 1)), Error);
  EXPECT_THROW(exact_moments_check({}), Error);

  Words other = good, shape(exact_moments_size(4, 3));
  exact_moments_init(shape, 4, 3);
  EXPECT_THROW(exact_moments_merge(other, shape), Error);
  for (const float value : {INFINITY, 1024.0F, -1e30F}) {
    ErasureRows broken = rows;
    broken.data[11] = value;
    EXPECT_THROW(exact_moments_add(other, broken.view(), broken.classes[0]), Error);
    EXPECT_EQ(other, good);
  }
  EXPECT_THROW(exact_moments_size(0, 2), Error);
  EXPECT_THROW(exact_moments_size(4, 1), Error);
}

std::uint64_t estimate(const Words &words, std::uint64_t n) {
  return sharing_estimate(ConstMomentWords(words).subspan(8, kSharingWords), n);
}

// Few different rows: counted exactly, also where no call saw five that are equal.
TEST(SharedRows, AreCountedOverCalls) {
  constexpr std::size_t kRows = 40;
  std::vector<float> rows(2 * kRows);
  std::vector<std::int32_t> classes(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    classes[i] = static_cast<std::int32_t>(i % 2);
    if (i < 8) continue;  // people without a history: rows of zeros
    rows[2 * i] = static_cast<float>(i);
    rows[2 * i + 1] = static_cast<float>(i * i % 7) - 3;
  }
  Words whole(exact_moments_size(2, 2));
  exact_moments_init(whole, 2, 2);
  exact_moments_add(whole, {rows.data(), kRows, 2, 2, 0}, classes);
  EXPECT_EQ(estimate(whole, kRows), 8u);
  Words sums(whole.size());
  exact_moments_init(sums, 2, 2);
  for (std::size_t i = 0; i < kRows; ++i) {
    exact_moments_add(sums, {rows.data() + 2 * i, 1, 2, 2, 0}, std::span(classes).subspan(i, 1));
  }
  EXPECT_EQ(sums, whole);
  const std::vector<double> moments = rounded_moments(sums);
  EraseOptions options;
  options.method = EraseMethod::gaussian_transport;
  const ErasureMap::Statistics of{"gender", moments};
  EXPECT_THROW(ErasureMap::fit_moments({&of, 1}, options), Error);
  options.method = EraseMethod::leace;
  EXPECT_NO_THROW(ErasureMap::fit_moments({&of, 1}, options));
}

// Hashes of n rows: `shared` of them in groups of `group`, the rest all different.
std::uint64_t estimated(std::uint64_t n, std::uint64_t shared, std::uint64_t group) {
  Words sketch(kSharingWords);
  std::mt19937_64 random(n + shared + group);
  for (std::uint64_t i = shared; i < n; ++i) sharing_add(sketch, random());
  for (std::uint64_t i = 0; i < shared; i += group) {
    const std::uint64_t hash = random();
    for (std::uint64_t j = 0; j < group; ++j) sharing_add(sketch, hash);
  }
  return sharing_estimate(sketch, n);
}

// A sample of 512 different rows: a share of 10 % of all rows in groups of ten is 1.1 % of the
// different rows, 5.6 expected in the sample; of 2,000,000 rows that differ none is counted.
TEST(SharedRows, AreEstimatedFromASample) {
  EXPECT_EQ(estimated(200000, 0, 1), 0u);
  EXPECT_EQ(estimated(3000, 0, 1), 0u);
  // One default vector, which the sample hardly ever holds: buckets show it.
  EXPECT_NEAR(static_cast<double>(estimated(200000, 10000, 10000)), 10000, 200);
  // Half of all rows in groups of ten: 1/11 of the different rows, so 46.5 of the sample with a
  // standard deviation of 6.5; five of these are 33 to 62 % of the rows.
  const auto half = static_cast<double>(estimated(200000, 100000, 10));
  EXPECT_GT(half, .33 * 200000);
  EXPECT_LT(half, .62 * 200000);
}

}  // namespace
}  // namespace recveil::defense
