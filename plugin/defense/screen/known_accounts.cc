#include "defense/screen/known_accounts.h"

#include <algorithm>
#include <numeric>

namespace recveil::defense {

KnownAccounts::KnownAccounts(std::vector<std::uint64_t> ids, std::vector<std::uint64_t> persons)
    : ids_(std::move(ids)), persons_(std::move(persons)) {
  self_.resize(ids_.size());
  std::iota(self_.begin(), self_.end(), 0u);
  const auto before = [](const Place &a, const Place &b) {
    return a.number != b.number ? a.number < b.number : a.row < b.row;
  };
  for (const std::uint32_t row : self_) by_id_.push_back({ids_[row], row});
  std::sort(by_id_.begin(), by_id_.end(), before);
  std::vector<Place> by_person;
  for (std::uint32_t row = 0; row < persons_.size(); ++row) {
    if (persons_[row] != 0) by_person.push_back({persons_[row], row});
  }
  std::sort(by_person.begin(), by_person.end(), before);
  for (const Place &place : by_person) {
    person_.push_back(place.number);
    person_rows_.push_back(place.row);
  }
}

KnownAccounts::KnownAccounts(const ScreenAccounts &window)
    : KnownAccounts({window.ids.begin(), window.ids.end()},
                    {window.persons.begin(), window.persons.end()}) {}

OwnRows KnownAccounts::own_rows(std::uint64_t id, std::uint64_t person) const {
  OwnRows out;
  const auto at = std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                   [](const Place &a, std::uint64_t b) { return a.number < b; });
  if (at != by_id_.end() && at->number == id) {
    out.own = at->row;
    out.rows = {&self_[out.own], 1};
    // The window may know the person of an account that the batch does not name.
    if (person == 0 && !persons_.empty()) person = persons_[out.own];
  }
  if (person == 0) return out;
  const auto [first, last] = std::equal_range(person_.begin(), person_.end(), person);
  const auto begin = static_cast<std::size_t>(first - person_.begin());
  const auto n = static_cast<std::size_t>(last - first);
  const std::span<const std::uint32_t> rows = std::span(person_rows_).subspan(begin, n);
  // An account that the window held without its person keeps its own row.
  if (n > 0 && (out.own == OwnRows::kNone || std::binary_search(rows.begin(), rows.end(), out.own)))
    out.rows = rows;
  return out;
}

}  // namespace recveil::defense
