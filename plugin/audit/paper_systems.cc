#include "audit/paper_systems.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "core/random.h"
#include "core/watch.h"
#include "recommend/item_cf.h"
#include "recommend/lfm.h"
#include "recommend/ncf.h"
#include "recommend/popularity.h"

namespace recveil::audit {
namespace {

constexpr std::uint64_t kListStream = 0x70617010;
constexpr std::size_t kOtherCandidates = 1999;

// One item of the history and 1,999 draws of what the person does not have, as the released files
// have it: each item once.
std::vector<std::uint32_t> candidates(std::span<const std::uint32_t> history, std::uint32_t n_items,
                                      Rng &rng) {
  std::vector<std::uint8_t> mine(n_items, 0);
  for (const std::uint32_t item : history) mine[item] = 1;
  std::vector<std::uint32_t> others, out;
  for (std::uint32_t item = 0; item < n_items; ++item) {
    if (mine[item] == 0) others.push_back(item);
  }
  if (!history.empty()) out.push_back(history[rng.below(history.size())]);
  for (std::size_t c = 0; c < kOtherCandidates && !others.empty(); ++c) {
    out.push_back(others[rng.below(others.size())]);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::unique_ptr<recommend::Recommender> train_paper(const std::string &name,
                                                    const Interactions &members, std::uint64_t seed,
                                                    unsigned epochs) {
  if (name == "popularity") return recommend::train_popularity(members);
  if (name == "item_cf") return recommend::train_item_cf(members);
  if (name.starts_with("lfm")) {
    recommend::LfmOptions options = name == "lfm_published"  ? recommend::published_lfm()
                                    : name == "lfm_released" ? recommend::released_lfm()
                                                             : recommend::LfmOptions{};
    options.seed = seed;
    if (epochs > 0) options.epochs = epochs;
    return recommend::train_lfm(members, options);
  }
  recommend::NcfOptions options;
  options.seed = seed;
  if (name != "ncf") {
    options.deviation = 1;
    options.regularization = 0;
    options.known_negatives = false;
    options.epochs = 20;
  }
  if (epochs > 0) options.epochs = epochs;
  return recommend::train_ncf(members, options);
}

RankedLists paper_lists(const std::string &name, const recommend::Recommender &model,
                        const Interactions &histories, std::size_t first, const std::string &lists,
                        std::size_t k, std::uint64_t seed) {
  RankedLists out;
  out.n_items = histories.n_items;
  Rng rng(seed, kListStream);
  std::vector<float> scores(histories.n_items);
  std::vector<std::uint32_t> list;
  const bool sampled = lists == "published" && name.starts_with("ncf");
  for (std::size_t u = 0; u < histories.n_users(); ++u) {
    pulse();
    const std::span<const std::uint32_t> history = histories.row(u);
    model.score_trained(first + u, history, scores);
    if (sampled) {
      std::vector<float> only(scores.size(), 0);
      for (const std::uint32_t item : candidates(history, histories.n_items, rng)) {
        only[item] = scores[item];
      }
      scores = std::move(only);
    }
    recommend::top_k_unseen(scores, lists == "unseen" ? history : std::span<const std::uint32_t>(),
                            k, list);
    out.append(list);
  }
  return out;
}

std::vector<std::uint32_t> by_popularity(const Interactions &people) {
  const std::vector<std::uint64_t> counts = recommend::popularity(people);
  std::vector<std::uint32_t> out(counts.size());
  std::iota(out.begin(), out.end(), 0u);
  std::stable_sort(out.begin(), out.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
  return out;
}

RankedLists popular_lists(const std::vector<std::uint32_t> &by_popularity,
                          const Interactions &histories, std::size_t k, double ratio, bool unseen,
                          std::uint64_t seed) {
  RankedLists out;
  out.n_items = histories.n_items;
  Rng rng(seed, kListStream + 1);
  const auto wanted = ratio > 0 ? std::ceil(static_cast<double>(k) / ratio) : 0.0;
  std::vector<std::uint32_t> pool(
      by_popularity.begin(),
      by_popularity.begin() + static_cast<std::ptrdiff_t>(std::min(
                                  by_popularity.size(), static_cast<std::size_t>(wanted))));
  for (std::size_t u = 0; u < histories.n_users(); ++u) {
    std::vector<std::uint32_t> list;
    if (ratio > 0) {
      for (std::size_t j = 0; j < std::min(k, pool.size()); ++j) {
        std::swap(pool[j], pool[j + rng.below(pool.size() - j)]);
        list.push_back(pool[j]);
      }
    } else {
      const auto history = histories.row(u);
      for (const std::uint32_t item : by_popularity) {
        if (list.size() == k) break;
        const bool mine =
            unseen && std::find(history.begin(), history.end(), item) != history.end();
        if (!mine) list.push_back(item);
      }
    }
    out.append(list);
  }
  return out;
}

}  // namespace recveil::audit
