#include "recommend/weighted_ials.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "support/recommend_factors.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::at;
using support::dense;

std::vector<float> some_weights(std::size_t n) {
  std::vector<float> out(n);
  for (std::size_t u = 0; u < n; ++u) out[u] = static_cast<float>(u % 5) / 4;
  return out;
}

TEST(WeightedIals, WithWeightsOfOneIsIals) {
  const Interactions training = support::random_interactions({.users = 60, .items = 40}, 1);
  const IalsOptions options{.d = 8, .loss = {2, 0.5, 0.1, 0.5}, .sweeps = 5};
  const auto plain = train_ials(training, options);
  const auto weighted = train_weighted_ials(training, std::vector<float>(60, 1), options);
  EXPECT_EQ(weighted->user_factors().data, plain->user_factors().data);
  EXPECT_EQ(weighted->item_factors().data, plain->item_factors().data);
}

TEST(WeightedIals, WithAWeightOfZeroTheUserDidNothing) {
  const Interactions training = support::random_interactions({.users = 60, .items = 40}, 2);
  std::vector<std::uint32_t> others(50);
  for (std::uint32_t u = 0; u < 50; ++u) others[u] = u;
  std::vector<float> weights(60, 1);
  std::fill(weights.begin() + 50, weights.end(), 0.f);
  const IalsOptions options{.d = 8, .loss = {5, 1, 10, 0}, .sweeps = 5};
  const auto without = train_ials(training.select(others), options);
  const auto weighted = train_weighted_ials(training, weights, options);
  const auto &a = weighted->item_factors().data, &b = without->item_factors().data;
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-5);
}

// The least squares problem of every row, dense and in double, against the other side.
TEST(WeightedIals, ASweepAgreesWithTheDefinition) {
  constexpr Eigen::Index kUsers = 40, kItems = 30, kFactors = 6;
  const Interactions training = support::random_interactions({.users = 40, .items = 30}, 3);
  const support::DenseRows x = dense(training);
  const std::vector<float> weights = some_weights(40);
  const SquaredLoss loss{2, 0.5, 0.1, 0.5};
  const IalsOptions options{.d = kFactors, .loss = loss, .sweeps = 3};
  IalsOptions further = options;
  further.sweeps = 4;
  const auto before = train_weighted_ials(training, weights, options);
  const auto after = train_weighted_ials(training, weights, further);
  // entries: of the row; pair_weight: v of the pair's user.
  const auto row = [&](const support::DenseRows &fixed, const Eigen::VectorXd &entries,
                       const Eigen::VectorXd &pair_weight) {
    const double observed = entries.dot(pair_weight);
    const double total = loss.observed_weight * observed +
                         loss.unobserved_weight * (static_cast<double>(fixed.rows()) - observed);
    Eigen::MatrixXd system = Eigen::MatrixXd::Identity(kFactors, kFactors) *
                             (loss.regularization * std::pow(total, loss.regularization_exponent));
    Eigen::VectorXd right = Eigen::VectorXd::Zero(kFactors);
    for (Eigen::Index k = 0; k < fixed.rows(); ++k) {
      const Eigen::VectorXd one = fixed.row(k).transpose();
      const double v = entries[k] * pair_weight[k];
      const double weight =
          loss.unobserved_weight + v * (loss.observed_weight - loss.unobserved_weight);
      system += weight * one * one.transpose();
      right += v * loss.observed_weight * one;
    }
    return Eigen::VectorXd(system.llt().solve(right));
  };
  const Eigen::VectorXd v =
      Eigen::Map<const Eigen::VectorXf>(weights.data(), kUsers).cast<double>();
  const support::DenseRows users = dense(before->user_factors());
  const support::DenseRows items = dense(after->item_factors());
  for (Eigen::Index i = 0; i < kItems; ++i) {
    const Eigen::VectorXd expected = row(users, x.col(i), v);
    EXPECT_LT((expected - items.row(i).transpose()).norm(), 1e-4) << "item " << i;
  }
  for (Eigen::Index u = 0; u < kUsers; ++u) {
    const Eigen::VectorXd expected =
        row(items, x.row(u).transpose(), Eigen::VectorXd::Constant(kItems, v[u]));
    EXPECT_LT((expected - dense(after->user_factors()).row(u).transpose()).norm(), 1e-4)
        << "user " << u;
  }
}

TEST(WeightedIals, RefusesWeightsThatAreNone) {
  const Interactions training = support::random_interactions({.users = 20, .items = 20}, 4);
  const IalsOptions options{.d = 4};
  EXPECT_THROW(train_weighted_ials(training, std::vector<float>(19, 1), options), Error);
  for (const float wrong : {-.1f, 1.1f, std::nanf("")}) {
    std::vector<float> weights(20, 1);
    weights[7] = wrong;
    EXPECT_THROW(train_weighted_ials(training, weights, options), Error) << wrong;
  }
}

}  // namespace
}  // namespace recveil::recommend
