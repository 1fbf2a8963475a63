// Singular vectors of a matrix that is known only by its products, by randomized subspace iteration
// (Halko, Martinsson, Tropp, SIAM Review 53, 2011, algorithms 4.4 and 5.1). For numerics/ alone: it
// shows Eigen.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace recveil::numerics {

// Row-major, so that one entry of a sparse matrix adds one contiguous row to another.
using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// X of rows x cols, by X Q (rows x m) and X^T Y (cols x m).
struct LinearOperator {
  std::size_t rows, cols;
  std::function<Block(const Block &)> times, transpose_times;
};

struct RightSingular {
  Eigen::MatrixXd v;  // cols x m, orthonormal columns
  Eigen::VectorXd s;  // m, falling
  // A singular value at or below this is 0 but for rounding.
  double zero;
};

// The first min(d + 10, rows, cols) right singular vectors and values; the ten catch what the start
// missed, and are not accurate. After 6 power steps the vectors are those of a nearby subspace
// where the singular values fall slowly. Deterministic in `seed` up to rounding. REQUIRES: rows and
// cols at least 1.
RightSingular right_singular(const LinearOperator &x, std::size_t d, std::uint64_t seed);

// The sign of a singular vector is free: +1 or -1, whichever makes the largest entry of v positive.
double fixed_sign(const Eigen::Ref<const Eigen::VectorXd> &v);

}  // namespace recveil::numerics
