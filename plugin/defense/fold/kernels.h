// The inner loops of fold-in, for the instruction set of the machine.
//
// All builds give the same bits: each number is one chain of fused multiply-adds, or a sum of 16
// (8) lanes by halves, in an order that no vector width changes; a machine without fused
// multiply-add computes it exactly in double. Matrices are row-major with rows of `padded` floats
// or doubles: padded(d), the padding 0. A symmetric matrix and its Cholesky factor are valid only
// from the 16 columns that hold the diagonal on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/instruction_set.h"

namespace recveil::defense {

// Rows that are worked on at a time: 16 KiB at d = 64.
constexpr std::size_t kBlockRows = 64;
constexpr std::size_t kMaxFactors = 512;  // d
constexpr std::size_t kGroup = 16;        // users that are solved at once

constexpr std::size_t padded(std::size_t d) {
  return (d + 15) / 16 * 16;
}

// Floats of the triangles of a group: of its 16 x 16 blocks, those on and above the diagonal.
constexpr std::size_t group_floats(std::size_t d) {
  const std::size_t blocks = padded(d) / 16;
  return kGroup * 128 * blocks * (blocks + 1);
}

struct Kernels {
  const char *name;
  // block (n x padded) = the rows `which` of d floats each, `stride` apart.
  void (*gather)(const float *rows, std::size_t stride, const std::uint32_t *which, std::size_t n,
                 std::size_t d, std::size_t padded, float *block);
  // sums (float, padded x padded) += B'B of the n x padded block B. n padded^2 / 2 multiplications.
  void (*add_gram)(const float *block, std::size_t n, std::size_t padded, float *sums);
  // sums -= B'B.
  void (*subtract_gram)(const float *block, std::size_t n, std::size_t padded, float *sums);
  // add_gram() with sums in double.
  void (*add_gram_exact)(const float *block, std::size_t n, std::size_t padded, double *sums);
  // sums (padded floats) += weight times the sum of the block's rows.
  void (*add_rows)(const float *block, std::size_t n, std::size_t padded, float weight,
                   float *sums);
  // system = base + weight * system, + ridge on the diagonal.
  void (*assemble)(const float *base, float weight, float ridge, std::size_t d, std::size_t padded,
                   float *system);
  // The symmetric system becomes R with system = R'R, above the diagonal; inverse[i] = 1 / R_ii;
  // columns (16 padded floats): what solve() wants in another order. False where the system is not
  // positive definite.
  bool (*factorize)(float *system, std::size_t d, std::size_t padded, float *inverse,
                    float *columns);
  // x (padded floats) becomes (R'R)^-1 x.
  void (*solve)(const float *r, const float *columns, const float *inverse, std::size_t d,
                std::size_t padded, float *x);
  // factorize() for n systems, from 1 to kGroup, `apart` floats from one to the next: all are left
  // as they are, their factors are in `group` (group_floats(d) floats) and in inverse (kGroup x
  // padded). Bit u: system u is positive definite.
  unsigned (*factorize_group)(const float *systems, std::size_t apart, std::size_t n, std::size_t d,
                              std::size_t padded, float *group, float *inverse);
  // solve() for the same: rows is n x padded. work: kGroup x padded.
  void (*solve_group)(const float *group, const float *inverse, std::size_t d, std::size_t padded,
                      std::size_t n, float *rows, float *work);
  // residual (padded doubles) += sum over n rows y, as gather() takes them, of y (observed - extra
  // y.x). n: at most kBlockRows. block: room for them.
  void (*add_residual)(const float *rows, std::size_t stride, const std::uint32_t *which,
                       std::size_t n, std::size_t d, std::size_t padded, const float *x,
                       double observed, double extra, float *block, double *residual);
  // residual -= base x + ridge x, base symmetric with both triangles.
  void (*subtract_product)(const double *base, double ridge, std::size_t d, std::size_t padded,
                           const float *x, double *residual);
  // out[i] = y_i.x for n rows y_i of d floats, `stride` apart. x: padded(d) floats.
  void (*scores)(const float *rows, std::size_t stride, std::size_t n, std::size_t d,
                 const float *x, float *out);
};

// The best this machine runs. Any thread.
const Kernels &best_kernels() noexcept;

// Null where this machine or this build lacks the instructions.
const Kernels *find_kernels(InstructionSet set) noexcept;

// Each null in a build for another processor.
extern const Kernels kBaselineKernels;
extern const Kernels *const kAvx2Kernels;
extern const Kernels *const kAvx512Kernels;

}  // namespace recveil::defense
