// Factorization of ratings by alternating ridge regressions in double precision: of the whole
// matrix, where a missing rating is a 0 that was observed, or of the given ratings alone. The
// recommenders of Hidano et al. (PETS'20), whose text allows both readings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/interactions.h"
#include "recommend/recommender.h"

namespace recveil::recommend {

enum class Zeros : std::uint8_t {
  observed,  // every entry counts the same: "dense"
  missing,   // the entries of `training` count alone: "observed only"
};

struct RatedAlsOptions {
  std::size_t d = 30;           // factors, at least 1
  double regularization = .01;  // lambda, above 0, the same for every row
  Zeros zeros = Zeros::observed;
  unsigned sweeps = 20;  // at least 1
  std::uint64_t seed = 1;
};

// A trained model. const calls from any thread.
class RatedModel final : public Recommender {
 public:
  // Minimizes sum (M_ui - p_u.q_i)^2 + lambda (|P|^2 + |Q|^2) over all u, i or over those of
  // `training`. ratings: parallel to training.items, finite; empty: all 1. Items start as uniform
  // draws in [0, 1) / sqrt(d). A sweep solves every user against the items, then every item against
  // the users, each exactly, so the objective never rises but for rounding; users are solved once
  // more at the end, so a trained row is the fold-in of its history. Rows of people and items
  // without an entry are 0. Throws Error(argument) for options out of range or ratings that do not
  // fit. A sweep costs interactions d + (users + items) d^2 multiplications with Zeros::observed,
  // else interactions d^2 + (users + items) d^3 / 3.
  RatedModel(const Interactions &training, std::span<const float> ratings,
             const RatedAlsOptions &options);

  std::uint32_t n_items() const override;
  void score(std::span<const std::uint32_t> history, std::span<float> scores) const override;
  void score_trained(std::size_t row, std::span<const std::uint32_t> history,
                     std::span<float> scores) const override;
  // As score(), for a history with ratings, parallel to it; empty: all 1.
  void score_rated(std::span<const std::uint32_t> history, std::span<const float> ratings,
                   std::span<float> scores) const;

  std::span<const double> users() const { return users_; }  // n_users x d, row by row
  std::span<const double> items() const { return items_; }  // n_items x d, row by row

 private:
  void score_by(std::span<const double> user, std::span<float> scores) const;

  RatedAlsOptions options_;
  std::vector<double> users_, items_;
};

}  // namespace recveil::recommend
