// The accountant against the values of the analytic Gaussian mechanism, and against itself.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "defense/private/accountant.h"
#include "defense/private/catalogue.h"

namespace recveil::defense {
namespace {

constexpr double kDelta = 1e-6;

// Delta by quadrature of the privacy loss, N(mu^2 / 2, mu^2): E (1 - e^(epsilon - loss))+.
double slow_delta(double mu, double epsilon) {
  const int n = 400000;
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double z = -12 + 24 * (i + 0.5) / n;
    const double loss = mu * mu / 2 + mu * z;
    if (loss > epsilon) sum += std::exp(-z * z / 2) * -std::expm1(epsilon - loss);
  }
  return sum * 24 / n / std::sqrt(2 * std::acos(-1.0));
}

TEST(PrivateAccountant, MuOfTheMechanism) {
  // dp-accounting 0.4 and Balle and Wang's own code agree on these to three digits.
  const struct {
    double epsilon, mu, auc;
  } table[] = {
      {1, .237, .566}, {2, .448, .624}, {4, .838, .723}, {8, 1.532, .861}, {16, 2.713, .972}};
  for (const auto &row : table) {
    const double mu = mu_of(row.epsilon, kDelta);
    EXPECT_NEAR(mu, row.mu, 5e-4) << row.epsilon;
    EXPECT_NEAR(auc_ceiling(mu), row.auc, 1.5e-3) << row.epsilon;
    EXPECT_NEAR(slow_delta(mu, row.epsilon), kDelta, 1e-4 * kDelta) << row.epsilon;
  }
}

TEST(PrivateAccountant, ThereAndBack) {
  for (const double epsilon : {1e-3, .1, 1.0, 4.0, 30.0, 300.0}) {
    for (const double delta : {1e-12, 1e-6, 1e-3, .1}) {
      EXPECT_NEAR(epsilon_of(mu_of(epsilon, delta), delta), epsilon, 1e-9 * std::max(1.0, epsilon))
          << epsilon << " " << delta;
    }
  }
}

TEST(PrivateAccountant, MoreNoiseTellsLess) {
  double last_mu = 0, last_auc = .5, last_tpr = 0;
  for (double epsilon = .25; epsilon < 64; epsilon *= 2) {
    const double mu = mu_of(epsilon, kDelta);
    EXPECT_GT(mu, last_mu);
    EXPECT_GT(mu, mu_of(epsilon, kDelta / 10)) << "a smaller delta asks for more noise";
    EXPECT_GT(auc_ceiling(mu), last_auc);
    EXPECT_GT(tpr_ceiling(mu, .01), last_tpr);
    last_mu = mu, last_auc = auc_ceiling(mu), last_tpr = tpr_ceiling(mu, .01);
  }
  EXPECT_NEAR(tpr_ceiling(.838, .01), .068, 5e-4);
  EXPECT_EQ(epsilon_of(1e-3, .5), 0);
}

TEST(PrivateAccountant, TheBudgetIsSpentWhole) {
  const BudgetParts parts = split_budget(.838);
  EXPECT_NEAR(std::hypot(parts.counts, parts.gram), .838, 1e-12);
}

TEST(PrivateAccountant, RefusesWhatIsNoBudget) {
  for (const double epsilon : {0.0, -1.0, 1001.0, std::nan("")}) {
    EXPECT_THROW(static_cast<void>(mu_of(epsilon, kDelta)), Error) << epsilon;
  }
  for (const double delta : {0.0, 1.0, -1e-6, std::nan("")}) {
    EXPECT_THROW(static_cast<void>(mu_of(1, delta)), Error) << delta;
  }
  EXPECT_THROW(static_cast<void>(epsilon_of(0, kDelta)), Error);
  EXPECT_THROW(static_cast<void>(tpr_ceiling(1, 0)), Error);
}

TEST(PrivateCatalogue, SizeFollowsPeopleAndBudget) {
  EXPECT_EQ(catalogue_size(5000, .838, 100000), 323u);
  EXPECT_EQ(catalogue_size(100, .1, 100000), 100u);
  EXPECT_EQ(catalogue_size(50000, .838, 100000), 800u);
  EXPECT_EQ(catalogue_size(1000000, .838, 100000), 2000u);
  EXPECT_EQ(catalogue_size(1000000, .838, 50), 50u);
  EXPECT_EQ(largest_counts(std::vector<std::int64_t>{3, -7, 9, 3}, 3),
            (std::vector<std::uint32_t>{2, 0, 3}));
}

}  // namespace
}  // namespace recveil::defense
