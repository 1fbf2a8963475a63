// A score of an attribute: what a flexible attacker can tell of the class from a row, in numbers
// that a map can follow. Linear terms, products, and random waves (a random-feature approximation
// of an RBF kernel), fitted by ridge regression; a person is scored by a model that did not learn
// from them nor from anybody with the same row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "defense/erase/embeddings.h"

namespace recveil::defense {

constexpr std::size_t kScoreFolds = 5;

// The fold of a row: a hash of its bits, so that the score is a function of the row alone.
std::uint8_t score_fold(const float *row, std::size_t d) noexcept;

// Where the numbers of a score lie in one array of floats.
struct ScoreLayout {
  std::size_t width = 0;   // D: of a row; rows are padded_floats(width) apart
  std::size_t axes = 0;    // r: leading principal axes whose products count
  std::size_t random = 0;  // waves
  std::size_t knots = 0;

  static ScoreLayout of(std::size_t width, std::size_t random);
  // 1, D principal axes, r (r + 1) / 2 products, the waves.
  std::size_t features() const { return 1 + width + axes * (axes + 1) / 2 + random; }
  std::size_t step() const;         // of rows
  std::size_t random_step() const;  // of a row of the waves' directions
  // The whitening (D rows of step() floats, then its offset), the directions (D rows) and phases of
  // the waves, the weights (features() a fold), the knots.
  std::size_t waves_at() const { return (width + 1) * step(); }
  std::size_t weights_at() const { return waves_at() + (width + 1) * random_step(); }
  std::size_t knots_at() const { return weights_at() + kScoreFolds * features(); }
  std::size_t size() const { return knots_at() + knots; }
  // Floats that features_of() needs besides.
  std::size_t scratch() const { return step() + random_step(); }
};

// out: features() floats. scratch: layout.scratch() floats. The score of a row is their product
// with the weights of its fold.
void features_of(const ScoreLayout &layout, const float *values, const float *row, float *scratch,
                 float *out) noexcept;

// The weights of every fold in the order in which scores_of() reads them, the products' as a
// matrix.
std::vector<float> weights_by_fold(const ScoreLayout &layout, const float *values);

// out[i] = the score of row i of n, which are padded_floats(width) apart. by_fold: of these values.
// The same bits for a row alone and among others. scratch: scores_scratch() floats. O(D^2 + D
// waves) a row; the features are not written down.
void scores_of(const ScoreLayout &layout, const float *values, const float *by_fold,
               const std::uint8_t *folds, const float *rows, std::size_t n, float *scratch,
               float *out) noexcept;
std::size_t scores_scratch(std::size_t width, std::size_t n) noexcept;

// cos(2 pi turns) to 2e-4, without a library call, so that loops of it become vectors.
float wave(float turns) noexcept;

struct ScoreTask {
  const float *rows;  // padded_floats(width) apart
  std::size_t n, width;
  std::span<const std::uint8_t> folds;   // of each row
  std::span<const std::int32_t> labels;  // kUnknown: a row without one
  std::int32_t classes;
  double least_rows = 8;  // of a class that counts, unless fewer than two have as many
  bool later = false;     // other scores have moved the rows: it is fitted less closely
  bool sparing = true;    // of several classes that predictions tell little of, see ScoreFit
};

struct ScoreFit {
  ScoreLayout layout;         // without knots
  std::vector<float> values;  // size(): the fitted score
  std::vector<float> scores;  // of each row, by the model of its fold
  // What the cross-fitted predictions tell of the class: one-vs-rest, the mean over the classes
  // that count.
  double auc = 0.5;
  // The correlation of predictions and classes along the direction in which predictions spread most
  // (chosen without a look at how well it predicts), times the root of half the rows that have a
  // label: standard normal where the classes do not differ.
  double z = 0;
};

// Of several classes the score is the one direction along which predictions and classes agree most;
// sparing, and where predictions tell less than kTellsLittle, the one along which they agree most
// for what taking it out moves. Rows of classes that do not count are nobody's; a class of fewer
// than 8 rows never counts. The penalty is the best of 30, 300 and 3,000 rows by how well it
// predicts the rows of the other folds; of a later score 100, with the products of the 24 leading
// axes alone. z = 0 and no values where fewer than two classes have rows
// in two folds. O(n features^2 + features^3), at most 30,000 rows are learnt from.
ScoreFit fit_score(const ScoreTask &task, Rng &rng);

// The z of a quicker score, of products of the 8 leading axes and without waves: do the classes
// surely differ? Of at most 2,048 rows of known class, and where these do not reach
// kSurelyOneOfTwo, of at most 30,000: an attribute that is read at .59 has a z of 2.5 to 3.1 on
// 2,048 rows, of 5.5 to 7.5 on 6,040.
double class_separation(const Embeddings &rows, const AttributeLabels &labels, std::uint64_t seed);

// One-sided .001 of a standard normal z: below it the classes may be alike. The best of
// three penalties is kept, so that it is passed somewhat more often; a map of noise makes .40 of
// .49.
constexpr double kSurelyApart = 3.09;
// One-sided .0005: what one of two tests has to reach for the two of them to reach kSurelyApart.
constexpr double kSurelyOneOfTwo = 3.2905;
// Where nobody says how many scores to follow: at most so many, and no second or later one whose
// predictions tell less than kWorthFollowing. After the first two a score costs .1 to .3 % of the
// ranking. What the last two of two classes take out is what networks still read; several classes
// are less easy to read after six, and what tells little is sparing.
constexpr std::size_t kMostScores = 8, kMostOfSeveral = 6, kMostSparing = 7;
constexpr double kWorthFollowing = 0.53;
// The AUC up to which a direction is chosen for what it costs, too. A direction that tells next to
// nothing costs as much of the ranking as one that tells much (docs/erasure_measured.md).
constexpr double kTellsLittle = 0.65;

}  // namespace recveil::defense
