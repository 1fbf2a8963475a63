// Interactions for tests and benchmarks of recommenders: few items are popular, few users active.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/interactions.h"
#include "core/random.h"

namespace recveil::support {

struct RandomShape {
  std::size_t users = 60;
  std::uint32_t items = 40;
  double mean_extra = 8;  // a history has `least` items and an exponential number more,
  std::size_t least = 1;  // but never more than half of the catalogue
};

// Item floor(items * u^3) for uniform u: popularity falls with the index as i^(-2/3). Rows are in
// the order of the draws. REQUIRES: least <= items / 2.
inline Interactions random_interactions(const RandomShape &shape, std::uint64_t seed) {
  Rng rng(seed);
  Interactions out;
  out.n_items = shape.items;
  for (std::size_t user = 0; user < shape.users; ++user) {
    const double extra = -shape.mean_extra * std::log(1 - rng.uniform());
    const std::size_t length =
        std::min(shape.least + static_cast<std::size_t>(extra), std::size_t{shape.items / 2});
    std::vector<bool> taken(shape.items, false);
    std::vector<std::uint32_t> row;
    while (row.size() < length) {
      const double u = rng.uniform();
      const auto item = static_cast<std::uint32_t>(shape.items * u * u * u);
      if (taken[item]) continue;
      taken[item] = true;
      row.push_back(item);
    }
    out.append(row);
  }
  return out;
}

}  // namespace recveil::support
