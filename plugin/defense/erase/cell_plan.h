// Who goes where among the cells of rows that people share: shares of the classes in each cell,
// and a plan that moves no more than what a class has too much of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::defense {

// n_classes x n_cells, row by row.
using CellMatrix = std::vector<double>;

// Where the cells lie: n_cells x d rows, by rising length; a row of zeros only as the first.
struct CellRows {
  std::span<const float> rows;
  std::size_t n_cells = 0, d = 0;
};

// What is known of the classes in each cell.
struct CellShares {
  CellMatrix smooth;             // g_kj: as it varies with where a cell lies
  std::vector<double> strength;  // s_j: how much of what a cell has of its own is more than chance
};

// counts: people of each class in each cell. g is a ridge regression (weights n_j, penalty 20
// people) of the shares on (x / |x|, .35 log |x|) of the cells' rows, standardized, at least .02 of
// the overall share; the overall shares themselves where there are no more than d / 2 cells. s_j =
// t n_j / (t n_j + 1), t the variance between cells by the method of moments (empirical Bayes).
// O(n_cells d^2 + d^3).
CellShares cell_shares(const CellMatrix &counts, std::size_t n_classes, const CellRows &cells);

struct Arc {
  std::uint32_t from = 0, to = 0;
  double mass = 0;
};

// Moves the excess of `have` over `want` (of equal sums, one number a cell) to where it is
// missing, the cheapest arc first (then the lower cells): cost 1 - cos of the rows + .05 times the
// difference of their log lengths. Each source looks at its 64 nearest sinks, then, if these are
// full, at the next. O(n_cells^2 d).
std::vector<Arc> move_excess(std::span<const double> have, std::span<const double> want,
                             const CellRows &cells);

}  // namespace recveil::defense
