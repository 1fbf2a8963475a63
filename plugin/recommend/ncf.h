// Neural collaborative filtering (He et al., WWW'17, "NeuMF"): the third recommender that Zhang et
// al. (CCS'21) attack. A perceptron over the rows of a person and an item, next to the product of
// two other rows of theirs, read by one logistic output:
//   h = relu(relu(relu([p, q] W1 + b1) W2 + b2) W3 + b3), logit = [h, p' * q'] . w + b,
// with 32 numbers each in p and q, layers of 64, 32, 16 and 8, and 8 numbers in p' and q'. Trained
// on what people took and on random items that they did not, by logistic loss and Adam (Kingma and
// Ba, ICLR'15) as PyTorch has it: on dense gradients, where every row moves in every step. Each
// sample adds regularization / 2 (|person's row|^2 + |item's row|^2) to the loss, as in an LFM.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/interactions.h"
#include "core/matrix.h"
#include "recommend/folds.h"
#include "recommend/ncf_kernels.h"
#include "recommend/recommender.h"

namespace recveil::recommend {

constexpr std::size_t kNcfFactors = 40;  // of a row: 32 of the perceptron, then 8 of the product
// W1 (64 x 32, row by row; the first 32 rows are the person's), b1, W2 (32 x 16), b2, W3 (16 x 8),
// b3, w (8 of the perceptron, then 8 of the product), b.
constexpr std::size_t kNcfLayers = 64 * 32 + 32 + 32 * 16 + 16 + 16 * 8 + 8 + 16 + 1;

// All that training learns. An ordinary value.
struct NcfParameters {
  Matrix users, items;        // n_users x kNcfFactors, n_items x kNcfFactors
  std::vector<float> layers;  // kNcfLayers
};

// How a person is folded in: Adam from the mean trained row, on that row alone, in batches of 64.
struct NcfFoldIn {
  unsigned epochs = 20;
  unsigned negatives = 4;  // for each item of the history
  double learning_rate = .03;
  double regularization = .01;  // of the row, at least 0
};

struct NcfOptions {
  // Standard deviation of the normal draws with which rows start, at least 0. Zhang et al.'s code
  // has 1, which ends near plain popularity.
  double deviation = .01;
  unsigned epochs = 10;     // may be 0
  std::size_t batch = 256;  // samples a step, at least 1
  unsigned negatives = 4;   // for each interaction; may be 0
  // Draws them among the items that somebody has. In a sparse catalogue most items are nobody's,
  // and teach nothing but that they are. Zhang et al.'s code draws from the whole catalogue.
  bool known_negatives = true;
  double learning_rate = 1e-3;  // above 0
  double regularization = .01;  // of the rows, at least 0; 0 in Zhang et al.'s code
  std::uint64_t seed = 1;
  // Of train_ncf_folds(), at least 1: so many folds are trained at once; no result depends on it.
  // One model is trained on one thread: its steps, 50 us each, are too short to be shared.
  unsigned threads = 1;
  NcfFoldIn fold_in = {};
};

// A trained model. const calls from any thread.
//
// A score is the odds exp(logit) that the person takes the item, above 0; it is exactly 0 for items
// that nobody had in training. All functions throw Error(argument) for an item outside the
// catalogue and for an output of another size.
class NcfModel final : public Recommender {
 public:
  // known: one value an item, 0 for an item that nobody had. Throws Error(argument) for shapes that
  // do not fit.
  NcfModel(NcfParameters parameters, std::vector<std::uint8_t> known, const NcfFoldIn &fold_in);

  std::uint32_t n_items() const override { return static_cast<std::uint32_t>(known_.size()); }

  // By fold_in(). Its cost and score_row()'s.
  void score(std::span<const std::uint32_t> history, std::span<float> scores) const override;

  // By the trained row; `history` is not read. Throws Error(argument) for a row that was not
  // trained.
  void score_trained(std::size_t row, std::span<const std::uint32_t> history,
                     std::span<float> scores) const override;

  // row: kNcfFactors numbers. 660 multiplications an item.
  void score_row(std::span<const float> row, std::span<float> scores) const;

  // row (kNcfFactors numbers) = what gradient descent makes of the mean trained row for this
  // history with everything else fixed. Items that nobody had in training count for nothing.
  // Negatives are drawn by a constant seed from the others outside the history: the row is a
  // function of the model and of the history as a set, on any thread and next to any other fold-in.
  // Nothing in the history: the mean trained row. epochs (1 +
  // negatives) |history| 1,300 multiplications or so; .3 ms at 50 items with AVX-512.
  void fold_in(std::span<const std::uint32_t> history, std::span<float> row) const;

  const NcfParameters &parameters() const { return parameters_; }
  std::span<const float> mean_row() const { return mean_; }  // kNcfFactors

 private:
  void check_row(std::size_t size) const;
  NcfItems items() const { return {layers_.data(), halves_.data(), products_.data()}; }

  NcfParameters parameters_;
  std::vector<std::uint8_t> known_;
  std::vector<std::uint32_t> known_items_;
  NcfFoldIn fold_in_;
  std::vector<float> mean_;
  std::vector<float> layers_, transposed_, halves_, products_;  // as the kernels read them
};

// Trains from random rows and from layers as PyTorch's Linear starts them. Each epoch draws new
// negatives, uniformly from items that the person has not got, and a new order. Costs
// interactions (1 + negatives) 8,100 multiplications an epoch: all of ml-1m takes about two seconds
// on one thread with AVX-512. Holds 16 bytes a sample of an epoch and 580 bytes a row.
// progress: told the share that is done, on this thread, after every epoch at least; may be empty.
// Throws Error(argument) for options out of range.
std::unique_ptr<NcfModel> train_ncf(const Interactions &training, const NcfOptions &options,
                                    const std::function<void(double)> &progress = {});

// The same for each fold, on people outside it. Model f, to the bit, is a function of what people
// outside fold f did. The seed is the same for all.
std::vector<std::unique_ptr<NcfModel>> train_ncf_folds(
    const Interactions &members, const Folds &folds, const NcfOptions &options,
    const std::function<void(double)> &progress = {});

}  // namespace recveil::recommend
