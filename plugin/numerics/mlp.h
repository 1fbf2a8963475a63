// A small multilayer perceptron for binary classification: dense layers, ReLU between them, two
// logits, cross entropy, SGD with momentum, as in Zhang et al., CCS'21. Plain loops, float, one
// thread: the same seed and data give the same parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::numerics {

struct MlpOptions {
  std::vector<std::size_t> hidden{32, 8};  // Zhang et al., CCS'21: 100-32-8-2
  double learning_rate = 0.01;
  double momentum = 0.7;  // as in the paper (the authors' code has .9)
  std::size_t epochs = 20;
  std::size_t batch = 8;  // the authors' code takes 1
  bool shuffled = true;   // each epoch, by the seed; the authors' code takes the rows as they stand
  // The loss of the probabilities instead of the logits, as if these were logits: the authors' code
  // has a softmax before a cross entropy that takes one again.
  bool softmax_twice = false;
  std::uint64_t seed = 1;
};

class Mlp {
 public:
  // Parameters start uniform in +-1 / sqrt(inputs of the layer), drawn from the seed. A batch of 0
  // throws Error(Status::argument).
  Mlp(std::size_t inputs, const MlpOptions &options);

  // x: n rows of `inputs` values, row-major; y: n labels, 0 or 1. A step is by the mean gradient of
  // a batch. Goes on from the parameters as they are, with no momentum. Inputs should be
  // standardized (attack/difference_mlp does). A size of x other than n * inputs throws
  // Error(Status::argument), here and below. O(epochs * n * parameters): about 0.1 s for the
  // default options, n = 2,400 and 100 inputs.
  void train(std::span<const float> x, std::span<const std::uint8_t> y);

  // Logit of class 1 minus logit of class 0; above 0 means class 1. x: one row.
  double decision(std::span<const float> x) const;

  // For tests: mean cross entropy on (x, y), and its gradient by back-propagation in the order of
  // parameters(). n > 0.
  double loss(std::span<const float> x, std::span<const std::uint8_t> y) const;
  std::vector<float> gradient(std::span<const float> x, std::span<const std::uint8_t> y) const;
  std::span<float> parameters() { return parameters_; }

 private:
  std::vector<std::size_t> sizes_;  // inputs, hidden..., 2
  MlpOptions options_;
  std::vector<float> parameters_;  // per layer: weights (out x in, row-major), then biases
};

}  // namespace recveil::numerics
