#include "defense/screen/length_norm.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace recveil::defense {
namespace {

constexpr double kMost = 8;

// Order of trusted accounts by length, ties by row.
std::vector<std::size_t> by_length(std::span<const FeatureRow> trusted) {
  std::vector<std::size_t> order(trusted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return trusted[a][kLogLength] < trusted[b][kLogLength];
  });
  return order;
}

double deviation_of(double n, double sum, double squares) {
  return std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)));
}

}  // namespace

LengthNorm::LengthNorm(std::span<const FeatureRow> trusted) {
  const std::size_t n = trusted.size();
  const auto order = by_length(trusted);
  parts_.window = std::min(n, std::clamp<std::size_t>(n / 12, 40, 300));
  const double w = static_cast<double>(parts_.window);
  parts_.lengths.resize(n);
  parts_.mean.resize(n);
  parts_.deviation.resize(n);
  for (std::size_t f = 0; f < kFeatures; ++f) {
    double sum = 0, squares = 0;
    for (const FeatureRow &row : trusted) sum += row[f], squares += row[f] * row[f];
    parts_.overall[f] = deviation_of(static_cast<double>(n), sum, squares);
    if (f == kLogLength) {
      parts_.length_mean = sum / static_cast<double>(n);
      parts_.length_deviation = parts_.overall[f] + 1e-6;
    }
    std::vector<double> sums(n + 1, 0), square_sums(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
      const double x = trusted[order[i]][f];
      sums[i + 1] = sums[i] + x;
      square_sums[i + 1] = square_sums[i] + x * x;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t half = parts_.window / 2;
      const std::size_t from = std::min(i > half ? i - half : 0, n - parts_.window);
      const double s = sums[from + parts_.window] - sums[from];
      const double s2 = square_sums[from + parts_.window] - square_sums[from];
      parts_.mean[i][f] = s / w;
      parts_.deviation[i][f] = deviation_of(w, s, s2);
    }
  }
  for (std::size_t i = 0; i < n; ++i) parts_.lengths[i] = trusted[order[i]][kLogLength];
}

FeatureRow LengthNorm::z(const FeatureRow &x) const {
  const auto at = std::lower_bound(parts_.lengths.begin(), parts_.lengths.end(), x[kLogLength]);
  const std::size_t i =
      std::min(static_cast<std::size_t>(at - parts_.lengths.begin()), parts_.lengths.size() - 1);
  FeatureRow out{};
  for (std::size_t f = 0; f < kFeatures; ++f) {
    const double spread = parts_.deviation[i][f] + .05 * parts_.overall[f] + 1e-6;
    out[f] = std::clamp((x[f] - parts_.mean[i][f]) / spread, -kMost, kMost);
  }
  const double beyond = std::max(0.0, x[kLogLength] - parts_.lengths.back()) -
                        std::max(0.0, parts_.lengths.front() - x[kLogLength]);
  out[kLogLength] = std::clamp(
      (x[kLogLength] - parts_.length_mean) / parts_.length_deviation + 10 * beyond, -kMost, kMost);
  return out;
}

std::vector<FeatureRow> LengthNorm::trusted_z(std::span<const FeatureRow> trusted) const {
  const auto order = by_length(trusted);
  const double w = static_cast<double>(parts_.window), others = std::max(1.0, w - 1);
  std::vector<FeatureRow> out(trusted.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const FeatureRow &x = trusted[order[i]];
    FeatureRow &z = out[order[i]];
    for (std::size_t f = 0; f < kFeatures; ++f) {
      const double mean = parts_.mean[i][f], deviation = parts_.deviation[i][f];
      const double sum = w * mean - x[f];
      const double squares = w * (deviation * deviation + mean * mean) - x[f] * x[f];
      const double spread = deviation_of(others, sum, squares) + .05 * parts_.overall[f] + 1e-6;
      z[f] = std::clamp((x[f] - sum / others) / spread, -kMost, kMost);
    }
    z[kLogLength] =
        std::clamp((x[kLogLength] - parts_.length_mean) / parts_.length_deviation, -kMost, kMost);
  }
  return out;
}

}  // namespace recveil::defense
