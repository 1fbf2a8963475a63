#include "defense/screen/group_evidence.h"

#include <algorithm>
#include <cmath>

#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

constexpr double kCorrelation = .02;
constexpr double kOwnHistory = 30;
constexpr double kLeastBin = 30;  // raters or groups that a baseline is made of

ChannelRow z_of(const ScoreSums &sums, const ChannelBaseline &against) {
  ChannelRow z{};
  const double scale = std::sqrt(sums.n * (1 + kCorrelation * (sums.n - 1)));
  for (std::size_t c = 0; c < kChannels; ++c) {
    z[c] = (sums.sum[c] - sums.n * against[c].mean) / against[c].deviation / scale;
  }
  return z;
}

double log_beta(double a, double b) {
  return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

}  // namespace

GroupBaseline::GroupBaseline(const ScreenAccounts &window, const ItemHistory &history,
                             std::span<const ChannelRow> trusted_p, Side side) {
  std::vector<double> popularity;
  for (const double held : history.count[0]) {
    if (held > 0) popularity.push_back(held);
  }
  std::sort(popularity.begin(), popularity.end());
  for (std::size_t b = 0; b + 1 < kBins && !popularity.empty(); ++b) {
    parts_.edges[b] = popularity[popularity.size() * (b + 1) / kBins];
  }
  // In the last place, people of all bins.
  std::array<ScoreSums, kBins + 1> sums{};
  std::array<ChannelRow, kBins + 1> squares{};
  std::vector<ScoreSums> groups(side == Side::down ? window.n_items : 0);
  for (std::size_t u = 0; u < window.size(); ++u) {
    ChannelRow z{};
    for (std::size_t c = 0; c < kChannels; ++c) z[c] = normal_score(trusted_p[u][c]);
    const AccountRow row = window.row(u);
    for (std::size_t e = 0; e < row.size(); ++e) {
      const std::uint32_t item = row.items[e];
      if (side == Side::down && !pushes(row, e, history.scale, side)) continue;
      if (!groups.empty()) groups[item].add(z);
      for (const std::size_t bin : {bin_of(history.count[0][item]), kBins}) {
        sums[bin].add(z);
        for (std::size_t c = 0; c < kChannels; ++c) squares[bin][c] += z[c] * z[c];
      }
    }
  }
  for (std::size_t b = 0; b < kBins; ++b) {
    const std::size_t from = side == Side::down && sums[b].n <= kLeastBin ? kBins : b;
    if (sums[from].n <= kLeastBin) continue;
    for (std::size_t c = 0; c < kChannels; ++c) {
      const double n = sums[from].n, mean = sums[from].sum[c] / n;
      parts_.bins[b][c] = {
          mean, std::max(.5, std::sqrt(std::max(0.0, squares[from][c] / n - mean * mean)))};
    }
  }
  std::array<ChannelRow, kChannels> products{};
  for (const ChannelRow &p : trusted_p) {
    ChannelRow z{};
    for (std::size_t c = 0; c < kChannels; ++c) z[c] = normal_score(p[c]);
    for (std::size_t a = 0; a < kChannels; ++a) {
      for (std::size_t b = 0; b < kChannels; ++b) products[a][b] += z[a] * z[b];
    }
  }
  for (std::size_t a = 0; a < kChannels; ++a) {
    for (std::size_t b = 0; b < kChannels; ++b) {
      const double scale = std::sqrt(products[a][a] * products[b][b]);
      parts_.correlation[a][b] =
          a == b ? 1 : std::clamp(products[a][b] / std::max(scale, 1e-9), 0.0, 1.0);
    }
  }
  learn_unanimity(history);
  learn_null(history, groups);
}

void GroupBaseline::learn_null(const ItemHistory &history, std::span<const ScoreSums> groups) {
  double n = 0, sum = 0, square = 0;
  for (std::uint32_t item = 0; item < groups.size(); ++item) {
    if (groups[item].n < 3) continue;
    const double z = largest_z(groups[item], like(history.count[0][item]));
    n += 1, sum += z, square += z * z;
  }
  if (n < kLeastBin) return;
  parts_.group_mean = std::max(0.0, sum / n);
  parts_.group_deviation =
      std::max(1.0, std::sqrt(std::max(0.0, square / n - sum / n * (sum / n))));
}

void GroupBaseline::learn_unanimity(const ItemHistory &history) {
  parts_.rated = history.scale.rated;
  if (!parts_.rated) return;
  double maximum = 0, all = 0, n = 0, sum = 0, square = 0, noise = 0;
  for (std::size_t i = 0; i < history.n_items(); ++i) {
    maximum += history.count[2][i];
    all += history.count[0][i];
    if (history.count[0][i] < 20) continue;
    const double share = history.count[2][i] / history.count[0][i];
    n += 1, sum += share, square += share * share;
    noise += share * (1 - share) / history.count[0][i];
  }
  parts_.share = std::clamp(maximum / std::max(1.0, all), 1e-3, 1 - 1e-3);
  double variance = .03;
  if (n > 1) variance = std::max(1e-3, square / n - sum / n * (sum / n) - noise / n);
  parts_.strength = std::max(2.0, parts_.share * (1 - parts_.share) / variance - 1);
}

std::size_t GroupBaseline::bin_of(double popularity) const {
  const auto &edges = parts_.edges;
  return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), popularity) -
                                  edges.begin());
}

const ChannelBaseline &GroupBaseline::like(double popularity) const {
  return parts_.bins[bin_of(popularity)];
}

double GroupBaseline::largest_z(const ScoreSums &sums, const ChannelBaseline &against) const {
  const ChannelRow z = z_of(sums, against);
  const double both = (z[0] + z[1]) / std::sqrt(2 + 2 * parts_.correlation[0][1]);
  return std::max(both, *std::max_element(z.begin(), z.end()));
}

double GroupBaseline::p(const ScoreSums &sums, const ChannelBaseline &against) const {
  if (sums.n < 3) return 1;
  const double z = (largest_z(sums, against) - parts_.group_mean) / parts_.group_deviation;
  return std::min(1.0, static_cast<double>(kChannels + 1) * upper_normal(z));
}

ChannelRow GroupBaseline::weights(const ScoreSums &sums, const ChannelBaseline &against) const {
  ChannelRow weights = z_of(sums, against);
  double variance = 1e-12;
  for (double &weight : weights) weight = std::max(0.0, weight);
  for (std::size_t a = 0; a < kChannels; ++a) {
    for (std::size_t b = 0; b < kChannels; ++b) {
      variance += weights[a] * weights[b] * parts_.correlation[a][b];
    }
  }
  for (double &weight : weights) weight /= std::sqrt(variance);
  return weights;
}

double GroupBaseline::unanimity(double at_maximum, double raters, std::uint32_t item,
                                const ItemHistory &history) const {
  if (!parts_.rated || raters < 3) return 1;
  const double held = history.count[0][item], held_maximum = history.count[2][item];
  const double weight = std::min(1.0, kOwnHistory / std::max(1.0, held));
  const double a = parts_.strength * parts_.share + weight * held_maximum;
  const double b = parts_.strength * (1 - parts_.share) + weight * (held - held_maximum);
  double tail = 0;
  const double base = log_beta(a, b);
  for (double k = at_maximum; k <= raters; ++k) {
    tail += std::exp(std::lgamma(raters + 1) - std::lgamma(k + 1) - std::lgamma(raters - k + 1) +
                     log_beta(k + a, raters - k + b) - base);
  }
  return std::clamp(tail, 0.0, 1.0);
}

}  // namespace recveil::defense
