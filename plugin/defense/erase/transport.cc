// Optimal transport in whitened polar coordinates: the Gaussian maps, then pushes down the slope of
// a network that tells the classes apart, or sliced sweeps whose directions are random and such a
// network's in turn (ours).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "core/error.h"
#include "core/random.h"
#include "defense/erase/by_class.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/direction_net.h"
#include "defense/erase/gaussian.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/quantile_tables.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

using numerics::SquareMatrix;

// Chosen on MovieLens, seeds 11 and 12 (docs/erasure.md).
constexpr double kStep = 0.2;        // of a push, in whitened coordinates
constexpr double kManyRows = 16;     // times d, in each class: of fewer a network sees more chance
constexpr std::size_t kEpochs = 20;  // of a network that starts anew
constexpr std::size_t kMoreEpochs = 8;  // of one that goes on from the last push

// An attribute while it is fitted: labels are of the cohort's rows.
struct Attribute {
  std::vector<std::int32_t> labels;
  std::optional<ByClass> classes;
  std::optional<ByClass> targets;   // random groups of the classes' sizes; none without fluctuation
  std::vector<std::uint8_t> swept;  // per class
  bool any_swept = false;
  std::vector<std::int32_t> net_class;  // per class: its output of the network, or kUnknown
  std::size_t net_classes = 0;
  std::optional<DirectionNet> net;
  std::vector<std::uint32_t> net_rows;     // that it learns from
  std::vector<std::int32_t> net_labels;    // of these: output, or kUnknown
  std::vector<std::int32_t> dealt_labels;  // likewise of the targets
};

class Cohort {
 public:
  Cohort(const Embeddings &rows, std::span<const AttributeLabels> labels,
         const EraseOptions &options)
      : options_(options) {
    parts_.method = options.method;
    parts_.d = rows.d();
    const double least = static_cast<double>(rows.d()) * options.min_class_rows;
    bool any_large = false;
    for (const AttributeLabels &of : labels) {
      const ByClass by_class(of.of_row, of.classes);
      for (std::int32_t k = 0; k < of.classes; ++k) {
        any_large |= static_cast<double>(by_class.of(k).size()) >= least;
      }
    }
    transport_ = options.method == EraseMethod::optimal_transport && any_large;
    parts_.polar = transport_;
    load(rows, labels);
  }

  MapParts fit(const Progress &progress) {
    if (transport_) whiten();
    for (std::uint32_t j = 0; j < attributes_.size(); ++j) gaussian(j);
    if (transport_) {
      sweep(progress);
      come_back();
    }
    if (progress) progress(1, "fitted");
    return std::move(parts_);
  }

 private:
  void load(const Embeddings &rows, std::span<const AttributeLabels> labels) {
    // Grouped by the first attribute: the maps of a class are applied to runs of rows.
    std::vector<std::uint32_t> order;
    double squares = 0;
    for (std::size_t i = 0; i < rows.rows; ++i) {
      const bool known = std::any_of(labels.begin(), labels.end(),
                                     [&](const AttributeLabels &of) { return of.of_row[i] >= 0; });
      if (!known) continue;
      order.push_back(static_cast<std::uint32_t>(i));
      for (std::size_t c = 0; c < rows.d(); ++c) {
        const double value = static_cast<double>(rows.row(i)[c]);
        squares += value * value;
      }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return labels[0].of_row[a] < labels[0].of_row[b];
    });
    if (parts_.polar) {
      parts_.least_norm =
          static_cast<float>(1e-6 * std::sqrt(squares / static_cast<double>(order.size())));
    }
    attributes_.resize(labels.size());
    const std::size_t step = parts_.step();
    rows_.resize(order.size() * step);
    for (const std::uint32_t i : order) {
      if (!to_coordinates(parts_, rows.row(i), rows_.data() + n_ * step)) continue;
      for (std::size_t j = 0; j < labels.size(); ++j) {
        attributes_[j].labels.push_back(labels[j].of_row[i]);
        classes_.push_back(labels[j].of_row[i]);
      }
      ++n_;
    }
    other_.resize(n_ * step);
    for (std::size_t j = 0; j < labels.size(); ++j) {
      Attribute &of = attributes_[j];
      of.classes.emplace(of.labels, labels[j].classes);
      parts_.attributes.push_back({labels[j].name, {}});
    }
  }

  Embeddings view() const { return {rows_.data(), n_, parts_.width(), parts_.step(), 0}; }

  std::vector<double> moments_of(std::span<const std::int32_t> labels, std::int32_t classes) const {
    std::vector<double> out(class_moments_size(parts_.width(), classes));
    class_moments_init(out, parts_.width(), classes);
    class_moments_add(out, view(), labels);
    return out;
  }

  // Mean and covariance of all rows.
  GaussianFit overall() const {
    std::vector<std::int32_t> halves(n_);
    for (std::size_t i = 0; i < n_; ++i) halves[i] = static_cast<std::int32_t>(i % 2);
    const std::vector<double> moments = moments_of(halves, 2);
    return fit_moments_only(ClassMoments(moments));
  }

  void run(Stage stage) {
    run_stage(stage, parts_.width(), attributes_.size(), classes_.data(), n_, rows_.data(),
              other_.data());
    parts_.stages.push_back(std::move(stage));
  }

  void run_linear(const SquareMatrix &m, std::span<const double> b) {
    Stage stage;
    put_linear(stage, 0, parts_.width(), m, b);
    run(std::move(stage));
  }

  void whiten() {
    const std::size_t width = parts_.width();
    GaussianFit all = overall();
    numerics::SymmetricRoots roots = numerics::symmetric_roots(all.covariance, width, 1e-6);
    std::vector<double> b(width);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j)
        b[j] -= all.mean[i] * roots.inverse_root[i * width + j];
    }
    run_linear(roots.inverse_root, b);
    mean_ = std::move(all.mean);
    root_ = std::move(roots.root);
    basis_.assign(width * width, 0.0);
    for (std::size_t i = 0; i < width; ++i) basis_[i * width + i] = 1;
  }

  // Of the smallest class that is not too small: its rows, over many.
  double share_of_many(const Attribute &of) const {
    const double d = static_cast<double>(parts_.d);
    double least = std::numeric_limits<double>::infinity();
    for (std::int32_t k = 0; k < of.classes->classes(); ++k) {
      const auto rows = static_cast<double>(of.classes->of(k).size());
      if (rows > 0 && rows >= options_.min_class_rows * d) least = std::min(least, rows);
    }
    return least / (kManyRows * d);
  }

  void gaussian(std::uint32_t j) {
    Attribute &of = attributes_[j];
    const std::int32_t count = of.classes->classes();
    const std::vector<double> moments = moments_of(of.labels, count);
    const bool fluctuation =
        options_.fluctuation.value_or(options_.method == EraseMethod::optimal_transport);
    // With rows at hand the fluctuation is that of a permutation of the labels, here and in the
    // sweeps; without sweeps it is drawn.
    // Shrinking leaves second moments that no push takes away. Of many rows it leaves more than
    // chance would put in.
    const bool shrink = !transport_ || share_of_many(of) < 1;
    GaussianFit fit = fit_gaussian(ClassMoments(moments),
                                   {shrink ? options_.shrinkage : Shrinkage::none,
                                    options_.min_class_rows * static_cast<double>(parts_.d),
                                    fluctuation && !transport_, options_.seed + j});
    parts_.attributes[j].classes = fit.reports;
    run(gaussian_stage(fit, parts_.width(), j));
    if (!transport_) return;

    for (const ClassReport &report : fit.reports) {
      of.swept.push_back(report.status == ClassStatus::certifiable ? 1 : 0);
      of.any_swept |= report.status == ClassStatus::certifiable;
    }
    if (!fluctuation) return choose_net_classes(of);
    std::vector<std::int32_t> permuted = of.labels;
    Rng rng(options_.seed, 100 + j);
    const std::vector<std::uint32_t> known(of.classes->all().begin(), of.classes->all().end());
    std::vector<std::uint32_t> shuffled = known;
    rng.shuffle(shuffled);
    for (std::size_t i = 0; i < known.size(); ++i) permuted[known[i]] = of.labels[shuffled[i]];
    of.targets.emplace(permuted, count);
    shift_to_targets(j);
    choose_net_classes(of);
  }

  // The mean of a class to that of its target group.
  void shift_to_targets(std::uint32_t j) {
    const Attribute &of = attributes_[j];
    const std::size_t width = parts_.width(), step = parts_.step();
    const auto mean_of = [&](std::span<const std::uint32_t> which) {
      std::vector<double> out(width);
      for (const std::uint32_t i : which) {
        for (std::size_t c = 0; c < width; ++c) out[c] += static_cast<double>(rows_[i * step + c]);
      }
      for (double &value : out)
        value /= static_cast<double>(std::max<std::size_t>(which.size(), 1));
      return out;
    };
    const std::vector<double> all = mean_of(of.classes->all());
    SquareMatrix one(width * width);
    for (std::size_t i = 0; i < width; ++i) one[i * width + i] = 1;
    Stage stage;
    stage.kind = StageKind::class_linear;
    stage.attribute = j;
    stage.count = static_cast<std::uint32_t>(of.classes->classes());
    for (std::int32_t k = 0; k < of.classes->classes(); ++k) {
      std::vector<double> shift(width);
      if (of.swept[static_cast<std::size_t>(k)] != 0) {
        shift = mean_of(of.targets->of(k));
        for (std::size_t c = 0; c < width; ++c) shift[c] -= all[c];
      }
      put_linear(stage, static_cast<std::size_t>(k), width, one, shift);
    }
    run(std::move(stage));
  }

  // The classes that the networks tell apart: the swept ones, the largest where there are many.
  void choose_net_classes(Attribute &of) const {
    std::vector<std::int32_t> order;
    for (std::size_t k = 0; k < of.swept.size(); ++k) {
      if (of.swept[k] != 0) order.push_back(static_cast<std::int32_t>(k));
    }
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return of.classes->of(a).size() > of.classes->of(b).size();
    });
    order.resize(std::min(order.size(), kMaxNetClasses));
    std::sort(order.begin(), order.end());
    of.net_class.assign(of.swept.size(), kUnknown);
    if (order.size() < 2) return;
    std::vector<std::int32_t> label(n_, kUnknown), dealt(n_, kUnknown);
    for (const std::int32_t k : order) {
      const auto output = static_cast<std::int32_t>(of.net_classes++);
      of.net_class[static_cast<std::size_t>(k)] = output;
      for (const std::uint32_t i : of.classes->of(k)) label[i] = output;
      if (!of.targets) continue;
      for (const std::uint32_t i : of.targets->of(k)) dealt[i] = output;
    }
    for (std::uint32_t i = 0; i < n_; ++i) {
      if (label[i] < 0 && dealt[i] < 0) continue;
      of.net_rows.push_back(i);
      of.net_labels.push_back(label[i]);
      of.dealt_labels.push_back(dealt[i]);
    }
  }

  // Of many rows a network goes on from what it knew at the last push. Few it would learn by heart;
  // and sliced sweeps turn the axes.
  void learn(Attribute &of, std::uint64_t seed) {
    const bool goes_on = !options_.sliced && share_of_many(of) >= 1;
    if (!goes_on || !of.net) of.net.emplace(parts_.width(), of.net_classes, seed);
    of.net->train(rows_.data(), of.net_rows, of.net_labels, of.dealt_labels,
                  goes_on ? kMoreEpochs : kEpochs);
  }

  // Down the slope of log D_k, the share of class k at x as the network's first head has it: the
  // gradient flow of the Kullback-Leibler divergence of the class from the mixture of all, which
  // stays what it was. What the second head finds in labels dealt at random is chance, and stays.
  void push(const Attribute &of, std::uint32_t j) {
    const double eta = kStep * std::min(1.0, share_of_many(of));
    run(push_stage(*of.net, of.net_class, j, static_cast<float>(eta)));
  }

  void sweep(const Progress &progress) {
    const std::size_t width = parts_.width(), total = options_.sweeps * attributes_.size();
    Rng rng(options_.seed, 200);
    const std::vector<double> none(width);
    for (std::size_t s = 0; s < total; ++s) {
      if (progress) progress(static_cast<double>(s) / static_cast<double>(total), "sweeps");
      const auto j = static_cast<std::uint32_t>(s % attributes_.size());
      Attribute &of = attributes_[j];
      if (!of.any_swept) continue;
      if (of.net_classes < 2 && !options_.sliced) continue;
      SquareMatrix r;
      if (of.net_classes >= 2 && (!options_.sliced || s / attributes_.size() % 2 == 1)) {
        learn(of, options_.seed * 1000 + s);
        if (!options_.sliced) {
          push(of, j);
          continue;
        }
        r = of.net->directions();
      }
      if (r.empty()) {
        SquareMatrix normals(width * width);
        for (double &value : normals) value = rng.normal();
        r = numerics::orthonormalized(normals, width);
      }
      run_linear(r, none);
      basis_ = numerics::product(basis_, r, width);
      run(quantile_tables(rows_.data(), width, *of.classes, of.targets ? &*of.targets : nullptr,
                          of.swept, j));
    }
  }

  // Out of the last rotation, optionally onto the cohort's own raw mean and covariance, which
  // already fluctuate about the population's as those of any cohort do, and unwhitened.
  void come_back() {
    const std::size_t width = parts_.width();
    SquareMatrix turn(width * width);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j) turn[j * width + i] = basis_[i * width + j];
    }
    std::vector<double> b(width);
    if (options_.recolour) {
      const GaussianFit now = overall();
      const SquareMatrix to = recolouring(now.covariance);
      for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t j = 0; j < width; ++j) b[j] -= now.mean[i] * to[i * width + j];
      }
      std::vector<double> turned(width);
      for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t j = 0; j < width; ++j) turned[j] += b[i] * turn[i * width + j];
      }
      b = std::move(turned);
      turn = numerics::product(to, turn, width);
    }
    const SquareMatrix back = numerics::product(turn, root_, width);
    std::vector<double> offset = mean_;
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j) offset[j] += b[i] * root_[i * width + j];
    }
    run_linear(back, offset);
  }

  SquareMatrix recolouring(const SquareMatrix &now) const {
    const std::size_t width = parts_.width();
    SquareMatrix one(width * width);
    for (std::size_t i = 0; i < width; ++i) one[i * width + i] = 1;
    return numerics::transport_matrix(now, one, width);
  }

  const EraseOptions &options_;
  MapParts parts_;
  bool transport_ = false;
  std::vector<Attribute> attributes_;
  std::vector<float> rows_, other_;    // n x step
  std::vector<std::int32_t> classes_;  // n x attributes
  std::size_t n_ = 0;
  std::vector<double> mean_;  // before whitening
  SquareMatrix root_;         // of the covariance then
  SquareMatrix basis_;        // whitened row = current row x basis'
};

}  // namespace

MapParts fit_transport(const Embeddings &rows, std::span<const AttributeLabels> labels,
                       const EraseOptions &options, const Progress &progress) {
  return Cohort(rows, labels, options).fit(progress);
}

}  // namespace recveil::defense
