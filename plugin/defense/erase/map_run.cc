#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score_stage.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

// other = rows M + b for n rows.
void multiply_rows(const float *values, std::size_t width, const float *rows, std::size_t n,
                   float *other) {
  const std::size_t step = numerics::padded_floats(width);
  const float *b = values + width * step;
  for (std::size_t i = 0; i < n; ++i) std::memcpy(other + i * step, b, step * sizeof(float));
  numerics::multiply_add({rows, step, 1, n, width, values, step, step, other, step});
}

// n rows of the class at place k, by the maps of the knots about each. other: 2 n rows.
void multiply_by_knots(const Stage &stage, std::size_t k, std::size_t width, std::size_t n,
                       float *rows, float *other) {
  const std::size_t step = numerics::padded_floats(width), size = Stage::linear_size(width);
  const float *axis = stage.values.data();
  const std::span<const float> knots(axis + step, stage.cells);
  const float *maps = axis + stage.maps_begin(width) + k * stage.cells * size;
  constexpr std::size_t kBlock = 256;
  std::array<KnotPlace, kBlock> places;
  std::array<std::uint16_t, kBlock> which;
  for (std::size_t begin = 0; begin < n; begin += kBlock, rows += kBlock * step) {
    const std::size_t block = std::min(kBlock, n - begin);
    float *scaled = other, *out = other + n * step;
    for (std::size_t i = 0; i < block; ++i) {
      places[i] = knot_place(knots, along(axis, rows + i * step, width));
    }
    for (std::size_t cell = 0; cell < knots.size(); ++cell) {
      std::size_t taken = 0;
      for (std::size_t i = 0; i < block; ++i) {
        if (places[i].cell == cell) which[taken++] = static_cast<std::uint16_t>(i);
      }
      if (taken == 0) continue;
      std::memset(out, 0, taken * step * sizeof(float));
      for (std::size_t side = 0; side < 2 && cell + side < knots.size(); ++side) {
        const float *map = maps + (cell + side) * size, *b = map + width * step;
        for (std::size_t t = 0; t < taken; ++t) {
          const float share = places[which[t]].share, weight = side == 0 ? 1 - share : share;
          const float *row = rows + which[t] * step;
          for (std::size_t c = 0; c < step; ++c) {
            scaled[t * step + c] = weight * row[c];
            out[t * step + c] += weight * b[c];
          }
        }
        numerics::multiply_add({scaled, step, 1, taken, width, map, step, step, out, step});
      }
      for (std::size_t t = 0; t < taken; ++t) {
        std::memcpy(rows + which[t] * step, out + t * step, step * sizeof(float));
      }
    }
  }
}

// The end of the run of rows with the class of row `begin`.
std::size_t run_end(const std::int32_t *classes, std::size_t attributes, std::size_t j,
                    std::size_t begin, std::size_t n) {
  std::size_t end = begin + 1;
  while (end < n && classes[end * attributes + j] == classes[begin * attributes + j]) ++end;
  return end;
}

double length_of(const float *row, std::size_t d) {
  double squares = 0;
  for (std::size_t c = 0; c < d; ++c) {
    const double value = static_cast<double>(row[c]);
    squares += value * value;
  }
  return std::sqrt(squares);
}

}  // namespace

std::size_t Stage::linear_size(std::size_t width) {
  return (width + 1) * numerics::padded_floats(width);
}

std::size_t Stage::maps_begin(std::size_t width) const {
  return kind == StageKind::class_knots ? numerics::padded_floats(width) + cells + count : 0;
}

std::size_t Stage::total_size(std::size_t width) const {
  if (kind == StageKind::score_knots) {
    return layout_of(*this, width).size() + cells * linear_size(width);
  }
  const std::size_t maps =
      kind == StageKind::class_knots ? std::size_t{held} * cells : std::size_t{count};
  return maps_begin(width) + maps * linear_size(width);
}

KnotPlace knot_place(std::span<const float> knots, float at) noexcept {
  if (!(at > knots.front())) return {0, 0};
  if (at >= knots.back()) return {knots.size() - 1, 0};
  std::size_t cell = 0;
  while (at >= knots[cell + 1]) ++cell;
  return {cell, (at - knots[cell]) / (knots[cell + 1] - knots[cell])};
}

float along(const float *axis, const float *row, std::size_t width) noexcept {
  float sum = 0;
  for (std::size_t c = 0; c < width; ++c) sum += axis[c] * row[c];
  return sum;
}

std::size_t MapParts::other_floats(std::size_t n) const {
  const bool scores = method == EraseMethod::score_transport;
  return scores ? score_scratch(width(), n) : 2 * n * step();
}

std::size_t MapParts::step() const {
  return numerics::padded_floats(width());
}

void put_affine(float *to, std::size_t width, std::span<const double> m,
                std::span<const double> b) {
  const std::size_t step = numerics::padded_floats(width);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      to[i * step + j] = static_cast<float>(m[i * width + j]);
    }
  }
  for (std::size_t j = 0; j < width; ++j) to[width * step + j] = static_cast<float>(b[j]);
}

void put_linear(Stage &stage, std::size_t k, std::size_t width, std::span<const double> m,
                std::span<const double> b) {
  const std::size_t size = Stage::linear_size(width);
  if (stage.values.size() < (k + 1) * size) stage.values.resize((k + 1) * size);
  put_affine(stage.values.data() + k * size, width, m, b);
}

void run_stage(const Stage &stage, std::size_t width, std::size_t attributes,
               const std::int32_t *classes, std::size_t n, float *rows, float *other) noexcept {
  const std::size_t step = numerics::padded_floats(width);
  const std::size_t size = Stage::linear_size(width);
  if (stage.kind == StageKind::linear) {
    multiply_rows(stage.values.data(), width, rows, n, other);
    std::memcpy(rows, other, n * step * sizeof(float));
    return;
  }
  for (std::size_t begin = 0; begin < n;) {
    const std::int32_t k = classes[begin * attributes + stage.attribute];
    const std::size_t end = run_end(classes, attributes, stage.attribute, begin, n);
    if (k >= 0) {
      const auto of = static_cast<std::size_t>(k);
      float *from = rows + begin * step;
      if (stage.kind == StageKind::class_linear) {
        multiply_rows(stage.values.data() + of * size, width, from, end - begin, other);
        std::memcpy(from, other, (end - begin) * step * sizeof(float));
      } else {
        const float place = stage.values[step + stage.cells + of];
        if (place >= 0) {
          multiply_by_knots(stage, static_cast<std::size_t>(place), width, end - begin, from,
                            other);
        }
      }
    }
    begin = end;
  }
}

std::uint8_t fold_of_row(const MapParts &parts, const float *row) noexcept {
  return parts.method == EraseMethod::score_transport ? score_fold(row, parts.d) : 0;
}

void run_any_stage(const Stage &stage, std::size_t width, std::size_t attributes,
                   const std::int32_t *classes, const std::uint8_t *folds, std::size_t n,
                   float *rows, float *other) noexcept {
  if (stage.kind == StageKind::score_knots) {
    run_score_stage(stage, width, folds, n, rows, other);
  } else {
    run_stage(stage, width, attributes, classes, n, rows, other);
  }
}

bool to_coordinates(const MapParts &parts, const float *row, float *coordinates) noexcept {
  const std::size_t d = parts.d;
  std::memcpy(coordinates, row, d * sizeof(float));
  std::memset(coordinates + d, 0, (parts.step() - d) * sizeof(float));
  if (!parts.polar && parts.least_norm == 0) return true;
  const double norm = length_of(row, d);
  if (!(norm >= static_cast<double>(parts.least_norm))) return false;
  if (parts.polar) {
    const auto scale = static_cast<float>(std::sqrt(static_cast<double>(d)) / norm);
    for (std::size_t c = 0; c < d; ++c) coordinates[c] *= scale;
    coordinates[d] = static_cast<float>(std::log(norm));
  }
  return true;
}

bool from_coordinates(const MapParts &parts, float *coordinates, float *out) noexcept {
  const std::size_t d = parts.d;
  if (parts.polar) {
    const double log_norm = std::clamp(static_cast<double>(coordinates[d]), -40.0, 40.0);
    const auto scale = static_cast<float>(std::exp(log_norm) / length_of(coordinates, d));
    for (std::size_t c = 0; c < d; ++c) coordinates[c] *= scale;
  }
  if (!all_finite({coordinates, d})) return false;
  std::memmove(out, coordinates, d * sizeof(float));
  return true;
}

}  // namespace recveil::defense
