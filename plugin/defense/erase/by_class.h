// Rows of known class, by class, in rising order within a class.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/erase/embeddings.h"

namespace recveil::defense {

class ByClass {
 public:
  // REQUIRES: labels are in [-1, classes), fewer than 2^32 of them. O(rows + classes).
  ByClass(std::span<const std::int32_t> labels, std::int32_t classes)
      : begin_(static_cast<std::size_t>(classes) + 1) {
    for (const std::int32_t label : labels) {
      if (label >= 0) ++begin_[static_cast<std::size_t>(label) + 1];
    }
    for (std::size_t k = 1; k < begin_.size(); ++k) begin_[k] += begin_[k - 1];
    rows_.resize(begin_.back());
    std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] >= 0) {
        rows_[next[static_cast<std::size_t>(labels[i])]++] = static_cast<std::uint32_t>(i);
      }
    }
  }

  std::span<const std::uint32_t> of(std::int32_t k) const {
    const auto at = static_cast<std::size_t>(k);
    return std::span(rows_).subspan(begin_[at], begin_[at + 1] - begin_[at]);
  }
  std::span<const std::uint32_t> all() const { return rows_; }
  std::int32_t classes() const { return static_cast<std::int32_t>(begin_.size() - 1); }

 private:
  std::vector<std::size_t> begin_;
  std::vector<std::uint32_t> rows_;
};

// Is one of these the class of something?
inline bool any_known(std::span<const std::int32_t> classes) noexcept {
  return std::any_of(classes.begin(), classes.end(), [](std::int32_t k) { return k >= 0; });
}

bool all_finite(std::span<const float> values) noexcept;

// Throws Error(argument) that names the row where one of these has a value that is not finite.
void check_finite(const Embeddings &embeddings, std::span<const std::uint32_t> rows);

}  // namespace recveil::defense
