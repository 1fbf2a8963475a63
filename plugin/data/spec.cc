#include "data/spec.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>

#include "core/error.h"
#include "data/fields.h"

namespace recveil::data {
namespace {

// Levenshtein's distance, one row of the table at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Options parse_options(std::string_view scheme, std::string_view text, char separator,
                      std::span<const std::string_view> keys) {
  Options options;
  if (text.empty()) return options;
  const std::string where = std::string(scheme) + ": ";
  std::vector<std::string_view> parts;
  split(text, {&separator, 1}, parts);
  for (const std::string_view part : parts) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos) {
      throw Error(Status::argument, where + in_quotes(part) + " is not key=value");
    }
    const std::string_view key = part.substr(0, equals);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      throw Error(Status::argument, where + "there is no option " + in_quotes(key) +
                                        "; did you mean " + in_quotes(nearest(key, keys)) + "?");
    }
    for (const auto &[other, value] : options) {
      if (other == key) {
        throw Error(Status::argument, where + "option " + in_quotes(key) + " is given twice");
      }
    }
    options.emplace_back(key, part.substr(equals + 1));
  }
  return options;
}

std::uint64_t option_count(std::string_view scheme, std::string_view key, std::string_view value) {
  std::uint64_t count = 0;
  if (const char *fault = parse_count(value, count)) {
    throw Error(Status::argument, std::string(scheme) + ": " + std::string(key) + ": " +
                                      in_quotes(value) + " " + fault);
  }
  return count;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> words) {
  return *std::min_element(words.begin(), words.end(), [&](std::string_view a, std::string_view b) {
    return edit_distance(word, a) < edit_distance(word, b);
  });
}

}  // namespace recveil::data
