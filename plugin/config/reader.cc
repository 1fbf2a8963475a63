#include "config/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"

namespace recveil::config {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// "010" is 8 to some readers and 10 to others; "1_000" and "0x10" likewise.
bool has_leading_zero(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

std::string number_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string &candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

Reader::Reader(const YamlNode &map, std::string name, std::string path)
    : node_(map), name_(std::move(name)), path_(std::move(path)) {}

void Reader::refuse_at(int line, std::string_view key, const std::string &what) const {
  throw Error(Status::config, name_ + ":" + std::to_string(line) + ": " +
                                  shown(path_ + std::string(key)) + ": " + shown(what));
}

void Reader::refuse(std::string_view key, const std::string &what) const {
  int line = std::max(node_.line, 1);
  for (const auto &entry : node_.entries) {
    if (entry.key == key) line = entry.line;
  }
  refuse_at(line, key, what);
}

const YamlNode *Reader::find(std::string_view key) {
  known_.emplace_back(key);
  for (const auto &entry : node_.entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const YamlNode *Reader::scalar(std::string_view key, const char *expected) {
  const YamlNode *value = find(key);
  if (value != nullptr && value->kind != YamlNode::Kind::scalar) {
    refuse(key, std::string("must be ") + expected);
  }
  return value;
}

bool Reader::has(std::string_view key) {
  return find(key) != nullptr;
}

void Reader::read(std::string_view key, bool &value) {
  const YamlNode *found = scalar(key, "true or false");
  if (found == nullptr) return;
  if (found->quoted || (found->scalar != "true" && found->scalar != "false")) {
    refuse(key, "must be true or false, not " + found->scalar);
  }
  value = found->scalar == "true";
}

void Reader::read(std::string_view key, std::string &value) {
  const YamlNode *found = scalar(key, "a text");
  if (found == nullptr) return;
  if (found->scalar.empty()) refuse(key, "must not be empty");
  // A path would end there.
  if (found->scalar.find('\0') != std::string::npos) refuse(key, "must not hold a NUL");
  value = found->scalar;
}

void Reader::read(std::string_view key, double &value, double above, double at_most) {
  const YamlNode *found = scalar(key, "a number");
  if (found == nullptr) return;
  const std::string &text = found->scalar;
  double parsed = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (found->quoted || result.ec != std::errc() || result.ptr != text.data() + text.size() ||
      !std::isfinite(parsed)) {
    refuse(key, "must be a number, not " + text);
  }
  if (has_leading_zero(text)) refuse(key, "must be a number without leading zeros, not " + text);
  if (!(parsed > above && parsed <= at_most)) {
    refuse(key, "must be above " + number_text(above) + " and at most " + number_text(at_most) +
                    ", not " + text);
  }
  value = parsed;
}

void Reader::read(std::string_view key, std::uint64_t &value, std::uint64_t min,
                  std::uint64_t max) {
  const YamlNode *found = scalar(key, "a whole number");
  if (found == nullptr) return;
  const std::string &text = found->scalar;
  std::uint64_t parsed = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
  const bool too_large = result.ec == std::errc::result_out_of_range;
  if (found->quoted || (result.ec != std::errc() && !too_large) ||
      result.ptr != text.data() + text.size()) {
    refuse(key, "must be a whole number, not " + text);
  }
  if (has_leading_zero(text)) refuse(key, "must be a number without leading zeros, not " + text);
  if (too_large || parsed < min || parsed > max) {
    refuse(key,
           "must be from " + std::to_string(min) + " to " + std::to_string(max) + ", not " + text);
  }
  value = parsed;
}

void Reader::read(std::string_view key, std::vector<std::uint32_t> &values, std::size_t most) {
  const YamlNode *found = find(key);
  if (found == nullptr) return;
  const auto wrong = [&](const YamlNode &at, const std::string &what) {
    refuse_at(std::max(at.line, 1), key, what);
  };
  if (found->kind != YamlNode::Kind::sequence) {
    wrong(*found, "must be a list of item numbers, such as [12, 907]");
  }
  if (found->elements.size() > most) wrong(*found, "at most " + std::to_string(most) + " items");
  for (const YamlNode &element : found->elements) {
    const std::string &text = element.scalar;
    std::uint32_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (element.kind != YamlNode::Kind::scalar || element.quoted || has_leading_zero(text) ||
        result.ec != std::errc() || result.ptr != text.data() + text.size() ||
        value == UINT32_MAX) {
      wrong(element, "must be item numbers below 4294967295, not " + text);
    }
    const auto place = std::lower_bound(values.begin(), values.end(), value);
    if (place != values.end() && *place == value) wrong(element, text + " is listed twice");
    values.insert(place, value);
  }
}

void Reader::read_word(std::string_view key, std::size_t &index,
                       std::span<const std::string_view> names) {
  const YamlNode *found = scalar(key, "a word");
  if (found == nullptr) return;
  const auto match = std::find(names.begin(), names.end(), found->scalar);
  if (match == names.end()) {
    std::string list;
    for (const std::string_view name : names)
      list += (list.empty() ? "" : ", ") + std::string(name);
    refuse(key, "must be one of " + list + "; not " + found->scalar);
  }
  index = static_cast<std::size_t>(match - names.begin());
}

Reader Reader::map(std::string_view key) {
  static const YamlNode kEmpty{.kind = YamlNode::Kind::map};
  const YamlNode *found = find(key);
  // A section whose keys are all commented out.
  if (found != nullptr && found->kind == YamlNode::Kind::null) found = nullptr;
  if (found != nullptr && found->kind != YamlNode::Kind::map) refuse(key, "must be a map of keys");
  return Reader(found != nullptr ? *found : kEmpty, name_, path_ + std::string(key) + ".");
}

void Reader::finish() const {
  for (const auto &entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::string guess = nearest(entry.key, known_);
    refuse_at(entry.line, entry.key,
              "unknown key" + (guess.empty() ? "" : "; did you mean " + path_ + guess + "?"));
  }
}

}  // namespace recveil::config
