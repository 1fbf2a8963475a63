// How many rows of a long file several users share, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <span>
#include <string_view>
#include <unordered_map>

namespace recveil::cli {

// Misra and Gries's counters (1982), by the hash of a row's bits: exact up to `most` different
// rows; beyond them a row's count is low by at most rows / most, so that what is counted as shared
// is.
class SharedCount {
 public:
  explicit SharedCount(std::size_t most = std::size_t{1} << 16) : most_(most) {}

  static std::uint64_t hash_of(std::span<const float> row) {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char *>(row.data()), row.size_bytes()});
  }

  void add(std::uint64_t hash) {
    ++counted_;
    const auto found = people_.find(hash);
    if (found != people_.end()) {
      ++found->second;
    } else if (people_.size() < most_) {
      people_.emplace(hash, 1);
    } else {
      for (auto at = people_.begin(); at != people_.end();) {
        at = --at->second == 0 ? people_.erase(at) : std::next(at);
      }
    }
  }

  std::uint64_t counted() const { return counted_; }
  // Those that five users or more have: as many as make a cell.
  std::uint64_t rows() const {
    std::uint64_t out = 0;
    for (const auto &[hash, n] : people_) out += n >= 5 ? n : 0;
    return out;
  }

 private:
  std::size_t most_;
  std::uint64_t counted_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> people_;
};

}  // namespace recveil::cli
