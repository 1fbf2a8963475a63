// The AUC and its standard error by their definitions, a pair of people at a time. O(n1 n0).
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace recveil::support {

struct SlowAuc {
  double auc = 0, standard_error = 0;
};

// DeLong et al., Biometrics 44, 1988, equations 1 to 5. REQUIRES: two people or more a group.
inline SlowAuc slow_auc(std::span<const double> members, std::span<const double> non_members) {
  const auto n1 = static_cast<double>(members.size());
  const auto n0 = static_cast<double>(non_members.size());
  std::vector<double> v10(members.size()), v01(non_members.size());
  double auc = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t j = 0; j < non_members.size(); ++j) {
      const double x = members[i], y = non_members[j];
      const double psi = x > y ? 1.0 : x == y ? 0.5 : 0.0;
      v10[i] += psi / n0;
      v01[j] += psi / n1;
      auc += psi / (n1 * n0);
    }
  }
  double s10 = 0, s01 = 0;
  for (const double v : v10) s10 += (v - auc) * (v - auc) / (n1 - 1);
  for (const double v : v01) s01 += (v - auc) * (v - auc) / (n0 - 1);
  return {auc, std::sqrt(s10 / n1 + s01 / n0)};
}

}  // namespace recveil::support
