// The loops of kernels.h over Floats (16) and Doubles (8): included once by each kernels_*.cc,
// after its lanes. All names are internal to that file.
#pragma once

#include "defense/fold/group_loops.h"
#include "defense/fold/kernels.h"

namespace {

constexpr std::size_t kFloats = 16, kDoubles = 8;

// The rows [i, i + kTileRows) and `Vectors` vectors of columns from j of: sums + A'A, or sums -
// A'A, A being n rows of `stride` floats.
template <std::size_t Vectors, bool Subtract>
inline void tile(const float *a, std::size_t n, std::size_t stride, std::size_t i, std::size_t j,
                 float *sums) {
  Floats total[kTileRows][Vectors];
  for (std::size_t p = 0; p < kTileRows; ++p) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      total[p][v] = load(sums + (i + p) * stride + j + v * kFloats);
    }
  }
  for (std::size_t r = 0; r < n; ++r) {
    const float *row = a + r * stride;
    Floats right[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v) right[v] = load(row + j + v * kFloats);
    for (std::size_t p = 0; p < kTileRows; ++p) {
      const Floats left = all(row[i + p]);
      for (std::size_t v = 0; v < Vectors; ++v) {
        total[p][v] = Subtract ? fused_minus(left, right[v], total[p][v])
                               : fused(left, right[v], total[p][v]);
      }
    }
  }
  for (std::size_t p = 0; p < kTileRows; ++p) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      store(sums + (i + p) * stride + j + v * kFloats, total[p][v]);
    }
  }
}

// The rows [i, i + kTileRows) of the same, from the diagonal on.
template <bool Subtract>
inline void tile_rows(const float *a, std::size_t n, std::size_t stride, std::size_t i,
                      float *sums) {
  std::size_t j = i / kFloats * kFloats;
  for (; j + 2 * kFloats <= stride; j += 2 * kFloats) tile<2, Subtract>(a, n, stride, i, j, sums);
  if (j < stride) tile<1, Subtract>(a, n, stride, i, j, sums);
}

void add_gram(const float *block, std::size_t n, std::size_t stride, float *sums) {
  for (std::size_t i = 0; i < stride; i += kTileRows) {
    tile_rows<false>(block, n, stride, i, sums);
  }
}

void subtract_gram(const float *block, std::size_t n, std::size_t stride, float *sums) {
  for (std::size_t i = 0; i < stride; i += kTileRows) {
    tile_rows<true>(block, n, stride, i, sums);
  }
}

void add_gram_exact(const float *block, std::size_t n, std::size_t stride, double *sums) {
  constexpr std::size_t kRows = 4;
  for (std::size_t i = 0; i < stride; i += kRows) {
    for (std::size_t j = i / kFloats * kFloats; j < stride; j += kDoubles) {
      Doubles total[kRows];
      for (std::size_t p = 0; p < kRows; ++p) total[p] = load(sums + (i + p) * stride + j);
      for (std::size_t r = 0; r < n; ++r) {
        const float *row = block + r * stride;
        const Doubles right = widen(row + j);
        for (std::size_t p = 0; p < kRows; ++p) {  // the product of two floats is exact
          const Doubles left = all(static_cast<double>(row[i + p]));
          total[p] = plus(total[p], times(left, right));
        }
      }
      for (std::size_t p = 0; p < kRows; ++p) store(sums + (i + p) * stride + j, total[p]);
    }
  }
}

void assemble(const float *base, float weight, float ridge, std::size_t d, std::size_t stride,
              float *system) {
  const Floats factor = all(weight);
  for (std::size_t i = 0; i < d; ++i) {
    float *row = system + i * stride;
    for (std::size_t j = i / kFloats * kFloats; j < stride; j += kFloats) {
      store(row + j, fused(factor, load(row + j), load(base + i * stride + j)));
    }
    row[i] += ridge;
  }
}

// Keeps only the part of the factor that solve() reads: the diagonal and what is left of it in its
// 16 x 16 block become 0, and the rest of each such block is copied to `columns`, transposed. All
// trip counts are known: mispredicted branches were half of its time.
void finish_factor(float *r, std::size_t stride, float *columns) {
  for (std::size_t first = 0; first < stride; first += kFloats) {
    float *block = r + first * stride + first, *column = columns + first * kFloats;
#pragma GCC unroll 16
    for (std::size_t p = 0; p < kFloats; ++p) {
#pragma GCC unroll 16
      for (std::size_t q = 0; q < kFloats; ++q) {
        if (q <= p) block[p * stride + q] = 0;
        column[q * kFloats + p] = block[p * stride + q];
      }
    }
  }
}

// Left-looking by bands of kTileRows rows: what the rows above contribute, then the band itself.
bool factorize(float *system, std::size_t d, std::size_t stride, float *inverse, float *columns) {
  for (std::size_t k = 0; k < d; ++k) inverse[k] = system[k * stride + k];
  for (std::size_t band = 0; band < d; band += kTileRows) {
    tile_rows<true>(system, band, stride, band, system);
    const std::size_t end = band + kTileRows < d ? band + kTileRows : d;
    for (std::size_t k = band; k < end; ++k) {
      float *row = system + k * stride;
      const float pivot = row[k];
      // What is left of the diagonal must be more than its rounding: 16 units in the last place.
      if (!(pivot > inverse[k] * 0x1p-20f && pivot <= __FLT_MAX__)) return false;
      inverse[k] = 1 / __builtin_sqrtf(pivot);
      const Floats scale = all(inverse[k]);
      const std::size_t first = k / kFloats * kFloats;
      for (std::size_t j = first; j < stride; j += kFloats) {
        store(row + j, times(load(row + j), scale));
      }
      for (std::size_t below = k + 1; below < end; ++below) {
        float *other = system + below * stride;
        const Floats left = all(row[below]);
        for (std::size_t j = below / kFloats * kFloats; j < stride; j += kFloats) {
          store(other + j, fused_minus(left, load(row + j), load(other + j)));
        }
      }
    }
  }
  finish_factor(system, stride, columns);
  return true;
}

void solve(const float *r, const float *columns, const float *inverse, std::size_t d,
           std::size_t stride, float *x) {
  // Within a block no vector is loaded from where a number was just stored: that would wait for it.
  for (std::size_t first = 0; first < stride; first += kFloats) {  // R'z = x
    float rest[kFloats];
    store(rest, load(x + first));
    for (std::size_t p = 0; p < kFloats && first + p < d; ++p) {
      const float *row = r + (first + p) * stride;
      const float z = rest[p] * inverse[first + p];
      const Floats left = all(z);
      store(rest, fused_minus(left, load(row + first), load(rest)));
      for (std::size_t j = first + kFloats; j < stride; j += kFloats) {
        store(x + j, fused_minus(left, load(row + j), load(x + j)));
      }
      x[first + p] = z;
    }
  }
  for (std::size_t first = stride; first > 0;) {  // R x = z, by blocks of 16 from below
    first -= kFloats;
    float z[kFloats];
    for (std::size_t p = 0; p < kFloats; ++p) {
      const float *row = r + (first + p) * stride;
      Floats total = all(0.0f);
      for (std::size_t j = first + kFloats; j < stride; j += kFloats) {
        total = fused(load(row + j), load(x + j), total);
      }
      z[p] = x[first + p] - sum(total);
    }
    for (std::size_t p = d - first < kFloats ? d - first : kFloats; p-- > 0;) {
      const float value = z[p] * inverse[first + p];
      store(z, fused_minus(all(value), load(columns + (first + p) * kFloats), load(z)));
      x[first + p] = value;
    }
  }
}

void gather(const float *rows, std::size_t row_stride, const std::uint32_t *which, std::size_t n,
            std::size_t d, std::size_t stride, float *block) {
  const std::size_t whole = d / kFloats * kFloats;
  for (std::size_t r = 0; r < n; ++r) {
    const float *row = rows + which[r] * row_stride;
    float *out = block + r * stride;
    for (std::size_t j = 0; j < whole; j += kFloats) store(out + j, load(row + j));
    for (std::size_t j = whole; j < stride; ++j) out[j] = j < d ? row[j] : 0;
  }
}

// 16 `Vectors` columns from j of add_rows().
template <std::size_t Vectors>
inline void add_columns(const float *block, std::size_t n, std::size_t stride, std::size_t j,
                        Floats factor, float *sums) {
  Floats total[Vectors];
  for (std::size_t v = 0; v < Vectors; ++v) total[v] = load(sums + j + v * kFloats);
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      total[v] = fused(factor, load(block + r * stride + j + v * kFloats), total[v]);
    }
  }
  for (std::size_t v = 0; v < Vectors; ++v) store(sums + j + v * kFloats, total[v]);
}

void add_rows(const float *block, std::size_t n, std::size_t stride, float weight, float *sums) {
  const Floats factor = all(weight);
  std::size_t j = 0;
  for (; j + 4 * kFloats <= stride; j += 4 * kFloats) {
    add_columns<4>(block, n, stride, j, factor, sums);
  }
  for (; j < stride; j += kFloats) add_columns<1>(block, n, stride, j, factor, sums);
}

// sums += sum over n rows of factors[r] times the row, 16 columns at a time.
template <class Row>
inline void combine(Row row_of, const double *factors, std::size_t n, std::size_t stride,
                    double *sums) {
  constexpr std::size_t kVectors = 2;  // the stride is a multiple of 16
  for (std::size_t j = 0; j < stride; j += kVectors * kDoubles) {
    Doubles total[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) total[v] = load(sums + j + v * kDoubles);
    for (std::size_t r = 0; r < n; ++r) {
      const Doubles factor = all(factors[r]);
      for (std::size_t v = 0; v < kVectors; ++v) {
        total[v] = plus(total[v], times(factor, row_of(r, j + v * kDoubles)));
      }
    }
    for (std::size_t v = 0; v < kVectors; ++v) store(sums + j + v * kDoubles, total[v]);
  }
}

// add_residual() for rows of up to 16 `Blocks` numbers: each is read once, and the sums stay in
// registers.
template <std::size_t Blocks>
inline void add_short_rows(const float *rows, std::size_t row_stride, const std::uint32_t *which,
                           std::size_t n, std::size_t d, const float *x, double observed,
                           double extra, double *residual) {
  constexpr std::size_t kVectors = 2 * Blocks, kWhole = (Blocks - 1) * kFloats;
  Doubles wide[kVectors], total[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    wide[v] = widen(x + v * kDoubles);
    total[v] = load(residual + v * kDoubles);
  }
  float rest[kFloats] = {};
  for (std::size_t r = 0; r < n; ++r) {
    const float *row = rows + which[r] * row_stride, *last = row + kWhole;
    if (d % kFloats != 0) {  // never reads past the end of a row
      for (std::size_t j = kWhole; j < d; ++j) rest[j - kWhole] = row[j];
      last = rest;
    }
    Doubles values[kVectors];
    for (std::size_t v = 0; v + 2 < kVectors; ++v) values[v] = widen(row + v * kDoubles);
    values[kVectors - 2] = widen(last);
    values[kVectors - 1] = widen(last + kDoubles);
    Doubles product = times(values[0], wide[0]);
    for (std::size_t v = 1; v < kVectors; ++v) product = plus(product, times(values[v], wide[v]));
    const Doubles factor = all(observed - extra * sum(product));
    for (std::size_t v = 0; v < kVectors; ++v) total[v] = plus(total[v], times(factor, values[v]));
  }
  for (std::size_t v = 0; v < kVectors; ++v) store(residual + v * kDoubles, total[v]);
}

// The same where the rows have at most `Most` blocks; false where they have more.
template <std::size_t Most, class... Arguments>
inline bool add_short_residual(std::size_t blocks, Arguments... arguments) {
  if (blocks > Most) return false;
  if constexpr (Most > 1) {
    if (blocks < Most) return add_short_residual<Most - 1>(blocks, arguments...);
  }
  add_short_rows<Most>(arguments...);
  return true;
}

// add_residual() of gathered rows.
inline void add_long_residual(const float *block, std::size_t n, std::size_t stride, const float *x,
                              double observed, double extra, double *residual) {
  double factors[recveil::defense::kBlockRows];
  double wide[recveil::defense::kMaxFactors];
  for (std::size_t j = 0; j < stride; j += kDoubles) store(wide + j, widen(x + j));
  for (std::size_t r = 0; r < n; ++r) {
    const float *row = block + r * stride;
    Doubles total = times(widen(row), load(wide));
    for (std::size_t j = kDoubles; j < stride; j += kDoubles) {
      total = plus(total, times(widen(row + j), load(wide + j)));
    }
    factors[r] = observed - extra * sum(total);
  }
  combine([=](std::size_t r, std::size_t j) { return widen(block + r * stride + j); }, factors, n,
          stride, residual);
}

void add_residual(const float *rows, std::size_t row_stride, const std::uint32_t *which,
                  std::size_t n, std::size_t d, std::size_t stride, const float *x, double observed,
                  double extra, float *block, double *residual) {
  const std::size_t blocks = stride / kFloats;
  if (add_short_residual<kShortBlocks>(blocks, rows, row_stride, which, n, d, x, observed, extra,
                                       residual)) {
    return;
  }
  gather(rows, row_stride, which, n, d, stride, block);
  add_long_residual(block, n, stride, x, observed, extra, residual);
}

void subtract_product(const double *base, double ridge, std::size_t d, std::size_t stride,
                      const float *x, double *residual) {
  double factors[recveil::defense::kMaxFactors];
  for (std::size_t k = 0; k < d; ++k) {
    factors[k] = -static_cast<double>(x[k]);
    residual[k] += ridge * factors[k];
  }
  combine([=](std::size_t k, std::size_t j) { return load(base + k * stride + j); }, factors, d,
          stride, residual);
}

void scores(const float *rows, std::size_t stride, std::size_t n, std::size_t d, const float *x,
            float *out) {
  const std::size_t whole = d / kFloats * kFloats;
  for (std::size_t i = 0; i < n; ++i) {
    const float *row = rows + i * stride;
    Floats total = all(0.0f);
    for (std::size_t j = 0; j < whole; j += kFloats)
      total = fused(load(row + j), load(x + j), total);
    if (whole < d) {  // never reads past the end of a row
      float rest[kFloats] = {};
      for (std::size_t j = whole; j < d; ++j) rest[j - whole] = row[j];
      total = fused(load(rest), load(x + whole), total);
    }
    out[i] = sum(total);
  }
}

constexpr recveil::defense::Kernels kernels_named(const char *name) {
  return {name,        gather,       add_gram,         subtract_gram, add_gram_exact,
          add_rows,    assemble,     factorize,        solve,         factorize_group,
          solve_group, add_residual, subtract_product, scores};
}

}  // namespace
