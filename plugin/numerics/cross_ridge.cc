#include "numerics/cross_ridge.h"

#include <Eigen/Dense>

#include "core/error.h"
#include "core/watch.h"
#include "numerics/product_kernels.h"

namespace recveil::numerics {
namespace {

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

}  // namespace

CrossRidge::CrossRidge(std::size_t features, std::size_t targets, std::size_t folds)
    : features_(features), targets_(targets), step_(padded_doubles(features)) {
  grams_.assign(folds, std::vector<double>(features * step_));
  products_.assign(folds, std::vector<double>(features * targets));
}

void CrossRidge::add(std::size_t fold, const double *x, const double *t, std::size_t n) {
  add_gram(x, n, features_, grams_[fold].data());
  for (std::size_t i = 0; i < n; ++i) {
    if (i % 64 == 0) pulse();
    for (std::size_t c = 0; c < features_; ++c) {
      const double value = x[i * step_ + c];
      double *to = products_[fold].data() + c * targets_;
      for (std::size_t k = 0; k < targets_; ++k) to[k] += value * t[i * targets_ + k];
    }
  }
}

std::vector<double> CrossRidge::weights(std::size_t fold, double ridge) const {
  const Eigen::Index p = index(features_), k = index(targets_);
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(p, p), right = Eigen::MatrixXd::Zero(p, k);
  for (std::size_t other = 0; other < grams_.size(); ++other) {
    if (other == fold) continue;
    const std::vector<double> &gram = grams_[other], &product = products_[other];
    for (std::size_t a = 0; a < features_; ++a) {
      // Eigen's columns, read as rows: the lower triangle is the upper one of the sums.
      for (std::size_t b = a; b < features_; ++b) system(index(b), index(a)) += gram[a * step_ + b];
      for (std::size_t c = 0; c < targets_; ++c) {
        right(index(a), index(c)) += product[a * targets_ + c];
      }
    }
  }
  for (Eigen::Index a = 1; a < p; ++a) system(a, a) += ridge;
  const Eigen::LLT<Eigen::MatrixXd, Eigen::Lower> root(system);
  if (root.info() != Eigen::Success) {
    throw Error(Status::data, "ridge regression: the features depend on each other");
  }
  const Eigen::MatrixXd solved = root.solve(right);
  if (!solved.allFinite()) throw Error(Status::data, "ridge regression: values are not finite");
  std::vector<double> out(features_ * targets_);
  for (std::size_t a = 0; a < features_; ++a) {
    for (std::size_t c = 0; c < targets_; ++c) {
      out[a * targets_ + c] = solved(index(a), index(c));
    }
  }
  return out;
}

}  // namespace recveil::numerics
