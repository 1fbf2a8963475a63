// The training of the net of ncf.h, one pass over given samples at a time.
//
// Adam on dense gradients moves every row in every step, for most by what momentum is left. A row
// without a gradient from step s on has, with r = b1 / sqrt(b2) and q = b1 / b2, after n steps
//   m b1^n, v b2^n and parameters less lr m sum_{i=1..n} r^i c_{s+i} / (sqrt(v) + e_i), where
//   c_t = sqrt(1 - b2^t) / (1 - b1^t) and e_i = epsilon sqrt(1 - b2^{s+i}) / sqrt(b2)^i.
// sum r^i c_{s+i} = C_s - r^n C_{s+n} with C_l = sum_{j>=1} r^j c_{l+j}, which is a table. e_i
// moves by 1 part in 2,000 a step while r^i falls by a tenth, so their mean under the weights r^i
// c_{s+i} stands for all of them: another such sum, of q^i (1 - b2^{s+i}) / (1 - b1^{s+i}). It is
// exact for n = 1 and has no error of first order in the spread of e_i. A row is brought up to date
// when a sample needs it; nothing walks over the tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/random.h"
#include "recommend/ncf.h"

namespace recveil::recommend {

struct NcfSample {
  std::uint32_t user, item;
  float label;  // 1 or 0
};

// Step `now`, at least 1, with bias corrections.
NcfAdam adam_step(double learning_rate, std::uint64_t now);

// The closed form of steps without a gradient.
class IdleSteps {
 public:
  explicit IdleSteps(double learning_rate);
  // Of a row with its last gradient in step `last`, at least 1, up to and with step `now`.
  NcfIdle between(std::uint64_t last, std::uint64_t now) const;

 private:
  double learning_rate_;
  std::vector<double> moves_, epsilons_;         // C_l, and alike for e; the last for all beyond
  std::array<std::vector<double>, 2> powers_m_;  // b1^i and b1^(256 i), for i below 256
  std::array<std::vector<double>, 2> powers_v_;  // of b2
};

class NcfTrainer {
 public:
  // Takes batch, learning_rate and regularization of the options. Throws Error(argument) for shapes
  // that do not fit.
  NcfTrainer(const NcfParameters &start, const NcfOptions &options,
             const NcfKernels &kernels = ncf_kernels());
  ~NcfTrainer();
  NcfTrainer(const NcfTrainer &) = delete;
  NcfTrainer &operator=(const NcfTrainer &) = delete;

  // Steps over the samples in their order, `batch` a time. Returns the mean logistic loss, each
  // sample by the parameters before its step. progress: the number of samples that are done; may be
  // empty.
  double pass(std::span<const NcfSample> samples,
              const std::function<void(std::size_t)> &progress = {});

  // What has been learnt, all rows up to date.
  NcfParameters parameters();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Throws Error(argument) for options out of range.
void check_options(const NcfOptions &options);

// Where train_ncf() starts.
NcfParameters initial_ncf(std::size_t n_users, std::size_t n_items, const NcfOptions &options);

// The samples of an epoch in the order of training: every interaction with label 1, and for each of
// them `negatives` items that the person has not got, uniform, of people who have not got all.
// from: the items to draw from, everybody's among them; empty: the whole catalogue.
std::vector<NcfSample> draw_samples(const Interactions &training, unsigned negatives, Rng &rng,
                                    std::span<const std::uint32_t> from = {});

// `n` items of `from` that are not in `row`, uniform and independent; none where `row` is all of
// `from`. row: of `from`. from: empty: the whole catalogue of n_items. marks: n_items numbers, of
// which those at `row` and no others are `mark`.
void draw_negatives(std::span<const std::uint32_t> row, std::size_t n,
                    std::span<const std::uint32_t> from, std::span<const std::uint32_t> marks,
                    std::uint32_t mark, Rng &rng, std::vector<std::uint32_t> &out);

}  // namespace recveil::recommend
