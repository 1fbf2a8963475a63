#include "defense/erase/knot_maps.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "defense/erase/gaussian.h"
#include "defense/erase/knot_moments.h"
#include "numerics/product_kernels.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

using numerics::SquareMatrix;

constexpr std::size_t kRows = 8192;  // looked at between two pulses

// Chosen on MovieLens-1M, seed 11 (docs/erasure.md).
constexpr std::size_t kKnots = 4;
constexpr double kCommon = 10;  // rows a column that the common covariance counts for
// The share of a random group's covariance: least, and besides of what is a class's own.
constexpr double kLeast = 0.2, kFluctuation = 0.5;
constexpr double kDoubt = 2;  // times what chance would move a mean by, to tell a class by

// The mean of all groups and the covariance within them.
Weighted together(std::span<const Weighted> groups, std::size_t width) {
  Weighted out{0, 0, std::vector<double>(width), SquareMatrix(width * width)};
  for (const Weighted &of : groups) {
    out.n += of.n;
    out.effective += of.effective;
    for (std::size_t i = 0; i < width; ++i) out.mean[i] += of.n * of.mean[i];
    for (std::size_t i = 0; i < width * width; ++i) out.covariance[i] += of.n * of.covariance[i];
  }
  if (!(out.n > 0)) return out;
  for (double &value : out.mean) value /= out.n;
  for (double &value : out.covariance) value /= out.n;
  return out;
}

// Per group that moves, by knot: its rows' shares at the one or two knots about each.
std::vector<SharesByKnot> shares_of(const ByClass &groups, std::span<const std::uint8_t> moved,
                                    const std::vector<float> &at, std::span<const float> knots) {
  std::vector<SharesByKnot> out(moved.size());
  for (std::size_t k = 0; k < moved.size(); ++k) {
    if (moved[k] == 0) continue;
    out[k].resize(knots.size());
    for (const std::uint32_t i : groups.of(static_cast<std::int32_t>(k))) {
      if (i % kRows == 0) pulse();
      const KnotPlace place = knot_place(knots, at[i]);
      if (place.share < 1) out[k][place.cell].push_back({i, 1 - place.share});
      if (place.share > 0) out[k][place.cell + 1].push_back({i, place.share});
    }
  }
  return out;
}

struct Affine {
  SquareMatrix a;
  std::vector<double> b;
};

// The maps of all classes at one knot; random: the target groups there, or none.
class KnotGaussians {
 public:
  KnotGaussians(std::vector<Weighted> classes, std::vector<Weighted> random, std::size_t width,
                bool shrinkage)
      : width_(width),
        classes_(std::move(classes)),
        random_(std::move(random)),
        common_(together(classes_, width)),
        chance_(together(random_, width)),
        shrinkage_(shrinkage),
        inverse_(numerics::log_det(common_.covariance, width)) {}

  Affine map_of(std::size_t k, KnotStrength &strength) const {
    const Weighted &of = classes_[k];
    // A random group of few may have nobody here.
    const bool fluctuates = !random_.empty() && random_[k].n > 0;
    Affine out{SquareMatrix(width_ * width_), std::vector<double>(width_)};
    if (!(of.n > 0) || !(common_.n > 0)) {
      for (std::size_t i = 0; i < width_; ++i) out.a[i * width_ + i] = 1;
      return out;
    }
    strength = strength_of(of);
    SquareMatrix from(out.a.size()), to = common_.covariance;
    for (std::size_t i = 0; i < from.size(); ++i) {
      from[i] = strength.covariance * of.covariance[i] +
                (1 - strength.covariance) * common_.covariance[i];
      if (!fluctuates) continue;
      to[i] += (kLeast + kFluctuation * strength.covariance) *
               (random_[k].covariance[i] - chance_.covariance[i]);
    }
    out.a = numerics::transport_matrix(from, to, width_);
    for (std::size_t j = 0; j < width_; ++j) {
      const double fluctuation = fluctuates ? random_[k].mean[j] - chance_.mean[j] : 0;
      out.b[j] = of.mean[j] + strength.mean * (common_.mean[j] + fluctuation - of.mean[j]);
      for (std::size_t i = 0; i < width_; ++i) out.b[j] -= of.mean[i] * out.a[i * width_ + j];
    }
    return out;
  }

 private:
  KnotStrength strength_of(const Weighted &of) const {
    if (!shrinkage_) return {1, 1};
    const auto width = static_cast<double>(width_);
    KnotStrength out{1, of.effective / (of.effective + kCommon * width)};
    if (!inverse_) return out;
    double length = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      for (std::size_t j = 0; j < width_; ++j) {
        length += inverse_->inverse[i * width_ + j] * (of.mean[i] - common_.mean[i]) *
                  (of.mean[j] - common_.mean[j]);
      }
    }
    out.mean = james_stein(length / kDoubt, width_, of.effective, common_.effective);
    return out;
  }

  std::size_t width_;
  std::vector<Weighted> classes_, random_;
  Weighted common_, chance_;
  bool shrinkage_;
  std::optional<numerics::LogDet> inverse_;
};

}  // namespace

KnotFit fit_knots(const KnotTask &task) {
  const std::size_t width = task.width, step = numerics::padded_floats(width);
  const std::size_t count = task.moved.size(), size = Stage::linear_size(width);
  KnotFit out;
  out.strength.resize(count);
  Stage &stage = out.stage;
  stage.kind = StageKind::class_knots;
  stage.attribute = task.attribute;
  stage.count = static_cast<std::uint32_t>(count);
  for (const double value : task.axis) stage.values.push_back(static_cast<float>(value));
  stage.values.resize(step);

  std::vector<float> at, of_moved;
  for (std::size_t k = 0; k < count; ++k) {
    for (const std::uint32_t i : task.classes.of(static_cast<std::int32_t>(k))) {
      if (of_moved.size() % kRows == 0) pulse();
      if (i >= at.size()) at.resize(i + std::size_t{1});
      at[i] = along(stage.values.data(), task.rows + i * step, width);
      if (task.moved[k] != 0) of_moved.push_back(at[i]);
    }
  }
  const std::vector<float> knots = knots_at(std::move(of_moved), kKnots);
  stage.cells = static_cast<std::uint32_t>(knots.size());
  stage.values.insert(stage.values.end(), knots.begin(), knots.end());
  for (const std::uint8_t moves : task.moved) {
    stage.values.push_back(moves != 0 ? static_cast<float>(stage.held++) : -1.0F);
  }
  stage.values.resize(stage.total_size(width));

  WeightedMoments moments(task.rows, width);
  const auto classes = shares_of(task.classes, task.moved, at, knots);
  std::vector<SharesByKnot> random;
  if (task.targets != nullptr) random = shares_of(*task.targets, task.moved, at, knots);
  for (std::size_t m = 0; m < knots.size(); ++m) {
    const KnotGaussians here(moments.of(classes, m), moments.of(random, m), width, task.shrinkage);
    float *to = stage.values.data() + stage.maps_begin(width) + m * size;
    for (std::size_t k = 0; k < count; ++k) {
      if (task.moved[k] == 0) continue;
      pulse();
      KnotStrength strength;
      const Affine map = here.map_of(k, strength);
      out.strength[k].mean += strength.mean / static_cast<double>(knots.size());
      out.strength[k].covariance += strength.covariance / static_cast<double>(knots.size());
      put_affine(to, width, map.a, map.b);
      to += knots.size() * size;
    }
  }
  return out;
}

}  // namespace recveil::defense
