// The small network whose first layer says along which directions a class can still be told: ours
// to choose directions of sweeps, never to judge what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "numerics/symmetric.h"

namespace recveil::defense {

// inputs - 64 ReLU - K softmax, cross entropy, Adam at 0.01, batches of 256. Keeps its parameters
// from one training to the next. Deterministic in the seed.
class DirectionNet {
 public:
  static constexpr std::size_t kHidden = 64;

  DirectionNet(std::size_t inputs, std::size_t classes, std::uint64_t seed);

  // rows: padded_floats(inputs) apart, of about unit variance; which: the rows to train on, their
  // classes in [0, classes). O(epochs * rows * 64 * (inputs + classes)).
  void train(const float *rows, std::span<const std::uint32_t> which,
             std::span<const std::int32_t> classes, std::size_t epochs);

  // An orthonormal basis of the inputs (columns): left singular vectors of the first layer, its
  // units weighted by the length of their outputs.
  numerics::SquareMatrix directions() const;

  // The inputs will be row x r from now on, r orthonormal.
  void rotate(const numerics::SquareMatrix &r);

 private:
  struct Work;
  void step(Work &work, std::size_t n);
  void adam();

  std::size_t inputs_, classes_, outputs_;  // outputs_: classes, padded
  Rng rng_;
  // first layer (inputs x 64), its bias (64), second layer (64 x outputs_), its bias (outputs_)
  std::vector<float> parameters_, gradient_, first_moment_, second_moment_;
  std::size_t steps_ = 0;
};

}  // namespace recveil::defense
