#include "defense/fold/drift.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::defense {

std::vector<double> item_drift(const ItemNeighborhoods &before, const ItemNeighborhoods &now) {
  if (before.n_items() != now.n_items()) {
    throw Error(Status::argument, "drift: the models have other items");
  }
  std::vector<double> out(now.n_items(), 0);
  for (std::size_t item = 0; item < out.size(); ++item) {
    pulse();
    const std::span<const std::uint32_t> was(before.items.data() + before.offsets[item],
                                             before.items.data() + before.offsets[item + 1]);
    const float *similarity = before.similarity.data() + before.offsets[item];
    for (std::uint64_t e = now.offsets[item]; e < now.offsets[item + 1]; ++e) {
      const auto at = std::find(was.begin(), was.end(), now.items[e]);
      double earlier = was.empty() ? 0 : double{similarity[was.size() - 1]};
      if (at != was.end()) earlier = double{similarity[at - was.begin()]};
      out[item] = std::max(out[item], double{now.similarity[e]} - earlier);
    }
  }
  return out;
}

double drift_p_value(std::span<const double> drift, std::span<const std::uint32_t> support,
                     std::uint32_t watched, std::size_t peers) {
  if (drift.size() != support.size() || watched >= drift.size()) {
    throw Error(Status::argument, "drift: the watched item is outside the catalogue");
  }
  std::vector<std::uint32_t> others(drift.size());
  std::iota(others.begin(), others.end(), 0u);
  std::erase(others, watched);
  const auto distance = [&](std::uint32_t item) {
    return support[item] > support[watched] ? support[item] - support[watched]
                                            : support[watched] - support[item];
  };
  const auto n = static_cast<std::ptrdiff_t>(std::min(peers, others.size()));
  std::partial_sort(others.begin(), others.begin() + n, others.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                      return distance(a) != distance(b) ? distance(a) < distance(b) : a < b;
                    });
  const auto as_much = std::count_if(others.begin(), others.begin() + n, [&](std::uint32_t item) {
    return drift[item] >= drift[watched];
  });
  return static_cast<double>(1 + as_much) / static_cast<double>(1 + n);
}

}  // namespace recveil::defense
