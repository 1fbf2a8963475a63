#include "numerics/ridge.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"

namespace recveil::numerics {
namespace {

using Rows = std::vector<std::uint32_t>;

constexpr double kUnit = 0x1p-24;  // one rounding to float

Matrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Rng rng(seed);
  Matrix out{rows, cols, std::vector<float>(rows * cols)};
  for (float &value : out.data) value = static_cast<float>(rng.normal());
  return out;
}

Rows random_rows(std::size_t count, std::size_t n, std::uint64_t seed) {
  Rng rng(seed, 1);
  Rows out(count);
  for (std::uint32_t &row : out) row = static_cast<std::uint32_t>(rng.below(n));
  return out;
}

double entry(const Matrix &f, std::size_t row, std::size_t col) {
  return static_cast<double>(f.row(row)[col]);
}

// sum_r f_rp f_rq, and the same of absolute values: a float sum of n products, in any order, is
// within n + 1 roundings of the latter (Higham, Accuracy and Stability, section 3.1).
struct Product {
  double sum = 0, bound = 0;
};
Product product(const Matrix &f, const Rows &rows, std::size_t p, std::size_t q) {
  Product out;
  for (const std::uint32_t r : rows) {
    out.sum += entry(f, r, p) * entry(f, r, q);
    out.bound += std::abs(entry(f, r, p) * entry(f, r, q));
  }
  out.bound *= static_cast<double>(rows.size() + 1) * kUnit;
  return out;
}

// Sizes around the 4 x 8 tiles, and numbers of rows around the blocks of 64.
constexpr std::size_t kSizes[] = {1, 3, 4, 5, 7, 8, 9, 12, 31, 32, 64};
constexpr std::size_t kCounts[] = {0, 1, 2, 63, 64, 65, 200};

TEST(Gram, AgreesWithTheDefinition) {
  for (const std::size_t d : kSizes) {
    for (const std::size_t n : kCounts) {
      const Matrix f = random_matrix(n, d, d * 1000 + n);
      const Matrix g = gram(f);
      ASSERT_EQ(g.rows, d);
      ASSERT_EQ(g.cols, d);
      Rows all(n);
      for (std::uint32_t r = 0; r < n; ++r) all[r] = r;
      for (std::size_t p = 0; p < d; ++p) {
        for (std::size_t q = 0; q < d; ++q) {
          const Product expected = product(f, all, p, q);
          ASSERT_NEAR(entry(g, p, q), expected.sum, expected.bound)
              << "d " << d << " n " << n << ": " << p << ' ' << q;
        }
      }
    }
  }
}

TEST(AddOuterProducts, AgreesWithTheDefinition) {
  for (const std::size_t d : kSizes) {
    const Matrix f = random_matrix(50, d, d);
    RidgeScratch scratch(d);
    for (const std::size_t n : kCounts) {
      const Rows rows = random_rows(n, 50, n);
      scratch.system.data.assign(d * d, 3);  // it adds: what is there stays
      add_outer_products(f, rows, -0.5f, scratch);
      for (std::size_t p = 0; p < d; ++p) {
        for (std::size_t q = p; q < d; ++q) {
          const Product expected = product(f, rows, p, q);
          const double blocks = static_cast<double>(n) / 64 + 1;  // each adds to the 3
          ASSERT_NEAR(entry(scratch.system, p, q), 3 - 0.5 * expected.sum,
                      expected.bound + blocks * (3 + expected.bound / kUnit) * kUnit)
              << "d " << d << " n " << n << ": " << p << ' ' << q;
        }
      }
    }
  }
}

TEST(SumRows, AgreesWithTheDefinition) {
  const Matrix f = random_matrix(50, 9, 1);
  for (const std::size_t n : kCounts) {
    const Rows rows = random_rows(n, 50, n);
    std::vector<float> out(9, 7);
    sum_rows(f, rows, 2.5f, out);
    for (std::size_t c = 0; c < 9; ++c) {
      double sum = 0, absolute = 0;
      for (const std::uint32_t r : rows) {
        sum += entry(f, r, c);
        absolute += std::abs(entry(f, r, c));
      }
      ASSERT_NEAR(static_cast<double>(out[c]), 2.5 * sum,
                  2.5 * absolute * static_cast<double>(n + 1) * kUnit);
    }
  }
}

// A Cholesky solve is the exact solution of a system within 4 d (3 d + 1) roundings of A, by norms
// (Higham, theorem 10.4 and the remark after it): so is the residual. What is below the diagonal is
// set to nonsense, to see that nothing reads it.
TEST(Factorize, SolvesTheSystem) {
  for (const std::size_t d : kSizes) {
    const Matrix f = random_matrix(2 * d, d, d);
    Matrix a = gram(f);
    std::vector<float> x(d);
    for (std::size_t c = 0; c < d; ++c) {
      a.row(c)[c] += 1;
      x[c] = f.row(0)[c];
      for (std::size_t below = 0; below < c; ++below) a.row(c)[below] = 1e9f;
    }
    Eigen::MatrixXd system(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d));
    Eigen::VectorXd b(static_cast<Eigen::Index>(d));
    for (std::size_t p = 0; p < d; ++p) {
      const auto i = static_cast<Eigen::Index>(p);
      b[i] = static_cast<double>(x[p]);
      for (std::size_t q = p; q < d; ++q) {
        const auto j = static_cast<Eigen::Index>(q);
        system(i, j) = system(j, i) = entry(a, p, q);
      }
    }
    factorize(a);
    solve(a, x);
    const Eigen::VectorXd solved = Eigen::Map<Eigen::VectorXf>(x.data(), b.size()).cast<double>();
    const auto size = static_cast<double>(d);
    EXPECT_LE((system * solved - b).norm(),
              4 * size * (3 * size + 1) * kUnit * system.norm() * solved.norm())
        << "d " << d;
    EXPECT_LE((solved - system.ldlt().solve(b)).norm(), 1e-4 * solved.norm()) << "d " << d;
  }
}

TEST(Factorize, ByHand) {
  Matrix a{2, 2, {4, 2, 0, 5}};  // [4 2; 2 5] = R^T R with R = [2 1; 0 2]
  factorize(a);
  EXPECT_FLOAT_EQ(a.row(0)[0], 2);
  EXPECT_FLOAT_EQ(a.row(0)[1], 1);
  EXPECT_FLOAT_EQ(a.row(1)[1], 2);
  std::vector<float> b{8, 12};
  solve(a, b);
  EXPECT_FLOAT_EQ(b[0], 1);
  EXPECT_FLOAT_EQ(b[1], 2);
}

TEST(Factorize, RefusesWhatIsNotPositiveDefinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (Matrix a : {Matrix{1, 1, {0}}, Matrix{1, 1, {-1}}, Matrix{2, 2, {1, 2, 2, 1}},
                   Matrix{2, 2, {1, 1, 1, 1}}, Matrix{1, 1, {nan}}, Matrix{2, 2, {1, nan, nan, 1}},
                   Matrix{2, 2, {infinity, 1, 1, 1}}}) {
    try {
      factorize(a);
      ADD_FAILURE() << "accepted";
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::data);
    }
  }
  Matrix large = gram(random_matrix(10, 40, 1));  // of rank 10: the blocked path
  large.row(39)[39] -= 1;
  EXPECT_THROW(factorize(large), Error);
}

TEST(Multiply, AgreesWithTheDefinition) {
  for (const std::size_t d : kSizes) {
    for (const std::size_t n : kCounts) {
      const Matrix f = random_matrix(n, d, d + n);
      const Matrix x = random_matrix(1, d, 5);
      std::vector<float> out(n, 7);
      multiply(f, x.data, out);
      for (std::size_t r = 0; r < n; ++r) {
        double sum = 0, absolute = 0;
        for (std::size_t c = 0; c < d; ++c) {
          sum += entry(f, r, c) * entry(x, 0, c);
          absolute += std::abs(entry(f, r, c) * entry(x, 0, c));
        }
        ASSERT_NEAR(static_cast<double>(out[r]), sum,
                    absolute * static_cast<double>(d + 1) * kUnit);
      }
    }
  }
}

}  // namespace
}  // namespace recveil::numerics
