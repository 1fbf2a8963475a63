// The trusted window of account screening in one flat buffer: statistics of the items over all
// accounts that were added, and a sample of the accounts. Mergeable: the sample holds those whose
// seeded hash is smallest, and the hash of the first that did not fit, so that any order and
// grouping gives the same bytes (a bottom-k sketch whose size is counted in interactions).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"

namespace recveil::hooks {

struct WindowShape {
  std::uint32_t n_items = 0;
  std::uint32_t sample_accounts = 0;
  std::uint64_t sample_interactions = 0;
  float rating_min = 0, rating_max = 0;  // both 0: implicit
  std::uint64_t seed = 0;

  defense::RatingLimits limits() const noexcept { return {rating_min, rating_max}; }
  bool implicit() const noexcept { return limits().implicit(); }
  bool operator==(const WindowShape &) const = default;
};

class Window {
 public:
  struct Header;
  // One sampled account: its history is items()[start .. start + length).
  struct Entry {
    std::uint64_t priority;
    std::uint64_t id, person;  // keyed hashes; person 0: not known
    std::int64_t arrived_at;   // 0: not known
    std::uint64_t start, length;
  };
  // Statistics of the items, an array of n_items each.
  enum Column { kAny, kHigh, kMax, kLow, kMin, kRatingSum, kColumns };

  // Throws Error(argument) for a shape that makes no sense or does not fit in memory.
  static std::size_t bytes(const WindowShape &shape);
  // Throws Error(argument or buffer).
  static Window make(const WindowShape &shape, void *data, std::size_t size);
  // Borrows a window. Throws Error(argument, data or version) unless the header fits the size.
  Window(void *data, std::size_t size);
  // Reads everything. Throws Error(data).
  void check() const;

  WindowShape shape() const noexcept;
  std::uint64_t key_check() const noexcept;  // of the key of the ids; 0: no account yet
  std::uint64_t accounts() const noexcept;
  std::uint64_t interactions() const noexcept;
  std::span<const double> column(Column column) const noexcept;
  std::span<const Entry> sample() const noexcept;
  std::span<const std::uint32_t> items() const noexcept;
  std::span<const float> ratings() const noexcept;  // empty: implicit
  // The statistics, as defense/screen takes them.
  defense::ItemHistory history() const;

  // All or nothing. add() throws as check_accounts() of defense/screen. rows.ids are hashed with
  // the key of key_check, which is not 0; Error(argument) if the window has accounts of another
  // key.
  void add(defense::ScreenAccounts rows, std::uint64_t key_check);
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
