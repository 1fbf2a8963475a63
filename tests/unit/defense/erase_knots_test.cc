// Gaussian maps along an axis, against their definition in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "defense/erase/knot_maps.h"
#include "numerics/product_kernels.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kWidth = 7, kRows = 900;
constexpr std::int32_t kClasses = 3;

struct Scene {
  std::size_t step = numerics::padded_floats(kWidth);
  std::vector<float> rows;
  std::vector<std::int32_t> labels, dealt;
};

// Class k is shifted along column k and wider along column k + 1; `dealt` says nothing of the rows.
Scene scene_of(std::uint64_t seed) {
  Scene out;
  Rng rng(seed);
  out.rows.assign(kRows * out.step, 0);
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::size_t k = i % 6 == 0 ? 2 : i % 2;
    float *row = out.rows.data() + i * out.step;
    for (std::size_t c = 0; c < kWidth; ++c) row[c] = static_cast<float>(rng.normal());
    row[k] += 0.7F;
    row[k + 1] *= 1.5F;
    out.labels.push_back(i % 20 == 0 ? kUnknown : static_cast<std::int32_t>(k));
  }
  out.dealt = out.labels;
  rng.shuffle(out.dealt);
  return out;
}

struct SlowMoments {
  double n = 0;
  std::vector<double> mean = std::vector<double>(kWidth);
  numerics::SquareMatrix covariance = numerics::SquareMatrix(kWidth * kWidth);
};

// Of the rows with this label; of several labels, the covariance within them.
SlowMoments slow_moments(const Scene &scene, const std::vector<std::int32_t> &labels,
                         const std::vector<std::int32_t> &wanted) {
  SlowMoments out;
  for (const std::int32_t k : wanted) {
    SlowMoments one;
    for (std::size_t i = 0; i < kRows; ++i) {
      if (labels[i] != k) continue;
      one.n += 1;
      for (std::size_t c = 0; c < kWidth; ++c) one.mean[c] += scene.rows[i * scene.step + c];
    }
    for (double &value : one.mean) value /= one.n;
    out.n += one.n;
    for (std::size_t c = 0; c < kWidth; ++c) out.mean[c] += one.n * one.mean[c];
    for (std::size_t i = 0; i < kRows; ++i) {
      if (labels[i] != k) continue;
      const float *row = scene.rows.data() + i * scene.step;
      for (std::size_t a = 0; a < kWidth; ++a) {
        for (std::size_t b = 0; b < kWidth; ++b) {
          out.covariance[a * kWidth + b] += (row[a] - one.mean[a]) * (row[b] - one.mean[b]);
        }
      }
    }
  }
  for (double &value : out.mean) value /= out.n;
  for (double &value : out.covariance) value /= out.n;
  return out;
}

// With an axis of zeros all rows lie at one knot, with weight 1.
TEST(KnotMaps, AtAKnotClassesGoToTheMomentsTheHeaderSays) {
  const Scene scene = scene_of(1);
  const ByClass classes(scene.labels, kClasses), targets(scene.dealt, kClasses);
  const std::vector<double> axis(kWidth);
  const std::vector<std::uint8_t> moved{1, 1, 0};
  for (const bool fluctuation : {true, false}) {
    const KnotFit fit = fit_knots(
        {scene.rows.data(), kWidth, classes, fluctuation ? &targets : nullptr, moved, 0, axis});
    ASSERT_EQ(fit.stage.cells, 1u);
    const SlowMoments all = slow_moments(scene, scene.labels, {0, 1});
    const SlowMoments chance = slow_moments(scene, scene.dealt, {0, 1});
    const auto inverse = numerics::log_det(all.covariance, kWidth)->inverse;
    for (std::int32_t k = 0; k < kClasses; ++k) {
      const float place = fit.stage.values[scene.step + 1 + static_cast<std::size_t>(k)];
      EXPECT_EQ(place, k == 2 ? -1 : static_cast<float>(k));
      if (k == 2) continue;  // does not move
      const float *m = fit.stage.values.data() + fit.stage.maps_begin(kWidth) +
                       static_cast<std::size_t>(k) * Stage::linear_size(kWidth);
      const SlowMoments own = slow_moments(scene, scene.labels, {k});
      const SlowMoments random = slow_moments(scene, scene.dealt, {k});
      double length = 0;
      for (std::size_t a = 0; a < kWidth; ++a) {
        for (std::size_t b = 0; b < kWidth; ++b) {
          length +=
              (own.mean[a] - all.mean[a]) * inverse[a * kWidth + b] * (own.mean[b] - all.mean[b]);
        }
      }
      const double c_k = std::max(0.0, 1 - 2 * kWidth * (1 / own.n - 1 / all.n) / length);
      const double theirs = own.n / (own.n + 10 * kWidth);
      EXPECT_NEAR(fit.strength[static_cast<std::size_t>(k)].mean, c_k, 1e-6);
      EXPECT_NEAR(fit.strength[static_cast<std::size_t>(k)].covariance, theirs, 1e-9);

      // M is symmetric, and M from M = to.
      numerics::SquareMatrix map(kWidth * kWidth), from(map), to(map);
      for (std::size_t a = 0; a < kWidth; ++a) {
        for (std::size_t b = 0; b < kWidth; ++b) {
          const std::size_t at = a * kWidth + b;
          map[at] = static_cast<double>(m[a * scene.step + b]);
          EXPECT_NEAR(map[at], static_cast<double>(m[b * scene.step + a]), 1e-6);
          from[at] = theirs * own.covariance[at] + (1 - theirs) * all.covariance[at];
          to[at] = all.covariance[at];
          if (fluctuation)
            to[at] += (.2 + .5 * theirs) * (random.covariance[at] - chance.covariance[at]);
        }
      }
      const numerics::SquareMatrix reached = numerics::sandwich(map, from, kWidth);
      for (std::size_t at = 0; at < to.size(); ++at) EXPECT_NEAR(reached[at], to[at], 1e-5);
      for (std::size_t b = 0; b < kWidth; ++b) {
        double mean = static_cast<double>(m[kWidth * scene.step + b]);
        for (std::size_t a = 0; a < kWidth; ++a) mean += own.mean[a] * map[a * kWidth + b];
        double wanted = all.mean[b];
        if (fluctuation) wanted += random.mean[b] - chance.mean[b];
        EXPECT_NEAR(mean, own.mean[b] + c_k * (wanted - own.mean[b]), 1e-5);
      }
    }
  }
}

TEST(KnotMaps, ARowIsMappedBetweenItsTwoKnots) {
  const Scene scene = scene_of(2);
  const ByClass classes(scene.labels, kClasses), targets(scene.dealt, kClasses);
  std::vector<double> axis(kWidth);
  axis[0] = 0.8;
  axis[4] = -0.6;
  const std::vector<std::uint8_t> moved{1, 0, 1};
  const Stage stage =
      fit_knots({scene.rows.data(), kWidth, classes, &targets, moved, 0, axis}).stage;
  ASSERT_EQ(stage.cells, 4u);
  std::vector<float> now = scene.rows, other(2 * now.size());
  run_stage(stage, kWidth, 1, scene.labels.data(), kRows, now.data(), other.data());

  const float *knots = stage.values.data() + scene.step,
              *maps = stage.values.data() + stage.maps_begin(kWidth);
  std::size_t beyond = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const float *before = scene.rows.data() + i * scene.step, *after = now.data() + i * scene.step;
    if (scene.labels[i] < 0 || scene.labels[i] == 1) {
      EXPECT_EQ(std::memcmp(before, after, scene.step * sizeof(float)), 0) << i;
      continue;
    }
    double at = 0;
    for (std::size_t c = 0; c < kWidth; ++c) at += axis[c] * static_cast<double>(before[c]);
    beyond += at < static_cast<double>(knots[0]) || at > static_cast<double>(knots[3]) ? 1 : 0;
    for (std::size_t c = 0; c < kWidth; ++c) {
      double wanted = 0, weights = 0;
      for (std::size_t m = 0; m < 4; ++m) {
        // The hat about knot m, flat beyond the outermost.
        const double here = static_cast<double>(knots[m]);
        double weight = 1;
        if (at < here && m > 0) {
          weight = 1 - (here - at) / (here - static_cast<double>(knots[m - 1]));
        } else if (at > here && m < 3) {
          weight = 1 - (at - here) / (static_cast<double>(knots[m + 1]) - here);
        }
        weight = std::max(weight, 0.0);
        weights += weight;
        const float *map = maps + (static_cast<std::size_t>(scene.labels[i] / 2) * 4 + m) *
                                      Stage::linear_size(kWidth);
        double y = static_cast<double>(map[kWidth * scene.step + c]);
        for (std::size_t a = 0; a < kWidth; ++a) {
          y += static_cast<double>(before[a]) * static_cast<double>(map[a * scene.step + c]);
        }
        wanted += weight * y;
      }
      ASSERT_NEAR(weights, 1, 1e-12);
      EXPECT_NEAR(static_cast<double>(after[c]), wanted, 1e-4) << i << ' ' << c;
    }
  }
  EXPECT_GT(beyond, kRows / 20);
}

}  // namespace
}  // namespace recveil::defense
