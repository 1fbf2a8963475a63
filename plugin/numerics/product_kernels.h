// Matrix products of tall thin matrices, for the instruction set of the machine: what maps of
// embeddings, their moments and small networks spend their time on.
//
// Each number of the result is one chain of multiply-adds over k in rising order, whatever the
// tile it is computed in: a row gives the same bits alone and among others. Machines with fused
// multiply-add (AVX2 and AVX-512) agree with each other to the bit, those without differ by
// rounding.
#pragma once

#include <cstddef>
#include <cstdint>

#include "numerics/rbf_kernels.h"

namespace recveil::numerics {

// Columns are worked on 64 bytes at a time.
constexpr std::size_t padded_floats(std::size_t n) {
  return (n + 15) / 16 * 16;
}
constexpr std::size_t padded_doubles(std::size_t n) {
  return (n + 7) / 8 * 8;
}

// A, rows x inner: entry (i, k) at a[i * row_step + k * inner_step]; a transposed matrix is one
// with the steps swapped. B: inner x cols, row k at b + k * b_step. C: rows x cols, row i at c + i
// * c_step. cols is a multiple of 16 floats or 8 doubles: B's rows are padded. No alignment is
// needed; C overlaps neither A nor B.
template <class T>
struct ProductTask {
  const T *a;
  std::size_t row_step, inner_step;
  std::size_t rows, inner;
  const T *b;
  std::size_t b_step;
  std::size_t cols;
  T *c;
  std::size_t c_step;
};

// out (n rows, padded_doubles(d) apart) = row `which[i]` of x less centre, in double, the padding
// 0; sums (padded likewise) += the rows of out. x: rows `step` floats apart; centre: padded
// likewise.
struct CentreTask {
  const float *x;
  std::size_t step;
  const std::uint32_t *which;
  std::size_t n, d;
  const double *centre;
  double *out, *sums;
};

// Of b = 2 (x - start): |b - a|^2, <b - a, b> and |b|^2. Sums in float for 1,024 numbers, of these
// in double.
struct RetainDots {
  double difference, product, squares;
};

// One step of Adam (Kingma and Ba, ICLR'15) with decays 0.9 and 0.999 on g = alpha a + (1 - alpha)
// b: parameters -= rate m / (sqrt(v) + epsilon), bias correction in rate and epsilon.
struct AdamTask {
  float *parameters;
  const float *a, *b;
  float *m, *v;
  std::size_t size;
  float alpha, rate, epsilon;
};

// Givens rotations of neighbouring columns of a panel: kPanelRows numbers a column, one column
// after the other. Sweep after sweep; within one, rotation r turns the columns x = first_column + r
// and y, the next, into c x - s y and s x + c y.
constexpr std::size_t kPanelRows = 16;
struct Rotation {
  double c, s;
};
struct Sweep {
  std::size_t first_column, first_rotation, n_rotations;
};
struct RotateTask {
  double *panel;
  const Rotation *rotations;
  const Sweep *sweeps;
  std::size_t n_sweeps;
};

// A number of each row x of n: with the numbers of its group g = groups[i], which lie at groups_at
// + g * group_step,
//   constant + x (linear + Q x) + sum over waves m of weight_m cos(2 pi (x direction_m + phase_m)).
// 16 floats of which the first is the constant, then linear (row_step), Q (pairs rows of
// padded_floats(pairs), of which entries above the diagonal and on it count), the weights
// (waves_step). Rows are row_step = padded_floats(width) apart, their padding 0; directions: width
// rows of waves_step = padded_floats(waves), then the phases. lanes: 16 n floats of scratch.
// pairs <= width. n (2 width waves + pairs^2) flops.
struct WavesTask {
  const float *rows;
  std::size_t n, width, row_step;
  const std::uint8_t *groups;
  const float *groups_at;
  std::size_t group_step, pairs;
  const float *directions;
  std::size_t waves_step;
  float *lanes, *out;
};

struct ProductKernels {
  // C = A B, or C += A B. 2 rows inner cols flops.
  void (*set_float)(const ProductTask<float> &);
  void (*add_float)(const ProductTask<float> &);
  void (*set_double)(const ProductTask<double> &);
  void (*add_double)(const ProductTask<double> &);
  void (*adam)(const AdamTask &);
  void (*centre)(const CentreTask &);
  // retain = 2 (x - start), and its dots with a. n: a multiple of 16.
  RetainDots (*retain)(const float *x, const float *start, const float *a, std::size_t n,
                       float *retain);
  void (*rotate)(const RotateTask &);
  // The cosine is defense::wave().
  void (*waves)(const WavesTask &);
};

// Null where this build or this processor has not got it.
const ProductKernels *product_kernels(InstructionSet set);
// Those for the best this processor has.
const ProductKernels &product_kernels();

// C += A B or C = A B by the best kernels.
void multiply(const ProductTask<float> &task);
void multiply(const ProductTask<double> &task);
void multiply_add(const ProductTask<float> &task);
void multiply_add(const ProductTask<double> &task);

// sums (d rows, padded_doubles(d) apart) += X'X of n rows of x, padded with zeros likewise: entries
// on and above the diagonal are meaningful. n d^2 flops, in 8-column steps.
void add_gram(const double *x, std::size_t n, std::size_t d, double *sums);

}  // namespace recveil::numerics
