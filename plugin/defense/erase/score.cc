#include "defense/erase/score.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "defense/erase/shared_rows.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kMostAxes = 32;

// Waves have together four times the variance that the linear terms have.
float wave_scale(const ScoreLayout &layout) {
  return std::sqrt(8 * static_cast<float>(layout.width) / static_cast<float>(layout.random));
}

}  // namespace

std::uint8_t score_fold(const float *row, std::size_t d) noexcept {
  return static_cast<std::uint8_t>(row_hash(row, d) % kScoreFolds);
}

ScoreLayout ScoreLayout::of(std::size_t width, std::size_t random) {
  return {width, std::min(width, kMostAxes), random, 0};
}

std::size_t ScoreLayout::step() const {
  return numerics::padded_floats(width);
}

std::size_t ScoreLayout::random_step() const {
  return numerics::padded_floats(random);
}

float wave(float turns) noexcept {
  const float within = std::clamp(turns, -1e6F, 1e6F);
  const auto whole = static_cast<std::int32_t>(within + (within < 0 ? -0.5F : 0.5F));
  const float x = 6.2831853F * (within - static_cast<float>(whole)), square = x * x;
  // Taylor's series up to the 12th power.
  float sum = 1.0F / 479001600;
  for (const float next : {-1.0F / 3628800, 1.0F / 40320, -1.0F / 720, 1.0F / 24, -0.5F, 1.0F}) {
    sum = sum * square + next;
  }
  return sum;
}

void features_of(const ScoreLayout &layout, const float *values, const float *row, float *scratch,
                 float *out) noexcept {
  const std::size_t step = layout.step(), random_step = layout.random_step();
  const std::size_t width = layout.width;
  float *white = scratch, *turns = scratch + step;
  std::memcpy(white, values + width * step, step * sizeof(float));
  numerics::multiply_add({row, step, 1, 1, width, values, step, step, white, step});
  *out++ = 1;
  for (std::size_t c = 0; c < width; ++c) *out++ = white[c];
  for (std::size_t a = 0; a < layout.axes; ++a) {
    const float half = 0.5F * white[a];
    for (std::size_t b = a; b < layout.axes; ++b) *out++ = half * white[b];
  }
  if (layout.random == 0) return;
  const float *directions = values + layout.waves_at();
  std::memcpy(turns, directions + width * random_step, random_step * sizeof(float));
  numerics::multiply_add(
      {white, step, 1, 1, width, directions, random_step, random_step, turns, random_step});
  const float scale = wave_scale(layout);
  for (std::size_t m = 0; m < layout.random; ++m) out[m] = scale * wave(turns[m]);
}

float score_of(const ScoreLayout &layout, const float *values, std::uint8_t fold, const float *row,
               float *scratch) noexcept {
  float *features = scratch + layout.step() + layout.random_step();
  features_of(layout, values, row, scratch, features);
  const std::size_t n = layout.features();
  const float *weights = values + layout.weights_at() + fold * n;
  // Four chains, in a fixed order.
  float sums[4] = {0, 0, 0, 0};
  std::size_t c = 0;
  for (; c + 4 <= n; c += 4) {
    for (std::size_t s = 0; s < 4; ++s) sums[s] += weights[c + s] * features[c + s];
  }
  for (; c < n; ++c) sums[0] += weights[c] * features[c];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace recveil::defense
