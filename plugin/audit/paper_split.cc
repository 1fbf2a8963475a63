#include "audit/paper_split.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

constexpr std::uint64_t kStream = 0x70617000;  // "pap"
constexpr std::size_t kLeastPeople = 40;

std::vector<std::uint32_t> active_people(const Interactions &all, std::size_t least, Rng &rng) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t u = 0; u < all.n_users(); ++u) {
    if (all.row(u).size() >= std::max<std::size_t>(least, 2)) out.push_back(u);
  }
  rng.shuffle(out);
  return out;
}

void require_people(std::size_t people, std::size_t least) {
  if (people >= kLeastPeople) return;
  throw Error(Status::data, "a population of " + std::to_string(people) + " people with " +
                                std::to_string(least) + " records or more is too small: " +
                                std::to_string(kLeastPeople) + " are needed");
}

}  // namespace

PaperSplit split_paper(const Interactions &all, const std::string &kind, std::size_t least,
                       std::uint64_t seed) {
  Rng rng(seed, kStream);
  std::array<Interactions, 3> parts;
  for (Interactions &part : parts) part.n_items = all.n_items;
  for (const std::uint32_t u : active_people(all, least, rng)) {
    if (kind == "user") {
      parts[rng.below(3)].append(all.row(u));
      continue;
    }
    std::array<std::vector<std::uint32_t>, 3> rows;
    for (const std::uint32_t item : all.row(u)) rows[rng.below(3)].push_back(item);
    if (rows[0].empty() || rows[1].empty()) continue;
    for (std::size_t p = 0; p < 3; ++p) parts[p].append(rows[p]);
  }
  require_people(std::min(parts[0].n_users(), parts[1].n_users()), least);
  const std::size_t shadow = parts[0].n_users() / 2, target = parts[1].n_users() / 2;
  return {{std::move(parts[0]), shadow}, {std::move(parts[1]), target}, std::move(parts[2])};
}

PaperFifths fifths_paper(const Interactions &all, std::size_t least, std::uint64_t seed) {
  Rng rng(seed, kStream + 1);
  const std::vector<std::uint32_t> people = active_people(all, least, rng);
  const std::size_t fifth = people.size() / 5;
  require_people(fifth, least);
  PaperFifths out;
  PaperFifths::Part *const parts[] = {&out.shadow_members, &out.shadow_others, &out.target_members,
                                      &out.target_others};
  const HeldOutRecords held = hold_out_records(all, 0.2, seed);
  const std::span<const std::uint32_t> order(people);
  for (std::size_t p = 0; p < 4; ++p) {
    const auto mine = order.subspan(p * fifth, fifth);
    *parts[p] = {held.history.select(mine), held.records.select(mine)};
  }
  out.vectors = held.history.select(order.subspan(4 * fifth, fifth));
  return out;
}

HeldOutRecords hold_out_records(const Interactions &all, double share, std::uint64_t seed) {
  HeldOutRecords out;
  out.history.n_items = out.records.n_items = all.n_items;
  Rng rng(seed, kStream + 2);
  for (std::size_t u = 0; u < all.n_users(); ++u) {
    std::vector<std::uint32_t> row(all.row(u).begin(), all.row(u).end());
    rng.shuffle(row);
    const auto part =
        static_cast<std::size_t>(std::lround(share * static_cast<double>(row.size())));
    const std::size_t held = row.size() < 2 ? 0 : std::clamp<std::size_t>(part, 1, row.size() - 1);
    out.records.append(std::span(row).first(held));
    out.history.append(std::span(row).subspan(held));
  }
  return out;
}

}  // namespace recveil::audit
