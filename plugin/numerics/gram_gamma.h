// The width of an RBF kernel from the data alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/matrix.h"

namespace recveil::numerics {

// Of gamma = 2^-20, 2^-19 .. 2^10 the one at which the entries of the Gram matrix exp(-gamma
// |x_i - x_j|^2), diagonal included, vary most; the smallest of equals (Kaneko and Funatsu,
// Chemometr. Intell. Lab. 142, 2015, which Hidano et al., PETS'20, follow). They scale each column
// to mean 0 and deviation 1 first; this does not. Of more than `most` rows it takes a random sample
// of as many: O(most^2 (d + 31)), about 0.1 s. Throws Error(Status::argument) for no rows, most
// = 0, and values that are not finite.
double gram_variance_gamma(const Matrix &x, std::uint64_t seed, std::size_t most = 2000);

}  // namespace recveil::numerics
