#include "attack/evidence.h"
#include "attack/membership.h"
#include "attack/orient.h"

namespace recveil::attack {
namespace {

std::vector<double> statistic(const Observation &observation) {
  const Matrix &features = observation.features;
  std::vector<double> values;
  for (std::size_t u = 0; u < features.rows; ++u) {
    values.push_back(static_cast<double>(features.row(u)[features.cols - 1]));
  }
  return values;
}

class ReferenceMetric : public MembershipAttack {
 public:
  std::string name() const override { return "reference_metric"; }
  bool blind() const override { return false; }
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

std::unique_ptr<MembershipAttack> make_reference_metric() {
  return std::make_unique<ReferenceMetric>();
}

}  // namespace recveil::attack
