#include "numerics/logistic.h"

#include <Eigen/Dense>
#include <cmath>

#include "core/error.h"
#include "core/watch.h"
#include "numerics/labels.h"

namespace recveil::numerics {
namespace {

constexpr int kMaxSteps = 100;
constexpr double kTolerance = 1e-10;  // of the gradient's largest entry, per row

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

// One row an observation, the last column 1 for the intercept.
struct Problem {
  Eigen::MatrixXd x;
  Eigen::VectorXd sign;     // +-1
  Eigen::VectorXd penalty;  // ridge, 0 for the intercept

  double objective(const Eigen::VectorXd &w) const {
    const Eigen::ArrayXd right = (x * w).array() * sign.array();
    // log(1 + exp(-m)) without overflow.
    const double loss = ((-right).max(0) + (-right.abs()).exp().log1p()).sum();
    return loss + 0.5 * (penalty.array() * w.array().square()).sum();
  }
};

Problem make_problem(const Matrix &x, std::span<const std::uint8_t> y, double ridge) {
  Problem problem;
  problem.x = Eigen::MatrixXd::Ones(index(x.rows), index(x.cols + 1));
  problem.sign.resize(index(x.rows));
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < x.cols; ++j) {
      problem.x(index(i), index(j)) = static_cast<double>(x.row(i)[j]);
    }
    problem.sign[index(i)] = y[i] != 0 ? 1 : -1;
  }
  problem.penalty = Eigen::VectorXd::Constant(index(x.cols + 1), ridge);
  problem.penalty[index(x.cols)] = 0;
  return problem;
}

}  // namespace

double Logistic::decision(std::span<const float> row) const {
  if (row.size() != weights.size()) {
    throw Error(Status::argument, "logistic: a row has " + std::to_string(row.size()) +
                                      " values, not " + std::to_string(weights.size()));
  }
  double sum = intercept;
  for (std::size_t j = 0; j < row.size(); ++j) sum += weights[j] * static_cast<double>(row[j]);
  return sum;
}

Logistic fit_logistic(const Matrix &x, std::span<const std::uint8_t> y, double ridge) {
  if (!(ridge > 0)) throw Error(Status::argument, "logistic: the ridge is not above 0");
  check_labels("logistic", x, y);
  const Problem problem = make_problem(x, y, ridge);
  Eigen::VectorXd w = Eigen::VectorXd::Zero(index(x.cols + 1));
  double value = problem.objective(w);
  for (int step = 0; step < kMaxSteps; ++step) {
    pulse();
    const Eigen::ArrayXd margin = (problem.x * w).array() * problem.sign.array();
    const Eigen::ArrayXd wrong = 1 / (1 + margin.exp());  // probability of the other class
    const Eigen::VectorXd gradient =
        (problem.penalty.array() * w.array()).matrix() -
        problem.x.transpose() * (wrong * problem.sign.array()).matrix();
    if (gradient.lpNorm<Eigen::Infinity>() <= kTolerance * static_cast<double>(x.rows)) break;

    const Eigen::ArrayXd root_curvature = (wrong * (1 - wrong)).sqrt();
    pulse();
    const Eigen::MatrixXd scaled = (problem.x.array().colwise() * root_curvature).matrix();
    Eigen::MatrixXd hessian = problem.penalty.asDiagonal();
    hessian.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
    const Eigen::VectorXd newton = hessian.selfadjointView<Eigen::Lower>().ldlt().solve(gradient);
    pulse();
    // A full step may overshoot far from the minimum; near it, rounding may raise the objective by
    // a few units in the last place.
    double length = 1, next = problem.objective(w - newton);
    while (length > 1e-6 && !(next <= value + 1e-12 * std::abs(value))) {
      length /= 2;
      next = problem.objective(w - length * newton);
    }
    w -= length * newton;
    value = next;
  }
  Logistic out;
  out.weights.assign(w.data(), w.data() + x.cols);
  out.intercept = w[index(x.cols)];
  return out;
}

}  // namespace recveil::numerics
