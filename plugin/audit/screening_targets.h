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
  // Shares of the window that have it; 0: 1 account to the larger of 3 and .2 %.
  double least = 0, most = 0;
  bool spread = false;  // every fake pushes one of them alone
  bool usual = true;    // else for the attacks that ask for it alone
};

// unpopular_1, medium_1 (.015 to .03), unpopular_5, spread_5; popular_1 (.05 to .15) and
// unpopular_20, which are not usual.
std::span<const TargetKind> target_kinds();

// Distinct items of that kind, uniform. popularity: accounts of the window that have each item.
// Where fewer items than needed are of that popularity, the nearest to it are taken. Throws
// Error(data) where fewer items than needed are had by anybody.
std::vector<std::uint32_t> pick_targets(const TargetKind &kind,
                                        std::span<const std::uint32_t> popularity,
                                        std::size_t window, std::uint64_t seed);

}  // namespace recveil::audit
