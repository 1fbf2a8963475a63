// The detector of Hidano et al. (PETS'20, section 5.3) as published: principal components of rating
// rows and a one-class SVM of the scores; outside is a fake. It misses most campaigns
// (docs/screening.md); it is here to be compared with.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/matrix.h"
#include "defense/screen/accounts.h"
#include "numerics/ocsvm.h"

namespace recveil::defense {

struct PublishedOptions {
  double nu = .003;  // of the paper
  double gamma = 0;  // 0: by the variance of the Gram matrix
  std::size_t components = 30;
  std::uint64_t seed = 1;
};

// Immutable and safe from any thread.
class PublishedSvm {
 public:
  // Rows are never dense. Throws Error(data) for fewer than 2 accounts.
  PublishedSvm(const ScreenAccounts &window, const PublishedOptions &options);
  PublishedSvm(Matrix axes, std::vector<float> mean_scores, numerics::OneClassSvm svm);

  // Below 0 is outside. O(items * k + support * k).
  double decision(const AccountRow &row) const;

  const Matrix &axes() const { return axes_; }
  const std::vector<float> &mean_scores() const { return mean_scores_; }
  const numerics::OneClassSvm &svm() const { return *svm_; }

 private:
  std::vector<float> project(const AccountRow &row) const;

  Matrix axes_;                     // n_items x k
  std::vector<float> mean_scores_;  // of the mean row
  std::optional<numerics::OneClassSvm> svm_;
};

}  // namespace recveil::defense
