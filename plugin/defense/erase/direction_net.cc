#include "defense/erase/direction_net.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kBatch = 256;
constexpr double kRate = 0.02;
constexpr float kDecay = 5e-4F;  // of the weights, per batch
constexpr std::size_t kUnits = DirectionNet::kHidden;

// Logits become the gradient of `share` times their cross entropy, which is returned. own < 0:
// nothing is learned from this row.
double soften(float *logits, std::size_t classes, std::int32_t own, float share) {
  if (own < 0) {
    std::fill(logits, logits + classes, 0.0F);
    return 0;
  }
  const float largest = *std::max_element(logits, logits + classes);
  float total = 0;
  for (std::size_t k = 0; k < classes; ++k) total += logits[k] = std::exp(logits[k] - largest);
  for (std::size_t k = 0; k < classes; ++k) logits[k] *= share / total;
  float &at = logits[static_cast<std::size_t>(own)];
  const double p = static_cast<double>(at / share);
  at -= share;
  return -std::log(std::max(p, 1e-30));
}

}  // namespace

struct DirectionNet::Work {
  std::size_t step;
  std::vector<float> x;                      // rows in the order of training, a 1 behind each
  std::vector<std::int32_t> classes, dealt;  // likewise
  std::vector<float> hidden, out, back, turned;
};

DirectionNet::DirectionNet(std::size_t inputs, std::size_t classes, std::uint64_t seed)
    : inputs_(inputs),
      classes_(classes),
      outputs_(numerics::padded_floats(2 * classes)),
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
    for (std::size_t k = 0; k < 2 * classes; ++k) {
      weights[i * outputs_ + k] = static_cast<float>((2 * rng_.uniform() - 1) * second);
    }
  }
}

double DirectionNet::train(const float *rows, std::span<const std::uint32_t> which,
                           std::span<const std::int32_t> classes,
                           std::span<const std::int32_t> dealt, std::size_t epochs) {
  const std::size_t n = which.size(), from_step = numerics::padded_floats(inputs_);
  Work work;
  work.step = numerics::padded_floats(inputs_ + 1);
  work.x.assign(n * work.step, 0);
  work.classes.resize(n);
  work.dealt.resize(n);
  work.hidden.resize(kBatch * kUnits);
  work.out.resize(kBatch * outputs_);
  work.back.resize(kBatch * kUnits);
  work.turned.resize(2 * classes_ * kUnits);
  std::vector<std::uint32_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(i);
  rng_.shuffle(order);
  for (std::size_t i = 0; i < n; ++i) {
    float *x = work.x.data() + i * work.step;
    std::memcpy(x, rows + which[order[i]] * from_step, inputs_ * sizeof(float));
    x[inputs_] = 1;
    work.classes[i] = classes[order[i]];
    work.dealt[i] = dealt[order[i]];
  }
  double loss = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    loss = 0;
    for (std::size_t begin = 0; begin < n; begin += kBatch) {
      loss += step(work, work.x.data(), begin, std::min(kBatch, n - begin));
      adam();
    }
  }
  return loss / static_cast<double>(n);
}

double DirectionNet::step(Work &work, const float *x, std::size_t begin, std::size_t n) {
  float *first = parameters_.data(), *second = first + (inputs_ + 1) * kUnits;
  float *second_bias = second + kUnits * outputs_;
  float *to_first = gradient_.data(), *to_second = to_first + (inputs_ + 1) * kUnits;
  float *to_second_bias = to_second + kUnits * outputs_;
  float *hidden = work.hidden.data(), *out = work.out.data(), *back = work.back.data();
  x += begin * work.step;
  const std::size_t used = 2 * classes_;

  numerics::multiply({x, work.step, 1, n, inputs_ + 1, first, kUnits, kUnits, hidden, kUnits});
  for (std::size_t i = 0; i < n * kUnits; ++i) hidden[i] = hidden[i] > 0 ? hidden[i] : 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::memcpy(out + i * outputs_, second_bias, outputs_ * sizeof(float));
  }
  numerics::multiply_add({hidden, kUnits, 1, n, kUnits, second, outputs_, outputs_, out, outputs_});

  const float share = 1 / static_cast<float>(n);
  double loss = 0;
  std::fill(to_second_bias, to_second_bias + outputs_, 0.0F);
  for (std::size_t i = 0; i < n; ++i) {
    float *row = out + i * outputs_;
    loss += soften(row, classes_, work.classes[begin + i], share);
    loss += soften(row + classes_, classes_, work.dealt[begin + i], share);
    for (std::size_t k = 0; k < used; ++k) to_second_bias[k] += row[k];
    std::fill(row + used, row + outputs_, 0.0F);
  }
  for (std::size_t k = 0; k < used; ++k) {
    for (std::size_t u = 0; u < kUnits; ++u) work.turned[k * kUnits + u] = second[u * outputs_ + k];
  }
  numerics::multiply({out, outputs_, 1, n, used, work.turned.data(), kUnits, kUnits, back, kUnits});
  numerics::multiply({hidden, 1, kUnits, kUnits, n, out, outputs_, outputs_, to_second, outputs_});
  for (std::size_t i = 0; i < n * kUnits; ++i) back[i] = hidden[i] > 0 ? back[i] : 0;
  numerics::multiply({x, 1, work.step, inputs_ + 1, n, back, kUnits, kUnits, to_first, kUnits});
  return loss;
}

void DirectionNet::adam() {
  ++steps_;
  const double t = static_cast<double>(steps_), left = std::sqrt(1 - std::pow(0.999, t));
  for (std::size_t i = 0; i < parameters_.size(); ++i) gradient_[i] += kDecay * parameters_[i];
  numerics::product_kernels().adam({parameters_.data(), gradient_.data(), gradient_.data(),
                                    first_moment_.data(), second_moment_.data(), parameters_.size(),
                                    1.0F, static_cast<float>(kRate * left / (1 - std::pow(0.9, t))),
                                    static_cast<float>(1e-8 * left)});
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
  const std::size_t used = 2 * net.classes(), outputs = numerics::padded_floats(used);
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
  const float *second = parameters.data() + (width + 1) * kUnits;
  for (std::size_t k = 0; k < used; ++k) {
    for (std::size_t u = 0; u < kUnits; ++u) stage.values.push_back(second[u * outputs + k]);
  }
  stage.values.resize(stage.total_size(width));
  float *turned = stage.values.data() + stage.values.size() - kUnits * step;
  for (std::size_t u = 0; u < kUnits; ++u) {
    for (std::size_t c = 0; c < width; ++c) turned[u * step + c] = parameters[c * kUnits + u];
  }
  return stage;
}

}  // namespace recveil::defense
