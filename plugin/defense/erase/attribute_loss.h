// AttrCloak's attribute loss in closed form. sum_k pi_k KL(N(mu_k, S_k) || N(mu, S)) over the
// labelled rows is (log det S - sum_k pi_k log det S_k) / 2, because S = sum_k pi_k (S_k + delta_k
// delta_k') makes the traces and means add up to d (Wu et al., ICDE'25, with biased covariances;
// the closed form is ours).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/erase/by_class.h"
#include "defense/erase/options.h"
#include "numerics/symmetric.h"

namespace recveil::defense {

// One attribute's term over rows of T, float or double, `step` apart, padded with zeros
// (numerics/product_kernels.h); rows of a class side by side run fastest. Covariances M_k = (1 -
// rho) S_k + rho tr(S) / d I and M likewise: the loss is defined by these, so that value and
// gradient agree. One rho for all, the classes' Ledoit-Wolf weights' mean: then M exceeds sum_k
// pi_k M_k and the loss is never below 0, which it would be, without limit, if each class had its
// own. It stays what prepare() found. Classes of fewer than min_rows share one covariance, about
// their own means.
template <class T>
class AttributeLoss {
 public:
  // labels: of n rows; rows of kUnknown count for nothing. Throws Error(data) where fewer than 2
  // classes have rows.
  AttributeLoss(std::span<const std::int32_t> labels, std::int32_t classes, std::size_t d,
                double min_rows);

  // Ledoit-Wolf weights from the rows as they are; without this call nothing is shrunk.
  void prepare(const T *rows, std::size_t step);

  // The loss, and gradient += scale times its derivative in each row. Error(data) where a
  // covariance is not positive definite. N d^2 flops for the moments, 2 N d^2 for the gradient.
  double add_gradient(const T *rows, std::size_t step, double scale, T *gradient);

  // The loss alone.
  double value(const T *rows, std::size_t step);

  std::size_t pooled_classes() const { return pooled_; }
  double shrinkage() const { return rho_; }

 private:
  struct Group {
    double n = 0, weight = 0;
    numerics::SquareMatrix covariance;
  };
  void moments(const T *rows, std::size_t step);
  numerics::LogDet shrunk(const Group &group) const;

  std::size_t d_;
  ByClass by_class_;
  std::vector<std::size_t> group_of_;  // per class
  std::vector<Group> groups_;          // the last: all rows
  std::size_t pooled_ = 0;
  double rho_ = 0;
  double level_ = 0;                        // tr(S) / d
  std::vector<std::vector<double>> means_;  // per class, the last: all rows
  std::vector<double> centre_, block_, gram_;
  std::vector<T> gathered_, product_, matrix_;
};

extern template class AttributeLoss<float>;
extern template class AttributeLoss<double>;

}  // namespace recveil::defense
