#include "defense/erase/knot_moments.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kBlock = 256;

}  // namespace

WeightedMoments::WeightedMoments(const float *rows, std::size_t width)
    : rows_(rows),
      width_(width),
      from_step_(numerics::padded_floats(width)),
      step_(numerics::padded_doubles(width)),
      block_(kBlock * step_),
      gram_(width * step_) {}

Weighted WeightedMoments::of(std::span<const Share> shares) {
  Weighted out{0, 0, std::vector<double>(width_), numerics::SquareMatrix(width_ * width_)};
  double squares = 0;
  std::fill(gram_.begin(), gram_.end(), 0);
  for (std::size_t begin = 0; begin < shares.size(); begin += kBlock) {
    pulse();
    const std::size_t n = std::min(kBlock, shares.size() - begin);
    for (std::size_t i = 0; i < n; ++i) {
      const auto weight = static_cast<double>(shares[begin + i].weight);
      const double root = std::sqrt(weight);
      const float *row = rows_ + shares[begin + i].row * from_step_;
      double *to = block_.data() + i * step_;
      for (std::size_t c = 0; c < width_; ++c) {
        const auto value = static_cast<double>(row[c]);
        to[c] = root * value;
        out.mean[c] += weight * value;
      }
      out.n += weight;
      squares += weight * weight;
    }
    numerics::add_gram(block_.data(), n, width_, gram_.data());
  }
  if (!(out.n > 0)) return out;
  out.effective = out.n * out.n / squares;
  for (double &value : out.mean) value /= out.n;
  for (std::size_t i = 0; i < width_; ++i) {
    for (std::size_t j = i; j < width_; ++j) {
      out.covariance[i * width_ + j] = gram_[i * step_ + j] / out.n - out.mean[i] * out.mean[j];
    }
  }
  numerics::mirror_upper(out.covariance, width_);
  return out;
}

std::vector<Weighted> WeightedMoments::of(std::span<const SharesByKnot> groups, std::size_t knot) {
  std::vector<Weighted> out;
  for (const SharesByKnot &shares : groups) {
    out.push_back(of(shares.empty() ? std::span<const Share>() : shares[knot]));
  }
  return out;
}

std::vector<float> knots_at(std::vector<float> values, std::size_t n_knots) {
  std::sort(values.begin(), values.end());
  std::vector<float> out;
  const auto count = static_cast<double>(n_knots);
  for (std::size_t m = 0; m < n_knots && !values.empty(); ++m) {
    const double p = (static_cast<double>(m) + 0.5) / count;
    const float knot = values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1))];
    if (out.empty() || knot > out.back()) out.push_back(knot);
  }
  return out;
}

}  // namespace recveil::defense
