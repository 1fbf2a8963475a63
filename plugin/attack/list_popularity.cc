#include "attack/evidence.h"
#include "attack/membership.h"
#include "attack/orient.h"

namespace recveil::attack {
namespace {

// Mean log popularity of each list. An empty one shows nothing popular: it counts as 0.
std::vector<double> statistic(const Observation &observation) {
  std::vector<double> values;
  for (std::size_t u = 0; u < observation.people.lists.n_users(); ++u) {
    const std::span<const std::uint32_t> list = observation.people.lists.row(u);
    double sum = 0;
    for (const std::uint32_t item : list) sum += observation.knowledge->log_popularity[item];
    values.push_back(list.empty() ? 0 : sum / static_cast<double>(list.size()));
  }
  return values;
}

class ListPopularity : public MembershipAttack {
 public:
  std::string name() const override { return "list_popularity"; }
  bool blind() const override { return true; }
  double threshold() const override { return rule_.threshold; }

 private:
  void learn(const Evidence &shadow) override {
    rule_ = orient(statistic(*shadow), shadow->people.member);
  }
  std::vector<double> judge(const Observation &target) const override {
    std::vector<double> scores = statistic(target);
    for (double &value : scores) value *= rule_.sign;
    return scores;
  }

  Orientation rule_;
};

}  // namespace

std::unique_ptr<MembershipAttack> make_list_popularity() {
  return std::make_unique<ListPopularity>();
}

}  // namespace recveil::attack
