#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/error.h"
#include "data/id_column.h"
#include "data/names.h"
#include "data/record_reader.h"
#include "data/row_file.h"
#include "text/utf8.h"

namespace recveil::data {
namespace {

// The longest that std::to_chars writes a float, and a separator.
constexpr std::size_t kFloatText = 24;

// How the rows of a text are laid out.
struct Layout {
  RecordFormat format;
  std::size_t id_columns = 0;
  bool head = false;       // the first line is no row
  bool counts = false;     // that line is word2vec's: how many rows and numbers there are
  std::uint64_t rows = 0;  // that it says
};

// word2vec's text: "80 4", then lines of an id and four numbers.
std::optional<Layout> word2vec_layout(const std::string &path, const std::string &separator) {
  LineReader lines(path);
  std::string_view line;
  std::vector<std::string_view> fields;
  if (!lines.next(line)) return std::nullopt;
  split(trimmed(line), " ", fields);
  std::uint64_t rows = 0, cols = 0;
  if (fields.size() != 2 || parse_count(fields[0], rows) != nullptr ||
      parse_count(fields[1], cols) != nullptr || cols == 0) {
    return std::nullopt;
  }
  bool is_text = false;
  try {
    if (!lines.next(line)) return std::nullopt;
    is_text = text::first_not_utf8(line) == line.npos;
  } catch (const Error &) {  // a NUL byte, or no line end for long
  }
  if (!is_text) {
    throw Error(Status::data, path + ": is the binary form of word2vec; save it as text");
  }
  split(trimmed(line), " ", fields);
  if (fields.size() != 1 + cols && separator == " ") return std::nullopt;
  if (fields.size() != 1 + cols) {
    throw Error(Status::data, path + ":2: has " + std::to_string(fields.size()) +
                                  " words; the first line says an id and " + std::to_string(cols) +
                                  " numbers, as word2vec writes them");
  }
  return Layout{{" ", Quoting::none, 0}, 1, true, true, rows};
}

Layout layout_of(const std::string &path, const CsvShape &shape) {
  if (const auto word2vec = word2vec_layout(path, shape.separator)) return *word2vec;
  return {
      {shape.separator, Quoting::detect, 0}, shape.id_columns.value_or(0), shape.header, false, 0};
}

// 0, 1, 2, ... to the end: the names that pandas gives columns without any.
bool counts_up(std::span<const std::string_view> fields) {
  for (std::size_t c = 0; c < fields.size(); ++c) {
    if (trimmed(fields[c]) != std::to_string(c)) return false;
  }
  return true;
}

class CsvRows final : public RowFile {
 public:
  CsvRows(const std::string &path, const CsvShape &shape)
      : path_(path),
        layout_(layout_of(path, shape)),
        ids_checked_(!shape.id_columns && !layout_.counts),
        records_(path, layout_.format) {
    if (layout_.head) read_head();
    advance();
    if (!has_pending_) throw Error(Status::data, path + ": has no rows");
    std::vector<std::string_view> fields;
    std::string unquoted;
    split_row(pending_, fields, unquoted);
    if (fields.size() <= layout_.id_columns) {
      fail(number_, "holds no number after the ids of --id-columns");
    }
    cols_ = fields.size() - layout_.id_columns;
    layout_.format.width = fields.size();
    records_.set_width(fields.size());
    check_first(fields);
  }

  std::size_t cols() const override { return cols_; }
  std::uint64_t rows() const override { return 0; }
  std::string_view head() const override { return head_; }
  RowFormat format() const override { return RowFormat::text; }

  void skip(std::uint64_t rows) override {
    for (std::uint64_t r = 0; r < rows && has_pending_; ++r) {
      ++row_;
      advance();
    }
  }

  bool next(std::size_t most, RawRows &out) override {
    out.first = row_;
    out.count = 0;
    out.bytes.clear();
    out.lines.assign(1, 0);
    out.number.clear();
    while (out.count < most && has_pending_) {
      out.bytes.insert(out.bytes.end(), pending_.begin(), pending_.end());
      out.bytes.push_back('\n');
      out.lines.push_back(out.bytes.size());
      out.number.push_back(number_);
      ++out.count;
      ++row_;
      advance();
    }
    return out.count > 0;
  }

  std::span<float> numbers(RawRows &rows, std::vector<float> &scratch) const override {
    scratch.resize(rows.count * cols_);
    std::vector<std::string_view> fields;
    std::string unquoted;
    for (std::size_t r = 0; r < rows.count; ++r) {
      const std::string_view line = line_of(rows, r);
      split_row(line, fields, unquoted);
      read_row(rows.number[r], fields, scratch.data() + r * cols_);
    }
    if (ids_checked_ && rows.first == 0) check_ids(scratch);
    return scratch;
  }

  std::span<const char> text(RawRows &rows, std::span<const float> numbers,
                             std::span<const std::uint8_t> changed,
                             std::vector<char> &scratch) const override {
    scratch.resize(rows.bytes.size() +
                   rows.count * cols_ * (kFloatText + layout_.format.separator.size()));
    char *at = scratch.data();
    for (std::size_t r = 0; r < rows.count; ++r) {
      const std::string_view line = line_of(rows, r);
      std::size_t keep = line.size() + 1;
      if (changed[r] != 0) keep = numbers_begin(line);
      std::memcpy(at, rows.bytes.data() + rows.lines[r], keep);
      at += keep;
      if (changed[r] == 0) continue;
      for (std::size_t c = 0; c < cols_; ++c) {
        if (c > 0) {
          at = std::copy(layout_.format.separator.begin(), layout_.format.separator.end(), at);
        }
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

  void read_head() {
    std::string_view line;
    if (!records_.next(line)) throw Error(Status::data, path_ + ": is empty");
    head_.assign(line);
    head_ += '\n';
    if (layout_.counts) return;
    if (text::first_not_utf8(line) != line.npos) fail(records_.lines().number(), "is not UTF-8");
    const auto &fields = records_.fields();
    if (!counts_up(fields) && std::all_of(fields.begin(), fields.end(), [](std::string_view field) {
          return is_number(trimmed(field));
        })) {
      fail(records_.lines().number(), "holds numbers, not names; leave --header out");
    }
  }

  // The first row says most: that it is a line of names which nobody declared.
  void check_first(const std::vector<std::string_view> &fields) const {
    if (!layout_.head && cols_ > 2 && counts_up(fields)) {
      fail(number_, "looks like names (0, 1, 2, ...); give --header");
    }
    for (std::size_t f = layout_.id_columns; f < fields.size() && !layout_.head; ++f) {
      float value = 0;
      const std::string_view text = trimmed(fields[f]);
      const char *fault = parse_rating(text, value);
      if (fault == nullptr || (!text.empty() && is_number(text))) continue;
      const bool names = std::any_of(
          fields.begin() + static_cast<std::ptrdiff_t>(layout_.id_columns), fields.end(),
          [](std::string_view field) { return !is_number(trimmed(field)); });
      fail(number_, field_fault(f, text, fault) +
                        (names ? "; give --header if the line holds names, --id-columns if it "
                                 "begins with ids"
                               : ""));
    }
  }

  void check_ids(std::span<const float> numbers) const {
    const auto column = id_column(numbers, cols_);
    if (!column) return;
    throw Error(Status::data, path_ + ": column " + std::to_string(*column + 1) +
                                  " looks like ids, whole numbers that are all different; give "
                                  "--id-columns " +
                                  std::to_string(*column + 1) +
                                  (*column == 0 ? ", or --id-columns 0 if it is a factor"
                                                : " if ids end there, or --id-columns 0 if it is "
                                                  "a factor"));
  }

  void advance() {
    has_pending_ = records_.next(pending_);
    if (!has_pending_ && layout_.counts && row_ != layout_.rows) {
      fail(1, "says " + std::to_string(layout_.rows) + " rows, there are " + std::to_string(row_));
    }
    if (!has_pending_) return;
    number_ = records_.lines().number();
    if (layout_.counts) pending_ = trimmed(pending_);  // word2vec ends lines with a blank
  }

  std::string_view line_of(const RawRows &rows, std::size_t r) const {
    return {rows.bytes.data() + rows.lines[r], rows.lines[r + 1] - rows.lines[r] - 1};
  }

  bool has_quotes(std::string_view line) const {
    return layout_.format.quoted() && line.find('"') != line.npos;
  }

  void split_row(std::string_view line, std::vector<std::string_view> &fields,
                 std::string &unquoted) const {
    if (has_quotes(line)) {
      split_record(line, layout_.format, fields, unquoted);
    } else {
      split(line, layout_.format.separator, fields);
    }
  }

  // Where the numbers of a line begin. REQUIRES: the line has been read without an error.
  std::size_t numbers_begin(std::string_view line) const {
    if (layout_.id_columns == 0) return 0;
    if (has_quotes(line)) {
      std::vector<std::string_view> fields;
      std::vector<std::size_t> ends;
      std::string unquoted;
      split_record(line, layout_.format, fields, unquoted, &ends);
      return ends[layout_.id_columns - 1] + layout_.format.separator.size();
    }
    std::size_t at = 0;
    for (std::size_t c = 0; c < layout_.id_columns; ++c) {
      at = line.find(layout_.format.separator, at) + layout_.format.separator.size();
    }
    return at;
  }

  static std::string field_fault(std::size_t field, std::string_view text, const char *fault) {
    const std::string where = "field " + std::to_string(field + 1) + ": ";
    return text.empty() ? where + fault : where + in_quotes(text) + " " + fault;
  }

  void read_row(std::uint64_t line, const std::vector<std::string_view> &fields, float *out) const {
    if (fields.size() != layout_.format.width) {
      // The fault may be in a field before the one too many or too few.
      fail(line, "has " + std::to_string(fields.size()) + " fields, the first row has " +
                     std::to_string(layout_.format.width));
    }
    for (std::size_t f = 0; f < fields.size(); ++f) {
      const std::string_view text = trimmed(fields[f]);
      if (f < layout_.id_columns) {
        if (text::is_ascii(text) || text::first_not_utf8(text) == text.npos) continue;
        fail(line, "field " + std::to_string(f + 1) + ": is not UTF-8");
      }
      if (const char *fault = parse_rating(text, out[f - layout_.id_columns])) {
        fail(line, field_fault(f, text, fault));
      }
    }
  }

  std::string path_;
  Layout layout_;
  bool ids_checked_;
  RecordReader records_;
  std::string head_;
  std::string_view pending_;  // row row_, if has_pending_
  std::uint64_t number_ = 0;  // the line it begins on
  bool has_pending_ = false;
  std::uint64_t row_ = 0;
  std::size_t cols_ = 0;
};

}  // namespace

std::unique_ptr<RowFile> open_csv_rows(const std::string &path, const CsvShape &csv) {
  return std::make_unique<CsvRows>(path, csv);
}

}  // namespace recveil::data
