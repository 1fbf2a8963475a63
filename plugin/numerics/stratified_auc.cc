#include "numerics/stratified_auc.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "numerics/ranks.h"

namespace recveil::numerics {
namespace {

std::vector<double> joined(std::span<const double> members, std::span<const double> non_members) {
  std::vector<double> all(members.begin(), members.end());
  all.insert(all.end(), non_members.begin(), non_members.end());
  if (!std::all_of(all.begin(), all.end(), [](double v) { return std::isfinite(v); })) {
    throw Error(Status::argument, "stratified_auc: a value is not finite");
  }
  return all;
}

// What one group adds to the variance: wins[i] and pairs[i] are those of person i.
double group_variance(std::span<const double> wins, std::span<const double> pairs, double auc,
                      double all_pairs) {
  const auto n = static_cast<double>(wins.size());
  if (wins.size() < 2) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < wins.size(); ++i) {
    const double influence = (wins[i] - auc * pairs[i]) / all_pairs;
    sum += influence * influence;
  }
  return sum * n / (n - 1);
}

}  // namespace

StratifiedAuc stratified_auc(std::span<const double> members, std::span<const double> non_members,
                             std::span<const double> member_activity,
                             std::span<const double> non_member_activity, std::size_t bins) {
  const std::size_t n1 = members.size(), n = n1 + non_members.size();
  if (bins == 0) throw Error(Status::argument, "stratified_auc: no bins");
  if (n1 == 0 || n1 == n) throw Error(Status::argument, "stratified_auc: a group is empty");
  if (member_activity.size() != n1 || non_member_activity.size() != n - n1) {
    throw Error(Status::argument, "stratified_auc: scores and activities differ in number");
  }
  const std::vector<double> score = joined(members, non_members);
  std::vector<std::vector<std::size_t>> people(bins);
  const std::vector<double> activity = mid_ranks(joined(member_activity, non_member_activity));
  for (std::size_t i = 0; i < n; ++i) {
    const double share = (activity[i] - 0.5) / static_cast<double>(n);  // below 1
    people[static_cast<std::size_t>(share * static_cast<double>(bins))].push_back(i);
  }

  // Per person: pairs of their bin they are in, and those of them where the member scores higher.
  std::vector<double> wins(n, 0), pairs(n, 0);
  StratifiedAuc out;
  double all_wins = 0;
  for (const std::vector<std::size_t> &bin : people) {
    // Members come first, because people do.
    const auto first_non_member = std::lower_bound(bin.begin(), bin.end(), n1) - bin.begin();
    const auto m1 = static_cast<std::size_t>(first_non_member), m0 = bin.size() - m1;
    std::vector<double> scores;
    for (const std::size_t i : bin) scores.push_back(score[i]);
    const std::vector<double> all = mid_ranks(scores);
    std::vector<double> own = mid_ranks(std::span(scores).first(m1));
    const std::vector<double> own_non_members = mid_ranks(std::span(scores).subspan(m1));
    own.insert(own.end(), own_non_members.begin(), own_non_members.end());
    for (std::size_t b = 0; b < bin.size(); ++b) {
      const double beaten = all[b] - own[b];  // of the other group
      pairs[bin[b]] = static_cast<double>(b < m1 ? m0 : m1);
      wins[bin[b]] = b < m1 ? beaten : pairs[bin[b]] - beaten;
      if (b < m1) all_wins += beaten;
    }
    out.pairs += static_cast<double>(m1) * static_cast<double>(m0);
  }
  if (out.pairs == 0) return out;
  out.auc = all_wins / out.pairs;
  const auto variance = [&](std::size_t from, std::size_t count) {
    return group_variance(std::span(wins).subspan(from, count),
                          std::span(pairs).subspan(from, count), out.auc, out.pairs);
  };
  out.standard_error = std::sqrt(variance(0, n1) + variance(n1, n - n1));
  return out;
}

}  // namespace recveil::numerics
