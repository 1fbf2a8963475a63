// Gaussian maps that change along an axis (ours).
//
// One affine map a class makes means and covariances agree and is itself what gives the class away:
// people are not Gaussian, short histories sit where all classes meet, and a class's own offset
// pulls them off. Maps that follow the axis agree with the classes' moments in each part of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"

namespace recveil::defense {

// How much of what a class had of its own was taken for the class and not for chance, on average
// over the knots: c_k of the mean, and 1 - rho_k of the covariance.
struct KnotStrength {
  double mean = 0, covariance = 0;
};

struct KnotFit {
  Stage stage;                         // class_knots
  std::vector<KnotStrength> strength;  // per class
};

struct KnotTask {
  const float *rows;  // padded_floats(width) apart
  std::size_t width;  // D
  const ByClass &classes;
  const ByClass *targets;               // random groups of the classes' sizes, or none
  std::span<const std::uint8_t> moved;  // per class; those with 0 stay
  std::uint32_t attribute;
  std::span<const double> axis;  // D numbers
  bool shrinkage = true;         // false: c_k = 1 and rho_k = 0 below
};

// Knots are four quantiles of axis' x, fewer where they coincide. At each, rows counted by the hat
// function about it, the rows of class k go
//   from  mean m_k,                       covariance rho_k W + (1 - rho_k) C_k
//   to    m_k + c_k (m + f_k - m_k),      covariance W + (.2 + .5 (1 - rho_k)) F_k
// by the optimal transport between these Gaussians. m and W are the mean of all moved classes and
// the covariance within them; f_k and F_k are what the k-th group of targets differs by from all
// groups together (0 without targets). c_k = 1 - 2 D (1 / n_k - 1 / N) / |W^-1/2 (m_k - m)|^2, at
// least 0 (James-Stein, with twice the noise) and 1 - rho_k = n_k / (n_k + 10 D), n_k the effective
// number of rows: what may be chance is left, since it is the opposite of what an attacker learnt
// from other rows of the class. Between knots the maps are interpolated, beyond the outermost they
// stay. O(N D^2 + K D^3).
KnotFit fit_knots(const KnotTask &task);

}  // namespace recveil::defense
