// The noise of private releases against the distribution that the guarantee is about.
#include <gtest/gtest.h>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <numbers>
#include <random>

#include "defense/private/noise.h"
#include "defense/private/release.h"
#include "defense/private/statistics.h"
#include "numerics/stats.h"

namespace recveil::defense {
namespace {

Key fixed_key(unsigned char first) {
  Key key;
  key.bytes[0] = first;
  return key;
}

// H0: the draws are N(0, sigma^2) rounded. n = 200,000 a sigma, chi-square over the values that are
// expected at least ten times; a false alarm with probability 1e-6 each. A sampler that lost the
// last trial of an acceptance step, or rounded down, fails by far.
TEST(PrivateNoise, FollowsTheRoundedNormal) {
  const Key key = fixed_key(1);
  std::uint64_t entry = 0;
  for (const std::uint64_t sigma : {1u, 3u, 50u}) {
    constexpr int kDraws = 200000;
    std::map<std::int64_t, int> seen;
    for (int draw = 0; draw < kDraws; ++draw) {
      NoiseWords words(key, entry++);
      ++seen[rounded_normal(words, sigma)];
    }
    const boost::math::normal normal(0, static_cast<double>(sigma));
    double statistic = 0, rest = kDraws, rest_seen = kDraws;
    int cells = 0;
    for (std::int64_t value = -200; value <= 200; ++value) {
      const auto x = static_cast<double>(value);
      const double expected = kDraws * (cdf(normal, x + .5) - cdf(normal, x - .5));
      if (expected < 10) continue;
      statistic += std::pow(seen[value] - expected, 2) / expected;
      rest -= expected, rest_seen -= seen[value];
      ++cells;
    }
    statistic += std::pow(rest_seen - rest, 2) / rest;
    const double p = cdf(complement(boost::math::chi_squared(cells), statistic));
    EXPECT_GT(p, 1e-6) << "sigma " << sigma << ": " << statistic << " in " << cells << " cells";
  }
}

// H0: with a large sigma, mean 0, variance sigma^2, kurtosis 3, and the low bits are uniform. n =
// 100,000; each bound is 5 standard errors, passed by chance with 6e-7.
TEST(PrivateNoise, KeepsItsMomentsAtFullScale) {
  const Key key = fixed_key(2);
  const std::uint64_t sigma = noise_sigma(kScale, .838);
  constexpr int kDraws = 100000;
  double mean = 0, variance = 0, fourth = 0, odd = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    NoiseWords words(key, static_cast<std::uint64_t>(draw));
    const std::int64_t value = rounded_normal(words, sigma);
    const double z = static_cast<double>(value) / static_cast<double>(sigma);
    mean += z / kDraws, variance += z * z / kDraws, fourth += z * z * z * z / kDraws;
    odd += static_cast<double>(value & 1) / kDraws;
  }
  const double root = std::sqrt(static_cast<double>(kDraws));
  EXPECT_NEAR(mean, 0, 5 / root);
  EXPECT_NEAR(variance, 1, 5 * std::sqrt(2.0) / root);
  EXPECT_NEAR(fourth, 3, 5 * std::sqrt(96.0) / root);
  EXPECT_NEAR(odd, .5, 5 * .5 / root);
}

// The bound is about the best test there is: the product of the noise-free change of one person
// with the released matrix. Its AUC over people must be Phi(mu_G / sqrt 2), not above, and not far
// below either: then there is more noise than was asked for. 2,000 people a draw of noise, 3 draws.
// People of one draw share noise (their rows overlap), hence .02 rather than the .009 of
// independent ones.
TEST(PrivateNoise, TheBestTestReachesItsCeilingAndNoMore) {
  constexpr std::uint32_t kItems = 150;
  constexpr int kPeople = 2000;
  std::mt19937_64 random(3);
  std::vector<std::uint32_t> all(kItems);
  for (std::uint32_t i = 0; i < kItems; ++i) all[i] = i;
  const Catalogue catalogue(all, kItems);
  std::vector<std::vector<std::uint32_t>> people;
  std::vector<std::int64_t> triangle(triangle_size(kItems));
  for (int person = 0; person < 2 * kPeople; ++person) {
    std::vector<std::uint32_t> history;
    for (std::uint32_t item = 0; item < kItems; ++item) {
      if (random() % 10 == 0) history.push_back(item);
    }
    if (person < kPeople) add_gram(history, catalogue, triangle);
    people.push_back(std::move(history));
  }
  for (const double mu : {.225, .795, 1.453}) {
    double auc = 0;
    for (int draw = 0; draw < 3; ++draw) {
      const NoisyGram gram =
          noisy_gram(triangle, kItems, fixed_key(3), static_cast<std::uint64_t>(draw), mu);
      std::vector<double> score;
      for (int person = 0; person < 2 * kPeople; ++person) {
        // <noisy - (sum without the person), x x'>, x of length 1.
        const auto &history = people[static_cast<std::size_t>(person)];
        double sum = 0;
        const auto h = static_cast<double>(history.size());
        for (const std::uint32_t i : history) {
          for (const std::uint32_t j : history) {
            double exact =
                static_cast<double>(triangle[triangle_at(kItems, std::min(i, j), std::max(i, j))]);
            if (person < kPeople) exact -= std::floor(static_cast<double>(kScale) / h);
            sum += gram.matrix[i * kItems + j] - exact / static_cast<double>(kScale);
          }
        }
        score.push_back(history.empty() ? 0 : sum / h);
      }
      const std::span<const double> scores(score);
      auc += numerics::auc(scores.first(kPeople), scores.last(kPeople)).value / 3;
    }
    EXPECT_NEAR(auc, auc_ceiling(mu), .02) << "mu " << mu;
  }
}

// H0: for everybody, telling draws of noise with them in the sums from draws without them has an
// AUC of at most Phi(mu / sqrt 2) by the best test. Half of the people are in the data of the first
// kind of draws, the other half in those of the second, so that each person is in one of the two:
// a pair of draws gives S, the share of the people whose score is higher where they are in. S of
// different pairs are independent, because no noise enters twice, and each has the mean of the
// AUC, whatever the noise that people share. n = 120 pairs: mean S is Student's about it, and 5.5
// standard errors (of about .0015) are passed by chance with 1e-7 at 119 degrees of freedom. Too
// much noise shows on the other side.
TEST(PrivateNoise, TheBestTestIsNeverAboveItsCeilingByMoreThanChance) {
  constexpr std::uint32_t kItems = 60;
  constexpr int kPeople = 1000, kPairs = 120;
  std::mt19937_64 random(6);
  Catalogue catalogue = [] {
    std::vector<std::uint32_t> all(kItems);
    for (std::uint32_t i = 0; i < kItems; ++i) all[i] = i;
    return Catalogue(all, kItems);
  }();
  std::vector<std::vector<std::uint32_t>> people;
  std::vector<std::int64_t> exact[2];
  for (auto &triangle : exact) triangle.resize(triangle_size(kItems));
  for (int person = 0; person < kPeople; ++person) {
    std::vector<std::uint32_t> history;
    for (std::uint32_t item = 0; item < kItems; ++item) {
      if (random() % 8 == 0) history.push_back(item);
    }
    if (history.empty()) history.push_back(0);
    add_gram(history, catalogue, exact[person % 2]);
    people.push_back(std::move(history));
  }
  for (const double mu : {.225, .795, 1.453}) {
    double mean = 0, square = 0;
    for (int pair = 0; pair < kPairs; ++pair) {
      NoisyGram noisy[2];
      for (int kind = 0; kind < 2; ++kind) {
        noisy[kind] =
            noisy_gram(exact[kind], kItems, fixed_key(static_cast<unsigned char>(7 + kind)),
                       static_cast<std::uint64_t>(pair), mu);
      }
      // The attacker knows everybody else, so that what is left of a score is the noise, and the
      // person where they are in.
      int higher = 0;
      for (int person = 0; person < kPeople; ++person) {
        const auto &history = people[static_cast<std::size_t>(person)];
        const auto h = static_cast<double>(history.size());
        double score[2] = {0, 0};
        for (int kind = 0; kind < 2; ++kind) {
          const bool in = person % 2 == kind;
          for (const std::uint32_t i : history) {
            for (const std::uint32_t j : history) {
              auto others = exact[kind][triangle_at(kItems, std::min(i, j), std::max(i, j))];
              if (in) others -= kScale / static_cast<std::int64_t>(history.size());
              score[in ? 1 : 0] +=
                  (noisy[kind].matrix[i * kItems + j] - static_cast<double>(others) / kScale) / h;
            }
          }
        }
        higher += score[1] > score[0] ? 1 : 0;
      }
      const double s = static_cast<double>(higher) / kPeople;
      mean += s / kPairs, square += s * s / kPairs;
    }
    const double error = std::sqrt((square - mean * mean) / (kPairs - 1));
    std::printf("mu %g: best test %.4f, standard error %.4f, ceiling %.4f\n", mu, mean, error,
                auc_ceiling(mu));
    EXPECT_LE(mean, auc_ceiling(mu) + 5.5 * error) << "mu " << mu;
    EXPECT_GE(mean, auc_ceiling(mu) - 5.5 * error) << "mu " << mu;
    EXPECT_LT(error, .01);
  }
}

// Noise that T releases share, where every person enters the sums at one of them: increment t is
// published as w_t = sum_k f_k D_(t-k) + Z_t, f the square root of the running sum, and the sums up
// to t are read from sum_k f_k w_(t-k). A simulation; the library does not offer it. What it holds:
// the two sums give the increments back without error, all releases together are mu for a person of
// the first one and less for others, and the noise of the last is sum_k f_k^2 times that of a
// single release.
TEST(PrivateNoise, ReleasesCouldShareNoise) {
  const auto factors = [](std::size_t n) {
    std::vector<double> f{1};
    for (std::size_t k = 1; k < n; ++k) {
      const auto x = static_cast<double>(2 * k);
      f.push_back(f.back() * (x - 1) / x);
    }
    return f;
  };
  const auto square_sum = [](const std::vector<double> &f, std::size_t n) {
    double sum = 0;
    for (std::size_t k = 0; k < n; ++k) sum += f[k] * f[k];
    return sum;
  };
  for (const auto &[releases, ratio] :
       {std::pair{1, 1.0}, {4, 1.49}, {12, 1.85}, {52, 2.32}, {365, 2.94}}) {
    const auto n = static_cast<std::size_t>(releases);
    const auto f = factors(n);
    EXPECT_NEAR(square_sum(f, n), ratio, .01) << releases;
    for (std::size_t k = 0; k < n; ++k) {
      double twice = 0;
      for (std::size_t j = 0; j <= k; ++j) twice += f[j] * f[k - j];
      ASSERT_NEAR(twice, 1, 1e-12) << k;
    }
  }
  // H0: the AUC of the best test on all twelve releases is Phi(mu_t / sqrt 2), mu_t of the release
  // that the person entered at; the last running sum has the noise above. n = 20,000 runs: five
  // standard errors of .0025 for the AUC, of 1 / sqrt(2 n) for the sd; false alarm 6e-7 each.
  constexpr std::size_t kReleases = 12, kRuns = 20000;
  const auto f = factors(kReleases);
  const double mu = .838, norm = std::sqrt(square_sum(f, kReleases));
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal(0, norm / mu);  // one person is 1
  for (const std::size_t entered : {0u, 6u, 11u}) {
    std::vector<double> in, out;
    double square = 0;
    for (std::size_t run = 0; run < 2 * kRuns; ++run) {
      double test = 0, last = 0;
      for (std::size_t t = 0; t < kReleases; ++t) {
        const double z = normal(random), share = t >= entered ? f[t - entered] : 0;
        test += share * (z + (run % 2 == 0 ? share : 0));
        last += f[kReleases - 1 - t] * z;
      }
      (run % 2 == 0 ? in : out).push_back(test);
      square += last * last / (2 * kRuns);
    }
    const double left = std::sqrt(square_sum(f, kReleases - entered)) / norm;
    const double auc = numerics::auc(in, out).value;
    EXPECT_NEAR(auc, auc_ceiling(mu * left), 5 * .0025) << entered;
    EXPECT_LE(auc, auc_ceiling(mu) + 5 * .0025);
    EXPECT_NEAR(std::sqrt(square) * mu, norm * norm, 5 * norm * norm / std::sqrt(4. * kRuns));
  }
}

}  // namespace
}  // namespace recveil::defense
