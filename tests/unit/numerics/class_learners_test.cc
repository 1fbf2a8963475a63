// What attribute audits learn and score with: each against a slow twin.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "numerics/bag_logistic.h"
#include "numerics/class_auc.h"
#include "numerics/logistic.h"
#include "numerics/nearest.h"
#include "numerics/softmax_mlp.h"
#include "support/numerics_softmax.h"

namespace recveil {
namespace {

Matrix normal_rows(std::size_t n, std::size_t d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix out{n, d, std::vector<float>(n * d)};
  for (float &v : out.data) v = static_cast<float>(rng.normal());
  return out;
}

std::vector<std::int32_t> random_classes(std::size_t n, std::size_t classes, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::int32_t> out(n);
  for (auto &k : out) k = static_cast<std::int32_t>(rng.below(classes));
  return out;
}

// As in mlp_test: the twin is exact, what is left are some 1e2 float roundings of 6e-8.
TEST(SoftmaxMlp, GradientAgreesWithFiniteDifferences) {
  for (const std::vector<std::size_t> &hidden :
       {std::vector<std::size_t>{}, {5}, std::vector<std::size_t>{18, 4}}) {
    const Matrix x = normal_rows(30, 19, 1);
    const auto y = random_classes(30, 3, 2);
    numerics::SoftmaxMlp net(19, 3, {.hidden = hidden});
    std::vector<std::size_t> sizes{19};
    sizes.insert(sizes.end(), hidden.begin(), hidden.end());
    sizes.push_back(3);
    std::vector<double> parameters(net.parameters().begin(), net.parameters().end());
    EXPECT_NEAR(net.loss(x, y), support::slow_softmax_loss(sizes, parameters, x, y), 1e-6);
    const std::vector<float> gradient = net.gradient(x, y);
    ASSERT_EQ(gradient.size(), parameters.size());
    constexpr double kStep = 1e-5;
    for (std::size_t i = 0; i < parameters.size(); i += 3) {
      if (parameters[i] == 0 && gradient[i] == 0) continue;  // padding
      const double centre = parameters[i];
      parameters[i] = centre + kStep;
      const double above = support::slow_softmax_loss(sizes, parameters, x, y);
      parameters[i] = centre - kStep;
      const double below = support::slow_softmax_loss(sizes, parameters, x, y);
      parameters[i] = centre;
      EXPECT_NEAR(static_cast<double>(gradient[i]), (above - below) / (2 * kStep), 2e-5) << i;
    }
  }
}

// Three classes by the angle of two inputs: not linear. 1,000 fresh rows at .9 have a standard
// error of .01, so .85 is five of them below what it reaches.
TEST(SoftmaxMlp, LearnsWhatNoLineSeparates) {
  const auto classes_of = [](const Matrix &x) {
    std::vector<std::int32_t> y;
    for (std::size_t i = 0; i < x.rows; ++i) {
      const float *row = x.row(i);
      y.push_back(row[0] * row[1] > 0 ? 0 : row[0] > 0 ? 1 : 2);
    }
    return y;
  };
  const Matrix x = normal_rows(2000, 6, 3), fresh = normal_rows(1000, 6, 4);
  numerics::SoftmaxMlp net(6, 3, {.hidden = {32, 16}, .learning_rate = 5e-3, .epochs = 30});
  net.train(x, classes_of(x));
  std::vector<double> log_p(fresh.rows * 3);
  net.log_probabilities(fresh, log_p);
  const auto truth = classes_of(fresh);
  double right = 0;
  for (std::size_t i = 0; i < fresh.rows; ++i) {
    const double *row = log_p.data() + i * 3;
    EXPECT_NEAR(std::exp(row[0]) + std::exp(row[1]) + std::exp(row[2]), 1, 1e-9);
    right += std::max_element(row, row + 3) - row == truth[i] ? 1 : 0;
  }
  EXPECT_GT(right / 1000, 0.85);
}

TEST(SoftmaxMlp, RefusesWhatIsNotItsShape) {
  EXPECT_THROW(numerics::SoftmaxMlp(3, 1, {}), Error);
  EXPECT_THROW(numerics::SoftmaxMlp(3, 2, {.hidden = {0}}), Error);
  EXPECT_THROW(numerics::SoftmaxMlp(3, 2, {.batch = 0}), Error);
  numerics::SoftmaxMlp net(3, 2, {});
  EXPECT_THROW(net.train(normal_rows(2, 3, 1), std::vector<std::int32_t>{0, 2}), Error);
  EXPECT_THROW(net.train(normal_rows(2, 4, 1), std::vector<std::int32_t>{0, 1}), Error);
}

TEST(Nearest, AreThoseOfASort) {
  const Matrix points = normal_rows(333, 7, 5), queries = normal_rows(70, 7, 6);
  const auto found = numerics::nearest(points, queries, 12);
  for (std::size_t q = 0; q < queries.rows; ++q) {
    std::vector<std::pair<double, std::uint32_t>> all;
    for (std::uint32_t i = 0; i < points.rows; ++i) {
      double sum = 0;
      for (std::size_t c = 0; c < 7; ++c) {
        const double off =
            static_cast<double>(points.row(i)[c]) - static_cast<double>(queries.row(q)[c]);
        sum += off * off;
      }
      all.emplace_back(sum, i);
    }
    std::sort(all.begin(), all.end());
    std::vector<std::uint32_t> expected,
        got(found.begin() + static_cast<std::ptrdiff_t>(q * 12),
            found.begin() + static_cast<std::ptrdiff_t>(q * 12 + 12));
    for (std::size_t i = 0; i < 12; ++i) expected.push_back(all[i].second);
    std::sort(expected.begin(), expected.end());
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, expected) << q;
  }
  EXPECT_THROW(numerics::nearest(points, queries, 334), Error);
}

// Of two classes the AUC and its error are those of numerics::auc_standard_error.
TEST(ClassAuc, OfTwoClassesIsDeLongs) {
  Rng rng(7);
  std::vector<double> scores, ones, zeros;
  std::vector<std::int32_t> y;
  for (int i = 0; i < 300; ++i) {
    y.push_back(i % 3 == 0 ? 1 : 0);
    const double score = std::round(4 * (rng.normal() + 0.7 * y.back()));  // ties
    scores.push_back(-score);
    scores.push_back(score);
    (y.back() == 1 ? ones : zeros).push_back(score);
  }
  const std::vector<std::uint8_t> both{1, 1};
  const auto found = numerics::class_auc(scores, y, 2, both);
  EXPECT_NEAR(found.value, numerics::auc(ones, zeros).value, 1e-12);
  // He divides by n - 1, the mean of squares here by n.
  EXPECT_NEAR(found.standard_error, numerics::auc_standard_error(ones, zeros), 1e-3);
  EXPECT_TRUE(std::isnan(found.of_class[0]));
}

// The standard error of a macro AUC against the spread over 400 draws: a standard deviation of 400
// values has a relative error of 1 / sqrt(800) = .035; .15 is four of them.
TEST(ClassAuc, StandardErrorIsTheSpread) {
  Rng rng(8);
  const std::vector<std::uint8_t> all{1, 1, 1};
  double sum = 0, squares = 0, told = 0;
  constexpr int kDraws = 400;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<double> scores;
    std::vector<std::int32_t> y;
    for (int i = 0; i < 150; ++i) {
      y.push_back(i % 3);
      for (int k = 0; k < 3; ++k) scores.push_back(rng.normal() + (k == i % 3 ? 0.8 : 0));
    }
    const auto found = numerics::class_auc(scores, y, 3, all);
    sum += found.value;
    squares += found.value * found.value;
    told += found.standard_error / kDraws;
  }
  const double mean = sum / kDraws, spread = std::sqrt(squares / kDraws - mean * mean);
  EXPECT_NEAR(told / spread, 1, 0.15);
}

TEST(ClassAuc, LeavesOutWhatDoesNotCount) {
  const std::vector<double> scores{1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0};
  const std::vector<std::int32_t> y{0, 1, 1, 2};
  const std::vector<std::uint8_t> some{1, 1, 0};
  const auto found = numerics::class_auc(scores, y, 3, some);
  EXPECT_EQ(found.classes, 2u);
  // Class 0: 1 against 0, 0, 1: two in order and a tie. Class 1: all in order.
  EXPECT_NEAR(found.value, (2.5 / 3 + 1) / 2, 1e-12);
  EXPECT_TRUE(std::isnan(found.of_class[2]));
  EXPECT_NEAR(numerics::class_balanced_accuracy(scores, y, 3, some).value, 1, 1e-12);
  EXPECT_THROW(numerics::class_auc(scores, y, 2, some), Error);
}

// The dense fit does not penalize the intercept; with a centred problem of as many of each class
// and a small ridge that changes the decisions little. Compared by the gradient instead: at the
// minimum it is 0 to the tolerance, and the dense objective is convex.
TEST(BagLogistic, GradientIsZeroAtItsMinimum) {
  Rng rng(9);
  Interactions bags;
  bags.n_items = 40;
  std::vector<std::uint8_t> y;
  for (int u = 0; u < 300; ++u) {
    std::vector<std::uint32_t> items;
    y.push_back(u % 2 == 0 ? 1 : 0);
    for (std::uint32_t i = 0; i < 40; ++i) {
      if (rng.uniform() < (i < 5 && y.back() != 0 ? 0.5 : 0.2)) items.push_back(i);
    }
    bags.append(items);
  }
  constexpr double kRidge = 3;
  const auto model = numerics::fit_bag_logistic(bags, y, kRidge);
  std::vector<double> gradient(41), first(41);
  for (std::size_t j = 0; j < 40; ++j) gradient[j] = kRidge * model.weights[j];
  gradient[40] = kRidge * model.intercept;
  for (std::size_t u = 0; u < y.size(); ++u) {
    const double p = 1 / (1 + std::exp(-model.decision(bags.row(u))));
    for (const std::uint32_t item : bags.row(u)) {
      gradient[item] += p - y[u];
      first[item] += 0.5 - y[u];
    }
    gradient[40] += p - y[u];
    first[40] += 0.5 - y[u];
  }
  const auto length = [](const std::vector<double> &v) {
    return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
  };
  EXPECT_LT(length(gradient), 1.1e-4 * length(first));
  EXPECT_GT(model.weights[0], 0.5);
  EXPECT_THROW(numerics::fit_bag_logistic(bags, std::vector<std::uint8_t>(300, 1), 1), Error);
}

}  // namespace
}  // namespace recveil
