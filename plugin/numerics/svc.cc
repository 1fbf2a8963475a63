#include "numerics/svc.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/error.h"
#include "numerics/labels.h"
#include "numerics/smo.h"

namespace recveil::numerics {
namespace {

void require(bool holds, const char *what) {
  if (!holds) throw Error(Status::argument, std::string("svc: ") + what);
}

}  // namespace

Svc::Svc(const Matrix &x, std::span<const std::uint8_t> y, const SvcOptions &options)
    : cols_(x.cols), gamma_(options.gamma) {
  require(options.c > 0 && std::isfinite(options.c), "c must be above 0");
  require(options.gamma >= 1e-30 && options.gamma <= 1e30, "gamma must be in [1e-30, 1e30]");
  require(options.eps > 0 && std::isfinite(options.eps), "eps must be above 0");
  const auto n = static_cast<double>(x.rows);
  const auto positives = static_cast<double>(check_labels("svc", x, y));
  const double bound[] = {options.balanced ? options.c * n / (2 * (n - positives)) : options.c,
                          options.balanced ? options.c * n / (2 * positives) : options.c};
  DualProblem problem;
  for (const std::uint8_t label : y) {
    problem.alpha.push_back(0);
    problem.linear.push_back(label != 0 ? -1 : 1);
    problem.lower.push_back(label != 0 ? 0 : -bound[0]);
    problem.upper.push_back(label != 0 ? bound[1] : 0);
  }
  SmoResult result =
      solve_dual(x, std::move(problem), {options.gamma, options.eps, options.cache_bytes});
  rho_ = result.rho;
  support_vectors_ = static_cast<std::size_t>(std::count_if(
      result.alpha.begin(), result.alpha.end(), [](double beta) { return beta != 0; }));
  sum_ = WeightedPoints(x, result.alpha);
}

void Svc::decisions(const Matrix &x, std::span<double> out) const {
  require(x.cols == cols_ && out.size() == x.rows, "rows to score have another size");
  std::fill(out.begin(), out.end(), -rho_);
  sum_.add_sums(rbf_kernels(), rbf_scale(gamma_), x.data.data(), x.rows, out.data());
}

}  // namespace recveil::numerics
