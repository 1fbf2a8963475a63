#include <gtest/gtest.h>
#include <libsvm/svm.h>

#include <cmath>
#include <memory>
#include <vector>

#include "core/error.h"
#include "numerics/svc.h"
#include "support/numerics_libsvm.h"
#include "support/numerics_svm_problems.h"

namespace recveil {
namespace {

struct Case {
  std::size_t n, d;
  double c, share;  // share of class 1
  bool balanced;
};

// Both stop where the violation is below eps, in units of the decision; two such solutions'
// decisions differ by a few eps (measured here: below 3e-5 at 1e-6, the rest are float kernel
// values).
TEST(Svc, AgreesWithLibsvm) {
  svm_set_print_string_function([](const char *) {});
  for (const Case &at : {Case{200, 5, 1, 0.5, false}, Case{300, 8, 10, 0.3, false},
                         Case{400, 4, 0.5, 0.2, true}, Case{150, 3, 100, 0.5, false}}) {
    const support::SvmProblem problem{at.n, at.d, 0.5, 0, support::Shape::clusters};
    const Matrix x = support::svm_rows(problem, 1), fresh = support::svm_rows(problem, 2);
    Rng rng(3);
    std::vector<std::uint8_t> y;
    double ones = 0;
    for (std::size_t i = 0; i < at.n; ++i) {
      // Told by the first column, and by chance.
      const bool one = static_cast<double>(x.row(i)[0]) + rng.normal() > 1 - 2 * at.share;
      y.push_back(one ? 1 : 0);
      ones += one ? 1 : 0;
    }
    numerics::SvcOptions options;
    options.c = at.c;
    options.gamma = 1 / static_cast<double>(at.d);
    options.eps = 1e-6;
    options.balanced = at.balanced;
    const numerics::Svc ours(x, y, options);

    support::LibsvmRows rows(x), others(fresh);
    std::vector<double> labels;
    for (const auto label : y) labels.push_back(label != 0 ? 1 : -1);
    const svm_problem given{static_cast<int>(at.n), labels.data(), rows.data()};
    svm_parameter parameter{};
    parameter.svm_type = C_SVC;
    parameter.kernel_type = RBF;
    parameter.gamma = options.gamma;
    parameter.C = at.c;
    parameter.eps = 1e-6;
    parameter.cache_size = 100;
    parameter.shrinking = 1;
    int weight_labels[] = {-1, 1};
    const double n = static_cast<double>(at.n);
    double weights[] = {n / (2 * (n - ones)), n / (2 * ones)};
    if (at.balanced) {
      parameter.nr_weight = 2;
      parameter.weight_label = weight_labels;
      parameter.weight = weights;
    }
    svm_model *model = svm_train(&given, &parameter);
    const double sign = model->label[0] == 1 ? 1 : -1;
    std::vector<double> decisions(fresh.rows);
    ours.decisions(fresh, decisions);
    for (std::size_t i = 0; i < fresh.rows; ++i) {
      double expected = 0;
      svm_predict_values(model, others[i], &expected);
      EXPECT_NEAR(decisions[i], sign * expected, 1e-4 * std::max(1.0, at.c)) << i;
    }
    EXPECT_NEAR(ours.rho(), sign * model->rho[0], 1e-4 * std::max(1.0, at.c));
    svm_free_and_destroy_model(&model);
  }
}

TEST(Svc, RefusesWhatCannotBeLearnt) {
  const Matrix x{2, 1, {0, 1}};
  const std::vector<std::uint8_t> both{0, 1}, one{1, 1};
  EXPECT_THROW(numerics::Svc(x, one, {}), Error);
  EXPECT_THROW(numerics::Svc(x, both, {.c = 0}), Error);
  EXPECT_THROW(numerics::Svc(x, both, {.gamma = 0}), Error);
}

}  // namespace
}  // namespace recveil
