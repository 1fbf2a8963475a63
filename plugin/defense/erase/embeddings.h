// What an erasure works on: rows of a factor matrix that the host lends, and what is known of each
// row's attributes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace recveil::defense {

// rows x cols floats, row i at data + i * row_stride (in floats, at least cols). Borrowed. The last
// frozen_tail_cols columns (a bias, a constant) are neither read nor changed: d() columns are the
// embedding.
struct Embeddings {
  const float *data = nullptr;
  std::size_t rows = 0, cols = 0, row_stride = 0;
  std::size_t frozen_tail_cols = 0;

  std::size_t d() const noexcept { return cols - frozen_tail_cols; }
  const float *row(std::size_t i) const noexcept { return data + i * row_stride; }
};

// The same, to be written. May be the memory of the Embeddings that are read.
struct MutableEmbeddings {
  float *data = nullptr;
  std::size_t rows = 0, cols = 0, row_stride = 0;
  std::size_t frozen_tail_cols = 0;

  std::size_t d() const noexcept { return cols - frozen_tail_cols; }
  float *row(std::size_t i) const noexcept { return data + i * row_stride; }
  operator Embeddings() const noexcept { return {data, rows, cols, row_stride, frozen_tail_cols}; }
};

constexpr std::int32_t kUnknown = -1;

// One attribute: the class of each row in [0, classes), or kUnknown. Rows of unknown class take no
// part in fitting; set a row's label to kUnknown to leave it out.
struct AttributeLabels {
  std::string name;                      // as it is reported; at most 255 bytes
  std::int32_t classes = 0;              // K, in [2, 4096]
  std::span<const std::int32_t> of_row;  // one a row
};

// Throw Error(argument) "rows.FIELD: ..." or "classes: ..." where a size or a class is out
// of range (kMaxDimension, kMaxClasses), a stride is shorter than a row or, for the first, a value
// outside the frozen tail is not finite. O(rows * cols).
void check_embeddings(const Embeddings &embeddings);
void check_shape(const Embeddings &embeddings);
void check_labels(std::span<const AttributeLabels> labels, std::size_t rows);
// Throws Error(argument) that names the first column that has one value in all rows of a known
// class: a bias or a constant, which is to be frozen. Not where all columns are so.
void check_columns_vary(const Embeddings &embeddings, std::span<const AttributeLabels> labels);
[[noreturn]] void refuse_constant_column(std::size_t column, std::size_t d);

constexpr std::size_t kMaxDimension = 1024;  // d
constexpr std::int32_t kMaxClasses = 4096;   // K
constexpr std::size_t kMaxAttributes = 16;

}  // namespace recveil::defense
