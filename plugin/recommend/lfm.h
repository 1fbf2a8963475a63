// The latent factor model of Zhang et al. (CCS'21): user and item vectors by stochastic gradient
// descent on observed pairs and sampled ones that nobody observed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/interactions.h"
#include "recommend/factor_model.h"
#include "recommend/fold_model.h"

namespace recveil::recommend {

// How the vectors are drawn.
enum class LfmStart : std::uint8_t {
  small,      // users and items normal, standard deviation .1
  published,  // users uniform in [0, 1), items standard normal, as the paper has it
  unit,  // both uniform in [0, 1) / sqrt(d), as DL-MIA (KDD'22) makes the attacker's item vectors
};

// The defaults are ours: with them the model beats popularity and item-based filtering on MovieLens
// 1M. With those of the paper it is far below popularity.
struct LfmOptions {
  std::size_t d = 100;  // factors, at least 1
  LfmStart start = LfmStart::small;
  double learning_rate = 0.05;   // above 0
  double decay = 1;              // the rate is multiplied by it after each epoch; in (0, 1]
  double regularization = 0.03;  // above 0
  unsigned negatives = 4;        // drawn anew for each observed pair of each epoch, at least 1
  unsigned epochs = 50;          // 0: the vectors stay as they were drawn
  bool shuffled = true;          // the observed pairs in a new order each epoch, else as they stand
  std::uint64_t seed = 1;
};

// As the paper specifies it: published start, rate .01, regularization .01, one negative, 20 epochs
// in the order of the data.
LfmOptions published_lfm();
// As the authors' script runs: the same, and not one epoch. Its loop needs an error of 100 to go on
// and begins with one of 1.
LfmOptions released_lfm();
// As DL-MIA makes the item vectors of the attacker: unit start, rate .02 times .9 each epoch,
// regularization .01, one negative, 30 epochs.
LfmOptions vectors_lfm();

// One step on a pair with the target y (1: observed, 0: not): u and v go `rate` against the
// gradient of (y - u.v)^2 / 2 + reg (|u|^2 + |v|^2) / 2, both by the values before the step.
void lfm_step(std::span<float> u, std::span<float> v, float y, float rate, float reg);

// Steps on every observed pair, each followed by `negatives` pairs of the same user with items
// outside their history, uniform, drawn with replacement; a user who has the whole catalogue has
// none. One thread: a function of the interactions and the options, bit by bit. Rows of items that
// nobody has are the start's, moved by the draws.
//
// Folds in by lfm_loss() of the mean length of a history, so it can be published as any other model
// of factors (recveil_publish_folds).
//
// epochs * interactions * (1 + negatives) steps of 4 d multiplications: some seconds for the
// 154,000 interactions of a third of MovieLens 1M. Throws Error(argument) for options out of range.
std::unique_ptr<FactorModel> train_lfm(const Interactions &training, const LfmOptions &options);

// The ridge regression (recommend/row_solver.h) whose minimum is where the expected steps on a
// user's row cancel, for a history of `length` items: w1 = 1, nu = 1 and
// w0 = negatives length / (n_items - length), at most 1.
SquaredLoss lfm_loss(const LfmOptions &options, std::uint32_t n_items, double length);

// The model that serves one fold, trained on everybody outside it: without_folds(). length: of
// lfm_loss(). All folds must have the same, so it cannot follow from the members of one, and one
// that follows from everybody tells a little about each: take a round number.
FoldModel train_lfm_fold(const Interactions &members, const LfmOptions &options, double length);

}  // namespace recveil::recommend
