#include "defense/erase/gaussian.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"

namespace recveil::defense {
namespace {

using numerics::SquareMatrix;

struct Moments {
  double n = 0;
  std::vector<double> mean;
  SquareMatrix covariance;  // biased
};

// From n, sum x and the upper triangle of sum x x'.
Moments moments_of(double n, const double *sum, const double *second, std::size_t d) {
  Moments out{n, std::vector<double>(d), SquareMatrix(d * d)};
  for (std::size_t i = 0; i < d; ++i) out.mean[i] = sum[i] / n;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i; j < d; ++j) {
      out.covariance[i * d + j] = *second++ / n - out.mean[i] * out.mean[j];
    }
  }
  numerics::mirror_upper(out.covariance, d);
  return out;
}

void add_scaled(SquareMatrix &to, const SquareMatrix &from, double by) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += by * from[i];
}

std::vector<double> times(const SquareMatrix &a, const std::vector<double> &x) {
  const std::size_t d = x.size();
  std::vector<double> out(d);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) out[i] += a[i * d + j] * x[j];
  }
  return out;
}

// Means of random groups of the classes' sizes, less the mean of all: g_k ~ N(0, C / n_k), f_k =
// g_k - sum_j w_j g_j has covariance (1/n_k - 1/N) C.
std::vector<std::vector<double>> fluctuations(const std::vector<Moments> &classes,
                                              const SquareMatrix &root, std::size_t d, double n,
                                              std::uint64_t seed) {
  Rng rng(seed, 11);
  std::vector<std::vector<double>> out(classes.size(), std::vector<double>(d));
  std::vector<double> mean(d);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (classes[k].n == 0) continue;
    std::vector<double> normals(d);
    for (double &value : normals) value = rng.normal() / std::sqrt(classes[k].n);
    out[k] = times(root, normals);
    for (std::size_t i = 0; i < d; ++i) mean[i] += classes[k].n / n * out[k][i];
  }
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (classes[k].n == 0) continue;
    for (std::size_t i = 0; i < d; ++i) out[k][i] -= mean[i];
  }
  return out;
}

// The classes' moments; n, mean and covariance of all go to `out`.
std::vector<Moments> read(const ClassMoments &moments, GaussianFit &out) {
  const std::size_t d = moments.d;
  std::vector<Moments> classes(static_cast<std::size_t>(moments.classes));
  std::vector<double> sum(d), second(d * (d + 1) / 2);
  std::size_t present = 0;
  for (std::int32_t k = 0; k < moments.classes; ++k) {
    const double n = moments.n(k);
    if (n == 0) continue;
    ++present;
    out.n += n;
    classes[static_cast<std::size_t>(k)] = moments_of(n, moments.sum(k), moments.second(k), d);
    for (std::size_t i = 0; i < d; ++i) sum[i] += moments.sum(k)[i];
    for (std::size_t i = 0; i < second.size(); ++i) second[i] += moments.second(k)[i];
  }
  if (present < 2) throw Error(Status::data, "labels: fewer than 2 classes have rows");
  Moments all = moments_of(out.n, sum.data(), second.data(), d);
  out.mean = std::move(all.mean);
  out.covariance = std::move(all.covariance);
  return classes;
}

}  // namespace

double james_stein(double length, std::size_t d, double n, double all) {
  const double noise = static_cast<double>(d) * std::max(1 / n - 1 / all, 0.0);
  return length > noise ? 1 - noise / length : 0;
}

GaussianFit fit_moments_only(const ClassMoments &moments) {
  GaussianFit out;
  for (Moments &of : read(moments, out)) {
    out.reports.push_back({static_cast<std::uint64_t>(of.n)});
    out.maps.push_back({std::move(of.mean), {}, {}});
  }
  return out;
}

GaussianFit fit_gaussian(const ClassMoments &moments, const GaussianOptions &options) {
  const std::size_t d = moments.d;
  const auto count = static_cast<std::size_t>(moments.classes);
  GaussianFit out;
  const std::vector<Moments> classes = read(moments, out);
  const auto present = static_cast<double>(
      std::count_if(classes.begin(), classes.end(), [](const Moments &of) { return of.n > 0; }));

  SquareMatrix within(d * d);
  for (const Moments &of : classes) {
    if (of.n > 0) add_scaled(within, of.covariance, of.n / out.n);
  }
  const double unbiased = out.n / std::max(1.0, out.n - present);
  for (double &value : within) value *= unbiased;
  const numerics::SymmetricRoots roots = numerics::symmetric_roots(within, d);

  out.maps.resize(count);
  out.reports.resize(count);
  std::vector<SquareMatrix> covariances;
  std::vector<double> weights;
  std::vector<std::size_t> which(count);  // of covariances; those of small classes are one
  std::size_t pooled = 0;
  covariances.push_back(within);
  weights.push_back(0);
  for (std::size_t k = 0; k < count; ++k) {
    const Moments &of = classes[k];
    ClassReport &report = out.reports[k];
    report.n = static_cast<std::uint64_t>(of.n);
    report.status = of.n == 0                 ? ClassStatus::absent
                    : of.n < options.min_rows ? ClassStatus::too_small
                                              : ClassStatus::certifiable;
    if (report.status != ClassStatus::certifiable) {
      report.shrinkage = 1;
      weights[pooled] += of.n / out.n;
      which[k] = pooled;
      continue;
    }
    pulse();
    SquareMatrix whitened = numerics::sandwich(roots.inverse_root, of.covariance, d);
    if (options.shrinkage == Shrinkage::ledoit_wolf) {
      report.shrinkage = numerics::ledoit_wolf(whitened, d, of.n);
    }
    const double rho = report.shrinkage;
    SquareMatrix shrunk = of.covariance;
    if (rho > 0) {
      // (1 - rho) C_k + rho W, which is the shrinkage to I in whitened coordinates.
      for (double &value : shrunk) value *= 1 - rho;
      add_scaled(shrunk, within, rho);
    }
    which[k] = covariances.size();
    covariances.push_back(std::move(shrunk));
    weights.push_back(of.n / out.n);
  }

  const SquareMatrix barycentre = numerics::bures_barycentre(covariances, weights, d);
  std::vector<SquareMatrix> matrices(covariances.size());
  for (std::size_t c = 0; c < covariances.size(); ++c) {
    const bool used = std::find(which.begin(), which.end(), c) != which.end();
    pulse();
    if (used) matrices[c] = numerics::transport_matrix(covariances[c], barycentre, d);
  }
  std::vector<std::vector<double>> moved;
  if (options.fluctuation) {
    moved = fluctuations(classes, numerics::symmetric_roots(out.covariance, d).root, d, out.n,
                         options.seed);
  }
  for (std::size_t k = 0; k < count; ++k) {
    const Moments &of = classes[k];
    ClassReport &report = out.reports[k];
    ClassMap &map = out.maps[k];
    map.a = matrices[which[k]];
    map.mean = of.n > 0 ? of.mean : out.mean;
    map.target = out.mean;
    if (report.status == ClassStatus::certifiable) {
      if (options.fluctuation) {
        for (std::size_t i = 0; i < d; ++i) map.target[i] += moved[k][i];
      }
      continue;
    }
    report.mean_strength = 0;
    if (of.n == 0) continue;
    std::vector<double> shift(d);
    for (std::size_t i = 0; i < d; ++i) shift[i] = of.mean[i] - out.mean[i];
    const std::vector<double> whitened = times(roots.inverse_root, shift);
    double length = 0;
    for (const double value : whitened) length += value * value;
    const double c = james_stein(length, d, of.n, out.n);
    report.mean_strength = c;
    for (std::size_t i = 0; i < d; ++i) map.target[i] += (1 - c) * shift[i];
  }
  return out;
}

}  // namespace recveil::defense
