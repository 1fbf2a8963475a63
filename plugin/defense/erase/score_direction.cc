#include "defense/erase/score_direction.h"

namespace recveil::defense {

std::vector<double> first_axis(const numerics::SquareMatrix &m, std::size_t k) {
  const numerics::SquareMatrix axes = numerics::left_basis(m, k, k);
  std::vector<double> out(k);
  for (std::size_t a = 0; a < k; ++a) out[a] = axes[a * k];
  return out;
}

std::vector<double> sparing_axis(const numerics::SquareMatrix &agreement,
                                 numerics::SquareMatrix moved, std::size_t k, double spared) {
  double trace = 0;
  for (std::size_t a = 0; a < k; ++a) trace += moved[a * k + a];
  if (!(trace > 0)) return first_axis(agreement, k);
  const std::vector<double> most = first_axis(moved, k);
  double largest = 0;
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) largest += most[a] * moved[a * k + b] * most[b];
  }
  for (double &value : moved) value *= spared / largest;
  for (std::size_t a = 0; a < k; ++a) moved[a * k + a] += 1;
  const numerics::SquareMatrix by = numerics::symmetric_roots(moved, k).inverse_root;
  const std::vector<double> axis = first_axis(numerics::sandwich(by, agreement, k), k);
  std::vector<double> out(k);
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) out[a] += by[a * k + b] * axis[b];
  }
  return out;
}

}  // namespace recveil::defense
