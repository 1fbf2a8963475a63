// A file of rows of numbers that may be larger than memory, read in blocks of whole rows and
// written back row for row: .npy (float32 or float64) or CSV.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::data {

// Rows as they are in the file. Reused from block to block, so that nothing grows with the file.
struct RawRows {
  std::uint64_t first = 0;  // row number of the first, from 0
  std::size_t count = 0;
  std::vector<char> bytes;         // .npy: numbers. CSV: lines, each with a line feed
  std::vector<std::size_t> lines;  // CSV: count + 1 offsets into bytes
  std::uint64_t first_line = 0;    // CSV: line number of the first row, from 1
};

struct CsvShape {
  char separator = ',';
  bool header = false;         // the first line holds names
  std::size_t id_columns = 0;  // columns before the numbers, copied as they are
};

class RowFile {
 public:
  virtual ~RowFile() = default;

  virtual std::size_t cols() const = 0;
  // Rows in the file; 0 where it is not known before they are read (CSV).
  virtual std::uint64_t rows() const = 0;
  // What stands before the first row.
  virtual std::string_view head() const = 0;

  // These two: one thread at a time. next() reads at most `most` rows and returns false at the end.
  virtual void skip(std::uint64_t rows) = 0;
  virtual bool next(std::size_t most, RawRows &out) = 0;

  // These two: any thread. numbers(): rows.count x cols() floats, in rows.bytes itself where they
  // are floats already, else in `scratch`; throws Error(data) "FILE:LINE: field F: ..." or "FILE:
  // row R, column C: ..." for one that is no finite number in float's range.
  virtual std::span<float> numbers(RawRows &rows, std::vector<float> &scratch) const = 0;
  // The rows as bytes of the file, those with changed[r] != 0 from `numbers` and the others bit for
  // bit as they were; in rows.bytes or `scratch`.
  virtual std::span<const char> text(RawRows &rows, std::span<const float> numbers,
                                     std::span<const std::uint8_t> changed,
                                     std::vector<char> &scratch) const = 0;
};

// By the ending of the name: .npy, else CSV (which may be packed as .gz or .xz). Throws Error(io or
// data).
std::unique_ptr<RowFile> open_row_file(const std::string &path, const CsvShape &csv);

// What open_row_file() chooses between.
std::unique_ptr<RowFile> open_npy_rows(const std::string &path);
std::unique_ptr<RowFile> open_csv_rows(const std::string &path, const CsvShape &csv);

}  // namespace recveil::data
