// What the attacker works out once a campaign: the rating scale, popularity and rating moments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attack/profile.h"
#include "core/random.h"

namespace recveil::attack {

struct Scene {
  // Keeps references. Throws Error(Status::argument) as make_campaign().
  Scene(const Profile &profile, const Campaign &of, const Accounts &known, const Accounts &unseen);

  bool rated() const { return !levels.empty(); }
  // The level nearest to `rating`, the lower of two; 0 without ratings.
  float snap(double rating) const;
  // Draws of N(mean, sd), of all ratings or of the item's; 0 without ratings. Not yet snapped.
  double draw_rating(Rng &rng) const;
  double draw_rating(std::uint32_t item, Rng &rng) const;
  double highest() const { return rated() ? levels.back() : 0; }
  double lowest() const { return rated() ? levels.front() : 0; }

  const Campaign &campaign;
  const Accounts &observed, &donors;
  std::size_t fillers = 0;  // items of a fake besides the targets it pushes

  std::vector<float> levels;              // distinct observed ratings, rising
  double mean = 0, deviation = 0;         // of all ratings
  std::vector<std::uint64_t> popularity;  // n_items: observed accounts that have the item
  // n_items each. As in our prototype, so that rare items are not given away: the mean is taken
  // with three ratings at the overall mean added, and an item with fewer than three has the overall
  // deviation.
  std::vector<double> item_mean, item_deviation;

  std::vector<bool> is_target;               // n_items
  std::vector<std::uint32_t> by_popularity;  // observed items that are no target, most popular
                                             // first, ties by index
};

}  // namespace recveil::attack
