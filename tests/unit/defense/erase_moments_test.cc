#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/erasure_map.h"
#include "support/erase_rows.h"

namespace recveil::defense {
namespace {

using support::erasure_rows;
using support::ErasureRows;

std::vector<double> buffer_of(const ErasureRows &rows, std::size_t begin, std::size_t end) {
  std::vector<double> out(class_moments_size(rows.d, rows.kinds[0]));
  class_moments_init(out, rows.d, rows.kinds[0]);
  const Embeddings part{rows.data.data() + begin * rows.d, end - begin, rows.d, rows.d, 0};
  class_moments_add(out, part, std::span(rows.classes[0]).subspan(begin, end - begin));
  return out;
}

// Sums of n terms in double differ by their order by at most n eps times the sum of magnitudes.
void expect_same(const std::vector<double> &a, const std::vector<double> &b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-9 * (1 + std::abs(a[i])));
}

TEST(ClassMoments, AreTheSumsAndMergeInAnyOrder) {
  ErasureRows rows = erasure_rows(1700, 19, {3}, 1);
  rows.classes[0][4] = kUnknown;
  rows.data[4 * 19] = NAN;  // of unknown class: not looked at
  const std::vector<double> whole = buffer_of(rows, 0, rows.n);
  class_moments_check(whole);
  const ClassMoments moments(whole);
  for (std::int32_t k = 0; k < 3; ++k) {
    double n = 0, sum = 0, product = 0;
    for (std::size_t i = 0; i < rows.n; ++i) {
      if (rows.classes[0][i] != k) continue;
      ++n;
      sum += static_cast<double>(rows.data[i * 19 + 2]);
      product +=
          static_cast<double>(rows.data[i * 19 + 2]) * static_cast<double>(rows.data[i * 19 + 17]);
    }
    EXPECT_EQ(moments.n(k), n);
    EXPECT_NEAR(moments.sum(k)[2], sum, 1e-9 * std::abs(sum) + 1e-9);
    // Row 2 of the triangle begins after rows of 19 and 18.
    EXPECT_NEAR(moments.second(k)[19 + 18 + 15], product, 1e-9 * n);
  }
  const auto a = buffer_of(rows, 0, 300), b = buffer_of(rows, 300, 301),
             c = buffer_of(rows, 301, 1700);
  auto left = a, right = b, swapped = c;
  class_moments_merge(left, b);
  class_moments_merge(left, c);
  class_moments_merge(right, c);
  auto second = a;
  class_moments_merge(second, right);
  class_moments_merge(swapped, b);
  class_moments_merge(swapped, a);
  expect_same(left, whole);
  expect_same(second, whole);
  expect_same(swapped, whole);
}

TEST(ClassMoments, RefuseWhatIsNotOne) {
  const ErasureRows rows = erasure_rows(200, 4, {2}, 2);
  const std::vector<double> good = buffer_of(rows, 0, rows.n);
  const auto refused = [&](std::size_t at, double value) {
    auto bad = good;
    bad[at] = value;
    try {
      class_moments_check(bad);
    } catch (const Error &error) {
      return error.status() == Status::data;
    }
    return false;
  };
  EXPECT_TRUE(refused(0, 1));            // magic
  EXPECT_TRUE(refused(1, 2));            // version
  EXPECT_TRUE(refused(2, 5));            // d
  EXPECT_TRUE(refused(3, 1e30));         // classes
  EXPECT_TRUE(refused(8, 1.5));          // n
  EXPECT_TRUE(refused(9, NAN));          // sum
  EXPECT_TRUE(refused(8 + 1 + 4, 0.0));  // sum of squares below (sum)^2 / n
  EXPECT_THROW(class_moments_check(std::span(good).first(good.size() - 1)), Error);
  EXPECT_THROW(class_moments_check({}), Error);

  auto other = good;
  std::vector<double> shape(class_moments_size(4, 3));
  class_moments_init(shape, 4, 3);
  EXPECT_THROW(class_moments_merge(other, shape), Error);
  ErasureRows broken = rows;
  broken.data[11] = INFINITY;
  EXPECT_THROW(class_moments_add(other, broken.view(), broken.classes[0]), Error);
  EXPECT_EQ(other, good);
  EXPECT_THROW(class_moments_size(0, 2), Error);
  EXPECT_THROW(class_moments_size(4, 1), Error);
}

// Rows that five of a call share are counted, and the counts of calls add up.
TEST(ClassMoments, CountSharedRows) {
  constexpr std::size_t kRows = 40;
  std::vector<float> rows(2 * kRows);
  std::vector<std::int32_t> classes(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    classes[i] = static_cast<std::int32_t>(i % 2);
    if (i < 8) continue;  // people without a history: rows of zeros
    rows[2 * i] = static_cast<float>(i);
    rows[2 * i + 1] = static_cast<float>(i * i % 7) - 3;
  }
  std::vector<double> sums(class_moments_size(2, 2)), more(sums.size());
  for (std::vector<double> *to : {&sums, &more}) {
    class_moments_init(*to, 2, 2);
    class_moments_add(*to, {rows.data(), kRows, 2, 2, 0}, classes);
  }
  EXPECT_EQ(ClassMoments(sums).n_shared(), 8u);
  class_moments_merge(sums, more);
  EXPECT_EQ(ClassMoments(sums).n_shared(), 16u);
  EraseOptions options;
  options.method = EraseMethod::gaussian_transport;
  const ErasureMap::Statistics of{"gender", sums};
  EXPECT_THROW(ErasureMap::fit_moments({&of, 1}, options), Error);
  options.method = EraseMethod::leace;
  EXPECT_NO_THROW(ErasureMap::fit_moments({&of, 1}, options));
  sums[4] = 1e6;
  EXPECT_THROW(class_moments_check(sums), Error);
}

}  // namespace
}  // namespace recveil::defense
