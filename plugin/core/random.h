// Seeded randomness for experiments: splits, negatives, initial weights, generated data. The same
// seed gives the same numbers on every machine (Boost.Random's distributions are specified, those
// of the standard library are not). Never used to protect anybody: draws for users come from
// defense/serve/draw.h, which is keyed.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace recveil {

class Rng {
 public:
  // Streams of one seed are independent of each other: give every use its own.
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0)
      : engine_(seed * 0x9E3779B97F4A7C15u ^ (stream + 1) * 0xD1B54A32D192ED03u) {}

  // Uniform in [0, n). REQUIRES: n > 0.
  std::uint64_t below(std::uint64_t n) {
    return boost::random::uniform_int_distribution<std::uint64_t>(0, n - 1)(engine_);
  }
  // Uniform in [0, 1).
  double uniform() { return boost::random::uniform_01<double>()(engine_); }
  double normal() { return normal_(engine_); }

  template <class T>
  void shuffle(std::vector<T> &values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  boost::random::mt19937_64 engine_;
  boost::random::normal_distribution<double> normal_;
};

}  // namespace recveil
