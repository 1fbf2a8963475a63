// A small training of NCF that PyTorch has run too, from the same start and in the same order: see
// tests/bench/ncf_bench.cc, which prints PyTorch's losses.
#pragma once

#include <vector>

#include "recommend/ncf_train.h"
#include "support/recommend_random.h"

namespace recveil::support {

struct NcfCase {
  recommend::NcfOptions options;
  recommend::NcfParameters start;
  std::vector<recommend::NcfSample> samples;
};

inline NcfCase ncf_case(const Interactions &training, double deviation) {
  NcfCase out;
  out.options.deviation = deviation;
  out.options.regularization = 0;  // as PyTorch ran it
  out.start = recommend::initial_ncf(training.n_users(), training.n_items, out.options);
  Rng rng(12);
  out.samples = recommend::draw_samples(training, out.options.negatives, rng);
  return out;
}

inline NcfCase small_ncf_case(double deviation) {
  return ncf_case(
      random_interactions({.users = 200, .items = 300, .mean_extra = 20, .least = 5}, 11),
      deviation);
}

}  // namespace recveil::support
