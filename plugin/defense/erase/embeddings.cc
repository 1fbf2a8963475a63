#include "defense/erase/embeddings.h"

#include <algorithm>
#include <bit>

#include "core/error.h"
#include "defense/erase/by_class.h"

namespace recveil::defense {
namespace {

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

void check_row(const Embeddings &embeddings, std::size_t i) {
  if (!all_finite({embeddings.row(i), embeddings.d()})) {
    refuse("embeddings.data: row " + std::to_string(i) + " has a value that is not finite");
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
    refuse("embeddings.frozen_tail_cols: leaves no column of " + std::to_string(e.cols));
  }
  if (e.d() > kMaxDimension) {
    refuse("embeddings.cols: " + std::to_string(e.d()) + " is above " +
           std::to_string(kMaxDimension));
  }
  if (e.row_stride < e.cols) refuse("embeddings.row_stride: shorter than a row");
  if (e.rows > 0 && e.data == nullptr) refuse("embeddings.data: null");
}

void check_embeddings(const Embeddings &embeddings) {
  check_shape(embeddings);
  for (std::size_t i = 0; i < embeddings.rows; ++i) check_row(embeddings, i);
}

void check_finite(const Embeddings &embeddings, std::span<const std::uint32_t> rows) {
  for (const std::uint32_t i : rows) check_row(embeddings, i);
}

void check_labels(std::span<const AttributeLabels> labels, std::size_t rows) {
  if (labels.empty() || labels.size() > kMaxAttributes) {
    refuse("labels: " + std::to_string(labels.size()) + " attributes, from 1 to " +
           std::to_string(kMaxAttributes) + " are possible");
  }
  for (std::size_t j = 0; j < labels.size(); ++j) {
    const AttributeLabels &of = labels[j];
    const std::string at = "labels[" + std::to_string(j) + "]";
    if (of.name.size() > 255) refuse(at + ".name: longer than 255 bytes");
    if (of.classes < 2 || of.classes > kMaxClasses) {
      refuse(at + ".classes: " + std::to_string(of.classes) + " is not in [2, " +
             std::to_string(kMaxClasses) + "]");
    }
    if (of.of_row.size() != rows) {
      refuse(at + ".of_row: " + std::to_string(of.of_row.size()) + " labels for " +
             std::to_string(rows) + " rows");
    }
    const auto wrong = std::find_if(of.of_row.begin(), of.of_row.end(), [&](std::int32_t label) {
      return label < kUnknown || label >= of.classes;
    });
    if (wrong != of.of_row.end()) {
      // The place, not the label: a label is what is to be forgotten.
      refuse(at + ".of_row: the class of row " + std::to_string(wrong - of.of_row.begin()) +
             " is not below " + std::to_string(of.classes));
    }
  }
}

}  // namespace recveil::defense
