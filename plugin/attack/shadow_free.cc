#include <algorithm>
#include <cmath>

#include "attack/evidence.h"
#include "attack/features.h"
#include "attack/membership.h"
#include "core/watch.h"

namespace recveil::attack {
namespace {

constexpr std::size_t kPopular = 100;

using Vector = std::vector<double>;

// The authors' code adds kLeastDistance to one of the two distances of non-members alone, which
// tells the classes apart by itself.
double closeness(const Vector &a, const Vector &b) {
  double squares = 0;
  for (std::size_t c = 0; c < a.size(); ++c) squares += (a[c] - b[c]) * (a[c] - b[c]);
  return 1 / std::max(std::sqrt(squares), kLeastDistance);
}

class ShadowFree : public MembershipAttack {
 public:
  std::string name() const override { return "shadow_free"; }
  bool blind() const override { return false; }
  double threshold() const override { return 0; }

 private:
  void learn(const Evidence &) override {}

  std::vector<double> judge(const Observation &target) const override {
    const Knowledge &knowledge = *target.knowledge;
    const std::size_t most = std::min(kPopular, knowledge.n_items());
    const Vector popular =
        mean_vector(std::span(knowledge.by_popularity).first(most), knowledge.item_vectors);
    std::vector<double> scores;
    for (std::size_t u = 0; u < target.people.lists.n_users(); ++u) {
      if (u % 256 == 0) pulse();
      const Vector list = mean_vector(target.people.lists.row(u), knowledge.item_vectors);
      const Vector history = mean_vector(target.people.histories.row(u), knowledge.item_vectors);
      scores.push_back(closeness(history, list) - closeness(list, popular));
    }
    return scores;
  }
};

}  // namespace

std::unique_ptr<MembershipAttack> make_shadow_free() {
  return std::make_unique<ShadowFree>();
}

}  // namespace recveil::attack
