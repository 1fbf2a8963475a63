#include "defense/screen/accounts.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::defense {
namespace {

[[noreturn]] void refuse(const char *name, const char *what) {
  throw Error(Status::argument, std::string(name) + "." + what);
}

void check_shape(const ScreenAccounts &accounts, const RatingLimits &limits, const char *name) {
  const auto &offsets = accounts.offsets;
  if (offsets.empty()) refuse(name, "offsets: are missing");
  if (offsets.front() != 0) refuse(name, "offsets: must begin with 0");
  if (!std::is_sorted(offsets.begin(), offsets.end())) refuse(name, "offsets: must not fall");
  if (offsets.back() != accounts.items.size()) refuse(name, "offsets: must end at the last item");
  if (accounts.rated() && accounts.ratings.size() != accounts.items.size()) {
    refuse(name, "ratings: must be as many as items");
  }
  if (!accounts.arrived_at.empty() && accounts.arrived_at.size() != accounts.size()) {
    refuse(name, "arrived_at: must be as many as accounts");
  }
  if (!accounts.launched_at.empty() && accounts.launched_at.size() != accounts.n_items) {
    refuse(name, "launched_at: must be as many as n_items");
  }
  for (const auto &[numbers, field] :
       {std::pair(accounts.ids, "ids: must be as many as accounts"),
        {accounts.persons, "persons: must be as many as accounts"}}) {
    if (!numbers.empty() && numbers.size() != accounts.size()) refuse(name, field);
  }
  if (!accounts.persons.empty() && accounts.ids.empty()) refuse(name, "ids: are missing");
  if (!accounts.n_past.empty()) {
    if (accounts.n_past.size() != accounts.size())
      refuse(name, "n_past: must be as many as accounts");
    for (std::size_t u = 0; u < accounts.size(); ++u) {
      if (accounts.n_past[u] > accounts.row(u).size()) {
        refuse(name, "n_past: must not be above the length of the row");
      }
    }
  }
  if (!accounts.items.empty() && accounts.rated() == limits.implicit()) {
    refuse(name, limits.implicit() ? "ratings: must be NULL, the window has none"
                                   : "ratings: is NULL, the window has ratings");
  }
}

}  // namespace

RatingLimits any_ratings(const ScreenAccounts &accounts) {
  constexpr float kMost = std::numeric_limits<float>::max();
  return accounts.rated() ? RatingLimits{-kMost, kMost} : RatingLimits{};
}

void check_accounts(const ScreenAccounts &accounts, const RatingLimits &limits, const char *name) {
  check_shape(accounts, limits, name);
  std::vector<std::size_t> last(accounts.n_items, 0);  // the row that had the item last, plus 1
  for (std::size_t u = 0; u < accounts.size(); ++u) {
    pulse();
    const auto field = [&](const char *what) {
      return std::string(name) + "." + what + ": account " + std::to_string(u) + ": ";
    };
    const AccountRow row = accounts.row(u);
    for (const std::uint32_t item : row.items) {
      if (item >= accounts.n_items) {
        throw Error(Status::argument, field("items") + "an item is not below n_items");
      }
      if (last[item] == u + 1) throw Error(Status::argument, field("items") + "a duplicate item");
      last[item] = u + 1;
    }
    for (const float rating : row.ratings) {
      if (!(rating >= limits.lowest && rating <= limits.highest)) {
        throw Error(Status::data, field("ratings") + "a rating outside the window's scale");
      }
    }
  }
}

}  // namespace recveil::defense
