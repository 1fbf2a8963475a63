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
RECVEIL_INLINE void strip(const ProductTask<T> &t, std::size_t column) {
  std::size_t row = 0;
  for (; row + kTileRows <= t.rows; row += kTileRows) tile<T, Add, kTileRows, V>(t, row, column);
  for (; row < t.rows; ++row) tile<T, Add, 1, V>(t, row, column);
}

template <class T, bool Add>
void product(const ProductTask<T> &t) {
  // Columns in pairs of registers, then what is left of a step of 64 bytes.
  constexpr std::size_t kPair = 2 * Register<T>::kLanes;
  std::size_t column = 0;
  for (; column + kPair <= t.cols; column += kPair) strip<T, Add, 2>(t, column);
  for (; column < t.cols; column += Register<T>::kLanes) strip<T, Add, 1>(t, column);
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
          rotate};
}

#undef RECVEIL_INLINE

}  // namespace
}  // namespace recveil::numerics
