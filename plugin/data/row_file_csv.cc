#include <charconv>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "data/fields.h"
#include "data/line_reader.h"
#include "data/row_file.h"

namespace recveil::data {
namespace {

// The longest that std::to_chars writes a float, and a separator.
constexpr std::size_t kFloatText = 24;

// A number too small for a float is 0, as it is where a float64 is read; one too large is wrong.
const char *parse_number(std::string_view text, float &value) {
  const char *fault = parse_rating(text, value);
  if (fault == nullptr) return nullptr;
  double wide = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), wide);
  if (end.ptr != text.data() + text.size() || !(std::abs(wide) < 1)) {
    return fault;
  }
  value = static_cast<float>(wide);
  return nullptr;
}

class CsvRows final : public RowFile {
 public:
  CsvRows(const std::string &path, const CsvShape &shape)
      : path_(path), shape_(shape), lines_(path) {
    if (shape_.header) {
      if (!lines_.next(pending_)) throw Error(Status::data, path + ": is empty");
      head_.assign(pending_);
      head_ += '\n';
    }
    has_pending_ = lines_.next(pending_);
    if (!has_pending_) throw Error(Status::data, path + ": has no rows");
    std::vector<std::string_view> fields;
    split(pending_, std::string_view(&shape_.separator, 1), fields);
    if (fields.size() <= shape_.id_columns) {
      fail(lines_.number(), "has " + std::to_string(fields.size()) + " fields, of which " +
                                std::to_string(shape_.id_columns) + " are no numbers");
    }
    cols_ = fields.size() - shape_.id_columns;
  }

  std::size_t cols() const override { return cols_; }
  std::uint64_t rows() const override { return 0; }
  std::string_view head() const override { return head_; }

  void skip(std::uint64_t rows) override {
    for (std::uint64_t r = 0; r < rows && has_pending_; ++r) advance();
  }

  bool next(std::size_t most, RawRows &out) override {
    out.first = row_;
    out.first_line = lines_.number();
    out.count = 0;
    out.bytes.clear();
    out.lines.assign(1, 0);
    while (out.count < most && has_pending_) {
      out.bytes.insert(out.bytes.end(), pending_.begin(), pending_.end());
      out.bytes.push_back('\n');
      out.lines.push_back(out.bytes.size());
      ++out.count;
      advance();
    }
    return out.count > 0;
  }

  std::span<float> numbers(RawRows &rows, std::vector<float> &scratch) const override {
    scratch.resize(rows.count * cols_);
    for (std::size_t r = 0; r < rows.count; ++r) read_line(rows, r, scratch.data() + r * cols_);
    return scratch;
  }

  std::span<const char> text(RawRows &rows, std::span<const float> numbers,
                             std::span<const std::uint8_t> changed,
                             std::vector<char> &scratch) const override {
    scratch.resize(rows.bytes.size() + rows.count * cols_ * kFloatText);
    char *at = scratch.data();
    for (std::size_t r = 0; r < rows.count; ++r) {
      const std::string_view line = line_of(rows, r);
      std::size_t keep = line.size() + 1;
      if (changed[r] != 0) keep = numbers_begin(line);
      std::memcpy(at, rows.bytes.data() + rows.lines[r], keep);
      at += keep;
      if (changed[r] == 0) continue;
      for (std::size_t c = 0; c < cols_; ++c) {
        if (c > 0) *at++ = shape_.separator;
        at = std::to_chars(at, at + kFloatText, numbers[r * cols_ + c]).ptr;
      }
      *at++ = '\n';
    }
    return {scratch.data(), static_cast<std::size_t>(at - scratch.data())};
  }

 private:
  [[noreturn]] void fail(std::uint64_t line, const std::string &what) const {
    throw Error(Status::data, path_ + ":" + std::to_string(line) + ": " + what);
  }

  void advance() {
    ++row_;
    has_pending_ = lines_.next(pending_);
  }

  std::string_view line_of(const RawRows &rows, std::size_t r) const {
    return {rows.bytes.data() + rows.lines[r], rows.lines[r + 1] - rows.lines[r] - 1};
  }

  // Where the numbers of a line begin. REQUIRES: the line has been read without an error.
  std::size_t numbers_begin(std::string_view line) const {
    std::size_t at = 0;
    for (std::size_t c = 0; c < shape_.id_columns; ++c) at = line.find(shape_.separator, at) + 1;
    return at;
  }

  void read_line(const RawRows &rows, std::size_t r, float *out) const {
    const std::string_view line = line_of(rows, r);
    std::size_t at = 0, field = 0;
    while (true) {
      const std::size_t end = std::min(line.find(shape_.separator, at), line.size());
      if (field >= shape_.id_columns && field < shape_.id_columns + cols_) {
        const std::string_view text = line.substr(at, end - at);
        if (const char *fault = parse_number(text, out[field - shape_.id_columns])) {
          fail(rows.first_line + r,
               "field " + std::to_string(field + 1) + ": " + in_quotes(text) + " " + fault);
        }
      }
      ++field;
      if (end == line.size()) break;
      at = end + 1;
    }
    if (field != shape_.id_columns + cols_) {
      fail(rows.first_line + r, "has " + std::to_string(field) + " fields, the first row has " +
                                    std::to_string(shape_.id_columns + cols_));
    }
  }

  std::string path_;
  CsvShape shape_;
  LineReader lines_;
  std::string head_;
  std::string_view
      pending_;  // the line of row row_, if has_pending_; lines_.number() is its number
  bool has_pending_ = false;
  std::uint64_t row_ = 0;
  std::size_t cols_ = 0;
};

}  // namespace

std::unique_ptr<RowFile> open_csv_rows(const std::string &path, const CsvShape &csv) {
  return std::make_unique<CsvRows>(path, csv);
}

}  // namespace recveil::data
