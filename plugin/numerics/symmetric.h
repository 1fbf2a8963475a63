// Functions of small symmetric matrices: roots, logarithms of determinants, optimal transport
// between Gaussians. All matrices are d x d, row-major, in double; both triangles are written, and
// both are read unless something else is said. O(d^3), about 0.4 ms an eigendecomposition at d
// = 32.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace recveil::numerics {

using SquareMatrix = std::vector<double>;

// Copies the upper triangle to the lower one.
void mirror_upper(std::span<double> s, std::size_t d);

// a b, and a b a for symmetric a.
SquareMatrix product(const SquareMatrix &a, const SquareMatrix &b, std::size_t d);
SquareMatrix sandwich(const SquareMatrix &a, const SquareMatrix &b, std::size_t d);

struct SymmetricRoots {
  SquareMatrix root, inverse_root;  // s^1/2, s^-1/2
};
// Eigenvalues below `floor` times the mean one count as that: what has no variance is not blown up.
// Throws Error(data) where the trace is not above 0 or not finite.
SymmetricRoots symmetric_roots(const SquareMatrix &s, std::size_t d, double floor = 1e-9);

// The symmetric L with exp L = s, and exp s. The floor and the errors of the logarithm are those of
// symmetric_roots().
SquareMatrix symmetric_log(const SquareMatrix &s, std::size_t d, double floor = 1e-9);
SquareMatrix symmetric_exp(const SquareMatrix &s, std::size_t d);

struct LogDet {
  double value;          // log det s
  SquareMatrix inverse;  // s^-1
};
// By Cholesky; nothing where s is not positive definite.
std::optional<LogDet> log_det(const SquareMatrix &s, std::size_t d);

// The covariance of the 2-Wasserstein barycentre of centred Gaussians: the fixed point of
// S <- S^-1/2 (sum w_k (S^1/2 C_k S^1/2)^1/2)^2 S^-1/2 (Alvarez-Esteban et al., J. Math. Anal.
// Appl. 441, 2016, theorem 4.2), from sum w_k C_k, until no entry moves by more than `tolerance` of
// the largest or after `steps`. weights sum to 1; covariances are positive definite.
SquareMatrix bures_barycentre(std::span<const SquareMatrix> covariances,
                              std::span<const double> weights, std::size_t d,
                              std::size_t steps = 15, double tolerance = 1e-6);

// The symmetric A with A C A = S: what optimal transport from N(0, C) to N(0, S) multiplies by,
// C^-1/2 (C^1/2 S C^1/2)^1/2 C^-1/2.
SquareMatrix transport_matrix(const SquareMatrix &c, const SquareMatrix &s, std::size_t d);

// Ledoit and Wolf's weight of I in (1 - rho) S + rho I for the covariance S of n rows, with the
// fourth moments of a Gaussian, so that second moments are enough (J. Multivariate Anal. 88, 2004,
// section 3.3): min(1, ((tr S)^2 + |S|^2) / n / |S - t I|^2), t = `scale`; 1 for n < 4.
double ledoit_wolf(const SquareMatrix &s, std::size_t d, double n, double scale = 1);

// An orthonormal basis (columns) whose first columns span the leading left singular vectors of w (d
// x m, row-major), by falling singular value; completed to d columns.
SquareMatrix left_basis(std::span<const double> w, std::size_t d, std::size_t m);

}  // namespace recveil::numerics
