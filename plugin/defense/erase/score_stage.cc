#include "defense/erase/score_stage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "defense/erase/gaussian.h"
#include "defense/erase/knot_moments.h"
#include "numerics/product_kernels.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

using numerics::SquareMatrix;

constexpr std::size_t kKnots = 4;
constexpr std::size_t kAtOnce = 256;  // rows
// Rows a column that the common covariance counts for. With 2 there is less of the class left and
// more of the row lost (docs/erasure.md).
constexpr double kCommon = 4;

double shift_share(const Weighted &here, const std::vector<double> &mean,
                   const SquareMatrix &inverse, double all) {
  const std::size_t width = mean.size();
  double length = 0;
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      length += inverse[i * width + j] * (here.mean[i] - mean[i]) * (here.mean[j] - mean[j]);
    }
  }
  return james_stein(length, width, here.effective, all);
}

// Takes out of a number at each knot what goes along with the knots' mean scores: the slope of a
// regression on them, weighted by rows.
void take_trend_out(std::span<const Weighted> at, std::span<const double> scores,
                    std::vector<SquareMatrix> &values) {
  double n = 0, mean = 0, spread = 0;
  for (std::size_t q = 0; q < at.size(); ++q) {
    n += at[q].n;
    mean += at[q].n * scores[q];
  }
  mean /= n;
  for (std::size_t q = 0; q < at.size(); ++q) {
    spread += at[q].n * (scores[q] - mean) * (scores[q] - mean);
  }
  if (!(spread > 0)) return;
  for (std::size_t i = 0; i < values[0].size(); ++i) {
    double slope = 0;
    for (std::size_t q = 0; q < at.size(); ++q) {
      slope += at[q].n * (scores[q] - mean) * values[q][i] / spread;
    }
    for (std::size_t q = 0; q < at.size(); ++q) values[q][i] -= slope * (scores[q] - mean);
  }
}

}  // namespace

ScoreLayout layout_of(const Stage &stage, std::size_t width) {
  ScoreLayout out = ScoreLayout::of(width, stage.held);
  out.knots = stage.cells;
  return out;
}

void check_score_stage(const Stage &stage, std::size_t width) {
  const ScoreLayout layout = layout_of(stage, width);
  const float *values = stage.values.data();
  const auto require_padding = [values](std::size_t from, std::size_t rows, std::size_t step,
                                        std::size_t used) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t c = used; c < step; ++c) {
        if (values[from + i * step + c] != 0) throw Error(Status::data, "map: padding");
      }
    }
  };
  require_padding(0, width + 1, layout.step(), width);
  require_padding(layout.waves_at(), width + 1, layout.random_step(), layout.random);
  require_padding(layout.size(), layout.knots * (width + 1), layout.step(), width);
  const std::span<const float> knots(values + layout.knots_at(), layout.knots);
  for (std::size_t m = 1; m < knots.size(); ++m) {
    if (!(knots[m] > knots[m - 1])) throw Error(Status::data, "map: knots of a stage");
  }
}

std::size_t score_scratch(std::size_t width, std::size_t n) noexcept {
  const std::size_t rows = std::min(n, kAtOnce), step = numerics::padded_floats(width);
  return rows + std::max(scores_scratch(width, rows), rows * (2 * (width + 1) + step));
}

void make_ready(Stage &stage, std::size_t width) {
  stage.by_fold = weights_by_fold(layout_of(stage, width), stage.values.data());
}

void run_score_stage(const Stage &stage, std::size_t width, const std::uint8_t *folds,
                     std::size_t n, float *rows, float *other) noexcept {
  const ScoreLayout layout = layout_of(stage, width);
  const std::size_t step = layout.step(), size = Stage::linear_size(width);
  const float *values = stage.values.data();
  const std::span<const float> knots(values + layout.knots_at(), layout.knots);
  std::array<KnotPlace, kAtOnce> places;
  std::array<std::uint16_t, kAtOnce> which;
  for (std::size_t begin = 0; begin < n; begin += kAtOnce, rows += kAtOnce * step) {
    const std::size_t block = std::min(kAtOnce, n - begin);
    float *scores = other, *work = other + block;
    scores_of(layout, values, stage.by_fold.data(), folds + begin, rows, block, work, scores);
    for (std::size_t i = 0; i < block; ++i) places[i] = knot_place(knots, scores[i]);
    // Rows between two knots, then those at a knot alone.
    for (std::size_t cell = 0; cell < knots.size(); ++cell) {
      for (const std::size_t maps : {std::size_t{2}, std::size_t{1}}) {
        std::size_t taken = 0;
        for (std::size_t i = 0; i < block; ++i) {
          if (places[i].cell == cell && (places[i].share > 0) == (maps == 2)) {
            which[taken++] = static_cast<std::uint16_t>(i);
          }
        }
        if (taken == 0) continue;
        // A map is D rows of M and then b, and the next one follows it: (1 - share) (row, 1), share
        // (row, 1) times both.
        const std::size_t inner = maps * (width + 1);
        float *out = work + taken * inner;
        for (std::size_t t = 0; t < taken; ++t) {
          const float *row = rows + which[t] * step;
          const float share = places[which[t]].share;
          float *to = work + t * inner;
          for (std::size_t m = 0; m < maps; ++m, to += width + 1) {
            const float weight = m == 0 ? 1 - share : share;
            for (std::size_t c = 0; c < width; ++c) to[c] = weight * row[c];
            to[width] = weight;
          }
        }
        numerics::multiply({work, inner, 1, taken, inner, values + layout.size() + cell * size,
                            step, step, out, step});
        for (std::size_t t = 0; t < taken; ++t) {
          std::memcpy(rows + which[t] * step, out + t * step, step * sizeof(float));
        }
      }
    }
  }
}

Stage fit_score_stage(const ScoreTask &task, const ScoreFit &score, std::uint32_t attribute) {
  const std::size_t width = task.width;
  std::vector<float> known;
  for (std::size_t i = 0; i < task.n; ++i) {
    if (task.labels[i] >= 0) known.push_back(score.scores[i]);
  }
  const auto all = static_cast<double>(known.size());
  const std::vector<float> knots = knots_at(std::move(known), kKnots);
  Stage stage;
  stage.kind = StageKind::score_knots;
  stage.attribute = attribute;
  stage.count = 1;
  stage.cells = static_cast<std::uint32_t>(knots.size());
  stage.held = static_cast<std::uint32_t>(score.layout.random);
  stage.values = score.values;
  stage.values.insert(stage.values.end(), knots.begin(), knots.end());

  SharesByKnot shares(knots.size());
  std::vector<double> scores(knots.size());
  for (std::size_t i = 0; i < task.n; ++i) {
    if (task.labels[i] < 0) continue;
    const KnotPlace place = knot_place(knots, score.scores[i]);
    const auto row = static_cast<std::uint32_t>(i);
    const auto count = [&](std::size_t q, float weight) {
      if (!(weight > 0)) return;
      shares[q].push_back({row, weight});
      scores[q] += static_cast<double>(weight) * static_cast<double>(score.scores[i]);
    };
    count(place.cell, 1 - place.share);
    if (place.share > 0) count(place.cell + 1, place.share);
  }
  WeightedMoments moments(task.rows, width);
  std::vector<Weighted> at;
  SquareMatrix common(width * width);
  std::vector<double> mean(width);
  for (std::size_t q = 0; q < knots.size(); ++q) {
    at.push_back(moments.of(shares[q]));
    scores[q] /= at[q].n;
    for (std::size_t i = 0; i < common.size(); ++i) {
      common[i] += at[q].covariance[i] / static_cast<double>(knots.size());
    }
    for (std::size_t c = 0; c < width; ++c) mean[c] += at[q].n * at[q].mean[c] / all;
  }
  const numerics::SymmetricRoots roots = numerics::symmetric_roots(common, width);
  const SquareMatrix inverse = numerics::product(roots.inverse_root, roots.inverse_root, width);
  std::vector<SquareMatrix> targets;
  for (Weighted &here : at) {
    const double own = here.effective / (here.effective + kCommon * static_cast<double>(width));
    for (std::size_t i = 0; i < common.size(); ++i) {
      here.covariance[i] = own * here.covariance[i] + (1 - own) * common[i];
    }
    targets.push_back(numerics::symmetric_log(
        numerics::sandwich(roots.inverse_root, here.covariance, width), width));
  }
  take_trend_out(at, scores, targets);
  const std::size_t maps_at = stage.values.size(), size = Stage::linear_size(width);
  stage.values.resize(maps_at + knots.size() * size);
  for (std::size_t q = 0; q < knots.size(); ++q) {
    const Weighted &here = at[q];
    const SquareMatrix a = numerics::transport_matrix(
        here.covariance,
        numerics::sandwich(roots.root, numerics::symmetric_exp(targets[q], width), width), width);
    const double share = shift_share(here, mean, inverse, all);
    std::vector<double> b(width);
    for (std::size_t j = 0; j < width; ++j) {
      b[j] = here.mean[j] + share * (mean[j] - here.mean[j]);
      for (std::size_t i = 0; i < width; ++i) b[j] -= here.mean[i] * a[i * width + j];
    }
    put_affine(stage.values.data() + maps_at + q * size, width, a, b);
  }
  make_ready(stage, width);
  return stage;
}

}  // namespace recveil::defense
