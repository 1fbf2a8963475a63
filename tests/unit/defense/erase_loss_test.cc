// AttrCloak's loss and gradient, and the two distance baselines, against slow twins.
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "core/error.h"
#include "defense/erase/attribute_loss.h"
#include "defense/erase/distance_losses.h"
#include "defense/erase/erasure_map.h"
#include "defense/erase/row_optimizer.h"
#include "numerics/product_kernels.h"
#include "support/erase_rows.h"

namespace recveil::defense {
namespace {

using support::erasure_rows;
using support::ErasureRows;

// n x padded doubles.
std::vector<double> padded(const ErasureRows &rows) {
  const std::size_t step = numerics::padded_doubles(rows.d);
  std::vector<double> out(rows.n * step);
  for (std::size_t i = 0; i < rows.n; ++i) {
    for (std::size_t c = 0; c < rows.d; ++c) {
      out[i * step + c] = static_cast<double>(rows.data[i * rows.d + c]);
    }
  }
  return out;
}

TEST(EraseLoss, IsTheSumOfKullbackLeiblerDivergences) {
  ErasureRows rows = erasure_rows(300, 5, {3}, 1);
  rows.classes[0][7] = kUnknown;
  AttributeLoss<double> loss(rows.classes[0], 3, rows.d, 0);
  EXPECT_NEAR(loss.value(padded(rows).data(), numerics::padded_doubles(rows.d)),
              support::slow_attribute_loss(rows.data, rows.n, rows.d, rows.classes[0], 3), 1e-12);
}

// Central differences at step h are off by h^2 f''' / 6 + eps |f| / h: below 1e-8 at h = 1e-5.
void expect_gradient(std::int32_t kinds, double min_rows, bool shrunk) {
  ErasureRows rows = erasure_rows(120, 6, {kinds}, 2);
  rows.classes[0][3] = kUnknown;
  const std::size_t step = numerics::padded_doubles(rows.d);
  std::vector<double> x = padded(rows), gradient(x.size());
  AttributeLoss<double> loss(rows.classes[0], kinds, rows.d, min_rows);
  if (shrunk) {
    loss.prepare(x.data(), step);
    EXPECT_GT(loss.shrinkage(), 0.001);
  }
  loss.add_gradient(x.data(), step, 1, gradient.data());
  for (const std::size_t i : {0UL, 3UL, 50UL, 77UL, 119UL}) {
    for (std::size_t c = 0; c < rows.d; ++c) {
      const double kept = x[i * step + c], h = 1e-5;
      x[i * step + c] = kept + h;
      const double above = loss.value(x.data(), step);
      x[i * step + c] = kept - h;
      const double below = loss.value(x.data(), step);
      x[i * step + c] = kept;
      EXPECT_NEAR(gradient[i * step + c], (above - below) / (2 * h), 1e-8) << i << ' ' << c;
    }
  }
}

TEST(EraseLoss, GradientIsThatOfFiniteDifferences) {
  expect_gradient(2, 0, false);
  expect_gradient(2, 0, true);
  expect_gradient(4, 30, true);  // some classes share a covariance
}

TEST(EraseLoss, OneShrinkageForAllKeepsItAboveZero) {
  const ErasureRows rows = erasure_rows(400, 8, {2}, 3);
  ErasureRows moved = rows;
  EraseOptions options;
  options.method = EraseMethod::attrcloak_df;
  options.alpha_floor = 1;  // the attribute's gradient alone
  options.learning_rate = 0.01;
  options.max_steps = 2000;
  const OptimizeReport report = optimize_rows(moved.view(), rows.labels(), options);
  EXPECT_GT(report.steps.front().attribute_loss, 0.01);
  EXPECT_GT(report.final_attribute_loss, -1e-6);  // rounding of floats
  EXPECT_LT(report.final_attribute_loss, report.steps.front().attribute_loss / 20);
}

TEST(EraseLoss, TheUnshrunkGaussianMapDrivesItToZero) {
  for (const std::int32_t kinds : {2, 4}) {
    ErasureRows rows = erasure_rows(2000, 8, {kinds}, 4);
    EraseOptions options;
    options.method = EraseMethod::gaussian_transport;
    options.shrinkage = Shrinkage::none;
    options.min_class_rows = 0;
    const ErasureMap map = ErasureMap::fit(rows.view(), rows.labels(), options);
    map.apply_rows(rows.view(), rows.labels(), rows.view());
    AttributeLoss<double> loss(rows.classes[0], kinds, rows.d, 0);
    const double after = loss.value(padded(rows).data(), numerics::padded_doubles(rows.d));
    EXPECT_LT(std::abs(after), 1e-10);
  }
}

double slow_d2d(const std::vector<float> &x, std::size_t step, std::size_t d,
                const ByClass &classes, double fixed_b, double *b_out) {
  const auto distance = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t c = 0; c < d; ++c) {
      const double gap =
          static_cast<double>(x[i * step + c]) - static_cast<double>(x[j * step + c]);
      sum += gap * gap;
    }
    return sum;
  };
  std::vector<std::uint32_t> all(classes.of(0).begin(), classes.of(0).end());
  all.insert(all.end(), classes.of(1).begin(), classes.of(1).end());
  double b = 0;
  for (const auto i : all) {
    for (const auto j : all) b += distance(i, j);
  }
  const auto n = static_cast<double>(all.size());
  b /= n * n - n;
  if (b_out != nullptr) *b_out = b;
  if (fixed_b > 0) b = fixed_b;
  const auto mean = [&](std::span<const std::uint32_t> from, std::span<const std::uint32_t> to) {
    double sum = 0;
    for (const auto i : from) {
      for (const auto j : to) {
        for (int m = 0; m < 5; ++m) sum += std::exp(-distance(i, j) / (b * std::pow(2.0, m - 2)));
      }
    }
    return sum / static_cast<double>(from.size() * to.size());
  };
  const auto a = classes.of(0), c = classes.of(1);
  return mean(a, a) + mean(c, c) - 2 * mean(a, c);
}

TEST(EraseLoss, DistanceBaselinesAgreeWithTheirDefinitions) {
  const ErasureRows rows = erasure_rows(90, 4, {2}, 5);
  const std::size_t step = numerics::padded_floats(rows.d);
  std::vector<float> x(rows.n * step), gradient(x.size()), unused(x.size());
  for (std::size_t i = 0; i < rows.n; ++i) {
    for (std::size_t c = 0; c < rows.d; ++c) x[i * step + c] = rows.data[i * rows.d + c];
  }
  const ByClass classes(rows.classes[0], 2);
  double b = 0;
  const double slow = slow_d2d(x, step, rows.d, classes, 0, &b);
  EXPECT_NEAR(add_d2d_gradient(x.data(), step, rows.d, classes, gradient.data()), slow, 1e-5);
  for (const std::size_t at : {0UL, 5 * step + 2, 60 * step + 3}) {
    // b is not differentiated. Floats: h = 1e-2 leaves 2e-4 of the values' 1e-2.
    const float kept = x[at];
    x[at] = kept + 0.01F;
    const double above = slow_d2d(x, step, rows.d, classes, b, nullptr);
    x[at] = kept - 0.01F;
    const double below = slow_d2d(x, step, rows.d, classes, b, nullptr);
    x[at] = kept;
    EXPECT_NEAR(static_cast<double>(gradient[at]), (above - below) / 0.02, 1e-5) << at;
  }

  std::fill(gradient.begin(), gradient.end(), 0.0F);
  double users = 0;
  for (const auto i : classes.of(0)) {
    for (const auto j : classes.of(1)) {
      for (std::size_t c = 0; c < rows.d; ++c) {
        const double gap =
            static_cast<double>(x[i * step + c]) - static_cast<double>(x[j * step + c]);
        users += gap * gap;
      }
    }
  }
  users /= static_cast<double>(classes.of(0).size() * classes.of(1).size());
  EXPECT_NEAR(add_u2u_gradient(x.data(), step, rows.d, classes, gradient.data()), users, 1e-9);
  const std::size_t at = 11 * step + 1;
  const float kept = x[at];
  x[at] = kept + 0.5F;  // quadratic: central differences are exact
  const double above = add_u2u_gradient(x.data(), step, rows.d, classes, unused.data());
  x[at] = kept - 0.5F;
  const double below = add_u2u_gradient(x.data(), step, rows.d, classes, unused.data());
  EXPECT_NEAR(static_cast<double>(gradient[at]), above - below, 1e-6);
}

TEST(RowOptimizer, MovesOnlyWhatItIsAskedTo) {
  ErasureRows rows = erasure_rows(300, 6, {2}, 6);
  rows.classes[0][5] = kUnknown;
  std::vector<std::uint8_t> write(rows.n, 1);
  write[9] = 0;
  const std::vector<float> before = rows.data;
  EraseOptions options;
  options.max_steps = 5;
  for (const EraseMethod method : {EraseMethod::attrcloak_df, EraseMethod::d2d, EraseMethod::u2u}) {
    ErasureRows moved = rows;
    MutableEmbeddings view = moved.view();
    view.frozen_tail_cols = 2;
    options.method = method;
    optimize_rows(view, rows.labels(), options, write);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < rows.n; ++i) {
      for (std::size_t c = 0; c < rows.d; ++c) {
        const bool same = moved.data[i * rows.d + c] == before[i * rows.d + c];
        if (i == 5 || i == 9 || c >= 4) {
          EXPECT_TRUE(same) << i << " " << c;
        }
        changed += same ? 0 : 1;
      }
    }
    EXPECT_GT(changed, rows.n * 3);
  }
}

TEST(RowOptimizer, AlphaIsTheShortestCombinationWithinTheMethodsLimits) {
  ErasureRows rows = erasure_rows(300, 6, {2}, 7);
  EraseOptions options;
  options.method = EraseMethod::attrcloak_df;
  options.learning_rate = 0.01;
  ErasureRows moved = rows;
  const OptimizeReport free = optimize_rows(moved.view(), rows.labels(), options);
  // Nothing has moved before the first step: gR = 0, alpha = 0, and the floor applies.
  EXPECT_EQ(free.steps[0].alpha, 0.1);
  for (const OptimizeStep &step : free.steps) {
    EXPECT_GE(step.alpha, 0.1);
    EXPECT_LE(step.alpha, 1.0);
  }
  EXPECT_TRUE(free.converged);
  EXPECT_LT(free.final_attribute_loss, free.steps[0].attribute_loss);

  // With the recommender's loss there is no floor: gradients that agree let alpha be 0 or 1.
  options.method = EraseMethod::attrcloak_dd;
  options.max_steps = 3;
  moved = rows;
  const auto flat = [](std::span<const float> x, std::span<float> gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.0F);
    return static_cast<double>(x.size());
  };
  const OptimizeReport dd = optimize_rows(moved.view(), rows.labels(), options, {}, flat);
  EXPECT_EQ(dd.steps[0].alpha, 0.0);
  EXPECT_EQ(dd.steps[0].retain_loss, 6.0);
}

TEST(RowOptimizer, RefusesAndLeavesRowsAsTheyWere) {
  ErasureRows rows = erasure_rows(200, 6, {3}, 8);
  const std::vector<float> before = rows.data;
  EraseOptions options;
  const auto refused = [&](Status status, const RecommenderGradient &recommender = {}) {
    try {
      optimize_rows(rows.view(), rows.labels(), options, {}, recommender,
                    [](double share, const char *) {
                      if (share > 0.02) throw Error(Status::cancelled, "enough");
                    });
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), status) << error.what();
      EXPECT_EQ(rows.data, before);
      return;
    }
    ADD_FAILURE() << "not refused";
  };
  options.method = EraseMethod::leace;
  refused(Status::argument);
  options.method = EraseMethod::u2u;  // 3 classes
  refused(Status::argument);
  options.method = EraseMethod::attrcloak_dd;  // no recommender
  refused(Status::argument);
  const auto not_finite = [](std::span<const float>, std::span<float> gradient) {
    std::fill(gradient.begin(), gradient.end(), NAN);
    return 1.0;
  };
  refused(Status::data, not_finite);
  options.method = EraseMethod::attrcloak_df;
  refused(Status::cancelled);
  rows.data[3] = NAN;
  EXPECT_THROW(optimize_rows(rows.view(), rows.labels(), options), Error);
}

}  // namespace
}  // namespace recveil::defense
