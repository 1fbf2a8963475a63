#include "defense/erase/row_optimizer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/attribute_loss.h"
#include "defense/erase/distance_losses.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kWindow = 20;  // steps over which the loss is compared
constexpr double kMinRows = 2;       // times d: below, AttrCloak's classes share a covariance

[[noreturn]] void refuse(Status status, const std::string &what) {
  throw Error(status, what);
}

numerics::RetainDots dots_of(std::span<const float> retain, std::span<const float> attribute) {
  numerics::RetainDots out{0, 0, 0};
  for (std::size_t i = 0; i < retain.size(); ++i) {
    const double b = static_cast<double>(retain[i]);
    const double gap = b - static_cast<double>(attribute[i]);
    out.difference += gap * gap;
    out.product += gap * b;
  }
  return out;
}

class Optimizer {
 public:
  Optimizer(const MutableEmbeddings &rows, std::span<const AttributeLabels> labels,
            const EraseOptions &options, std::span<const std::uint8_t> write,
            const RecommenderGradient &recommender)
      : target_(rows),
        options_(options),
        recommender_(recommender),
        n_(rows.rows),
        d_(rows.d()),
        step_(numerics::padded_floats(d_)),
        start_(n_ * step_),
        attribute_(n_ * step_),
        retain_(n_ * step_),
        first_(n_ * step_),
        second_(n_ * step_),
        moved_(n_),
        order_(n_) {
    // Rows of a class side by side: products of a class then need no copies.
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return labels[0].of_row[a] < labels[0].of_row[b];
    });
    double sum = 0, squares = 0;
    for (std::size_t at = 0; at < n_; ++at) {
      const std::size_t i = order_[at];
      const bool known = std::any_of(labels.begin(), labels.end(),
                                     [&](const AttributeLabels &of) { return of.of_row[i] >= 0; });
      moved_[at] = known && (write.empty() || write[i] != 0) ? 1 : 0;
      all_moved_ &= moved_[at] != 0;
      for (std::size_t c = 0; c < d_; ++c) {
        const float value = rows.row(i)[c];
        start_[at * step_ + c] = value;
        sum += static_cast<double>(value);
        squares += static_cast<double>(value) * static_cast<double>(value);
      }
    }
    // The rate is in units of the rows' spread, whatever the recommender's scale.
    const auto count = static_cast<double>(n_ * d_);
    spread_ = std::sqrt(std::max(squares / count - sum / count * (sum / count), 0.0));
    if (!(spread_ > 0)) refuse(Status::data, "embeddings: the rows have no variance");
    for (float &value : start_) value = static_cast<float>(static_cast<double>(value) / spread_);
    rows_ = start_;
    std::vector<std::int32_t> sorted(n_);
    for (const AttributeLabels &of : labels) {
      for (std::size_t at = 0; at < n_; ++at) sorted[at] = of.of_row[order_[at]];
      if (attrcloak()) {
        losses_.emplace_back(sorted, of.classes, d_, kMinRows * static_cast<double>(d_));
        if (options.shrinkage == Shrinkage::ledoit_wolf)
          losses_.back().prepare(rows_.data(), step_);
        report_.pooled.push_back(losses_.back().pooled_classes());
      } else {
        classes_.emplace_back(sorted, of.classes);
        report_.pooled.push_back(0);
        std::size_t present = 0;
        for (std::int32_t k = 0; k < of.classes; ++k) {
          if (!classes_.back().of(k).empty()) ++present;
        }
        if (present < 2) refuse(Status::data, "labels: fewer than 2 classes have rows");
      }
    }
  }

  OptimizeReport run(const Progress &progress) {
    for (std::size_t t = 0; t < options_.max_steps && !report_.converged; ++t) {
      if (progress && t % 10 == 0) {
        progress(static_cast<double>(t) / static_cast<double>(options_.max_steps), "steps");
      }
      pulse();
      step(t + 1);
      if (report_.steps.size() > kWindow) {
        const double now = report_.steps.back().attribute_loss;
        const double before = report_.steps[report_.steps.size() - 1 - kWindow].attribute_loss;
        report_.converged = std::abs(now - before) < options_.tolerance * std::abs(before);
      }
    }
    std::fill(attribute_.begin(), attribute_.end(), 0.0F);
    report_.final_attribute_loss = attribute_gradient();
    if (progress) progress(1, "steps");
    for (std::size_t i = 0; i < n_; ++i) {
      if (moved_[i] == 0) continue;
      for (std::size_t c = 0; c < d_; ++c) {
        target_.row(order_[i])[c] =
            static_cast<float>(static_cast<double>(rows_[i * step_ + c]) * spread_);
      }
    }
    return std::move(report_);
  }

 private:
  bool attrcloak() const {
    return options_.method == EraseMethod::attrcloak_df ||
           options_.method == EraseMethod::attrcloak_dd;
  }

  // Mean over the attributes; its gradient, times n, is added to attribute_.
  double attribute_gradient() {
    const std::size_t count = std::max(losses_.size(), classes_.size());
    const auto each = static_cast<double>(n_) / static_cast<double>(count);
    double loss = 0;
    for (auto &of : losses_) loss += of.add_gradient(rows_.data(), step_, each, attribute_.data());
    for (const ByClass &of : classes_) {
      loss += options_.method == EraseMethod::d2d
                  ? add_d2d_gradient(rows_.data(), step_, d_, of, attribute_.data())
                  : add_u2u_gradient(rows_.data(), step_, d_, of, attribute_.data());
    }
    return loss / static_cast<double>(count);
  }

  // The recommender's loss divided by n; retain_ is its gradient, undivided.
  double recommender_gradient() {
    dense_.resize(n_ * d_);
    dense_gradient_.assign(n_ * d_, 0.0F);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t c = 0; c < d_; ++c) {
        dense_[order_[i] * d_ + c] =
            static_cast<float>(static_cast<double>(rows_[i * step_ + c]) * spread_);
      }
    }
    const double loss = recommender_(dense_, dense_gradient_);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t c = 0; c < d_; ++c) {
        retain_[i * step_ + c] =
            static_cast<float>(static_cast<double>(dense_gradient_[order_[i] * d_ + c]) * spread_);
      }
    }
    return loss / static_cast<double>(n_);
  }

  void freeze(std::vector<float> &gradient) const {
    if (all_moved_) return;
    for (std::size_t i = 0; i < n_; ++i) {
      if (moved_[i] == 0) std::memset(gradient.data() + i * step_, 0, step_ * sizeof(float));
    }
  }

  void step(std::size_t t) {
    OptimizeStep now;
    std::fill(attribute_.begin(), attribute_.end(), 0.0F);
    now.attribute_loss = attribute_gradient();
    freeze(attribute_);
    if (attrcloak()) {
      // Squared distance from the start, or what the recommender says.
      const bool data_free = options_.method == EraseMethod::attrcloak_df;
      if (!data_free) now.retain_loss = recommender_gradient();
      freeze(retain_);
      const numerics::RetainDots dots =
          data_free
              ? numerics::product_kernels().retain(rows_.data(), start_.data(), attribute_.data(),
                                                   rows_.size(), retain_.data())
              : dots_of(retain_, attribute_);
      if (data_free) now.retain_loss = dots.squares / 4 / static_cast<double>(n_);
      // The weight of the attribute's gradient in the shortest convex combination of both.
      now.alpha = dots.difference > 1e-30 ? dots.product / dots.difference : 1.0;
      now.alpha = std::clamp(now.alpha, data_free ? options_.alpha_floor : 0.0, 1.0);
    }
    if (!std::isfinite(now.attribute_loss) || !std::isfinite(now.retain_loss) ||
        !std::isfinite(now.alpha)) {
      refuse(Status::data,
             "row optimizer: the loss is not finite after " + std::to_string(t - 1) + " steps");
    }
    report_.steps.push_back(now);
    adam(t, static_cast<float>(now.alpha));
  }

  void adam(std::size_t t, float alpha) {
    const double steps = static_cast<double>(t);
    const double correction = std::sqrt(1 - std::pow(0.999, steps)) / (1 - std::pow(0.9, steps));
    numerics::AdamTask task{rows_.data(),
                            attribute_.data(),
                            attrcloak() ? retain_.data() : attribute_.data(),
                            first_.data(),
                            second_.data(),
                            rows_.size(),
                            alpha,
                            static_cast<float>(options_.learning_rate * correction),
                            static_cast<float>(1e-8 * std::sqrt(1 - std::pow(0.999, steps)))};
    numerics::product_kernels().adam(task);
  }

  const MutableEmbeddings target_;
  const EraseOptions &options_;
  const RecommenderGradient &recommender_;
  std::size_t n_, d_, step_;
  double spread_ = 1;
  bool all_moved_ = true;
  // n x step, the padding 0.
  std::vector<float> start_, rows_, attribute_, retain_, first_, second_;
  std::vector<std::uint8_t> moved_;
  std::vector<std::size_t> order_;            // the host's row of each
  std::vector<AttributeLoss<float>> losses_;  // AttrCloak
  std::vector<ByClass> classes_;              // d2d, u2u
  std::vector<float> dense_, dense_gradient_;
  OptimizeReport report_;
};

}  // namespace

OptimizeReport optimize_rows(const MutableEmbeddings &rows, std::span<const AttributeLabels> labels,
                             const EraseOptions &options, std::span<const std::uint8_t> write,
                             const RecommenderGradient &recommender, const Progress &progress) {
  check_options(options);
  const std::string name(method_name(options.method));
  if (is_map(options.method)) refuse(Status::argument, "method: " + name + " is a map");
  check_embeddings(rows);
  check_labels(labels, rows.rows);
  if (!write.empty() && write.size() != rows.rows) {
    refuse(Status::argument, "write: " + std::to_string(write.size()) + " flags for " +
                                 std::to_string(rows.rows) + " rows");
  }
  if ((options.method == EraseMethod::attrcloak_dd) != static_cast<bool>(recommender)) {
    refuse(Status::argument, "recommender: attrcloak_dd needs one, no other method takes it");
  }
  if (options.method == EraseMethod::u2u) {
    for (const AttributeLabels &of : labels) {
      if (of.classes != 2) refuse(Status::argument, "labels: u2u is for 2 classes");
    }
  }
  return Optimizer(rows, labels, options, write, recommender).run(progress);
}

}  // namespace recveil::defense
