// The loops of product_kernels.h over vectors of the compiler, included by one file for each
// instruction set and compiled with its flags; RECVEIL_PRODUCT_BYTES is the width of a register
// there, RECVEIL_PRODUCT_ROWS the rows of a tile. Everything is local to the including file, and
// nothing but plain declarations is included (see rbf_loops.h).
#pragma once

#include "numerics/product_kernels.h"

namespace recveil::numerics {
namespace {

constexpr std::size_t kBytes = RECVEIL_PRODUCT_BYTES;
constexpr std::size_t kTileRows = RECVEIL_PRODUCT_ROWS;

#define RECVEIL_INLINE [[gnu::always_inline]] inline

template <class T>
struct Register {
  // Loaded from arrays that are aligned to their numbers alone.
  using Lanes [[gnu::vector_size(kBytes), gnu::may_alias, gnu::aligned(sizeof(T))]] = T;
  using Value [[gnu::vector_size(kBytes)]] = T;
  static constexpr std::size_t kLanes = kBytes / sizeof(T);
  static constexpr std::size_t kStep = 64 / sizeof(T);  // columns are a multiple of this
};

// R rows and V registers of columns of C, from (row, column) on.
template <class T, bool Add, std::size_t R, std::size_t V>
RECVEIL_INLINE void tile(const ProductTask<T> &t, std::size_t row, std::size_t column) {
  using Lanes = typename Register<T>::Lanes;
  using Value = typename Register<T>::Value;
  constexpr std::size_t kLanesOf = Register<T>::kLanes;
  Value sum[R][V];
  T *c = t.c + row * t.c_step + column;
#pragma GCC unroll 16
  for (std::size_t r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v) {
      sum[r][v] =
          Add ? Value(*reinterpret_cast<const Lanes *>(c + r * t.c_step + v * kLanesOf)) : Value{};
    }
  }
  const T *a = t.a + row * t.row_step;
  const T *b = t.b + column;
  for (std::size_t k = 0; k < t.inner; ++k, a += t.inner_step, b += t.b_step) {
    Value from[V];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v) {
      from[v] = *reinterpret_cast<const Lanes *>(b + v * kLanesOf);
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < R; ++r) {
      const T by = a[r * t.row_step];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < V; ++v) sum[r][v] += from[v] * by;
    }
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v) {
      *reinterpret_cast<Lanes *>(c + r * t.c_step + v * kLanesOf) = sum[r][v];
    }
  }
}

template <class T, bool Add, std::size_t V>
RECVEIL_INLINE void strip(const ProductTask<T> &t, std::size_t rows, std::size_t column) {
  for (std::size_t row = 0; row < rows; row += kTileRows) {
    tile<T, Add, kTileRows, V>(t, row, column);
  }
}

template <class T, bool Add>
void product(const ProductTask<T> &t) {
  // Columns in pairs of registers, then what is left of a step of 64 bytes. A row that is in no
  // tile goes over many columns at once: chains of additions that do not wait for each other.
  constexpr std::size_t kLanesOf = Register<T>::kLanes, kPair = 2 * kLanesOf;
  const std::size_t tiled = t.rows / kTileRows * kTileRows;
  std::size_t column = 0;
  for (; column + kPair <= t.cols; column += kPair) strip<T, Add, 2>(t, tiled, column);
  for (; column < t.cols; column += kLanesOf) strip<T, Add, 1>(t, tiled, column);
  for (std::size_t row = tiled; row < t.rows; ++row) {
    column = 0;
    for (; column + 4 * kPair <= t.cols; column += 4 * kPair) tile<T, Add, 1, 8>(t, row, column);
    for (; column + kPair <= t.cols; column += kPair) tile<T, Add, 1, 2>(t, row, column);
    for (; column < t.cols; column += kLanesOf) tile<T, Add, 1, 1>(t, row, column);
  }
}

// Sums of a row of WavesTask lie in 16 lanes, whatever the register, and each lane adds in the
// order of the columns: the machines agree.
constexpr std::size_t kSumLanes = 16;
using FloatLanes = Register<float>::Lanes;
using Floats = Register<float>::Value;
constexpr std::size_t kFloats = Register<float>::kLanes;

RECVEIL_INLINE Floats floats(const float *from) {
  return *reinterpret_cast<const FloatLanes *>(from);
}
RECVEIL_INLINE void put(float *to, Floats value) {
  *reinterpret_cast<FloatLanes *>(to) = value;
}

// cos(2 pi turns) by Taylor's series up to the 12th power, to 2e-4; NaN, or a number without a
// digit after the point, gives any number within its range.
RECVEIL_INLINE Floats wave(Floats turns) {
  constexpr float kRound = 12582912.0f;  // adding 1.5 * 2^23 rounds to a whole number
  const Floats rest = turns - ((turns + kRound) - kRound);
  Floats square = rest * rest;
  square = square < 0.25f ? square : Floats{} + 0.25f;
  Floats sum = square * 7.9035363f - 26.426257f;
  sum = sum * square + 60.244641f;
  sum = sum * square - 85.456817f;
  sum = sum * square + 64.939394f;
  sum = sum * square - 19.739209f;
  return sum * square + 1.0f;
}

// The lanes of R rows from `row` on: the constant and x (linear + Q x).
template <std::size_t R>
RECVEIL_INLINE void forms(const WavesTask &t, std::size_t row) {
  const float *x = t.rows + row * t.row_step;
  const float *of[R];
  for (std::size_t r = 0; r < R; ++r) of[r] = t.groups_at + t.groups[row + r] * t.group_step;
  const std::size_t pairs_step = (t.pairs + 15) / 16 * 16, q_at = kSumLanes + t.row_step;
  for (std::size_t lane = 0; lane < kSumLanes; lane += kFloats) {
    Floats sum[R];
    for (std::size_t r = 0; r < R; ++r) sum[r] = floats(of[r] + lane);
    for (std::size_t c = lane; c < t.row_step; c += kSumLanes) {
      Floats y[R];
      for (std::size_t r = 0; r < R; ++r) y[r] = floats(of[r] + kSumLanes + c);
      // Below the diagonal there is nothing.
      const std::size_t whole = c - lane + kSumLanes;
      const std::size_t inner = c >= pairs_step ? 0 : whole < t.pairs ? whole : t.pairs;
      for (std::size_t k = 0; k < inner; ++k) {
        for (std::size_t r = 0; r < R; ++r) {
          y[r] += floats(of[r] + q_at + k * pairs_step + c) * x[r * t.row_step + k];
        }
      }
      for (std::size_t r = 0; r < R; ++r) sum[r] += y[r] * floats(x + r * t.row_step + c);
    }
    for (std::size_t r = 0; r < R; ++r) put(t.lanes + (row + r) * kSumLanes + lane, sum[r]);
  }
}

// R rows and V registers of waves, from (row, column) on, into the rows' lanes.
template <std::size_t R, std::size_t V>
RECVEIL_INLINE void wave_tile(const WavesTask &t, std::size_t row, std::size_t column) {
  const float *x = t.rows + row * t.row_step;
  const float *by = t.directions + column;
  Floats sum[R][V];
#pragma GCC unroll 8
  for (std::size_t v = 0; v < V; ++v) {
    const Floats phase = floats(by + t.width * t.waves_step + v * kFloats);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < R; ++r) sum[r][v] = phase;
  }
  for (std::size_t k = 0; k < t.width; ++k, by += t.waves_step) {
    Floats from[V];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v) from[v] = floats(by + v * kFloats);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < R; ++r) {
      const float with = x[r * t.row_step + k];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < V; ++v) sum[r][v] += from[v] * with;
    }
  }
  const std::size_t weights_at = t.group_step - t.waves_step + column;
#pragma GCC unroll 16
  for (std::size_t r = 0; r < R; ++r) {
    const float *weights = t.groups_at + t.groups[row + r] * t.group_step + weights_at;
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v) {
      const std::size_t lane = kFloats == kSumLanes ? 0 : (column + v * kFloats) % kSumLanes;
      float *lanes = t.lanes + (row + r) * kSumLanes + lane;
      put(lanes, floats(lanes) + floats(weights + v * kFloats) * wave(sum[r][v]));
    }
  }
}

template <std::size_t V>
RECVEIL_INLINE void wave_strip(const WavesTask &t, std::size_t rows, std::size_t column) {
  for (std::size_t row = 0; row < rows; row += kTileRows) wave_tile<kTileRows, V>(t, row, column);
}

void waves(const WavesTask &t) {
  std::size_t row = 0;
  for (; row + 4 <= t.n; row += 4) forms<4>(t, row);
  for (; row < t.n; ++row) forms<1>(t, row);
  constexpr std::size_t kPair = 2 * kFloats;
  const std::size_t tiled = t.n / kTileRows * kTileRows;
  std::size_t column = 0;
  for (; column + kPair <= t.waves_step; column += kPair) wave_strip<2>(t, tiled, column);
  for (; column < t.waves_step; column += kFloats) wave_strip<1>(t, tiled, column);
  for (row = tiled; row < t.n; ++row) {
    column = 0;
    for (; column + 4 * kPair <= t.waves_step; column += 4 * kPair) wave_tile<1, 8>(t, row, column);
    for (; column < t.waves_step; column += kFloats) wave_tile<1, 1>(t, row, column);
  }
  for (row = 0; row < t.n; ++row) {
    float *lanes = t.lanes + row * kSumLanes;
    for (std::size_t half = kSumLanes / 2; half > 0; half /= 2) {
      for (std::size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
    }
    t.out[row] = lanes[0];
  }
}

// A plain loop, which the compiler turns into this file's registers.
void adam(const AdamTask &t) {
  float *__restrict parameters = t.parameters, *__restrict m = t.m, *__restrict v = t.v;
  const float *a = t.a, *b = t.b;
  const float alpha = t.alpha, rate = t.rate, epsilon = t.epsilon;
#pragma GCC ivdep
  for (std::size_t i = 0; i < t.size; ++i) {
    const float g = b[i] + alpha * (a[i] - b[i]);
    m[i] += 0.1F * (g - m[i]);
    v[i] += 0.001F * (g * g - v[i]);
    parameters[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) + epsilon);
  }
}

void centre(const CentreTask &t) {
  const std::size_t padded = (t.d + 7) / 8 * 8;
  for (std::size_t i = 0; i < t.n; ++i) {
    const float *x = t.x + t.which[i] * t.step;
    double *__restrict out = t.out + i * padded, *__restrict sums = t.sums;
#pragma GCC ivdep
    for (std::size_t c = 0; c < t.d; ++c) {
      out[c] = static_cast<double>(x[c]) - t.centre[c];
      sums[c] += out[c];
    }
    for (std::size_t c = t.d; c < padded; ++c) out[c] = 0;
  }
}

RetainDots retain(const float *x, const float *start, const float *a, std::size_t n, float *to) {
  using Lanes = Register<float>::Lanes;
  using Value = Register<float>::Value;
  constexpr std::size_t kWide = Register<float>::kLanes;
  RetainDots out{0, 0, 0};
  for (std::size_t begin = 0; begin < n; begin += 1024) {
    const std::size_t end = begin + 1024 < n ? begin + 1024 : n;
    Value difference{}, product{}, squares{};
    for (std::size_t i = begin; i < end; i += kWide) {
      const Value gap =
          *reinterpret_cast<const Lanes *>(x + i) - *reinterpret_cast<const Lanes *>(start + i);
      const Value b = gap + gap, less = b - *reinterpret_cast<const Lanes *>(a + i);
      *reinterpret_cast<Lanes *>(to + i) = b;
      difference += less * less;
      product += less * b;
      squares += b * b;
    }
    for (std::size_t lane = 0; lane < kWide; ++lane) {
      out.difference += static_cast<double>(difference[lane]);
      out.product += static_cast<double>(product[lane]);
      out.squares += static_cast<double>(squares[lane]);
    }
  }
  return out;
}

void rotate(const RotateTask &t) {
  using Lanes = Register<double>::Lanes;
  using Value = Register<double>::Value;
  constexpr std::size_t kWide = Register<double>::kLanes, kRegisters = kPanelRows / kWide;
  for (std::size_t sweep = 0; sweep < t.n_sweeps; ++sweep) {
    const Sweep at = t.sweeps[sweep];
    const Rotation *by = t.rotations + at.first_rotation;
    double *column = t.panel + at.first_column * kPanelRows;
    Value x[kRegisters];  // a column is read once and written once a sweep
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kRegisters; ++v) {
      x[v] = *reinterpret_cast<const Lanes *>(column + v * kWide);
    }
    for (std::size_t r = 0; r < at.n_rotations; ++r, column += kPanelRows) {
      const double c = by[r].c, s = by[r].s;
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kRegisters; ++v) {
        const Value y = *reinterpret_cast<const Lanes *>(column + kPanelRows + v * kWide);
        *reinterpret_cast<Lanes *>(column + v * kWide) = c * x[v] - s * y;
        x[v] = s * x[v] + c * y;
      }
    }
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kRegisters; ++v) {
      *reinterpret_cast<Lanes *>(column + v * kWide) = x[v];
    }
  }
}

constexpr ProductKernels kernels_here() {
  return {product<float, false>,
          product<float, true>,
          product<double, false>,
          product<double, true>,
          adam,
          centre,
          retain,
          rotate,
          waves};
}

#undef RECVEIL_INLINE

}  // namespace
}  // namespace recveil::numerics
