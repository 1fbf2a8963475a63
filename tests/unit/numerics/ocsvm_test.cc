#include "numerics/ocsvm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "numerics/smo.h"
#include "support/numerics_ocsvm.h"
#include "support/numerics_svm_problems.h"

namespace recveil {
namespace {

using numerics::OneClassOptions;
using numerics::OneClassSvm;
using numerics::train_one_class;

// At the eps that ships: what the solver claims holds in exact arithmetic, or nearly: in double.
TEST(OneClass, TheViolationLeftIsBelowEps) {
  for (const support::SvmProblem &problem : support::small_svm_problems()) {
    if (problem.n > 3000) continue;
    const Matrix x = support::svm_rows(problem, 1);
    const OneClassOptions options{.nu = problem.nu, .gamma = support::svm_gamma(problem, x)};
    const numerics::TrainedOneClass trained = train_one_class(x, options);
    const support::Optimality found = support::optimality(x, trained, problem.nu);
    EXPECT_LE(found.gap, options.eps) << problem.name();
    EXPECT_LE(trained.gap, options.eps) << problem.name();
    EXPECT_LT(found.sum_error, 1e-9 * static_cast<double>(problem.n)) << problem.name();
    for (const double alpha : trained.svm.alpha()) {
      EXPECT_GT(alpha, 0);
      EXPECT_LE(alpha, 1);
    }
    const double rho =
        std::isnan(found.free_mean) ? (found.least + found.greatest) / 2 : found.free_mean;
    EXPECT_NEAR(trained.svm.rho(), rho, 1e-5 * rho) << problem.name();
  }
}

TEST(OneClass, NuBoundsTheShareOutside) {
  const support::SvmProblem problem{2000, 6, 0.1, 0, support::Shape::clusters};
  const Matrix x = support::svm_rows(problem, 1);
  const auto trained =
      train_one_class(x, {.nu = problem.nu, .gamma = support::svm_gamma(problem, x)});
  std::vector<double> decisions(x.rows);
  trained.svm.decisions(x, decisions);
  std::size_t outside = 0;
  for (const double decision : decisions) outside += decision < -1e-3 ? 1 : 0;
  EXPECT_LE(outside, 200u);
  EXPECT_GE(trained.support_rows.size(), 200u);
}

// Two points, nu = 1/2: the sum of alpha is 1. By symmetry (1/2, 1/2) and rho = (1 + e^-gamma) / 2.
TEST(OneClass, ByHand) {
  const auto trained = train_one_class({2, 1, {0, 1}}, {.nu = 0.5, .gamma = 0.7, .eps = 1e-9});
  ASSERT_EQ(trained.support_rows, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_NEAR(trained.svm.alpha()[0], 0.5, 1e-7);
  EXPECT_NEAR(trained.svm.rho(), (1 + std::exp(-0.7)) / 2, 1e-7);
  EXPECT_NEAR(trained.svm.decision(std::vector<float>{0.5f}),
              std::exp(-0.7 / 4) - (1 + std::exp(-0.7)) / 2, 2e-7);
}

// Two rows in the middle and one on each side, far enough out that both take all they may: no alpha
// is strictly between the bounds, and rho is the middle of the gradients on either side of it.
TEST(OneClass, RhoWithoutAFreeSupportVector) {
  const auto trained = train_one_class({4, 1, {-2, 0, 0, 2}}, {.nu = 0.5, .gamma = 0.1});
  ASSERT_EQ(trained.support_rows, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_NEAR(trained.svm.rho(), (1 + std::exp(-1.6) + 2 * std::exp(-0.4)) / 2, 1e-6);
}

// From alpha = nu for all, some rows are set aside that have to come back.
TEST(OneClass, AnyStartEndsAtTheSameOptimum) {
  const support::SvmProblem problem{1500, 8, 0.05, 1, support::Shape::ratings};
  const Matrix x = support::svm_rows(problem, 1);
  const double gamma = support::svm_gamma(problem, x);
  std::vector<double> first(x.rows);
  std::fill_n(first.begin(), 75, 1.0);
  for (const std::vector<double> &start : {first, std::vector<double>(x.rows, problem.nu)}) {
    const numerics::SmoResult result =
        numerics::solve_dual(x, {start, {}, {}, {}}, {gamma, 1e-6, 100u << 20});
    EXPECT_LT(result.gap, 1e-6);
    const auto trained = train_one_class(x, {.nu = problem.nu, .gamma = gamma, .eps = 1e-6});
    EXPECT_NEAR(result.rho, trained.svm.rho(), 1e-6);
    const std::vector<double> gradient = support::kernel_sums(x, result.alpha, x, gamma);
    for (std::size_t i = 0; i < x.rows; ++i) EXPECT_NEAR(result.gradient[i], gradient[i], 1e-5);
  }
}

TEST(OneClass, OneRowAndAllRowsAlike) {
  const auto one = train_one_class({1, 2, {3, 4}}, {.nu = 0.5, .gamma = 1});
  EXPECT_NEAR(one.svm.rho(), 0.5, 1e-12);
  EXPECT_NEAR(one.svm.decision(std::vector<float>{3, 4}), 0, 1e-12);
  const Matrix same{3000, 4, std::vector<float>(12000, 2.5f)};
  const auto alike = train_one_class(same, {.nu = 0.1, .gamma = 1});
  EXPECT_NEAR(alike.svm.rho(), 300, 1e-6);
  EXPECT_NEAR(alike.svm.decision(std::vector<float>(4, 2.5f)), 0, 1e-6);
}

// nu = 1: every alpha is 1 and rho the largest gradient, so that nobody is inside but the last.
TEST(OneClass, NuOne) {
  const Matrix x = support::svm_rows({1200, 3, 1, 0, support::Shape::clusters}, 1);
  const auto trained = train_one_class(x, {.nu = 1, .gamma = 0.1});
  EXPECT_EQ(trained.support_rows.size(), x.rows);
  std::vector<double> decisions(x.rows);
  trained.svm.decisions(x, decisions);
  EXPECT_NEAR(*std::max_element(decisions.begin(), decisions.end()), 0, 1e-9);
}

TEST(OneClass, ASmallCacheChangesNothingButTime) {
  const support::SvmProblem problem{3000, 10, 0.2, 1, support::Shape::clusters};
  const Matrix x = support::svm_rows(problem, 1);
  OneClassOptions options{.nu = problem.nu, .gamma = support::svm_gamma(problem, x), .eps = 1e-4};
  const auto large = train_one_class(x, options);
  for (const std::size_t bytes : {0u, 100u << 10}) {
    options.cache_bytes = bytes;
    const auto small = train_one_class(x, options);
    EXPECT_EQ(small.iterations, large.iterations);
    EXPECT_EQ(small.svm.rho(), large.svm.rho());
    EXPECT_EQ(small.support_rows, large.support_rows);
  }
}

TEST(OneClass, ScoresAloneOrTogether) {
  const support::SvmProblem problem{1500, 30, 0.2, 0, support::Shape::clusters};
  const Matrix x = support::svm_rows(problem, 1), y = support::svm_rows(problem, 2);
  const auto trained =
      train_one_class(x, {.nu = problem.nu, .gamma = support::svm_gamma(problem, x)});
  std::vector<double> together(y.rows);
  trained.svm.decisions(y, together);
  const std::vector<double> sums =
      support::kernel_sums(trained.svm.support(), trained.svm.alpha(), y, trained.svm.gamma());
  for (std::size_t i = 0; i < y.rows; ++i) {
    EXPECT_NEAR(together[i], sums[i] - trained.svm.rho(), 1e-5);
    EXPECT_NEAR(trained.svm.decision({y.row(i), y.cols}), together[i], 1e-10);
  }
}

TEST(OneClass, IsRepeatable) {
  const support::SvmProblem problem{5000, 8, 0.05, 0, support::Shape::clusters};
  const Matrix x = support::svm_rows(problem, 1);
  const OneClassOptions options{.nu = problem.nu, .gamma = support::svm_gamma(problem, x)};
  EXPECT_EQ(train_one_class(x, options).svm.rho(), train_one_class(x, options).svm.rho());
}

void expect_refused(const Matrix &x, const OneClassOptions &options) {
  try {
    train_one_class(x, options);
    FAIL() << "not refused";
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), Status::argument) << error.what();
  }
}

TEST(OneClass, RefusesWhatMakesNoSense) {
  const Matrix x{2, 1, {0, 1}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double nu : {0.0, -1.0, 1.01, nan}) expect_refused(x, {.nu = nu});
  for (const double gamma : {0.0, -1.0, 1e-31, 1e31, nan}) expect_refused(x, {.gamma = gamma});
  for (const double eps : {0.0, -1.0, nan, HUGE_VAL}) expect_refused(x, {.eps = eps});
  expect_refused({0, 1, {}}, {});
  expect_refused({2, 0, {}}, {});
  expect_refused({2, 1, {0, std::numeric_limits<float>::infinity()}}, {});
  expect_refused({2, 1, {std::nanf(""), 0}}, {});
}

TEST(OneClass, PartsAndRowsMustFit) {
  EXPECT_THROW(OneClassSvm({2, 1, {0, 1}}, {1}, 1, 0), Error);
  EXPECT_THROW(OneClassSvm({1, 1, {0}}, {std::nan("")}, 1, 0), Error);
  EXPECT_THROW(OneClassSvm({1, 1, {0}}, {1}, 0, 0), Error);
  EXPECT_THROW(OneClassSvm({1, 1, {0}}, {1}, 1, HUGE_VAL), Error);
  const OneClassSvm svm({1, 2, {0, 0}}, {1}, 1, 0.25);
  std::vector<double> out(1);
  EXPECT_THROW(svm.decision(std::vector<float>{0}), Error);
  EXPECT_THROW(svm.decisions({1, 3, {0, 0, 0}}, out), Error);
  EXPECT_THROW(svm.decisions({2, 2, {0, 0, 0, 0}}, out), Error);
  EXPECT_NEAR(svm.decision(std::vector<float>{1, 0}), std::exp(-1.0) - 0.25, 1e-7);
}

}  // namespace
}  // namespace recveil
