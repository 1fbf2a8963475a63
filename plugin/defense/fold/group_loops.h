// Cholesky and solves of 16 users at once, over the Floats of the lanes: lane u of every vector is
// user u, so no operation is across lanes. Each lane does what factorize() and solve() of
// kernel_loops.h do, in their order. Included by that file.
#pragma once

#include "defense/fold/kernels.h"

namespace {

// Where the 16 users' element (k, j) of a triangle is: columns in tiles of kGroupTile, and each
// tile row by row, so that all loops run over consecutive memory. k goes to the end of j's 16 x 16
// block on the diagonal.
inline std::size_t group_place(std::size_t k, std::size_t j) {
  const std::size_t block = j / 16, tile = j % 16 / kGroupTile;
  const std::size_t above_it = 128 * block * (block + 1) + 16 * (block + 1) * kGroupTile * tile;
  return 16 * (above_it + k * kGroupTile + j % kGroupTile);
}

inline Floats group_load(const float *group, std::size_t k, std::size_t j) {
  return load(group + group_place(k, j));
}

// vectors[i] = number i, below 16, of each of n rows; lanes from n on are as the last.
inline void rows_to_group(const float *rows, std::size_t apart, std::size_t n,
                          Floats (&vectors)[16]) {
  for (std::size_t u = 0; u < 16; ++u) vectors[u] = load(rows + (u < n ? u : n - 1) * apart);
  transpose(vectors);
}

// total -= left' right of n rows of two column tiles; on the diagonal only the upper triangle.
template <bool Diagonal>
inline void group_tile(const float *left, const float *right, std::size_t n,
                       Floats (&total)[kGroupTile][kGroupTile]) {
  for (std::size_t r = 0; r < n; ++r) {
    Floats across[kGroupTile];
    for (std::size_t q = 0; q < kGroupTile; ++q) {
      across[q] = load(right + (r * kGroupTile + q) * 16);
    }
    for (std::size_t p = 0; p < kGroupTile; ++p) {
      const Floats down = Diagonal ? across[p] : load(left + (r * kGroupTile + p) * 16);
      for (std::size_t q = Diagonal ? p : 0; q < kGroupTile; ++q) {
        total[p][q] = fused_minus(down, across[q], total[p][q]);
      }
    }
  }
}

// The tile at (i, j) of the factor, given all rows above it and, off the diagonal, the tile at (i,
// i). On it: the inverse pivots too, and 0 in `good` where one is too small.
template <bool Diagonal>
inline void factorize_tile(float *group, std::size_t d, std::size_t i, std::size_t j,
                           float *inverse, unsigned &good) {
  Floats total[kGroupTile][kGroupTile], was[kGroupTile];
  float *corner = group + group_place(i, j);
  for (std::size_t p = 0; p < kGroupTile; ++p) {
    for (std::size_t q = 0; q < kGroupTile; ++q) {
      total[p][q] = load(corner + (p * kGroupTile + q) * 16);
    }
    was[p] = total[p][p];
  }
  group_tile<Diagonal>(group + group_place(0, i), group + group_place(0, j), i, total);
#pragma GCC unroll 4  // all indices known: the tile stays in registers
  for (std::size_t p = 0; p < kGroupTile; ++p) {
    Floats scale = all(0.0f);
    if (!Diagonal) {
      scale = load(inverse + (i + p) * 16);
    } else if (i + p < d) {
      const Floats pivot = total[p][p];
      good &= above(pivot, times(was[p], all(0x1p-20f))) & ~above(pivot, all(__FLT_MAX__));
      scale = inverse_root(pivot);
    }
    if (Diagonal) store(inverse + (i + p) * 16, scale);
#pragma GCC unroll 4
    for (std::size_t q = Diagonal ? p : 0; q < kGroupTile; ++q) {
      total[p][q] = times(total[p][q], scale);
      store(corner + (p * kGroupTile + q) * 16, total[p][q]);
    }
#pragma GCC unroll 4
    for (std::size_t below = p + 1; below < kGroupTile; ++below) {
      const Floats left = Diagonal ? total[p][below] : group_load(group, i + p, i + below);
#pragma GCC unroll 4
      for (std::size_t q = Diagonal ? below : 0; q < kGroupTile; ++q) {
        total[below][q] = fused_minus(left, total[p][q], total[below][q]);
      }
    }
  }
}

unsigned factorize_group(const float *systems, std::size_t apart, std::size_t n, std::size_t d,
                         std::size_t stride, float *group, float *inverse) {
  const std::size_t rows = (d + kGroupTile - 1) / kGroupTile * kGroupTile;
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t j = k / 16 * 16; j < stride; j += 16) {
      Floats vectors[16];
      rows_to_group(systems + k * stride + j, apart, n, vectors);
      for (std::size_t q = 0; q < 16; ++q) store(group + group_place(k, j + q), vectors[q]);
    }
  }
  unsigned good = (1u << n) - 1;
  for (std::size_t i = 0; i < rows; i += kGroupTile) {
    factorize_tile<true>(group, d, i, i, inverse, good);
    for (std::size_t j = i + kGroupTile; j < rows; j += kGroupTile) {
      factorize_tile<false>(group, d, i, j, inverse, good);
    }
  }
  return good;
}

// R'z = x.
inline void group_forward(const float *group, const float *inverse, std::size_t d, float *x) {
  for (std::size_t i = 0; i < d; i += kGroupTile) {
    const float *tile = group + group_place(0, i);
    Floats rest[kGroupTile];
    for (std::size_t q = 0; q < kGroupTile; ++q) rest[q] = load(x + (i + q) * 16);
    for (std::size_t r = 0; r < i; ++r) {
      const Floats z = load(x + r * 16);
      for (std::size_t q = 0; q < kGroupTile; ++q) {
        rest[q] = fused_minus(z, load(tile + (r * kGroupTile + q) * 16), rest[q]);
      }
    }
    for (std::size_t p = 0; p < kGroupTile && i + p < d; ++p) {
      const Floats z = times(rest[p], load(inverse + (i + p) * 16));
      store(x + (i + p) * 16, z);
      for (std::size_t q = p + 1; q < kGroupTile; ++q) {
        rest[q] = fused_minus(z, load(tile + ((i + p) * kGroupTile + q) * 16), rest[q]);
      }
    }
  }
}

// The sum over columns from `begin` on of row k of R times x: as 16 sums, of every 16th column, and
// their sum as sum() takes it.
inline Floats group_product(const float *group, std::size_t k, std::size_t begin,
                            std::size_t stride, const float *x) {
  Floats halves[8];
  for (std::size_t i = 0; i < 8; i += kGroupTile) {
    Floats low[kGroupTile], high[kGroupTile];
    for (std::size_t q = 0; q < kGroupTile; ++q) low[q] = high[q] = all(0.0f);
    for (std::size_t j = begin + i; j < stride; j += 16) {
      const float *at = group + group_place(k, j), *far = group + group_place(k, j + 8);
      for (std::size_t q = 0; q < kGroupTile; ++q) {
        low[q] = fused(load(at + q * 16), load(x + (j + q) * 16), low[q]);
        high[q] = fused(load(far + q * 16), load(x + (j + 8 + q) * 16), high[q]);
      }
    }
    for (std::size_t q = 0; q < kGroupTile; ++q) halves[i + q] = plus(low[q], high[q]);
  }
  for (std::size_t half = 4; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) halves[i] = plus(halves[i], halves[i + half]);
  }
  return halves[0];
}

// R x = z, by blocks of 16 from below.
inline void group_backward(const float *group, const float *inverse, std::size_t d,
                           std::size_t stride, float *x) {
  for (std::size_t first = stride; first > 0;) {
    first -= 16;
    const std::size_t end = d - first < 16 ? d : first + 16;
    for (std::size_t k = first; k < end && end < d; ++k) {
      store(x + k * 16, minus(load(x + k * 16), group_product(group, k, first + 16, stride, x)));
    }
    for (std::size_t k = end; k-- > first;) {
      const Floats value = times(load(x + k * 16), load(inverse + k * 16));
      store(x + k * 16, value);
      for (std::size_t above_it = first; above_it < k; ++above_it) {
        float *z = x + above_it * 16;
        store(z, fused_minus(value, group_load(group, above_it, k), load(z)));
      }
    }
  }
}

void solve_group(const float *group, const float *inverse, std::size_t d, std::size_t stride,
                 std::size_t n, float *rows, float *work) {
  Floats vectors[16];
  for (std::size_t j = 0; j < stride; j += 16) {
    rows_to_group(rows + j, stride, n, vectors);
    for (std::size_t q = 0; q < 16; ++q) store(work + (j + q) * 16, vectors[q]);
  }
  group_forward(group, inverse, d, work);
  group_backward(group, inverse, d, stride, work);
  for (std::size_t j = 0; j < stride; j += 16) {
    for (std::size_t q = 0; q < 16; ++q) vectors[q] = load(work + (j + q) * 16);
    transpose(vectors);
    for (std::size_t u = 0; u < n; ++u) store(rows + u * stride + j, vectors[u]);
  }
}

}  // namespace
