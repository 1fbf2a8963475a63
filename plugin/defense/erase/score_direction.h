// Which combination of several classes' predictions a score follows.
#pragma once

#include <cstddef>
#include <vector>

#include "numerics/symmetric.h"

namespace recveil::defense {

// The unit vector a of k classes along which a' m a is furthest from zero. m: k x k, symmetric.
std::vector<double> first_axis(const numerics::SquareMatrix &m, std::size_t k);

// The a (up to its length) that makes a' agreement a / (a' a + spared a' moved a) greatest, `moved`
// scaled so that the largest a' moved a of a unit vector is 1: agreement for what it moves. All of
// `moved` zero: first_axis(agreement). REQUIRES: k x k and symmetric, moved without negative
// directions, spared >= 0. O(k^3).
std::vector<double> sparing_axis(const numerics::SquareMatrix &agreement,
                                 numerics::SquareMatrix moved, std::size_t k, double spared);

}  // namespace recveil::defense
