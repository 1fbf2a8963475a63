// The recommender that a gradient attack assumes: a factorization of the ratings that are there.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::attack {

// Ratings about the middle of their scale. values: parallel to rows.items.
struct CentredRatings {
  Interactions rows;
  std::vector<double> values;
};

constexpr int kFactors = 8;                                       // k
using Factors = Eigen::Matrix<double, kFactors, Eigen::Dynamic>;  // a column a user or item
using Factor = Eigen::Matrix<double, kFactors, 1>;
using FactorGram = Eigen::Matrix<double, kFactors, kFactors>;

// Minimizes by alternating least squares, over genuine accounts g, fakes f and items j,
//   sum (M_gj - u_g.v_j)^2 + sum (M~_fj - u~_f.v_j)^2 + lambda (|U|^2 + |U~|^2 + |V|^2),
// sums over ratings that are there (Li et al., NIPS'16, eq. 1; their 2 lambda is ours). Factors of
// items that nobody rated are 0.
struct Surrogate {
  double lambda = 0;
  Factors users, fakes, items;  // U, U~, V

  // ridge: lambda, above 0. Item factors start as normal draws. n_items of both sides must agree.
  Surrogate(std::uint32_t n_items, double ridge, std::uint64_t seed);
  // U and U~ against V, then V against them, each exactly. O(ratings k^2 + items k^3) time and
  // items k^2 doubles.
  void sweep(const CentredRatings &genuine, const CentredRatings &fake);
};

// lambda I + sum_j v_j v_j^T and sum_j M_j v_j over a row: what a user's factors solve.
struct RowSystem {
  FactorGram gram;
  Factor right;
};
RowSystem row_system(const CentredRatings &ratings, std::size_t row, const Factors &items,
                     double lambda);

}  // namespace recveil::attack
