// One fake in the making.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "attack/profile_scene.h"
#include "core/random.h"

namespace recveil::attack {

class Account {
 public:
  // Fake number `fake` of a campaign, with its own stream of random numbers.
  Account(const Scene &scene, std::size_t fake)
      : scene_(scene), taken_(scene.is_target), fake_(fake), rng_(scene.campaign.seed, fake + 1) {}

  std::size_t fake() const { return fake_; }
  // Fillers still to be added. REQUIRES: no push() yet.
  std::size_t missing() const { return scene_.fillers - items_.size(); }
  bool takes(std::uint32_t item) const { return missing() > 0 && !taken_[item]; }
  Rng &rng() { return rng_; }

  // Adds the filler, its rating snapped to a level, unless the item is a target or there already or
  // nothing is missing.
  void add(std::uint32_t item, double rating) {
    if (!takes(item)) return;
    taken_[item] = true;
    items_.emplace_back(item, scene_.snap(rating));
  }
  // Adds up to `count` different fillers, uniform over what is left of `from`, each rated by
  // `rate`. Shuffles `from`'s copy: O(|from|).
  void add_some(std::span<const std::uint32_t> from, std::size_t count,
                const std::function<double(std::uint32_t)> &rate) {
    std::vector<std::uint32_t> pool(from.begin(), from.end());
    for (std::size_t n = pool.size(); n > 0 && count > 0 && missing() > 0; --n) {
      std::swap(pool[rng_.below(n)], pool[n - 1]);
      if (!takes(pool[n - 1])) continue;
      add(pool[n - 1], rate(pool[n - 1]));
      --count;
    }
  }
  // After the fillers: a target.
  void push(std::uint32_t target, float rating) { items_.emplace_back(target, rating); }

  // The row, in random order: where rows run in time, "targets last" would be a label.
  void append_to(Accounts &fakes) {
    rng_.shuffle(items_);
    std::vector<std::uint32_t> row;
    for (const auto &[item, rating] : items_) {
      row.push_back(item);
      if (scene_.rated()) fakes.ratings.push_back(rating);
    }
    fakes.histories.append(row);
  }

 private:
  const Scene &scene_;
  std::vector<bool> taken_;
  std::size_t fake_;
  Rng rng_;
  std::vector<std::pair<std::uint32_t, float>> items_;
};

}  // namespace recveil::attack
