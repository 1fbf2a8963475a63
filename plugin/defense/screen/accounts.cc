#include "defense/screen/accounts.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"

namespace recveil::defense {
namespace {

[[noreturn]] void refuse(const char *name, const char *what) {
  throw Error(Status::argument, std::string(name) + "." + what);
}

}  // namespace

void check_accounts(const ScreenAccounts &accounts, const char *name) {
  const auto &offsets = accounts.offsets;
  if (offsets.empty()) refuse(name, "offsets: are missing");
  if (offsets.front() != 0) refuse(name, "offsets: must start at 0");
  if (!std::is_sorted(offsets.begin(), offsets.end())) refuse(name, "offsets: must not fall");
  if (offsets.back() != accounts.items.size()) refuse(name, "offsets: must end at the last item");
  if (accounts.rated() && accounts.ratings.size() != accounts.items.size()) {
    refuse(name, "ratings: must be as many as items");
  }
  if (!accounts.arrived.empty() && accounts.arrived.size() != accounts.size()) {
    refuse(name, "arrived: must be as many as accounts");
  }
  if (!accounts.launched.empty() && accounts.launched.size() != accounts.n_items) {
    refuse(name, "launched: must be as many as n_items");
  }
  if (!std::all_of(accounts.ratings.begin(), accounts.ratings.end(),
                   [](float r) { return std::isfinite(r); })) {
    refuse(name, "ratings: must be finite");
  }
  std::vector<std::size_t> last(accounts.n_items, 0);  // the row that had the item last, plus 1
  for (std::size_t u = 0; u < accounts.size(); ++u) {
    for (const std::uint32_t item : accounts.row(u).items) {
      if (item >= accounts.n_items) refuse(name, "items: must be below n_items");
      if (last[item] == u + 1) refuse(name, "items: must not have an item twice in a row");
      last[item] = u + 1;
    }
  }
}

}  // namespace recveil::defense
