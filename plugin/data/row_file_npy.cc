#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"
#include "data/half.h"
#include "data/id_column.h"
#include "data/npy.h"
#include "data/plain_file.h"
#include "data/row_file.h"

namespace recveil::data {
namespace {

// Alike for float and double: the first number of a row that no float holds, or `cols`.
template <class T>
std::size_t first_bad(const T *row, std::size_t cols) {
  // A sum is finite only if all are, and one pass of additions is quicker than one of branches.
  T sum = 0;
  for (std::size_t c = 0; c < cols; ++c) sum += row[c] * 0;
  if (sum == 0 && sizeof(T) == sizeof(float)) return cols;
  for (std::size_t c = 0; c < cols; ++c) {
    if (!(std::abs(row[c]) <= static_cast<T>(std::numeric_limits<float>::max()))) return c;
  }
  return cols;
}

RowFormat format_of(const NpyHeader &header, const std::string &path) {
  if (header.kind != NpyKind::floating) {
    throw Error(Status::data,
                path + ": holds integers; embeddings are float32, float64 or float16");
  }
  if (header.shape.size() != 2 || header.cols() == 0) {
    throw Error(Status::data, path + ": must have two dimensions, rows and columns");
  }
  if (header.rows() == 0) throw Error(Status::data, path + ": has no rows");
  return header.item_size == sizeof(float)    ? RowFormat::float32
         : header.item_size == sizeof(double) ? RowFormat::float64
                                              : RowFormat::float16;
}

class NpyRows final : public RowFile {
 public:
  NpyRows(const std::string &path, bool ids_checked)
      : file_(path, PlainFile::Mode::read),
        header_(read_npy_header(file_.descriptor(), path)),
        format_(format_of(header_, path)),
        ids_checked_(ids_checked) {}

  std::size_t cols() const override { return header_.cols(); }
  std::uint64_t rows() const override { return header_.rows(); }
  std::string_view head() const override { return header_.text; }
  RowFormat format() const override { return format_; }

  void skip(std::uint64_t rows) override { next_ += std::min(rows, header_.rows() - next_); }

  bool next(std::size_t most, RawRows &out) override {
    out.first = next_;
    out.count = static_cast<std::size_t>(std::min<std::uint64_t>(most, header_.rows() - next_));
    if (out.count == 0) return false;
    out.bytes.resize(out.count * header_.row_bytes());
    if (header_.columns_first) {
      read_columns(out);
    } else {
      read(out.bytes, next_ * header_.row_bytes());
    }
    next_ += out.count;
    return true;
  }

  std::span<float> numbers(RawRows &rows, std::vector<float> &scratch) const override {
    const std::size_t n = rows.count * cols();
    const std::span<float> out = to_floats(rows, n, scratch);
    if (ids_checked_ && rows.first == 0) {
      if (const auto column = id_column(out, cols())) {
        throw Error(Status::data, file_.path() + ": column " + std::to_string(*column) +
                                      " looks like ids, whole numbers that are all different; save "
                                      "the array without it, or give --id-columns 0 if it is a "
                                      "factor");
      }
    }
    return out;
  }

  std::span<const char> text(RawRows &rows, std::span<const float> numbers,
                             std::span<const std::uint8_t> changed,
                             std::vector<char> &) const override {
    for (std::size_t r = 0; r < rows.count; ++r) {
      if (changed[r] == 0) continue;
      for (std::size_t i = r * cols(); i < (r + 1) * cols(); ++i) {
        if (format_ == RowFormat::float64) store(rows, i, static_cast<double>(numbers[i]));
        if (format_ == RowFormat::float16) store(rows, i, to_half(numbers[i]));
      }
    }
    return rows.bytes;  // `numbers` of float32 is in it
  }

 private:
  template <class T>
  static void store(RawRows &rows, std::size_t at, T value) {
    std::memcpy(rows.bytes.data() + at * sizeof value, &value, sizeof value);
  }

  void read(std::span<char> out, std::uint64_t at) const {
    if (read_at(file_.descriptor(), out, header_.offset + at, file_.path()) != out.size()) {
      throw Error(Status::data, file_.path() + ": has become shorter");
    }
  }

  void read_columns(RawRows &out) {
    const std::size_t size = header_.item_size;
    column_.resize(out.count * size);
    for (std::size_t c = 0; c < cols(); ++c) {
      read(column_, (c * header_.rows() + next_) * size);
      for (std::size_t r = 0; r < out.count; ++r) {
        std::memcpy(out.bytes.data() + (r * cols() + c) * size, column_.data() + r * size, size);
      }
    }
  }

  std::span<float> to_floats(RawRows &rows, std::size_t n, std::vector<float> &scratch) const {
    if (format_ == RowFormat::float32) {
      auto *values = reinterpret_cast<float *>(rows.bytes.data());
      check(rows, values);
      return {values, n};
    }
    scratch.resize(n);
    if (format_ == RowFormat::float64) {
      const auto *values = reinterpret_cast<const double *>(rows.bytes.data());
      check(rows, values);
      for (std::size_t i = 0; i < n; ++i) scratch[i] = static_cast<float>(values[i]);
    } else {
      const auto *values = reinterpret_cast<const std::uint16_t *>(rows.bytes.data());
      for (std::size_t i = 0; i < n; ++i) scratch[i] = from_half(values[i]);
      check(rows, scratch.data());
    }
    return scratch;
  }

  template <class T>
  void check(const RawRows &rows, const T *values) const {
    for (std::size_t r = 0; r < rows.count; ++r) {
      const std::size_t c = first_bad(values + r * cols(), cols());
      if (c == cols()) continue;
      throw Error(Status::data, file_.path() + ": row " + std::to_string(rows.first + r) +
                                    ", column " + std::to_string(c) +
                                    ": is not a finite number in float's range");
    }
  }

  PlainFile file_;
  NpyHeader header_;
  RowFormat format_;
  bool ids_checked_;
  std::uint64_t next_ = 0;
  std::vector<char> column_;
};

}  // namespace

std::unique_ptr<RowFile> open_npy_rows(const std::string &path, bool ids_checked) {
  return std::make_unique<NpyRows>(path, ids_checked);
}

}  // namespace recveil::data
