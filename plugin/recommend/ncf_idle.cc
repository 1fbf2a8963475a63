#include <algorithm>
#include <cmath>

#include "recommend/ncf_train.h"

namespace recveil::recommend {
namespace {

constexpr double kB1 = .9, kB2 = .999, kEpsilon = 1e-8;
constexpr std::size_t kTable = 1 << 15;  // b2^kTable is 6e-15: the bias corrections are over

double corrected_mean(double t) {
  return 1 - std::pow(kB1, t);
}
double corrected_square(double t) {
  return 1 - std::pow(kB2, t);
}

std::array<std::vector<double>, 2> powers(double base) {
  std::array<std::vector<double>, 2> out;
  for (int i = 0; i < 256; ++i) {
    out[0].push_back(std::pow(base, i));
    out[1].push_back(std::pow(base, 256.0 * i));
  }
  return out;
}

double power(const std::array<std::vector<double>, 2> &of, std::uint64_t n) {
  const std::uint64_t high = std::min<std::uint64_t>(n >> 8, 255);
  return of[1][high] * of[0][n & 255];
}

}  // namespace

NcfAdam adam_step(double learning_rate, std::uint64_t now) {
  const auto t = static_cast<double>(std::min<std::uint64_t>(now, kTable));
  const double root = std::sqrt(corrected_square(t));
  return {static_cast<float>(learning_rate * root / corrected_mean(t)),
          static_cast<float>(kEpsilon * root)};
}

IdleSteps::IdleSteps(double learning_rate)
    : learning_rate_(learning_rate),
      moves_(kTable + 1),
      epsilons_(kTable + 1),
      powers_m_(powers(kB1)),
      powers_v_(powers(kB2)) {
  const double r = kB1 / std::sqrt(kB2), q = kB1 / kB2;
  moves_[kTable] = r / (1 - r);
  epsilons_[kTable] = q / (1 - q);
  for (std::size_t l = kTable; l > 0; --l) {
    const auto t = static_cast<double>(l);
    const double mean = corrected_mean(t), square = corrected_square(t);
    moves_[l - 1] = r * (std::sqrt(square) / mean + moves_[l]);
    epsilons_[l - 1] = q * (square / mean + epsilons_[l]);
  }
}

NcfIdle IdleSteps::between(std::uint64_t last, std::uint64_t now) const {
  const std::uint64_t n = now - last;
  const double m = power(powers_m_, n), v = power(powers_v_, n), root = std::sqrt(v);
  const std::size_t from = std::min<std::uint64_t>(last, kTable);
  const std::size_t to = std::min<std::uint64_t>(now, kTable);
  const double move = moves_[from] - m / root * moves_[to];
  const double epsilon = epsilons_[from] - m / v * epsilons_[to];
  return {static_cast<float>(learning_rate_ * move), static_cast<float>(kEpsilon * epsilon / move),
          m < 1e-20 ? 0 : static_cast<float>(m), static_cast<float>(v)};  // no subnormal numbers
}

}  // namespace recveil::recommend
