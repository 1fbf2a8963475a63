#include "numerics/mlp.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/dot.h"

namespace recveil::numerics {
namespace {

using Sizes = std::vector<std::size_t>;
// One vector a layer: its values, or the derivative of the loss by them before the ReLU.
using Layers = std::vector<std::vector<float>>;

std::size_t count_parameters(const Sizes &sizes) {
  std::size_t count = 0;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) count += sizes[l + 1] * (sizes[l] + 1);
  return count;
}

Layers make_layers(const Sizes &sizes) {
  Layers layers;
  for (const std::size_t size : sizes) layers.emplace_back(size);
  return layers;
}

void add_scaled(float *to, const float *from, float factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) to[i] += factor * from[i];
}

// Fills `value` for one row x. Returns logit 1 minus logit 0.
double forward(const Sizes &sizes, const float *parameter, const float *x, Layers &value) {
  std::copy_n(x, sizes[0], value[0].begin());
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    const std::size_t in = sizes[l], out = sizes[l + 1];
    const float *bias = parameter + out * in;
    const bool hidden = l + 2 < sizes.size();
    for (std::size_t o = 0; o < out; ++o) {
      const float sum = bias[o] + dot(parameter + o * in, value[l].data(), in);
      value[l + 1][o] = hidden ? std::max(sum, 0.0f) : sum;
    }
    parameter = bias + out;
  }
  return static_cast<double>(value.back()[1]) - static_cast<double>(value.back()[0]);
}

double logistic(double margin) {
  return 1.0 / (1.0 + std::exp(-margin));
}

// The loss of one row whose logits differ by `margin`, and its derivative by the margin.
double cross_entropy(double margin, std::uint8_t label) {
  const double right = label != 0 ? margin : -margin;
  return std::max(-right, 0.0) + std::log1p(std::exp(-std::abs(right)));
}
double loss_slope(double margin, std::uint8_t label, bool softmax_twice) {
  const double p = logistic(margin), y = label;
  return softmax_twice ? (logistic(2 * p - 1) - y) * 2 * p * (1 - p) : p - y;
}

// Adds the gradient of a row's loss to `gradient`, `slope` of it by the margin. value: as left by
// forward; delta: scratch.
void backward(const Sizes &sizes, const std::vector<float> &parameters, const Layers &value,
              float slope, Layers &delta, std::vector<float> &gradient) {
  delta.back()[1] = slope;
  delta.back()[0] = -delta.back()[1];
  std::size_t offset = parameters.size();
  for (std::size_t l = sizes.size() - 1; l-- > 0;) {
    const std::size_t in = sizes[l], out = sizes[l + 1];
    offset -= out * (in + 1);
    const float *weights = parameters.data() + offset;
    float *weights_gradient = gradient.data() + offset;
    float *bias_gradient = weights_gradient + out * in;
    std::fill(delta[l].begin(), delta[l].end(), 0.0f);
    for (std::size_t o = 0; o < out; ++o) {
      const float d = delta[l + 1][o];
      if (d == 0.0f) continue;  // a ReLU that is off; about half of them are
      bias_gradient[o] += d;
      add_scaled(weights_gradient + o * in, value[l].data(), d, in);
      if (l > 0) add_scaled(delta[l].data(), weights + o * in, d, in);
    }
    for (std::size_t i = 0; l > 0 && i < in; ++i) {
      if (value[l][i] <= 0.0f) delta[l][i] = 0.0f;
    }
  }
}

void check_shape(std::span<const float> x, std::span<const std::uint8_t> y, std::size_t inputs) {
  if (x.size() != y.size() * inputs) {
    throw Error(Status::argument, "mlp: the rows of x and the labels y differ in number");
  }
}

}  // namespace

Mlp::Mlp(std::size_t inputs, const MlpOptions &options) : sizes_{inputs}, options_(options) {
  if (options.batch == 0) throw Error(Status::argument, "mlp: batch is 0");
  sizes_.insert(sizes_.end(), options.hidden.begin(), options.hidden.end());
  sizes_.push_back(2);
  parameters_.reserve(count_parameters(sizes_));
  Rng rng(options.seed, 0);
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
    const std::size_t in = sizes_[l];
    const double bound = 1.0 / std::sqrt(static_cast<double>(std::max<std::size_t>(in, 1)));
    for (std::size_t i = 0; i < sizes_[l + 1] * (in + 1); ++i) {
      parameters_.push_back(static_cast<float>(bound * (2.0 * rng.uniform() - 1.0)));
    }
  }
}

void Mlp::train(std::span<const float> x, std::span<const std::uint8_t> y) {
  check_shape(x, y, sizes_[0]);
  std::vector<std::size_t> order(y.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(options_.seed, 1);
  Layers value = make_layers(sizes_), delta = value;
  std::vector<float> batch_gradient(parameters_.size()), velocity(parameters_.size());
  const auto rate = static_cast<float>(options_.learning_rate);
  const auto momentum = static_cast<float>(options_.momentum);
  for (std::size_t epoch = 0; epoch < options_.epochs; ++epoch) {
    if (options_.shuffled) rng.shuffle(order);
    for (std::size_t begin = 0; begin < order.size(); begin += options_.batch) {
      pulse();
      const std::size_t end = std::min(begin + options_.batch, order.size());
      const float weight = 1.0f / static_cast<float>(end - begin);
      std::fill(batch_gradient.begin(), batch_gradient.end(), 0.0f);
      for (std::size_t i = begin; i < end; ++i) {
        const float *row = x.data() + order[i] * sizes_[0];
        const double margin = forward(sizes_, parameters_.data(), row, value);
        const double by_margin = loss_slope(margin, y[order[i]], options_.softmax_twice);
        backward(sizes_, parameters_, value, weight * static_cast<float>(by_margin), delta,
                 batch_gradient);
      }
      for (std::size_t i = 0; i < parameters_.size(); ++i) {
        velocity[i] = momentum * velocity[i] + batch_gradient[i];
        parameters_[i] -= rate * velocity[i];
      }
    }
  }
}

double Mlp::decision(std::span<const float> x) const {
  if (x.size() != sizes_[0]) throw Error(Status::argument, "mlp: x is not one row of the inputs");
  Layers value = make_layers(sizes_);
  return forward(sizes_, parameters_.data(), x.data(), value);
}

double Mlp::loss(std::span<const float> x, std::span<const std::uint8_t> y) const {
  check_shape(x, y, sizes_[0]);
  Layers value = make_layers(sizes_);
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double margin = forward(sizes_, parameters_.data(), x.data() + i * sizes_[0], value);
    sum += cross_entropy(options_.softmax_twice ? 2 * logistic(margin) - 1 : margin, y[i]);
  }
  return sum / static_cast<double>(y.size());
}

std::vector<float> Mlp::gradient(std::span<const float> x, std::span<const std::uint8_t> y) const {
  check_shape(x, y, sizes_[0]);
  Layers value = make_layers(sizes_), delta = value;
  std::vector<float> sum(parameters_.size());
  const float weight = 1.0f / static_cast<float>(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double margin = forward(sizes_, parameters_.data(), x.data() + i * sizes_[0], value);
    const double by_margin = loss_slope(margin, y[i], options_.softmax_twice);
    backward(sizes_, parameters_, value, weight * static_cast<float>(by_margin), delta, sum);
  }
  return sum;
}

}  // namespace recveil::numerics
