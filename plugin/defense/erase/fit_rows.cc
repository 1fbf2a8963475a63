// Fits that need the rows themselves.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score.h"
#include "defense/erase/shared_rows.h"

namespace recveil::defense {

constexpr std::size_t kCrowd = 5;  // people who make a row shared, as n_code is by default

// Counts rows with equal bits alone: that costs a hash a row, and histories that are equal give
// rows that are equal. Cells, where they are asked for, also join rows that nearly are.
void refuse_shared(const Embeddings &rows, std::span<const AttributeLabels> labels) {
  std::unordered_map<std::uint64_t, std::size_t> people;
  std::size_t known = 0;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (i % 1024 == 0) pulse();
    if (std::none_of(labels.begin(), labels.end(),
                     [i](const AttributeLabels &of) { return of.of_row[i] >= 0; })) {
      continue;
    }
    ++known;
    ++people[row_hash(rows.row(i), rows.d())];
  }
  std::size_t shared = 0;
  for (const auto &[hash, n] : people) shared += n >= kCrowd ? n : 0;
  if (shared * 100 <= known) return;
  throw Error(Status::data,
              "rows: " + std::to_string(shared) + " of " + std::to_string(known) +
                  " are shared by several users, and a map of classes makes these easier to read; "
                  "give users and key (cells), or use score_transport or leace");
}

MapParts fit_rows(const Embeddings &rows, std::span<const AttributeLabels> labels,
                  const EraseOptions &options, const Progress &progress) {
  const bool by_class = options.method != EraseMethod::score_transport;
  std::vector<double> separation(labels.size());
  std::vector<std::uint8_t> alone(labels.size());
  std::vector<AttributeLabels> rest(labels.begin(), labels.end());
  for (const AttributeLabels &of : labels) {
    const ByClass classes(of.of_row, of.classes);
    std::int32_t present = 0;
    for (std::int32_t k = 0; k < of.classes; ++k) present += classes.of(k).empty() ? 0 : 1;
    if (present < 2) throw Error(Status::data, "labels: fewer than 2 classes have rows");
  }
  if (by_class) {
    for (std::size_t j = 0; j < labels.size(); ++j) {
      separation[j] = class_separation(rows, labels[j], options.seed);
      alone[j] = separation[j] < kSurelyApart ? 1 : 0;
    }
  }
  if (by_class && !options.cells) refuse_shared(rows, labels);
  CellFit cells;
  std::vector<std::vector<std::int32_t>> outside(labels.size());
  if (options.cells && by_class) {
    cells = fit_cells(rows, labels, alone, {{.n_code = options.n_code}, options.seed});
    for (std::size_t j = 0; j < labels.size() && !cells.table.empty(); ++j) {
      outside[j].assign(labels[j].of_row.begin(), labels[j].of_row.end());
      for (std::size_t i = 0; i < rows.rows; ++i) {
        if (cells.held[i] != 0) outside[j][i] = kUnknown;
      }
      rest[j].of_row = outside[j];
    }
  }
  MapParts parts = by_class ? fit_transport(rows, rest, alone, options, progress)
                            : fit_score_transport(rows, labels, options, progress);
  for (std::size_t j = 0; j < labels.size() && by_class; ++j) {
    AttributeReport &of = parts.attributes[j];
    of.separation = separation[j];
    of.left_alone = alone[j] != 0;
    const ByClass all(labels[j].of_row, labels[j].classes);
    for (std::int32_t k = 0; k < labels[j].classes; ++k) {
      of.classes[static_cast<std::size_t>(k)].n = all.of(k).size();
    }
  }
  parts.n_shared = cells.n_shared;
  parts.moved = cells.moved;
  parts.cells = std::move(cells.table);
  return parts;
}

}  // namespace recveil::defense
