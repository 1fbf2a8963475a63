// Nearest neighbours by brute force: exact, and fast enough for audits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matrix.h"

namespace recveil::numerics {

// For each row of `queries` the k rows of `points` that are nearest in Euclidean distance, in no
// particular order within the k; at equal distances the lower row. Row q's are at [q * k, (q + 1) *
// k). Distances come from |x|^2 - 2 x.y + |y|^2 in float, exact to about 1e-6 of the longest row's
// square. Throws Error(Status::argument) for other columns, k = 0 or k above the points.
// O(queries * points * d), about 0.05 s for 1,200 x 4,800 x 32 with AVX2; holds 64 rows of
// distances.
std::vector<std::uint32_t> nearest(const Matrix &points, const Matrix &queries, std::size_t k);

}  // namespace recveil::numerics
