// The two releases of a private model: noisy counts, which choose its catalogue, and the noisy Gram
// matrix of that catalogue. Whatever is made of their results, by whomever, costs no more privacy.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/keys.h"
#include "defense/private/accountant.h"

namespace recveil::defense {

// The smallest whole standard deviation that is mu-GDP for statistics of norm `scale`.
std::uint64_t noise_sigma(double scale, double mu);

// counts (statistics.h) with noise on all of them, also of items that nobody has. mu: of this part.
std::vector<std::int64_t> noisy_counts(std::span<const std::int64_t> counts, const Key &master,
                                       std::uint64_t release, double mu);

struct NoisyGram {
  std::vector<double> matrix;  // n x n, both triangles, in units of one person's unit row
  double sd = 0;               // of the noise off the diagonal; on it sqrt 2 times that
};
// triangle: of n items (statistics.h).
NoisyGram noisy_gram(std::span<const std::int64_t> triangle, std::size_t n, const Key &master,
                     std::uint64_t release, double mu);

}  // namespace recveil::defense
