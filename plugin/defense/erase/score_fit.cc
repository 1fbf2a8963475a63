#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/watch.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score.h"
#include "defense/erase/score_direction.h"
#include "defense/erase/shared_rows.h"
#include "numerics/class_auc.h"
#include "numerics/cross_ridge.h"
#include "numerics/product_kernels.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kWaves = 256;
constexpr std::size_t kMostRows = 30000;  // that are learnt from
constexpr std::size_t kMostTargets = 64;  // classes, the largest
constexpr std::size_t kLeastOfClass = 8;  // rows
constexpr double kPenalties[] = {30, 300, 3000};
// Of scores after the first. They are fitted to rows that earlier scores have moved, and a person's
// class has a part in those of the others. It comes back the more, the closer a score follows the
// rows, and it makes predictions look better than they are, so that they cannot choose the penalty.
constexpr double kLaterPenalty = 100;
constexpr std::size_t kLaterAxes = 24;  // whose products count
constexpr std::size_t kQuickRows = 2048, kQuickAxes = 8;
// A direction that moves the rows most has to agree so much better, and one, than one that moves
// nothing.
constexpr double kSpared = 4;
constexpr double kBandwidth = 0.5;  // gamma of the RBF kernel, times the width

class Fitter {
 public:
  Fitter(const ScoreTask &task, const ScoreLayout &layout, Rng &rng)
      : task_(task), layout_(layout), values_(layout.size()) {
    whiten();
    draw_waves(rng);
    choose_targets();
  }

  ScoreFit run() {
    ScoreFit out;
    out.layout = ScoreLayout::of(layout_.width, layout_.random);
    if (targets_.size() < 2) return out;
    const Model best = best_model();
    write_weights(best.weights, worth_most(best.predictions), out.layout);
    out.scores = scores(out.layout);
    out.auc = auc(best.predictions);
    out.z = z(best.predictions, widest(best.predictions));
    out.values = std::move(values_);
    return out;
  }

  // The z of run() alone.
  double separation() {
    if (targets_.size() < 2) return 0;
    const Model best = best_model();
    return z(best.predictions, widest(best.predictions));
  }

 private:
  using Weights = std::vector<std::vector<double>>;  // of each fold's model
  // Of the rows of used(), in their order, and each class: by the models that did not learn from
  // the row's fold.
  using Predictions = std::vector<double>;

  struct Model {
    Weights weights;
    Predictions predictions;
  };

  // Of all features of a map: 0 for the products that were not learnt from.
  void write_weights(const Weights &weights, const std::vector<double> &direction,
                     const ScoreLayout &whole) {
    std::vector<std::size_t> at(1 + whole.width);  // of each feature learnt from, in the map
    std::iota(at.begin(), at.end(), std::size_t{0});
    std::size_t next = at.size();
    for (std::size_t a = 0; a < whole.axes; ++a) {
      for (std::size_t b = a; b < whole.axes; ++b, ++next) {
        if (b < layout_.axes) at.push_back(next);
      }
    }
    for (; next < whole.features(); ++next) at.push_back(next);
    values_.resize(whole.size());
    float *to = values_.data() + whole.weights_at();
    for (std::size_t fold = 0; fold < kScoreFolds; ++fold, to += whole.features()) {
      for (std::size_t c = 0; c < at.size(); ++c) {
        double sum = 0;
        for (std::size_t k = 0; k < direction.size(); ++k) {
          sum += weights[fold][c * direction.size() + k] * direction[k];
        }
        to[at[c]] = static_cast<float>(sum);
      }
    }
  }

  // The penalty whose predictions agree with the targets best. The features of a row are computed
  // once for all penalties.
  Model best_model() {
    learn();
    std::vector<Model> tried;
    for (const double penalty :
         task_.later ? std::span(&kLaterPenalty, 1) : std::span(kPenalties)) {
      Model &model = tried.emplace_back();
      for (std::size_t fold = 0; fold < kScoreFolds; ++fold) {
        pulse();
        model.weights.push_back(ridge_->weights(fold, penalty));
      }
    }
    predict(tried);
    std::vector<double> fits;
    fits.reserve(tried.size());
    for (const Model &model : tried) fits.push_back(agreement(model.predictions));
    return std::move(
        tried[static_cast<std::size_t>(std::max_element(fits.begin(), fits.end()) - fits.begin())]);
  }

  // Two rows of different folds score each other by the same kernel, so that each pair counts twice
  // and the variance of the sum is twice that of as many independent products.
  double z(const Predictions &predictions, const std::vector<double> &direction) const {
    return correlation(predictions, direction) * std::sqrt(static_cast<double>(used()) / 2);
  }

  // Rows that are learnt from, spread over the known ones, which may be sorted.
  std::size_t used() const { return std::min(known_.size(), kMostRows); }
  std::uint32_t used_row(std::size_t u) const { return known_[u * known_.size() / used()]; }

  const float *row(std::size_t i) const { return task_.rows + i * layout_.step(); }

  // Principal axes, the longest first, each of variance 1.
  void whiten() {
    const std::size_t width = task_.width, step = layout_.step();
    std::vector<double> mean(width);
    numerics::SquareMatrix covariance(width * width);
    const std::size_t wide = numerics::padded_doubles(width), n = task_.n;
    std::vector<double> sums(wide), block(kBlock * wide), gram(width * wide);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t c = 0; c < width; ++c) mean[c] += static_cast<double>(row(i)[c]);
    }
    for (double &value : mean) value /= static_cast<double>(n);
    for (std::size_t begin = 0; begin < n; begin += kBlock) {
      const std::size_t count = std::min(kBlock, n - begin);
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < width; ++c) {
          block[i * wide + c] = static_cast<double>(row(begin + i)[c]) - mean[c];
        }
      }
      numerics::add_gram(block.data(), count, width, gram.data());
    }
    for (std::size_t a = 0; a < width; ++a) {
      for (std::size_t b = a; b < width; ++b) {
        covariance[a * width + b] = gram[a * wide + b] / static_cast<double>(n);
      }
    }
    numerics::mirror_upper(covariance, width);
    const numerics::SquareMatrix axes = numerics::left_basis(covariance, width, width);
    double trace = 0;
    for (std::size_t c = 0; c < width; ++c) trace += covariance[c * width + c];
    for (std::size_t a = 0; a < width; ++a) {
      double variance = 0;
      for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t j = 0; j < width; ++j) {
          variance += axes[i * width + a] * covariance[i * width + j] * axes[j * width + a];
        }
      }
      // What has no variance says nothing.
      const double scale =
          variance > 1e-9 * trace / static_cast<double>(width) ? 1 / std::sqrt(variance) : 0;
      double offset = 0;
      for (std::size_t i = 0; i < width; ++i) {
        values_[i * step + a] = static_cast<float>(axes[i * width + a] * scale);
        offset -= mean[i] * axes[i * width + a] * scale;
      }
      values_[width * step + a] = static_cast<float>(offset);
    }
  }

  void draw_waves(Rng &rng) {
    const std::size_t width = task_.width, step = layout_.random_step();
    const double spread =
        std::sqrt(2 * kBandwidth / static_cast<double>(width)) / 6.283185307179586;
    float *to = values_.data() + layout_.waves_at();
    for (std::size_t i = 0; i <= width; ++i) {
      for (std::size_t m = 0; m < layout_.random; ++m) {
        to[i * step + m] = static_cast<float>(i < width ? spread * rng.normal() : rng.uniform());
      }
    }
  }

  void choose_targets() {
    std::vector<std::size_t> n(static_cast<std::size_t>(task_.classes));
    for (std::size_t i = 0; i < task_.n; ++i) {
      if (task_.labels[i] < 0) continue;
      ++n[static_cast<std::size_t>(task_.labels[i])];
      known_.push_back(static_cast<std::uint32_t>(i));
    }
    std::vector<std::size_t> order(n.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return n[a] > n[b]; });
    place_.assign(n.size(), -1);
    const auto enough = [&](std::size_t k) {
      return static_cast<double>(n[k]) >= task_.least_rows;
    };
    const bool certain = std::count_if(order.begin(), order.end(), enough) >= 2;
    for (const std::size_t k : order) {
      if (n[k] < kLeastOfClass || targets_.size() == kMostTargets || (certain && !enough(k))) break;
      place_[k] = static_cast<std::int32_t>(targets_.size());
      targets_.push_back(static_cast<double>(n[k]) / static_cast<double>(known_.size()));
    }
  }

  // (1 if the class is k, less its share) / the root of its share.
  double target(std::size_t i, std::size_t k) const {
    const bool is =
        place_[static_cast<std::size_t>(task_.labels[i])] == static_cast<std::int32_t>(k);
    return ((is ? 1 : 0) - targets_[k]) / std::sqrt(targets_[k]);
  }

  // Features of the rows that are learnt from, fold by fold, in blocks: work(fold, places among
  // used(), features in double, padded_doubles() apart).
  template <class Work>
  void each_block(Work work) const {
    const std::size_t features = layout_.features(), step = numerics::padded_doubles(features);
    std::vector<float> scratch(layout_.scratch()), of(features);
    std::vector<double> x(kBlock * step);
    std::vector<std::size_t> which;
    for (std::size_t fold = 0; fold < kScoreFolds; ++fold) {
      const auto flush = [&] {
        work(fold, which, x.data());
        which.clear();
        pulse();
      };
      for (std::size_t u = 0; u < used(); ++u) {
        const std::uint32_t i = used_row(u);
        if (task_.folds[i] != fold) continue;
        features_of(layout_, values_.data(), row(i), scratch.data(), of.data());
        std::copy(of.begin(), of.end(),
                  x.begin() + static_cast<std::ptrdiff_t>(which.size() * step));
        which.push_back(u);
        if (which.size() == kBlock) flush();
      }
      flush();
    }
  }

  void learn() {
    const std::size_t k = targets_.size();
    ridge_.emplace(layout_.features(), k, kScoreFolds);
    std::vector<double> t(kBlock * k);
    each_block([&](std::size_t fold, const std::vector<std::size_t> &which, const double *x) {
      for (std::size_t n = 0; n < which.size(); ++n) {
        for (std::size_t c = 0; c < k; ++c) t[n * k + c] = target(used_row(which[n]), c);
      }
      ridge_->add(fold, x, t.data(), which.size());
    });
  }

  void predict(std::vector<Model> &models) const {
    const std::size_t features = layout_.features(), k = targets_.size();
    const std::size_t step = numerics::padded_doubles(features);
    const std::size_t cols = numerics::padded_doubles(models.size() * k);
    for (Model &model : models) model.predictions.resize(used() * k);
    // The weights of all models side by side, of one fold at a time.
    std::vector<double> weights(features * cols), out(kBlock * cols);
    std::size_t of = kScoreFolds;
    const auto take = [&](std::size_t fold) {
      for (std::size_t m = 0; m < models.size(); ++m) {
        const std::vector<double> &from = models[m].weights[fold];
        for (std::size_t c = 0; c < features; ++c) {
          std::copy_n(from.data() + c * k, k, weights.data() + c * cols + m * k);
        }
      }
      of = fold;
    };
    each_block([&](std::size_t fold, const std::vector<std::size_t> &which, const double *x) {
      if (fold != of) take(fold);
      numerics::multiply(
          {x, step, 1, which.size(), features, weights.data(), cols, cols, out.data(), cols});
      for (std::size_t n = 0; n < which.size(); ++n) {
        for (std::size_t m = 0; m < models.size(); ++m) {
          std::copy_n(out.data() + n * cols + m * k, k,
                      models[m].predictions.data() + which[n] * k);
        }
      }
    });
  }

  // The correlation of predictions and targets over all rows and classes.
  double agreement(const Predictions &predictions) const {
    double both = 0, mine = 0, theirs = 0;
    const std::size_t k = targets_.size();
    for (std::size_t u = 0; u < used(); ++u) {
      for (std::size_t c = 0; c < k; ++c) {
        const double out = predictions[u * k + c], wanted = target(used_row(u), c);
        both += out * wanted;
        mine += out * out;
        theirs += wanted * wanted;
      }
    }
    return mine > 0 && theirs > 0 ? both / std::sqrt(mine * theirs) : 0;
  }

  // Sums of the products of each two classes' predictions and, with(row, class), something else.
  template <class With>
  numerics::SquareMatrix moments(const Predictions &predictions, With with) const {
    const std::size_t k = targets_.size();
    numerics::SquareMatrix out(k * k);
    for (std::size_t u = 0; u < used(); ++u) {
      const double *of = predictions.data() + u * k;
      for (std::size_t b = 0; b < k; ++b) {
        const double other = with(u, b);
        for (std::size_t a = 0; a < k; ++a) {
          out[a * k + b] += of[a] * other;
          out[b * k + a] += of[a] * other;
        }
      }
    }
    return out;
  }

  // The direction of the classes along which predictions spread most. A poor score: the predictions
  // of a small class are mostly noise. A fair test, because it was not chosen for agreeing.
  std::vector<double> widest(const Predictions &predictions) const {
    const std::size_t k = targets_.size();
    return first_axis(
        moments(predictions, [&](std::size_t u, std::size_t c) { return predictions[u * k + c]; }),
        k);
  }

  // The direction along which predictions agree with the classes most; sparing, where they tell
  // little, most for what taking it out of the rows moves, if the classes surely differ along it.
  std::vector<double> worth_most(const Predictions &predictions) const {
    const std::size_t k = targets_.size(), width = task_.width;
    const numerics::SquareMatrix agreement =
        moments(predictions, [&](std::size_t u, std::size_t c) { return target(used_row(u), c); });
    std::vector<double> strongest = first_axis(agreement, k);
    if (k == 2 || !task_.sparing || auc(predictions) > kTellsLittle) return strongest;
    std::vector<double> mean(k), with(width * k);  // covariances of rows and predictions
    for (std::size_t u = 0; u < used(); ++u) {
      for (std::size_t c = 0; c < k; ++c) {
        mean[c] += predictions[u * k + c] / static_cast<double>(used());
      }
    }
    for (std::size_t u = 0; u < used(); ++u) {
      const float *of = row(used_row(u));
      for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t c = 0; c < k; ++c) {
          with[i * k + c] += static_cast<double>(of[i]) * (predictions[u * k + c] - mean[c]);
        }
      }
    }
    numerics::SquareMatrix moved(k * k);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t a = 0; a < k; ++a) {
        for (std::size_t b = 0; b < k; ++b) moved[a * k + b] += with[i * k + a] * with[i * k + b];
      }
    }
    std::vector<double> out = sparing_axis(agreement, std::move(moved), k, kSpared);
    // Of k classes that do not differ the z of the best direction is about the root of k.
    const double surely = kSurelyApart + std::sqrt(static_cast<double>(k));
    return z(predictions, out) < surely ? strongest : out;
  }

  std::vector<float> scores(const ScoreLayout &layout) const {
    const std::vector<float> by_fold = weights_by_fold(layout, values_.data());
    std::vector<float> out(task_.n), scratch(scores_scratch(layout.width, kBlock));
    for (std::size_t begin = 0; begin < task_.n; begin += kBlock) {
      pulse();
      scores_of(layout, values_.data(), by_fold.data(), task_.folds.data() + begin, row(begin),
                std::min(kBlock, task_.n - begin), scratch.data(), out.data() + begin);
    }
    return out;
  }

  // The mean over the classes that count, each against all other rows.
  double auc(const Predictions &predictions) const {
    const std::size_t k = targets_.size();
    std::vector<double> scores;
    std::vector<std::int32_t> of;
    for (std::size_t u = 0; u < used(); ++u) {
      const double *out = predictions.data() + u * k;
      scores.insert(scores.end(), out, out + k);
      scores.push_back(0);
      const std::int32_t at = place_[static_cast<std::size_t>(task_.labels[used_row(u)])];
      of.push_back(at < 0 ? static_cast<std::int32_t>(k) : at);
    }
    std::vector<std::uint8_t> counted(k + 1, 1);
    counted[k] = 0;  // all others
    return numerics::class_auc(scores, of, k + 1, counted).value;
  }

  double correlation(const Predictions &predictions, const std::vector<double> &direction) const {
    double n = 0, s1 = 0, s2 = 0, t1 = 0, t2 = 0, st = 0;
    for (std::size_t u = 0; u < used(); ++u) {
      double s = 0, t = 0;
      for (std::size_t k = 0; k < direction.size(); ++k) {
        s += direction[k] * predictions[u * direction.size() + k];
        t += direction[k] * target(used_row(u), k);
      }
      n += 1;
      s1 += s;
      s2 += s * s;
      t1 += t;
      t2 += t * t;
      st += s * t;
    }
    const double spread = (s2 - s1 * s1 / n) * (t2 - t1 * t1 / n);
    return spread > 0 ? (st - s1 * t1 / n) / std::sqrt(spread) : 0;
  }

  static constexpr std::size_t kBlock = 256;
  const ScoreTask &task_;
  const ScoreLayout layout_;  // of what is learnt from
  std::vector<float> values_;
  std::vector<std::uint32_t> known_;
  std::vector<std::int32_t> place_;  // of each class among the targets, or -1
  std::vector<double> targets_;      // the share of each
  std::optional<numerics::CrossRidge> ridge_;
};

// The z of a quick score of at most so many of the known rows, spread over them.
double quick_separation(const MapParts &parts, const Embeddings &rows,
                        const AttributeLabels &labels, const std::vector<std::uint32_t> &known,
                        std::size_t most, std::uint64_t seed) {
  const std::size_t used = std::min(known.size(), most), step = parts.step();
  std::vector<float> at(used * step);
  std::vector<std::uint8_t> folds;
  std::vector<std::int32_t> of_row;
  for (std::size_t u = 0; u < used; ++u) {
    const std::uint32_t i = known[u * known.size() / used];
    if (!to_coordinates(parts, rows.row(i), at.data() + folds.size() * step)) continue;
    folds.push_back(score_fold(rows.row(i), parts.d));
    of_row.push_back(labels.of_row[i]);
  }
  if (folds.empty()) return 0;
  Rng rng(seed, 0x73657061);
  ScoreLayout layout = ScoreLayout::of(parts.width(), 0);
  layout.axes = std::min(layout.axes, kQuickAxes);
  return Fitter({at.data(), folds.size(), parts.width(), folds, of_row, labels.classes}, layout,
                rng)
      .separation();
}

}  // namespace

ScoreFit fit_score(const ScoreTask &task, Rng &rng) {
  ScoreLayout layout = ScoreLayout::of(task.width, kWaves);
  if (task.later) layout.axes = std::min(layout.axes, kLaterAxes);
  return Fitter(task, layout, rng).run();
}

double class_separation(const Embeddings &rows, const AttributeLabels &labels, std::uint64_t seed) {
  MapParts parts;
  parts.d = rows.d();
  parts.polar = true;
  std::vector<std::uint32_t> known;
  double squares = 0;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (labels.of_row[i] < 0) continue;
    known.push_back(static_cast<std::uint32_t>(i));
    const double length = row_length(rows.row(i), parts.d);
    squares += length * length;
  }
  if (known.empty()) return 0;
  parts.least_norm =
      static_cast<float>(1e-6 * std::sqrt(squares / static_cast<double>(known.size())));
  const double few = quick_separation(parts, rows, labels, known, kQuickRows, seed);
  if (few >= kSurelyOneOfTwo || known.size() <= kQuickRows) return few;
  return quick_separation(parts, rows, labels, known, kMostRows, seed);
}

}  // namespace recveil::defense
