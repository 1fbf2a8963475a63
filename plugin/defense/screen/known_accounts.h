// Which rows of the window belong to an account of a batch: its own, and those of the same person
// or household. An account is never compared with them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "defense/screen/accounts.h"

namespace recveil::defense {

// Rows of the window that are left out when one account is compared with it.
struct OwnRows {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t own = kNone;              // the account itself
  std::span<const std::uint32_t> rows{};  // of its person, rising; `own` is one of them

  bool contains(std::uint32_t row) const {
    for (const std::uint32_t one : rows) {
      if (one == row) return true;
    }
    return false;
  }
};

// Immutable and safe from any thread.
class KnownAccounts {
 public:
  KnownAccounts() = default;
  // ids: of the rows, keyed hashes; empty: not known. persons: of each row, 0 or missing for a
  // person with one account.
  KnownAccounts(std::vector<std::uint64_t> ids, std::vector<std::uint64_t> persons);
  explicit KnownAccounts(const ScreenAccounts &window);

  // Of an account by its id and person (0: none). The rows are valid as long as this lives.
  OwnRows own_rows(std::uint64_t id, std::uint64_t person) const;
  OwnRows own_rows(const ScreenAccounts &batch, std::size_t account) const {
    if (batch.ids.empty()) return {};
    return own_rows(batch.ids[account], batch.persons.empty() ? 0 : batch.persons[account]);
  }

  const std::vector<std::uint64_t> &ids() const { return ids_; }
  const std::vector<std::uint64_t> &persons() const { return persons_; }

 private:
  // A row under the number of its account or person.
  struct Place {
    std::uint64_t number;
    std::uint32_t row;
  };

  std::vector<std::uint64_t> ids_, persons_;  // by row
  std::vector<Place> by_id_;                  // rising
  std::vector<std::uint64_t> person_;         // rising
  std::vector<std::uint32_t> person_rows_;    // parallel
  std::vector<std::uint32_t> self_;           // self_[row] == row: a person with one account
};

}  // namespace recveil::defense
