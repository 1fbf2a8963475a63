#include "defense/screen/account_features.h"

#include <algorithm>
#include <cmath>

#include "numerics/pca.h"

namespace recveil::defense {
namespace {

constexpr std::array<std::uint8_t, kFeatures> kRated{0, 1,  2,  3,  4,  5,  6,  7, 8,
                                                     9, 10, 11, 12, 13, 14, 15, 16};
constexpr std::array<std::uint8_t, 9> kImplicit{
    kLogLength,       kPopularityMean,  kPopularityDeviation,
    kPopularityTenth, kPopularityLeast, kResidual,
    kCoherence,       kCoverOne,        kCoverTwo};

struct Moments {
  double n = 0, sum = 0, squares = 0;
  void add(double x) { n += 1, sum += x, squares += x * x; }
  double mean() const { return n > 0 ? sum / n : 0; }
  double deviation() const {
    return std::sqrt(std::max(0.0, n > 0 ? squares / n - mean() * mean() : 0));
  }
};

OwnCount own_at(std::span<const OwnCount> own, std::size_t e) {
  return own.empty() ? OwnCount{} : own[e];
}

// Entries of a row whose item others have too, without the rarest of them: anyone who takes to
// something new looks odd for nothing else. Ties by item, so that the order of a row says nothing.
std::vector<std::uint32_t> familiar(const AccountRow &row, const ItemHistory &history,
                                    std::span<const OwnCount> own) {
  std::vector<std::uint32_t> kept;
  kept.reserve(row.size());
  std::size_t rarest = 0;
  for (std::uint32_t e = 0; e < row.size(); ++e) {
    const auto held = [&](std::uint32_t at) {
      return history.count[0][row.items[at]] - double{own_at(own, at).rows};
    };
    if (held(e) <= 0) continue;
    kept.push_back(e);
    const std::uint32_t least = kept[rarest];
    if (held(e) < held(least) || (held(e) == held(least) && row.items[e] < row.items[least])) {
      rarest = kept.size() - 1;
    }
  }
  if (kept.size() > 1) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(rarest));
  return kept;
}

}  // namespace

std::span<const std::uint8_t> features_in_use(bool rated) {
  if (rated) return kRated;
  return kImplicit;
}

TasteAxes::TasteAxes(Matrix axes) : axes_(std::move(axes)), length_(axes_.rows, 0.0f) {
  for (std::size_t i = 0; i < axes_.rows; ++i) {
    float squares = 0;
    for (std::size_t j = 0; j < axes_.cols; ++j) squares += axes_.row(i)[j] * axes_.row(i)[j];
    length_[i] = std::sqrt(squares);
  }
}

TasteAxes::TasteAxes(const ScreenAccounts &accounts, std::span<const std::uint32_t> rows,
                     std::size_t k, std::uint64_t seed) {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  for (const std::uint32_t u : rows) {
    const auto items = accounts.row(u).items;
    columns.insert(columns.end(), items.begin(), items.end());
    values.insert(values.end(), items.size(),
                  1.0f / std::sqrt(std::max(1.0f, static_cast<float>(items.size()))));
    offsets.push_back(columns.size());
  }
  const numerics::SparseRows x{accounts.n_items, offsets, columns, values};
  *this = TasteAxes(numerics::Pca(x, k, seed).axes());
}

void TasteAxes::measure(std::span<const std::uint32_t> items, double *residual,
                        double *coherence) const {
  *residual = 1;
  *coherence = 0;
  if (items.empty()) return;
  const std::size_t k = axes_.cols;
  std::vector<float> sum(k, 0.0f), direction(k, 0.0f);
  double known = 0;
  for (const std::uint32_t item : items) {
    const float *row = axes_.row(item);
    if (length_[item] <= 0) continue;
    known += 1;
    const float scale = 1 / length_[item];
    for (std::size_t j = 0; j < k; ++j) {
      sum[j] += row[j];
      direction[j] += scale * row[j];
    }
  }
  double explained = 0, together = 0;
  for (std::size_t j = 0; j < k; ++j) {
    explained += static_cast<double>(sum[j]) * static_cast<double>(sum[j]);
    together += static_cast<double>(direction[j]) * static_cast<double>(direction[j]);
  }
  *residual = 1 - explained / static_cast<double>(items.size());
  if (known > 1) *coherence = (together - known) / (known * (known - 1));
}

FeatureRow behaviour(const AccountRow &row, const ItemHistory &history, const TasteAxes &axes,
                     std::span<const OwnCount> own) {
  FeatureRow out{};
  const RatingScale &scale = history.scale;
  const std::vector<std::uint32_t> kept = familiar(row, history, own);
  std::vector<std::uint32_t> items;
  items.reserve(kept.size());
  std::vector<double> popularity;
  popularity.reserve(kept.size());
  Moments log_popularity, ratings, deviations;
  double rdma = 0, wdma = 0, at_maximum = 0, at_minimum = 0;
  for (const std::uint32_t e : kept) {
    const std::uint32_t item = row.items[e];
    items.push_back(item);
    const OwnCount mine = own_at(own, e);
    const double held = history.count[0][item] - double{mine.rows};
    popularity.push_back(std::log1p(held));
    log_popularity.add(popularity.back());
    if (!scale.rated) continue;
    const double rating = static_cast<double>(row.ratings[e]);
    const double off = rating - history.mean(item, mine);
    ratings.add(rating);
    deviations.add(off);
    rdma += std::abs(off) / (held + 1);
    wdma += std::abs(off) / ((held + 1) * (held + 1));
    at_maximum += row.ratings[e] >= scale.highest ? 1 : 0;
    at_minimum += row.ratings[e] <= scale.lowest ? 1 : 0;
  }
  const double n = static_cast<double>(std::max<std::size_t>(1, kept.size()));
  out[kLogLength] = std::log(n);
  out[kPopularityMean] = log_popularity.mean();
  out[kPopularityDeviation] = log_popularity.deviation();
  if (!popularity.empty()) {
    const auto tenth = popularity.begin() + static_cast<std::ptrdiff_t>(popularity.size() / 10);
    std::nth_element(popularity.begin(), tenth, popularity.end());
    out[kPopularityTenth] = *tenth;
    out[kPopularityLeast] = *std::min_element(popularity.begin(), tenth + 1);
  }
  if (scale.rated) {
    out[kLogRdma] = std::log(rdma / n + 1e-4);
    out[kLogWdma] = std::log(wdma / n + 1e-5);
    out[kRatingMean] = ratings.mean();
    out[kRatingDeviation] = ratings.deviation();
    out[kLogShareMaximum] = std::log((at_maximum + .5) / (n + 2));
    out[kLogShareMinimum] = std::log((at_minimum + .5) / (n + 2));
    out[kBias] = deviations.mean();
    out[kLogBiasDeviation] = std::log(deviations.deviation() + .05);
  }
  axes.measure(items, &out[kResidual], &out[kCoherence]);
  return out;
}

}  // namespace recveil::defense
