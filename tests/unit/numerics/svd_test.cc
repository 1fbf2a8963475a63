#include "numerics/svd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "support/numerics_svd.h"

namespace recveil {
namespace {

using Rows = std::vector<std::vector<std::uint32_t>>;

Interactions from_rows(std::uint32_t n_items, const Rows &rows) {
  Interactions out;
  out.n_items = n_items;
  for (const auto &row : rows) out.append(row);
  return out;
}

// User u has item i with probability `inside` where u and i leave the same rest by `groups`, else
// with `outside`.
Interactions communities(std::size_t users, std::uint32_t items, std::size_t groups, double inside,
                         double outside, std::uint64_t seed) {
  Rng rng(seed);
  Rows rows(users);
  for (std::size_t u = 0; u < users; ++u) {
    for (std::uint32_t i = 0; i < items; ++i) {
      if (rng.uniform() < (u % groups == i % groups ? inside : outside)) rows[u].push_back(i);
    }
  }
  return from_rows(items, rows);
}

Eigen::MatrixXd dense(const Matrix &matrix) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(matrix.data.data(), static_cast<Eigen::Index>(matrix.rows),
                                    static_cast<Eigen::Index>(matrix.cols))
      .cast<double>();
}

// F = V sqrt(S) has F F^T = V S V^T, which, unlike V, is unique where values repeat, and columns of
// squared length S.
void expect_agrees(const Interactions &x, std::size_t d, double tolerance) {
  const Eigen::MatrixXd f = dense(numerics::item_vectors(x, d, 1));
  const support::DenseSvd full = support::dense_svd(x);
  const auto rank = std::min(static_cast<Eigen::Index>(d), full.s.size());
  const Eigen::MatrixXd v = full.v.leftCols(rank);
  const Eigen::MatrixXd expected = v * full.s.head(rank).asDiagonal() * v.transpose();
  EXPECT_LT((f * f.transpose() - expected).cwiseAbs().maxCoeff(), tolerance * full.s[0]);
  for (Eigen::Index c = 0; c < rank; ++c) {
    EXPECT_NEAR(f.col(c).squaredNorm(), full.s[c], tolerance * full.s[0]) << c;
  }
}

// Here d + 10 is at least the shorter side: only the rounding of the result to float is left.
TEST(ItemVectors, AgreeWithTheFullDecompositionOfSmallMatrices) {
  expect_agrees(communities(30, 12, 3, 0.7, 0.1, 1), 5, 1e-6);
  expect_agrees(communities(12, 30, 3, 0.7, 0.1, 2), 5, 1e-6);
  expect_agrees(communities(15, 15, 3, 0.7, 0.1, 3), 15, 1e-6);
  expect_agrees(communities(9, 14, 3, 0.7, 0.1, 3), 20, 1e-6);
}

// Five communities are far above the noise: what is beyond the d + 10 columns does not matter.
TEST(ItemVectors, AgreeWithTheFullDecompositionWhereThereIsAGap) {
  expect_agrees(communities(200, 120, 5, 0.6, 0.05, 4), 5, 1e-6);
}

// Without a gap the subspace is a nearby one, whose values are below the true ones but not by much.
TEST(ItemVectors, NearlyBestWithoutAGap) {
  const Interactions x = communities(300, 200, 1, 0.2, 0, 5);
  const Eigen::MatrixXd f = dense(numerics::item_vectors(x, 20, 1));
  const support::DenseSvd full = support::dense_svd(x);
  for (Eigen::Index c = 0; c < 20; ++c) {
    EXPECT_LT(f.col(c).squaredNorm(), full.s[c] * (1 + 1e-6)) << c;
    EXPECT_GT(f.col(c).squaredNorm(), full.s[c] * 0.97) << c;
  }
}

// X = [1 1 0; 0 0 1]: s = sqrt 2 with v = (1, 1, 0) / sqrt 2, and s = 1 with v = (0, 0, 1).
TEST(ItemVectors, ByHand) {
  const Matrix f = numerics::item_vectors(from_rows(3, {{0, 1}, {2}}), 2, 7);
  const std::vector<float> expected{0.8408964f, 0, 0.8408964f, 0, 0, 1};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(f.data[i], expected[i], 1e-6f) << i;
}

// The users are copies of five: the rank is 5, and the other singular values are rounding.
TEST(ItemVectors, ZeroBeyondTheRankAndForItemsNobodyHas) {
  const Interactions five = communities(5, 30, 1, 0.3, 0, 7);
  std::vector<std::uint32_t> copies;
  for (std::uint32_t u = 0; u < 60; ++u) copies.push_back(u * u % 5);
  for (std::uint32_t u = 0; u < 5; ++u) copies.push_back(u);
  const Matrix f = numerics::item_vectors(five.select(copies), 8, 1);
  ASSERT_EQ(f.rows, 30u);
  ASSERT_EQ(f.cols, 8u);
  std::size_t unheld = 0;
  for (std::uint32_t i = 0; i < f.rows; ++i) {
    const bool held = std::find(five.items.begin(), five.items.end(), i) != five.items.end();
    unheld += held ? 0 : 1;
    EXPECT_EQ(std::any_of(f.row(i), f.row(i) + 5, [](float v) { return v != 0; }), held) << i;
    for (std::size_t c = 5; c < f.cols; ++c) EXPECT_EQ(f.row(i)[c], 0) << i << ' ' << c;
  }
  EXPECT_GT(unheld, 0u);
  for (std::size_t c = 0; c < 5; ++c) {
    double norm = 0;
    for (std::size_t i = 0; i < f.rows; ++i) norm += std::abs(static_cast<double>(f.row(i)[c]));
    EXPECT_GT(norm, 0.1) << c;
  }
}

TEST(ItemVectors, SignAndSeedAreFixed) {
  const Interactions x = communities(200, 120, 5, 0.6, 0.05, 6);
  const Matrix f = numerics::item_vectors(x, 5, 1);
  EXPECT_EQ(f.data, numerics::item_vectors(x, 5, 1).data);
  const Matrix other = numerics::item_vectors(x, 5, 2);
  for (std::size_t c = 0; c < f.cols; ++c) {
    float lowest = 0, highest = 0;
    for (std::size_t i = 0; i < f.rows; ++i) {
      lowest = std::min(lowest, f.row(i)[c]);
      highest = std::max(highest, f.row(i)[c]);
      EXPECT_NEAR(f.row(i)[c], other.row(i)[c], 1e-4f);
    }
    EXPECT_GE(highest, -lowest) << c;
  }
}

TEST(ItemVectors, OfNothing) {
  EXPECT_EQ(numerics::item_vectors(from_rows(4, {}), 3, 1).data, std::vector<float>(12));
  EXPECT_EQ(numerics::item_vectors(from_rows(4, {{}, {}}), 3, 1).data, std::vector<float>(12));
  EXPECT_TRUE(numerics::item_vectors(from_rows(4, {{1}}), 0, 1).data.empty());
  EXPECT_TRUE(numerics::item_vectors(from_rows(0, {{}}), 3, 1).data.empty());
}

}  // namespace
}  // namespace recveil
