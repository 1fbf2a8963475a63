#include "numerics/softmax_mlp.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/product_kernels.h"

namespace recveil::numerics {

// Scratch of one batch: the values of every layer, and the derivatives by them.
struct SoftmaxMlp::Work {
  std::vector<std::vector<float>> value, delta;
  std::vector<float> gradient, turned;
  std::vector<std::int32_t> y;

  Work(const std::vector<std::size_t> &widths, std::size_t batch, std::size_t parameters)
      : gradient(parameters), y(batch) {
    for (const std::size_t width : widths) {
      value.emplace_back(batch * width);
      delta.emplace_back(batch * width);
    }
  }
};

SoftmaxMlp::SoftmaxMlp(std::size_t inputs, std::size_t classes, const SoftmaxMlpOptions &options)
    : classes_(classes), options_(options), sizes_{inputs} {
  sizes_.insert(sizes_.end(), options.hidden.begin(), options.hidden.end());
  sizes_.push_back(classes);
  if (options.batch == 0 || classes < 2 || std::count(sizes_.begin(), sizes_.end(), 0u) > 0) {
    throw Error(Status::argument, "mlp: an empty layer or batch, or fewer than two classes");
  }
  std::size_t count = 0;
  for (std::size_t l = 0; l < sizes_.size(); ++l) {
    widths_.push_back(padded_floats(sizes_[l]));
    offsets_.push_back(count);
    if (l + 1 < sizes_.size()) count += (sizes_[l] + 1) * padded_floats(sizes_[l + 1]);
  }
  parameters_.resize(count);
  Rng rng(options.seed, 0);
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
    const double bound = std::sqrt(6.0 / static_cast<double>(sizes_[l] + sizes_[l + 1]));
    for (std::size_t i = 0; i < sizes_[l]; ++i) {
      float *row = parameters_.data() + offsets_[l] + i * widths_[l + 1];
      for (std::size_t o = 0; o < sizes_[l + 1]; ++o) {
        row[o] = static_cast<float>(bound * (2 * rng.uniform() - 1));
      }
    }
  }
}

void SoftmaxMlp::check(const Matrix &x, std::span<const std::int32_t> y) const {
  const auto known = [this](std::int32_t k) {
    return k >= 0 && static_cast<std::size_t>(k) < classes_;
  };
  if (x.cols != sizes_[0] || y.size() != x.rows || !std::all_of(y.begin(), y.end(), known)) {
    throw Error(Status::argument, "mlp: rows, columns or classes are not those of the network");
  }
}

void SoftmaxMlp::forward(Work &work, std::size_t n) const {
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
    const std::size_t in = sizes_[l], width = widths_[l + 1];
    const float *weights = parameters_.data() + offsets_[l], *bias = weights + in * width;
    float *to = work.value[l + 1].data();
    for (std::size_t i = 0; i < n; ++i) std::copy_n(bias, width, to + i * width);
    multiply_add(ProductTask<float>{work.value[l].data(), widths_[l], 1, n, in, weights, width,
                                    width, to, width});
    if (l + 2 == sizes_.size()) break;
    for (std::size_t i = 0; i < n * width; ++i) to[i] = to[i] > 0 ? to[i] : 0;
  }
}

double SoftmaxMlp::backward(Work &work, std::size_t n, float share) const {
  const std::size_t last = sizes_.size() - 1;
  double loss = 0;
  std::fill(work.delta[last].begin(), work.delta[last].end(), 0.0F);
  for (std::size_t i = 0; i < n; ++i) {
    const float *logit = work.value[last].data() + i * widths_[last];
    float *delta = work.delta[last].data() + i * widths_[last];
    const auto label = static_cast<std::size_t>(work.y[i]);
    const float largest = *std::max_element(logit, logit + classes_);
    float total = 0;
    for (std::size_t k = 0; k < classes_; ++k) total += delta[k] = std::exp(logit[k] - largest);
    for (std::size_t k = 0; k < classes_; ++k) delta[k] *= share / total;
    delta[label] -= share;
    loss += std::log(static_cast<double>(total)) + static_cast<double>(largest) -
            static_cast<double>(logit[label]);
  }
  for (std::size_t l = last; l-- > 0;) {
    const std::size_t in = sizes_[l], out = sizes_[l + 1], width = widths_[l + 1];
    const float *weights = parameters_.data() + offsets_[l];
    const float *delta = work.delta[l + 1].data();
    float *slope = work.gradient.data() + offsets_[l], *bias_slope = slope + in * width;
    multiply(ProductTask<float>{work.value[l].data(), 1, widths_[l], in, n, delta, width, width,
                                slope, width});
    std::fill_n(bias_slope, width, 0.0F);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t o = 0; o < width; ++o) bias_slope[o] += delta[i * width + o];
    }
    if (l == 0) break;
    work.turned.assign(out * widths_[l], 0.0F);
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t o = 0; o < out; ++o)
        work.turned[o * widths_[l] + i] = weights[i * width + o];
    }
    float *back = work.delta[l].data();
    multiply(ProductTask<float>{delta, width, 1, n, out, work.turned.data(), widths_[l], widths_[l],
                                back, widths_[l]});
    const float *value = work.value[l].data();
    for (std::size_t i = 0; i < n * widths_[l]; ++i) back[i] = value[i] > 0 ? back[i] : 0;
  }
  return loss;
}

void SoftmaxMlp::train(const Matrix &x, std::span<const std::int32_t> y) {
  check(x, y);
  Work work(widths_, options_.batch, parameters_.size());
  std::vector<float> first(parameters_.size()), second(parameters_.size()),
      decays(parameters_.size());
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
    std::fill_n(decays.begin() + static_cast<std::ptrdiff_t>(offsets_[l]),
                sizes_[l] * widths_[l + 1], static_cast<float>(options_.decay));
  }
  std::vector<std::size_t> order(x.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(options_.seed, 1);
  double t = 0;
  for (std::size_t epoch = 0; epoch < options_.epochs; ++epoch) {
    rng.shuffle(order);
    for (std::size_t begin = 0; begin < order.size(); begin += options_.batch) {
      pulse();
      const std::size_t n = std::min(options_.batch, order.size() - begin);
      for (std::size_t i = 0; i < n; ++i) {
        std::copy_n(x.row(order[begin + i]), x.cols, work.value[0].data() + i * widths_[0]);
        work.y[i] = y[order[begin + i]];
      }
      forward(work, n);
      backward(work, n, 1 / static_cast<float>(n));
      t += 1;
      const auto rate = static_cast<float>(
          options_.learning_rate * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)));
      for (std::size_t i = 0; i < parameters_.size(); ++i) {
        const float slope = work.gradient[i] + decays[i] * parameters_[i];
        first[i] = 0.9F * first[i] + 0.1F * slope;
        second[i] = 0.999F * second[i] + 0.001F * slope * slope;
        parameters_[i] -= rate * first[i] / (std::sqrt(second[i]) + 1e-8F);
      }
    }
  }
}

void SoftmaxMlp::log_probabilities(const Matrix &x, std::span<double> out) const {
  if (x.cols != sizes_[0] || out.size() != x.rows * classes_) {
    throw Error(Status::argument, "mlp: rows to score have another size");
  }
  Work work(widths_, options_.batch, 0);
  for (std::size_t begin = 0; begin < x.rows; begin += options_.batch) {
    pulse();
    const std::size_t n = std::min(options_.batch, x.rows - begin);
    for (std::size_t i = 0; i < n; ++i) {
      std::copy_n(x.row(begin + i), x.cols, work.value[0].data() + i * widths_[0]);
    }
    forward(work, n);
    for (std::size_t i = 0; i < n; ++i) {
      const float *logit = work.value.back().data() + i * widths_.back();
      const double largest = static_cast<double>(*std::max_element(logit, logit + classes_));
      double total = 0;
      for (std::size_t k = 0; k < classes_; ++k) {
        total += std::exp(static_cast<double>(logit[k]) - largest);
      }
      for (std::size_t k = 0; k < classes_; ++k) {
        out[(begin + i) * classes_ + k] = static_cast<double>(logit[k]) - largest - std::log(total);
      }
    }
  }
}

double SoftmaxMlp::loss(const Matrix &x, std::span<const std::int32_t> y) const {
  check(x, y);
  std::vector<double> log_p(x.rows * classes_);
  log_probabilities(x, log_p);
  double sum = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    sum -= log_p[i * classes_ + static_cast<std::size_t>(y[i])];
  }
  return sum / static_cast<double>(x.rows);
}

std::vector<float> SoftmaxMlp::gradient(const Matrix &x, std::span<const std::int32_t> y) const {
  check(x, y);
  Work work(widths_, x.rows, parameters_.size());
  for (std::size_t i = 0; i < x.rows; ++i) {
    std::copy_n(x.row(i), x.cols, work.value[0].data() + i * widths_[0]);
    work.y[i] = y[i];
  }
  forward(work, x.rows);
  backward(work, x.rows, 1 / static_cast<float>(x.rows));
  return std::move(work.gradient);
}

}  // namespace recveil::numerics
