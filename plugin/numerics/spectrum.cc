#include "numerics/spectrum.h"

#include <Eigen/Core>
#include <Eigen/Householder>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/hypotenuse.h"
#include "core/watch.h"
#include "numerics/product_kernels.h"

namespace recveil::numerics {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kBlock = 32;                              // reflections that are applied at once
constexpr std::size_t kRotations = std::size_t{1} << 16;  // likewise: 1 MiB of them
constexpr double kReduction = .4;                         // its share of the time
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kNothing = 1e-150;  // where the largest entry is 1; its square is still above 0

using Done = std::function<void(double)>;

void tell(const Done &done, double share) {
  if (done) done(share);
}

// Q' S Q = T, tridiagonal. Q = H_0 H_1 ..., H_i = I - tau_i v_i v_i', v_i = column i of
// `reflectors` from row i + 1 on.
struct Reduced {
  MatrixXd reflectors;
  VectorXd tau, diagonal, off;  // n - 1, n, n - 1: off the diagonal
};

// Only the lower triangle of `s` is read and written.
Reduced reduced(MatrixXd s, const Done &done) {
  const Index n = s.rows();
  Reduced out{{}, VectorXd::Zero(n - 1), VectorXd::Zero(n), VectorXd::Zero(n - 1)};
  MatrixXd w(n, kBlock);
  for (Index k = 0; k < n - 1; k += kBlock) {
    const Index width = std::min(kBlock, n - 1 - k);
    for (Index j = 0; j < width; ++j) {
      pulse();
      const Index i = k + j, left = n - i - 1;
      // What the reflections of this block have done to column i; the columns right of it wait.
      const auto vs = s.block(i, k, n - i, j), ws = w.block(i, 0, n - i, j);
      s.col(i).tail(n - i).noalias() -= vs * ws.row(0).transpose();
      s.col(i).tail(n - i).noalias() -= ws * vs.row(0).transpose();
      out.diagonal[i] = s(i, i);
      auto v = s.col(i).tail(left);
      v.makeHouseholderInPlace(out.tau[i], out.off[i]);
      v[0] = 1;
      auto to = w.col(j).tail(left);
      to.noalias() = s.bottomRightCorner(left, left).selfadjointView<Eigen::Lower>() * v;
      const auto v_before = vs.bottomRows(left), w_before = ws.bottomRows(left);
      const VectorXd by_w = w_before.transpose() * v, by_v = v_before.transpose() * v;
      to.noalias() -= v_before * by_w;
      to.noalias() -= w_before * by_v;
      to *= out.tau[i];
      to -= .5 * out.tau[i] * to.dot(v) * v;
    }
    const Index left = n - k - width;
    auto rest = s.bottomRightCorner(left, left);
    const auto vs = s.block(k + width, k, left, width), ws = w.block(k + width, 0, left, width);
    for (Index from = 0; from < left; from += 4 * kBlock) {
      pulse();
      const Index wide = std::min(4 * kBlock, left - from), high = left - from;
      auto columns = rest.block(from, from, high, wide);  // with some above the diagonal
      columns.noalias() -= vs.bottomRows(high) * ws.middleRows(from, wide).transpose();
      columns.noalias() -= ws.bottomRows(high) * vs.middleRows(from, wide).transpose();
    }
    const double share = static_cast<double>(left) / static_cast<double>(n);
    tell(done, kReduction * (1 - share * share * share));
  }
  out.diagonal[n - 1] = s(n - 1, n - 1);
  out.reflectors = std::move(s);
  return out;
}

// Q of Reduced, block after block from the last: (I - V T V') Q, T as of Schreiber and Van Loan
// (SIAM J. Sci. Stat. Comput. 10, 1989).
MatrixXd reflected(const Reduced &from) {
  const Index n = from.reflectors.rows();
  MatrixXd q = MatrixXd::Identity(n, n);
  if (n < 2) return q;
  for (Index k = (n - 2) / kBlock * kBlock; k >= 0; k -= kBlock) {
    const Index width = std::min(kBlock, n - 1 - k), left = n - k - 1;
    MatrixXd v = from.reflectors.block(k + 1, k, left, width);
    MatrixXd t = MatrixXd::Zero(width, width);
    for (Index j = 0; j < width; ++j) {
      v.col(j).head(j).setZero();
      const double tau = from.tau[k + j];
      t(j, j) = tau;
      if (j > 0) {
        const VectorXd with = v.leftCols(j).transpose() * v.col(j);
        t.col(j).head(j) = -tau * (t.topLeftCorner(j, j) * with);
      }
    }
    const MatrixXd vt = v * t;
    for (Index at = 0; at < left; at += 4 * kBlock) {
      pulse();
      auto columns = q.block(k + 1, k + 1 + at, left, std::min(4 * kBlock, left - at));
      const MatrixXd with = v.transpose() * columns;
      columns.noalias() -= vt * with;
    }
  }
  return q;
}

// Rotations that wait until there are enough of them: then they are applied to a few rows of Q at a
// time, which stay in the cache meanwhile.
class Waiting {
 public:
  explicit Waiting(MatrixXd &q) : q_(q), panel_(kPanelRows * static_cast<std::size_t>(q.cols())) {}

  void begin(Index column) {
    sweeps_.push_back({static_cast<std::size_t>(column), rotations_.size(), 0});
  }
  void add(double c, double s) {
    rotations_.push_back({c, s});
    ++sweeps_.back().n_rotations;
  }
  bool full() const { return rotations_.size() >= kRotations; }

  void apply() {
    constexpr auto kRows = static_cast<Index>(kPanelRows);
    for (Index row = 0; row < q_.rows(); row += kRows) {
      pulse();
      const Index rows = std::min(kRows, q_.rows() - row);
      Eigen::Map<MatrixXd> panel(panel_.data(), kRows, q_.cols());
      panel.topRows(rows) = q_.middleRows(row, rows);
      product_kernels().rotate({panel_.data(), rotations_.data(), sweeps_.data(), sweeps_.size()});
      q_.middleRows(row, rows) = panel.topRows(rows);
    }
    rotations_.clear();
    sweeps_.clear();
  }

 private:
  MatrixXd &q_;
  std::vector<double> panel_;
  std::vector<Rotation> rotations_;
  std::vector<Sweep> sweeps_;
};

// One QR step on rows `first` to `last` of T, with Wilkinson's shift: the eigenvalue of the last
// two rows that is nearer to their last entry.
void step(VectorXd &diagonal, VectorXd &off, Index first, Index last, Waiting &waiting) {
  const double half = (diagonal[last - 1] - diagonal[last]) / 2, e = off[last - 1];
  const double away = half + std::copysign(hypotenuse(half, e), half);
  double x = diagonal[first] - (diagonal[last] - e * (e / away));
  double z = off[first];  // what has to vanish: first below the shifted diagonal, then outside T
  waiting.begin(first);
  for (Index k = first; k < last && std::abs(z) > kNothing; ++k) {
    const double r = hypotenuse(x, z), c = x / r, s = -z / r;
    if (k > first) off[k - 1] = r;
    const double above = diagonal[k], below = diagonal[k + 1], b = off[k];
    diagonal[k] = c * (c * above - s * b) - s * (c * b - s * below);
    diagonal[k + 1] = s * (s * above + c * b) + c * (s * b + c * below);
    off[k] = x = c * (s * above + c * b) - s * (s * b + c * below);
    if (k + 1 < last) {
      z = -s * off[k + 1];
      off[k + 1] *= c;
    }
    waiting.add(c, s);
  }
}

// The eigenvalues of T in `diagonal`; Q becomes the eigenvectors.
void diagonalize(VectorXd &diagonal, VectorXd &off, MatrixXd &q, const Done &done) {
  const Index n = diagonal.size();
  constexpr Index kSteps = 30;  // an eigenvalue takes 1.7
  Index steps = 0, last = n - 1;
  Waiting waiting(q);
  while (last > 0) {
    for (Index i = 0; i < last; ++i) {
      if (std::abs(off[i]) <= kEpsilon * (std::abs(diagonal[i]) + std::abs(diagonal[i + 1])) ||
          std::abs(off[i]) < kNothing) {
        off[i] = 0;
      }
    }
    while (last > 0 && off[last - 1] == 0) --last;
    if (last == 0) break;
    Index first = last - 1;
    while (first > 0 && off[first - 1] != 0) --first;
    if (++steps > kSteps * n) throw Error(Status::internal, "matrix: no eigenvalues found");
    step(diagonal, off, first, last, waiting);
    if (waiting.full()) {
      waiting.apply();
      // An eigenvalue costs as many rotations as there are rows left.
      const double left = static_cast<double>(last) / static_cast<double>(n);
      tell(done, kReduction + (1 - kReduction) * (1 - left * left));
    }
  }
  waiting.apply();
}

}  // namespace

Spectrum spectrum(const SquareMatrix &s, std::size_t d, const Done &done) {
  if (!std::all_of(s.begin(), s.end(), [](double x) { return std::isfinite(x); })) {
    throw Error(Status::data, "matrix: a value that is not finite");
  }
  if (d == 0) return {};
  const auto n = static_cast<Index>(d);
  // Row-major, so that its upper triangle is the lower one of Eigen's matrix.
  MatrixXd matrix = Eigen::Map<const MatrixXd>(s.data(), n, n);
  const double largest = matrix.cwiseAbs().maxCoeff(), scale = largest > 0 ? largest : 1;
  matrix /= scale;
  Reduced tridiagonal = reduced(std::move(matrix), done);
  MatrixXd q = reflected(tridiagonal);
  diagonalize(tridiagonal.diagonal, tridiagonal.off, q, done);

  std::vector<Index> order(d);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return tridiagonal.diagonal[a] > tridiagonal.diagonal[b];
  });
  Spectrum out;
  out.vectors.reserve(d * d);
  for (const Index f : order) {
    out.values.push_back(scale * tridiagonal.diagonal[f]);
    const auto v = q.col(f);
    Index at = 0;
    v.cwiseAbs().maxCoeff(&at);
    const double sign = v[at] < 0 ? -1 : 1;
    for (const double x : v) out.vectors.push_back(sign * x);
  }
  tell(done, 1);
  return out;
}

}  // namespace recveil::numerics
