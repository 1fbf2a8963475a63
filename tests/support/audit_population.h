// People with tastes, whose lists show whether they are members to a known degree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attack/membership.h"
#include "core/random.h"
#include "recommend/popularity.h"

namespace recveil::support {

// Items i of 400 have taste i % 8 and weight 1 / (1 + i / 8): popular ones come first in a taste.
class TastePeople {
 public:
  static constexpr std::uint32_t kItems = 400, kTastes = 8, kLength = 15;

  explicit TastePeople(std::uint64_t seed) : rng_(seed) {}

  // n members and n non-members, by turns, with histories and lists of 15 items each, none in both.
  // A person has a taste, from which 9 of 10 items are; the list shows another
  // person's taste with probability best_auc for a non-member and 1 - best_auc for a member, so
  // that best_auc is the AUC of whoever sees both tastes.
  attack::Population population(std::size_t n, double best_auc) {
    attack::Population out;
    out.histories.n_items = out.lists.n_items = kItems;
    for (std::size_t person = 0; person < 2 * n; ++person) {
      const bool member = person % 2 == 0;
      const std::uint32_t taste = draw_taste();
      std::vector<std::uint8_t> taken(kItems, 0);
      out.histories.append(draw(taste, taken));
      const bool own = rng_.uniform() < (member ? best_auc : 1 - best_auc);
      const std::uint32_t other =
          (taste + 1 + static_cast<std::uint32_t>(rng_.below(kTastes - 1))) % kTastes;
      out.lists.append(draw(own ? taste : other, taken));
      out.member.push_back(member ? 1 : 0);
    }
    return out;
  }

  Interactions histories(std::size_t n) { return population(n, 0.5).histories; }

 private:
  std::uint32_t draw_taste() { return static_cast<std::uint32_t>(rng_.below(kTastes)); }

  std::vector<std::uint32_t> draw(std::uint32_t taste, std::vector<std::uint8_t> &taken) {
    std::vector<std::uint32_t> out;
    while (out.size() < kLength) {
      const std::uint32_t from = rng_.uniform() < 0.9 ? taste : draw_taste();
      // Weights 1 / (1 + r) for rank r within a taste of 50: by rejection.
      const auto rank = static_cast<std::uint32_t>(rng_.below(kItems / kTastes));
      const std::uint32_t item = rank * kTastes + from;
      if (rng_.uniform() * (1.0 + rank) >= 1 || taken[item] != 0) continue;
      taken[item] = 1;
      out.push_back(item);
    }
    return out;
  }

  Rng rng_;
};

}  // namespace recveil::support
