#include "data/class_file.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "data/fields.h"
#include "data/names.h"
#include "data/npy.h"
#include "data/plain_file.h"
#include "data/record_reader.h"
#include "data/row_file.h"
#include "data/table.h"
#include "text/utf8.h"

namespace recveil::data {
namespace {

constexpr const char *kNoClass =
    " is no class: they are whole numbers from 0 to 65535, and -1 is unknown";

constexpr std::int32_t kMostClass = 65535;

[[noreturn]] void fail(const std::string &where, const std::string &what) {
  throw Error(Status::data, where + ": " + what);
}

// Which of `have` each of `wanted` is; all of them if none is wanted.
std::vector<std::size_t> pick(const std::vector<std::string> &have,
                              const std::vector<std::string> &wanted, const std::string &path) {
  std::vector<std::size_t> out;
  if (wanted.empty()) {
    for (std::size_t c = 0; c < have.size(); ++c) out.push_back(c);
    return out;
  }
  for (const std::string &name : wanted) {
    const auto found = std::find(have.begin(), have.end(), name);
    if (found == have.end()) fail(path, "has no column " + in_quotes(name));
    out.push_back(static_cast<std::size_t>(found - have.begin()));
  }
  return out;
}

// Columns in which every row is greater than the one before it: ids that were taken for classes.
class Rising {
 public:
  explicit Rising(std::vector<std::string> names)
      : names_(std::move(names)), last_(names_.size(), -1) {}

  void add(std::size_t column, std::int32_t value) {
    last_[column] = value > last_[column] ? value : kNot;
  }
  void add_row() { ++rows_; }
  // Rows that were not seen: nothing is said.
  void skip() { std::fill(last_.begin(), last_.end(), kNot); }
  void check(const std::string &path) const {
    for (std::size_t c = 0; c < last_.size() && rows_ >= kFewRows; ++c) {
      if (last_[c] == kNot) continue;
      fail(path, "column " + text::shown(names_[c], 60) +
                     " rises from row to row: it looks like ids; choose columns "
                     "with --attribute");
    }
  }

 private:
  static constexpr std::int32_t kNot = kMostClass + 1;
  static constexpr std::uint64_t kFewRows = 8;
  std::vector<std::string> names_;
  std::vector<std::int32_t> last_;
  std::uint64_t rows_ = 0;
};

class NpyClasses final : public ClassFile {
 public:
  NpyClasses(const std::string &path, const std::vector<std::string> &columns)
      : file_(path, PlainFile::Mode::read), header_(read_npy_header(file_.descriptor(), path)) {
    if (header_.columns_first)
      fail(path, "is in Fortran order; save numpy.ascontiguousarray(classes)");
    if (header_.kind == NpyKind::floating) fail(path, "holds floats; classes are whole numbers");
    std::vector<std::string> have;
    for (std::size_t c = 0; c < header_.cols(); ++c) have.push_back(std::to_string(c));
    columns_ = pick(have, columns, path);
    for (const std::size_t c : columns_) names_.push_back(have[c]);
    rising_.emplace(names_);
  }

  const std::vector<std::string> &names() const override { return names_; }
  void skip(std::uint64_t rows) override {
    next_ += rows;
    if (rows > 0) rising_->skip();
  }

  void next(std::size_t count, std::vector<std::int32_t> &out) override {
    if (next_ > header_.rows() || count > header_.rows() - next_) {
      fail(file_.path(), "has " + std::to_string(header_.rows()) + " rows; there are more users");
    }
    bytes_.resize(count * header_.row_bytes());
    const std::uint64_t offset = header_.offset + next_ * header_.row_bytes();
    if (read_at(file_.descriptor(), bytes_, offset, file_.path()) != bytes_.size()) {
      fail(file_.path(), "has become shorter");
    }
    out.resize(count * columns_.size());
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t a = 0; a < columns_.size(); ++a) {
        const std::int64_t value = number(r * header_.cols() + columns_[a]);
        if (value < kUnknownClass || value > kMostClass) {
          fail(file_.path(), "row " + std::to_string(next_ + r) + ", column " + names_[a] + ": " +
                                 std::to_string(value) + kNoClass);
        }
        rising_->add(a, static_cast<std::int32_t>(value));
        out[r * columns_.size() + a] = static_cast<std::int32_t>(value);
      }
      rising_->add_row();
    }
    next_ += count;
  }

  void finish() override {
    if (next_ != header_.rows()) {
      fail(file_.path(), "has " + std::to_string(header_.rows()) + " rows; there are " +
                             std::to_string(next_) + " users");
    }
    rising_->check(file_.path());
  }

 private:
  std::int64_t number(std::size_t at) const {
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes_.data() + at * header_.item_size, header_.item_size);
    if (header_.kind != NpyKind::signed_int) {
      return bits > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX
                                                          : static_cast<std::int64_t>(bits);
    }
    const auto unused = static_cast<int>(64 - 8 * header_.item_size);
    return static_cast<std::int64_t>(bits << unused) >> unused;
  }

  PlainFile file_;
  NpyHeader header_;
  std::vector<std::size_t> columns_;
  std::vector<std::string> names_;
  std::vector<char> bytes_;
  std::optional<Rising> rising_;
  std::uint64_t next_ = 0;
};

class CsvClasses final : public ClassFile {
 public:
  CsvClasses(const std::string &path, const std::vector<std::string> &columns)
      : records_(path, {separator_in_names(path, ","), Quoting::detect, 0}) {
    std::string_view line;
    if (!records_.next(line)) fail(path, "is empty");
    for (const std::string_view name : records_.fields()) {
      have_.emplace_back(without_type(trimmed(name)));
      if (text::first_not_utf8(have_.back()) != have_.back().npos) {
        fail(where(), "field " + std::to_string(have_.size()) + ": is not UTF-8");
      }
    }
    records_.set_width(have_.size());
    if (have_.size() == 1) records_.keep_empty();  // an unknown class
    columns_ = pick(have_, columns, where());
    for (const std::size_t c : columns_) {
      if (have_[c].empty()) {
        fail(where(), "column " + std::to_string(c) +
                          " has no name; is it an index? Choose columns "
                          "with --attribute");
      }
      if (std::find(names_.begin(), names_.end(), have_[c]) != names_.end()) {
        fail(where(), "two columns are called " + in_quotes(have_[c]));
      }
      names_.push_back(have_[c]);
    }
    rising_.emplace(names_);
  }

  const std::vector<std::string> &names() const override { return names_; }

  void skip(std::uint64_t rows) override {
    std::string_view line;
    if (rows > 0) rising_->skip();
    for (; rows > 0 && records_.next(line); --rows) ++rows_;
  }

  void next(std::size_t count, std::vector<std::int32_t> &out) override {
    out.resize(count * columns_.size());
    std::string_view line;
    for (std::size_t r = 0; r < count; ++r) {
      if (!records_.next(line)) fail_short();
      ++rows_;
      const auto &fields = records_.fields();
      if (fields.size() != have_.size()) {
        fail(where(), "has " + std::to_string(fields.size()) + " fields, the names have " +
                          std::to_string(have_.size()));
      }
      for (std::size_t a = 0; a < columns_.size(); ++a) {
        const std::int32_t value = parse(trimmed(fields[columns_[a]]), names_[a]);
        rising_->add(a, value);
        out[r * columns_.size() + a] = value;
      }
      rising_->add_row();
    }
  }

  void finish() override {
    std::string_view line;
    while (records_.next(line)) {
      if (!trimmed(line).empty()) fail(where(), "is past the last user");
    }
    rising_->check(records_.lines().name());
  }

 private:
  std::string where() const {
    return records_.lines().name() + ":" + std::to_string(records_.lines().number());
  }

  [[noreturn]] void fail_short() const {
    const bool numbers = std::all_of(have_.begin(), have_.end(), [](const std::string &name) {
      return name.empty() || is_number(name);
    });
    fail(records_.lines().name(),
         "has " + std::to_string(rows_) + " rows below its names; there are more users" +
             (numbers ? "; line 1 is taken for names: put a line of them above it if it is a row"
                      : ""));
  }

  std::int32_t parse(std::string_view text, const std::string &name) const {
    if (text.empty() || text == "-1" || text == "-1.0") return kUnknownClass;
    std::uint64_t value = 0;
    // pandas writes whole numbers so where the column has gaps.
    const std::string_view whole = text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
    const char *fault = parse_count(whole, value);
    if (fault == nullptr && value <= kMostClass) return static_cast<std::int32_t>(value);
    fail(where(), text::shown(name, 60) + ": " + in_quotes(text) + kNoClass);
  }

  RecordReader records_;
  std::vector<std::string> have_;  // the names of all columns
  std::vector<std::size_t> columns_;
  std::vector<std::string> names_;
  std::optional<Rising> rising_;
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<ClassFile> open_class_file(const std::string &path,
                                           const std::vector<std::string> &columns) {
  if (is_npy_file(path)) return std::make_unique<NpyClasses>(path, columns);
  return std::make_unique<CsvClasses>(path, columns);
}

}  // namespace recveil::data
