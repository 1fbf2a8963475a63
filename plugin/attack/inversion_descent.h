// Algorithm 2 of Hidano et al. (PETS'20): the ratings of the fakes by projected gradient descent on
// what the poisoned model makes of the decoys. The attacker knows the item factors V, or an
// approximation, and nobody's ratings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "attack/inversion.h"
#include "core/interactions.h"

namespace recveil::attack {

// n_items x d, row by row.
struct ItemFactors {
  std::size_t d = 0;
  std::vector<double> values;
  std::size_t n_items() const { return d == 0 ? 0 : values.size() / d; }
};

// Of the paper where it gives them; steps and their length it does not give.
struct DescentOptions {
  double regularization = .01;    // lambda of the recommender under attack
  double mu = 0;                  // how much the other items must stay where they are: stealth
  double highest = 1;             // Lambda, the highest rating
  double rating_step = 1;         // ratings are multiples of it
  std::size_t profile_size = 15;  // b_max
  unsigned steps = 30;
  unsigned sweeps = 3;  // of ALS between two steps
  double step = .2;     // of Lambda, for the rating with the steepest gradient; falls with time
  std::uint64_t seed = 1;
};

// The exact projection of a row onto {b : 0 <= b_i <= highest, sum b <= total}: b_i = min(max(a_i -
// tau, 0), highest) with the least tau >= 0 that fits. Throws Error(argument) unless highest and
// total are above 0 and the row is finite. O(n log n).
void project(std::span<double> row, double highest, double total);

// Eq. 5: sum over x in X, y in Y of |v*_y - v_x|^2 + sum over X of |v*_x - v_x|^2 + mu sum over all
// items of |v*_j - v_j|^2; and its gradient by v*, n_items x d.
double inversion_objective(const ItemFactors &poisoned, const ItemFactors &original,
                           const InversionTargets &targets, double mu);
std::vector<double> inversion_slope(const ItemFactors &poisoned, const ItemFactors &original,
                                    const InversionTargets &targets, double mu);

// The attacker's simulation: d random people over all items, and the fakes.
class InversionSimulation {
 public:
  // Each of the `rows` rows of ratings stands for `copies` fakes. Rows that are equal stay equal,
  // so one row that stands for all fakes is the same as all of them.
  InversionSimulation(ItemFactors original, InversionTargets targets, std::size_t rows,
                      std::size_t copies, const DescentOptions &options);

  // M', rows x n_items; a rating of 0 is no rating.
  std::vector<double> &ratings() { return ratings_; }
  const ItemFactors &items() const { return items_; }

  // ALS on the random people and the fakes, from where it was.
  void fit();
  // v*_j with people and fakes fixed as of the last fit(), by the ratings as they are now, and with
  // the observed entries of the last fit().
  void solve_items();
  // Of Eq. 5 by M' with people and fakes fixed (dv_j / dM'_ij = A_j^-1 u'_i): rows x n_items.
  std::vector<double> gradient() const;
  double objective() const;

 private:
  std::vector<double> solve_by_item(const std::vector<double> &right) const;

  ItemFactors original_, items_;
  InversionTargets targets_;
  DescentOptions options_;
  std::size_t rows_, copies_;
  std::vector<double> random_;          // U~ V: d x n_items
  std::vector<double> ratings_;         // M'
  std::vector<std::uint8_t> rated_;     // of the last fit: rows x n_items
  std::vector<double> people_, fakes_;  // U*: d x d, U': rows x d
};

struct Descent {
  Accounts fakes;
  std::vector<double> objective;  // before each step
};

// The fakes that the descent ends with: the profile_size largest ratings of each row, rounded to
// rating_step, zeros left out. A fake without a rating is an empty row. rated: whether to write
// ratings. Throws Error(argument) for options or targets out of range.
// Cost: steps times sweeps times (n_items d^3 / 3) or so.
Descent descend(const ItemFactors &original, const InversionTargets &targets, std::size_t fakes,
                bool rated, const DescentOptions &options);

// What an attacker knows who does not know V: the factors of a model that they train on a share
// beta of the people, drawn at random, whose ratings are public. At least one person; 1: everybody.
// ratings: parallel to people.items; may be empty.
Accounts public_share(const Interactions &people, std::span<const float> ratings, double beta,
                      Rng &rng);

}  // namespace recveil::attack
