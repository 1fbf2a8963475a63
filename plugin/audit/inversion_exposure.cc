#include "audit/inversion_exposure.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/watch.h"
#include "recommend/item_neighbors.h"

namespace recveil::audit {
namespace {

// What a decoy must score above to be shown along with the others, for each person.
std::vector<double> bars(const InversionRequest &request, const Crowd &people) {
  const Interactions &rows = people.accounts.histories;
  const recommend::ItemNeighbors model(rows, {request.neighbours, request.shrinkage});
  const std::size_t place = request.list_length - request.n_decoys + 1;
  std::vector<float> scores(people.n_items()), kept;
  std::vector<std::uint32_t> list;
  std::vector<double> out;
  for (std::size_t person = 0; person < people.size(); ++person) {
    pulse();
    model.score(rows.row(person), scores);
    kept = scores;
    recommend::top_k_unseen(kept, rows.row(person), place, list);
    out.push_back(list.size() < place ? 0.0 : double{scores[list.back()]});
  }
  return out;
}

// The fewest fakes whose decoys score above `bar`.
std::optional<std::size_t> fewest(double bar, double item, double decoy, double shrinkage,
                                  std::size_t most) {
  const auto score = [&](std::size_t fakes) {
    const auto f = static_cast<double>(fakes);
    return f / (std::sqrt((item + f) * (decoy + f)) + shrinkage);
  };
  if (!(score(most) > bar)) return std::nullopt;
  std::size_t low = 0, high = most;  // the score rises with the fakes
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (score(middle) > bar ? high : low) = middle;
  }
  return high;
}

}  // namespace

std::vector<ItemExposure> item_exposure(const InversionRequest &request, const Crowd &people,
                                        std::size_t least) {
  const std::vector<double> bar = bars(request, people);
  std::vector<std::vector<double>> of_item(people.n_items());
  for (std::size_t person = 0; person < people.size(); ++person) {
    for (const std::uint32_t item : people.accounts.histories.row(person)) {
      of_item[item].push_back(bar[person]);
    }
  }
  std::vector<std::size_t> had;
  for (const auto &item : of_item) {
    if (!item.empty()) had.push_back(item.size());
  }
  if (had.empty()) return {};
  std::nth_element(had.begin(), had.begin() + static_cast<std::ptrdiff_t>(had.size() / 2),
                   had.end());
  const auto decoy = static_cast<double>(had[had.size() / 2]);

  std::vector<ItemExposure> out;
  for (std::uint32_t item = 0; item < of_item.size(); ++item) {
    std::vector<double> &all = of_item[item];
    if (all.empty() || all.size() < least) continue;
    std::sort(all.begin(), all.end());
    const auto for_share = [&](double share) {
      const double count = std::ceil(share * static_cast<double>(all.size()));
      const auto at = std::max<std::size_t>(1, static_cast<std::size_t>(count)) - 1;
      return fewest(all[at], static_cast<double>(all.size()), decoy, request.shrinkage,
                    people.size());
    };
    out.push_back({item, all.size(), for_share(.1), for_share(.5)});
  }
  const auto order = [](const ItemExposure &one) {
    constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
    return std::tuple(one.fakes_half.value_or(kNever), one.fakes_tenth.value_or(kNever), one.item);
  };
  std::sort(out.begin(), out.end(),
            [&](const ItemExposure &a, const ItemExposure &b) { return order(a) < order(b); });
  return out;
}

}  // namespace recveil::audit
