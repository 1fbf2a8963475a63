#include <cmath>

#include "attack/check.h"
#include "attack/membership.h"
#include "attack/orient.h"

namespace recveil::attack {
namespace {

class ListPopularity : public MembershipAttack {
 public:
  std::string name() const override { return "list_popularity"; }
  bool blind() const override { return true; }
  double threshold() const override { return rule_.threshold; }

  void fit(const Population &shadow, const Auxiliary &auxiliary) override {
    check_shadow(shadow, auxiliary.popularity.size());
    log_popularity_.clear();
    for (const std::uint64_t count : auxiliary.popularity) {
      log_popularity_.push_back(std::log1p(static_cast<double>(count)));
    }
    rule_ = orient(statistic(shadow), shadow.member);
  }

  std::vector<double> score(const Population &target) const override {
    check_population(target, log_popularity_.size());
    std::vector<double> scores = statistic(target);
    for (double &value : scores) value *= rule_.sign;
    return scores;
  }

 private:
  std::vector<double> statistic(const Population &people) const {
    std::vector<double> values;
    for (std::size_t u = 0; u < people.lists.n_users(); ++u) {
      const std::span<const std::uint32_t> list = people.lists.row(u);
      double sum = 0;
      for (const std::uint32_t item : list) sum += log_popularity_[item];
      // An empty list shows nothing popular: it counts as 0.
      values.push_back(list.empty() ? 0 : sum / static_cast<double>(list.size()));
    }
    return values;
  }

  std::vector<double> log_popularity_;
  Orientation rule_;
};

}  // namespace

std::unique_ptr<MembershipAttack> make_list_popularity() {
  return std::make_unique<ListPopularity>();
}

}  // namespace recveil::attack
