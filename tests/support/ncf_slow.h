// The slow twin of plugin/recommend/ncf*: plain loops in double precision, and Adam on dense
// gradients, where every row moves in every step.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "recommend/ncf_train.h"

namespace recveil::support {

using Numbers = std::vector<double>;

// The parameters of ncf.h, or their gradient.
struct SlowNcf {
  explicit SlowNcf(const recommend::NcfParameters &from)
      : users(from.users.data.begin(), from.users.data.end()),
        items(from.items.data.begin(), from.items.data.end()),
        layers(from.layers.begin(), from.layers.end()) {}

  void clear() {
    for (Numbers *part : parts()) part->assign(part->size(), 0);
  }
  std::vector<Numbers *> parts() { return {&users, &items, &layers}; }

  Numbers users, items, layers;
};

// One layer: its weights (inputs x outputs) and bias stand from `at` on.
struct SlowLayer {
  std::size_t at, inputs, outputs;
  double weight(const SlowNcf &net, std::size_t k, std::size_t o) const {
    return net.layers[at + k * outputs + o];
  }
  std::size_t bias(std::size_t o) const { return at + inputs * outputs + o; }
};
inline const std::vector<SlowLayer> &slow_layers() {
  static const std::vector<SlowLayer> all = {{0, 64, 32},
                                             {64 * 32 + 32, 32, 16},
                                             {64 * 32 + 32 + 32 * 16 + 16, 16, 8},
                                             {64 * 32 + 32 + 32 * 16 + 16 + 16 * 8 + 8, 16, 1}};
  return all;
}

struct SlowForward {
  std::vector<Numbers> values;  // the inputs of each layer
  double logit = 0;
};

inline SlowForward slow_forward(const SlowNcf &net, std::size_t user, std::size_t item) {
  const double *p = &net.users[user * recommend::kNcfFactors];
  const double *q = &net.items[item * recommend::kNcfFactors];
  SlowForward out;
  Numbers x(p, p + 32);
  x.insert(x.end(), q, q + 32);
  for (std::size_t l = 0; l < 3; ++l) {
    const SlowLayer &layer = slow_layers()[l];
    Numbers next(layer.outputs);
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      double sum = net.layers[layer.bias(o)];
      for (std::size_t k = 0; k < layer.inputs; ++k) sum += x[k] * layer.weight(net, k, o);
      next[o] = sum > 0 ? sum : 0;
    }
    out.values.push_back(x);
    x = next;
  }
  for (std::size_t i = 32; i < recommend::kNcfFactors; ++i) x.push_back(p[i] * q[i]);
  out.values.push_back(x);
  const SlowLayer &last = slow_layers()[3];
  out.logit = net.layers[last.bias(0)];
  for (std::size_t k = 0; k < last.inputs; ++k) out.logit += x[k] * last.weight(net, k, 0);
  return out;
}

inline double slow_loss(double logit, double label) {
  return std::log1p(std::exp(-std::fabs(logit))) + (logit > 0 ? logit : 0) - logit * label;
}

// The mean logistic loss of the samples; adds its gradient to `gradient`, and that of
// regularization / 2 times the squares of the two rows of each sample.
inline double slow_gradient(const SlowNcf &net, std::span<const recommend::NcfSample> samples,
                            SlowNcf &gradient, double regularization = 0) {
  double total = 0;
  for (const recommend::NcfSample &sample : samples) {
    const SlowForward forward = slow_forward(net, sample.user, sample.item);
    const double label = double{sample.label};
    total += slow_loss(forward.logit, label);
    Numbers d = {(1 / (1 + std::exp(-forward.logit)) - label) /
                 static_cast<double>(samples.size())};
    const double *p = &net.users[sample.user * recommend::kNcfFactors];
    const double *q = &net.items[sample.item * recommend::kNcfFactors];
    double *dp = &gradient.users[sample.user * recommend::kNcfFactors];
    double *dq = &gradient.items[sample.item * recommend::kNcfFactors];
    const double pull = regularization / static_cast<double>(samples.size());
    for (std::size_t i = 0; i < recommend::kNcfFactors; ++i) {
      dp[i] += pull * p[i];
      dq[i] += pull * q[i];
    }
    for (std::size_t l = 4; l-- > 0;) {
      const SlowLayer &layer = slow_layers()[l];
      const Numbers &x = forward.values[l];
      Numbers below(layer.inputs, 0);
      for (std::size_t o = 0; o < layer.outputs; ++o) {
        gradient.layers[layer.bias(o)] += d[o];
        for (std::size_t k = 0; k < layer.inputs; ++k) {
          gradient.layers[layer.at + k * layer.outputs + o] += x[k] * d[o];
          below[k] += layer.weight(net, k, o) * d[o];
        }
      }
      if (l == 3) {
        for (std::size_t i = 0; i < 8; ++i) {
          dp[32 + i] += below[8 + i] * q[32 + i];
          dq[32 + i] += below[8 + i] * p[32 + i];
        }
        below.resize(8);
      }
      if (l == 0) {
        for (std::size_t i = 0; i < 32; ++i) dp[i] += below[i];
        for (std::size_t i = 0; i < 32; ++i) dq[i] += below[32 + i];
        break;
      }
      for (std::size_t k = 0; k < below.size(); ++k) below[k] = x[k] > 0 ? below[k] : 0;
      d = below;
    }
  }
  return total / static_cast<double>(samples.size());
}

// Adam as PyTorch writes it: every parameter, every step.
class SlowAdam {
 public:
  SlowAdam(const SlowNcf &net, double rate) : m_(net), v_(net), rate_(rate) {
    m_.clear();
    v_.clear();
  }
  void step(SlowNcf &net, SlowNcf &gradient) {
    ++t_;
    for (std::size_t part = 0; part < 3; ++part) {
      Numbers &x = *net.parts()[part], &g = *gradient.parts()[part];
      Numbers &m = *m_.parts()[part], &v = *v_.parts()[part];
      for (std::size_t i = 0; i < x.size(); ++i) {
        m[i] = .9 * m[i] + .1 * g[i];
        v[i] = .999 * v[i] + .001 * g[i] * g[i];
        const double root = std::sqrt(v[i]) / std::sqrt(1 - std::pow(.999, t_)) + 1e-8;
        x[i] -= rate_ / (1 - std::pow(.9, t_)) * m[i] / root;
      }
    }
  }

 private:
  SlowNcf m_, v_;
  double rate_;
  int t_ = 0;
};

// The mean logistic loss over one pass, each batch before its step.
inline double slow_pass(SlowNcf &net, SlowAdam &adam, std::span<const recommend::NcfSample> samples,
                        std::size_t batch, double regularization) {
  double total = 0;
  SlowNcf gradient = net;
  for (std::size_t begin = 0; begin < samples.size(); begin += batch) {
    const auto part = samples.subspan(begin, std::min(batch, samples.size() - begin));
    gradient.clear();
    total += slow_gradient(net, part, gradient, regularization) * static_cast<double>(part.size());
    adam.step(net, gradient);
  }
  return total / static_cast<double>(samples.size());
}

}  // namespace recveil::support
