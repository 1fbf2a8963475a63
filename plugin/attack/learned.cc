#include "attack/learned.h"

#include <cmath>
#include <numeric>
#include <utility>

namespace recveil::attack {
namespace {

double deviation(const std::vector<double> &values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / n);
}

class Learned : public MembershipAttack {
 public:
  Learned(std::string name, std::shared_ptr<Learner> learner)
      : name_(std::move(name)), learner_(std::move(learner)) {}
  std::string name() const override { return name_; }
  bool blind() const override { return false; }
  double threshold() const override { return 0; }

 private:
  void learn(const Evidence &shadow) override { model_ = (*learner_)(shadow); }
  std::vector<double> judge(const Observation &target) const override { return model_(target); }

  std::string name_;
  std::shared_ptr<Learner> learner_;
  LogOdds model_;
};

class Ensemble : public MembershipAttack {
 public:
  Ensemble(std::string name, std::vector<std::shared_ptr<Learner>> learners)
      : name_(std::move(name)), learners_(std::move(learners)) {}
  std::string name() const override { return name_; }
  bool blind() const override { return false; }
  double threshold() const override { return 0; }

 private:
  void learn(const Evidence &shadow) override {
    models_.clear();
    for (const auto &learner : learners_) {
      const LogOdds &model = (*learner)(shadow);
      const double spread = deviation(model(*shadow));
      const auto parts = static_cast<double>(learners_.size());
      // Not centred: log odds of 0 mean the same to all of them, and are where to cut.
      models_.push_back({model, spread > 0 ? 1 / spread / parts : 0});
    }
  }
  std::vector<double> judge(const Observation &target) const override {
    std::vector<double> scores(target.people.lists.n_users(), 0);
    for (const Part &part : models_) {
      const std::vector<double> log_odds = part.model(target);
      for (std::size_t u = 0; u < scores.size(); ++u) scores[u] += part.weight * log_odds[u];
    }
    return scores;
  }

  struct Part {
    LogOdds model;
    double weight;
  };
  std::string name_;
  std::vector<std::shared_ptr<Learner>> learners_;
  std::vector<Part> models_;
};

}  // namespace

std::unique_ptr<MembershipAttack> attack_by(std::string name, std::shared_ptr<Learner> learner) {
  return std::make_unique<Learned>(std::move(name), std::move(learner));
}

std::unique_ptr<MembershipAttack> attack_by_all(std::string name,
                                                std::vector<std::shared_ptr<Learner>> learners) {
  return std::make_unique<Ensemble>(std::move(name), std::move(learners));
}

}  // namespace recveil::attack
