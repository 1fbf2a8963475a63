// Fakes made of genuine rows.
#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "attack/profile_fillers.h"

namespace recveil::attack {
namespace {

constexpr std::size_t kLeastDonors = 10;

// Donors with at least `items` items that are no target, or the kLeastDonors with most of them, in
// random order.
std::vector<std::uint32_t> choose_donors(const Scene &scene, std::size_t items) {
  const Interactions &rows = scene.donors.histories;
  std::vector<std::size_t> length(rows.n_users(), 0);
  std::vector<std::uint32_t> donors;
  for (std::uint32_t u = 0; u < rows.n_users(); ++u) {
    const auto row = rows.row(u);
    length[u] = static_cast<std::size_t>(std::count_if(
        row.begin(), row.end(), [&](std::uint32_t item) { return !scene.is_target[item]; }));
    donors.push_back(u);
  }
  std::stable_sort(donors.begin(), donors.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return length[a] > length[b]; });
  const auto enough = static_cast<std::size_t>(std::count_if(
      length.begin(), length.end(), [items](std::size_t n) { return n >= items && n > 0; }));
  donors.resize(std::min(donors.size(), std::max(enough, kLeastDonors)));
  Rng rng = campaign_rng(scene);
  rng.shuffle(donors);
  return donors;
}

// Up to `count` items of the donor, with her ratings.
void add_from(const Scene &scene, std::uint32_t donor, std::size_t count, Account &account) {
  const Interactions &rows = scene.donors.histories;
  std::vector<std::uint64_t> places;
  for (std::uint64_t e = rows.offsets[donor]; e < rows.offsets[donor + std::size_t{1}]; ++e) {
    places.push_back(e);
  }
  account.rng().shuffle(places);
  for (const std::uint64_t e : places) {
    if (count == 0) return;
    if (!account.takes(rows.items[e])) continue;
    account.add(rows.items[e], scene.rated() ? scene.donors.ratings[e] : 0);
    --count;
  }
}

// Fillers of `parts` donors each, by turns.
Fillers donated(const Scene &scene, std::size_t parts, std::vector<std::uint32_t> donors) {
  const std::size_t share = (scene.fillers + parts - 1) / parts;
  return Fillers([&scene, parts, share, donors = std::move(donors)](Account &account) {
    const auto donor = [&](std::size_t part) {
      return donors[(account.fake() * parts + part) % donors.size()];
    };
    for (std::size_t part = 0; part < parts; ++part) {
      add_from(scene, donor(part), share, account);
    }
    for (std::size_t part = 0; part < parts; ++part) {
      add_from(scene, donor(part), account.missing(), account);
    }
  });
}

}  // namespace

Fillers template_copy_fillers(const Scene &scene) {
  return donated(scene, 1, choose_donors(scene, scene.fillers));
}

Fillers user_mix_fillers(const Scene &scene) {
  return donated(scene, 2, choose_donors(scene, (scene.fillers + 1) / 2));
}

Fillers donated_by_the_first(const Scene &scene, std::span<const double> value, std::size_t most,
                             std::size_t parts) {
  // Each has enough for all of a fake: donors of like taste have much in common.
  std::vector<std::uint32_t> donors = choose_donors(scene, scene.fillers);
  std::stable_sort(donors.begin(), donors.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return value[a] > value[b]; });
  donors.resize(std::min(donors.size(), std::max<std::size_t>(most, 2)));
  Rng rng = campaign_rng(scene);
  rng.shuffle(donors);
  return donated(scene, parts, std::move(donors));
}

}  // namespace recveil::attack
