// What an ErasureMap is made of: a row becomes coordinates, runs through the stages, and comes
// back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "defense/erase/cells.h"
#include "defense/erase/erasure_map.h"

namespace recveil::defense {

enum class StageKind : std::uint8_t {
  linear = 0,        // all rows: y = x M + b
  class_linear = 1,  // the M and b of the row's class
  class_knots = 2,   // between those of the two knots about axis' x
  score_knots = 3,   // all rows: between those of the two knots about a score (score_stage.h)
};

struct Stage {
  StageKind kind = StageKind::linear;
  std::uint32_t attribute = 0;  // of the class stages
  std::uint32_t count = 1;      // classes; 1 for linear
  std::uint32_t cells = 0;      // of knots: how many
  std::uint32_t held =
      0;  // class_knots: classes that have maps, the others stay; score_knots: waves
  // linear, class_linear: count x (M: D rows of padded_floats(D), then b: padded_floats(D)).
  // class_knots: the axis (padded_floats(D)), the knots, rising, per class its place among the maps
  // or -1, then per place and knot M and b.
  std::vector<float> values;
  std::vector<float> by_fold;  // score_knots: derived, see make_ready() in score_stage.h

  static std::size_t linear_size(std::size_t width);
  std::size_t maps_begin(std::size_t width) const;  // where the first M is
  std::size_t total_size(std::size_t width) const;
};

// Where a value lies among knots: `share` of the way from knot `cell` to the next; the first or
// last knot alone where it is outside. A NaN lies at the first.
struct KnotPlace {
  std::size_t cell;
  float share;
};
KnotPlace knot_place(std::span<const float> knots, float at) noexcept;
// axis' row: one chain of additions, so the same for one row and among many.
float along(const float *axis, const float *row, std::size_t width) noexcept;

struct MapParts {
  EraseMethod method = EraseMethod::gaussian_transport;
  std::size_t d = 0;
  bool polar = false;    // coordinates (sqrt(d) e / |e|, log |e|) instead of e
  float least_norm = 0;  // a shorter row says nothing and is copied as it is
  std::vector<AttributeReport> attributes;
  std::vector<Stage> stages;
  CellTable cells;                   // empty: rows that people share are like others
  std::vector<std::uint64_t> salts;  // of the attributes, for the draws of cells
  std::uint64_t n_shared = 0;        // rows of the fit that people shared
  double moved = 0;                  // expected share of all rows that leave their cell

  std::size_t width() const { return d + (polar ? 1 : 0); }  // D
  std::size_t step() const;                                  // padded_floats(D)
  bool needs_labels() const {
    return method != EraseMethod::leace && method != EraseMethod::score_transport;
  }
  std::size_t other_floats(std::size_t n) const;  // of scratch for the stages of n rows
};

// M = m (row vector x m) and b, given in double: to linear_size(width) floats, and to those of
// class k of a linear stage, which grows as it must.
void put_affine(float *to, std::size_t width, std::span<const double> m, std::span<const double> b);
void put_linear(Stage &stage, std::size_t k, std::size_t width, std::span<const double> m,
                std::span<const double> b);

// n rows of coordinates, parts.step() apart, the padding 0; the result is there, too. other holds
// 2 n rows. classes: the class of row i in attribute j is classes[i * attributes + j]; rows of
// equal class in attribute 0 side by side run fastest. Allocates nothing.
void run_stage(const Stage &stage, std::size_t width, std::size_t attributes,
               const std::int32_t *classes, std::size_t n, float *rows, float *other) noexcept;

// The same for every kind; folds: fold_of_row() of each row as it was given.
void run_any_stage(const Stage &stage, std::size_t width, std::size_t attributes,
                   const std::int32_t *classes, const std::uint8_t *folds, std::size_t n,
                   float *rows, float *other) noexcept;
std::uint8_t fold_of_row(const MapParts &parts, const float *row) noexcept;  // 0: no scores

// A row to coordinates (the padding 0) and back. to_coordinates: false for a row shorter than
// least_norm. from_coordinates: false where the result is not finite; `out` is written only then.
bool to_coordinates(const MapParts &parts, const float *row, float *coordinates) noexcept;
bool from_coordinates(const MapParts &parts, float *coordinates, float *out) noexcept;

std::vector<std::uint8_t> write_map(const MapParts &parts);  // without the id
MapParts read_map(std::span<const std::uint8_t> bytes);      // Error(data)

void write_cells(ByteWriter &out, const CellTable &cells);
CellTable read_cells(ByteReader &in, std::size_t d);  // Error(data)

struct GaussianFit;  // gaussian.h
Stage gaussian_stage(const GaussianFit &fit, std::size_t width, std::uint32_t attribute);

// The fits.
// alone: attributes, a flag each, that get no stage.
MapParts fit_transport(const Embeddings &rows, std::span<const AttributeLabels> labels,
                       std::span<const std::uint8_t> alone, const EraseOptions &options,
                       const Progress &progress);
// The maps of all rows but those in cells; attributes whose classes do not differ are left alone.
MapParts fit_rows(const Embeddings &rows, std::span<const AttributeLabels> labels,
                  const EraseOptions &options, const Progress &progress);
MapParts fit_score_transport(const Embeddings &rows, std::span<const AttributeLabels> labels,
                             const EraseOptions &options, const Progress &progress);
MapParts fit_gaussian_map(const ErasureMap::Statistics &statistics, const EraseOptions &options);
MapParts fit_leace(std::span<const ErasureMap::Statistics> attributes, const EraseOptions &options);

}  // namespace recveil::defense
