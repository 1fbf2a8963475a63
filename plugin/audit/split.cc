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

// Puts a sample of `count` users in front: of all in order of length every k-th, ties at random.
void sample_first(const Interactions &all, std::vector<std::uint32_t> &users, std::size_t count,
                  Rng &rng) {
  rng.shuffle(users);
  std::stable_sort(users.begin(), users.end(), [&](std::uint32_t a, std::uint32_t b) {
    return all.row(a).size() < all.row(b).size();
  });
  const double step = static_cast<double>(users.size()) / static_cast<double>(count);
  const double start = rng.uniform() * step;
  std::vector<std::uint32_t> sample, rest;
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto next = start + static_cast<double>(sample.size()) * step;
    const bool taken = sample.size() < count && i == static_cast<std::size_t>(next);
    (taken ? sample : rest).push_back(users[i]);
  }
  rng.shuffle(sample);
  users = std::move(sample);
  users.insert(users.end(), rest.begin(), rest.end());
}

}  // namespace

std::size_t Split::users() const {
  std::size_t out = auxiliary.size();
  for (const People *people : {&shadow, &target}) {
    out += people->members.size() + people->non_members.size();
  }
  return out;
}

Split split_users(const Interactions &all, std::uint64_t seed, const SplitOptions &options) {
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
    if (!options.balanced) people->non_members = less_active_half(all, people->non_members, rng);
  }
  Rng draw(seed, 18);
  const auto look = [&](std::vector<std::uint32_t> &part, std::size_t count) {
    if (options.people == 0 || count >= part.size()) return part.size();
    sample_first(all, part, count, draw);
    if (options.sample_alone) part.resize(count);
    return count;
  };
  for (People *people : {&split.shadow, &split.target}) {
    people->seen_members = look(people->members, (options.people + 1) / 2);
    people->seen_non_members = look(people->non_members, options.people / 2);
  }
  split.seen_auxiliary = look(split.auxiliary, options.people / 2);
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
