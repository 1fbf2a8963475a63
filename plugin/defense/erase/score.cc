#include "defense/erase/score.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "defense/erase/shared_rows.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kMostAxes = 32;
constexpr std::size_t kConstant = 16;  // floats, the first of which is the constant of a fold
constexpr std::size_t kAtOnce = 64;    // rows: what is computed of them stays in the cache

// Waves have together four times the variance that the linear terms have.
float wave_scale(const ScoreLayout &layout) {
  return std::sqrt(8 * static_cast<float>(layout.width) / static_cast<float>(layout.random));
}

// Of the numbers of a fold as numerics::WavesTask has them.
std::size_t fold_step(const ScoreLayout &layout) {
  return kConstant + layout.step() + layout.axes * numerics::padded_floats(layout.axes) +
         layout.random_step();
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
  constexpr float kRound = 12582912;  // adding 1.5 * 2^23 rounds to a whole number
  const float rest = turns - ((turns + kRound) - kRound);
  const float x = 6.2831853F * rest;
  const float square = x * x < 9.8696F ? x * x : 9.8696F;  // also where it is NaN
  // Taylor's series up to the 12th power.
  float sum = 1.0F / 479001600.0F;
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

std::vector<float> weights_by_fold(const ScoreLayout &layout, const float *values) {
  const std::size_t axes = layout.axes, axes_step = numerics::padded_floats(axes);
  std::vector<float> out(kScoreFolds * fold_step(layout));
  const float *from = values + layout.weights_at();
  const float scale = layout.random == 0 ? 0 : wave_scale(layout);
  for (std::size_t fold = 0; fold < kScoreFolds; ++fold) {
    float *to = out.data() + fold * fold_step(layout);
    *to = *from++;
    to += kConstant;
    for (std::size_t c = 0; c < layout.width; ++c) to[c] = *from++;
    to += layout.step();
    for (std::size_t a = 0; a < axes; ++a) {
      for (std::size_t b = a; b < axes; ++b) to[a * axes_step + b] = 0.5F * *from++;
    }
    to += axes * axes_step;
    for (std::size_t m = 0; m < layout.random; ++m) to[m] = scale * *from++;
  }
  return out;
}

std::size_t scores_scratch(std::size_t width, std::size_t n) noexcept {
  return std::min(n, kAtOnce) * (numerics::padded_floats(width) + kConstant);
}

void scores_of(const ScoreLayout &layout, const float *values, const float *by_fold,
               const std::uint8_t *folds, const float *rows, std::size_t n, float *scratch,
               float *out) noexcept {
  const std::size_t step = layout.step(), width = layout.width;
  const float *offset = values + width * step;
  for (std::size_t begin = 0; begin < n; begin += kAtOnce) {
    const std::size_t block = std::min(kAtOnce, n - begin);
    float *white = scratch, *lanes = scratch + block * step;
    for (std::size_t i = 0; i < block; ++i) {
      std::memcpy(white + i * step, offset, step * sizeof(float));
    }
    numerics::multiply_add(
        {rows + begin * step, step, 1, block, width, values, step, step, white, step});
    numerics::product_kernels().waves({white, block, width, step, folds + begin, by_fold,
                                       fold_step(layout), layout.axes, values + layout.waves_at(),
                                       layout.random_step(), lanes, out + begin});
  }
}

}  // namespace recveil::defense
