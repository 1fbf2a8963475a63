#include "attack/reference.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "recommend/transpose.h"

namespace recveil::attack {
namespace {

void add(float *to, const float *from) {
  for (std::size_t b = 0; b < Reference::kBlock; ++b) to[b] += from[b];
}

}  // namespace

Reference::Reference(const Interactions &people)
    : people_(people), holders_(recommend::transpose(people)) {
  for (std::size_t i = 0; i < people.n_items; ++i) {
    const auto d = static_cast<double>(holders_.row(i).size());
    inverse_root_.push_back(d > 0 ? static_cast<float>(1 / std::sqrt(d)) : 0.0f);
  }
}

void Reference::score(const Interactions &histories, std::size_t first,
                      std::vector<float> &scores) const {
  const std::size_t count = std::min(kBlock, histories.n_users() - first);
  std::vector<float> weight(people_.n_users() * kBlock, 0);  // of each person in each history
  for (std::size_t b = 0; b < count; ++b) {
    for (const std::uint32_t j : histories.row(first + b)) {
      for (const std::uint32_t v : holders_.row(j)) weight[v * kBlock + b] += inverse_root_[j];
    }
  }
  scores.assign(people_.n_items * kBlock, 0);
  for (std::size_t v = 0; v < people_.n_users(); ++v) {
    if (v % 1024 == 0) pulse();
    for (const std::uint32_t i : people_.row(v)) add(&scores[i * kBlock], &weight[v * kBlock]);
  }
  for (std::size_t i = 0; i < people_.n_items; ++i) {
    for (std::size_t b = 0; b < kBlock; ++b) scores[i * kBlock + b] *= inverse_root_[i];
  }
  // An item of the history is not compared with itself.
  for (std::size_t b = 0; b < count; ++b) {
    for (const std::uint32_t i : histories.row(first + b)) {
      if (!holders_.row(i).empty()) scores[i * kBlock + b] -= 1;
    }
  }
}

}  // namespace recveil::attack
