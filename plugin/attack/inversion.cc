#include "attack/inversion.h"

#include <algorithm>
#include <string>

#include "core/error.h"

namespace recveil::attack {
namespace {

bool contains(std::span<const std::uint32_t> items, std::uint32_t item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// Candidates by the number of people who have them, the fewest first; ties by item.
std::vector<std::uint32_t> by_people(const Interactions &people,
                                     std::span<const std::uint32_t> sensitive) {
  std::vector<std::uint32_t> count(people.n_items, 0), out;
  for (const std::uint32_t item : people.items) ++count[item];
  for (std::uint32_t item = 0; item < people.n_items; ++item) {
    if (count[item] > 0 && !contains(sensitive, item)) out.push_back(item);
  }
  std::stable_sort(out.begin(), out.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return count[a] < count[b]; });
  return out;
}

}  // namespace

std::vector<std::uint32_t> choose_decoys(Decoys kind, const Interactions &people,
                                         std::span<const std::uint32_t> sensitive,
                                         std::size_t count, Rng &rng) {
  std::vector<std::uint32_t> from = by_people(people, sensitive);
  if (from.size() < count) {
    throw Error(Status::argument, "inversion: " + std::to_string(count) + " decoys asked for, " +
                                      std::to_string(from.size()) + " items can be one");
  }
  if (kind == Decoys::rare) from.resize(std::max(count, from.size() / 4));
  if (kind == Decoys::popular) {
    const std::size_t most = std::max(count, from.size() / 10);
    from.erase(from.begin(), from.end() - static_cast<std::ptrdiff_t>(most));
  }
  rng.shuffle(from);
  from.resize(count);
  std::sort(from.begin(), from.end());
  return from;
}

Accounts naive_fakes(const InversionTargets &targets, std::size_t fakes, std::uint32_t n_items,
                     bool rated, double highest) {
  std::vector<std::uint32_t> row = targets.sensitive;
  row.insert(row.end(), targets.decoys.begin(), targets.decoys.end());
  Accounts out;
  out.histories.n_items = n_items;
  for (std::size_t f = 0; f < fakes; ++f) out.histories.append(row);
  if (rated) out.ratings.assign(out.histories.size(), static_cast<float>(highest));
  return out;
}

std::vector<std::uint32_t> decoys_shown(const RankedLists &lists,
                                        std::span<const std::uint32_t> decoys) {
  std::vector<std::uint32_t> out;
  for (std::size_t person = 0; person < lists.n_users(); ++person) {
    const auto row = lists.row(person);
    out.push_back(static_cast<std::uint32_t>(std::count_if(
        row.begin(), row.end(), [&](std::uint32_t item) { return contains(decoys, item); })));
  }
  return out;
}

Inferred infer(std::span<const std::uint32_t> shown, std::span<const std::uint8_t> has,
               std::size_t threshold) {
  if (shown.size() != has.size()) {
    throw Error(Status::argument, "inversion: one list a person is needed");
  }
  Inferred out;
  for (std::size_t person = 0; person < shown.size(); ++person) {
    if (shown[person] < threshold) continue;
    ++out.flagged;
    if (has[person] != 0) ++out.hits;
  }
  return out;
}

}  // namespace recveil::attack
