#include "hooks/update/reviews.h"

#include <algorithm>

namespace recveil::hooks {

bool Reviews::Evidence::covers(const Evidence &other) const {
  if ((other.reasons & ~reasons) != 0) return false;
  // One campaign pushes several items, and which of them are found depends on who else is there.
  return other.items.empty() || std::find_first_of(items.begin(), items.end(), other.items.begin(),
                                                   other.items.end()) != items.end();
}

void Reviews::Evidence::add(const Evidence &other) {
  reasons |= other.reasons;
  std::vector<std::uint32_t> all;
  std::set_union(items.begin(), items.end(), other.items.begin(), other.items.end(),
                 std::back_inserter(all));
  items = std::move(all);
}

bool Reviews::overturned(std::uint64_t user, const Evidence &evidence) const {
  const auto found = overturned_.find(user);
  return found != overturned_.end() && found->second.covers(evidence);
}

void Reviews::flag(std::uint64_t user, const Evidence &evidence) {
  flagged_[user].add(evidence);
}

void Reviews::clear(std::uint64_t user) {
  flagged_.erase(user);
}

void Reviews::overturn(std::uint64_t user) {
  const auto found = flagged_.find(user);
  Evidence &held = overturned_[user];
  if (found == flagged_.end()) return;
  held.add(found->second);
  flagged_.erase(found);
}

void Reviews::confirm(std::uint64_t user) {
  flagged_.erase(user);
  overturned_.erase(user);
}

void Reviews::write(state::SealedWriter &out) const {
  for (const Table *table : {&flagged_, &overturned_}) {
    std::vector<std::uint64_t> numbers;
    for (const auto &[user, evidence] : *table) {
      numbers.insert(numbers.end(), {user, evidence.reasons, evidence.items.size()});
      numbers.insert(numbers.end(), evidence.items.begin(), evidence.items.end());
    }
    out.numbers(numbers);
  }
}

Reviews Reviews::read(state::SealedReader &in) {
  Reviews out;
  for (Table *table : {&out.flagged_, &out.overturned_}) {
    const std::vector<std::uint64_t> numbers = in.numbers();
    for (std::size_t at = 0; at < numbers.size();) {
      if (numbers.size() - at < 3 || numbers[at + 2] > numbers.size() - at - 3) in.damaged();
      Evidence &evidence = (*table)[numbers[at]];
      evidence.reasons = static_cast<std::uint32_t>(numbers[at + 1]);
      const auto from = numbers.begin() + static_cast<std::ptrdiff_t>(at + 3);
      const auto n = static_cast<std::ptrdiff_t>(numbers[at + 2]);
      std::transform(from, from + n, std::back_inserter(evidence.items),
                     [](std::uint64_t item) { return static_cast<std::uint32_t>(item); });
      at += 3 + numbers[at + 2];
    }
  }
  return out;
}

}  // namespace recveil::hooks
