#include "numerics/spectrum.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/product_kernels.h"

namespace recveil::numerics {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd noise(Index n, std::uint64_t seed) {
  Rng rng(seed);
  MatrixXd out(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = i; j < n; ++j) out(i, j) = out(j, i) = rng.normal();
  }
  return out;
}

SquareMatrix flat(const MatrixXd &s) {
  return {s.data(), s.data() + s.size()};
}

// Eigen is the oracle of the values. The vectors are held to what they are: of length 1, at right
// angles, and S v = value v, which also holds where values are equal and vectors are not unique.
// All within 8 d eps of the largest value, which is what both algorithms promise (Golub and Van
// Loan, section 8.3).
void expect_spectrum(const MatrixXd &s, const char *what) {
  SCOPED_TRACE(what);
  const Index n = s.rows();
  const Spectrum found = spectrum(flat(s), static_cast<std::size_t>(n));
  const Eigen::SelfAdjointEigenSolver<MatrixXd> oracle(s);
  const double size = s.cwiseAbs().maxCoeff();
  const double norm = n > 0 ? std::max(oracle.eigenvalues().cwiseAbs().maxCoeff(), size) : 0;
  const double bound = 8 * static_cast<double>(n) * 0x1p-52;
  ASSERT_EQ(found.values.size(), static_cast<std::size_t>(n));
  ASSERT_EQ(found.vectors.size(), static_cast<std::size_t>(n * n));
  const Eigen::Map<const MatrixXd> v(found.vectors.data(), n, n);
  const Eigen::Map<const Eigen::VectorXd> values(found.values.data(), n);
  EXPECT_TRUE(std::is_sorted(found.values.rbegin(), found.values.rend()));
  EXPECT_LE((values - oracle.eigenvalues().reverse()).cwiseAbs().maxCoeff(), bound * norm);
  EXPECT_LE((v.transpose() * v - MatrixXd::Identity(n, n)).cwiseAbs().maxCoeff(), bound);
  EXPECT_LE((s * v - v * values.asDiagonal()).cwiseAbs().maxCoeff(), bound * norm);
  for (Index f = 0; f < n; ++f) {
    Index largest = 0;
    v.col(f).cwiseAbs().maxCoeff(&largest);
    EXPECT_GT(v(largest, f), 0) << f;
  }
}

TEST(Spectrum, AgreesWithEigen) {
  // Around the blocks of reflections (32) and of columns (128), and the panels of rows (16).
  for (const Index n : {1, 2, 3, 15, 16, 17, 31, 32, 33, 34, 64, 65, 127, 130, 200, 333}) {
    expect_spectrum(noise(n, static_cast<std::uint64_t>(n)), std::to_string(n).c_str());
  }
}

TEST(Spectrum, AgreesWithEigenOnMatricesThatAreOdd) {
  const Index n = 70;
  const MatrixXd any = noise(n, 1), ones = MatrixXd::Ones(n, n), unit = MatrixXd::Identity(n, n);
  expect_spectrum(MatrixXd::Zero(n, n), "zero");
  expect_spectrum(unit, "unit");
  expect_spectrum(ones, "one value, the others 0");
  expect_spectrum(any.leftCols(5) * any.leftCols(5).transpose(), "rank 5");
  expect_spectrum(1e-200 * any, "small");
  expect_spectrum(1e200 * any, "large");
  expect_spectrum(-(any * any.transpose()), "negative");
  MatrixXd blocks = MatrixXd::Zero(n, n);
  blocks.topLeftCorner(40, 40) = any.topLeftCorner(40, 40);
  blocks.bottomRightCorner(30, 30) = any.topLeftCorner(30, 30);
  expect_spectrum(blocks, "blocks, equal values in both");
  MatrixXd graded(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) graded(i, j) = any(i, j) * std::pow(.7, i + j);
  }
  expect_spectrum(graded, "graded");
  MatrixXd chain = 2 * unit;  // tridiagonal already
  chain.diagonal(1).setConstant(-1);
  chain.diagonal(-1).setConstant(-1);
  expect_spectrum(chain, "chain");
  EXPECT_TRUE(spectrum({}, 0).values.empty());
}

TEST(Spectrum, RefusesWhatIsNotFinite) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), HUGE_VAL}) {
    SquareMatrix s = flat(MatrixXd::Identity(3, 3));
    s[5] = bad;
    try {
      spectrum(s, 3);
      FAIL();
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::data);
    }
  }
}

// Sweeps of every instruction set against one number after the other.
TEST(Spectrum, RotationsAgreeWithPlainOnes) {
  constexpr std::size_t kColumns = 21;
  Rng rng(3);
  std::vector<double> start(kColumns * kPanelRows);
  for (double &value : start) value = rng.normal();
  std::vector<Rotation> rotations;
  for (int r = 0; r < 40; ++r) {
    const double angle = 6 * rng.uniform();
    rotations.push_back({std::cos(angle), std::sin(angle)});
  }
  const std::vector<Sweep> sweeps = {{0, 0, 20}, {3, 20, 1}, {7, 21, 0}, {2, 21, 18}, {19, 39, 1}};
  std::vector<double> slow = start;
  for (const Sweep &sweep : sweeps) {
    for (std::size_t r = 0; r < sweep.n_rotations; ++r) {
      const auto [c, s] = rotations[sweep.first_rotation + r];
      for (std::size_t row = 0; row < kPanelRows; ++row) {
        double &x = slow[(sweep.first_column + r) * kPanelRows + row], &y = (&x)[kPanelRows];
        const double before = x;
        x = c * before - s * y;
        y = s * before + c * y;
      }
    }
  }
  for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    const ProductKernels *kernels = product_kernels(set);
    if (kernels == nullptr) continue;
    std::vector<double> fast = start;
    kernels->rotate({fast.data(), rotations.data(), sweeps.data(), sweeps.size()});
    for (std::size_t i = 0; i < fast.size(); ++i) ASSERT_NEAR(fast[i], slow[i], 1e-13);
  }
}

// It says how far it is, and ends at the first pulse after the flag, wherever that is: no pulse is
// further from the next than a 50th of the work, which the time on the clock of one machine is not
// needed for: the reports of progress count.
TEST(Spectrum, SaysHowFarItIsAndStopsThere) {
  const SquareMatrix s = flat(noise(400, 9));
  std::vector<double> told;
  spectrum(s, 400, [&](double share) { told.push_back(share); });
  EXPECT_GE(told.size(), 12u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 1);
  for (const std::size_t stop : {std::size_t{0}, std::size_t{3}, told.size() - 2}) {
    std::int32_t flag = 0;
    Watch watch(nullptr, nullptr, &flag);
    const WatchScope scope(&watch);
    std::size_t calls = 0;
    try {
      spectrum(s, 400, [&](double) {
        if (calls++ == stop) flag = 1;
      });
      FAIL() << stop;
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::cancelled);
    }
    EXPECT_EQ(calls, stop + 1);
  }
}

}  // namespace
}  // namespace recveil::numerics
