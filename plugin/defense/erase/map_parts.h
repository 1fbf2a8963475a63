// What an ErasureMap is made of: a row becomes coordinates, runs through the stages, and comes
// back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/erase/erasure_map.h"

namespace recveil::defense {

enum class StageKind : std::uint8_t {
  linear = 0,        // all rows: y = x M + b
  class_linear = 1,  // the M and b of the row's class
  class_tables = 2,  // y_c = x_c + the displacement of the row's class along axis c
  class_push = 3,    // y = x - eta grad (log D_k(x) - log C_k(x)), D and C heads of a network
};

constexpr std::size_t kPushUnits = 64;      // hidden units of the network
constexpr std::size_t kMaxNetClasses = 64;  // outputs of a head

// Displacement of one class along one axis: linear between `cells` values from `low` on, 1 / scale
// apart, and constant outside.
struct Stage {
  StageKind kind = StageKind::linear;
  std::uint32_t attribute = 0;  // of the class stages
  std::uint32_t count = 1;      // classes; 1 for linear
  std::uint32_t cells = 0;      // of class_tables; of class_push: outputs K of a head
  // linear, class_linear: count x (M: D rows of padded_floats(D), then b: padded_floats(D)).
  // class_tables: count x D x (low, scale, cells displacements).
  // class_push: eta, per class its output or -1, W1 (D x 64), b1, W2 (64 x padded 2 K, D's head
  // first), b2, W2 transposed (2 K x 64), W1 transposed (64 x padded D).
  std::vector<float> values;

  static std::size_t linear_size(std::size_t width);
  std::size_t size_of_class(std::size_t width) const;  // REQUIRES: not class_push
  std::size_t total_size(std::size_t width) const;
};

struct MapParts {
  EraseMethod method = EraseMethod::gaussian_transport;
  std::size_t d = 0;
  bool polar = false;    // coordinates (sqrt(d) e / |e|, log |e|) instead of e
  float least_norm = 0;  // a shorter row says nothing and is copied as it is
  std::vector<AttributeReport> attributes;
  std::vector<Stage> stages;

  std::size_t width() const { return d + (polar ? 1 : 0); }  // D
  std::size_t step() const;                                  // padded_floats(D)
  bool needs_labels() const { return method != EraseMethod::leace; }
};

// A linear stage with M = a (in x M, row vector) and b, given in double.
void put_linear(Stage &stage, std::size_t k, std::size_t width, std::span<const double> m,
                std::span<const double> b);

// n rows of coordinates, parts.step() apart, the padding 0. Both buffers hold n rows; the result is
// in the first. classes: the class of row i in attribute j is classes[i * attributes + j]; rows of
// equal class in attribute 0 side by side run fastest. Allocates nothing.
void run_stage(const Stage &stage, std::size_t width, std::size_t attributes,
               const std::int32_t *classes, std::size_t n, float *rows, float *other) noexcept;

// A row to coordinates (the padding 0) and back. to_coordinates: false for a row shorter than
// least_norm. from_coordinates: false where the result is not finite; `out` is written only then.
bool to_coordinates(const MapParts &parts, const float *row, float *coordinates) noexcept;
bool from_coordinates(const MapParts &parts, float *coordinates, float *out) noexcept;

std::vector<std::uint8_t> write_map(const MapParts &parts);  // without the id
MapParts read_map(std::span<const std::uint8_t> bytes);      // Error(data)
MapId digest_of(std::span<const std::uint8_t> bytes) noexcept;

struct GaussianFit;  // gaussian.h
Stage gaussian_stage(const GaussianFit &fit, std::size_t width, std::uint32_t attribute);

// The fits.
MapParts fit_transport(const Embeddings &rows, std::span<const AttributeLabels> labels,
                       const EraseOptions &options, const Progress &progress);
MapParts fit_gaussian_map(const ErasureMap::Statistics &statistics, const EraseOptions &options);
MapParts fit_leace(std::span<const ErasureMap::Statistics> attributes, const EraseOptions &options);

}  // namespace recveil::defense
