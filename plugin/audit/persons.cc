#include "audit/persons.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "audit/split.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

std::vector<std::uint32_t> sorted(std::span<const std::uint32_t> row) {
  std::vector<std::uint32_t> out(row.begin(), row.end());
  std::sort(out.begin(), out.end());
  return out;
}

// FNV-1a over the items as a set.
std::uint64_t hash_of(const std::vector<std::uint32_t> &items) {
  std::uint64_t out = 0xCBF29CE484222325u;
  for (const std::uint32_t item : items) out = (out ^ item) * 0x100000001B3u;
  return out;
}

}  // namespace

std::vector<std::uint32_t> persons(const Interactions &first, const Interactions &second) {
  const std::size_t n = first.n_users() + second.n_users();
  const auto row = [&](std::size_t u) {
    return sorted(u < first.n_users() ? first.row(u) : second.row(u - first.n_users()));
  };
  std::unordered_multimap<std::uint64_t, std::uint32_t> known;  // first row of a person, by hash
  std::vector<std::uint32_t> out;
  std::uint32_t next = 0;
  for (std::uint32_t u = 0; u < n; ++u) {
    const std::vector<std::uint32_t> items = row(u);
    const std::uint64_t hash = hash_of(items);
    const auto [begin, end] = known.equal_range(hash);
    const auto same =
        std::find_if(begin, end, [&](const auto &entry) { return row(entry.second) == items; });
    if (same != end) {
      out.push_back(out[same->second]);
      continue;
    }
    known.emplace(hash, u);
    out.push_back(next++);
  }
  return out;
}

std::vector<std::vector<std::uint32_t>> deal_persons(const std::vector<std::uint8_t> &member,
                                                     const std::vector<std::uint32_t> &person,
                                                     std::size_t parts, std::uint64_t seed) {
  const std::uint32_t n = person.empty() ? 0 : 1 + *std::max_element(person.begin(), person.end());
  if (n == person.size()) return deal(member, parts, seed);
  std::vector<std::array<std::uint32_t, 2>> count(n);  // rows of each person: others, members
  std::vector<std::vector<std::uint32_t>> rows(n);
  for (std::uint32_t u = 0; u < person.size(); ++u) {
    ++count[person[u]][member[u] != 0 ? 1 : 0];
    rows[person[u]].push_back(u);
  }
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  Rng(seed, 12).shuffle(order);
  std::map<std::array<std::uint32_t, 2>, std::size_t> next;
  std::vector<std::vector<std::uint32_t>> out(parts);
  for (const std::uint32_t p : order) {
    std::vector<std::uint32_t> &part = out[next[count[p]]++ % parts];
    part.insert(part.end(), rows[p].begin(), rows[p].end());
  }
  for (auto &part : out) {
    std::sort(part.begin(), part.end());
    const auto is_member = [&](std::uint32_t u) { return member[u] != 0; };
    // So few people that there is nobody to learn on.
    if (std::all_of(part.begin(), part.end(), is_member) ||
        std::none_of(part.begin(), part.end(), is_member)) {
      return deal(member, parts, seed);
    }
  }
  return out;
}

}  // namespace recveil::audit
