#include "attack/one_number.h"

namespace recveil::attack {
namespace {

// Mean log popularity of each list. An empty one shows nothing popular: it counts as 0.
std::vector<double> statistic(const Observation &observation) {
  std::vector<double> values;
  for (std::size_t u = 0; u < observation.people.lists.n_users(); ++u) {
    const std::span<const std::uint32_t> list = observation.people.lists.row(u);
    double sum = 0;
    for (const std::uint32_t item : list) sum += observation.knowledge->log_popularity[item];
    values.push_back(list.empty() ? 0 : sum / static_cast<double>(list.size()));
  }
  return values;
}

}  // namespace

std::unique_ptr<MembershipAttack> make_list_popularity() {
  return make_by_one_number("list_popularity", true, statistic);
}

}  // namespace recveil::attack
