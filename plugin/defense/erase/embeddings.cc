#include "defense/erase/embeddings.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"

namespace recveil::defense {
namespace {

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

void check_row(const Embeddings &embeddings, std::size_t i) {
  if (!all_finite({embeddings.row(i), embeddings.d()})) {
    refuse("rows: row " + std::to_string(i) + " has a value that is not finite");
  }
}

}  // namespace

// Integer comparisons vectorize where std::isfinite does not.
bool all_finite(std::span<const float> values) noexcept {
  std::uint32_t largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & 0x7fffffffU);
  }
  return largest < 0x7f800000U;
}

void check_shape(const Embeddings &embeddings) {
  const Embeddings &e = embeddings;
  if (e.frozen_tail_cols >= e.cols) {
    refuse("rows.frozen_tail_cols: leaves no column of " + std::to_string(e.cols));
  }
  if (e.d() > kMaxDimension) {
    refuse("rows.n_cols: an embedding of " + std::to_string(e.d()) + " columns is above " +
           std::to_string(kMaxDimension));
  }
  if (e.row_stride < e.cols) refuse("rows.row_stride: shorter than a row");
  if (e.rows > 0 && e.data == nullptr) refuse("rows.data: null");
}

void check_embeddings(const Embeddings &embeddings) {
  check_shape(embeddings);
  for (std::size_t i = 0; i < embeddings.rows; ++i) {
    if (i % 1024 == 0) pulse();
    check_row(embeddings, i);
  }
}

void check_finite(const Embeddings &embeddings, std::span<const std::uint32_t> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % 1024 == 0) pulse();
    check_row(embeddings, rows[i]);
  }
}

void refuse_constant_column(std::size_t column, std::size_t d) {
  refuse("rows: column " + std::to_string(column) + " is the same in every row: " +
         (column + 1 < d ? "move it to the end and " : "") + "name it in frozen_tail_cols");
}

void check_columns_vary(const Embeddings &embeddings, std::span<const AttributeLabels> labels) {
  const std::size_t d = embeddings.d();
  const float *first = nullptr;
  std::vector<std::uint8_t> varies(d);
  std::size_t left = d;
  for (std::size_t i = 0; i < embeddings.rows && left > 0; ++i) {
    if (i % 1024 == 0) pulse();
    const bool known = std::any_of(labels.begin(), labels.end(),
                                   [i](const AttributeLabels &of) { return of.of_row[i] >= 0; });
    if (!known) continue;
    const float *row = embeddings.row(i);
    if (first == nullptr) first = row;
    for (std::size_t c = 0; c < d; ++c) {
      if (varies[c] != 0 || row[c] == first[c]) continue;
      varies[c] = 1;
      --left;
    }
  }
  if (left == 0 || left == d) return;
  refuse_constant_column(
      static_cast<std::size_t>(std::find(varies.begin(), varies.end(), 0) - varies.begin()), d);
}

void check_labels(std::span<const AttributeLabels> labels, std::size_t rows) {
  if (labels.empty() || labels.size() > kMaxAttributes) {
    refuse("attributes: must be from 1 to " + std::to_string(kMaxAttributes) + ", not " +
           std::to_string(labels.size()));
  }
  for (std::size_t j = 0; j < labels.size(); ++j) {
    const AttributeLabels &of = labels[j];
    const std::string at = "[" + std::to_string(j) + "]: ";
    if (of.name.size() > 255) refuse("names" + at + "longer than 255 bytes");
    if (of.classes < 2 || of.classes > kMaxClasses) {
      refuse("n_classes" + at + "must be from 2 to " + std::to_string(kMaxClasses) + ", not " +
             std::to_string(of.classes));
    }
    if (of.of_row.size() != rows) {
      refuse("classes: " + std::to_string(of.of_row.size()) + " for " + std::to_string(rows) +
             " rows");
    }
    const auto wrong = std::find_if(of.of_row.begin(), of.of_row.end(), [&](std::int32_t label) {
      return label < kUnknown || label >= of.classes;
    });
    if (wrong != of.of_row.end()) {
      // The place, not the label: a label is what is to be forgotten.
      refuse("classes: that of row " + std::to_string(wrong - of.of_row.begin()) + ", attribute " +
             std::to_string(j) + ", must be below " + std::to_string(of.classes));
    }
  }
}

}  // namespace recveil::defense
