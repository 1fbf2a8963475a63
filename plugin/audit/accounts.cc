#include "audit/accounts.h"

namespace recveil::audit {

std::vector<std::uint64_t> open_accounts(const Accounts &accounts) {
  std::vector<std::uint64_t> out(accounts.folds, 0);
  std::uint32_t found = 0;
  for (std::uint64_t user = std::uint64_t{1} << 32; found < accounts.folds; ++user) {
    std::uint64_t &account = out[accounts.fold_of(user)];
    if (account != 0) continue;
    account = user;
    ++found;
  }
  return out;
}

}  // namespace recveil::audit
