#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"
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

class NpyRows final : public RowFile {
 public:
  explicit NpyRows(const std::string &path)
      : file_(path, PlainFile::Mode::read), header_(read_npy_header(file_.descriptor(), path)) {
    if (header_.kind != NpyKind::floating) {
      throw Error(Status::data, path + ": holds integers; embeddings are float32 or float64");
    }
    if (header_.shape.size() != 2 || header_.cols() == 0) {
      throw Error(Status::data, path + ": must have two dimensions, rows and columns");
    }
  }

  std::size_t cols() const override { return header_.cols(); }
  std::uint64_t rows() const override { return header_.rows(); }
  std::string_view head() const override { return header_.text; }

  void skip(std::uint64_t rows) override { next_ = std::min(next_ + rows, header_.rows()); }

  bool next(std::size_t most, RawRows &out) override {
    out.first = next_;
    out.count = static_cast<std::size_t>(std::min<std::uint64_t>(most, header_.rows() - next_));
    if (out.count == 0) return false;
    out.bytes.resize(out.count * header_.row_bytes());
    const std::uint64_t offset = header_.offset + next_ * header_.row_bytes();
    if (read_at(file_.descriptor(), out.bytes, offset, file_.path()) != out.bytes.size()) {
      throw Error(Status::data, file_.path() + ": has become shorter");
    }
    next_ += out.count;
    return true;
  }

  std::span<float> numbers(RawRows &rows, std::vector<float> &scratch) const override {
    const std::size_t n = rows.count * cols();
    if (header_.item_size == sizeof(float)) {
      auto *values = reinterpret_cast<float *>(rows.bytes.data());
      check(rows, values);
      return {values, n};
    }
    const auto *values = reinterpret_cast<const double *>(rows.bytes.data());
    check(rows, values);
    scratch.resize(n);
    for (std::size_t i = 0; i < n; ++i) scratch[i] = static_cast<float>(values[i]);
    return scratch;
  }

  std::span<const char> text(RawRows &rows, std::span<const float> numbers,
                             std::span<const std::uint8_t> changed,
                             std::vector<char> &) const override {
    if (header_.item_size == sizeof(float)) return rows.bytes;  // `numbers` is in it
    auto *values = reinterpret_cast<double *>(rows.bytes.data());
    for (std::size_t r = 0; r < rows.count; ++r) {
      if (changed[r] == 0) continue;
      for (std::size_t i = r * cols(); i < (r + 1) * cols(); ++i) {
        values[i] = static_cast<double>(numbers[i]);
      }
    }
    return rows.bytes;
  }

 private:
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
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<RowFile> open_npy_rows(const std::string &path) {
  return std::make_unique<NpyRows>(path);
}

std::unique_ptr<RowFile> open_row_file(const std::string &path, const CsvShape &csv) {
  return path.ends_with(".npy") ? open_npy_rows(path) : open_csv_rows(path, csv);
}

}  // namespace recveil::data
