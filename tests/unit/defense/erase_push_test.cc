// The network that pushes rows, against its own loss and slopes by finite differences in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "defense/erase/direction_net.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kWidth = 7, kClasses = 3, kRows = 600;
constexpr float kEta = 0.3F;

struct Scene {
  std::size_t step = numerics::padded_floats(kWidth);
  std::vector<float> rows;
  std::vector<std::uint32_t> which;
  std::vector<std::int32_t> classes, dealt;
};

// Class k is far out in column k; `dealt` has nothing to do with the rows.
Scene scene_of(std::uint64_t seed) {
  Scene out;
  Rng rng(seed);
  out.rows.assign(kRows * out.step, 0);
  for (std::uint32_t i = 0; i < kRows; ++i) {
    const auto k = static_cast<std::int32_t>(i % kClasses);
    for (std::size_t c = 0; c < kWidth; ++c) {
      out.rows[i * out.step + c] = static_cast<float>(rng.normal());
    }
    out.rows[i * out.step + static_cast<std::size_t>(k)] += 1.5F;
    out.which.push_back(i);
    out.classes.push_back(i % 20 == 0 ? -1 : k);
    out.dealt.push_back(static_cast<std::int32_t>(rng.below(kClasses)));
  }
  return out;
}

// log D_k(x) - log C_k(x), by definition.
double slow_slope_of(const DirectionNet &net, const std::vector<double> &x, std::size_t k) {
  constexpr std::size_t kUnits = DirectionNet::kHidden;
  const std::size_t outputs = numerics::padded_floats(2 * kClasses);
  const float *first = net.parameters().data(), *bias = first + kWidth * kUnits;
  const float *second = bias + kUnits, *second_bias = second + kUnits * outputs;
  std::vector<double> logits(second_bias, second_bias + 2 * kClasses);
  for (std::size_t u = 0; u < kUnits; ++u) {
    double h = static_cast<double>(bias[u]);
    for (std::size_t c = 0; c < kWidth; ++c) h += x[c] * static_cast<double>(first[c * kUnits + u]);
    for (std::size_t o = 0; o < logits.size(); ++o) {
      logits[o] += std::max(h, 0.0) * static_cast<double>(second[u * outputs + o]);
    }
  }
  const auto log_share = [&](std::size_t head) {
    double total = 0;
    for (std::size_t c = 0; c < kClasses; ++c) total += std::exp(logits[head * kClasses + c]);
    return logits[head * kClasses + k] - std::log(total);
  };
  return log_share(0) - log_share(1);
}

TEST(DirectionNet, PushesDownTheSlope) {
  const Scene scene = scene_of(1);
  DirectionNet net(kWidth, kClasses, 5);
  net.train(scene.rows.data(), scene.which, scene.classes, scene.dealt, 5);
  const std::vector<std::int32_t> outputs{0, 1, 2, -1};  // class 3 is not pushed
  const Stage stage = push_stage(net, outputs, 0, kEta);
  std::vector<float> moved = scene.rows, other(scene.rows.size());
  std::vector<std::int32_t> labels(kRows);
  for (std::size_t i = 0; i < kRows; ++i) labels[i] = static_cast<std::int32_t>(i / 20 % 5) - 1;
  run_stage(stage, kWidth, 1, labels.data(), kRows, moved.data(), other.data());

  std::size_t checked = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const float *before = scene.rows.data() + i * scene.step,
                *after = moved.data() + i * scene.step;
    if (labels[i] < 0 || labels[i] == 3) {
      EXPECT_EQ(std::memcmp(before, after, scene.step * sizeof(float)), 0) << i;
      continue;
    }
    std::vector<double> x(before, before + kWidth);
    bool smooth = true;
    std::vector<double> slope(kWidth);
    for (std::size_t c = 0; c < kWidth; ++c) {
      const double h = 1e-5, at = x[c];
      const auto value = [&](double shift) {
        x[c] = at + shift;
        const double out = slow_slope_of(net, x, static_cast<std::size_t>(labels[i]));
        x[c] = at;
        return out;
      };
      const double right = (value(h) - value(0)) / h, left = (value(0) - value(-h)) / h;
      smooth &= std::abs(right - left) < 1e-3;  // else a unit switches on within h
      slope[c] = (right + left) / 2;
    }
    if (!smooth) continue;
    ++checked;
    for (std::size_t c = 0; c < kWidth; ++c) {
      EXPECT_NEAR(static_cast<double>(after[c]),
                  static_cast<double>(before[c]) - static_cast<double>(kEta) * slope[c], 1e-4)
          << i << ' ' << c;
    }
  }
  EXPECT_GE(checked, 300u);
}

// Three classes of equal size guess at log 3 each head; the first learns, the second hardly can.
TEST(DirectionNet, LearnsClassesAndNotWhatWasDealt) {
  const Scene scene = scene_of(2);
  const std::vector<std::int32_t> nothing(kRows, -1);
  const auto loss = [&](const auto &classes, const auto &dealt, std::size_t epochs) {
    DirectionNet net(kWidth, kClasses, 6);
    return net.train(scene.rows.data(), scene.which, classes, dealt, epochs);
  };
  EXPECT_LT(loss(scene.classes, nothing, 8), .7 * std::log(3.0));
  EXPECT_GT(loss(nothing, scene.dealt, 8), .85 * std::log(3.0));
  EXPECT_EQ(loss(scene.classes, scene.dealt, 3), loss(scene.classes, scene.dealt, 3));
  EXPECT_TRUE(std::isnan(loss(scene.classes, scene.dealt, 0)));
}

}  // namespace
}  // namespace recveil::defense
