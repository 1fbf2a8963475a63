#include "defense/private/denoise.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/watch.h"
#include "numerics/product_kernels.h"
#include "numerics/spectrum.h"

namespace recveil::defense {

std::vector<double> denoised(std::span<const double> values, double sd) {
  const auto n = static_cast<double>(values.size());
  // The noise has spectral variance n sd^2. The transform is taken so far off the real line that
  // single eigenvalues blur into a density.
  const double variance = n * sd * sd, blur = 2 * std::sqrt(variance / n);
  std::vector<double> out;
  out.reserve(values.size());
  for (const double y : values) {
    double transform = 0;  // its real part, of 1 / (y - other - i blur)
    for (const double other : values) {
      const double gap = y - other;
      transform += gap / (gap * gap + blur * blur);
    }
    out.push_back(std::max(0.0, y - 2 * variance * transform / n));
    pulse();
  }
  return out;
}

double noise_edge(std::size_t n, double sd) {
  return 2 * sd * std::sqrt(static_cast<double>(n));
}

namespace {

using Done = std::function<void(double)>;

// A noisy matrix whose eigenvalues had their noise taken off.
struct Cleaned {
  Cleaned(const std::vector<double> &noisy, std::size_t n, double sd, const Done &done)
      : spectrum(numerics::spectrum(noisy, n, done)),
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
                             double sd, double least_ridge, const Done &done) {
  const Cleaned clean(noisy, n, sd, done);
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
                               double least_ridge, const Done &done) {
  const Cleaned clean(noisy, n, sd, done);
  PrivateWeights out;
  out.regularization = std::max(least_ridge, clean.edge / 3);
  out.n_above = clean.n_above;
  // P = V (left + ridge)^-1 V' = X'X, row f of X = v_f / sqrt(left_f + ridge). A few rows at a
  // time.
  constexpr std::size_t kRows = 64;
  const std::size_t step = numerics::padded_doubles(n);
  std::vector<double> p(n * step), x(kRows * step);
  for (std::size_t first = 0; first < n; first += kRows) {
    pulse();
    const std::size_t rows = std::min(kRows, n - first);
    for (std::size_t r = 0; r < rows; ++r) {
      const double scale = 1 / std::sqrt(clean.left[first + r] + out.regularization);
      const double *from = clean.spectrum.vectors.data() + (first + r) * n;
      for (std::size_t i = 0; i < n; ++i) x[r * step + i] = scale * from[i];
    }
    numerics::add_gram(x.data(), rows, n, p.data());
  }
  out.weights.resize(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      const double entry = p[std::min(i, j) * step + std::max(i, j)];
      if (i != j) out.weights[j * n + i] = static_cast<float>(-entry / p[i * step + i]);
    }
  }
  return out;
}

}  // namespace recveil::defense
