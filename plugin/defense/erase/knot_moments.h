// Means and covariances of weighted rows, as maps along an axis or a score are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/symmetric.h"

namespace recveil::defense {

// A row and its weight at a knot.
struct Share {
  std::uint32_t row;
  float weight;
};
using SharesByKnot = std::vector<std::vector<Share>>;

struct Weighted {
  double n = 0;          // sum of the weights
  double effective = 0;  // n^2 / sum of their squares
  std::vector<double> mean;
  numerics::SquareMatrix covariance;
};

class WeightedMoments {
 public:
  // rows: padded_floats(width) apart.
  WeightedMoments(const float *rows, std::size_t width);

  Weighted of(std::span<const Share> shares);
  // At one knot, per group; groups that do not move have no rows.
  std::vector<Weighted> of(std::span<const SharesByKnot> groups, std::size_t knot);

 private:
  const float *rows_;
  std::size_t width_, from_step_, step_;
  std::vector<double> block_, gram_;
};

// Values at equal steps of rank, the first and the last half a step inside; equal ones once.
std::vector<float> knots_at(std::vector<float> values, std::size_t n_knots);

}  // namespace recveil::defense
