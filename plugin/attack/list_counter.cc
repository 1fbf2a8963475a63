#include <cmath>

#include "attack/evidence.h"
#include "attack/membership.h"
#include "attack/orient.h"
#include "core/random.h"
#include "core/watch.h"

namespace recveil::attack {
namespace {

// Of each item: log of the share of members' lists that show it over the share of others' lists.
// rows: whose lists are counted.
std::vector<double> count(const Population &people, const std::vector<std::uint8_t> &rows) {
  std::vector<double> shown[2];
  for (auto &of : shown) of.assign(people.lists.n_items, 1);
  double lists[2] = {2, 2};
  for (std::size_t u = 0; u < people.lists.n_users(); ++u) {
    if (rows[u] == 0) continue;
    if (u % 1024 == 0) pulse();
    const std::size_t label = people.member[u] != 0 ? 1 : 0;
    lists[label] += 1;
    for (const std::uint32_t item : people.lists.row(u)) shown[label][item] += 1;
  }
  std::vector<double> out;
  for (std::size_t i = 0; i < people.lists.n_items; ++i) {
    out.push_back(std::log(shown[1][i] / lists[1] / (shown[0][i] / lists[0])));
  }
  return out;
}

// An empty list shows nothing: 0.
double mean_ratio(const std::vector<double> &ratio, std::span<const std::uint32_t> list) {
  double sum = 0;
  for (const std::uint32_t item : list) sum += ratio[item];
  return list.empty() ? 0 : sum / static_cast<double>(list.size());
}

class ListCounter : public MembershipAttack {
 public:
  explicit ListCounter(std::uint64_t seed) : seed_(seed) {}
  std::string name() const override { return "list_counter"; }
  bool blind() const override { return true; }
  double threshold() const override { return threshold_; }

 private:
  void learn(const Evidence &shadow) override {
    const Population &people = shadow->people;
    const std::size_t n = people.lists.n_users();
    Rng rng(seed_, 20);
    std::vector<std::uint8_t> half[2];
    for (std::size_t u = 0; u < n; ++u) {
      half[0].push_back(static_cast<std::uint8_t>(rng.below(2)));
      half[1].push_back(half[0].back() != 0 ? 0 : 1);
    }
    std::vector<double> values(n, 0);
    for (std::size_t h = 0; h < 2; ++h) {
      const std::vector<double> ratio = count(people, half[h]);
      for (std::size_t u = 0; u < n; ++u) {
        if (half[h][u] == 0) values[u] = mean_ratio(ratio, people.lists.row(u));
      }
    }
    // Counts know their direction: where halves point the other way it is by chance.
    const Orientation rule = orient(values, people.member);
    threshold_ = rule.sign > 0 ? rule.threshold : 0;
    ratio_ = count(people, std::vector<std::uint8_t>(n, 1));
  }
  std::vector<double> judge(const Observation &target) const override {
    std::vector<double> scores;
    for (std::size_t u = 0; u < target.people.lists.n_users(); ++u) {
      scores.push_back(mean_ratio(ratio_, target.people.lists.row(u)));
    }
    return scores;
  }

  std::uint64_t seed_;
  std::vector<double> ratio_;
  double threshold_ = 0;
};

}  // namespace

std::unique_ptr<MembershipAttack> make_list_counter(std::uint64_t seed) {
  return std::make_unique<ListCounter>(seed);
}

}  // namespace recveil::attack
