#include "numerics/active_set.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/watch.h"

namespace recveil::numerics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Pairs between two looks at what can be set aside. A look is one pass over the gradient.
constexpr std::uint64_t kPairsBetweenLooks = 100;

// A kernel in which two points are the same has no curvature between them (LIBSVM's TAU).
constexpr double kLeastCurvature = 1e-12;

bool is_held(double alpha, double lower, double upper, double gradient, const Violation &now) {
  return (alpha <= lower && gradient > now.greatest) || (alpha >= upper && gradient < now.least);
}

std::vector<std::uint32_t> not_held(const DualState &state) {
  const Violation now = violation(state);
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < state.alpha.size(); ++i) {
    if (!is_held(state.alpha[i], state.lower[i], state.upper[i], state.gradient[i], now)) {
      out.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return out;
}

Panels panels_of(const Matrix &x, const std::vector<std::uint32_t> &points) {
  return {points.size(), x.cols, [&](std::size_t i) { return x.row(points[i]); }};
}

}  // namespace

Violation violation(const DualState &state) {
  Violation out{0, kInfinity, -kInfinity};
  for (std::size_t i = 0; i < state.alpha.size(); ++i) {
    if (state.may_grow(i) && state.gradient[i] < out.least)
      out = {i, state.gradient[i], out.greatest};
    if (state.may_shrink(i)) out.greatest = std::max(out.greatest, state.gradient[i]);
  }
  return out;
}

ActiveSet::ActiveSet(const Matrix &x, const RbfKernels &kernels, RbfScale scale,
                     std::size_t cache_bytes, DualState &state)
    : x_(x),
      kernels_(kernels),
      scale_(scale),
      state_(state),
      points_(not_held(state)),
      panels_(panels_of(x, points_)),
      alpha_(points_.size()),
      lower_(points_.size()),
      upper_(points_.size()),
      gradient_(padded()),
      up_(padded()),
      low_(padded()),
      cache_(points_.size(), padded(), cache_bytes) {
  std::fill_n(gradient_.data(), padded(), 0.0);
  std::fill_n(up_.data(), padded(), std::numeric_limits<float>::infinity());
  std::fill_n(low_.data(), padded(), -std::numeric_limits<float>::infinity());
  for (std::size_t i = 0; i < points_.size(); ++i) {
    alpha_[i] = state.alpha[points_[i]];
    lower_[i] = state.lower[points_[i]];
    upper_[i] = state.upper[points_[i]];
    gradient_[i] = state.gradient[points_[i]];
    mark(i);
  }
}

void ActiveSet::mark(std::size_t i) {
  up_[i] = alpha_[i] < upper_[i] ? 0 : std::numeric_limits<float>::infinity();
  low_[i] = alpha_[i] > lower_[i] ? 0 : -std::numeric_limits<float>::infinity();
}

Violation ActiveSet::violation() {
  // No step, of no row in particular.
  const float *any = row(0);
  return kernels_.update(gradient_.data(), any, any, 0, 0, up_.data(), low_.data(), padded());
}

const float *ActiveSet::row(std::size_t i) {
  const KernelCache::Row row = cache_.row(i);
  if (!row.filled) panels_.row(kernels_, x_.row(points_[i]), scale_, row.values);
  return row.values;
}

void ActiveSet::step(std::size_t i, std::size_t j, double delta) {
  const double room = upper_[i] - alpha_[i], supply = alpha_[j] - lower_[j];
  if (delta >= std::min(room, supply)) {
    // Exactly at the bound, so that the point is known to be there.
    delta = std::min(room, supply);
    alpha_[i] = room <= supply ? upper_[i] : alpha_[i] + delta;
    alpha_[j] = supply <= room ? lower_[j] : alpha_[j] - delta;
  } else {
    alpha_[i] += delta;
    alpha_[j] -= delta;
  }
  mark(i);
  mark(j);
}

void ActiveSet::optimize(double eps, std::uint64_t &left) {
  std::uint64_t until_look = kPairsBetweenLooks;
  Violation now = violation();
  for (; now.greatest - now.least >= eps && left > 0; --left) {
    if (--until_look == 0) {
      until_look = kPairsBetweenLooks;
      if (shrink(now)) now = violation();
    }
    pulse();
    const std::size_t i = now.index;
    const double gi = gradient_[i];
    const float *ki = row(i);
    const std::size_t j = kernels_.second(gradient_.data(), ki, low_.data(), gi, padded());
    const float *kj = row(j);
    const double curvature = std::max(2 - 2 * static_cast<double>(ki[j]), kLeastCurvature);
    const double ai = alpha_[i], aj = alpha_[j];
    step(i, j, (gradient_[j] - gi) / curvature);
    now = kernels_.update(gradient_.data(), ki, kj, alpha_[i] - ai, alpha_[j] - aj, up_.data(),
                          low_.data(), padded());
  }
  store();
}

void ActiveSet::store() {
  for (std::size_t i = 0; i < points_.size(); ++i) state_.alpha[points_[i]] = alpha_[i];
}

bool ActiveSet::shrink(const Violation &now) {
  std::vector<std::uint32_t> kept;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (!is_held(alpha_[i], lower_[i], upper_[i], gradient_[i], now))
      kept.push_back(static_cast<std::uint32_t>(i));
  }
  if (kept.size() > points_.size() / 8 * 7) return false;
  store();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    points_[i] = points_[kept[i]];
    alpha_[i] = alpha_[kept[i]];
    lower_[i] = lower_[kept[i]];
    upper_[i] = upper_[kept[i]];
    gradient_[i] = gradient_[kept[i]];
    up_[i] = up_[kept[i]];
    low_[i] = low_[kept[i]];
  }
  points_.resize(kept.size());
  alpha_.resize(kept.size());
  lower_.resize(kept.size());
  upper_.resize(kept.size());
  panels_ = panels_of(x_, points_);
  std::fill_n(up_.data() + kept.size(), padded() - kept.size(),
              std::numeric_limits<float>::infinity());
  std::fill_n(low_.data() + kept.size(), padded() - kept.size(),
              -std::numeric_limits<float>::infinity());
  std::fill_n(gradient_.data() + kept.size(), padded() - kept.size(), 0.0);
  cache_.compact(kept, padded());
  return true;
}

}  // namespace recveil::numerics
