// Writes small one-class problems and our answers for tests/unit/numerics/test_ocsvm_sklearn.py:
// a line "n d nu gamma rho", a line of n * d values, a line of n decisions, and so on.
#include <cstdio>
#include <vector>

#include "numerics/ocsvm.h"
#include "support/numerics_svm_problems.h"

int main() {
  for (const recveil::support::SvmProblem &problem : recveil::support::small_svm_problems()) {
    if (problem.n > 1500) continue;
    const recveil::Matrix x = recveil::support::svm_rows(problem, 1);
    const double gamma = recveil::support::svm_gamma(problem, x);
    const auto trained =
        recveil::numerics::train_one_class(x, {.nu = problem.nu, .gamma = gamma, .eps = 1e-6});
    std::vector<double> decisions(x.rows);
    trained.svm.decisions(x, decisions);
    std::printf("%zu %zu %.17g %.17g %.17g\n", x.rows, x.cols, problem.nu, gamma,
                trained.svm.rho());
    for (const float value : x.data) std::printf("%.9g ", static_cast<double>(value));
    std::printf("\n");
    for (const double decision : decisions) std::printf("%.17g ", decision);
    std::printf("\n");
  }
}
