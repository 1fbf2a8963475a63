#include "hooks/update/reviews.h"

#include <algorithm>
#include <iterator>

namespace recveil::hooks {
namespace {

std::vector<std::uint32_t> together(const std::vector<std::uint32_t> &a,
                                    const std::vector<std::uint32_t> &b) {
  std::vector<std::uint32_t> out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

void put(std::vector<std::uint64_t> &to, const std::vector<std::uint32_t> &numbers) {
  to.push_back(numbers.size());
  to.insert(to.end(), numbers.begin(), numbers.end());
}

}  // namespace

void Reviews::Evidence::add(const Evidence &other) {
  own = own || other.own;
  targets = together(targets, other.targets);
  row = together(row, other.row);
}

bool Reviews::overturned(std::uint64_t user, const Evidence &evidence) const {
  const auto found = overturned_.find(user);
  if (found == overturned_.end()) return false;
  const Evidence &reviewed = found->second;
  if (evidence.own && evidence.row.size() > 2 * reviewed.row.size()) return false;
  return std::includes(reviewed.row.begin(), reviewed.row.end(), evidence.targets.begin(),
                       evidence.targets.end());
}

void Reviews::flag(std::uint64_t user, const Evidence &evidence) {
  flagged_[user].add(evidence);
}

void Reviews::clear(std::uint64_t user) {
  flagged_.erase(user);
}

void Reviews::overturn(std::uint64_t user) {
  exempt_.erase(user);
  const auto found = flagged_.find(user);
  Evidence &held = overturned_[user];
  if (found == flagged_.end()) return;
  held.add(found->second);
  flagged_.erase(found);
}

void Reviews::confirm(std::uint64_t user) {
  exempt_.erase(user);
  flagged_.erase(user);
  overturned_.erase(user);
}

void Reviews::make_exempt(std::uint64_t user) {
  flagged_.erase(user);
  exempt_.insert(user);
}

void Reviews::write(state::SealedWriter &out) const {
  for (const Table *table : {&flagged_, &overturned_}) {
    std::vector<std::uint64_t> numbers;
    for (const auto &[user, evidence] : *table) {
      numbers.insert(numbers.end(), {user, evidence.own ? 1u : 0u});
      put(numbers, evidence.targets);
      put(numbers, evidence.row);
    }
    out.numbers(numbers);
  }
  out.numbers({exempt_.begin(), exempt_.end()});
}

Reviews Reviews::read(state::SealedReader &in) {
  Reviews out;
  for (Table *table : {&out.flagged_, &out.overturned_}) {
    const std::vector<std::uint64_t> numbers = in.numbers();
    std::size_t at = 0;
    const auto next = [&] { return at < numbers.size() ? numbers[at++] : (in.damaged(), 0); };
    const auto list = [&] {
      std::vector<std::uint32_t> out_list;
      const std::uint64_t n = next();
      if (n > numbers.size() - at) in.damaged();
      for (std::uint64_t i = 0; i < n; ++i) out_list.push_back(static_cast<std::uint32_t>(next()));
      return out_list;
    };
    while (at < numbers.size()) {
      Evidence &evidence = (*table)[next()];
      evidence.own = next() != 0;
      evidence.targets = list();
      evidence.row = list();
    }
  }
  const std::vector<std::uint64_t> exempt = in.numbers();
  out.exempt_.insert(exempt.begin(), exempt.end());
  return out;
}

}  // namespace recveil::hooks
