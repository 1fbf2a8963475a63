// Scores and their maps in blocks of rows, against the plain loops that say what they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "defense/erase/score.h"
#include "defense/erase/score_stage.h"
#include "numerics/product_kernels.h"
#include "support/score_twin.h"

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

std::vector<float> fast_scores(const Scene &of, std::size_t first, std::size_t n) {
  std::vector<float> out(n), scratch(scores_scratch(of.width, n));
  scores_of(of.layout, of.stage.values.data(), of.stage.by_fold.data(), of.folds.data() + first,
            of.rows.data() + first * of.step, n, scratch.data(), out.data());
  return out;
}

constexpr std::size_t kWidths[] = {1, 7, 16, 31, 32, 33, 47, 65};

TEST(ScoresOf, AreWeightsTimesFeaturesAndTheSameForARowAlone) {
  for (const std::size_t width : kWidths) {
    for (const std::size_t waves : {0UL, 1UL, 40UL, 256UL}) {
      const Scene of = scene(83, width, waves, 4, width * 1000 + waves);
      const std::vector<float> fast = fast_scores(of, 0, of.n);
      for (std::size_t i = 0; i < of.n; ++i) {
        const support::PlainScore plain =
            support::plain_score(of.stage, width, of.folds[i], of.rows.data() + i * of.step);
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
        const auto score = static_cast<double>(fast_scores(of, i, 1)[0]);
        const std::vector<double> plain =
            support::plain_row(of.stage, width, score, of.rows.data() + i * of.step);
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

// Rows far beyond all others, whose waves have no digit after the point, have a number as others
// have.
TEST(ScoresOf, AreNumbersOfHugeRows) {
  Scene of = scene(3, 6, 64, 4, 5);
  of.rows[0] = 1e12F;
  of.rows[of.step + 2] = -3e8F;
  for (const float score : fast_scores(of, 0, of.n)) EXPECT_TRUE(std::isfinite(score));
}

}  // namespace
}  // namespace recveil::defense
