#include "attack/membership.h"

#include "attack/check.h"
#include "attack/evidence.h"
#include "attack/learned.h"
#include "core/error.h"

namespace recveil::attack {
namespace {

std::shared_ptr<Learner> mlp(std::uint64_t seed) {
  return std::make_shared<Learner>(
      [seed](const Observation &shadow) { return train_mlp(shadow, seed); });
}
std::shared_ptr<Learner> trees(std::uint64_t seed) {
  return std::make_shared<Learner>(
      [seed](const Observation &shadow) { return train_trees(shadow, seed); });
}
std::shared_ptr<Learner> logistic() {
  return std::make_shared<Learner>(train_logistic);
}

}  // namespace

void MembershipAttack::fit(const Evidence &shadow) {
  check_shadow(shadow->people, shadow->knowledge->n_items());
  learn(shadow);
  shadow_ = shadow;
}

std::vector<double> MembershipAttack::score(const Evidence &target) const {
  if (shadow_ == nullptr) throw Error(Status::argument, name() + ": scores before it was fitted");
  if (target->knowledge != shadow_->knowledge) {
    throw Error(Status::argument, name() + ": the target was observed with other auxiliary data");
  }
  return judge(*target);
}

void MembershipAttack::fit(const Population &shadow, const Auxiliary &auxiliary) {
  fit(observe(std::make_shared<const Knowledge>(auxiliary), shadow));
}

std::vector<double> MembershipAttack::score(const Population &target) const {
  if (shadow_ == nullptr) throw Error(Status::argument, name() + ": scores before it was fitted");
  return judge(*observe(shadow_->knowledge, target));
}

std::unique_ptr<MembershipAttack> make_difference_mlp(std::uint64_t seed) {
  return attack_by("difference_mlp", mlp(seed));
}
std::unique_ptr<MembershipAttack> make_boosted_trees(std::uint64_t seed) {
  return attack_by("boosted_trees", trees(seed));
}
std::unique_ptr<MembershipAttack> make_logistic() {
  return attack_by("logistic", logistic());
}
std::unique_ptr<MembershipAttack> make_strong(std::uint64_t seed) {
  return attack_by_all("strong", {trees(seed), logistic()});
}

std::vector<std::unique_ptr<MembershipAttack>> all_membership_attacks(std::uint64_t seed) {
  const auto tree_learner = trees(seed), logistic_learner = logistic();
  std::vector<std::unique_ptr<MembershipAttack>> attacks;
  attacks.push_back(make_difference_mlp(seed));
  attacks.push_back(attack_by("boosted_trees", tree_learner));
  attacks.push_back(attack_by("logistic", logistic_learner));
  attacks.push_back(attack_by_all("strong", {tree_learner, logistic_learner}));
  attacks.push_back(make_shadow_free());
  attacks.push_back(make_popular_overlap());
  attacks.push_back(make_list_popularity());
  attacks.push_back(make_reference_metric());
  attacks.push_back(make_list_counter(seed));
  return attacks;
}

}  // namespace recveil::attack
