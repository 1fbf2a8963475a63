#include "audit/split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/random.h"

namespace recveil::audit {

namespace {

std::vector<std::uint32_t> less_active_half(const Interactions &all,
                                            std::vector<std::uint32_t> users, Rng &rng) {
  std::vector<std::pair<double, std::uint32_t>> keys;
  for (const std::uint32_t user : users) {
    const double weight = 1.0 / static_cast<double>(all.row(user).size());
    keys.push_back({std::log(1 - rng.uniform()) / weight, user});
  }
  std::sort(keys.begin(), keys.end(), std::greater<>());
  users.resize(users.size() / 2);
  for (std::size_t i = 0; i < users.size(); ++i) users[i] = keys[i].second;
  return users;
}

}  // namespace

Split split_users(const Interactions &all, std::uint64_t seed, bool balanced) {
  std::vector<std::uint32_t> users;
  for (std::uint32_t u = 0; u < all.n_users(); ++u) {
    if (all.row(u).size() >= kMinHistory) users.push_back(u);
  }
  if (users.size() < 100) {
    throw Error(Status::data, "an audit needs at least 100 users with " +
                                  std::to_string(kMinHistory) + " interactions each, here are " +
                                  std::to_string(users.size()));
  }
  Rng rng(seed);
  rng.shuffle(users);
  Split split;
  const std::size_t fifth = users.size() / 5;
  auto next = users.begin();
  for (auto *part : {&split.shadow.members, &split.shadow.non_members, &split.target.members,
                     &split.target.non_members, &split.auxiliary}) {
    part->assign(next, next + static_cast<std::ptrdiff_t>(fifth));
    next += static_cast<std::ptrdiff_t>(fifth);
  }
  for (People *people : {&split.shadow, &split.target}) {
    if (!balanced) people->non_members = less_active_half(all, people->non_members, rng);
  }
  return split;
}

std::vector<std::vector<std::uint32_t>> deal(const std::vector<std::uint8_t> &member,
                                             std::size_t parts, std::uint64_t seed) {
  std::vector<std::uint32_t> rows(member.size());
  std::iota(rows.begin(), rows.end(), 0u);
  Rng(seed, 12).shuffle(rows);
  std::vector<std::vector<std::uint32_t>> out(parts);
  std::array<std::size_t, 2> next{};
  for (const std::uint32_t row : rows) out[next[member[row]]++ % parts].push_back(row);
  // In the order given: that of the deal would be much the same in neighbouring parts.
  for (auto &part : out) std::sort(part.begin(), part.end());
  return out;
}

}  // namespace recveil::audit
