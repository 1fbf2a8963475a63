#include "defense/private/release.h"

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/watch.h"
#include "defense/private/noise.h"
#include "defense/private/statistics.h"

namespace recveil::defense {
namespace {

enum Purpose : std::uint32_t { kCounts = 1, kGram = 2 };

std::int64_t drawn(const Key &key, std::uint64_t entry, std::uint64_t sigma) {
  NoiseWords words(key, entry);
  return rounded_normal(words, sigma);
}

}  // namespace

std::uint64_t noise_sigma(double scale, double mu) {
  const double sigma = std::ceil(scale / mu);
  if (!(sigma >= 1 && sigma <= 0x1p40)) throw Error(Status::argument, "mu: out of range");
  return static_cast<std::uint64_t>(sigma);
}

std::vector<std::int64_t> noisy_counts(std::span<const std::int64_t> counts, const Key &master,
                                       std::uint64_t release, double mu) {
  const std::uint64_t sigma = noise_sigma(static_cast<double>(kScale), mu);
  const Key key = noise_key(master, release, kCounts, sigma, counts);
  std::vector<std::int64_t> out(counts.begin(), counts.end());
  for (std::size_t item = 0; item < out.size(); ++item) {
    if (item % 4096 == 0) pulse();
    out[item] += drawn(key, item, sigma);
  }
  return out;
}

NoisyGram noisy_gram(std::span<const std::int64_t> triangle, std::size_t n, const Key &master,
                     std::uint64_t release, double mu) {
  const auto scale = static_cast<double>(kScale);
  // White in the norm that counts an entry off the diagonal twice.
  const std::uint64_t off = noise_sigma(scale / std::numbers::sqrt2, mu);
  const std::uint64_t on = noise_sigma(scale, mu);
  const Key key = noise_key(master, release, kGram, on, triangle);
  NoisyGram out{std::vector<double>(n * n), static_cast<double>(off) / scale};
  for (std::size_t i = 0; i < n; ++i) {
    pulse();
    for (std::size_t j = i; j < n; ++j) {
      const std::size_t entry = triangle_at(n, i, j);
      const std::int64_t noisy = triangle[entry] + drawn(key, entry, i == j ? on : off);
      out.matrix[i * n + j] = out.matrix[j * n + i] = static_cast<double>(noisy) / scale;
    }
  }
  return out;
}

}  // namespace recveil::defense
