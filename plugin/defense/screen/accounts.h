// Accounts as a host has them: who rated what, how, and when they came. Borrowed; only training
// copies what it keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace recveil::defense {

// One account: items in any order, none twice. ratings: parallel, or empty for implicit data.
struct AccountRow {
  std::span<const std::uint32_t> items;
  std::span<const float> ratings;

  std::size_t size() const { return items.size(); }
};

// A CSR matrix with one row per account. Spans that may be empty say what is not known.
struct ScreenAccounts {
  std::uint32_t n_items = 0;
  std::span<const std::uint64_t> offsets;       // n + 1
  std::span<const std::uint32_t> items;         // below n_items, none twice in a row
  std::span<const float> ratings;               // parallel to items, finite; empty: implicit
  std::span<const std::int64_t> arrived_at{};   // n, Unix seconds; empty: not known
  std::span<const std::int64_t> launched_at{};  // n_items, Unix seconds, 0 not known; may be empty

  std::span<const std::uint64_t> ids{};  // n, keyed hashes of the accounts; empty: not known
  // n, of the person or household that an account belongs to; 0 or empty: a person of its own. Not
  // without ids.
  std::span<const std::uint64_t> persons{};
  // n, of a batch: so many interactions at the start of a row were in the statistics of the window;
  // empty: those that its sample holds.
  std::span<const std::uint32_t> n_past{};

  std::size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  bool rated() const { return !ratings.empty(); }
  AccountRow row(std::size_t u) const {
    const std::size_t from = offsets[u], n = offsets[u + 1] - from;
    return {items.subspan(from, n), rated() ? ratings.subspan(from, n) : ratings};
  }
};

// The scale that ratings are promised to be on. Both 0: implicit feedback, there are none.
struct RatingLimits {
  float lowest = 0, highest = 0;
  bool implicit() const noexcept { return lowest == 0 && highest == 0; }
  bool operator==(const RatingLimits &) const = default;
};
// For accounts whose scale nobody promised: any finite rating, or none where they have none.
RatingLimits any_ratings(const ScreenAccounts &accounts);

// Throws Error(argument) "NAME.FIELD: what is wrong" for offsets that fall or do not end at items,
// items out of range or twice in a row, ratings where there must be none or the other way round,
// and lengths that do not fit; Error(data) for a rating outside the limits. O(interactions); holds
// n_items numbers.
void check_accounts(const ScreenAccounts &accounts, const RatingLimits &limits, const char *name);

}  // namespace recveil::defense
