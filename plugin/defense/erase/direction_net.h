// The small network whose first layer says along which directions a class can still be told: ours
// to choose directions of sweeps, never to judge what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "defense/erase/map_parts.h"
#include "numerics/symmetric.h"

namespace recveil::defense {

// inputs - 64 ReLU - K softmax, cross entropy, Adam at 0.01. Deterministic in the seed.
class DirectionNet {
 public:
  static constexpr std::size_t kHidden = kPushUnits;

  DirectionNet(std::size_t inputs, std::size_t classes, std::uint64_t seed);

  // rows: padded_floats(inputs) apart, of about unit variance; which: the rows to train on, their
  // classes in [0, classes). Returns the mean cross entropy of the last epoch, while it trained, in
  // nats (NaN without epochs or rows). O(epochs * rows * 64 * (inputs + classes)).
  double train(const float *rows, std::span<const std::uint32_t> which,
               std::span<const std::int32_t> classes, std::size_t epochs);

  // An orthonormal basis of the inputs (columns): left singular vectors of the first layer, its
  // units weighted by the length of their outputs.
  numerics::SquareMatrix directions() const;

  std::size_t inputs() const { return inputs_; }
  std::size_t classes() const { return classes_; }
  // inputs x 64, 64, 64 x outputs, outputs.
  std::span<const float> parameters() const { return parameters_; }

 private:
  struct Work;
  double step(Work &work, std::size_t n);  // the batch's sum of cross entropies
  void adam();

  std::size_t inputs_, classes_, outputs_;  // outputs_: classes, padded
  Rng rng_;
  // first layer (inputs x 64), its bias (64), second layer (64 x outputs_), its bias (outputs_)
  std::vector<float> parameters_, gradient_, first_moment_, second_moment_;
  std::size_t steps_ = 0;
};

// The class_push stage of this network. net_class: per class of the attribute its output, or
// kUnknown (not pushed).
Stage push_stage(const DirectionNet &net, std::span<const std::int32_t> net_class,
                 std::uint32_t attribute, float eta);

}  // namespace recveil::defense
