#include "numerics/bag_logistic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::numerics {
namespace {

constexpr int kMaxNewton = 50, kMaxConjugate = 50;
constexpr double kTolerance = 1e-4;

using Vector = std::vector<double>;  // items, then the intercept

double dot(const Vector &a, const Vector &b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Problem {
  const Interactions &bags;
  std::span<const std::uint8_t> y;
  double ridge;

  std::size_t size() const { return std::size_t{bags.n_items} + 1; }

  Vector margins(const Vector &w) const {
    pulse();
    Vector out(y.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      double sum = w.back();
      for (const std::uint32_t item : bags.row(i)) sum += w[item];
      out[i] = y[i] != 0 ? sum : -sum;
    }
    return out;
  }
  double objective(const Vector &w, const Vector &margin) const {
    double sum = ridge / 2 * dot(w, w);
    for (const double m : margin) sum += std::max(-m, 0.0) + std::log1p(std::exp(-std::abs(m)));
    return sum;
  }
  // to = ridge * w + X^T weight.
  void add_rows(const Vector &weight, const Vector &w, Vector &to) const {
    for (std::size_t j = 0; j < to.size(); ++j) to[j] = ridge * w[j];
    for (std::size_t i = 0; i < y.size(); ++i) {
      for (const std::uint32_t item : bags.row(i)) to[item] += weight[i];
      to.back() += weight[i];
    }
  }
  // H v for the curvatures of the rows.
  void hessian(const Vector &curvature, const Vector &v, Vector &to) const {
    pulse();
    Vector weight(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      double sum = v.back();
      for (const std::uint32_t item : bags.row(i)) sum += v[item];
      weight[i] = curvature[i] * sum;
    }
    add_rows(weight, v, to);
  }
};

// H step = gradient, to a tenth of the gradient.
Vector newton_step(const Problem &problem, const Vector &curvature, const Vector &gradient) {
  Vector step(gradient.size()), residual = gradient, direction = gradient, product(gradient.size());
  double squares = dot(residual, residual);
  const double enough = 0.01 * squares;
  for (int k = 0; k < kMaxConjugate && squares > enough; ++k) {
    problem.hessian(curvature, direction, product);
    const double length = squares / dot(direction, product);
    for (std::size_t j = 0; j < step.size(); ++j) {
      step[j] += length * direction[j];
      residual[j] -= length * product[j];
    }
    const double next = dot(residual, residual), share = next / squares;
    for (std::size_t j = 0; j < step.size(); ++j) {
      direction[j] = residual[j] + share * direction[j];
    }
    squares = next;
  }
  return step;
}

}  // namespace

BagLogistic fit_bag_logistic(const Interactions &bags, std::span<const std::uint8_t> y,
                             double ridge) {
  const auto positives = std::count_if(y.begin(), y.end(), [](auto label) { return label != 0; });
  if (!(ridge > 0) || y.size() != bags.n_users() || positives == 0 ||
      static_cast<std::size_t>(positives) == y.size()) {
    throw Error(Status::argument, "bag logistic: the ridge, or the labels, are wrong");
  }
  const Problem problem{bags, y, ridge};
  Vector w(problem.size()), gradient(problem.size());
  Vector margin = problem.margins(w);
  double value = problem.objective(w, margin), first = 0;
  for (int step = 0; step < kMaxNewton; ++step) {
    Vector pull(y.size()), curvature(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double wrong = 1 / (1 + std::exp(margin[i]));
      pull[i] = y[i] != 0 ? -wrong : wrong;
      curvature[i] = wrong * (1 - wrong);
    }
    problem.add_rows(pull, w, gradient);
    const double squares = dot(gradient, gradient);
    if (step == 0) first = squares;
    if (squares <= kTolerance * kTolerance * first) break;
    const Vector newton = newton_step(problem, curvature, gradient);
    const double slope = dot(newton, gradient);
    Vector next(w.size());
    double length = 1, lower = value;
    for (; length > 1e-6; length /= 2) {
      for (std::size_t j = 0; j < w.size(); ++j) next[j] = w[j] - length * newton[j];
      margin = problem.margins(next);
      lower = problem.objective(next, margin);
      if (lower <= value - 1e-4 * length * slope) break;
    }
    if (lower >= value) break;
    w = next;
    value = lower;
  }
  BagLogistic out;
  out.intercept = w.back();
  w.pop_back();
  out.weights = std::move(w);
  return out;
}

}  // namespace recveil::numerics
