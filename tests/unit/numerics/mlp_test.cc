#include "numerics/mlp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "support/numerics_mlp.h"

namespace recveil {
namespace {

using numerics::Mlp;
using numerics::MlpOptions;

struct Data {
  std::vector<float> x;
  std::vector<std::uint8_t> y;
};

// n rows of normal inputs; y = 1 where the first two have the same sign: XOR, not linear.
Data xor_data(std::size_t n, std::size_t inputs, std::uint64_t seed) {
  Rng rng(seed);
  Data data;
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t i = 0; i < inputs; ++i) data.x.push_back(static_cast<float>(rng.normal()));
    const float *x = data.x.data() + row * inputs;
    data.y.push_back(x[0] * x[1] > 0 ? 1 : 0);
  }
  return data;
}

std::vector<float> copy(std::span<const float> values) {
  return {values.begin(), values.end()};
}

// 19 inputs: two rounds of eight and a rest. The twin is in double, so that its differences are
// exact to about 1e-9 and only the float arithmetic of the gradient is left: some 1e2 roundings of
// 6e-8.
TEST(Mlp, GradientAgreesWithFiniteDifferences) {
  for (const std::vector<std::size_t> &hidden :
       {std::vector<std::size_t>{}, std::vector<std::size_t>{5}, std::vector<std::size_t>{9, 4}}) {
    MlpOptions options;
    options.hidden = hidden;
    const Data data = xor_data(30, 19, 1);
    Mlp mlp(19, options);
    std::vector<std::size_t> sizes{19};
    sizes.insert(sizes.end(), hidden.begin(), hidden.end());
    sizes.push_back(2);
    std::vector<double> parameters(mlp.parameters().begin(), mlp.parameters().end());
    EXPECT_NEAR(mlp.loss(data.x, data.y), support::slow_mlp_loss(sizes, parameters, data.x, data.y),
                1e-6);
    const std::vector<float> gradient = mlp.gradient(data.x, data.y);
    ASSERT_EQ(gradient.size(), parameters.size());
    const double step = 1e-5;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const double centre = parameters[i];
      parameters[i] = centre + step;
      const double above = support::slow_mlp_loss(sizes, parameters, data.x, data.y);
      parameters[i] = centre - step;
      const double below = support::slow_mlp_loss(sizes, parameters, data.x, data.y);
      parameters[i] = centre;
      EXPECT_NEAR(static_cast<double>(gradient[i]), (above - below) / (2 * step), 1e-5) << i;
    }
  }
}

// The loss with a softmax before the softmax, by its definition: of one row without hidden layers,
// where every parameter is a logit's.
TEST(Mlp, GradientOfTheSoftmaxTakenTwice) {
  MlpOptions options;
  options.hidden = {};
  options.softmax_twice = true;
  for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}}) {
    Mlp mlp(3, options);
    const std::vector<float> x{0.5f, -1.5f, 2.0f};
    const std::vector<std::uint8_t> y{label};
    const auto loss = [&](const std::vector<double> &p) {
      double z[2];
      for (std::size_t o = 0; o < 2; ++o) {
        z[o] = p[6 + o];
        for (std::size_t i = 0; i < 3; ++i) z[o] += p[3 * o + i] * static_cast<double>(x[i]);
      }
      const double q1 = std::exp(z[1]) / (std::exp(z[0]) + std::exp(z[1])), q0 = 1 - q1;
      return -std::log(std::exp(label != 0 ? q1 : q0) / (std::exp(q0) + std::exp(q1)));
    };
    std::vector<double> p(mlp.parameters().begin(), mlp.parameters().end());
    EXPECT_NEAR(mlp.loss(x, y), loss(p), 1e-6);
    const std::vector<float> gradient = mlp.gradient(x, y);
    for (std::size_t i = 0; i < p.size(); ++i) {
      std::vector<double> up = p, down = p;
      up[i] += 1e-5;
      down[i] -= 1e-5;
      EXPECT_NEAR(static_cast<double>(gradient[i]), (loss(up) - loss(down)) / 2e-5, 1e-5) << i;
    }
  }
}

// In batches of one, unshuffled: a step on the first row, then one on the second.
TEST(Mlp, TakesRowsAsTheyStandIfAsked) {
  const Data data = xor_data(2, 4, 5);
  MlpOptions options;
  options.batch = 1;
  options.epochs = 1;
  options.momentum = 0;
  options.shuffled = false;
  Mlp both(4, options), one(4, options);
  both.train(data.x, data.y);
  for (std::size_t row = 0; row < 2; ++row) {
    one.train(std::span(data.x).subspan(4 * row, 4), std::span(data.y).subspan(row, 1));
  }
  EXPECT_EQ(copy(both.parameters()), copy(one.parameters()));
}

TEST(Mlp, StepsByMomentum) {
  const Data data = xor_data(24, 6, 2);
  MlpOptions options;
  options.batch = 24;
  options.learning_rate = 0.1;
  options.momentum = 0.5;
  options.epochs = 1;
  Mlp mlp(6, options);
  const std::vector<float> start = copy(mlp.parameters()), g0 = mlp.gradient(data.x, data.y);
  mlp.train(data.x, data.y);
  const std::vector<float> first = copy(mlp.parameters()), g1 = mlp.gradient(data.x, data.y);
  options.epochs = 2;
  Mlp twice(6, options);
  twice.train(data.x, data.y);
  const std::vector<float> second = copy(twice.parameters());
  for (std::size_t i = 0; i < start.size(); ++i) {
    EXPECT_NEAR(first[i], start[i] - 0.1f * g0[i], 1e-6f);
    EXPECT_NEAR(second[i], first[i] - 0.1f * (0.5f * g0[i] + g1[i]), 1e-6f);
  }
}

// Where the batch does not divide n the last step is the mean gradient of the rest, not less. Eight
// rows that are the same, in batches of 5: the steps are those of two epochs of one batch of one.
TEST(Mlp, TheLastBatchIsAMeanToo) {
  Data one = xor_data(1, 3, 3), eight;
  for (int i = 0; i < 8; ++i) {
    eight.x.insert(eight.x.end(), one.x.begin(), one.x.end());
    eight.y.push_back(one.y[0]);
  }
  MlpOptions options;
  options.batch = 5;
  options.epochs = 1;
  Mlp rest(3, options);
  rest.train(eight.x, eight.y);
  options.epochs = 2;
  Mlp same(3, options);
  same.train(one.x, one.y);
  for (std::size_t i = 0; i < rest.parameters().size(); ++i) {
    EXPECT_NEAR(rest.parameters()[i], same.parameters()[i], 1e-6f);
  }
}

TEST(Mlp, LearnsXor) {
  const Data train = xor_data(2000, 4, 4), test = xor_data(1000, 4, 5);
  MlpOptions options;
  options.learning_rate = 0.05;
  Mlp mlp(4, options);
  mlp.train(train.x, train.y);
  int right = 0;
  for (std::size_t row = 0; row < test.y.size(); ++row) {
    const double decision = mlp.decision(std::span(test.x).subspan(row * 4, 4));
    right += (decision > 0) == (test.y[row] != 0) ? 1 : 0;
  }
  EXPECT_GT(right, 930);  // a line through the inputs gets about 500
}

TEST(Mlp, SameSeedSameParameters) {
  const Data data = xor_data(100, 5, 6);
  MlpOptions options;
  Mlp a(5, options), b(5, options);
  options.seed = 2;
  Mlp c(5, options);
  for (Mlp *mlp : {&a, &b, &c}) mlp->train(data.x, data.y);
  EXPECT_EQ(copy(a.parameters()), copy(b.parameters()));
  EXPECT_NE(copy(a.parameters()), copy(c.parameters()));
}

TEST(Mlp, RefusesWrongShapes) {
  MlpOptions options;
  Mlp mlp(3, options);
  const std::vector<float> x(7);
  const std::vector<std::uint8_t> y(2);
  EXPECT_THROW(mlp.train(x, y), Error);
  EXPECT_THROW(mlp.decision(x), Error);
  options.batch = 0;
  EXPECT_THROW(Mlp(3, options), Error);
}

}  // namespace
}  // namespace recveil
