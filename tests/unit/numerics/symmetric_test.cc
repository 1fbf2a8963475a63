#include "numerics/symmetric.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace recveil {
namespace {

using numerics::SquareMatrix;

// b b' for random b: its eigenvalues span two orders of magnitude.
SquareMatrix covariance(std::size_t d, Rng &rng) {
  SquareMatrix b(d * d), out(d * d);
  for (double &value : b) value = rng.normal();
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t k = 0; k < d; ++k) out[i * d + j] += b[i * d + k] * b[j * d + k];
    }
    out[i * d + i] += 0.1;
  }
  return out;
}

// The slow twin: the series 1 + s + s^2 / 2 + ... of a matrix that is small enough to converge.
TEST(SymmetricExp, IsTheSeriesAndUndoesTheLogarithm) {
  Rng rng(5);
  for (const std::size_t d : {1U, 2U, 7U, 20U}) {
    const SquareMatrix s = covariance(d, rng);
    const SquareMatrix log = numerics::symmetric_log(s, d);
    const SquareMatrix back = numerics::symmetric_exp(log, d);
    SquareMatrix term(d * d), series(d * d);
    for (std::size_t i = 0; i < d; ++i) term[i * d + i] = series[i * d + i] = 1;
    for (int n = 1; n < 80; ++n) {
      term = numerics::product(term, log, d);
      for (std::size_t i = 0; i < d * d; ++i) series[i] += term[i] /= n;
    }
    for (std::size_t i = 0; i < d * d; ++i) {
      EXPECT_NEAR(back[i], s[i], 1e-9 * static_cast<double>(d));
      EXPECT_NEAR(series[i], s[i], 1e-8 * static_cast<double>(d));
    }
  }
}

TEST(SymmetricLog, HasAFloorAndRefusesWhatHasNoVariance) {
  const SquareMatrix log = numerics::symmetric_log({2, 0, 0, 0}, 2, 1e-6);
  EXPECT_NEAR(log[0], std::log(2.0), 1e-12);
  EXPECT_NEAR(log[3], std::log(1e-6), 1e-9);
  EXPECT_THROW(numerics::symmetric_log({0, 0, 0, 0}, 2), Error);
}

}  // namespace
}  // namespace recveil
