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

// Where cells lie, and what it costs to go from one to another: 1 - cos + .05 times the difference
// of their log lengths; that of a row of zeros counts as the shortest other one.
struct CellPlaces {
  std::size_t n_cells, d;
  std::vector<float> columns, rows;  // directions: one column a cell, and one row a cell
  std::vector<double> log_length;

  explicit CellPlaces(const CellRows &cells);
  double cost(std::size_t from, std::size_t to) const;                // 0 of a cell to itself; O(d)
  void costs_from(std::size_t from, std::vector<double> &out) const;  // to each; O(n_cells d)
};

// A plan that does not look at classes: of each cell the cells that its people go to, itself
// among them, as shares that sum to 1; the nearest first.
using CellMixture = std::vector<std::vector<Arc>>;

// Mixes the people of cells until of no cell the share of a class differs from that of all people
// in cells by more than 4 p (1 - p) tolerance, p the class's share of all. Who is drawn does not
// depend on the class, so an attacker who looks up the cell reads of the class at most .5 +
// tolerance (AUC), as far as the shares are right. shares: n_classes x n_cells, each column sums to
// 1; people: in each cell. Of more than two classes one after another is mixed against all others,
// the one that is most apart first: a mixture of what is within bounds is within them.
CellMixture level_cells(const CellMatrix &shares, std::size_t n_classes,
                        std::span<const double> people, double tolerance, const CellRows &cells);

// One class: people who leave their cell (mass: how many), so that in each cell the sum of `apart`
// (the class's share less that of all) over its people is within `tolerance` times their number.
// The sum over all people must be 0. A cell that is too far above goes with one that is too far
// below, where each gives what the other lacks, into either of them or a third, or into one that
// has room. The cheapest a unit of excess first, among the 64 nearest partners that are left;
// what finds none goes where there is room in the end. O(n_cells^2 d) a round.
std::vector<Arc> level_class(std::span<const double> people, std::span<const double> apart,
                             double tolerance, const CellPlaces &places);

}  // namespace recveil::defense
