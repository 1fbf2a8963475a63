// The products of every instruction set this machine has, and functions of symmetric matrices.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "numerics/product_kernels.h"
#include "numerics/symmetric.h"

namespace recveil::numerics {
namespace {

template <class T>
std::vector<T> normals(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<T> out(n);
  for (T &value : out) value = static_cast<T>(rng.normal());
  return out;
}

// |fast - exact| is at most inner eps sum |a b|, and sum |a b| about inner.
template <class T>
void expect_products(void (*set)(const ProductTask<T> &), void (*add)(const ProductTask<T> &),
                     T epsilon) {
  for (const std::size_t rows : {1UL, 5UL, 12UL, 37UL}) {
    for (const std::size_t inner : {1UL, 33UL, 130UL}) {
      for (const std::size_t cols : {16UL, 48UL, 80UL}) {
        const auto a = normals<T>(rows * inner, 1), b = normals<T>(inner * cols, 2);
        std::vector<T> turned(a.size()), c(rows * cols, T{3}), d = c;
        for (std::size_t i = 0; i < rows; ++i) {
          for (std::size_t k = 0; k < inner; ++k) turned[k * rows + i] = a[i * inner + k];
        }
        add({a.data(), inner, 1, rows, inner, b.data(), cols, cols, c.data(), cols});
        set({turned.data(), 1, rows, rows, inner, b.data(), cols, cols, d.data(), cols});
        for (std::size_t i = 0; i < rows; ++i) {
          std::vector<T> alone(cols, T{3});
          add({a.data() + i * inner, inner, 1, 1, inner, b.data(), cols, cols, alone.data(), cols});
          for (std::size_t j = 0; j < cols; ++j) {
            double exact = 0, size = 3;
            for (std::size_t k = 0; k < inner; ++k) {
              const double term =
                  static_cast<double>(a[i * inner + k]) * static_cast<double>(b[k * cols + j]);
              exact += term;
              size += std::abs(term);
            }
            const double bound =
                size * static_cast<double>(epsilon) * static_cast<double>(inner + 1);
            ASSERT_NEAR(static_cast<double>(c[i * cols + j]), exact + 3, bound);
            ASSERT_NEAR(static_cast<double>(d[i * cols + j]), exact, bound);
            ASSERT_EQ(c[i * cols + j], alone[j]);  // the same bits alone and among others
          }
        }
      }
    }
  }
}

TEST(Products, AgreeWithPlainSumsInEveryInstructionSet) {
  for (const InstructionSet set :
       {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    const ProductKernels *kernels = product_kernels(set);
    if (kernels == nullptr) continue;
    expect_products<float>(kernels->set_float, kernels->add_float, 0x1p-23F);
    expect_products<double>(kernels->set_double, kernels->add_double, 0x1p-52);

    const auto a = normals<float>(77, 3), b = normals<float>(77, 4);
    std::vector<float> x(77, 1), m(77, 0.5F), v(77, 2);
    kernels->adam({x.data(), a.data(), b.data(), m.data(), v.data(), 77, 0.25F, 0.1F, 1e-8F});
    for (std::size_t i = 0; i < 77; ++i) {
      const double g = 0.25 * static_cast<double>(a[i]) + 0.75 * static_cast<double>(b[i]);
      const double mean = 0.9 * 0.5 + 0.1 * g, square = 0.999 * 2 + 0.001 * g * g;
      EXPECT_NEAR(static_cast<double>(x[i]), 1 - 0.1 * mean / (std::sqrt(square) + 1e-8), 1e-6);
    }
  }
}

// Of 21 rows with one group each of five: sums in double, and the machines that fuse multiply-adds
// agree to the bit.
TEST(Products, WavesAreTheirSumsInEveryInstructionSet) {
  for (const std::size_t width : {1UL, 20UL, 33UL}) {
    for (const std::size_t waves : {1UL, 40UL, 272UL}) {
      const std::size_t n = 21, pairs = std::min<std::size_t>(width, 32);
      const std::size_t step = padded_floats(width), q_step = padded_floats(pairs);
      const std::size_t waves_step = padded_floats(waves);
      const std::size_t group_step = 16 + step + pairs * q_step + waves_step;
      auto rows = normals<float>(n * step, 3), numbers = normals<float>(5 * group_step, 4);
      const auto directions = normals<float>((width + 1) * waves_step, 5);
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t c = width; c < step; ++c) rows[i * step + c] = 0;
      }
      for (std::size_t g = 0; g < 5; ++g) {
        float *of = numbers.data() + g * group_step;
        for (std::size_t c = 1; c < 16; ++c) of[c] = 0;
        for (std::size_t a = 0; a < pairs; ++a) {
          for (std::size_t b = 0; b < q_step; ++b) {
            if (b < a || b >= pairs) of[16 + step + a * q_step + b] = 0;
          }
        }
        for (std::size_t m = waves; m < waves_step; ++m) of[group_step - waves_step + m] = 0;
      }
      std::vector<std::uint8_t> groups(n);
      for (std::size_t i = 0; i < n; ++i) groups[i] = static_cast<std::uint8_t>(i * i % 5);
      std::vector<float> fused;
      for (const InstructionSet set :
           {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        const ProductKernels *kernels = product_kernels(set);
        if (kernels == nullptr) continue;
        std::vector<float> lanes(16 * n), out(n);
        const WavesTask task{rows.data(),
                             n,
                             width,
                             step,
                             groups.data(),
                             numbers.data(),
                             group_step,
                             pairs,
                             directions.data(),
                             waves_step,
                             lanes.data(),
                             out.data()};
        kernels->waves(task);
        if (set == InstructionSet::avx2) fused = out;
        if (set == InstructionSet::avx512) {
          EXPECT_EQ(fused, out);
        }
        for (std::size_t i = 0; i < n; ++i) {
          const float *x = rows.data() + i * step, *of = numbers.data() + groups[i] * group_step;
          double exact = 0, size = 0;
          const auto add = [&](double term) {
            exact += term;
            size += std::abs(term);
          };
          add(static_cast<double>(of[0]));
          for (std::size_t c = 0; c < width; ++c) {
            const double value = static_cast<double>(x[c]);
            add(value * static_cast<double>(of[16 + c]));
            for (std::size_t a = 0; a <= c && c < pairs; ++a) {
              add(value * static_cast<double>(x[a]) *
                  static_cast<double>(of[16 + step + a * q_step + c]));
            }
          }
          double waved = 0;
          for (std::size_t m = 0; m < waves; ++m) {
            double turns = static_cast<double>(directions[width * waves_step + m]);
            for (std::size_t c = 0; c < width; ++c) {
              turns +=
                  static_cast<double>(x[c]) * static_cast<double>(directions[c * waves_step + m]);
            }
            const auto weight = static_cast<double>(of[group_step - waves_step + m]);
            exact += weight * std::cos(6.283185307179586 * turns);
            waved += std::abs(weight);
          }
          ASSERT_NEAR(static_cast<double>(out[i]), exact, 1e-5 * size + 2e-4 * waved);
          float alone = 0;
          kernels->waves({x, 1, width, step, groups.data() + i, numbers.data(), group_step, pairs,
                          directions.data(), waves_step, lanes.data(), &alone});
          ASSERT_EQ(alone, out[i]);
        }
      }
    }
  }
}

TEST(Products, GramIsTheSumOfOuterProducts) {
  const std::size_t n = 700, d = 37, step = padded_doubles(d);
  auto x = normals<double>(n * step, 5);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = d; c < step; ++c) x[i * step + c] = 0;
  }
  std::vector<double> sums(d * step, 1.0);
  add_gram(x.data(), n, d, sums.data());
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i; j < d; ++j) {
      double exact = 1;
      for (std::size_t r = 0; r < n; ++r) exact += x[r * step + i] * x[r * step + j];
      ASSERT_NEAR(sums[i * step + j], exact, 1e-10);
    }
  }
}

SquareMatrix covariance(std::size_t d, std::uint64_t seed) {
  const auto a = normals<double>(2 * d * d, seed);
  SquareMatrix out(d * d);
  for (std::size_t r = 0; r < 2 * d; ++r) {
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) {
        out[i * d + j] += a[r * d + i] * a[r * d + j] / static_cast<double>(2 * d);
      }
    }
  }
  return out;
}

void expect_near(const SquareMatrix &a, const SquareMatrix &b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << i;
}

SquareMatrix identity(std::size_t d) {
  SquareMatrix out(d * d);
  for (std::size_t i = 0; i < d; ++i) out[i * d + i] = 1;
  return out;
}

TEST(Symmetric, RootsInversesAndDeterminantsAgree) {
  const std::size_t d = 7;
  const SquareMatrix s = covariance(d, 6);
  const SymmetricRoots roots = symmetric_roots(s, d);
  expect_near(product(roots.root, roots.root, d), s, 1e-12);
  expect_near(sandwich(roots.inverse_root, s, d), identity(d), 1e-10);
  const auto det = log_det(s, d);
  ASSERT_TRUE(det.has_value());
  expect_near(product(det->inverse, s, d), identity(d), 1e-10);
  EXPECT_NEAR(log_det(roots.root, d)->value, det->value / 2, 1e-10);
  SquareMatrix negative = s;
  negative[0] = -1;
  EXPECT_FALSE(log_det(negative, d).has_value());
  EXPECT_THROW(symmetric_roots(SquareMatrix(d * d), d), Error);
}

TEST(Symmetric, TransportTakesOneGaussianToAnother) {
  const std::size_t d = 6;
  const SquareMatrix c = covariance(d, 7), s = covariance(d, 8);
  const SquareMatrix a = transport_matrix(c, s, d);
  expect_near(sandwich(a, c, d), s, 1e-9);
  // Where a direction has no variance, or next to none, nothing is blown up.
  for (const double none : {0.0, 1e-30}) {
    const SquareMatrix flat = transport_matrix({4, 0, 0, none}, {9, 0, 0, none}, 2);
    EXPECT_NEAR(flat[0], 1.5, 1e-9);
    for (const std::size_t at : {1u, 2u, 3u}) EXPECT_LT(std::abs(flat[at]), 1.1) << none;
  }
  expect_near(transport_matrix(s, s, d), identity(d), 1e-9);
}

// At the barycentre the transports to the members average to I (Agueh and Carlier, 2011). Matrices
// that commute have it in closed form.
TEST(Symmetric, BarycentreIsWhereTheTransportsAverageToIdentity) {
  const std::size_t d = 6;
  const std::vector<SquareMatrix> of{covariance(d, 9), covariance(d, 10), covariance(d, 11)};
  const std::vector<double> weights{0.5, 0.3, 0.2};
  const SquareMatrix s = bures_barycentre(of, weights, d, 200, 1e-13);
  SquareMatrix mean(d * d);
  for (std::size_t k = 0; k < 3; ++k) {
    const SquareMatrix a = transport_matrix(s, of[k], d);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += weights[k] * a[i];
  }
  expect_near(mean, identity(d), 1e-6);

  const std::vector<SquareMatrix> plain{{4, 0, 0, 1}, {16, 0, 0, 25}};
  const std::vector<double> half{0.5, 0.5};
  expect_near(bures_barycentre(plain, half, 2, 200, 1e-14), {9, 0, 0, 9}, 1e-9);
}

TEST(Symmetric, BasesAreOrthonormalAndLedoitWolfIsInRange) {
  const std::size_t d = 9, m = 4;
  const auto w = normals<double>(d * m, 12);
  const SquareMatrix basis = left_basis(w, d, m);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      double dot = 0;
      for (std::size_t r = 0; r < d; ++r) dot += basis[r * d + i] * basis[r * d + j];
      ASSERT_NEAR(dot, i == j ? 1 : 0, 1e-10);
    }
  }
  // w lies in the span of the first m columns.
  for (std::size_t c = 0; c < m; ++c) {
    for (std::size_t q = m; q < d; ++q) {
      double dot = 0;
      for (std::size_t r = 0; r < d; ++r) dot += w[r * m + c] * basis[r * d + q];
      ASSERT_NEAR(dot, 0, 1e-7);
    }
  }
  EXPECT_EQ(ledoit_wolf(identity(d), d, 50), 1);
  EXPECT_EQ(ledoit_wolf(covariance(d, 14), d, 3), 1);
  const double few = ledoit_wolf(covariance(d, 14), d, 100),
               many = ledoit_wolf(covariance(d, 14), d, 1e4);
  EXPECT_LT(many, few);
  EXPECT_GT(many, 0);
  EXPECT_LT(few, 1);
}

}  // namespace
}  // namespace recveil::numerics
