#include "data/class_file.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "core/error.h"
#include "data/fields.h"
#include "data/line_reader.h"
#include "data/npy.h"
#include "data/plain_file.h"

namespace recveil::data {
namespace {

constexpr std::int64_t kMostClass = 65535;

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

class NpyClasses final : public ClassFile {
 public:
  NpyClasses(const std::string &path, const std::vector<std::string> &columns)
      : file_(path, PlainFile::Mode::read), header_(read_npy_header(file_.descriptor(), path)) {
    if (header_.kind == NpyKind::floating) fail(path, "holds floats; classes are whole numbers");
    std::vector<std::string> have;
    for (std::size_t c = 0; c < header_.cols(); ++c) have.push_back(std::to_string(c));
    columns_ = pick(have, columns, path);
    for (const std::size_t c : columns_) names_.push_back(have[c]);
  }

  const std::vector<std::string> &names() const override { return names_; }
  void skip(std::uint64_t rows) override { next_ += rows; }

  void next(std::size_t count, std::vector<std::int32_t> &out) override {
    if (next_ + count > header_.rows()) {
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
                                 std::to_string(value) + " is no class, -1 to 65535");
        }
        out[r * columns_.size() + a] = static_cast<std::int32_t>(value);
      }
    }
    next_ += count;
  }

  void finish() override {
    if (next_ != header_.rows()) {
      fail(file_.path(), "has " + std::to_string(header_.rows()) + " rows; there are " +
                             std::to_string(next_) + " users");
    }
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
  std::uint64_t next_ = 0;
};

class CsvClasses final : public ClassFile {
 public:
  CsvClasses(const std::string &path, const std::vector<std::string> &columns) : lines_(path) {
    std::string_view line;
    if (!lines_.next(line)) fail(path, "is empty");
    split(line, ",", fields_);
    const std::vector<std::string> have(fields_.begin(), fields_.end());
    width_ = have.size();
    columns_ = pick(have, columns, path + ":1");
    for (const std::size_t c : columns_) names_.push_back(have[c]);
  }

  const std::vector<std::string> &names() const override { return names_; }

  void skip(std::uint64_t rows) override {
    std::string_view line;
    for (std::uint64_t r = 0; r < rows && lines_.next(line); ++r) continue;
  }

  void next(std::size_t count, std::vector<std::int32_t> &out) override {
    out.resize(count * columns_.size());
    std::string_view line;
    for (std::size_t r = 0; r < count; ++r) {
      if (!lines_.next(line)) {
        fail(lines_.name(), "has " + std::to_string(lines_.number() - 1) +
                                " rows below its names; there are more users");
      }
      split(line, ",", fields_);
      if (fields_.size() != width_) {
        fail(where(), "has " + std::to_string(fields_.size()) + " fields, the names have " +
                          std::to_string(width_));
      }
      for (std::size_t a = 0; a < columns_.size(); ++a) {
        out[r * columns_.size() + a] = parse(fields_[columns_[a]], names_[a]);
      }
    }
  }

  void finish() override {
    std::string_view line;
    if (lines_.next(line)) fail(where(), "is beyond the last user");
  }

 private:
  std::string where() const { return lines_.name() + ":" + std::to_string(lines_.number()); }

  std::int32_t parse(std::string_view text, const std::string &name) const {
    if (text.empty() || text == "-1") return kUnknownClass;
    std::uint64_t value = 0;
    const char *fault = parse_count(text, value);
    if (fault == nullptr && value <= kMostClass) return static_cast<std::int32_t>(value);
    fail(where(), name + ": " + in_quotes(text) + " is no class, -1 to 65535");
  }

  LineReader lines_;
  std::size_t width_ = 0;
  std::vector<std::size_t> columns_;
  std::vector<std::string> names_;
  std::vector<std::string_view> fields_;
};

}  // namespace

std::unique_ptr<ClassFile> open_class_file(const std::string &path,
                                           const std::vector<std::string> &columns) {
  if (path.ends_with(".npy")) return std::make_unique<NpyClasses>(path, columns);
  return std::make_unique<CsvClasses>(path, columns);
}

}  // namespace recveil::data
