#include "data/record_reader.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "data/sniff.h"

namespace recveil::data {
namespace {

// KONECT and SNAP put comments above their edges.
bool is_comment(std::string_view line) {
  return line.size() > 1 && (line[0] == '%' || line[0] == '#') &&
         (line[1] == ' ' || line[1] == '\t');
}

}  // namespace

Quotes split_record(std::string_view record, const RecordFormat &format,
                    std::vector<std::string_view> &fields, std::string &scratch,
                    std::vector<std::size_t> *ends) {
  const auto split_with = [&](bool backslash) {
    return split_quoted(record, format.separator, backslash, fields, scratch, ends);
  };
  const auto fits = [&] { return format.width == 0 || fields.size() == format.width; };
  const Quotes result = split_with(false);
  if (result == Quotes::closed && fits()) return result;
  if (record.find("\\\"") == record.npos) return result;
  if (split_with(true) == Quotes::closed && fits()) return Quotes::closed;
  return split_with(false);
}

RecordReader::RecordReader(const std::string &path, RecordFormat format)
    : format_(std::move(format)), lines_(path) {}

bool RecordReader::next(std::string_view &record) {
  split_ = false;
  while (true) {
    if (!lines_.next(record_)) return false;
    if (begun_ || !is_comment(record_)) break;
    comment_ = record_;
  }
  if (!empty_kept_ && (record_.empty() || static_cast<unsigned char>(record_.front()) <= ' ') &&
      is_blank(record_)) {
    expect_end();
    return false;
  }
  if (!begun_) {
    const std::string what = no_table(record_);
    if (!what.empty()) lines_.fail(what);
    begun_ = true;
  }
  if (format_.quoted() && lines_.any_quote() && record_.find('"') != record_.npos) join_lines();
  record = record_;
  return true;
}

void RecordReader::join_lines() {
  split_ = true;
  while (true) {
    const Quotes result = split_record(record_, format_, fields_, scratch_);
    if (result == Quotes::closed) return;
    if (result == Quotes::broken) lines_.fail("text follows a closing quote");
    // To the next line that holds a quote: no other can close this one.
    for (const std::size_t from = record_.size(); record_.find('"', from) == record_.npos;) {
      if (!lines_.extend(record_)) lines_.fail("a quote that opens on this line is never closed");
    }
  }
}

const std::vector<std::string_view> &RecordReader::fields() {
  if (!split_) split(record_, format_.separator, fields_);
  split_ = true;
  return fields_;
}

bool RecordReader::is_blank(std::string_view line) const {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  return std::all_of(line.begin(), line.end(), is_space) &&
         (line.empty() || line.find(format_.separator) == line.npos);
}

// After an empty line there may be nothing but empty ones.
void RecordReader::expect_end() {
  const std::uint64_t empty = lines_.number();
  while (lines_.next(record_)) {
    if (is_blank(record_)) continue;
    throw Error(Status::data, lines_.name() + ":" + std::to_string(empty) +
                                  ": is empty, and line " + std::to_string(lines_.number()) +
                                  " is not");
  }
}

}  // namespace recveil::data
