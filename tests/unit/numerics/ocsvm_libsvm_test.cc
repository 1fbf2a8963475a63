// The same answers as LIBSVM, both at eps 1e-6.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "numerics/ocsvm.h"
#include "support/numerics_libsvm.h"
#include "support/numerics_ocsvm.h"
#include "support/numerics_svm_problems.h"

namespace recveil {
namespace {

class LikeLibsvm : public testing::TestWithParam<support::SvmProblem> {};

TEST_P(LikeLibsvm, SameRhoAndDecisions) {
  const support::SvmProblem &problem = GetParam();
  const Matrix x = support::svm_rows(problem, 1);
  const numerics::OneClassOptions options{
      .nu = problem.nu, .gamma = support::svm_gamma(problem, x), .eps = 1e-6};
  const numerics::TrainedOneClass ours = numerics::train_one_class(x, options);
  support::LibsvmRows rows(x);
  const support::Libsvm theirs(rows, options);
  EXPECT_NEAR(ours.svm.rho(), theirs.rho(), 1e-5 * std::abs(theirs.rho()));

  // Rows of training and rows never seen.
  support::SvmProblem few = problem;
  few.n = 500;
  double worst = 0;
  for (const Matrix &scored :
       {support::svm_rows(few, 1), support::svm_rows(few, 2), support::svm_rows(problem, 1)}) {
    Matrix some = scored;
    some.rows = std::min<std::size_t>(some.rows, 1000);
    some.data.resize(some.rows * some.cols);
    std::vector<double> decisions(some.rows);
    ours.svm.decisions(some, decisions);
    support::LibsvmRows nodes(some);
    for (std::size_t i = 0; i < some.rows; ++i) {
      worst = std::max(worst, std::abs(decisions[i] - theirs.decision(nodes[i])));
    }
  }
  EXPECT_LT(worst, 1e-4);
  std::printf("%s: rho %.9g, off by %.1e of it; decisions by %.1e; %zu and %d support vectors\n",
              problem.name().c_str(), theirs.rho(),
              std::abs(ours.svm.rho() - theirs.rho()) / std::abs(theirs.rho()), worst,
              ours.support_rows.size(), theirs.supports());
}

#ifdef RECVEIL_SVM_SWEEP
// At the eps that ships; ocsvm_test.cc has the small problems.
TEST_P(LikeLibsvm, TheViolationLeftIsBelowEps) {
  const support::SvmProblem &problem = GetParam();
  const Matrix x = support::svm_rows(problem, 1);
  const numerics::OneClassOptions options{.nu = problem.nu,
                                          .gamma = support::svm_gamma(problem, x)};
  const auto trained = numerics::train_one_class(x, options);
  const support::Optimality found = support::optimality(x, trained, problem.nu);
  EXPECT_LE(found.gap, options.eps);
  std::printf("%s: gap %.6g, by the solver %.6g\n", problem.name().c_str(), found.gap, trained.gap);
}

INSTANTIATE_TEST_SUITE_P(Large, LikeLibsvm, testing::ValuesIn(support::large_svm_problems()));
#else
INSTANTIATE_TEST_SUITE_P(Small, LikeLibsvm, testing::ValuesIn(support::small_svm_problems()));
#endif

}  // namespace
}  // namespace recveil
