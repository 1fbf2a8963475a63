#include "defense/fold/ridge.h"

#include <algorithm>
#include <cmath>

namespace recveil::defense {
namespace {

constexpr double kLastStep = 1e-3;

double length(const float *x, std::size_t d) noexcept {
  double total = 0;
  for (std::size_t c = 0; c < d; ++c)
    total += static_cast<double>(x[c]) * static_cast<double>(x[c]);
  return std::sqrt(total);
}

}  // namespace

RidgeScratch::RidgeScratch(Carver &carver, std::size_t d) noexcept
    : block(carver.take<float>(kBlockRows * padded(d))),
      system(carver.take<float>(padded(d) * padded(d))),
      inverse(carver.take<float>(padded(d))),
      columns(carver.take<float>(16 * padded(d))),
      x(carver.take<float>(padded(d))),
      step(carver.take<float>(padded(d))),
      residual(carver.take<double>(padded(d))) {}

RidgeFold::RidgeFold(const FactorTable &table, std::span<const std::uint32_t> support,
                     const Kernels &kernels)
    : table_(table),
      kernels_(kernels),
      gram_(padded(table.d) * padded(table.d)),
      single_gram_(gram_.size()) {
  const std::size_t width = padded(table_.d);
  std::vector<std::uint32_t> known;
  for (std::size_t i = 0; i < support.size(); ++i) {
    if (support[i] > 0) known.push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<float> block(kBlockRows * width);
  for_blocks(known, [&](const std::uint32_t *which, std::size_t n) {
    kernels_.gather(table_.items, table_.stride, which, n, table_.d, width, block.data());
    kernels_.add_gram_exact(block.data(), n, width, gram_.data());
  });
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < i; ++j) gram_[i * width + j] = gram_[j * width + i];
  }
  for (std::size_t k = 0; k < gram_.size(); ++k) {
    gram_[k] *= table_.unobserved_weight;
    single_gram_[k] = static_cast<float>(gram_[k]);
  }
  if (!table_.bias_residual) return;
  unobserved_bias_.resize(width);
  for (const std::uint32_t item : known) {
    const double factor = table_.unobserved_weight * static_cast<double>(table_.bias[item]);
    const float *row = table_.items + item * table_.stride;
    for (std::size_t c = 0; c < table_.d; ++c) {
      unobserved_bias_[c] += factor * static_cast<double>(row[c]);
    }
  }
}

RidgeFold::Term RidgeFold::term(const KnownItems &known, std::size_t at) const noexcept {
  const double weight =
      known.weights != nullptr ? static_cast<double>(known.weights[at]) : table_.observed_weight;
  const double bias = table_.bias_residual ? static_cast<double>(table_.bias[known.items[at]]) : 0;
  const double unobserved = table_.unobserved_weight;
  return {weight * (1 - bias) + unobserved * bias, weight - unobserved};
}

double RidgeFold::ridge(const KnownItems &known) const noexcept {
  const auto n = static_cast<double>(known.items.size());
  double total = n;
  if (!table_.ridge_by_count) {
    double observed = table_.observed_weight * n;
    if (known.weights != nullptr) {
      observed = 0;
      for (std::size_t i = 0; i < known.items.size(); ++i) {
        observed += static_cast<double>(known.weights[i]);
      }
    }
    total = observed + table_.unobserved_weight * (table_.catalogue - n);
  }
  return table_.regularization * std::pow(total, table_.regularization_exponent);
}

// Calls with kBlockRows of `known` at a time, the rows of the next on their way to the cache.
template <class Call>
void RidgeFold::for_blocks(std::span<const std::uint32_t> known, Call call) const noexcept {
  for (std::size_t begin = 0; begin < known.size(); begin += kBlockRows) {
    const std::size_t n = std::min(kBlockRows, known.size() - begin);
    const std::size_t next = begin + n;
    for (const std::uint32_t item :
         known.subspan(next, std::min(kBlockRows, known.size() - next))) {
      const auto *row = reinterpret_cast<const char *>(table_.items + item * table_.stride);
      for (std::size_t at = 0; at < table_.d * sizeof(float); at += 64) {
        __builtin_prefetch(row + at);
      }
    }
    call(known.data() + begin, n);
  }
}

// system += the sum of extra y y', x += that of target y. Rows are scaled by the root of what they
// count; those that count less than an unobserved pair are subtracted.
void RidgeFold::add_terms(const KnownItems &known, float *block, float *system,
                          float *x) const noexcept {
  const std::size_t d = table_.d, width = padded(d);
  for_blocks(known.items, [&](const std::uint32_t *which, std::size_t n) {
    const auto first = static_cast<std::size_t>(which - known.items.data());
    std::uint32_t ordered[kBlockRows];
    float target[kBlockRows], scale[kBlockRows];
    std::size_t added = 0, subtracted = n;
    for (std::size_t r = 0; r < n; ++r) {
      const Term of = term(known, first + r);
      const std::size_t place = of.extra >= 0 ? added++ : --subtracted;
      ordered[place] = which[r];
      target[place] = static_cast<float>(of.target);
      scale[place] = static_cast<float>(std::sqrt(std::abs(of.extra)));
    }
    kernels_.gather(table_.items, table_.stride, ordered, n, d, width, block);
    for (std::size_t r = 0; r < n; ++r) {
      float *row = block + r * width;
      kernels_.add_rows(row, 1, width, target[r], x);
      for (std::size_t c = 0; c < d; ++c) row[c] *= scale[r];
    }
    kernels_.add_gram(block, added, width, system);
    kernels_.subtract_gram(block + added * width, n - added, width, system);
  });
}

bool RidgeFold::assemble(const KnownItems &known, float *block, float *system,
                         float *x) const noexcept {
  const std::size_t d = table_.d, width = padded(d);
  std::fill_n(x, width, 0.0f);
  if (known.items.empty()) return false;
  std::fill_n(system, width * width, 0.0f);
  const double observed = table_.observed_weight;
  double extra = observed - table_.unobserved_weight;
  if (uniform(known)) {
    for_blocks(known.items, [&](const std::uint32_t *which, std::size_t n) {
      kernels_.gather(table_.items, table_.stride, which, n, d, width, block);
      kernels_.add_gram(block, n, width, system);
      kernels_.add_rows(block, n, width, static_cast<float>(observed), x);
    });
  } else {
    add_terms(known, block, system, x);
    extra = 1;  // the rows hold it
    for (std::size_t c = 0; c < unobserved_bias_.size(); ++c) {
      x[c] -= static_cast<float>(unobserved_bias_[c]);
    }
  }
  kernels_.assemble(single_gram_.data(), static_cast<float>(extra),
                    static_cast<float>(ridge(known)), d, width, system);
  return true;
}

void RidgeFold::residual(const KnownItems &known, const float *x, float *block, double *residual,
                         float *step) const noexcept {
  const std::size_t d = table_.d, width = padded(d);
  const double observed = table_.observed_weight, extra = observed - table_.unobserved_weight;
  const bool plain = uniform(known);
  std::fill_n(residual, width, 0.0);
  for_blocks(known.items, [&](const std::uint32_t *which, std::size_t n) {
    if (plain) {
      kernels_.add_residual(table_.items, table_.stride, which, n, d, width, x, observed, extra,
                            block, residual);
      return;
    }
    const auto first = static_cast<std::size_t>(which - known.items.data());
    for (std::size_t r = 0; r < n; ++r) {
      const Term of = term(known, first + r);
      kernels_.add_residual(table_.items, table_.stride, which + r, 1, d, width, x, of.target,
                            of.extra, block, residual);
    }
  });
  for (std::size_t c = 0; c < unobserved_bias_.size(); ++c) residual[c] -= unobserved_bias_[c];
  kernels_.subtract_product(gram_.data(), ridge(known), d, width, x, residual);
  for (std::size_t c = 0; c < width; ++c) step[c] = static_cast<float>(residual[c]);
}

bool RidgeFold::take_step(const float *step, std::size_t d, float *x) noexcept {
  for (std::size_t c = 0; c < d; ++c) x[c] += step[c];
  return length(step, d) <= kLastStep * length(x, d);
}

bool RidgeFold::solve(const KnownItems &known, const RidgeScratch &scratch) const noexcept {
  const std::size_t d = table_.d, width = padded(d);
  if (!assemble(known, scratch.block, scratch.system, scratch.x)) return true;
  if (!kernels_.factorize(scratch.system, d, width, scratch.inverse, scratch.columns)) return false;
  kernels_.solve(scratch.system, scratch.columns, scratch.inverse, d, width, scratch.x);
  for (int round = 0; round < kMaxRounds; ++round) {
    residual(known, scratch.x, scratch.block, scratch.residual, scratch.step);
    kernels_.solve(scratch.system, scratch.columns, scratch.inverse, d, width, scratch.step);
    if (take_step(scratch.step, d, scratch.x)) return true;
  }
  return false;
}

}  // namespace recveil::defense
