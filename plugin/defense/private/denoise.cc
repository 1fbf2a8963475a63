#include "defense/private/denoise.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <utility>

#include "core/watch.h"
#include "numerics/symmetric.h"

namespace recveil::defense {

std::vector<double> denoised(std::span<const double> values, double sd) {
  const auto n = static_cast<double>(values.size());
  // The noise has spectral variance n sd^2. The transform is taken so far off the real line that
  // single eigenvalues blur into a density.
  const double variance = n * sd * sd, blur = 2 * std::sqrt(variance / n);
  std::vector<double> out;
  out.reserve(values.size());
  for (const double y : values) {
    std::complex<double> transform = 0;
    for (const double other : values) transform += 1.0 / std::complex<double>(y - other, -blur);
    out.push_back(std::max(0.0, y - 2 * variance * transform.real() / n));
  }
  return out;
}

double noise_edge(std::size_t n, double sd) {
  return 2 * sd * std::sqrt(static_cast<double>(n));
}

PrivateModel private_factors(std::vector<double> noisy, std::size_t n, std::size_t k, double sd,
                             double least_ridge) {
  const numerics::Spectrum spectrum = numerics::spectrum(noisy, n);
  const double edge = noise_edge(n, sd);
  const std::vector<double> left = denoised(spectrum.values, sd);
  PrivateModel out;
  out.regularization = std::max(least_ridge, edge);
  out.n_above = static_cast<std::size_t>(std::count_if(
      spectrum.values.begin(), spectrum.values.end(), [&](double value) { return value > edge; }));
  out.factors = {n, k, std::vector<float>(n * k)};
  for (std::size_t f = 0; f < k; ++f) {
    const double scale = std::sqrt(left[f]);
    for (std::size_t i = 0; i < n; ++i) {
      out.factors.row(i)[f] = static_cast<float>(scale * spectrum.vectors[f * n + i]);
    }
  }
  return out;
}

}  // namespace recveil::defense
