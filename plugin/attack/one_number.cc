#include "attack/one_number.h"

#include <utility>

#include "attack/orient.h"

namespace recveil::attack {
namespace {

class OneNumber : public MembershipAttack {
 public:
  OneNumber(std::string name, bool blind, Statistic statistic)
      : name_(std::move(name)), blind_(blind), statistic_(statistic) {}
  std::string name() const override { return name_; }
  bool blind() const override { return blind_; }
  double threshold() const override { return rule_.threshold; }

 private:
  void learn(const Evidence &shadow) override {
    rule_ = orient(statistic_(*shadow), shadow->people.member);
  }
  std::vector<double> judge(const Observation &target) const override {
    std::vector<double> scores = statistic_(target);
    for (double &value : scores) value *= rule_.sign;
    return scores;
  }

  std::string name_;
  bool blind_;
  Statistic statistic_;
  Orientation rule_;
};

}  // namespace

std::unique_ptr<MembershipAttack> make_by_one_number(std::string name, bool blind,
                                                     Statistic statistic) {
  return std::make_unique<OneNumber>(std::move(name), blind, statistic);
}

}  // namespace recveil::attack
