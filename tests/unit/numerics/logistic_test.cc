#include "numerics/logistic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "support/numerics_fixed.h"

namespace recveil {
namespace {

using numerics::Logistic;
using support::Labelled;

// x, y = labelled(300, 6, 3) of support/numerics_fixed.h, scikit-learn 1.2.1:
//   LogisticRegression(C=C, solver='newton-cg', tol=1e-12, max_iter=1000).fit(x, y)
TEST(Logistic, AgreesWithScikitLearn) {
  const Labelled data = support::labelled(300, 6, 3);
  const auto expect = [&](double ridge, const std::vector<double> &weights, double intercept) {
    const Logistic model = numerics::fit_logistic(data.x, data.y, ridge);
    ASSERT_EQ(model.weights.size(), weights.size());
    for (std::size_t j = 0; j < weights.size(); ++j) {
      EXPECT_NEAR(model.weights[j], weights[j], 1e-5) << j;
    }
    EXPECT_NEAR(model.intercept, intercept, 1e-5);
  };
  expect(1,
         {-0.21498311704042442, 0.7287640767444382, 1.9892031570270752, -1.1873995957062147,
          0.3259093908752882, -0.4590624528686346},
         -0.40031394);
  expect(50,
         {-0.015683576210041534, 0.08215777574687234, 0.2200795854003285, -0.11717452866810582,
          0.027862790400845112, -0.05385378553368042},
         0.11440171);
}

// Largest entry of the gradient: sum_i (p_i - y_i) x_ij + ridge w_j, without ridge for the
// intercept.
double largest_gradient(const Logistic &model, const Labelled &data, double ridge) {
  std::vector<double> gradient;
  for (const double w : model.weights) gradient.push_back(ridge * w);
  gradient.push_back(0);
  for (std::size_t i = 0; i < data.y.size(); ++i) {
    const double decision = model.decision({data.x.row(i), data.x.cols});
    const double excess = 1 / (1 + std::exp(-decision)) - data.y[i];
    for (std::size_t j = 0; j < data.x.cols; ++j) {
      gradient[j] += excess * static_cast<double>(data.x.row(i)[j]);
    }
    gradient.back() += excess;
  }
  double largest = 0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  return largest;
}

TEST(Logistic, IsAtTheMinimum) {
  for (const float scale : {1.0f, 1000.0f}) {
    for (const double ridge : {1e-3, 1.0, 1e4}) {
      Labelled data = support::labelled(200, 5, 8);
      for (float &value : data.x.data) value *= scale;
      const Logistic model = numerics::fit_logistic(data.x, data.y, ridge);
      EXPECT_LT(largest_gradient(model, data, ridge), 1e-6 * 200) << scale << ' ' << ridge;
    }
  }
}

// Few rows, columns with far outliers and hardly a ridge: full Newton steps diverge on some 15 of
// these 1,000 problems.
TEST(Logistic, IsAtTheMinimumWhereNewtonAloneIsNot) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Rng rng(seed);
    Labelled data{{4 + rng.below(10), 1 + seed % 4, {}}, {0, 1}};
    while (data.y.size() < data.x.rows) data.y.push_back(static_cast<std::uint8_t>(rng.below(2)));
    for (std::size_t i = 0; i < data.x.rows * data.x.cols; ++i) {
      const double sign = rng.uniform() < 0.5 ? -1 : 1;
      data.x.data.push_back(static_cast<float>(sign * std::exp(2.5 * rng.normal())));
    }
    const double ridge = std::exp(3 * rng.normal() - 6);
    const Logistic model = numerics::fit_logistic(data.x, data.y, ridge);
    EXPECT_LT(largest_gradient(model, data, ridge), 1e-5) << seed;
  }
}

// Classes that a cut separates have no minimum without the ridge; with it they do, symmetric here.
TEST(Logistic, OfSeparableClassesIsFinite) {
  const Logistic model = numerics::fit_logistic(Matrix{4, 1, {-2, -1, 1, 2}},
                                                std::vector<std::uint8_t>{0, 0, 1, 1}, 1e-6);
  EXPECT_GT(model.weights[0], 5);
  EXPECT_TRUE(std::isfinite(model.weights[0]));
  EXPECT_NEAR(model.intercept, 0, 1e-6);
}

// Nothing but an intercept: log(p / (1 - p)).
TEST(Logistic, OfColumnsOfZeroIsThePrior) {
  const Logistic model = numerics::fit_logistic(Matrix{5, 2, std::vector<float>(10, 0)},
                                                std::vector<std::uint8_t>{1, 0, 0, 0, 0}, 1);
  EXPECT_EQ(model.weights, (std::vector<double>{0, 0}));
  EXPECT_NEAR(model.intercept, std::log(1 / 4.0), 1e-9);
}

TEST(Logistic, RefusesWhatDoesNotFit) {
  const Labelled data = support::labelled(20, 4, 9);
  EXPECT_THROW(numerics::fit_logistic(data.x, data.y, 0), Error);
  EXPECT_THROW(numerics::fit_logistic(data.x, std::vector<std::uint8_t>(20, 0), 1), Error);
  EXPECT_THROW(numerics::fit_logistic(data.x, std::vector<std::uint8_t>(21, 0), 1), Error);
  const Logistic model = numerics::fit_logistic(data.x, data.y, 1);
  EXPECT_THROW(model.decision(std::vector<float>(5)), Error);
}

}  // namespace
}  // namespace recveil
