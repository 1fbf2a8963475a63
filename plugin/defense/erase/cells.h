// Cells: where people who share a row are put, so that their row no longer tells their class.
//
// A class that has too much of a cell sends its excess to cells where it has too little; who goes
// is drawn by a key from the user alone and stays so for as long as the key lives, over versions of
// the model, too. What comes out is the row of a cell, bit for bit, never a row of one's own. A
// plan of one class is for people whatever theirs is: cells of unlike classes are mixed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "defense/erase/embeddings.h"
#include "defense/erase/shared_rows.h"

namespace recveil::defense {

using DrawKey = std::array<std::uint8_t, 16>;

// Where the members of each class go, for one attribute.
struct CellPlan {
  std::uint32_t n_classes = 0;  // 1: everybody alike, whatever their class
  std::vector<float> down;      // per class: the share of people of no cell who go to the nearest
  std::vector<float> stay;      // n_classes x n_cells
  // The others' ways, cell by cell of the first class, then of the next: begin has n_classes x
  // n_cells + 1 places; up_to are cumulative shares of those who go, the cheapest way first.
  std::vector<std::uint32_t> begin, to;
  std::vector<float> up_to;
};

// An immutable value, const calls from any thread.
class CellTable {
 public:
  CellTable() = default;
  // hashes: rising, of rows that people of the fit shared, with the cell of each. Throws
  // Error(data) "cells: what is wrong" where sizes or numbers do not agree.
  CellTable(std::size_t d, double radius, double least_norm, std::vector<float> rows,
            std::vector<std::uint64_t> hashes, std::vector<std::uint32_t> cell_of_hash,
            std::vector<CellPlan> plans);

  bool empty() const noexcept { return n_ == 0; }
  std::size_t size() const noexcept { return n_; }
  std::size_t d() const noexcept { return d_; }
  double radius() const noexcept { return radius_; }
  double least_norm() const noexcept { return least_norm_; }
  std::span<const float> row(std::size_t cell) const noexcept {
    return {rows_.data() + cell * d_, d_};
  }
  std::span<const float> rows() const noexcept { return rows_; }
  std::span<const std::uint64_t> hashes() const noexcept { return hashes_; }
  std::span<const std::uint32_t> cell_of_hash() const noexcept { return cell_of_hash_; }
  std::span<const CellPlan> plans() const noexcept { return plans_; }

  // The cell of a row: that of equal rows of the fit, else the nearest within the radius; kNoCell
  // for a row that nobody shares. O(1), or O(d cells) of like length.
  std::int32_t find(const float *row) const noexcept;
  // The nearest cell. REQUIRES: not empty(). O(d cells).
  std::int32_t nearest(const float *row) const noexcept;

  // Where the user goes: classes, one a plan (kUnknown: that plan is skipped; of a plan for
  // everybody it is not looked at); salts, one a plan: salt_of() its attribute's name. kNoCell: the
  // row is not one that people share, and the maps take it. Allocates nothing.
  std::int32_t place(const float *row, std::span<const std::int32_t> classes,
                     std::span<const std::uint64_t> salts, const DrawKey &key,
                     std::uint64_t user) const noexcept;
  // The same from a cell (or kNoCell) and three uniform numbers in [0, 1), for one plan.
  std::int32_t step(const CellPlan &plan, const float *row, std::int32_t at, std::int32_t cls,
                    const std::array<double, 3> &uniform) const noexcept;

  static std::uint64_t salt_of(std::string_view attribute) noexcept;
  // SipHash-2-4(key, user, salt, 1 to 3) / 2^64.
  static std::array<double, 3> draws(const DrawKey &key, std::uint64_t user,
                                     std::uint64_t salt) noexcept;

 private:
  std::int32_t closest(const float *row, double length, double most) const noexcept;

  std::size_t n_ = 0, d_ = 0;
  double radius_ = 0, least_norm_ = 0;
  std::vector<float> rows_;  // n x d
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> cell_of_hash_;
  std::vector<CellPlan> plans_;
  std::vector<float> directions_;  // d x n: one column a cell
  std::vector<float> log_length_;  // rising; of a cell of zeros -inf
  bool first_is_short_ = false;    // the first cell is where all rows below least_norm go
};

// What a look-up may read of the class beyond guessing, where a plan does not look at classes: .55.
// Next to 0 it saves a third of what the plan costs (docs/erasure.md).
constexpr double kCellTolerance = 0.05;

struct CellOptions {
  SharedRowsOptions shared;
  std::uint64_t seed = 1;
  bool fluctuation = true;  // half of a natural one: classes go where random groups would be
  // Else people go by where they are alone, whatever their class: level_cells() of this tolerance.
  bool by_class = true;
  double tolerance = kCellTolerance;
};

struct CellFit {
  CellTable table;                 // empty where nobody shares a row
  std::vector<std::uint8_t> held;  // of each row: it is in a cell and no concern of the maps
  std::uint64_t n_shared = 0;      // rows of the fit that people share
  double moved = 0;  // expected share of all rows that leave their cell, over attributes
};

// Fits on the rows whose class is known of some attribute. Several attributes are planned one
// after another, each on where the ones before have put people (as drawn from the seed). alone: a
// flag each, attributes for which nobody moves; empty: none. Steps 2 to
// 6: cell_plan.h and cell_fit.cc. Where too few rows are in no cell for a map, all of them go to
// the nearest. O(N log N + d pairs + cells^2 d K).
CellFit fit_cells(const Embeddings &rows, std::span<const AttributeLabels> labels,
                  std::span<const std::uint8_t> alone, const CellOptions &options);

}  // namespace recveil::defense
