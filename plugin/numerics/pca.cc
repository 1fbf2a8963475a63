#include "numerics/pca.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/watch.h"
#include "numerics/subspace.h"

namespace recveil::numerics {
namespace {

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

void require(bool holds, const char *what) {
  if (!holds) throw Error(Status::argument, std::string("pca: ") + what);
}

void check(const SparseRows &x) {
  require(!x.offsets.empty() && x.offsets.front() == 0, "offsets must start with 0");
  require(
      std::is_sorted(x.offsets.begin(), x.offsets.end()) && x.offsets.back() == x.columns.size(),
      "offsets must rise to the number of entries");
  require(x.values.empty() || x.values.size() == x.columns.size(), "needs one value an entry");
  require(std::all_of(x.columns.begin(), x.columns.end(),
                      [&](std::uint32_t column) { return column < x.cols; }),
          "a column is out of range");
  require(std::all_of(x.values.begin(), x.values.end(),
                      [](float value) { return std::isfinite(value); }),
          "a value is not finite");
}

// each(row, column, value) for every entry.
template <class Each>
void for_entries(const SparseRows &x, Each each) {
  for (std::size_t u = 0; u < x.rows(); ++u) {
    if (u % 1024 == 0) pulse();
    for (std::uint64_t e = x.offsets[u]; e < x.offsets[u + 1]; ++e) {
      each(index(u), index(x.columns[e]), static_cast<double>(x.value(e)));
    }
  }
}

// (X - 1 mean) Q.
Block times(const SparseRows &x, const Eigen::RowVectorXd &mean, const Block &q) {
  Block y(index(x.rows()), q.cols());
  y.rowwise() = -mean * q;
  for_entries(x, [&](auto u, auto j, double value) { y.row(u) += value * q.row(j); });
  return y;
}

// (X - 1 mean)^T Y.
Block transpose_times(const SparseRows &x, const Eigen::RowVectorXd &mean, const Block &y) {
  Block z = -mean.transpose() * y.colwise().sum();
  for_entries(x, [&](auto u, auto j, double value) { z.row(j) += value * y.row(u); });
  return z;
}

}  // namespace

Pca::Pca(const SparseRows &x, std::size_t k, std::uint64_t seed)
    : axes_{x.cols, k, std::vector<float>(x.cols * k)}, mean_scores_(k), variance_(k) {
  check(x);
  require(x.rows() > 0, "needs at least one row");
  require(k > 0, "needs at least one component");
  if (x.cols == 0) return;

  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(index(x.cols));
  double power = 0;  // of X before it is centred
  for_entries(x, [&](auto, auto j, double value) {
    mean[j] += value;
    power += value * value;
  });
  mean /= static_cast<double>(x.rows());

  const RightSingular svd =
      right_singular({x.rows(), x.cols, [&](const Block &q) { return times(x, mean, q); },
                      [&](const Block &y) { return transpose_times(x, mean, y); }},
                     k, seed);
  // Centring cancels: rows that are all the same leave the rounding of what was taken off.
  const double zero = std::max(svd.zero, std::sqrt(power) * 1e-14);
  const double degrees = static_cast<double>(std::max<std::size_t>(1, x.rows() - 1));
  const std::size_t columns = std::min(k, static_cast<std::size_t>(svd.s.size()));
  for (std::size_t c = 0; c < columns && svd.s[index(c)] > zero; ++c) {
    const double sign = fixed_sign(svd.v.col(index(c)));
    for (std::size_t j = 0; j < x.cols; ++j) {
      axes_.row(j)[c] = static_cast<float>(sign * svd.v(index(j), index(c)));
      // Of the axes as they are kept, so that the mean row has score 0.
      mean_scores_[c] += mean[index(j)] * static_cast<double>(axes_.row(j)[c]);
    }
    variance_[c] = svd.s[index(c)] * svd.s[index(c)] / degrees;
  }
}

Matrix Pca::scores(const SparseRows &x) const {
  check(x);
  require(x.cols == axes_.rows, "rows have another number of columns");
  Matrix out{x.rows(), k(), std::vector<float>(x.rows() * k())};
  std::vector<double> score(k());
  for (std::size_t u = 0; u < x.rows(); ++u) {
    if (u % 1024 == 0) pulse();
    for (std::size_t c = 0; c < k(); ++c) score[c] = -mean_scores_[c];
    for (std::uint64_t e = x.offsets[u]; e < x.offsets[u + 1]; ++e) {
      const float *axis = axes_.row(x.columns[e]);
      const double value = static_cast<double>(x.value(e));
      for (std::size_t c = 0; c < k(); ++c) score[c] += value * static_cast<double>(axis[c]);
    }
    for (std::size_t c = 0; c < k(); ++c) out.row(u)[c] = static_cast<float>(score[c]);
  }
  return out;
}

}  // namespace recveil::numerics
