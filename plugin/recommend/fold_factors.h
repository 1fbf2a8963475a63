// Factor models for cross-fit serving: model k never saw a user of fold k. Ours.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interactions.h"
#include "recommend/fold_model.h"
#include "recommend/folds.h"
#include "recommend/ials.h"

namespace recveil::recommend {

struct FoldFactors {
  std::vector<FoldModel> models;  // of fold 0, 1, ...
  double sweeps = 0;              // work done, in sweeps over all interactions
};

// Every fold by itself: options.sweeps sweeps over the users outside it, F models of (F - 1) / F of
// the data, so sweeps = (F - 1) options.sweeps where the folds are equal.
//
// Item factors start as normal draws of standard deviation 0.1 / sqrt(d), in order of item, seeded
// by (seed, folds left out) and by nothing else; 0 for items that no member holds. A sweep solves
// every user against the items, then every item against the users. The factors of users are thrown
// away: everybody is folded in. So a model is a function of the histories outside its fold and of
// n_items, bit by bit: users of the fold may join, change and leave. With
// loss.regularization_exponent 0 items that no member holds do not matter either, else their number
// does: take the catalogue from the shop, not from the training data.
//
// A regularization with exponent 0 belongs to an amount of data. That of ALS is in units of a
// singular value, which grows with the root of the users: pass sqrt((F - 1) / F) of what the full
// model has. On MovieLens 1M (F = 5, 700 members) NDCG@10 then is .98 of one model's, else .93.
//
// Throws Error(argument) for options or folds out of range, Error(data) as train_ials(). `threads`
// does not change the result. ALS: as_ials() (recommend/als.h).
FoldFactors train_folds(const Interactions &training, const Folds &folds,
                        const IalsOptions &options);

// The same by a tree of folds. A node has a range of folds that it never saw; the root's two halves
// are trained in full (options.sweeps), each on about half of the data; a node below starts from
// the items of its parent, which never saw the same folds and more, and runs warm_sweeps (at least
// 1). The leaves are the models. Every ancestor of leaf k leaves fold k out: exclusion is as exact
// as from scratch. For F a power of two and equal folds sweeps = T + s sum_{l >= 2} (2^l - 1), T =
// options.sweeps, s = warm_sweeps: T + 3 s for F = 4, T + 10 s for F = 8.
FoldFactors train_fold_tree(const Interactions &training, const Folds &folds,
                            const IalsOptions &options, unsigned warm_sweeps);

// One model of either, the same bit by bit, without the work for the others; sweeps counts what was
// done. warm_sweeps 0: from scratch. models has one element.
FoldFactors train_one_fold(const Interactions &training, const Folds &folds, std::uint32_t fold,
                           const IalsOptions &options, unsigned warm_sweeps);

// Daily retraining: `sweeps` sweeps over today's members from yesterday's item factors; items that
// are new start at 0. Exclusion stays exact only if `yesterday` is the model of the same fold, all
// its ancestors were, and the key of the folds never changed. What past members left in the factors
// fades and does not end: after an erasure train from scratch. members: without_folds() of today.
// options.sweeps and .seed are not used. Throws Error(argument) where yesterday's model has no
// factors, another d, or more items than today.
FoldModel warm_start(const FoldModel &yesterday, const Interactions &members,
                     const IalsOptions &options, unsigned sweeps);

}  // namespace recveil::recommend
