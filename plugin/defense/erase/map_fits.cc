// The maps that are fitted from statistics alone.
#include <algorithm>
#include <cmath>

#include "defense/erase/class_moments.h"
#include "defense/erase/gaussian.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/shared_rows.h"

namespace recveil::defense {
namespace {

using numerics::SquareMatrix;

SquareMatrix transposed(const SquareMatrix &a, std::size_t d) {
  SquareMatrix out(d * d);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) out[j * d + i] = a[i * d + j];
  }
  return out;
}

// b of y = x m + b with y = target where x = mean.
std::vector<double> offset_of(const SquareMatrix &m, const std::vector<double> &mean,
                              const std::vector<double> &target) {
  const std::size_t d = mean.size();
  std::vector<double> out = target;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) out[j] -= mean[i] * m[i * d + j];
  }
  return out;
}

GaussianOptions gaussian_options(const EraseOptions &options, std::size_t d, bool fluctuation) {
  return {options.shrinkage, options.min_class_rows * static_cast<double>(d), fluctuation,
          options.seed};
}

}  // namespace

Stage gaussian_stage(const GaussianFit &fit, std::size_t width, std::uint32_t attribute) {
  Stage stage;
  stage.kind = StageKind::class_linear;
  stage.attribute = attribute;
  stage.count = static_cast<std::uint32_t>(fit.maps.size());
  stage.values.reserve(stage.count * Stage::linear_size(width));
  for (std::size_t k = 0; k < fit.maps.size(); ++k) {
    const ClassMap &map = fit.maps[k];
    // Symmetric: a row times it is it times a column.
    put_linear(stage, k, width, map.a, offset_of(map.a, map.mean, map.target));
  }
  return stage;
}

MapParts fit_gaussian_map(const ErasureMap::Statistics &statistics, const EraseOptions &options) {
  const ClassMoments moments(statistics.moments);
  double known = 0;
  for (std::int32_t k = 0; k < moments.classes; ++k) known += moments.n(k);
  refuse_crowded(moments.n_shared(), static_cast<std::uint64_t>(known));
  const GaussianFit fit = fit_gaussian(
      moments, gaussian_options(options, moments.d, options.fluctuation.value_or(false)));
  MapParts parts;
  parts.method = EraseMethod::gaussian_transport;
  parts.d = moments.d;
  parts.n_shared = moments.n_shared();
  parts.attributes.push_back({statistics.name, fit.reports});
  parts.stages.push_back(gaussian_stage(fit, parts.d, 0));
  return parts;
}

MapParts fit_leace(std::span<const ErasureMap::Statistics> attributes,
                   const EraseOptions &options) {
  MapParts parts;
  parts.method = EraseMethod::leace;
  parts.d = ClassMoments(attributes[0].moments).d;
  const std::size_t d = parts.d;
  // Where attributes are known of different rows, the covariance is that of the most.
  std::vector<GaussianFit> fits;
  std::size_t most = 0;
  for (const auto &of : attributes) {
    fits.push_back(fit_moments_only(ClassMoments(of.moments)));
    parts.attributes.push_back({of.name, fits.back().reports});
    if (fits.back().n > fits[most].n) most = fits.size() - 1;
  }
  const std::vector<double> &mean = fits[most].mean;
  const numerics::SymmetricRoots roots = numerics::symmetric_roots(fits[most].covariance, d);

  // Columns sqrt(w_k) W (mu_k - mu): what a linear attacker could use, whitened.
  std::vector<std::vector<double>> columns;
  std::size_t rank = 0;
  for (std::size_t j = 0; j < fits.size(); ++j) {
    std::size_t present = 0;
    for (ClassReport &report : parts.attributes[j].classes) {
      const auto k = static_cast<std::size_t>(&report - parts.attributes[j].classes.data());
      const double n = static_cast<double>(report.n);
      report.status = n == 0 ? ClassStatus::absent
                      : n < options.min_class_rows * static_cast<double>(d)
                          ? ClassStatus::too_small
                          : ClassStatus::certifiable;
      if (n == 0) continue;
      ++present;
      std::vector<double> column(d);
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t b = 0; b < d; ++b) {
          column[a] += roots.inverse_root[a * d + b] * (fits[j].maps[k].mean[b] - fits[j].mean[b]);
        }
        column[a] *= std::sqrt(n / fits[j].n);
      }
      columns.push_back(std::move(column));
    }
    rank += present - 1;
  }
  std::vector<double> w(d * columns.size());
  double squares = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t a = 0; a < d; ++a) {
      w[a * columns.size() + c] = columns[c][a];
      squares += columns[c][a] * columns[c][a];
    }
  }
  Stage stage;
  SquareMatrix removed(d * d);
  if (squares > 0) {
    const SquareMatrix basis = numerics::left_basis(w, d, columns.size());
    double first = 0;
    for (std::size_t v = 0; v < std::min(rank, d); ++v) {
      double length = 0;
      for (const auto &column : columns) {
        double dot = 0;
        for (std::size_t a = 0; a < d; ++a) dot += basis[a * d + v] * column[a];
        length += dot * dot;
      }
      first = std::max(first, length);
      if (length < 1e-12 * first) break;
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t b = 0; b < d; ++b)
          removed[a * d + b] += basis[a * d + v] * basis[b * d + v];
      }
    }
  }
  // x' = x - W^-1 P W (x - mu), of columns; rows are multiplied by the transpose.
  SquareMatrix kept =
      numerics::product(numerics::product(roots.root, removed, d), roots.inverse_root, d);
  for (double &value : kept) value = -value;
  for (std::size_t i = 0; i < d; ++i) kept[i * d + i] += 1;
  kept = transposed(kept, d);
  put_linear(stage, 0, d, kept, offset_of(kept, mean, mean));
  parts.stages.push_back(std::move(stage));
  return parts;
}

}  // namespace recveil::defense
