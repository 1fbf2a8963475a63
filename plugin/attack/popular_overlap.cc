#include <algorithm>
#include <numeric>

#include "attack/check.h"
#include "attack/membership.h"
#include "attack/orient.h"

namespace recveil::attack {
namespace {

// Depths tried; the shadow tells which separates best. The lists of an undefended system show at the
// depth of a list, a randomized pool at the depth of the pool.
constexpr std::size_t kDepths[] = {50, 100, 200, 500, 1000, 2000};

class PopularOverlap : public MembershipAttack {
 public:
  std::string name() const override { return "popular_overlap"; }
  bool blind() const override { return false; }
  double threshold() const override { return rule_.threshold; }

  void fit(const Population &shadow, const Auxiliary &auxiliary) override {
    check_shadow(shadow, auxiliary.popularity.size());
    rank_items(auxiliary.popularity);
    rule_ = {};
    for (const std::size_t depth : kDepths) {
      const Orientation rule = orient(overlap(shadow, depth), shadow.member);
      if (depth != kDepths[0] && rule.auc <= rule_.auc) continue;
      rule_ = rule;
      depth_ = depth;
    }
  }

  std::vector<double> score(const Population &target) const override {
    check_population(target, by_popularity_.size());
    std::vector<double> scores = overlap(target, depth_);
    for (double &value : scores) value *= rule_.sign;
    return scores;
  }

 private:
  void rank_items(const std::vector<std::uint64_t> &popularity) {
    by_popularity_.resize(popularity.size());
    std::iota(by_popularity_.begin(), by_popularity_.end(), 0u);
    std::stable_sort(by_popularity_.begin(), by_popularity_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return popularity[a] > popularity[b]; });
  }

  // Share of each list among the `depth` most popular items that the person has not seen.
  std::vector<double> overlap(const Population &people, std::size_t depth) const {
    std::vector<double> values;
    std::vector<std::size_t> marked(by_popularity_.size(), SIZE_MAX);  // by the last person that did
    for (std::size_t u = 0; u < people.lists.n_users(); ++u) {
      std::vector<std::uint32_t> seen(people.histories.row(u).begin(),
                                      people.histories.row(u).end());
      std::sort(seen.begin(), seen.end());
      std::size_t taken = 0;
      for (const std::uint32_t item : by_popularity_) {
        if (taken == depth) break;
        if (std::binary_search(seen.begin(), seen.end(), item)) continue;
        marked[item] = u;
        ++taken;
      }
      const std::span<const std::uint32_t> list = people.lists.row(u);
      const auto hits = std::count_if(list.begin(), list.end(),
                                      [&](std::uint32_t item) { return marked[item] == u; });
      values.push_back(list.empty() ? 0
                                    : static_cast<double>(hits) / static_cast<double>(list.size()));
    }
    return values;
  }

  std::vector<std::uint32_t> by_popularity_;  // items, most popular first
  std::size_t depth_ = 0;
  Orientation rule_;
};

}  // namespace

std::unique_ptr<MembershipAttack> make_popular_overlap() {
  return std::make_unique<PopularOverlap>();
}

}  // namespace recveil::attack
