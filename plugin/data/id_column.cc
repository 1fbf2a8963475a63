#include "data/id_column.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace recveil::data {
namespace {

constexpr std::size_t kFewRows = 8;
constexpr float kLargest = 16777216;  // 2^24: beyond it a float holds no odd number

struct Column {
  bool whole = true, rising = true;
};

Column look_at(std::span<const float> numbers, std::size_t cols, std::size_t column) {
  Column out;
  float before = -1;
  for (std::size_t at = column; at < numbers.size() && out.whole; at += cols) {
    const float value = numbers[at];
    out.whole = value >= 0 && std::trunc(value) == value;
    // Large ids come in equal pairs.
    out.rising = out.rising && (value > before || (value == before && value >= kLargest));
    before = value;
  }
  return out;
}

bool all_different(std::span<const float> numbers, std::size_t cols) {
  std::vector<float> first;
  for (std::size_t at = 0; at < numbers.size(); at += cols) first.push_back(numbers[at]);
  std::sort(first.begin(), first.end());
  return std::adjacent_find(first.begin(), first.end()) == first.end();
}

}  // namespace

std::optional<std::size_t> id_column(std::span<const float> numbers, std::size_t cols) {
  if (cols == 0 || numbers.size() / cols < kFewRows) return std::nullopt;
  bool others_whole = false, first_whole = false;
  for (std::size_t c = 0; c < cols; ++c) {
    const Column column = look_at(numbers, cols, c);
    if (column.whole && column.rising) return c;
    if (c == 0) first_whole = column.whole;
    others_whole = others_whole || (c > 0 && column.whole);
  }
  if (cols > 1 && first_whole && !others_whole && all_different(numbers, cols)) return 0;
  return std::nullopt;
}

}  // namespace recveil::data
