// Optimal transport in whitened polar coordinates: sweeps of Gaussian maps that follow one axis
// after the other (ours).
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/random.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/gaussian.h"
#include "defense/erase/knot_maps.h"
#include "defense/erase/map_parts.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

using numerics::SquareMatrix;

// Times what chance would move a mean by, to tell a class by (MovieLens-1M and -100K, seeds 11 to
// 15).
constexpr double kDoubt = 1.75;

SquareMatrix identity(std::size_t width) {
  SquareMatrix out(width * width);
  for (std::size_t i = 0; i < width; ++i) out[i * width + i] = 1;
  return out;
}

// An attribute while it is fitted: labels are of the cohort's rows.
struct Attribute {
  std::vector<std::int32_t> labels;
  std::optional<ByClass> classes;
  std::optional<ByClass> targets;   // random groups of the classes' sizes; none without fluctuation
  std::vector<std::uint8_t> swept;  // per class
};

class Cohort {
 public:
  Cohort(const Embeddings &rows, std::span<const AttributeLabels> labels,
         std::span<const std::uint8_t> alone, const EraseOptions &options)
      : options_(options), alone_(alone) {
    parts_.method = options.method;
    parts_.d = rows.d();
    least_ = static_cast<double>(rows.d()) * options.min_class_rows;
    bool any_large = false;
    for (const AttributeLabels &of : labels) {
      const ByClass by_class(of.of_row, of.classes);
      for (std::int32_t k = 0; k < of.classes; ++k) {
        any_large |= static_cast<double>(by_class.of(k).size()) >= least_;
      }
    }
    transport_ = options.method == EraseMethod::optimal_transport && any_large;
    parts_.polar = transport_;
    load(rows, labels);
  }

  MapParts fit(const Progress &progress) {
    if (n_ == 0 || std::all_of(alone_.begin(), alone_.end(), [](std::uint8_t is) { return is; })) {
      for (std::uint32_t j = 0; j < attributes_.size(); ++j) report_alone(j);
    } else if (transport_) {
      whiten();
      for (std::uint32_t j = 0; j < attributes_.size(); ++j) {
        alone_[j] != 0 ? report_alone(j) : prepare(j);
      }
      sweep(progress);
      come_back();
    } else {
      for (std::uint32_t j = 0; j < attributes_.size(); ++j) {
        alone_[j] != 0 ? report_alone(j) : gaussian(j);
      }
    }
    if (progress) progress(1, "fitted");
    return std::move(parts_);
  }

 private:
  // An attribute without a stage.
  void report_alone(std::uint32_t j) {
    Attribute &of = attributes_[j];
    for (std::int32_t k = 0; k < of.classes->classes(); ++k) {
      const std::uint64_t n = of.classes->of(k).size();
      parts_.attributes[j].classes.push_back({n,
                                              n == 0 ? ClassStatus::absent
                                              : static_cast<double>(n) < least_
                                                  ? ClassStatus::too_small
                                                  : ClassStatus::certifiable,
                                              0, 1});
      of.swept.push_back(0);
    }
  }

  static constexpr std::size_t kRows = 4096;  // mapped between two pulses

  void load(const Embeddings &rows, std::span<const AttributeLabels> labels) {
    // Grouped by the first attribute: the maps of a class are applied to runs of rows.
    std::vector<std::uint32_t> order;
    double squares = 0;
    for (std::size_t i = 0; i < rows.rows; ++i) {
      if (i % kRows == 0) pulse();
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
      if (n_ % kRows == 0) pulse();
      if (!to_coordinates(parts_, rows.row(i), rows_.data() + n_ * step)) continue;
      for (std::size_t j = 0; j < labels.size(); ++j) {
        attributes_[j].labels.push_back(labels[j].of_row[i]);
        classes_.push_back(labels[j].of_row[i]);
      }
      ++n_;
    }
    other_.resize(2 * std::min(n_, kRows) * step);
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

  GaussianFit means_of(std::span<const std::int32_t> labels, std::int32_t classes) const {
    const std::vector<double> moments = moments_of(labels, classes);
    return fit_moments_only(ClassMoments(moments));
  }

  // Mean and covariance of all rows.
  GaussianFit overall() const {
    std::vector<std::int32_t> halves(n_);
    for (std::size_t i = 0; i < n_; ++i) halves[i] = static_cast<std::int32_t>(i % 2);
    return means_of(halves, 2);
  }

  void run(Stage stage) {
    for (std::size_t begin = 0; begin < n_; begin += kRows) {
      pulse();
      run_stage(stage, parts_.width(), attributes_.size(),
                classes_.data() + begin * attributes_.size(), std::min(kRows, n_ - begin),
                rows_.data() + begin * parts_.step(), other_.data());
    }
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
    axes_ = numerics::left_basis(root_, width, width);
  }

  // Where no class is large: nothing but affine maps, in plain coordinates.
  void gaussian(std::uint32_t j) {
    const Attribute &of = attributes_[j];
    const std::vector<double> moments = moments_of(of.labels, of.classes->classes());
    const bool fluctuation =
        options_.fluctuation.value_or(options_.method == EraseMethod::optimal_transport);
    const GaussianFit fit = fit_gaussian(
        ClassMoments(moments), {options_.shrinkage, least_, fluctuation, options_.seed + j});
    parts_.attributes[j].classes = fit.reports;
    run(gaussian_stage(fit, parts_.width(), j));
  }

  // Which classes are swept, and the random groups they go to; then means alone, of all classes.
  void prepare(std::uint32_t j) {
    Attribute &of = attributes_[j];
    const std::int32_t count = of.classes->classes();
    const std::size_t width = parts_.width();
    const GaussianFit fit = means_of(of.labels, count);
    std::vector<ClassReport> &reports = parts_.attributes[j].classes;
    reports = fit.reports;
    for (ClassReport &report : reports) {
      const auto n = static_cast<double>(report.n);
      report.status = report.n == 0 ? ClassStatus::absent
                      : n < least_  ? ClassStatus::too_small
                                    : ClassStatus::certifiable;
      const bool swept = report.status == ClassStatus::certifiable;
      of.swept.push_back(swept ? 1 : 0);
      report.shrinkage = 1;
    }
    std::optional<GaussianFit> random;
    if (options_.fluctuation.value_or(true)) {
      std::vector<std::int32_t> permuted = of.labels;
      Rng rng(options_.seed, 100 + j);
      const std::vector<std::uint32_t> known(of.classes->all().begin(), of.classes->all().end());
      std::vector<std::uint32_t> shuffled = known;
      rng.shuffle(shuffled);
      for (std::size_t i = 0; i < known.size(); ++i) permuted[known[i]] = of.labels[shuffled[i]];
      of.targets.emplace(permuted, count);
      random = means_of(permuted, count);
    }

    Stage stage;
    stage.kind = StageKind::class_linear;
    stage.attribute = j;
    stage.count = static_cast<std::uint32_t>(count);
    for (std::size_t k = 0; k < reports.size(); ++k) {
      std::vector<double> shift(width);
      double length = 0;  // rows are white
      for (std::size_t c = 0; c < width && reports[k].n > 0; ++c) {
        shift[c] = fit.mean[c] - fit.maps[k].mean[c];
        length += shift[c] * shift[c];
      }
      double share = 0;
      if (of.swept[k] != 0 && !shrinks()) {
        share = 1;
      } else if (reports[k].n > 0) {
        share = james_stein(length / kDoubt, width, static_cast<double>(reports[k].n), fit.n);
      }
      reports[k].mean_strength = share;
      for (std::size_t c = 0; c < width; ++c) {
        if (random && of.swept[k] != 0) shift[c] += random->maps[k].mean[c] - fit.mean[c];
        shift[c] *= share;
      }
      put_linear(stage, k, width, identity(width), shift);
    }
    run(std::move(stage));
  }

  bool shrinks() const { return options_.shrinkage != Shrinkage::none; }

  // Log length first, then the rows' principal axes before they were whitened, the longest first:
  // along these the classes' shapes change most.
  std::vector<double> axis_of(std::size_t sweep) const {
    const std::size_t width = parts_.width();
    std::vector<double> out(width);
    for (std::size_t i = 0; i < width; ++i) {
      out[i] = sweep == 0 ? root_[i * width + width - 1] : axes_[i * width + (sweep - 1) % width];
    }
    return out;
  }

  void sweep(const Progress &progress) {
    const std::size_t total = options_.sweeps * attributes_.size();
    for (std::size_t s = 0; s < total; ++s) {
      if (progress) progress(static_cast<double>(s) / static_cast<double>(total), "sweeps");
      const auto j = static_cast<std::uint32_t>(s % attributes_.size());
      const Attribute &of = attributes_[j];
      if (std::count(of.swept.begin(), of.swept.end(), 1) < 2) continue;
      const std::vector<double> axis = axis_of(s / attributes_.size());
      KnotFit fit = fit_knots({rows_.data(), parts_.width(), *of.classes,
                               of.targets ? &*of.targets : nullptr, of.swept, j, axis, shrinks()});
      for (std::size_t k = 0; k < of.swept.size() && s < attributes_.size(); ++k) {
        if (of.swept[k] == 0) continue;
        parts_.attributes[j].classes[k].shrinkage = 1 - fit.strength[k].covariance;
      }
      run(std::move(fit.stage));
    }
  }

  // Optionally onto the cohort's own raw mean and covariance, which already fluctuate about the
  // population's as those of any cohort do, and unwhitened.
  void come_back() {
    const std::size_t width = parts_.width();
    SquareMatrix back = root_;
    std::vector<double> offset = mean_;
    if (options_.recolour) {
      const GaussianFit now = overall();
      back = numerics::product(numerics::transport_matrix(now.covariance, identity(width), width),
                               root_, width);
      for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t j = 0; j < width; ++j) offset[j] -= now.mean[i] * back[i * width + j];
      }
    }
    run_linear(back, offset);
  }

  const EraseOptions &options_;
  std::span<const std::uint8_t> alone_;  // per attribute
  MapParts parts_;
  double least_ = 0;  // rows of a class that is certifiable
  bool transport_ = false;
  std::vector<Attribute> attributes_;
  std::vector<float> rows_, other_;    // n x step; two rows for each of a run
  std::vector<std::int32_t> classes_;  // n x attributes
  std::size_t n_ = 0;
  std::vector<double> mean_;  // before whitening
  SquareMatrix root_;         // of the covariance then
  SquareMatrix axes_;         // its eigenvectors, columns, of the largest eigenvalue first
};

}  // namespace

MapParts fit_transport(const Embeddings &rows, std::span<const AttributeLabels> labels,
                       std::span<const std::uint8_t> alone, const EraseOptions &options,
                       const Progress &progress) {
  return Cohort(rows, labels, alone, options).fit(progress);
}

}  // namespace recveil::defense
