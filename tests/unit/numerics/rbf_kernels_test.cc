#include "numerics/rbf_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"
#include "numerics/panels.h"
#include "support/numerics_ocsvm.h"

namespace recveil::numerics {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Matrix random_rows(std::size_t n, std::size_t d, double spread, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x{n, d, std::vector<float>(n * d)};
  for (float &value : x.data) value = static_cast<float>(spread * rng.normal());
  return x;
}

Panels panels_of(const Matrix &x) {
  return {x.rows, x.cols, [&](std::size_t i) { return x.row(i); }};
}

template <class T>
AlignedArray<T> aligned(const std::vector<T> &values) {
  AlignedArray<T> out(values.size());
  std::copy(values.begin(), values.end(), out.data());
  return out;
}

class Kernels : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    kernels_ = rbf_kernels(GetParam());
    ASSERT_NE(kernels_, nullptr);
  }
  const RbfKernels *kernels_ = nullptr;
};

// One column, so that t is known but for three roundings.
class AgainstZero {
 public:
  AgainstZero(const RbfKernels &kernels, double gamma)
      : kernels_(kernels),
        gamma_(gamma),
        origin_(1, 1, [](std::size_t) { return &kZero; }),
        out_(origin_.padded()) {}

  // The relative error of exp(-t) at the float nearest to it, and t there.
  double error(double &t) {
    const auto x = static_cast<float>(std::sqrt(t / gamma_));
    t = gamma_ * static_cast<double>(x) * static_cast<double>(x);
    origin_.row(kernels_, &x, rbf_scale(gamma_), out_.data());
    return static_cast<double>(out_[0]) / std::exp(-t) - 1;
  }

 private:
  static constexpr float kZero = 0;
  const RbfKernels &kernels_;
  double gamma_;
  Panels origin_;
  AlignedArray<float> out_;
};

TEST_P(Kernels, ErrorOfTheExponentialIsBelowTheStatedBound) {
  AgainstZero kernel(*kernels_, 0.7);
  double worst = 0;
  for (double next = 1e-9; next < 87; next *= 1.0001) {
    double t = next;
    const double error = kernel.error(t);
    worst = std::max(worst, std::abs(error) / (2 + 2 * t));
  }
  EXPECT_LT(worst, std::ldexp(1.0, -23));
}

// No bias where kernel values matter, for support vectors would add it up. Roundings of standard
// deviation below 2 (1 + 2) 2^-23 that are independent have a mean of less than six standard errors
// but once in 5e8. The gammas are such that one float for gamma log2(e) would be off.
TEST_P(Kernels, ErrorOfTheExponentialHasNoBias) {
  for (const double gamma : {0.7, 0.013, 3.1, 17.7}) {
    AgainstZero kernel(*kernels_, gamma);
    double sum = 0;
    std::size_t count = 0;
    for (double next = 1; next < 2; next *= 1.000003, ++count) {
      double t = next;
      sum += kernel.error(t);
    }
    EXPECT_LT(std::abs(sum / static_cast<double>(count)),
              6 * 6 * std::ldexp(1.0, -23) / std::sqrt(static_cast<double>(count)))
        << gamma << ", scale off by " << rbf_scale(gamma).low / rbf_scale(gamma).high;
  }
}

TEST_P(Kernels, RowAgreesWithTheTwin) {
  for (const std::size_t d : {1u, 2u, 3u, 30u, 64u, 65u}) {
    for (const std::size_t n : {1u, 15u, 16u, 17u, 100u}) {
      const Matrix x = random_rows(n, d, 1, d * n);
      const double gamma = 0.5 / static_cast<double>(d);
      const Panels panels = panels_of(x);
      AlignedArray<float> out(panels.padded());
      panels.row(*kernels_, x.row(n / 2), rbf_scale(gamma), out.data());
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_NEAR(static_cast<double>(out[i]), support::rbf(x.row(n / 2), x.row(i), d, gamma),
                    2e-7);
      }
      EXPECT_EQ(out[n / 2], 1.0f);
    }
  }
}

TEST_P(Kernels, IsSymmetricToTheBit) {
  const Matrix x = random_rows(50, 7, 1, 1);
  const Panels panels = panels_of(x);
  std::vector<AlignedArray<float>> rows;
  for (std::size_t i = 0; i < x.rows; ++i) {
    rows.emplace_back(panels.padded());
    panels.row(*kernels_, x.row(i), rbf_scale(0.1), rows.back().data());
  }
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_EQ(rows[i][j], rows[j][i]);
  }
}

TEST_P(Kernels, FarPointsAreNearlyZeroAndFinite) {
  Matrix x{3, 2, {0, 0, 3e38f, -3e38f, 1e10f, 0}};
  const Panels panels = panels_of(x);
  AlignedArray<float> out(panels.padded());
  for (const double gamma : {1e-30, 1.0, 1e30}) {
    panels.row(*kernels_, x.row(0), rbf_scale(gamma), out.data());
    EXPECT_EQ(out[0], 1.0f);
    EXPECT_GE(out[1], 0.0f);
    EXPECT_LT(out[1], 2e-38f);
    if (gamma >= 1) {
      EXPECT_LT(out[2], 2e-38f);
    }
  }
}

TEST_P(Kernels, SumsAgreeWithTheTwin) {
  for (const std::size_t n : {1u, 16u, 37u, 900u}) {
    for (const std::size_t queries : {1u, 3u, 4u, 9u}) {
      const Matrix x = random_rows(n, 5, 1, n), y = random_rows(queries, 5, 1, n + 1);
      Rng rng(n);
      const Panels panels = panels_of(x);
      std::vector<double> weights(n);
      for (double &weight : weights) weight = rng.normal();
      const std::vector<double> expected = support::kernel_sums(x, weights, y, 0.1);
      weights.resize(panels.padded());
      std::vector<double> out(queries, 2);
      panels.sums(*kernels_, aligned(weights).data(), y.data.data(), queries, rbf_scale(0.1),
                  out.data());
      for (std::size_t q = 0; q < queries; ++q) EXPECT_NEAR(out[q], 2 + expected[q], 1e-5);
    }
  }
}

TEST_P(Kernels, UpdateAndSecondAgreeWithPlainLoops) {
  Rng rng(5);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::size_t n = 16 * (1 + rng.below(10));
    std::vector<double> g(n);
    std::vector<float> ki(n), kj(n), up(n), low(n);
    for (std::size_t i = 0; i < n; ++i) {
      g[i] = rng.normal();
      ki[i] = static_cast<float>(rng.uniform());
      kj[i] = static_cast<float>(rng.uniform());
      up[i] = rng.uniform() < 0.5 ? 0 : kInfinity;
      low[i] = rng.uniform() < 0.5 ? 0 : -kInfinity;
    }
    up[rng.below(n)] = 0;
    const std::size_t sure = rng.below(n);
    low[sure] = 0;
    g[sure] += 10;
    ki[rng.below(n)] = 1;  // no curvature

    AlignedArray<double> moved = aligned(g);
    const AlignedArray<float> row_i = aligned(ki), row_j = aligned(kj), in_up = aligned(up),
                              in_low = aligned(low);
    const Violation found = kernels_->update(moved.data(), row_i.data(), row_j.data(), 0.3, -0.3,
                                             in_up.data(), in_low.data(), n);
    Violation expected{0, 1e300, -1e300};
    for (std::size_t i = 0; i < n; ++i) {
      g[i] += 0.3 * static_cast<double>(ki[i]) - 0.3 * static_cast<double>(kj[i]);
      EXPECT_NEAR(moved[i], g[i], 1e-12);
      g[i] = moved[i];
      if (up[i] == 0 && g[i] < expected.least) expected = {i, g[i], expected.greatest};
      if (low[i] == 0) expected.greatest = std::max(expected.greatest, g[i]);
    }
    EXPECT_EQ(found.index, expected.index);
    EXPECT_EQ(found.least, expected.least);
    EXPECT_EQ(found.greatest, expected.greatest);

    std::size_t best = n;
    double most = -1;
    for (std::size_t j = 0; j < n; ++j) {
      const double violation = g[j] - found.least;
      if (low[j] != 0 || violation <= 0) continue;
      const double gain =
          violation * violation / std::max(2 - 2 * static_cast<double>(ki[j]), 1e-12);
      if (gain > most) {
        most = gain;
        best = j;
      }
    }
    EXPECT_EQ(kernels_->second(moved.data(), row_i.data(), in_low.data(), found.least, n), best);
  }
}

TEST_P(Kernels, NothingMayMove) {
  AlignedArray<double> g = aligned(std::vector<double>(16, 1.0));
  const auto k = aligned(std::vector<float>(16, 0.5f)), up = aligned(std::vector(16, kInfinity)),
             low = aligned(std::vector(16, -kInfinity));
  const Violation none =
      kernels_->update(g.data(), k.data(), k.data(), 0, 0, up.data(), low.data(), 16);
  EXPECT_EQ(none.least, static_cast<double>(kInfinity));
  EXPECT_EQ(none.greatest, -static_cast<double>(kInfinity));
}

// Those that this processor has.
std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> out;
  for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (rbf_kernels(set) != nullptr) out.push_back(set);
  }
  return out;
}
INSTANTIATE_TEST_SUITE_P(All, Kernels, testing::ValuesIn(instruction_sets()));

}  // namespace
}  // namespace recveil::numerics
