// Made-up embeddings whose classes differ in mean, spread and shape, and slow twins of what the
// erasure room computes fast.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"
#include "defense/erase/embeddings.h"
#include "numerics/symmetric.h"

namespace recveil::support {

struct ErasureRows {
  std::size_t n, d;
  std::vector<float> data;                         // n x d
  std::vector<std::vector<std::int32_t>> classes;  // per attribute

  defense::Embeddings view() const { return {data.data(), n, d, d, 0}; }
  defense::MutableEmbeddings view() { return {data.data(), n, d, d, 0}; }
  std::vector<defense::AttributeLabels> labels() const {
    std::vector<defense::AttributeLabels> out;
    for (std::size_t j = 0; j < classes.size(); ++j) {
      out.push_back({"attribute " + std::to_string(j), kinds[j], classes[j]});
    }
    return out;
  }
  std::vector<std::int32_t> kinds;
};

// Attribute j has kinds[j] classes of falling size. Class k is moved along axis j, stretched along
// axis j + 1 and bent: its coordinate j + 2 depends on the square of coordinate j + 3.
inline ErasureRows erasure_rows(std::size_t n, std::size_t d, std::vector<std::int32_t> kinds,
                                std::uint64_t seed) {
  Rng rng(seed, 0x65726173);
  ErasureRows out{n, d, std::vector<float>(n * d), {}, std::move(kinds)};
  for (const std::int32_t k : out.kinds) {
    std::vector<std::int32_t> of(n);
    for (std::int32_t &label : of) {
      const double u = rng.uniform();
      label = static_cast<std::int32_t>(u * u * static_cast<double>(k));
    }
    out.classes.push_back(std::move(of));
  }
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> x(d);
    for (double &value : x) value = rng.normal();
    for (std::size_t j = 0; j < out.kinds.size(); ++j) {
      const double k = out.classes[j][i];
      x[j] += 0.8 * k;
      x[j + 1] *= 1 + 0.4 * k;
      x[j + 2] += 1.5 * k * (x[j + 3] * x[j + 3] - 1);
    }
    for (std::size_t c = 0; c < d; ++c) out.data[i * d + c] = static_cast<float>(x[c] + 0.3);
  }
  return out;
}

// KL(N(m1, s1) || N(m2, s2)), by the textbook.
inline double slow_kl(const std::vector<double> &m1, const numerics::SquareMatrix &s1,
                      const std::vector<double> &m2, const numerics::SquareMatrix &s2) {
  const std::size_t d = m1.size();
  const auto a = numerics::log_det(s1, d), b = numerics::log_det(s2, d);
  double sum = b->value - a->value - static_cast<double>(d);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      sum += b->inverse[i * d + j] * (s1[j * d + i] + (m2[i] - m1[i]) * (m2[j] - m1[j]));
    }
  }
  return sum / 2;
}

// sum_k pi_k KL(class k || all) with biased covariances.
template <class T>
double slow_attribute_loss(const std::vector<T> &rows, std::size_t n, std::size_t d,
                           const std::vector<std::int32_t> &labels, std::int32_t kinds) {
  const auto fit = [&](std::int32_t k, std::vector<double> &mean, numerics::SquareMatrix &cov) {
    double count = 0;
    mean.assign(d, 0);
    cov.assign(d * d, 0);
    for (std::size_t i = 0; i < n; ++i) {
      if (labels[i] < 0 || (k >= 0 && labels[i] != k)) continue;
      ++count;
      for (std::size_t c = 0; c < d; ++c) mean[c] += static_cast<double>(rows[i * d + c]);
    }
    for (double &value : mean) value /= count;
    for (std::size_t i = 0; i < n; ++i) {
      if (labels[i] < 0 || (k >= 0 && labels[i] != k)) continue;
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t b = 0; b < d; ++b) {
          cov[a * d + b] += (static_cast<double>(rows[i * d + a]) - mean[a]) *
                            (static_cast<double>(rows[i * d + b]) - mean[b]) / count;
        }
      }
    }
    return count;
  };
  std::vector<double> mean, class_mean;
  numerics::SquareMatrix cov, class_cov;
  const double total = fit(-1, mean, cov);
  double loss = 0;
  for (std::int32_t k = 0; k < kinds; ++k) {
    const double count = fit(k, class_mean, class_cov);
    loss += count / total * slow_kl(class_mean, class_cov, mean, cov);
  }
  return loss;
}

}  // namespace recveil::support
