// The losses of the two baselines of Li et al. (MM'23), exact and over all rows: distribution to
// distribution (maximum mean discrepancy to an anchor class) and user to user.
#pragma once

#include <cstddef>

#include "defense/erase/by_class.h"

namespace recveil::defense {

// sum over k >= 1 of MMD^2(C_k, C_0), the biased V-statistic mean K(XX) + mean K(YY) - 2 mean
// K(XY), class 0 the anchor. K = sum of 5 Gaussians exp(-|x - y|^2 / b_i), b_i = b 2^(i - 2), i =
// 0..4, b the mean squared distance of different rows of X and Y together, not differentiated.
// gradient (rows, `step` apart) is added to. Classes without rows are left out; the anchor is the
// first class that has some. O(n_0 (n_0 + .. + n_K) d).
double add_d2d_gradient(const float *rows, std::size_t step, std::size_t d, const ByClass &classes,
                        float *gradient);

// sum over i of class 0 and j of class 1 of |e_i - e_j|^2 = n_1 sum |e_i|^2 + n_0 sum |e_j|^2 - 2
// (sum e_i).(sum e_j), divided by n_0 n_1. O(N d).
double add_u2u_gradient(const float *rows, std::size_t step, std::size_t d, const ByClass &classes,
                        float *gradient);

}  // namespace recveil::defense
