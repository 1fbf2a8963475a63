// Several classes from a learner of two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include "attack/attribute.h"

namespace recveil::attack {

constexpr std::size_t kAllRows = std::numeric_limits<std::size_t>::max();

// Learns on the named rows, y = 1 for the class, and writes one log odds for each of the others.
using LearnTwo = std::function<void(std::span<const std::uint32_t> rows,
                                    std::span<const std::uint8_t> y, std::span<double> out)>;

// Each class against the rest; of more than two classes a class against at most
// max(600, 3 n_k) of the others, drawn by the seed. most_rows: of a learner, the class and the rest
// keeping their shares. log_odds: the learner's numbers are log odds, from which those of the
// shares are taken to make the classes equally frequent. A class without rows, or with all, scores
// lowest.
ClassScores one_vs_rest(std::span<const std::int32_t> y, std::size_t classes, std::size_t others,
                        std::size_t most_rows, std::uint64_t seed, const LearnTwo &learn,
                        bool log_odds = true);

// Makes log probabilities those of equally frequent classes: subtracts the logarithm of each
// class's share in y. A class without rows scores lowest.
void subtract_log_shares(std::span<const std::int32_t> y, std::size_t classes, ClassScores &scores);

}  // namespace recveil::attack
