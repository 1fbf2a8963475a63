// The stratified AUC by its definition, a pair of people at a time.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace recveil::support {

struct SlowStratified {
  double auc = 0, standard_error = 0, pairs = 0;
};

// The bin of a person is that of the middle place of their activity among everybody's.
inline SlowStratified slow_stratified_auc(std::span<const double> members,
                                          std::span<const double> non_members,
                                          std::span<const double> member_activity,
                                          std::span<const double> non_member_activity,
                                          std::size_t bins) {
  const auto n = static_cast<double>(members.size() + non_members.size());
  const auto bin_of = [&](double activity) {
    double below = 0, same = 0;
    for (const auto group : {member_activity, non_member_activity}) {
      for (const double other : group) {
        below += other < activity ? 1 : 0;
        same += other == activity ? 1 : 0;
      }
    }
    return static_cast<std::size_t>((below + same / 2) / n * static_cast<double>(bins));
  };
  const std::size_t n1 = members.size(), n0 = non_members.size();
  std::vector<std::size_t> bin1, bin0;
  for (const double a : member_activity) bin1.push_back(bin_of(a));
  for (const double a : non_member_activity) bin0.push_back(bin_of(a));
  SlowStratified out;
  double wins = 0;
  std::vector<double> wins1(n1), pairs1(n1), wins0(n0), pairs0(n0);
  for (std::size_t i = 0; i < n1; ++i) {
    for (std::size_t j = 0; j < n0; ++j) {
      if (bin1[i] != bin0[j]) continue;
      const double x = members[i], y = non_members[j];
      const double psi = x > y ? 1.0 : x == y ? 0.5 : 0.0;
      wins += psi;
      wins1[i] += psi;
      wins0[j] += psi;
      ++pairs1[i];
      ++pairs0[j];
      ++out.pairs;
    }
  }
  out.auc = wins / out.pairs;
  // Each person's pull on a ratio of sums: (wins - auc * pairs) / all pairs.
  double s1 = 0, s0 = 0;
  for (std::size_t i = 0; i < n1; ++i) s1 += std::pow(wins1[i] - out.auc * pairs1[i], 2);
  for (std::size_t j = 0; j < n0; ++j) s0 += std::pow(wins0[j] - out.auc * pairs0[j], 2);
  const auto m1 = static_cast<double>(n1), m0 = static_cast<double>(n0);
  out.standard_error = std::sqrt(s1 * m1 / (m1 - 1) + s0 * m0 / (m0 - 1)) / out.pairs;
  return out;
}

}  // namespace recveil::support
