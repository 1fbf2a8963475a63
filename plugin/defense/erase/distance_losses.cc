#include "defense/erase/distance_losses.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/watch.h"
#include "numerics/panels.h"
#include "numerics/product_kernels.h"
#include "numerics/rbf_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kTile = 64;  // rows whose kernel values are in memory at a time

// X then Y, dense, and where each row goes.
struct Pair {
  std::vector<float> rows;  // n x step
  std::vector<std::uint32_t> which;
  std::size_t first;  // rows of X
};

// |x - y|^2 over all ordered pairs of different rows, divided by n^2 - n.
double mean_distance(const Pair &pair, std::size_t step, std::size_t d) {
  const std::size_t n = pair.which.size();
  std::vector<double> sum(d);
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < d; ++c) {
      const double value = static_cast<double>(pair.rows[i * step + c]);
      sum[c] += value;
      squares += value * value;
    }
  }
  double square = 0;
  for (const double value : sum) square += value * value;
  const auto count = static_cast<double>(n);
  return std::max(2 * (count * squares - square) / (count * (count - 1)), 1e-30);
}

double add_pair(const Pair &pair, std::size_t step, std::size_t d, float *gradient) {
  const std::size_t n = pair.which.size(), x = pair.first, y = n - x;
  const double b = mean_distance(pair, step, d);
  // exp(-D / (4 b)) is the widest kernel; each narrower one is the square of the one before.
  const numerics::RbfKernels &kernels = numerics::rbf_kernels();
  const numerics::RbfScale scale = numerics::rbf_scale(std::clamp(1 / (4 * b), 1e-30, 1e30));
  const numerics::Panels panels(n, d, [&](std::size_t i) { return pair.rows.data() + i * step; });
  numerics::AlignedArray<float> line(panels.padded());
  std::vector<float> weights(kTile * n), moved(kTile * step);
  double loss = 0;
  const double in_x = 1 / static_cast<double>(x), in_y = -1 / static_cast<double>(y);
  for (std::size_t begin = 0; begin < n; begin += kTile) {
    pulse();
    const std::size_t rows = std::min(kTile, n - begin);
    std::vector<double> totals(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t i = begin + r;
      panels.row(kernels, pair.rows.data() + i * step, scale, line.data());
      const double own = i < x ? in_x : in_y;
      float *to = weights.data() + r * n;
      double value = 0, total = 0;
      const auto part = [&](std::size_t from, std::size_t end, double other) {
        // d loss / d D = -c_i c_j sum_m K_m / b_m, b_m = 4 b, 2 b, b, b / 2, b / 4.
        const auto slope = static_cast<float>(-own * other / (4 * b));
        double kernel_sum = 0, weight_sum = 0;
        for (std::size_t j = from; j < end; ++j) {
          const float k1 = line[j], k2 = k1 * k1, k3 = k2 * k2, k4 = k3 * k3, k5 = k4 * k4;
          const float weight = slope * (k1 + 2 * k2 + 4 * k3 + 8 * k4 + 16 * k5);
          to[j] = weight;
          kernel_sum += static_cast<double>(k1 + k2 + k3 + k4 + k5);
          weight_sum += static_cast<double>(weight);
        }
        value += own * other * kernel_sum;
        total += weight_sum;
      };
      part(0, x, in_x);
      part(x, n, in_y);
      loss += value;
      totals[r] = total;
    }
    // Each unordered pair is in the double sum twice, and |x - y|^2 has derivative 2 (x - y).
    numerics::multiply(
        {weights.data(), n, 1, rows, n, pair.rows.data(), step, step, moved.data(), step});
    for (std::size_t r = 0; r < rows; ++r) {
      const float *row = pair.rows.data() + (begin + r) * step;
      float *to = gradient + pair.which[begin + r] * step;
      const auto total = static_cast<float>(totals[r]);
      for (std::size_t c = 0; c < d; ++c) to[c] += 4 * (total * row[c] - moved[r * step + c]);
    }
  }
  return loss;
}

}  // namespace

double add_d2d_gradient(const float *rows, std::size_t step, std::size_t d, const ByClass &classes,
                        float *gradient) {
  std::int32_t anchor = 0;
  while (anchor + 1 < classes.classes() && classes.of(anchor).empty()) ++anchor;
  double loss = 0;
  for (std::int32_t k = anchor + 1; k < classes.classes(); ++k) {
    if (classes.of(k).empty()) continue;
    Pair pair;
    pair.first = classes.of(anchor).size();
    for (const std::int32_t of : {anchor, k}) {
      for (const std::uint32_t i : classes.of(of)) pair.which.push_back(i);
    }
    pair.rows.resize(pair.which.size() * step);
    for (std::size_t i = 0; i < pair.which.size(); ++i) {
      std::memcpy(pair.rows.data() + i * step, rows + pair.which[i] * step, step * sizeof(float));
    }
    loss += add_pair(pair, step, d, gradient);
  }
  return loss;
}

double add_u2u_gradient(const float *rows, std::size_t step, std::size_t d, const ByClass &classes,
                        float *gradient) {
  std::vector<double> mean[2];
  double squares = 0, product = 0;
  for (const std::int32_t k : {0, 1}) {
    mean[k].resize(d);
    const auto n = static_cast<double>(classes.of(k).size());
    for (const std::uint32_t i : classes.of(k)) {
      for (std::size_t c = 0; c < d; ++c) {
        const double value = static_cast<double>(rows[i * step + c]);
        mean[k][c] += value / n;
        squares += value * value / n;
      }
    }
  }
  for (std::size_t c = 0; c < d; ++c) product += mean[0][c] * mean[1][c];
  for (const std::int32_t k : {0, 1}) {
    const double share = 2 / static_cast<double>(classes.of(k).size());
    for (const std::uint32_t i : classes.of(k)) {
      for (std::size_t c = 0; c < d; ++c) {
        gradient[i * step + c] +=
            static_cast<float>(share * (static_cast<double>(rows[i * step + c]) - mean[1 - k][c]));
      }
    }
  }
  return squares - 2 * product;
}

}  // namespace recveil::defense
