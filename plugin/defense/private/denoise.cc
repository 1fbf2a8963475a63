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

namespace {

// A noisy matrix whose eigenvalues had their noise taken off.
struct Cleaned {
  Cleaned(const std::vector<double> &noisy, std::size_t n, double sd)
      : spectrum(numerics::spectrum(noisy, n)),
        edge(noise_edge(n, sd)),
        left(denoised(spectrum.values, sd)),
        n_above(static_cast<std::size_t>(
            std::count_if(spectrum.values.begin(), spectrum.values.end(),
                          [this](double value) { return value > edge; }))) {}

  numerics::Spectrum spectrum;
  double edge;
  std::vector<double> left;
  std::size_t n_above;
};

}  // namespace

PrivateModel private_factors(const std::vector<double> &noisy, std::size_t n, std::size_t k,
                             double sd, double least_ridge) {
  const Cleaned clean(noisy, n, sd);
  PrivateModel out;
  out.regularization = std::max(least_ridge, clean.edge);
  out.n_above = clean.n_above;
  out.factors = {n, k, std::vector<float>(n * k)};
  for (std::size_t f = 0; f < k; ++f) {
    const double scale = std::sqrt(clean.left[f]);
    for (std::size_t i = 0; i < n; ++i) {
      out.factors.row(i)[f] = static_cast<float>(scale * clean.spectrum.vectors[f * n + i]);
    }
  }
  return out;
}

PrivateWeights private_weights(const std::vector<double> &noisy, std::size_t n, double sd,
                               double least_ridge) {
  const Cleaned clean(noisy, n, sd);
  PrivateWeights out;
  out.regularization = std::max(least_ridge, clean.edge / 3);
  out.n_above = clean.n_above;
  // P = V (left + ridge)^-1 V'; rows of `vectors` are eigenvectors.
  const numerics::SquareMatrix &vectors = clean.spectrum.vectors;
  numerics::SquareMatrix scaled(n * n);
  for (std::size_t f = 0; f < n; ++f) {
    const double inverse = 1 / (clean.left[f] + out.regularization);
    for (std::size_t i = 0; i < n; ++i) scaled[i * n + f] = inverse * vectors[f * n + i];
  }
  pulse();
  const numerics::SquareMatrix p = numerics::product(scaled, vectors, n);
  out.weights.resize(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      if (i != j) out.weights[j * n + i] = static_cast<float>(-p[j * n + i] / p[i * n + i]);
    }
  }
  return out;
}

}  // namespace recveil::defense
