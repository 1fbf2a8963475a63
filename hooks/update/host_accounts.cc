#include "hooks/update/host_accounts.h"

#include <algorithm>

namespace recveil::hooks {

AccountIds::AccountIds(const HashKey &key, const HostAccounts &accounts) {
  users.reserve(accounts.size());
  for (const std::uint64_t user : accounts.users) users.push_back(hash_user(key, user));
  persons.reserve(accounts.persons.size());
  for (const std::uint64_t person : accounts.persons) {
    persons.push_back(person == 0 ? 0 : hash_user(key, person));
  }
}

defense::ScreenAccounts AccountIds::rows(const HostAccounts &accounts) const {
  defense::ScreenAccounts out = accounts.rows;
  out.ids = users;
  out.persons = persons;
  return out;
}

std::uint64_t key_check_of(const HashKey &key) {
  constexpr unsigned char kWords[] = "recveil key of account ids";
  return std::max<std::uint64_t>(1, hash_id(key, kWords));
}

}  // namespace recveil::hooks
