// The fillers that need no more than popularity and rating moments.
#include "attack/profile_fillers.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace recveil::attack {
namespace {

constexpr std::size_t kBandwagon = 3;

// REQUIRES: there are account.missing() more items to be had.
void add_by_popularity(const Scene &scene, Account &account) {
  // An interaction drawn uniformly is of an item drawn by popularity.
  const std::vector<std::uint32_t> &items = scene.observed.histories.items;
  while (account.missing() > 0) {
    const std::uint32_t item = items[account.rng().below(items.size())];
    if (account.takes(item)) account.add(item, scene.draw_rating(item, account.rng()));
  }
}

void add_average(const Scene &scene, std::span<const std::uint32_t> from, Account &account) {
  account.add_some(from, account.missing(),
                   [&](std::uint32_t item) { return scene.draw_rating(item, account.rng()); });
}

void add_random(const Scene &scene, Account &account) {
  account.add_some(scene.by_popularity, account.missing(),
                   [&](std::uint32_t) { return scene.draw_rating(account.rng()); });
}

}  // namespace

Fillers random_fillers(const Scene &scene) {
  return Fillers([&scene](Account &account) { add_random(scene, account); });
}

Fillers average_fillers(const Scene &scene) {
  return Fillers([&scene](Account &account) { add_average(scene, scene.by_popularity, account); });
}

Fillers bandwagon_fillers(const Scene &scene) {
  return Fillers([&scene](Account &account) {
    const std::size_t popular = std::min(kBandwagon, scene.by_popularity.size());
    for (std::size_t i = 0; i < popular; ++i) {
      account.add(scene.by_popularity[i], scene.highest());
    }
    add_random(scene, account);
  });
}

Fillers average_over_popular_fillers(const Scene &scene) {
  return Fillers([&scene](Account &account) {
    const std::span<const std::uint32_t> all(scene.by_popularity);
    add_average(scene, all.first(std::max(scene.fillers, all.size() / 5)), account);
  });
}

Fillers popularity_sampled_fillers(const Scene &scene) {
  return Fillers([&scene](Account &account) { add_by_popularity(scene, account); });
}

Fillers hidano_fillers(const Scene &scene) {
  const std::size_t count = hidano_decoys(scene.rated());
  std::vector<std::uint32_t> decoys = scene.by_popularity;
  Rng rng = campaign_rng(scene);
  rng.shuffle(decoys);
  decoys.resize(std::min(count, decoys.size()));
  return Fillers(
      [&scene, decoys](Account &account) {
        for (const std::uint32_t decoy : decoys) account.add(decoy, scene.highest());
        add_by_popularity(scene, account);
      },
      count);
}

}  // namespace recveil::attack
