#include <algorithm>

#include "attack/evidence.h"
#include "attack/membership.h"
#include "attack/orient.h"
#include "core/watch.h"

namespace recveil::attack {
namespace {

// Depths tried; the shadow tells which separates best. The lists of an undefended system show at
// the depth of a list, a randomized pool at the depth of the pool.
constexpr std::size_t kDepths[] = {50, 100, 200, 500, 1000, 2000};

// The places of the items of each list among the items that the person has not seen, by falling
// popularity, from 0. A list item that was seen has none.
std::vector<std::vector<std::size_t>> unseen_ranks(const Observation &observation) {
  const Population &people = observation.people;
  const std::vector<std::uint32_t> &rank = observation.knowledge->popularity_rank;
  std::vector<std::vector<std::size_t>> out(people.lists.n_users());
  for (std::size_t u = 0; u < out.size(); ++u) {
    if (u % 256 == 0) pulse();
    std::vector<std::uint32_t> seen;
    for (const std::uint32_t item : people.histories.row(u)) seen.push_back(rank[item]);
    std::sort(seen.begin(), seen.end());
    for (const std::uint32_t item : people.lists.row(u)) {
      const auto above = std::lower_bound(seen.begin(), seen.end(), rank[item]);
      if (above != seen.end() && *above == rank[item]) continue;
      out[u].push_back(rank[item] - static_cast<std::size_t>(above - seen.begin()));
    }
  }
  return out;
}

// Share of each list among the `depth` most popular items that the person has not seen.
std::vector<double> overlap(const RankedLists &lists,
                            const std::vector<std::vector<std::size_t>> &ranks, std::size_t depth) {
  std::vector<double> values;
  for (std::size_t u = 0; u < ranks.size(); ++u) {
    const auto hits = std::count_if(ranks[u].begin(), ranks[u].end(),
                                    [&](std::size_t rank) { return rank < depth; });
    const std::size_t places = lists.row(u).size();
    values.push_back(places == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(places));
  }
  return values;
}

class PopularOverlap : public MembershipAttack {
 public:
  std::string name() const override { return "popular_overlap"; }
  bool blind() const override { return false; }
  double threshold() const override { return rule_.threshold; }

 private:
  void learn(const Evidence &shadow) override {
    rule_ = {};
    const RankedLists &lists = shadow->people.lists;
    const std::vector<std::vector<std::size_t>> ranks = unseen_ranks(*shadow);
    for (const std::size_t depth : kDepths) {
      const Orientation rule = orient(overlap(lists, ranks, depth), shadow->people.member);
      if (depth != kDepths[0] && rule.auc <= rule_.auc) continue;
      rule_ = rule;
      depth_ = depth;
    }
  }
  std::vector<double> judge(const Observation &target) const override {
    std::vector<double> scores = overlap(target.people.lists, unseen_ranks(target), depth_);
    for (double &value : scores) value *= rule_.sign;
    return scores;
  }

  std::size_t depth_ = 0;
  Orientation rule_;
};

}  // namespace

std::unique_ptr<MembershipAttack> make_popular_overlap() {
  return std::make_unique<PopularOverlap>();
}

}  // namespace recveil::attack
