#include "attack/one_number.h"

namespace recveil::attack {
namespace {

std::vector<double> statistic(const Observation &observation) {
  const Matrix &features = observation.features;
  std::vector<double> values;
  for (std::size_t u = 0; u < features.rows; ++u) {
    values.push_back(static_cast<double>(features.row(u)[features.cols - 1]));
  }
  return values;
}

}  // namespace

std::unique_ptr<MembershipAttack> make_reference_metric() {
  return make_by_one_number("reference_metric", false, statistic);
}

}  // namespace recveil::attack
