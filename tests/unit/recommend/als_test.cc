#include "recommend/als.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/numerics_svd.h"
#include "support/recommend_factors.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::at;
using support::dense;
using support::DenseRows;

DenseRows product(const FactorModel &model) {
  return dense(model.user_factors()) * dense(model.item_factors()).transpose();
}

// The minimum is known: the singular values less lambda. Alternating ridge regressions get there
// from nearly every start, at the rate of the ratio of neighbouring singular values (here .97 at
// worst, so that 400 sweeps leave nothing but rounding). Some of the 12 values are below lambda.
TEST(Als, IsTheSoftThresholdedSvd) {
  const Interactions training =
      support::random_interactions({.users = 60, .items = 25, .least = 3}, 1);
  const DenseRows x = dense(training);
  const support::DenseSvd svd = support::dense_svd(training);
  for (const std::size_t d : {1u, 4u, 12u}) {
    const double lambda = 0.5 * (svd.s[8] + svd.s[9]);
    DenseRows expected = DenseRows::Zero(x.rows(), x.cols());
    for (Eigen::Index k = 0; k < at(d); ++k) {
      const Eigen::VectorXd v = svd.v.col(k);
      const double scale = std::max(0.0, svd.s[k] - lambda) / svd.s[k];
      expected += scale * (x * v) * v.transpose();  // X v = s u
    }
    const auto model = train_als(training, {.d = d, .regularization = lambda, .sweeps = 400});
    EXPECT_LE((product(*model) - expected).norm(), 2e-3 * expected.norm()) << "d " << d;
  }
}

TEST(Als, FoldInIsOneRidgeRegression) {
  const Interactions training = support::random_interactions({}, 2);
  const auto model = train_als(training, {.d = 10, .regularization = 1, .sweeps = 5});
  const DenseRows q = dense(model->item_factors());
  DenseRows system = q.transpose() * q;
  system.diagonal().array() += 1;
  const Interactions others = support::random_interactions({.users = 20}, 3);
  const DenseRows y = dense(others);
  for (std::size_t user = 0; user < others.n_users(); ++user) {
    std::vector<float> row(10), scores(others.n_items);
    model->fold_in(others.row(user), row);
    const Eigen::VectorXd expected =
        system.ldlt().solve(q.transpose() * y.row(at(user)).transpose());
    const Eigen::VectorXd folded = Eigen::Map<Eigen::VectorXf>(row.data(), 10).cast<double>();
    ASSERT_LE((folded - expected).norm(), 1e-4 * expected.norm());
    model->score(others.row(user), scores);
    const Eigen::VectorXd products =
        Eigen::Map<Eigen::VectorXf>(scores.data(), at(others.n_items)).cast<double>();
    ASSERT_LE((products - q * expected).norm(), 1e-4 * products.norm());
  }
}

TEST(Als, ThreadsDoNotMatter) {
  const Interactions training = support::random_interactions({}, 4);
  const auto one = train_als(training, {.d = 9, .sweeps = 3, .threads = 1});
  const auto four = train_als(training, {.d = 9, .sweeps = 3, .threads = 4});
  EXPECT_EQ(one->user_factors().data, four->user_factors().data);
  EXPECT_EQ(one->item_factors().data, four->item_factors().data);
}

}  // namespace
}  // namespace recveil::recommend
