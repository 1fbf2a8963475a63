// The slow twin of scores and the maps along them: one row at a time, all features written down,
// sums in double.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "defense/erase/map_parts.h"
#include "defense/erase/score.h"
#include "defense/erase/score_stage.h"

namespace recveil::support {

struct PlainScore {
  double value, size;  // size: of its terms together
};

// The weights of a fold times the features of a row of coordinates.
inline PlainScore plain_score(const defense::Stage &stage, std::size_t width, std::uint8_t fold,
                              const float *row) {
  const defense::ScoreLayout layout = defense::layout_of(stage, width);
  const std::size_t n = layout.features();
  std::vector<float> features(n), scratch(layout.scratch());
  defense::features_of(layout, stage.values.data(), row, scratch.data(), features.data());
  const float *weights = stage.values.data() + layout.weights_at() + fold * n;
  PlainScore out{0, 0};
  for (std::size_t c = 0; c < n; ++c) {
    const double term = static_cast<double>(weights[c]) * static_cast<double>(features[c]);
    out.value += term;
    out.size += std::abs(term);
  }
  return out;
}

// A row by the maps of the two knots about its score.
inline std::vector<double> plain_row(const defense::Stage &stage, std::size_t width, double score,
                                     const float *row) {
  const defense::ScoreLayout layout = defense::layout_of(stage, width);
  const float *values = stage.values.data();
  const std::size_t step = layout.step();
  const defense::KnotPlace place =
      defense::knot_place({values + layout.knots_at(), layout.knots}, static_cast<float>(score));
  std::vector<double> out(width);
  for (std::size_t side = 0; side < 2; ++side) {
    const auto share = static_cast<double>(place.share);
    const double weight = side == 0 ? 1 - share : share;
    if (!(weight > 0)) continue;
    const float *map =
        values + layout.size() + (place.cell + side) * defense::Stage::linear_size(width);
    for (std::size_t c = 0; c < width; ++c) {
      out[c] += weight * static_cast<double>(map[width * step + c]);
    }
    for (std::size_t k = 0; k < width; ++k) {
      const double x = weight * static_cast<double>(row[k]);
      for (std::size_t c = 0; c < width; ++c) {
        out[c] += x * static_cast<double>(map[k * step + c]);
      }
    }
  }
  return out;
}

}  // namespace recveil::support
