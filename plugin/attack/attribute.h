// Attribute inference: guessing a class (gender, age group) of people from what a recommender keeps
// or shows of them, by attackers who know the classes of others. None of these is ever used to
// choose what an erasure does. Multi-class; papers: Wu et al., ICDE'25 (MLP and XGBoost), Li et
// al., MM'23 (the same, settings below), Weinsberg et al., RecSys'12 (logistic regression on bags).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/interactions.h"
#include "core/matrix.h"

namespace recveil::attack {

// scores[i * classes + k]: the larger, the more person i looks to be of class k, comparable between
// the people of one call alone. The largest of a person's scores is the guess, with the classes
// made equally frequent, so that guesses are fit for the balanced accuracy. Two classes: the score
// of class 1 ranks people.
using ClassScores = std::vector<double>;

// Rows (of one meaning) and what is known of them. y: [0, classes), every class of the attack at
// least once, or it is never guessed.
template <class Rows>
struct Known {
  const Rows &rows;
  std::span<const std::int32_t> y;
  std::size_t classes;
};

// Learns on `known`, then scores `others`. Deterministic in seed.
template <class Rows>
struct AttributeAttack {
  std::string name;
  std::function<ClassScores(const Known<Rows> &known, const Rows &others, std::uint64_t seed)> run;
};
using RowAttack = AttributeAttack<Matrix>;         // embeddings, one row a person
using ListAttack = AttributeAttack<Interactions>;  // lists, best first, one a person

// From embeddings. Columns are standardized on `known`. One thread; a class of logistic, trees and
// svm is told from a sample of the others (at most 3 of them for each of its own, and 600). Seconds
// for 4,800 known and 1,200 others of 32 columns and 2 / 21 classes, one core with AVX2:
//   logistic        ridge 1, Newton, one class against the rest                0.05 / 0.3
//   mlp_100         100 ReLU, 30 epochs of Adam at 2e-3                        0.2 / 0.2
//   mlp_256_128     256 and 128 ReLU, 20 epochs of Adam at 1e-3                0.8 / 0.8
//   boosted_trees   numerics/boosted_trees.h: 100 of depth 4, shrinkage .1     0.2 / 1
//   rbf_svm         numerics/svc.h: C 1, gamma 1 / d, balanced, 3,000 rows     0.3 / 1
//   knn_10, knn_100 share of the nearest, by its share of all                  0.1 / 0.1
//   row_lookup      class frequencies of the people with an equal row, of the
//                   ten nearest where there are none                           0.1 / 0.1
//   neighbour_trees boosted_trees on the row, its length, how many have it, and
//                   its distances to the 1st, 5th and 10th neighbour           0.4 / 1.2
// and, where `xgboost` is true and its library can be loaded (attack/xgboost_library.h):
//   xgboost         100 trees of depth 4, eta .3, lambda 1, hist, one thread   0.3 / 2
std::vector<RowAttack> row_attribute_attacks(bool xgboost);

// From rows that hold two things of a person, such as a raw row and how the erasure moved it:
// logistic, mlp_100 and boosted_trees of above, and
//   joint_gaussian  a Gaussian of all columns a class: which of the maps leads from one half to the
//                   other                                                       0.1 / 0.2
std::vector<RowAttack> joined_row_attacks();

// From lists: the bag of their items.
//   list_logistic   ridge 10, one class against the rest                       0.3 / 2
//   list_mlp        mlp_100 on the lists' coordinates in the 32 leading
//                   singular vectors of the known ones, with their length      0.5 / 0.5
std::vector<ListAttack> list_attribute_attacks();

}  // namespace recveil::attack
