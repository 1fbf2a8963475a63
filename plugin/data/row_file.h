// A file of rows of numbers that may be larger than memory, read in blocks of whole rows and
// written back row for row: .npy (float32, float64 or float16) or text (CSV, word2vec's).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::data {

// Rows as they are in the file. Reused from block to block, so that nothing grows with the file.
struct RawRows {
  std::uint64_t first = 0;  // row number of the first, from 0
  std::size_t count = 0;
  std::vector<char> bytes;            // .npy: numbers. Text: rows, each with a line feed
  std::vector<std::size_t> lines;     // text: count + 1 offsets into bytes
  std::vector<std::uint64_t> number;  // text: of each row the line it begins on, from 1
};

struct CsvShape {
  std::string separator = ",";
  bool header = false;  // the first line holds names
  // Columns before the numbers, copied as they are; none: not said, and a first column of numbers
  // that look like ids (data/id_column.h) is an error.
  std::optional<std::size_t> id_columns = std::nullopt;
};

enum class RowFormat : std::uint8_t { float32, float64, float16, text };

class RowFile {
 public:
  virtual ~RowFile() = default;

  virtual std::size_t cols() const = 0;
  // Rows in the file; 0 where it is not known before they are read (CSV).
  virtual std::uint64_t rows() const = 0;
  // What stands before the first row.
  virtual std::string_view head() const = 0;
  virtual RowFormat format() const = 0;

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

// By what the file holds: a .npy, else text (which may be packed as .gz or .xz). Text whose first
// line is two whole numbers, and whose rows have an id and as many numbers as the second says, is
// word2vec's: that line and the ids are kept whatever `csv` says. Throws Error(io or data).
std::unique_ptr<RowFile> open_row_file(const std::string &path, const CsvShape &csv);

// Whether the file is a .npy: by what it holds, and by its name where that is nothing else. Throws
// Error(io), and Error(data) for a packed one.
bool is_npy_file(const std::string &path);

// What open_row_file() chooses between. ids_checked: a first column that looks like ids is an
// error.
std::unique_ptr<RowFile> open_npy_rows(const std::string &path, bool ids_checked = true);
std::unique_ptr<RowFile> open_csv_rows(const std::string &path, const CsvShape &csv);

// What a person should know of rows that are computed in float32 and written in this format; null:
// nothing.
const char *rounding_note(RowFormat format);

// Throws Error(Status::argument), "OUTPUT: ...", if the ending of that name says another kind of
// file than one of the format: of text for an array, .npy or .npz for text, and a packed one unless
// that is text and `may_pack`.
void check_output_name(const std::string &output, RowFormat format, bool may_pack);

}  // namespace recveil::data
