#include "attack/orient.h"

#include <algorithm>
#include <utility>

#include "numerics/stats.h"

namespace recveil::attack {
namespace {

// The threshold with the best balanced accuracy at score > threshold: midway between two scores
// that differ, the lowest of the best. Where all scores are the same, that score. Both groups
// non-empty.
double best_threshold(const std::vector<double> &scores, const std::vector<std::uint8_t> &member) {
  std::vector<std::pair<double, bool>> people;
  double n[2] = {0, 0};
  for (std::size_t u = 0; u < scores.size(); ++u) {
    people.emplace_back(scores[u], member[u] != 0);
    ++n[people.back().second];
  }
  std::sort(people.begin(), people.end());
  double best = -1, threshold = people[0].first, below[2] = {0, 0};
  for (std::size_t i = 0; i + 1 < people.size(); ++i) {
    ++below[people[i].second];
    const double gain = below[0] / n[0] - below[1] / n[1];  // true minus false negative rate
    if (people[i].first < people[i + 1].first && gain > best) {
      best = gain;
      threshold = 0.5 * (people[i].first + people[i + 1].first);
    }
  }
  return threshold;
}

}  // namespace

Orientation orient(std::vector<double> values, const std::vector<std::uint8_t> &member) {
  std::vector<double> members, non_members;
  for (std::size_t u = 0; u < values.size(); ++u) {
    (member[u] != 0 ? members : non_members).push_back(values[u]);
  }
  Orientation out;
  out.auc = numerics::auc(members, non_members).value;
  if (out.auc < 0.5) {
    out.sign = -1;
    out.auc = 1 - out.auc;
    for (double &value : values) value = -value;
  }
  out.threshold = best_threshold(values, member);
  return out;
}

}  // namespace recveil::attack
