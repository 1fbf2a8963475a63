// The trusted window of account screening in one flat buffer: statistics of the items over all
// accounts that were added, and a sample of the accounts. Mergeable: the sample holds those whose
// seeded hash is smallest, and the hash of the first that did not fit, so that any order and
// grouping gives the same bytes (a bottom-k sketch whose size is counted in interactions).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace recveil::hooks {

struct WindowShape {
  std::uint32_t n_items = 0;
  std::uint32_t sample_accounts = 0;
  std::uint64_t sample_interactions = 0;
  float rating_min = 0, rating_max = 0;  // both 0: implicit
  std::uint64_t seed = 0;

  bool implicit() const noexcept { return rating_min == 0 && rating_max == 0; }
  bool operator==(const WindowShape &) const = default;
};

// Borrowed accounts: row u is items[offsets[u] .. offsets[u + 1]). Checked by the caller but for
// what is said. Any array but offsets and items may be empty.
struct ScreenAccounts {
  std::span<const std::uint64_t> users;
  std::span<const std::size_t> offsets;  // users.size() + 1
  std::span<const std::uint32_t> items;
  std::span<const float> ratings;          // empty: implicit
  std::span<const std::int64_t> arrivals;  // a user
  std::span<const std::int64_t> created;   // a user
  std::span<const std::int64_t> launched;  // an item

  std::size_t size() const noexcept { return users.size(); }
};

// Throws Error(argument): an item at n_items or above or twice in a row, ratings where there are
// none in the shape or the other way round; Error(data): a rating that is not in the scale. O(1)
// memory beside a bit an item.
void check_accounts(const ScreenAccounts &accounts, std::uint32_t n_items, float rating_min,
                    float rating_max);

class Window {
 public:
  struct Header;
  // One sampled account: its history is items()[start .. start + length).
  struct Entry {
    std::uint64_t priority, user;
    std::int64_t arrival, created;  // 0: not known
    std::uint64_t start, length;
  };
  // Statistics of the items, an array of n_items each.
  enum Column { kAny, kHigh, kMax, kRatingSum, kColumns };

  // Throws Error(argument) for a shape that makes no sense or does not fit in memory.
  static std::size_t bytes(const WindowShape &shape);
  // Throws Error(argument or buffer).
  static Window make(const WindowShape &shape, void *data, std::size_t size);
  // Borrows a window. Throws Error(argument, data or version) unless the header fits the size.
  Window(void *data, std::size_t size);
  // Reads everything. Throws Error(data).
  void check() const;

  WindowShape shape() const noexcept;
  std::uint64_t accounts() const noexcept;
  std::uint64_t interactions() const noexcept;
  std::span<const double> column(Column column) const noexcept;
  std::span<const Entry> sample() const noexcept;
  std::span<const std::uint32_t> items() const noexcept;
  std::span<const float> ratings() const noexcept;  // empty: implicit

  // All or nothing. add() throws as check_accounts().
  void add(const ScreenAccounts &accounts);
  void merge(const Window &from);

 private:
  struct Candidate;
  void resample(std::span<const Candidate> more, std::uint64_t threshold, bool changed);
  Header &header() const noexcept { return *static_cast<Header *>(data_); }
  double *columns() const noexcept;
  Entry *entries() const noexcept;
  std::uint32_t *item_array() const noexcept;
  float *rating_array() const noexcept;

  void *data_;
};

}  // namespace recveil::hooks
