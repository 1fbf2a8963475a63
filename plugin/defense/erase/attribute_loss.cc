#include "defense/erase/attribute_loss.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/error.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kBlock = 256;  // rows gathered at a time

template <class T>
constexpr std::size_t padded_of(std::size_t n) {
  return std::is_same_v<T, float> ? numerics::padded_floats(n) : numerics::padded_doubles(n);
}

// numerics::CentreTask; for double, which only tests use, in plain loops.
void centre_rows(const float *rows, std::size_t step, std::span<const std::uint32_t> which,
                 std::size_t d, const double *centre, double *out, double *sums) {
  numerics::product_kernels().centre(
      {rows, step, which.data(), which.size(), d, centre, out, sums});
}
void centre_rows(const double *rows, std::size_t step, std::span<const std::uint32_t> which,
                 std::size_t d, const double *centre, double *out, double *sums) {
  for (const std::uint32_t i : which) {
    for (std::size_t c = 0; c < d; ++c) {
      out[c] = rows[i * step + c] - centre[c];
      sums[c] += out[c];
    }
    out += numerics::padded_doubles(d);
  }
}

}  // namespace

template <class T>
AttributeLoss<T>::AttributeLoss(std::span<const std::int32_t> labels, std::int32_t classes,
                                std::size_t d, double min_rows)
    : d_(d), by_class_(labels, classes), group_of_(static_cast<std::size_t>(classes)) {
  const auto total = static_cast<double>(by_class_.all().size());
  Group shared, all;
  std::size_t present = 0;
  for (std::int32_t k = 0; k < classes; ++k) {
    const auto n = static_cast<double>(by_class_.of(k).size());
    if (n == 0) continue;
    ++present;
    if (n >= min_rows) {
      group_of_[static_cast<std::size_t>(k)] = groups_.size();
      Group &own = groups_.emplace_back();
      own.n = n;
    } else {
      group_of_[static_cast<std::size_t>(k)] = SIZE_MAX;
      shared.n += n;
      ++pooled_;
    }
  }
  if (present < 2) throw Error(Status::data, "labels: fewer than 2 classes have rows");
  if (shared.n > 0) groups_.push_back(shared);
  for (std::size_t &group : group_of_) {
    if (group == SIZE_MAX) group = groups_.size() - 1;
  }
  all.n = total;
  groups_.push_back(all);
  for (Group &group : groups_) {
    group.weight = group.n / total;
    group.covariance.resize(d * d);
  }
  means_.assign(static_cast<std::size_t>(classes) + 1, std::vector<double>(d));
  block_.resize(kBlock * numerics::padded_doubles(d));
  gram_.resize(d * numerics::padded_doubles(d));
  const std::size_t step = padded_of<T>(d);
  gathered_.resize(kBlock * step);
  product_.resize(kBlock * step);
  matrix_.resize((d + 1) * step);
}

// Second moments are about a point near the mean of all rows, so that little is lost when means are
// subtracted.
template <class T>
void AttributeLoss<T>::moments(const T *rows, std::size_t step) {
  const std::size_t wide = numerics::padded_doubles(d_);
  if (centre_.empty()) {
    centre_.resize(wide);
    for (const std::uint32_t i : by_class_.all()) {
      for (std::size_t c = 0; c < d_; ++c) centre_[c] += static_cast<double>(rows[i * step + c]);
    }
    for (double &value : centre_) value /= static_cast<double>(by_class_.all().size());
  }
  std::vector<double> &all_mean = means_.back();
  std::fill(all_mean.begin(), all_mean.end(), 0.0);
  Group &all = groups_.back();
  for (Group &group : groups_) std::fill(group.covariance.begin(), group.covariance.end(), 0.0);

  std::vector<double> sums(wide);
  for (std::int32_t k = 0; k < by_class_.classes(); ++k) {
    const auto which = by_class_.of(k);
    if (which.empty()) continue;
    std::fill(sums.begin(), sums.end(), 0.0);
    std::fill(gram_.begin(), gram_.end(), 0.0);
    for (std::size_t begin = 0; begin < which.size(); begin += kBlock) {
      const std::size_t n = std::min(kBlock, which.size() - begin);
      centre_rows(rows, step, which.subspan(begin, n), d_, centre_.data(), block_.data(),
                  sums.data());
      numerics::add_gram(block_.data(), n, d_, gram_.data());
    }
    const auto n = static_cast<double>(which.size());
    std::vector<double> &mean = means_[static_cast<std::size_t>(k)];
    for (std::size_t c = 0; c < d_; ++c) {
      mean[c] = sums[c] / n;
      all_mean[c] += sums[c] / all.n;
    }
    Group &group = groups_[group_of_[static_cast<std::size_t>(k)]];
    for (std::size_t i = 0; i < d_; ++i) {
      for (std::size_t j = i; j < d_; ++j) {
        const double sum = gram_[i * wide + j];
        all.covariance[i * d_ + j] += sum / all.n;
        group.covariance[i * d_ + j] += (sum - n * mean[i] * mean[j]) / group.n;
      }
    }
    for (std::size_t c = 0; c < d_; ++c) mean[c] += centre_[c];
  }
  for (std::size_t i = 0; i < d_; ++i) {
    for (std::size_t j = i; j < d_; ++j) all.covariance[i * d_ + j] -= all_mean[i] * all_mean[j];
  }
  for (std::size_t c = 0; c < d_; ++c) all_mean[c] += centre_[c];
  level_ = 0;
  for (std::size_t c = 0; c < d_; ++c) level_ += all.covariance[c * d_ + c];
  level_ /= static_cast<double>(d_);
  for (Group &group : groups_) numerics::mirror_upper(group.covariance, d_);
}

template <class T>
void AttributeLoss<T>::prepare(const T *rows, std::size_t step) {
  moments(rows, step);
  rho_ = 0;
  for (std::size_t g = 0; g + 1 < groups_.size(); ++g) {
    const Group &group = groups_[g];
    rho_ += group.weight * numerics::ledoit_wolf(group.covariance, d_, group.n, level_);
  }
}

template <class T>
numerics::LogDet AttributeLoss<T>::shrunk(const Group &group) const {
  numerics::SquareMatrix m = group.covariance;
  for (double &value : m) value *= 1 - rho_;
  for (std::size_t c = 0; c < d_; ++c) m[c * d_ + c] += rho_ * level_;
  std::optional<numerics::LogDet> out = numerics::log_det(m, d_);
  if (!out) {
    throw Error(Status::data, "attribute loss: a covariance is not positive definite (a class of " +
                                  std::to_string(static_cast<std::uint64_t>(group.n)) +
                                  " rows in " + std::to_string(d_) + " dimensions)");
  }
  return *std::move(out);
}

template <class T>
double AttributeLoss<T>::value(const T *rows, std::size_t step) {
  moments(rows, step);
  double loss = shrunk(groups_.back()).value;
  for (std::size_t g = 0; g + 1 < groups_.size(); ++g) {
    loss -= groups_[g].weight * shrunk(groups_[g]).value;
  }
  return loss / 2;
}

template <class T>
double AttributeLoss<T>::add_gradient(const T *rows, std::size_t step, double scale, T *gradient) {
  moments(rows, step);
  std::vector<numerics::LogDet> dets;
  for (const Group &group : groups_) dets.push_back(shrunk(group));
  const auto trace = [&](const numerics::LogDet &det) {
    double sum = 0;
    for (std::size_t c = 0; c < d_; ++c) sum += det.inverse[c * d_ + c];
    return sum;
  };
  // N dL/de_i = A (e_i - mu) - B_k (e_i - mu_k), B_k = (1 - rho) M_k^-1, A = (1 - rho) M^-1 and
  // what tr(S) / d adds to the diagonal.
  const Group &all = groups_.back();
  double loss = dets.back().value, diagonal = rho_ * trace(dets.back());
  for (std::size_t g = 0; g + 1 < groups_.size(); ++g) {
    loss -= groups_[g].weight * dets[g].value;
    diagonal -= groups_[g].weight * rho_ * trace(dets[g]);
  }
  diagonal /= static_cast<double>(d_);

  const std::size_t padded = padded_of<T>(d_);
  const double by = scale / all.n;
  std::vector<double> offset(d_);
  for (std::int32_t k = 0; k < by_class_.classes(); ++k) {
    const auto which = by_class_.of(k);
    if (which.empty()) continue;
    const std::size_t g = group_of_[static_cast<std::size_t>(k)];
    const std::vector<double> &mean = means_[static_cast<std::size_t>(k)], &centre = means_.back();
    std::fill(offset.begin(), offset.end(), 0.0);
    for (std::size_t i = 0; i < d_; ++i) {
      for (std::size_t j = 0; j < d_; ++j) {
        double a = (1 - rho_) * dets.back().inverse[i * d_ + j];
        if (i == j) a += diagonal;
        const double b = (1 - rho_) * dets[g].inverse[i * d_ + j];
        matrix_[i * padded + j] = static_cast<T>(by * (a - b));
        offset[j] += by * (b * mean[i] - a * centre[i]);
      }
    }
    T *last = matrix_.data() + d_ * padded;
    for (std::size_t j = 0; j < d_; ++j) last[j] = static_cast<T>(offset[j]);
    if (which.back() - which.front() + std::size_t{1} == which.size()) {
      T *to = gradient + which.front() * step;
      for (std::size_t i = 0; i < which.size(); ++i) {
        for (std::size_t c = 0; c < padded; ++c) to[i * step + c] += last[c];
      }
      numerics::multiply_add({rows + which.front() * step, step, 1, which.size(), d_,
                              matrix_.data(), padded, padded, to, step});
      continue;
    }
    for (std::size_t begin = 0; begin < which.size(); begin += kBlock) {
      const std::size_t n = std::min(kBlock, which.size() - begin);
      for (std::size_t i = 0; i < n; ++i) {
        const T *row = rows + which[begin + i] * step;
        std::copy(row, row + d_, gathered_.data() + i * padded);
        std::copy(last, last + padded, product_.data() + i * padded);
      }
      numerics::multiply_add({gathered_.data(), padded, 1, n, d_, matrix_.data(), padded, padded,
                              product_.data(), padded});
      for (std::size_t i = 0; i < n; ++i) {
        T *to = gradient + which[begin + i] * step;
        const T *from = product_.data() + i * padded;
        for (std::size_t c = 0; c < d_; ++c) to[c] += from[c];
      }
    }
  }
  return loss / 2;
}

template class AttributeLoss<float>;
template class AttributeLoss<double>;

}  // namespace recveil::defense
