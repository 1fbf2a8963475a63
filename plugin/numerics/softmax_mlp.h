// A multilayer perceptron for several classes, trained in batches by matrix products: the attacker
// of attribute audits. numerics/mlp.h is the published one of Zhang et al., row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::numerics {

struct SoftmaxMlpOptions {
  std::vector<std::size_t> hidden{100};  // ReLU units, multiples of nothing in particular
  double learning_rate = 1e-3;           // Adam, with its published decays .9 and .999
  double decay = 1e-4;                   // L2 penalty / 2 of the weights, not of biases, a row
  std::size_t epochs = 20;
  std::size_t batch = 128;
  std::uint64_t seed = 1;
};

class SoftmaxMlp {
 public:
  // Weights start uniform in +-sqrt(6 / (inputs + outputs)) of their layer (Glorot and Bengio,
  // AISTATS'10), biases 0. Throws Error(Status::argument) for no inputs, fewer than 2 classes, an
  // empty layer and a batch of 0.
  SoftmaxMlp(std::size_t inputs, std::size_t classes, const SoftmaxMlpOptions &options);

  // x: rows of finite values of about unit variance; y: the class of each, in [0, classes).
  // Minimizes the mean cross entropy; shuffled each epoch by the seed; goes on from the parameters
  // as they are. Throws Error(Status::argument) for other sizes or classes. O(epochs * rows *
  // parameters), 6 flops each: 0.15 s for 20 epochs of 4,800 rows through 32-100-2, 1 s through
  // 32-256-128-2, one core with AVX2. Deterministic for one instruction set.
  void train(const Matrix &x, std::span<const std::int32_t> y);

  // out: rows x classes, the logarithms of the probabilities.
  void log_probabilities(const Matrix &x, std::span<double> out) const;

  // For tests: mean cross entropy, and its gradient in the order of parameters() (the penalty is in
  // neither).
  double loss(const Matrix &x, std::span<const std::int32_t> y) const;
  std::vector<float> gradient(const Matrix &x, std::span<const std::int32_t> y) const;
  // Per layer: weights (inputs x outputs, rows padded to 16 outputs), then biases (padded). What is
  // padding is 0 and stays 0.
  std::span<float> parameters() { return parameters_; }

 private:
  struct Work;
  void check(const Matrix &x, std::span<const std::int32_t> y) const;
  void forward(Work &work, std::size_t n) const;
  // The summed cross entropy of the batch; work.gradient = its gradient times `share`.
  double backward(Work &work, std::size_t n, float share) const;

  std::size_t classes_;
  SoftmaxMlpOptions options_;
  std::vector<std::size_t> sizes_, widths_;  // of each layer's values; padded
  std::vector<std::size_t> offsets_;         // of each layer's weights
  std::vector<float> parameters_;
};

}  // namespace recveil::numerics
