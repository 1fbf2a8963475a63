#include "numerics/gram_gamma.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"

namespace recveil::numerics {
namespace {

constexpr int kLeastPower = -20;
constexpr std::size_t kCandidates = 31;

double squared_distance(const float *a, const float *b, std::size_t d) {
  double sum = 0;
  for (std::size_t k = 0; k < d; ++k) {
    const double difference = static_cast<double>(a[k]) - static_cast<double>(b[k]);
    sum += difference * difference;
  }
  return sum;
}

}  // namespace

double gram_variance_gamma(const Matrix &x, std::uint64_t seed, std::size_t most) {
  if (x.rows == 0 || most == 0) throw Error(Status::argument, "gamma: needs at least one row");
  if (!std::all_of(x.data.begin(), x.data.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(Status::argument, "gamma: a value is not finite");
  }
  std::vector<std::uint32_t> rows(x.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  if (rows.size() > most) {
    Rng(seed).shuffle(rows);
    rows.resize(most);
  }

  // Doubling gamma squares an entry: one exponential a pair. The relative error doubles too, to
  // 2^30 2^-53 at the end.
  std::array<double, kCandidates> sum{}, sum_of_squares{};
  std::vector<double> entry(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    pulse();
    for (std::size_t j = 0; j < i; ++j) {
      entry[j] = std::exp(
          -std::ldexp(squared_distance(x.row(rows[i]), x.row(rows[j]), x.cols), kLeastPower));
    }
    for (std::size_t g = 0; g < kCandidates; ++g) {
      for (std::size_t j = 0; j < i; ++j) {
        const double square = entry[j] * entry[j];
        sum[g] += entry[j];
        sum_of_squares[g] += square;
        entry[j] = square;
      }
    }
  }

  const auto n = static_cast<double>(rows.size());
  std::size_t best = 0;
  double largest = -1;
  for (std::size_t g = 0; g < kCandidates; ++g) {
    // Both triangles and the diagonal of ones.
    const double mean = (2 * sum[g] + n) / (n * n);
    const double variance = (2 * sum_of_squares[g] + n) / (n * n) - mean * mean;
    if (variance > largest) {
      largest = variance;
      best = g;
    }
  }
  return std::ldexp(1.0, kLeastPower + static_cast<int>(best));
}

}  // namespace recveil::numerics
