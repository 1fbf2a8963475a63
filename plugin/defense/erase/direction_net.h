// The small network that says along which directions a class can still be told: ours to choose how
// rows move, never to judge what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "defense/erase/map_parts.h"
#include "numerics/symmetric.h"

namespace recveil::defense {

// inputs - 64 ReLU - two softmax heads of K classes each, on one hidden layer: one head learns the
// classes, the other one labels that were dealt at random, which is what it finds by chance. Sum of
// the heads' cross entropies, Adam. Deterministic in the seed, for one instruction set.
class DirectionNet {
 public:
  static constexpr std::size_t kHidden = kPushUnits;

  DirectionNet(std::size_t inputs, std::size_t classes, std::uint64_t seed);

  // Goes on from where it is. rows: padded_floats(inputs) apart, of about unit variance; which: the
  // rows to train on; classes, dealt: of each of these, in [0, K), or below 0 where that head
  // learns nothing from it. Returns the mean loss of the last epoch, while it trained, in nats (NaN
  // without epochs or rows). O(epochs * rows * 64 * (inputs + K)).
  double train(const float *rows, std::span<const std::uint32_t> which,
               std::span<const std::int32_t> classes, std::span<const std::int32_t> dealt,
               std::size_t epochs);

  // An orthonormal basis of the inputs (columns): left singular vectors of the first layer, its
  // units weighted by the length of their outputs to the first head.
  numerics::SquareMatrix directions() const;

  std::size_t inputs() const { return inputs_; }
  std::size_t classes() const { return classes_; }
  // (inputs + 1) x 64, the last row the bias; 64 x outputs; outputs. Outputs are the first head's K
  // and the second's K, padded.
  std::span<const float> parameters() const { return parameters_; }

 private:
  struct Work;
  double step(Work &work, const float *x, std::size_t begin, std::size_t n);
  void adam();

  std::size_t inputs_, classes_, outputs_;
  Rng rng_;
  std::vector<float> parameters_, gradient_, first_moment_, second_moment_;
  std::size_t steps_ = 0;
};

// The class_push stage of this network. net_class: per class of the attribute its output, or
// kUnknown (not pushed).
Stage push_stage(const DirectionNet &net, std::span<const std::int32_t> net_class,
                 std::uint32_t attribute, float eta);

}  // namespace recveil::defense
