// The line of each row of a file: mostly one more than that of the row before it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace recveil::data {

class LineNumbers {
 public:
  // The next row begins on `line`. REQUIRES: greater than that of the row before it.
  void add(std::uint64_t line) {
    if (jumps_.empty() || line != rows_ + jumps_.back().ahead)
      jumps_.push_back({rows_, line - rows_});
    ++rows_;
  }
  // REQUIRES: add() was called for row `row` (from 0).
  std::uint64_t of(std::uint64_t row) const {
    const auto after =
        std::upper_bound(jumps_.begin(), jumps_.end(), row,
                         [](std::uint64_t r, const Jump &jump) { return r < jump.row; });
    return row + std::prev(after)->ahead;
  }
  std::uint64_t rows() const { return rows_; }

 private:
  struct Jump {
    std::uint64_t row, ahead;  // from this row on the line is the row's number and so much
  };
  std::vector<Jump> jumps_;
  std::uint64_t rows_ = 0;
};

}  // namespace recveil::data
