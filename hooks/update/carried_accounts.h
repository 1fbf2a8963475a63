// Which accounts the carry-over holds, and which of their interactions: so that an account that
// comes back, unchanged or with more, counts once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/keys.h"
#include "defense/screen/accounts.h"
#include "defense/screen/carry.h"
#include "defense/screen/item_history.h"
#include "state/sealed.h"

namespace recveil::hooks {

// Accounts are keyed hashes, interactions 29 bits of one with the push tilt in the lowest three. An
// ordinary value. It remembers the newest batches, up to 2^20 accounts and 2^22 interactions; what
// is forgotten counts again.
class CarriedAccounts {
 public:
  // What is left of the accounts of a batch. keep: how much of the carry each batch leaves.
  struct Left {
    std::vector<float> accounts;                 // per account, in newcomers
    std::vector<defense::CarriedEntry> entries;  // parallel to the items
  };
  Left left(const HashKey &key, const defense::ScreenAccounts &rows, std::uint64_t batch,
            double keep) const;

  // Remembers a batch in place of what it held of its accounts. weights, added: as ScreenReport has
  // them. REQUIRES: batch is no lower than any before. O(remembered + interactions log).
  void add(const HashKey &key, const defense::ScreenAccounts &rows,
           const defense::RatingScale &scale, std::span<const float> weights,
           std::span<const std::uint8_t> added, std::uint64_t batch);

  std::size_t size() const { return ids_.size(); }

  void write(state::SealedWriter &out) const;
  static CarriedAccounts read(state::SealedReader &in);

 private:
  void append(std::uint64_t id, std::uint64_t batch, float weight,
              std::span<const std::uint32_t> prints);
  void forget_oldest(std::uint64_t newest);

  std::vector<std::uint64_t> ids_;  // rising
  std::vector<std::uint64_t> batches_;
  std::vector<float> weights_;
  std::vector<std::uint64_t> offsets_{0};  // into prints_
  std::vector<std::uint32_t> prints_;      // rising within an account
};

}  // namespace recveil::hooks
