// Which items a campaign pushes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace recveil::audit {

// Popularity as a share of the window's accounts, and how many items.
struct TargetKind {
  std::string_view name;
  std::size_t items = 1;
  bool medium = false;  // had by 1.5 to 3 %; else by 1 account to the larger of 3 and .2 %
  bool spread = false;  // every fake pushes one of them alone
};

// unpopular_1, medium_1, unpopular_5, spread_5.
std::span<const TargetKind> target_kinds();

// Distinct items of that kind, uniform. popularity: accounts of the window that have each item.
// Where fewer items than needed are of that popularity, the nearest to it are taken. Throws
// Error(data) where fewer items than needed are had by anybody.
std::vector<std::uint32_t> pick_targets(const TargetKind &kind,
                                        std::span<const std::uint32_t> popularity,
                                        std::size_t window, std::uint64_t seed);

}  // namespace recveil::audit
