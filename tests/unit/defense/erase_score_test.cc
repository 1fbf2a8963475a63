#include "defense/erase/score.h"
#include "defense/erase/score_direction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "core/error.h"
#include "defense/erase/erasure_map.h"
#include "defense/erase/score_stage.h"
#include "numerics/cross_ridge.h"
#include "numerics/product_kernels.h"
#include "support/erase_attack.h"
#include "support/erase_rows.h"
#include "support/erase_shop.h"

namespace recveil::defense {
namespace {

using support::ErasureRows;

TEST(Wave, IsTheCosine) {
  for (float turns = -20; turns < 20; turns += 0.00371F) {
    EXPECT_NEAR(wave(turns), std::cos(6.283185307179586 * static_cast<double>(turns)), 2e-4)
        << turns;
  }
  EXPECT_LE(std::abs(wave(1e30F)), 1.001F);
}

// The slow twin minimizes over the rows of the other folds by gradient: at the minimum of a ridge
// regression the gradient is 0.
TEST(CrossRidge, IsTheMinimumOverTheOtherFolds) {
  const std::size_t p = 11, n = 300, step = numerics::padded_doubles(p);
  Rng rng(3);
  std::vector<double> x(n * step), t(n * 2);
  for (std::size_t i = 0; i < n; ++i) {
    x[i * step] = 1;
    for (std::size_t c = 1; c < p; ++c) x[i * step + c] = rng.normal();
    for (std::size_t k = 0; k < 2; ++k) t[i * 2 + k] = x[i * step + 2 + k] + rng.normal() + 0.5;
  }
  numerics::CrossRidge ridge(p, 2, 3);
  for (std::size_t fold = 0; fold < 3; ++fold) {
    ridge.add(fold, x.data() + fold * 100 * step, t.data() + fold * 200, 100);
  }
  for (std::size_t fold = 0; fold < 3; ++fold) {
    const std::vector<double> w = ridge.weights(fold, 7);
    for (std::size_t k = 0; k < 2; ++k) {
      for (std::size_t c = 0; c < p; ++c) {
        double gradient = c > 0 ? 7 * w[c * 2 + k] : 0;
        for (std::size_t i = 0; i < n; ++i) {
          if (i / 100 == fold) continue;
          double residual = -t[i * 2 + k];
          for (std::size_t b = 0; b < p; ++b) residual += x[i * step + b] * w[b * 2 + k];
          gradient += residual * x[i * step + c];
        }
        EXPECT_NEAR(gradient, 0, 1e-8);
      }
    }
  }
}

EraseOptions along_scores() {
  EraseOptions out;
  out.method = EraseMethod::score_transport;
  return out;
}

ErasureMap fit(const ErasureRows &rows, const EraseOptions &options) {
  return ErasureMap::fit(rows.view(), rows.labels(), options);
}

std::vector<float> mapped(const ErasureMap &map, const ErasureRows &rows) {
  std::vector<float> out(rows.data.size());
  map.apply_rows(rows.view(), {}, {out.data(), rows.n, rows.d, rows.d, 0});
  return out;
}

// The worst of the attackers of support/erase_attack.h, who learn on the first half.
double worst_auc(const std::vector<float> &data, const ErasureRows &rows) {
  const std::size_t half = rows.n / 2;
  Matrix train{
      half, rows.d, {data.begin(), data.begin() + static_cast<std::ptrdiff_t>(half * rows.d)}};
  Matrix test{rows.n - half,
              rows.d,
              {data.begin() + static_cast<std::ptrdiff_t>(half * rows.d), data.end()}};
  std::vector<std::uint8_t> y(rows.classes[0].begin(), rows.classes[0].end());
  double worst = 0.5;
  for (const auto &[name, scores] : support::attack(train, std::span(y).first(half), test)) {
    double n1 = 0, wins = 0, n0 = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      (y[half + i] != 0 ? n1 : n0) += 1;
      if (y[half + i] == 0) continue;
      for (std::size_t j = 0; j < scores.size(); ++j) {
        if (y[half + j] == 0) wins += scores[i] > scores[j] ? 1 : scores[i] < scores[j] ? 0 : 0.5;
      }
    }
    const double auc = wins / (n1 * n0);
    if (std::abs(auc - 0.5) > std::abs(worst - 0.5)) worst = auc;
  }
  return worst;
}

TEST(ScoreTransport, TakesTheClassOutOfRowsWithoutBeingToldIt) {
  const ErasureRows rows = support::erasure_rows(4000, 8, {2}, 17);
  const ErasureMap map = fit(rows, along_scores());
  EXPECT_FALSE(map.needs_labels());
  EXPECT_FALSE(map.needs_users());
  EXPECT_FALSE(map.attributes()[0].left_alone);
  EXPECT_GT(map.attributes()[0].separation, 10);
  EXPECT_GT(worst_auc(rows.data, rows), 0.75);
  const double before = std::abs(worst_auc(rows.data, rows) - 0.5);
  const double after = std::abs(worst_auc(mapped(map, rows), rows) - 0.5);
  RecordProperty("before", std::to_string(before));
  // What is bent, x against the square of another coordinate, is beyond products of axes and
  // Gaussian maps: it stays, however many scores are followed. So does the part of it that both
  // ends of a score share (measured: .702 of the distance, .62 where that went too).
  EXPECT_LT(after, 0.75 * before) << before;
}

// What a row and its image tell of a class beyond the row. Classes are normal and half a standard
// deviation to either side on one axis, so that nobody can do better than by that axis, but who is
// told somebody's own class. An attacker who learns on the first half of each of four sets of 3,000
// reads the other half. The mean of four differences of AUC has a standard error of .0033; measured
// here: .010, and .016 where later scores follow the rows as closely as the first does.
TEST(ScoreTransport, TheImageNextToTheRowTellsLittleMore) {
  constexpr std::size_t kN = 3000, kHalf = kN / 2, kD = 24;
  double more = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Rng rng(seed, 0x70616972);
    ErasureRows rows{kN, kD, std::vector<float>(kN * kD), {std::vector<std::int32_t>(kN)}, {2}};
    for (std::size_t i = 0; i < kN; ++i) {
      rows.classes[0][i] = static_cast<std::int32_t>(i % 2);
      for (std::size_t c = 0; c < kD; ++c) {
        const double apart = c == 0 ? (i % 2 == 0 ? -0.5 : 0.5) : 0;
        rows.data[i * kD + c] = static_cast<float>(rng.normal() + apart);
      }
    }
    const std::vector<float> image = mapped(fit(rows, along_scores()), rows);
    Matrix both{kN, 2 * kD, std::vector<float>(2 * kN * kD)};
    std::vector<std::uint8_t> y(kN);
    for (std::size_t i = 0; i < kN; ++i) {
      y[i] = static_cast<std::uint8_t>(i % 2);
      std::copy_n(rows.data.data() + i * kD, kD, both.row(i));
      std::copy_n(image.data() + i * kD, kD, both.row(i) + kD);
    }
    Matrix train{kHalf, 2 * kD, {both.data.begin(), both.data.begin() + kHalf * 2 * kD}};
    const auto attacker = numerics::fit_logistic(train, std::span(y).first(kHalf), 1);
    std::vector<double> found[2], best[2];
    for (std::size_t i = kHalf; i < kN; ++i) {
      found[y[i]].push_back(attacker.decision({both.row(i), both.cols}));
      best[y[i]].push_back(static_cast<double>(both.row(i)[0]));
    }
    more += (numerics::auc(found[1], found[0]).value - numerics::auc(best[1], best[0]).value) / 4;
  }
  EXPECT_LT(more, 0.0125);
}

TEST(ScoreTransport, IsTheSameForOneRowAndForManyAndAfterItWasStored) {
  const ErasureRows rows = support::erasure_rows(1500, 6, {2}, 18);
  const ErasureMap map = fit(rows, along_scores()), back = ErasureMap::from_bytes(map.bytes());
  EXPECT_EQ(map.id(), fit(rows, along_scores()).id());
  const std::vector<float> many = mapped(map, rows);
  EXPECT_EQ(many, mapped(back, rows));
  std::vector<float> one(rows.d), scratch(back.scratch_floats());
  for (std::size_t i = 0; i < rows.n; i += 7) {
    ASSERT_TRUE(back.apply(rows.data.data() + i * rows.d, {}, one.data(), scratch.data()));
    ASSERT_TRUE(
        std::equal(one.begin(), one.end(), many.begin() + static_cast<std::ptrdiff_t>(i * rows.d)));
  }
}

// Against a search over directions, which does not know what an eigenvector is.
TEST(ScoreDirection, IsTheMostAgreementForWhatItMoves) {
  constexpr std::size_t kClasses = 5;
  Rng rng(51);
  numerics::SquareMatrix agreement(kClasses * kClasses), moved(kClasses * kClasses);
  std::vector<double> of(kClasses * kClasses);
  for (double &value : of) value = rng.normal();
  for (std::size_t a = 0; a < kClasses; ++a) {
    for (std::size_t b = 0; b < kClasses; ++b) {
      for (std::size_t c = 0; c < kClasses; ++c) {
        agreement[a * kClasses + b] += of[a * kClasses + c] * of[b * kClasses + c];
      }
      moved[a * kClasses + b] = a == b ? 1.0 + 20 * static_cast<double>(a == 0) : 0;
    }
  }
  const auto form = [](const numerics::SquareMatrix &m, const std::vector<double> &x) {
    double sum = 0;
    for (std::size_t a = 0; a < kClasses; ++a) {
      for (std::size_t b = 0; b < kClasses; ++b) sum += x[a] * m[a * kClasses + b] * x[b];
    }
    return sum;
  };
  constexpr double kSpared = 4, kLargest = 21;
  const auto worth = [&](const std::vector<double> &x) {
    double length = 0;
    for (const double value : x) length += value * value;
    return form(agreement, x) / (length + kSpared / kLargest * form(moved, x));
  };
  const std::vector<double> found = sparing_axis(agreement, moved, kClasses, kSpared);
  double best = 0;
  for (int i = 0; i < 200000; ++i) {
    std::vector<double> x(kClasses);
    for (double &value : x) value = rng.normal();
    best = std::max(best, worth(x));
  }
  EXPECT_GE(worth(found), best);
  EXPECT_LT(worth(found), 1.02 * best);
  EXPECT_GT(worth(found), 1.05 * worth(first_axis(agreement, kClasses)));
  const numerics::SquareMatrix none(kClasses * kClasses);
  EXPECT_EQ(sparing_axis(agreement, none, kClasses, kSpared), first_axis(agreement, kClasses));
}

// Two large classes differ a little (r = .13, z of some 6) and 60 small ones lie anywhere. What the
// regression predicts of a small class is noise and spreads more than what it predicts of the large
// ones, so that a score of the direction of most spread tells nothing of either.
TEST(ScoreFit, FollowsTheClassesThatDifferAndNotTheSmallOnes) {
  const std::size_t n = 3000, width = 6, step = numerics::padded_floats(width);
  Rng rng(41);
  std::vector<float> rows(n * step);
  std::vector<std::int32_t> of(n);
  std::vector<std::uint8_t> folds(n);
  for (std::size_t i = 0; i < n; ++i) {
    of[i] = rng.uniform() < 0.3 ? 2 + static_cast<std::int32_t>(rng.below(60))
                                : static_cast<std::int32_t>(rng.below(2));
    for (std::size_t c = 0; c < width; ++c) {
      rows[i * step + c] = static_cast<float>(rng.normal() + (c == 0 && of[i] == 1 ? 0.27 : 0));
    }
    folds[i] = static_cast<std::uint8_t>(i % kScoreFolds);
  }
  const ScoreFit fit = fit_score({rows.data(), n, width, folds, of, 62}, rng);
  double both = 0, score = 0, large = 0, mean = 0;
  for (std::size_t i = 0; i < n; ++i) mean += static_cast<double>(fit.scores[i]) / n;
  for (std::size_t i = 0; i < n; ++i) {
    if (of[i] > 1) continue;
    const double s = static_cast<double>(fit.scores[i]) - mean, t = of[i] - 0.5;
    both += s * t;
    score += s * s;
    large += t * t;
  }
  EXPECT_GT(std::abs(both) / std::sqrt(score * large), 0.08);
}

// The logarithm of a column's variance among the rows that `take` accepts.
template <class Take>
double log_spread(const std::vector<float> &rows, std::size_t step, std::size_t column, Take take) {
  double n = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i * step < rows.size(); ++i) {
    if (!take(i)) continue;
    const auto value = static_cast<double>(rows[i * step + column]);
    n += 1;
    sum += value;
    squares += value * value;
  }
  return std::log((squares - sum * sum / n) / n);
}

// Column 1 is wider the higher the score, column 2 is twice as wide at both ends of it as in its
// middle. The first is taken out and the second stays. A logarithm of a variance of 2,000 rows has
// a standard error of .03, a difference of two .045; the knots' hats blur what is left.
TEST(ScoreStage, TakesOutWhatGoesAlongWithTheScoreAndLeavesItsEnds) {
  const std::size_t n = 4000, width = 3, step = numerics::padded_floats(width);
  Rng rng(43);
  std::vector<float> rows(n * step);
  std::vector<double> s(n);
  std::vector<std::int32_t> of(n);
  std::vector<std::uint8_t> folds(n);
  for (std::size_t i = 0; i < n; ++i) {
    s[i] = rng.normal();
    of[i] = rng.uniform() < 1 / (1 + std::exp(-2 * s[i])) ? 1 : 0;
    rows[i * step] = static_cast<float>(s[i]);
    rows[i * step + 1] = static_cast<float>(rng.normal() * std::exp(0.3 * s[i]));
    rows[i * step + 2] = static_cast<float>(rng.normal() * (std::abs(s[i]) > 0.67 ? 2 : 1));
    folds[i] = static_cast<std::uint8_t>(i % kScoreFolds);
  }
  const auto high = [&](std::size_t i) { return s[i] > 0; };
  const auto low = [&](std::size_t i) { return s[i] <= 0; };
  const auto ends = [&](std::size_t i) { return std::abs(s[i]) > 0.67; };
  const auto middle = [&](std::size_t i) { return std::abs(s[i]) <= 0.67; };
  const auto differs = [&](std::size_t column, auto one, auto other) {
    return log_spread(rows, step, column, one) - log_spread(rows, step, column, other);
  };
  const ScoreTask task{rows.data(), n, width, folds, of, 2};
  const Stage stage = fit_score_stage(task, fit_score(task, rng), 0);
  EXPECT_GT(differs(1, high, low), 0.8);
  const double before = differs(2, ends, middle);
  EXPECT_GT(before, 1.2);
  std::vector<float> other(score_scratch(width, n));
  run_score_stage(stage, width, folds.data(), n, rows.data(), other.data());
  EXPECT_NEAR(differs(1, high, low), 0, 0.2);
  EXPECT_GT(differs(2, ends, middle), 0.8 * before);
  // The means go: column 0 is where the score was.
  double with = 0, square = 0;
  for (std::size_t i = 0; i < n; ++i) {
    with += s[i] * static_cast<double>(rows[i * step]);
    square += s[i] * s[i];
  }
  EXPECT_LT(std::abs(with / square), 0.4);
}

// Hypothesis: labels are independent of rows. Each of 20 attributes, half of them of 2 and half of
// 6 classes, passes the test at .01 by chance; more than 3 have probability .001.
TEST(ScoreTransport, LeavesAloneWhatDoesNotDiffer) {
  int touched = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ErasureRows rows = support::erasure_rows(800, 6, {seed % 2 == 0 ? 2 : 6}, 30 + seed);
    Rng rng(100 + seed);
    rng.shuffle(rows.classes[0]);
    for (const EraseMethod method :
         {EraseMethod::score_transport, EraseMethod::optimal_transport}) {
      EraseOptions options;
      options.method = method;
      const ErasureMap map = fit(rows, options);
      std::vector<float> out(rows.data.size());
      map.apply_rows(rows.view(),
                     map.needs_labels() ? rows.labels() : std::vector<AttributeLabels>{},
                     {out.data(), rows.n, rows.d, rows.d, 0});
      EXPECT_EQ(map.attributes()[0].left_alone, out == rows.data);
      touched += method == EraseMethod::score_transport && !map.attributes()[0].left_alone ? 1 : 0;
    }
  }
  EXPECT_LE(touched, 3);
}

// Hypothesis: labels by chance. z is then about standard normal; the mean of 300 squares of it has
// a standard error of .08, so that 1.4 is exceeded once in 10^5 runs of that many. Taken for as
// many independent products as there are rows, which counts each pair of rows twice, it would be 2.
TEST(ScoreSeparation, IsStandardNormalWhereClassesDoNotDiffer) {
  ErasureRows rows = support::erasure_rows(500, 6, {2}, 61);
  Rng rng(62);
  double squares = 0;
  constexpr int kShuffles = 300;
  for (int i = 0; i < kShuffles; ++i) {
    rng.shuffle(rows.classes[0]);
    const double z = class_separation(rows.view(), rows.labels()[0], 1);
    squares += z * z / kShuffles;
  }
  EXPECT_GT(squares, 0.5);
  EXPECT_LT(squares, 1.4);
}

// A class that is read at .56 (a fifth of a standard deviation on one of eight axes): 2,048 rows do
// not tell, 12,000 do. z is then about .1 * root(6,000) = 7.7 at best, with a standard error of 1.
TEST(ScoreSeparation, LooksAtMoreRowsWhereFewDoNotTell) {
  constexpr std::size_t kRows = 12000, kWidth = 8, kFew = 2048;
  ErasureRows rows = support::erasure_rows(kRows, kWidth, {2}, 63);
  Rng rng(64);
  for (float &value : rows.data) value = static_cast<float>(rng.normal());
  for (std::size_t i = 0; i < kRows; ++i) {
    rows.classes[0][i] = static_cast<std::int32_t>(rng.below(2));
    rows.data[i * kWidth] += 0.2F * static_cast<float>(rows.classes[0][i]);
  }
  EXPECT_GT(class_separation(rows.view(), rows.labels()[0], 1), 3.7);
  Embeddings few = rows.view();
  few.rows = kFew;
  AttributeLabels of = rows.labels()[0];
  of.of_row = std::span(rows.classes[0]).first(kFew);
  EXPECT_LT(class_separation(few, of, 1), kSurelyApart);
}

// It is one of two tests: what would suffice for one alone does not end the look at the rows.
TEST(ScoreSeparation, LooksAtMoreRowsWhereFewDoNotTellForTwoTests) {
  constexpr std::size_t kRows = 12000, kWidth = 8;
  std::size_t between = 0;
  for (std::uint64_t seed = 65; seed < 185; ++seed) {
    ErasureRows rows = support::erasure_rows(kRows, kWidth, {2}, 63);
    Rng rng(seed);
    for (std::size_t i = 0; i < kRows; ++i) {
      rows.classes[0][i] = static_cast<std::int32_t>(rng.below(2));
      for (std::size_t c = 0; c < kWidth; ++c) {
        rows.data[i * kWidth + c] = static_cast<float>(rng.normal()) +
                                    (c == 0 ? 0.25F * static_cast<float>(rows.classes[0][i]) : 0);
      }
    }
    const double z = class_separation(rows.view(), rows.labels()[0], 1);
    EXPECT_GE(z, kSurelyOneOfTwo) << seed;
    between += z < 4 ? 1 : 0;
  }
  EXPECT_GT(between, 2U);  // some end there
}

// Up to the folds, which are hashes of the rows' bits: z of 20 has a standard error of 1.
TEST(ScoreTransport, ScaleOfRowsDoesNotMatter) {
  ErasureRows rows = support::erasure_rows(1500, 6, {2}, 19);
  const double before = fit(rows, along_scores()).attributes()[0].separation;
  for (float &value : rows.data) value *= 1024;
  EXPECT_NEAR(before, fit(rows, along_scores()).attributes()[0].separation, 2);
}

TEST(OptimalTransport, RefusesSharedRowsUnlessUsersAreGiven) {
  const ErasureRows rows = support::shop_rows(3000, 8, 20, 0.5, 0, 23);
  EraseOptions options;
  for (const EraseMethod method :
       {EraseMethod::optimal_transport, EraseMethod::gaussian_transport}) {
    options.method = method;
    try {
      fit(rows, options);
      ADD_FAILURE();
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::data);
      EXPECT_NE(std::string(error.what()).find("shared"), std::string::npos) << error.what();
    }
  }
  options.method = EraseMethod::optimal_transport;
  options.cells = true;
  const ErasureMap map = fit(rows, options), back = ErasureMap::from_bytes(map.bytes());
  ASSERT_TRUE(back.needs_users());
  EXPECT_EQ(back.sharing().n_cells, 20U);
  EXPECT_NEAR(static_cast<double>(back.sharing().n_shared), 1500, 150);
  std::vector<float> one(rows.data.size()), two(rows.data.size());
  const DrawKey key{9};
  std::vector<std::uint64_t> users(rows.n);
  for (std::size_t i = 0; i < rows.n; ++i) users[i] = 7 * i;
  ApplyCounts counts;
  const MutableEmbeddings to{one.data(), rows.n, rows.d, rows.d, 0};
  EXPECT_THROW(map.apply_rows(rows.view(), rows.labels(), to), Error);
  map.apply_rows(rows.view(), rows.labels(), to, counts, {}, {&key, users});
  back.apply_rows(rows.view(), rows.labels(), {two.data(), rows.n, rows.d, rows.d, 0}, counts, {},
                  {&key, users});
  EXPECT_EQ(one, two);
  // A shared row becomes a row that was shared before.
  std::set<std::vector<float>> shared;
  std::map<std::vector<float>, int> times;
  for (std::size_t i = 0; i < rows.n; ++i) {
    ++times[{rows.data.begin() + static_cast<std::ptrdiff_t>(i * 8),
             rows.data.begin() + static_cast<std::ptrdiff_t>(i * 8 + 8)}];
  }
  // Few others are sent to a cell: as many as a class has too many of outside them.
  int sent_down = 0;
  std::vector<float> scratch(map.scratch_floats()), row(8);
  for (std::size_t i = 0; i < rows.n; ++i) {
    const std::vector<float> from(rows.data.begin() + static_cast<std::ptrdiff_t>(i * 8),
                                  rows.data.begin() + static_cast<std::ptrdiff_t>(i * 8 + 8));
    const std::vector<float> out(one.begin() + static_cast<std::ptrdiff_t>(i * 8),
                                 one.begin() + static_cast<std::ptrdiff_t>(i * 8 + 8));
    if (times[from] > 1) {
      EXPECT_GT(times[out], 1) << i;
    }
    sent_down += times[from] == 1 && times[out] > 1 ? 1 : 0;
    const std::int32_t label = rows.classes[0][i];
    ASSERT_TRUE(
        map.apply(from.data(), {&label, 1}, row.data(), scratch.data(), {&key, {&users[i], 1}}));
    if (times[from] > 1) {
      EXPECT_EQ(row, out);
    }
  }
  EXPECT_LT(sent_down, 150);
}

}  // namespace
}  // namespace recveil::defense
