#include "defense/screen/hidden_share.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "defense/screen/coordination_levels.h"

namespace recveil::defense {

double hidden_share(const PushingAccounts &accounts) {
  constexpr double kHidden = kCoordinationLevels.ordinary_share, kFound = 1 - kHidden;
  const double expected = std::max(accounts.expected, 1e-9);
  const double rate = expected / (accounts.size + expected);
  const auto most = static_cast<std::size_t>(std::floor(accounts.ordinary + .5));
  if (most == 0 || accounts.odd <= 0) return 0;
  // Log probability of x hidden accounts and ordinary - x people, up to a constant, by its steps.
  std::vector<double> log_p(most + 1, 0);
  for (std::size_t i = 0; i < most; ++i) {
    const double x = static_cast<double>(i);
    const double hidden =
        (x + accounts.odd) * (x + kHidden) / ((x + 1) * (x + kHidden + kFound + accounts.odd));
    const double people = std::max(accounts.ordinary - x, 1e-9);
    const double fewer = people / (std::max(people - 1, 0.0) + accounts.size) / rate;
    log_p[i + 1] = log_p[i] + std::log(hidden * fewer);
  }
  const double highest = *std::max_element(log_p.begin(), log_p.end());
  double sum = 0, first = 0;
  for (std::size_t x = 0; x <= most; ++x) {
    const double p = std::exp(log_p[x] - highest);
    sum += p;
    first += p * static_cast<double>(x);
  }
  return std::clamp(first / sum / accounts.ordinary, 0.0, 1.0);
}

}  // namespace recveil::defense
