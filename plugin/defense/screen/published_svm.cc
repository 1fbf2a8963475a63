#include "defense/screen/published_svm.h"

#include "core/error.h"
#include "numerics/gram_gamma.h"
#include "numerics/pca.h"

namespace recveil::defense {

PublishedSvm::PublishedSvm(const ScreenAccounts &window, const PublishedOptions &options) {
  if (window.size() < 2) throw Error(Status::data, "window: fewer than 2 accounts");
  const numerics::SparseRows rows{window.n_items, window.offsets, window.items, window.ratings};
  axes_ = numerics::Pca(rows, options.components, options.seed).axes();
  const std::size_t k = axes_.cols;
  std::vector<double> mean(k, 0);
  for (std::size_t e = 0; e < window.items.size(); ++e) {
    const float value = window.rated() ? window.ratings[e] : 1.0f;
    for (std::size_t j = 0; j < k; ++j) {
      mean[j] += static_cast<double>(value * axes_.row(window.items[e])[j]);
    }
  }
  for (const double sum : mean) {
    mean_scores_.push_back(static_cast<float>(sum / static_cast<double>(window.size())));
  }
  Matrix scores;
  scores.rows = window.size();
  scores.cols = k;
  for (std::size_t u = 0; u < window.size(); ++u) {
    const auto row = project(window.row(u));
    scores.data.insert(scores.data.end(), row.begin(), row.end());
  }
  numerics::OneClassOptions svm;
  svm.nu = options.nu;
  svm.gamma =
      options.gamma > 0 ? options.gamma : numerics::gram_variance_gamma(scores, options.seed);
  svm_ = numerics::train_one_class(scores, svm).svm;
}

PublishedSvm::PublishedSvm(Matrix axes, std::vector<float> mean_scores, numerics::OneClassSvm svm)
    : axes_(std::move(axes)), mean_scores_(std::move(mean_scores)), svm_(std::move(svm)) {}

std::vector<float> PublishedSvm::project(const AccountRow &row) const {
  std::vector<float> scores(axes_.cols);
  for (std::size_t j = 0; j < scores.size(); ++j) scores[j] = -mean_scores_[j];
  for (std::size_t e = 0; e < row.size(); ++e) {
    const float value = row.ratings.empty() ? 1.0f : row.ratings[e];
    const float *axis = axes_.row(row.items[e]);
    for (std::size_t j = 0; j < scores.size(); ++j) scores[j] += value * axis[j];
  }
  return scores;
}

double PublishedSvm::decision(const AccountRow &row) const {
  return svm_->decision(project(row));
}

}  // namespace recveil::defense
