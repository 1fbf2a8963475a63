#include "numerics/equivalence.h"

#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "core/error.h"

namespace recveil::numerics {
namespace {

void check(double standard_error, double margin) {
  if (!(margin > 0)) throw Error(Status::argument, "equivalence: the margin is not above 0");
  if (!(standard_error >= 0)) {
    throw Error(Status::argument, "equivalence: the standard error is below 0");
  }
}

}  // namespace

double equivalence_p_value(double auc, double standard_error, double margin) {
  check(standard_error, margin);
  const double inside = margin - std::abs(auc - 0.5);
  if (standard_error == 0) return inside > 0 ? 0 : 1;
  return 0.5 * std::erfc(inside / standard_error / std::sqrt(2.0));
}

std::optional<std::size_t> people_to_settle(double auc, double standard_error, std::size_t n,
                                            double margin, double alpha) {
  check(standard_error, margin);
  if (n == 0) throw Error(Status::argument, "equivalence: nobody was measured");
  const double distance = std::abs(std::abs(auc - 0.5) - margin);
  const double half = boost::math::quantile(boost::math::normal(), 1 - alpha / 2) * standard_error;
  if (half < distance) return 0;
  const double needed = std::pow(half / distance, 2) * static_cast<double>(n);
  if (!(needed < 1e15)) return std::nullopt;
  return static_cast<std::size_t>(needed) + 1 - n;
}

}  // namespace recveil::numerics
