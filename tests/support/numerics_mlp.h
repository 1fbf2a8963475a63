// The loss of a multilayer perceptron, one sum a neuron, in double.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::support {

// Mean cross entropy of dense layers of `sizes` (inputs first, 2 logits last) with ReLU between.
// parameters: per layer the weights (out x in, row-major), then the biases, as in numerics::Mlp.
inline double slow_mlp_loss(const std::vector<std::size_t> &sizes,
                            std::span<const double> parameters, std::span<const float> x,
                            std::span<const std::uint8_t> y) {
  double loss = 0;
  for (std::size_t row = 0; row < y.size(); ++row) {
    std::vector<double> value(sizes[0]);
    for (std::size_t i = 0; i < sizes[0]; ++i) {
      value[i] = static_cast<double>(x[row * sizes[0] + i]);
    }
    std::size_t offset = 0;
    for (std::size_t l = 1; l < sizes.size(); ++l) {
      std::vector<double> next(sizes[l]);
      for (std::size_t o = 0; o < sizes[l]; ++o) {
        next[o] = parameters[offset + sizes[l] * sizes[l - 1] + o];
        for (std::size_t i = 0; i < sizes[l - 1]; ++i) {
          next[o] += parameters[offset + o * sizes[l - 1] + i] * value[i];
        }
        if (l + 1 < sizes.size() && next[o] < 0) next[o] = 0;
      }
      offset += sizes[l] * (sizes[l - 1] + 1);
      value = next;
    }
    loss += std::log(std::exp(value[0]) + std::exp(value[1])) - value[y[row]];
  }
  return loss / static_cast<double>(y.size());
}

}  // namespace recveil::support
