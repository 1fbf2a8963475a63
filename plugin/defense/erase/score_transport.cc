// Transport along scores (ours): maps that never see a class when they are applied.
#include <algorithm>

#include "core/random.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score.h"
#include "defense/erase/score_stage.h"
#include "defense/erase/shared_rows.h"

namespace recveil::defense {
namespace {

class ScoreCohort {
 public:
  ScoreCohort(const Embeddings &rows, std::span<const AttributeLabels> labels,
              const EraseOptions &options)
      : options_(options) {
    parts_.method = options.method;
    parts_.d = rows.d();
    parts_.polar = true;
    load(rows, labels);
  }

  MapParts fit(const Progress &progress) {
    std::vector<std::uint8_t> done(labels_.size()), sparing(labels_.size(), 1);
    const bool told = options_.score_sweeps > 0;
    if (folds_.empty()) {  // all are in cells
      for (AttributeReport &of : parts_.attributes) of.left_alone = true;
      done.assign(done.size(), 1);
    }
    const std::size_t total = (told ? options_.score_sweeps : kMostScores) * labels_.size();
    for (std::size_t s = 0; s < total; ++s) {
      if (progress) progress(static_cast<double>(s) / static_cast<double>(total), "sweeps");
      const std::size_t j = s % labels_.size();
      const std::size_t most = parts_.attributes[j].classes.size() == 2 ? kMostScores
                               : sparing[j] != 0                        ? kMostSparing
                                                                        : kMostOfSeveral;
      if (!told && s / labels_.size() >= most) continue;
      if (done[j] != 0) continue;
      const ScoreTask task{rows_.data(),
                           folds_.size(),
                           parts_.width(),
                           folds_,
                           labels_[j],
                           static_cast<std::int32_t>(parts_.attributes[j].classes.size()),
                           options_.min_class_rows * static_cast<double>(parts_.d),
                           s >= labels_.size(),
                           sparing[j] != 0};
      Rng rng(options_.seed, 0x73636f72 + s);
      const ScoreFit score = fit_score(task, rng);
      const bool first = s < labels_.size();
      if (first) {
        parts_.attributes[j].separation = score.z;
        parts_.attributes[j].left_alone = !(score.z >= kSurelyApart);
        // Of an attribute that tells much every direction has to go, the strongest first.
        sparing[j] = score.auc <= kTellsLittle ? 1 : 0;
      }
      if (!(score.z >= kSurelyApart) || (!told && !first && score.auc < kWorthFollowing)) {
        done[j] = 1;
        continue;
      }
      run(fit_score_stage(task, score, static_cast<std::uint32_t>(j)));
    }
    if (progress) progress(1, "fitted");
    return std::move(parts_);
  }

 private:
  void load(const Embeddings &rows, std::span<const AttributeLabels> labels) {
    std::vector<std::uint32_t> known;
    double squares = 0;
    for (std::size_t i = 0; i < rows.rows; ++i) {
      if (std::none_of(labels.begin(), labels.end(),
                       [i](const AttributeLabels &of) { return of.of_row[i] >= 0; })) {
        continue;
      }
      known.push_back(static_cast<std::uint32_t>(i));
      const double length = row_length(rows.row(i), parts_.d);
      squares += length * length;
    }
    parts_.least_norm =
        known.empty()
            ? 0.0F
            : static_cast<float>(1e-6 * std::sqrt(squares / static_cast<double>(known.size())));
    labels_.resize(labels.size());
    const std::size_t step = parts_.step();
    rows_.resize(known.size() * step);
    for (const std::uint32_t i : known) {
      if (!to_coordinates(parts_, rows.row(i), rows_.data() + folds_.size() * step)) continue;
      folds_.push_back(score_fold(rows.row(i), parts_.d));
      for (std::size_t j = 0; j < labels.size(); ++j) labels_[j].push_back(labels[j].of_row[i]);
    }
    rows_.resize(folds_.size() * step);
    other_.resize(score_scratch(parts_.width(), kRows));
    for (const AttributeLabels &of : labels) {
      AttributeReport report;
      report.name = of.name;
      const ByClass by_class(of.of_row, of.classes);
      for (std::int32_t k = 0; k < of.classes; ++k) {
        ClassReport one;
        one.n = by_class.of(k).size();
        const double least = options_.min_class_rows * static_cast<double>(parts_.d);
        one.status = one.n == 0                           ? ClassStatus::absent
                     : static_cast<double>(one.n) < least ? ClassStatus::too_small
                                                          : ClassStatus::certifiable;
        one.shrinkage = 1;
        one.mean_strength = 0;
        report.classes.push_back(one);
      }
      parts_.attributes.push_back(std::move(report));
    }
  }

  void run(Stage stage) {
    const std::size_t step = parts_.step();
    for (std::size_t begin = 0; begin < folds_.size(); begin += kRows) {
      pulse();
      run_score_stage(stage, parts_.width(), folds_.data() + begin,
                      std::min(kRows, folds_.size() - begin), rows_.data() + begin * step,
                      other_.data());
    }
    parts_.stages.push_back(std::move(stage));
  }

  static constexpr std::size_t kRows = 512;  // between two pulses
  const EraseOptions &options_;
  MapParts parts_;
  std::vector<float> rows_, other_;
  std::vector<std::uint8_t> folds_;
  std::vector<std::vector<std::int32_t>> labels_;  // of each attribute
};

}  // namespace

MapParts fit_score_transport(const Embeddings &rows, std::span<const AttributeLabels> labels,
                             const EraseOptions &options, const Progress &progress) {
  return ScoreCohort(rows, labels, options).fit(progress);
}

}  // namespace recveil::defense
