// Ridge regressions against rows of a factor matrix, as alternating least squares solves them by
// the thousand: Gram matrices, rank updates, Cholesky solves, and the scores that follow. All in
// float. The order of every sum is that of the arguments, whatever the machine's caches. The
// callers see to it that sizes agree and that row numbers are in range. A symmetric d x d matrix
// lives in the upper triangle of a Matrix, diagonal included; what is below is neither read nor
// kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::numerics {

// F^T F, d x d, both triangles. n d^2 / 2 multiplications.
Matrix gram(const Matrix &f);

// What one thread needs to build and solve systems of d unknowns without allocating: about
// 4 d^2 + 256 d bytes.
struct RidgeScratch {
  explicit RidgeScratch(std::size_t d);
  Matrix system;             // symmetric, d x d
  std::vector<float> block;  // rows of the factors, gathered
};

// scratch.system += weight * sum over r in rows of f_r f_r^T. |rows| d^2 / 2 multiplications: 11 us
// for 64 rows and d = 64 on one core of the build machine.
void add_outer_products(const Matrix &f, std::span<const std::uint32_t> rows, float weight,
                        RidgeScratch &scratch);

// out = weight * sum over r in rows of f_r. out: d values, overwritten.
void sum_rows(const Matrix &f, std::span<const std::uint32_t> rows, float weight,
              std::span<float> out);

// The symmetric A becomes R, upper triangular, with A = R^T R. Throws Error(Status::data) where A
// is not positive definite, as far as float can tell. Allocation-free for d up to 128. d^3 / 6
// multiplications.
void factorize(Matrix &a);

// b becomes A^-1 b; r is what factorize() made of A. d^2 multiplications.
void solve(const Matrix &r, std::span<float> b);

// out = F x: one value a row of F, overwritten. n d multiplications.
void multiply(const Matrix &f, std::span<const float> x, std::span<float> out);

}  // namespace recveil::numerics
