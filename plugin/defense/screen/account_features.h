// What an account looks like, whatever it pushes: the behavioural features of the literature (RDMA,
// WDMA: Chirita et al., WIDM'05; Burke et al., KDD'06; the rest ours), with their meaning and their
// dodges in docs/screening.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"

namespace recveil::defense {

// Columns of a row of features. Cover comes last: it is computed by its own index.
enum Feature : std::uint8_t {
  kLogLength,
  kPopularityMean,  // of log(1 + accounts that have the item)
  kPopularityDeviation,
  kPopularityTenth,  // its 10 % quantile
  kPopularityLeast,
  kLogRdma,  // mean of |rating - item mean| / item popularity
  kLogWdma,  // the same over the square of the popularity
  kRatingMean,
  kRatingDeviation,
  kLogShareMaximum,
  kLogShareMinimum,
  kBias,  // mean of rating - item mean
  kLogBiasDeviation,
  kResidual,   // share of the row that the principal components do not explain
  kCoherence,  // mean cosine between the components of its items, over pairs
  kCoverOne,   // share of the row's surprise that one trusted account matches exactly
  kCoverTwo,   // and two
  kFeatures
};
constexpr std::size_t kBehaviour = kCoverOne;  // features before cover
using FeatureRow = std::array<double, kFeatures>;

// The features that say something without ratings. Implicit data leave the others at 0.
std::span<const std::uint8_t> features_in_use(bool rated);

// Principal components of accounts as rows of presence of length 1.
class TasteAxes {
 public:
  TasteAxes() = default;
  // Of the accounts at `rows` alone. k: components.
  TasteAxes(const ScreenAccounts &accounts, std::span<const std::uint32_t> rows, std::size_t k,
            std::uint64_t seed);
  explicit TasteAxes(Matrix axes);

  // 1 - |V'x|^2 and the coherence; O(items * k).
  void measure(std::span<const std::uint32_t> items, double *residual, double *coherence) const;
  const Matrix &axes() const { return axes_; }

 private:
  Matrix axes_;                // n_items x k
  std::vector<float> length_;  // of each row of axes_
};

// Everything but cover, which is left 0. own: parallel to the row, what is taken out of the history
// because it is of the account itself or of its person; empty for a newcomer. O(items * k + items
// log items).
FeatureRow behaviour(const AccountRow &row, const ItemHistory &history, const TasteAxes &axes,
                     std::span<const OwnCount> own);

}  // namespace recveil::defense
