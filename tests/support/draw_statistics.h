// Statistics of counted draws, each turned into a number that is standard normal under its
// hypothesis. |z| >= 6 has probability 2e-9.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace recveil::support {

// Of a chi-square variable (Wilson and Hilferty, PNAS 17, 1931): right in the tails from a few
// degrees of freedom on, where (x - df) / sqrt(2 df) is not.
inline double chi_square_z(double x, double df) {
  const double v = 2 / (9 * df);
  return (std::cbrt(x / df) - (1 - v)) / std::sqrt(v);
}

// Pearson's statistic of counts against expected counts of the same sum, as z. Cells that cannot
// occur have an expected count of 0 and are skipped.
template <class Count>
double pearson_z(std::span<const Count> counts, std::span<const double> expected) {
  double x = 0, df = -1;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (expected[i] == 0) continue;
    const double off = static_cast<double>(counts[i]) - expected[i];
    x += off * off / expected[i];
    ++df;
  }
  return chi_square_z(x, df);
}

// Of `hits` among n trials of probability p.
inline double binomial_z(double hits, double n, double p) {
  return (hits - n * p) / std::sqrt(n * p * (1 - p));
}

// How many of k balls drawn from N of which K are marked are marked: probabilities of 0..k.
inline std::vector<double> hypergeometric(double N, double K, std::size_t k) {
  const auto log_choose = [](double n, double r) {
    return std::lgamma(n + 1) - std::lgamma(r + 1) - std::lgamma(n - r + 1);
  };
  std::vector<double> p(k + 1);
  for (std::size_t i = 0; i <= k; ++i) {
    const auto r = static_cast<double>(i), rest = static_cast<double>(k) - r;
    if (r > K || rest > N - K) continue;
    p[i] = std::exp(log_choose(K, r) + log_choose(N - K, rest) -
                    log_choose(N, static_cast<double>(k)));
  }
  return p;
}

// Central moment of order `order` (the mean for 1) of a distribution over 0, 1, ...
inline double moment(std::span<const double> p, int order) {
  double mean = 0, out = 0;
  for (std::size_t i = 0; i < p.size(); ++i) mean += static_cast<double>(i) * p[i];
  if (order == 1) return mean;
  for (std::size_t i = 0; i < p.size(); ++i) {
    out += std::pow(static_cast<double>(i) - mean, order) * p[i];
  }
  return out;
}

// A tally for each of two threads, over the first and the second half of 0..n-1, merged by +=.
template <class Tally, class Make, class Add>
Tally count_on_two_threads(std::uint64_t n, Make make, Add add) {
  Tally first = make(), second = make();
  const auto run = [&](Tally &tally, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end; ++i) add(tally, i);
  };
  std::thread other([&] { run(second, n / 2, n); });
  run(first, 0, n / 2);
  other.join();
  first += second;
  return first;
}

}  // namespace recveil::support
