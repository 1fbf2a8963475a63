// Scores and their maps in blocks of rows, against the plain loops that say what they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/erasure_map.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score.h"
#include "defense/erase/score_stage.h"
#include "numerics/product_kernels.h"
#include "support/erase_rows.h"

namespace recveil::defense {
namespace {

// A stage of made-up numbers, rows for it, and their folds.
struct Scene {
  std::size_t n, width, step;
  ScoreLayout layout;
  Stage stage;
  std::vector<float> rows;
  std::vector<std::uint8_t> folds;
};

Scene scene(std::size_t n, std::size_t width, std::size_t waves, std::size_t knots,
            std::uint64_t seed) {
  Scene out{n, width, numerics::padded_floats(width), {}, {}, {}, {}};
  Rng rng(seed);
  out.stage.kind = StageKind::score_knots;
  out.stage.cells = static_cast<std::uint32_t>(knots);
  out.stage.held = static_cast<std::uint32_t>(waves);
  out.layout = layout_of(out.stage, width);
  out.stage.values.resize(out.stage.total_size(width));
  const auto fill = [&](std::size_t from, std::size_t count, std::size_t step, std::size_t used,
                        double scale) {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < used; ++c) {
        out.stage.values[from + i * step + c] = static_cast<float>(scale * rng.normal());
      }
    }
  };
  const double root = 1 / std::sqrt(static_cast<double>(width));
  const std::size_t features = out.layout.features();
  fill(0, width + 1, out.step, width, root);
  fill(out.layout.waves_at(), width + 1, out.layout.random_step(), waves, root);
  fill(out.layout.weights_at(), kScoreFolds, features, features,
       1 / std::sqrt(static_cast<double>(features)));
  for (std::size_t q = 0; q < knots; ++q) {
    out.stage.values[out.layout.knots_at() + q] =
        static_cast<float>(0.5 * (static_cast<double>(q) - static_cast<double>(knots) / 2));
  }
  fill(out.layout.size(), knots * (width + 1), out.step, width, root);
  make_ready(out.stage, width);
  out.rows.resize(n * out.step);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < width; ++c) {
      out.rows[i * out.step + c] = static_cast<float>(rng.normal());
    }
    out.folds.push_back(static_cast<std::uint8_t>(rng.below(kScoreFolds)));
  }
  return out;
}

struct Sum {
  double value, size;  // of its terms
};

// The weights of the row's fold times its features, one after the other.
Sum plain_score(const Scene &of, std::size_t i) {
  const std::size_t n = of.layout.features();
  std::vector<float> features(n), scratch(of.layout.scratch());
  features_of(of.layout, of.stage.values.data(), of.rows.data() + i * of.step, scratch.data(),
              features.data());
  const float *weights = of.stage.values.data() + of.layout.weights_at() + of.folds[i] * n;
  Sum out{0, 0};
  for (std::size_t c = 0; c < n; ++c) {
    const double term = static_cast<double>(weights[c]) * static_cast<double>(features[c]);
    out.value += term;
    out.size += std::abs(term);
  }
  return out;
}

std::vector<float> fast_scores(const Scene &of, std::size_t first, std::size_t n) {
  std::vector<float> out(n), scratch(scores_scratch(of.width, n));
  scores_of(of.layout, of.stage.values.data(), of.stage.by_fold.data(), of.folds.data() + first,
            of.rows.data() + first * of.step, n, scratch.data(), out.data());
  return out;
}

// Row i by the two maps about `score`, in double.
std::vector<double> plain_row(const Scene &of, std::size_t i, float score) {
  const float *values = of.stage.values.data();
  const KnotPlace place = knot_place({values + of.layout.knots_at(), of.layout.knots}, score);
  std::vector<double> out(of.width);
  for (std::size_t side = 0; side < 2; ++side) {
    const auto share = static_cast<double>(place.share);
    const double weight = side == 0 ? 1 - share : share;
    if (!(weight > 0)) continue;
    const float *map =
        values + of.layout.size() + (place.cell + side) * Stage::linear_size(of.width);
    for (std::size_t c = 0; c < of.width; ++c) {
      double sum = static_cast<double>(map[of.width * of.step + c]);
      for (std::size_t k = 0; k < of.width; ++k) {
        sum += static_cast<double>(of.rows[i * of.step + k]) *
               static_cast<double>(map[k * of.step + c]);
      }
      out[c] += weight * sum;
    }
  }
  return out;
}

constexpr std::size_t kWidths[] = {1, 7, 16, 31, 32, 33, 47, 65};

TEST(ScoresOf, AreWeightsTimesFeaturesAndTheSameForARowAlone) {
  for (const std::size_t width : kWidths) {
    for (const std::size_t waves : {0UL, 1UL, 40UL, 256UL}) {
      const Scene of = scene(83, width, waves, 4, width * 1000 + waves);
      const std::vector<float> fast = fast_scores(of, 0, of.n);
      for (std::size_t i = 0; i < of.n; ++i) {
        const Sum plain = plain_score(of, i);
        ASSERT_NEAR(static_cast<double>(fast[i]), plain.value, 1e-5 * plain.size)
            << width << " " << waves << " " << i;
        ASSERT_EQ(fast[i], fast_scores(of, i, 1)[0]);
      }
      const std::vector<float> end = fast_scores(of, 70, 13);
      ASSERT_TRUE(std::equal(end.begin(), end.end(), fast.begin() + 70));
    }
  }
}

TEST(ScoreStage, MapsRowsByThePlainLoopsAndARowAloneToTheSameBits) {
  for (const std::size_t width : kWidths) {
    for (const std::size_t knots : {1UL, 2UL, 4UL}) {
      const Scene of = scene(601, width, 64, knots, width * 10 + knots);
      std::vector<float> rows = of.rows, other(score_scratch(width, of.n));
      run_score_stage(of.stage, width, of.folds.data(), of.n, rows.data(), other.data());
      for (std::size_t i = 0; i < of.n; ++i) {
        const float score = fast_scores(of, i, 1)[0];
        const std::vector<double> plain = plain_row(of, i, score);
        double length = 0;
        for (const double value : plain) length += value * value;
        for (std::size_t c = 0; c < width; ++c) {
          ASSERT_NEAR(static_cast<double>(rows[i * of.step + c]), plain[c],
                      1e-5 * (1 + std::sqrt(length)));
        }
        for (std::size_t c = width; c < of.step; ++c) ASSERT_EQ(rows[i * of.step + c], 0);
        std::vector<float> alone(of.rows.begin() + static_cast<std::ptrdiff_t>(i * of.step),
                                 of.rows.begin() + static_cast<std::ptrdiff_t>((i + 1) * of.step));
        std::vector<float> work(score_scratch(width, 1));
        run_score_stage(of.stage, width, of.folds.data() + i, 1, alone.data(), work.data());
        ASSERT_TRUE(std::equal(alone.begin(), alone.end(),
                               rows.begin() + static_cast<std::ptrdiff_t>(i * of.step)));
      }
    }
  }
}

// A row far beyond all others, and one that is no row any more, have a score like others: a number.
TEST(ScoresOf, AreNumbersOfHugeRows) {
  Scene of = scene(3, 6, 64, 4, 5);
  of.rows[0] = 1e12F;
  of.rows[of.step + 2] = -3e8F;
  for (const float score : fast_scores(of, 0, of.n)) EXPECT_TRUE(std::isfinite(score));
}

}  // namespace
}  // namespace recveil::defense
