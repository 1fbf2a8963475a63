#include "audit/inversion_exposure.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include "attack/inversion_influence.h"
#include "audit/inversion_system.h"
#include "core/watch.h"
#include "recommend/factor_model.h"
#include "recommend/rated_als.h"

namespace recveil::audit {
namespace {

constexpr double kMostFakes = .2;  // of the people
// Of those who have an item, as many are looked at where each takes d^3: a half is known to .11.
constexpr std::size_t kMostRows = 20;

// What a decoy must score above to be shown along with the others, for each person.
std::vector<double> bars(const InversionRequest &request, const Crowd &people,
                         const recommend::Recommender &model) {
  const Interactions &rows = people.accounts.histories;
  const std::size_t place = request.list_length - request.n_decoys + 1;
  std::vector<float> scores(people.n_items()), kept;
  std::vector<std::uint32_t> list;
  std::vector<double> out;
  for (std::size_t person = 0; person < people.size(); ++person) {
    pulse();
    model.score_trained(person, rows.row(person), scores);
    kept = scores;
    recommend::top_k_unseen(kept, rows.row(person), place, list);
    out.push_back(list.size() < place ? 0.0 : double{scores[list.back()]});
  }
  return out;
}

// How many people are shown the decoys once `fakes` fakes have come.
using Shown = std::function<std::size_t(std::size_t fakes)>;

// The fewest fakes, more than `low`, that show the decoys to `wanted` people. More fakes are taken
// to show them to no fewer.
std::optional<std::size_t> fewest(const Shown &shown, std::size_t wanted, std::size_t low,
                                  std::size_t most) {
  if (shown(most) < wanted) return std::nullopt;  // most items of dense data: asked first
  std::size_t high = low + 1;
  while (high < most && shown(high) < wanted) {
    low = high;
    high = std::min(2 * high, most);
  }
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (shown(middle) >= wanted ? high : low) = middle;
  }
  return high;
}

// Every k-th of them, at most kMostRows.
std::vector<std::uint32_t> some(const std::vector<std::uint32_t> &all) {
  std::vector<std::uint32_t> out;
  const std::size_t step = (all.size() + kMostRows - 1) / kMostRows;
  for (std::size_t i = 0; i < all.size(); i += step) out.push_back(all[i]);
  return out;
}

}  // namespace

bool has_exposure(const InversionRequest &request) {
  return request.recommender != "als_observed";
}

std::vector<ItemExposure> item_exposure(const InversionRequest &request, const Crowd &people,
                                        std::size_t least) {
  if (!has_exposure(request)) return {};
  const auto model =
      train_target(request, request.recommender, people.accounts, request.first_seed);
  const std::vector<double> bar = bars(request, people, *model);
  std::vector<std::vector<std::uint32_t>> having(people.n_items());
  for (std::uint32_t person = 0; person < people.size(); ++person) {
    for (const std::uint32_t item : people.accounts.histories.row(person)) {
      having[item].push_back(person);
    }
  }
  std::vector<std::size_t> had;
  for (const auto &item : having) {
    if (!item.empty()) had.push_back(item.size());
  }
  if (had.empty()) return {};
  std::nth_element(had.begin(), had.begin() + static_cast<std::ptrdiff_t>(had.size() / 2),
                   had.end());
  const auto decoy = static_cast<double>(had[had.size() / 2]);
  attack::Accounts unrated;
  std::optional<attack::FakeInfluence> influence;
  bool slow = false;
  if (const auto *rated = dynamic_cast<const recommend::RatedModel *>(model.get())) {
    const std::vector<float> &ratings = people.accounts.ratings;
    const double highest =
        people.rated() ? double{*std::max_element(ratings.begin(), ratings.end())} : 1;
    influence.emplace(people.accounts, rated->items(), rated->items().size() / people.n_items(),
                      request.n_decoys, highest);
  } else if (const auto *weighted = dynamic_cast<const recommend::FactorModel *>(model.get())) {
    const Matrix &items = weighted->item_factors();
    const std::vector<double> wide(items.data.begin(), items.data.end());
    unrated.histories = people.accounts.histories;
    influence.emplace(unrated, wide, items.cols, request.n_decoys, 1, kIalsWeight);
    slow = true;
  }

  const auto most = std::max<std::size_t>(
      1, static_cast<std::size_t>(kMostFakes * static_cast<double>(people.size())));
  std::vector<ItemExposure> out;
  std::vector<double> scores;
  for (std::uint32_t item = 0; item < having.size(); ++item) {
    if (having[item].empty() || having[item].size() < least) continue;
    pulse();
    const std::vector<std::uint32_t> all = slow ? some(having[item]) : having[item];
    scores.resize(all.size());
    const Shown shown = [&](std::size_t fakes) {
      const auto f = static_cast<double>(fakes);
      if (influence) {
        influence->decoy_scores(item, all, f, scores);
      } else {
        const auto with = static_cast<double>(having[item].size());
        std::fill(scores.begin(), scores.end(),
                  f / (std::sqrt((with + f) * (decoy + f)) + request.shrinkage));
      }
      std::size_t out_of = 0;
      for (std::size_t i = 0; i < all.size(); ++i) out_of += scores[i] > bar[all[i]] ? 1u : 0u;
      return out_of;
    };
    const auto for_share = [&](double share, std::size_t low) {
      const double count = std::ceil(share * static_cast<double>(all.size()));
      return fewest(shown, std::max<std::size_t>(1, static_cast<std::size_t>(count)), low, most);
    };
    ItemExposure one{item, having[item].size(), for_share(.1, 0), {}};
    if (one.fakes_tenth) one.fakes_half = for_share(.5, *one.fakes_tenth - 1);
    out.push_back(one);
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
