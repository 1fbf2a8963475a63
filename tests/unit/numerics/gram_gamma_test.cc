#include "numerics/gram_gamma.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "support/numerics_ocsvm.h"
#include "support/numerics_svm_problems.h"

namespace recveil {
namespace {

// The definition: the variance of all n^2 entries, for each candidate anew.
double slow_gamma(const Matrix &x) {
  double best = 0, largest = -1;
  for (int power = -20; power <= 10; ++power) {
    const double gamma = std::ldexp(1.0, power);
    std::vector<double> entries;
    double mean = 0;
    for (std::size_t i = 0; i < x.rows; ++i) {
      for (std::size_t j = 0; j < x.rows; ++j) {
        entries.push_back(support::rbf(x.row(i), x.row(j), x.cols, gamma));
        mean += entries.back();
      }
    }
    mean /= static_cast<double>(entries.size());
    double variance = 0;
    for (const double entry : entries) variance += (entry - mean) * (entry - mean);
    if (variance > largest) {
      largest = variance;
      best = gamma;
    }
  }
  return best;
}

TEST(GramGamma, IsThatOfTheDefinition) {
  using enum support::Shape;
  for (const support::Shape shape : {clusters, duplicates, constant, ratings, offset}) {
    for (const std::size_t d : {1u, 3u, 30u}) {
      Matrix x = support::svm_rows({60, d, 0, 0, shape}, d);
      for (const float scale : {1.0f, 0.01f, 300.0f}) {
        Matrix scaled = x;
        for (float &value : scaled.data) value *= scale;
        EXPECT_EQ(numerics::gram_variance_gamma(scaled, 1), slow_gamma(scaled))
            << static_cast<int>(shape) << ' ' << d << ' ' << scale;
      }
    }
  }
}

TEST(GramGamma, OfASampleIsThatOfAllOrBesideIt) {
  const Matrix x = support::svm_rows({1500, 10, 0, 0, support::Shape::clusters}, 1);
  const double all = numerics::gram_variance_gamma(x, 1);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const double sampled = numerics::gram_variance_gamma(x, seed, 300);
    EXPECT_LE(std::abs(std::log2(sampled / all)), 1);
  }
}

TEST(GramGamma, RowsAllAlikeAndBadRows) {
  EXPECT_EQ(numerics::gram_variance_gamma({3, 1, {2, 2, 2}}, 1), std::ldexp(1.0, -20));
  EXPECT_THROW(numerics::gram_variance_gamma({0, 3, {}}, 1), Error);
  EXPECT_THROW(numerics::gram_variance_gamma({1, 1, {1}}, 1, 0), Error);
  EXPECT_THROW(numerics::gram_variance_gamma({1, 1, {std::numeric_limits<float>::infinity()}}, 1),
               Error);
}

}  // namespace
}  // namespace recveil
