#include "defense/erase/direction_net.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kBatch = 256;
constexpr float kRate = 0.01F;
constexpr float kDecay = 5e-4F;  // of the weights, per batch
constexpr std::size_t kUnits = DirectionNet::kHidden;

}  // namespace

struct DirectionNet::Work {
  std::size_t step;
  std::vector<float> x, hidden, out, back, turned;
  std::vector<std::int32_t> classes;
};

DirectionNet::DirectionNet(std::size_t inputs, std::size_t classes, std::uint64_t seed)
    : inputs_(inputs),
      classes_(classes),
      outputs_(numerics::padded_floats(classes)),
      rng_(seed, 13),
      parameters_((inputs + 1) * kUnits + (kUnits + 1) * outputs_),
      gradient_(parameters_.size()),
      first_moment_(parameters_.size()),
      second_moment_(parameters_.size()) {
  const double first = std::sqrt(6.0 / static_cast<double>(inputs + kUnits));
  const double second = std::sqrt(6.0 / static_cast<double>(kUnits + classes));
  for (std::size_t i = 0; i < inputs * kUnits; ++i) {
    parameters_[i] = static_cast<float>((2 * rng_.uniform() - 1) * first);
  }
  float *weights = parameters_.data() + (inputs + 1) * kUnits;
  for (std::size_t i = 0; i < kUnits; ++i) {
    for (std::size_t k = 0; k < classes; ++k) {
      weights[i * outputs_ + k] = static_cast<float>((2 * rng_.uniform() - 1) * second);
    }
  }
}

double DirectionNet::train(const float *rows, std::span<const std::uint32_t> which,
                           std::span<const std::int32_t> classes, std::size_t epochs) {
  Work work;
  work.step = numerics::padded_floats(inputs_);
  work.x.resize(kBatch * work.step);
  work.hidden.resize(kBatch * kUnits);
  work.out.resize(kBatch * outputs_);
  work.back.resize(kBatch * kUnits);
  work.turned.resize(classes_ * kUnits);
  work.classes.resize(kBatch);
  std::vector<std::uint32_t> order(which.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  double loss = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    loss = 0;
    rng_.shuffle(order);
    for (std::size_t begin = 0; begin < order.size(); begin += kBatch) {
      const std::size_t n = std::min(kBatch, order.size() - begin);
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t at = order[begin + i];
        std::memcpy(work.x.data() + i * work.step, rows + which[at] * work.step,
                    work.step * sizeof(float));
        work.classes[i] = classes[at];
      }
      loss += step(work, n);
      adam();
    }
  }
  return loss / static_cast<double>(order.size());
}

double DirectionNet::step(Work &work, std::size_t n) {
  float *first = parameters_.data(), *first_bias = first + inputs_ * kUnits;
  float *second = first_bias + kUnits, *second_bias = second + kUnits * outputs_;
  float *to_first = gradient_.data(), *to_first_bias = to_first + inputs_ * kUnits;
  float *to_second = to_first_bias + kUnits, *to_second_bias = to_second + kUnits * outputs_;
  float *hidden = work.hidden.data(), *out = work.out.data(), *back = work.back.data();

  for (std::size_t i = 0; i < n; ++i) {
    std::memcpy(hidden + i * kUnits, first_bias, kUnits * sizeof(float));
    std::memcpy(out + i * outputs_, second_bias, outputs_ * sizeof(float));
  }
  numerics::multiply_add(
      {work.x.data(), work.step, 1, n, inputs_, first, kUnits, kUnits, hidden, kUnits});
  for (std::size_t i = 0; i < n * kUnits; ++i) hidden[i] = hidden[i] > 0 ? hidden[i] : 0;
  numerics::multiply_add({hidden, kUnits, 1, n, kUnits, second, outputs_, outputs_, out, outputs_});

  // out becomes the gradient of the mean cross entropy in the logits.
  const float share = 1 / static_cast<float>(n);
  double loss = 0;
  std::fill(gradient_.begin(), gradient_.end(), 0.0F);
  for (std::size_t i = 0; i < n; ++i) {
    float *row = out + i * outputs_;
    const float largest = *std::max_element(row, row + classes_);
    float total = 0;
    for (std::size_t k = 0; k < classes_; ++k) total += row[k] = std::exp(row[k] - largest);
    for (std::size_t k = 0; k < classes_; ++k) row[k] *= share / total;
    float &own = row[static_cast<std::size_t>(work.classes[i])];
    loss -= std::log(std::max(static_cast<double>(own) * static_cast<double>(n), 1e-30));
    own -= share;
    for (std::size_t k = 0; k < classes_; ++k) to_second_bias[k] += row[k];
    std::fill(row + classes_, row + outputs_, 0.0F);
  }
  for (std::size_t k = 0; k < classes_; ++k) {
    for (std::size_t u = 0; u < kUnits; ++u) work.turned[k * kUnits + u] = second[u * outputs_ + k];
  }
  numerics::multiply(
      {out, outputs_, 1, n, classes_, work.turned.data(), kUnits, kUnits, back, kUnits});
  numerics::multiply({hidden, 1, kUnits, kUnits, n, out, outputs_, outputs_, to_second, outputs_});
  for (std::size_t i = 0; i < n * kUnits; ++i) back[i] = hidden[i] > 0 ? back[i] : 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t u = 0; u < kUnits; ++u) to_first_bias[u] += back[i * kUnits + u];
  }
  numerics::multiply(
      {work.x.data(), 1, work.step, inputs_, n, back, kUnits, kUnits, to_first, kUnits});
  return loss;
}

void DirectionNet::adam() {
  ++steps_;
  const double t = static_cast<double>(steps_);
  const auto rate = static_cast<float>(static_cast<double>(kRate) *
                                       std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)));
  float *p = parameters_.data(), *g = gradient_.data();
  float *m = first_moment_.data(), *v = second_moment_.data();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const float slope = g[i] + kDecay * p[i];
    m[i] = 0.9F * m[i] + 0.1F * slope;
    v[i] = 0.999F * v[i] + 0.001F * slope * slope;
    p[i] -= rate * m[i] / (std::sqrt(v[i]) + 1e-8F);
  }
}

numerics::SquareMatrix DirectionNet::directions() const {
  const float *second = parameters_.data() + (inputs_ + 1) * kUnits;
  std::vector<double> weighted(inputs_ * kUnits);
  for (std::size_t u = 0; u < kUnits; ++u) {
    double squares = 0;
    for (std::size_t k = 0; k < classes_; ++k) {
      const double value = static_cast<double>(second[u * outputs_ + k]);
      squares += value * value;
    }
    for (std::size_t i = 0; i < inputs_; ++i) {
      weighted[i * kUnits + u] =
          static_cast<double>(parameters_[i * kUnits + u]) * std::sqrt(squares);
    }
  }
  return numerics::left_basis(weighted, inputs_, kUnits);
}

Stage push_stage(const DirectionNet &net, std::span<const std::int32_t> net_class,
                 std::uint32_t attribute, float eta) {
  const std::size_t width = net.inputs(), step = numerics::padded_floats(width);
  Stage stage;
  stage.kind = StageKind::class_push;
  stage.attribute = attribute;
  stage.count = static_cast<std::uint32_t>(net_class.size());
  stage.cells = static_cast<std::uint32_t>(net.classes());
  stage.values.reserve(stage.total_size(width));
  stage.values.push_back(eta);
  for (const std::int32_t output : net_class) stage.values.push_back(static_cast<float>(output));
  const auto parameters = net.parameters();
  stage.values.insert(stage.values.end(), parameters.begin(), parameters.end());
  stage.values.resize(stage.total_size(width));
  float *turned = stage.values.data() + stage.values.size() - kUnits * step;
  for (std::size_t u = 0; u < kUnits; ++u) {
    for (std::size_t c = 0; c < width; ++c) turned[u * step + c] = parameters[c * kUnits + u];
  }
  return stage;
}

}  // namespace recveil::defense
