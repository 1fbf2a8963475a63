// Attackers that are broken on purpose: what measures attackers must notice.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "attack/evidence.h"
#include "attack/membership.h"
#include "core/random.h"

namespace recveil::support {

// Says the same of everybody.
class ConstantAttack : public attack::MembershipAttack {
 public:
  std::string name() const override { return "constant"; }
  bool blind() const override { return true; }
  double threshold() const override { return 0; }

 private:
  void learn(const attack::Evidence &) override {}
  std::vector<double> judge(const attack::Observation &target) const override {
    return std::vector<double>(target.people.lists.n_users(), 1.0);
  }
};

// Around a working attacker.
class BrokenAttack : public attack::MembershipAttack {
 public:
  explicit BrokenAttack(std::unique_ptr<attack::MembershipAttack> inner)
      : inner_(std::move(inner)) {}
  std::string name() const override { return "broken " + inner_->name(); }
  bool blind() const override { return inner_->blind(); }
  double threshold() const override { return inner_->threshold(); }

 protected:
  std::unique_ptr<attack::MembershipAttack> inner_;

 private:
  void learn(const attack::Evidence &shadow) override { inner_->fit(shadow); }
  std::vector<double> judge(const attack::Observation &target) const override {
    return inner_->score(std::make_shared<const attack::Observation>(target));
  }
};

// Learns on labels that were shuffled.
class ShuffledAttack : public BrokenAttack {
 public:
  ShuffledAttack(std::unique_ptr<attack::MembershipAttack> inner, std::uint64_t seed)
      : BrokenAttack(std::move(inner)), seed_(seed) {}

 private:
  void learn(const attack::Evidence &shadow) override {
    auto people = std::make_shared<attack::Population>(shadow->people);
    Rng rng(seed_);
    rng.shuffle(people->member);
    inner_->fit(std::make_shared<const attack::Observation>(
        attack::Observation{.knowledge = shadow->knowledge,
                            .seen = std::move(people),
                            .difference = shadow->difference,
                            .features = shadow->features}));
  }
  std::uint64_t seed_;
};

// Scores members low.
class InvertedAttack : public BrokenAttack {
 public:
  using BrokenAttack::BrokenAttack;
  double threshold() const override { return -inner_->threshold(); }

 private:
  std::vector<double> judge(const attack::Observation &target) const override {
    std::vector<double> scores = inner_->score(std::make_shared<const attack::Observation>(target));
    for (double &score : scores) score = -score;
    return scores;
  }
};

}  // namespace recveil::support
