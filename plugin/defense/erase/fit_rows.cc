// Fits that need the rows themselves.
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score.h"
#include "defense/erase/shared_rows.h"

namespace recveil::defense {

namespace {

// What the classes of rows with equal bits tell of an attribute: chi-squared of their counts, as a
// standard normal (Wilson and Hilferty, 1931). A cross-fitted score cannot see it: equal rows are
// in one fold, so that nothing is learnt of a row from its copies.
double shared_separation(const Embeddings &rows, const AttributeLabels &labels) {
  const auto classes = static_cast<std::size_t>(labels.classes);
  std::vector<std::uint64_t> hashes(rows.rows);
  std::unordered_map<std::uint64_t, std::size_t> people;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (i % 1024 == 0) pulse();
    if (labels.of_row[i] < 0) continue;
    hashes[i] = row_hash(rows.row(i), rows.d());
    ++people[hashes[i]];
  }
  std::unordered_map<std::uint64_t, std::vector<double>> counts;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (labels.of_row[i] < 0 || people[hashes[i]] < kCrowd) continue;
    std::vector<double> &of = counts[hashes[i]];
    of.resize(classes);
    ++of[static_cast<std::size_t>(labels.of_row[i])];
  }
  std::vector<double> all(classes);
  double total = 0;
  for (const auto &[hash, of] : counts) {
    for (std::size_t k = 0; k < classes; ++k) all[k] += of[k];
  }
  std::size_t present = 0;
  for (const double n : all) {
    total += n;
    present += n > 0 ? 1 : 0;
  }
  if (counts.size() < 2 || present < 2) return 0;
  double chi = 0;
  for (const auto &[hash, of] : counts) {
    const double n = std::accumulate(of.begin(), of.end(), 0.0);
    for (std::size_t k = 0; k < classes; ++k) {
      if (!(all[k] > 0)) continue;
      const double expected = n * all[k] / total;
      chi += (of[k] - expected) * (of[k] - expected) / expected;
    }
  }
  const double free = static_cast<double>((counts.size() - 1) * (present - 1));
  return (std::cbrt(chi / free) - (1 - 2 / (9 * free))) / std::sqrt(2 / (9 * free));
}

// Rows whose class is known of some attribute.
std::vector<std::uint32_t> known_rows(std::span<const AttributeLabels> labels, std::size_t n) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (std::any_of(labels.begin(), labels.end(),
                    [i](const AttributeLabels &of) { return of.of_row[i] >= 0; })) {
      out.push_back(i);
    }
  }
  return out;
}

// Two tests at once: the larger of the two normals, as the one of the doubled tail.
double larger_of_two(double a, double b) {
  const double most = std::max(a, b);
  const double tail = std::erfc(most / std::sqrt(2.0));  // twice the one-sided tail
  if (tail >= 1) return 0;
  if (tail < 1e-12) return most;
  return boost::math::quantile(boost::math::complement(boost::math::normal(), tail));
}

}  // namespace

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
  const std::vector<std::uint32_t> known = known_rows(labels, rows.rows);
  const std::size_t crowded = crowded_rows(rows, known);
  if (by_class || options.cells) {
    for (std::size_t j = 0; j < labels.size(); ++j) {
      const double shared = crowded > 0 ? shared_separation(rows, labels[j]) : 0;
      separation[j] = larger_of_two(class_separation(rows, labels[j], options.seed), shared);
      alone[j] = separation[j] < kSurelyApart ? 1 : 0;
    }
  }
  CellFit cells;
  if (!options.cells) {
    cells.n_shared = crowded;
    if (by_class) refuse_crowded(cells.n_shared, known.size());
  }
  std::vector<std::vector<std::int32_t>> outside(labels.size());
  if (options.cells) {
    CellOptions asked;
    asked.shared.n_code = options.n_code;
    asked.seed = options.seed;
    asked.by_class = by_class;
    cells = fit_cells(rows, labels, alone, asked);
    for (std::size_t j = 0; j < labels.size() && !cells.table.empty(); ++j) {
      outside[j].assign(labels[j].of_row.begin(), labels[j].of_row.end());
      for (std::size_t i = 0; i < rows.rows; ++i) {
        if (cells.held[i] != 0) outside[j][i] = kUnknown;
      }
      rest[j].of_row = outside[j];
    }
  }
  MapParts parts = by_class ? fit_transport(rows, rest, alone, options, progress)
                            : fit_score_transport(rows, rest, options, progress);
  for (std::size_t j = 0; j < labels.size() && (by_class || !cells.table.empty()); ++j) {
    AttributeReport &of = parts.attributes[j];
    // A score has a test of its own, of the rows that are in no cell.
    of.separation = std::max(separation[j], of.separation);
    of.left_alone = alone[j] != 0 && (by_class || of.left_alone);
    const ByClass all(labels[j].of_row, labels[j].classes);
    for (std::int32_t k = 0; k < labels[j].classes; ++k) {
      ClassReport &one = of.classes[static_cast<std::size_t>(k)];
      one.n = all.of(k).size();
      // The fit without a class was told of the rows in no cell alone.
      if (by_class || one.n == 0) continue;
      const bool few =
          static_cast<double>(one.n) < options.min_class_rows * static_cast<double>(rows.d());
      one.status = few ? ClassStatus::too_small : ClassStatus::certifiable;
    }
  }
  parts.n_shared = cells.n_shared;
  parts.moved = cells.moved;
  parts.cells = std::move(cells.table);
  return parts;
}

}  // namespace recveil::defense
