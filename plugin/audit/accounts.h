// The service as it meets accounts that an outsider opens: whatever history is typed in is served
// as anybody's is.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace recveil::audit {

// Lives no longer than the system that answers.
struct Accounts {
  std::uint32_t folds = 1;  // how many models serve accounts, each those of its fold
  // The fold of an account, below `folds`.
  std::function<std::uint32_t(std::uint64_t user)> fold_of;
  // What an account with this history is shown, best first.
  std::function<void(std::uint64_t user, std::span<const std::uint32_t> history,
                     std::vector<std::uint32_t> &shown)>
      ask;
};

// An account in each fold that is nobody's: ids from 2^32 on are tried in turn, as an attacker
// opens accounts until one of them falls into the fold that is wanted.
std::vector<std::uint64_t> open_accounts(const Accounts &accounts);

}  // namespace recveil::audit
