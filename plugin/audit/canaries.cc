#include "audit/canaries.h"

#include <algorithm>
#include <span>

namespace recveil::audit {
namespace {

bool contains(std::span<const std::uint32_t> items, std::uint32_t item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

template <class IsShown>
void count(const Planted &planted, Shown &out, IsShown is_shown) {
  const auto number = [&](const std::vector<Canary> &canaries) {
    return static_cast<std::size_t>(std::count_if(canaries.begin(), canaries.end(), is_shown));
  };
  out = {number(planted.members), number(planted.non_members)};
}

}  // namespace

Planted plant_canaries(const Host &host, std::size_t n) {
  n = std::min({n, host.members, host.users.size() - host.members});
  Planted out;
  std::uint32_t item = host.trained.n_items;
  for (std::size_t i = 0; i < 2 * n; ++i, item += 2) {
    if (i < n) {
      out.members.push_back({i, item, item + 1});
    } else {
      out.non_members.push_back({host.members + i - n, item, item + 1});
    }
  }
  Host &to = out.host;
  to.users = host.users;
  to.members = host.members;
  to.trained_users = host.trained_users;
  to.held_out = host.held_out;
  to.train_folds = host.train_folds;
  to.trained.n_items = to.served.n_items = item;
  for (std::size_t u = 0; u < host.users.size(); ++u) {
    const bool member = u < host.members;
    const std::size_t i = member ? u : u - host.members;
    const auto served = host.served.row(u);
    std::vector<std::uint32_t> row(served.begin(), served.end());
    if (i < n) row.push_back((member ? out.members : out.non_members)[i].a);
    to.served.append(row);
  }
  for (std::size_t u = 0; u < host.trained.n_users(); ++u) {
    const auto trained = host.trained.row(u);
    std::vector<std::uint32_t> row(trained.begin(), trained.end());
    if (u < n) row.insert(row.end(), {out.members[u].a, out.members[u].b});
    to.trained.append(row);
  }
  to.known = to.served;
  return out;
}

void count_own_slates(const Planted &planted, const RankedLists &lists, CanaryCounts &out) {
  out.n = planted.members.size();
  count(planted, out.own_slate,
        [&](const Canary &canary) { return contains(lists.row(canary.row), canary.b); });
}

void count_asked(const Planted &planted, const Accounts &accounts, CanaryCounts &out) {
  const std::vector<std::uint64_t> account = open_accounts(accounts);
  std::vector<std::uint32_t> shown;
  const auto in_any_fold = [&](std::span<const std::uint32_t> history, const Canary &canary) {
    return std::any_of(account.begin(), account.end(), [&](std::uint64_t user) {
      accounts.ask(user, history, shown);
      return contains(shown, canary.b);
    });
  };
  count(planted, out.any_fold, [&](const Canary &canary) {
    return in_any_fold(planted.host.served.row(canary.row), canary);
  });
  count(planted, out.any_fold_alone, [&](const Canary &canary) {
    return in_any_fold({&canary.a, 1}, canary);
  });
}

}  // namespace recveil::audit
