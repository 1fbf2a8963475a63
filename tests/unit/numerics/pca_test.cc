#include "numerics/pca.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"

namespace recveil {
namespace {

struct Sparse {
  std::size_t cols;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;

  numerics::SparseRows view() const { return {cols, offsets, columns, values}; }
  Eigen::MatrixXd dense() const {
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(offsets.size() - 1),
                                                static_cast<Eigen::Index>(cols));
    for (std::size_t u = 0; u + 1 < offsets.size(); ++u) {
      for (std::size_t e = offsets[u]; e < offsets[u + 1]; ++e) {
        out(static_cast<Eigen::Index>(u), static_cast<Eigen::Index>(columns[e])) =
            values.empty() ? 1 : static_cast<double>(values[e]);
      }
    }
    return out;
  }
};

// Ratings 1 to 5, or ones: user u rates item i more often and higher where both leave the same rest
// by `groups`, and later items less often.
Sparse ratings(std::size_t users, std::size_t items, std::size_t groups, bool implicit,
               std::uint64_t seed) {
  Rng rng(seed);
  Sparse out{items, {0}, {}, {}};
  for (std::size_t u = 0; u < users; ++u) {
    for (std::size_t i = 0; i < items; ++i) {
      const bool alike = u % groups == i % groups;
      const double most = (alike ? 0.9 : 0.1) *
                          (1 - 0.5 * static_cast<double>(i % groups) / static_cast<double>(groups));
      if (rng.uniform() >= most) continue;
      out.columns.push_back(static_cast<std::uint32_t>(i));
      if (!implicit) out.values.push_back(static_cast<float>(1 + rng.below(3) + (alike ? 2 : 0)));
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

Eigen::MatrixXd to_eigen(const Matrix &m) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(m.data.data(), static_cast<Eigen::Index>(m.rows),
                                    static_cast<Eigen::Index>(m.cols))
      .cast<double>();
}

// Against a full decomposition of the centred, dense matrix. Scores S have S S^T = U s^2 U^T, which
// is unique where values repeat.
void expect_agrees(const Sparse &x, std::size_t k, double tolerance) {
  const Eigen::MatrixXd dense = x.dense();
  const Eigen::MatrixXd centred = dense.rowwise() - dense.colwise().mean();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(centred, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto kept = std::min(static_cast<Eigen::Index>(k), svd.singularValues().size());
  const Eigen::MatrixXd expected =
      svd.matrixU().leftCols(kept) * svd.singularValues().head(kept).asDiagonal();

  const numerics::Pca pca(x.view(), k, 1);
  const Eigen::MatrixXd scores = to_eigen(pca.scores(x.view()));
  ASSERT_EQ(scores.cols(), static_cast<Eigen::Index>(k));
  const double scale = svd.singularValues()[0] * svd.singularValues()[0];
  EXPECT_LT((scores * scores.transpose() - expected * expected.transpose()).cwiseAbs().maxCoeff(),
            tolerance * scale);
  for (Eigen::Index c = 0; c < kept; ++c) {
    const double s = svd.singularValues()[c];
    EXPECT_NEAR(pca.variance()[static_cast<std::size_t>(c)] * static_cast<double>(dense.rows() - 1),
                s * s, tolerance * scale);
  }
  EXPECT_LT(scores.colwise().mean().cwiseAbs().maxCoeff(), 1e-5 * std::sqrt(scale));
}

TEST(Pca, AgreesWithTheFullDecompositionOfSmallMatrices) {
  expect_agrees(ratings(30, 12, 3, false, 1), 5, 1e-6);
  expect_agrees(ratings(12, 30, 3, false, 2), 5, 1e-6);
  expect_agrees(ratings(15, 15, 3, true, 3), 15, 1e-6);
  expect_agrees(ratings(9, 14, 3, true, 4), 20, 1e-6);
}

TEST(Pca, AgreesWithTheFullDecompositionWhereThereIsAGap) {
  expect_agrees(ratings(300, 200, 6, false, 5), 5, 1e-6);
  expect_agrees(ratings(300, 200, 6, true, 6), 5, 1e-6);
}

TEST(Pca, AxesAreOrthonormalAndHaveAFixedSign) {
  const Sparse x = ratings(300, 200, 6, false, 7);
  const numerics::Pca pca(x.view(), 5, 1);
  const Eigen::MatrixXd axes = to_eigen(pca.axes());
  EXPECT_LT((axes.transpose() * axes - Eigen::MatrixXd::Identity(5, 5)).cwiseAbs().maxCoeff(),
            1e-6);
  for (Eigen::Index c = 0; c < 5; ++c) EXPECT_GE(axes.col(c).maxCoeff(), -axes.col(c).minCoeff());
  EXPECT_EQ(pca.axes().data, numerics::Pca(x.view(), 5, 1).axes().data);
}

// Rows it was not fitted to: (x - mean) V with the mean of the rows it was.
TEST(Pca, ScoresOtherRows) {
  const Sparse x = ratings(100, 40, 4, false, 8), y = ratings(20, 40, 4, false, 9);
  const numerics::Pca pca(x.view(), 3, 1);
  const Eigen::MatrixXd expected =
      (y.dense().rowwise() - x.dense().colwise().mean()) * to_eigen(pca.axes());
  EXPECT_LT((to_eigen(pca.scores(y.view())) - expected).cwiseAbs().maxCoeff(), 1e-4);
}

// Centred, rows that are all the same have rank 0, and two kinds of rows rank 1.
TEST(Pca, ZeroBeyondTheRank) {
  Sparse same{6, {0}, {}, {}}, two{6, {0}, {}, {}};
  for (std::size_t u = 0; u < 50; ++u) {
    for (const std::uint32_t column : {0u, 2u, 5u}) {
      same.columns.push_back(column);
      same.values.push_back(static_cast<float>(column) + 0.3f);
    }
    same.offsets.push_back(same.columns.size());
    two.columns.push_back(u % 2 == 0 ? 1 : 4);
    two.offsets.push_back(two.columns.size());
  }
  const numerics::Pca none(same.view(), 3, 1);
  EXPECT_EQ(none.variance()[0], 0);
  EXPECT_EQ(none.scores(same.view()).data, std::vector<float>(150));
  const numerics::Pca one(two.view(), 3, 1);
  EXPECT_NEAR(one.variance()[0], 25.0 / 49, 1e-9);
  EXPECT_EQ(one.variance()[1], 0);
  for (std::size_t u = 0; u < 50; ++u) {
    EXPECT_NEAR(std::abs(one.scores(two.view()).row(u)[0]), std::sqrt(0.5), 1e-6);
    EXPECT_EQ(one.scores(two.view()).row(u)[1], 0);
  }
}

TEST(Pca, OfNothing) {
  const Sparse empty{4, {0, 0, 0}, {}, {}};
  EXPECT_EQ(numerics::Pca(empty.view(), 2, 1).scores(empty.view()).data, std::vector<float>(4));
  const Sparse narrow{0, {0, 0}, {}, {}};
  EXPECT_EQ(numerics::Pca(narrow.view(), 2, 1).scores(narrow.view()).data, std::vector<float>(2));
}

TEST(Pca, RefusesWhatIsNoMatrix) {
  const Sparse good = ratings(10, 5, 2, false, 1);
  EXPECT_THROW(numerics::Pca(good.view(), 0, 1), Error);
  const auto refused = [&](auto spoil) {
    Sparse bad = good;
    spoil(bad);
    EXPECT_THROW(numerics::Pca(bad.view(), 2, 1), Error);
    EXPECT_THROW(numerics::Pca(good.view(), 2, 1).scores(bad.view()), Error);
  };
  refused([](Sparse &x) { x.columns[0] = 5; });
  refused([](Sparse &x) { x.offsets.clear(); });
  refused([](Sparse &x) { x.offsets[0] = 1; });
  refused([](Sparse &x) { x.offsets.back() += 1; });
  refused([](Sparse &x) { std::swap(x.offsets[1], x.offsets[3]); });
  refused([](Sparse &x) { x.values.pop_back(); });
  refused([](Sparse &x) { x.values[1] = std::numeric_limits<float>::infinity(); });
  EXPECT_THROW(numerics::Pca(Sparse{5, {0}, {}, {}}.view(), 2, 1), Error);
  const Sparse wide = ratings(10, 6, 2, false, 1);
  EXPECT_THROW(numerics::Pca(good.view(), 2, 1).scores(wide.view()), Error);
}

}  // namespace
}  // namespace recveil
