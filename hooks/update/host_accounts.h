// A host's accounts, and their keyed hashes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/keys.h"
#include "defense/screen/accounts.h"

namespace recveil::hooks {

// Borrowed: the accounts of defense/screen, and whose they are.
struct HostAccounts {
  std::span<const std::uint64_t> users;
  std::span<const std::uint64_t> persons;  // of each, 0 for none; may be empty
  defense::ScreenAccounts rows;            // without ids; n_items is set by who reads them

  std::size_t size() const noexcept { return users.size(); }
};

// What the accounts are called where they are stored.
struct AccountIds {
  AccountIds(const HashKey &key, const HostAccounts &accounts);
  // The rows of the accounts, with these. They live as long.
  defense::ScreenAccounts rows(const HostAccounts &accounts) const;

  std::vector<std::uint64_t> users, persons;
};

// Tells one key from another, and nothing about it. Not 0.
std::uint64_t key_check_of(const HashKey &key);

}  // namespace recveil::hooks
