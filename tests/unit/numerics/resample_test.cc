#include "numerics/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "numerics/logistic.h"
#include "support/numerics_auc.h"
#include "support/numerics_fixed.h"

namespace recveil {
namespace {

using Labels = std::span<const std::uint8_t>;
using Scores = std::vector<double>;

Scores normal_scores(Rng &rng, std::size_t n, double mean, double step = 0) {
  Scores scores(n);
  for (double &score : scores) {
    score = mean + rng.normal();
    if (step > 0) score = step * std::floor(score / step);
  }
  return scores;
}

// The same draws, and the AUC of who was drawn by its definition.
TEST(BootstrapAuc, AgreesWithDrawingPeople) {
  Rng data(1);
  for (const double step : {0.0, 1.0}) {  // no ties, many
    const Scores members = normal_scores(data, 13, 0.7, step);
    const Scores non_members = normal_scores(data, 9, 0, step);
    const std::size_t replicates = 41;  // .025 and .975 of 40 are the places 1 and 39
    Rng rng(5);
    std::vector<double> aucs;
    for (std::size_t b = 0; b < replicates; ++b) {
      Scores drawn, drawn_non_members;
      for (std::size_t i = 0; i < 13; ++i) drawn.push_back(members[rng.below(13)]);
      for (std::size_t j = 0; j < 9; ++j) drawn_non_members.push_back(non_members[rng.below(9)]);
      aucs.push_back(support::slow_auc(drawn, drawn_non_members).auc);
    }
    std::sort(aucs.begin(), aucs.end());
    const auto estimate = numerics::bootstrap_auc(members, non_members, replicates, 5);
    EXPECT_NEAR(estimate.value, support::slow_auc(members, non_members).auc, 1e-12);
    EXPECT_NEAR(estimate.lo, aucs[1], 1e-12);
    EXPECT_NEAR(estimate.hi, aucs[39], 1e-12);
    // Between places, numpy.quantile(aucs, .05) is linear: .05 * 40 = 2, .03125 * 40 = 1.25.
    const auto wider = numerics::bootstrap_auc(members, non_members, replicates, 5, 0.0625);
    EXPECT_NEAR(wider.lo, 0.75 * aucs[1] + 0.25 * aucs[2], 1e-12);
  }
}

// Hypothesis: the 95 % interval holds the truth, Phi(1 / sqrt 2), in 95 % of samples, up to .015
// for 60 people a group and 400 replicates. 1,000 samples: deviation sqrt(.95 .05 / 1000) = .0069;
// 4.5 of them, false alarm 7e-6.
TEST(BootstrapAuc, CoversTheTruth) {
  Rng rng(2);
  const double truth = 0.5 * std::erfc(-0.5);
  int covered = 0;
  for (std::uint64_t sample = 0; sample < 1000; ++sample) {
    const Scores members = normal_scores(rng, 60, 1), non_members = normal_scores(rng, 60, 0);
    const auto estimate = numerics::bootstrap_auc(members, non_members, 400, sample);
    covered += estimate.lo <= truth && truth <= estimate.hi ? 1 : 0;
  }
  EXPECT_NEAR(covered / 1e3, 0.95, 0.015 + 4.5 * 0.0069);
}

// All 70 ways to call 4 of 8 people members, against shuffles: 20,000 of them are off by at most
// 4.5 sqrt(p (1 - p) / 20,000), false alarm 7e-6 each. Ties included.
TEST(AucPermutation, AgreesWithAllLabellings) {
  for (const Scores &scores : {Scores{9, 8, 6, 3, 7, 2, 1, 0}, Scores{5, 5, 4, 2, 5, 3, 2, 2}}) {
    const auto distance = [&](const std::vector<std::uint8_t> &labels) {
      Scores members, non_members;
      for (std::size_t i = 0; i < 8; ++i)
        (labels[i] != 0 ? members : non_members).push_back(scores[i]);
      return std::abs(support::slow_auc(members, non_members).auc - 0.5);
    };
    std::vector<std::uint8_t> labels{0, 0, 0, 0, 1, 1, 1, 1};
    const double observed = distance({1, 1, 1, 1, 0, 0, 0, 0});
    double as_large = 0, all = 0;
    do {
      as_large += distance(labels) >= observed - 1e-12 ? 1 : 0;
      ++all;
    } while (std::next_permutation(labels.begin(), labels.end()));
    ASSERT_EQ(all, 70);
    const double p = as_large / all;
    EXPECT_NEAR(numerics::auc_permutation_p_value(std::span(scores).first(4),
                                                  std::span(scores).subspan(4), 20000, 3),
                p, 4.5 * std::sqrt(p * (1 - p) / 20000) + 1 / 20001.0);
  }
}

// Hypothesis: with nothing to find, p <= .05 in at most 5 % of samples. 2,000 samples: deviation
// sqrt(.05 .95 / 2000) = .0049; 4.5 of them on either side, because 99 shuffles make it exact: 5 %
// but for ties of the statistic, which lower it (the rank sum of 10 + 10 ties often: up to .02).
TEST(AucPermutation, HasItsLevel) {
  Rng rng(4);
  int rejected = 0;
  for (std::uint64_t sample = 0; sample < 2000; ++sample) {
    const Scores members = normal_scores(rng, 10, 0), non_members = normal_scores(rng, 10, 0);
    rejected += numerics::auc_permutation_p_value(members, non_members, 99, sample) <= 0.05 ? 1 : 0;
  }
  EXPECT_LT(rejected / 2e3, 0.05 + 4.5 * 0.0049);
  EXPECT_GT(rejected / 2e3, 0.03 - 4.5 * 0.0049);
}

TEST(Permutation, AsksForTheLabelsFirstAndThenForShuffles) {
  const std::vector<std::uint8_t> labels{1, 1, 0, 0, 0};
  std::vector<std::vector<std::uint8_t>> asked;
  const double p = numerics::permutation_p_value(labels, 30, 1, [&](Labels of) {
    asked.emplace_back(of.begin(), of.end());
    return asked.size() <= 10 ? 1.0 : 0.0;  // the labels and nine shuffles
  });
  EXPECT_EQ(p, 10 / 31.0);
  ASSERT_EQ(asked.size(), 31u);
  EXPECT_EQ(asked[0], labels);
  std::size_t moved = 0;
  for (const auto &of : asked) {
    EXPECT_EQ(std::count(of.begin(), of.end(), 1), 2);
    if (of != labels) ++moved;
  }
  EXPECT_GT(moved, 15u);  // 27 expected; a labelling is itself in one of 10 shuffles
}

// The statistic may be a whole training: how well a logistic regression separates its own training
// data. With labels that the columns explain no shuffle comes near; with labels by chance the fit
// is as good on the shuffles, p is uniform on k / 100, and above .02 but for 2 % of seeds.
TEST(Permutation, OfATrainingThatIsRepeated) {
  const support::Labelled data = support::labelled(120, 5, 10);
  const auto fit = [&](Labels labels) {
    const auto model = numerics::fit_logistic(data.x, labels, 1);
    Scores members, non_members;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      (labels[i] != 0 ? members : non_members)
          .push_back(model.decision({data.x.row(i), data.x.cols}));
    }
    return numerics::auc(members, non_members).value;
  };
  EXPECT_EQ(numerics::permutation_p_value(data.y, 99, 1, fit), 0.01);
  std::vector<std::uint8_t> by_chance = data.y;
  Rng rng(11);
  rng.shuffle(by_chance);
  // In its own training data even this looks like a find.
  EXPECT_GT(fit(by_chance), 0.5);
  EXPECT_GT(numerics::permutation_p_value(by_chance, 99, 1, fit), 0.02);
}

TEST(Resampling, RefusesWhatDoesNotFit) {
  const Scores one{1}, none;
  const Scores nan{std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(numerics::bootstrap_auc(one, none, 10, 1), Error);
  EXPECT_THROW(numerics::bootstrap_auc(one, nan, 10, 1), Error);
  EXPECT_THROW(numerics::bootstrap_auc(one, one, 0, 1), Error);
  EXPECT_THROW(numerics::auc_permutation_p_value(none, one, 10, 1), Error);
  const auto zero = [](Labels) { return 0.0; };
  EXPECT_THROW(numerics::permutation_p_value({}, 0, 1, zero), Error);
}

}  // namespace
}  // namespace recveil
