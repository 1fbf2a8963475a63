// The methods of attribute unlearning and what can be set about them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace recveil::defense {

// Those of maps are the numbers of recveil/erase.h.
enum class EraseMethod : std::uint8_t {
  // Maps: fitted once, then applied to any row (erasure_map.h).
  gaussian_transport = 1,  // each class onto the Bures-Wasserstein barycentre
  optimal_transport = 2,   // maps that follow axes, in whitened polar coordinates (ours)
  leace = 3,               // Belrose et al., NeurIPS'23: no label needed to apply
  score_transport = 4,     // along cross-fitted scores; no label needed to apply (ours)
  // Row optimizers: they move the rows they are given and leave no map (row_optimizer.h).
  attrcloak_df = 101,  // Wu et al., ICDE'25, data-free
  attrcloak_dd = 102,  // the same with the recommender's loss
  d2d = 103,           // Li et al., MM'23: maximum mean discrepancy to an anchor class
  u2u = 104,           // Li et al., MM'23: user-to-user distance
};

// "attrcloak_df" ... as in the report; null if there is no such method. method_of throws
// Error(argument) that lists the names.
const char *method_name(EraseMethod method) noexcept;
EraseMethod method_of(std::string_view name);
constexpr bool is_map(EraseMethod method) noexcept {
  return method >= EraseMethod::gaussian_transport && method <= EraseMethod::score_transport;
}

// fraction of the work done in [0, 1], and what is being done. Called on the calling thread; throws
// to cancel, after which nothing was written.
using Progress = std::function<void(double fraction, const char *what)>;

enum class Shrinkage : std::uint8_t { ledoit_wolf = 0, none = 1 };

struct EraseOptions {
  EraseMethod method = EraseMethod::score_transport;
  std::uint64_t seed = 1;
  // Covariances of classes towards the pooled one (maps) or towards a multiple of I (AttrCloak).
  Shrinkage shrinkage = Shrinkage::ledoit_wolf;
  // A class of fewer than this times d labelled rows is too small to certify: its mean moves
  // (James-Stein), with gaussian_transport by the pooled covariance; no sweeps, no fluctuation. 0:
  // every class is taken as it is.
  double min_class_rows = 8;

  // Maps. Natural fluctuation: a class is moved to where a random group of its size would lie, not
  // onto the barycentre: that all classes agree exactly would itself tell. Unset: on for
  // optimal_transport, off for gaussian_transport. leace has none.
  std::optional<bool> fluctuation;
  // optimal_transport alone.
  std::size_t sweeps = 5;  // one axis each; at most 200
  // score_transport: so many scores, at most 200. 0: kMostScores, fewer where one tells little.
  std::size_t score_sweeps = 0;
  bool recolour = true;  // onto the cohort's mean and covariance, the same for all classes

  // People who share a row (cells.h): they go among cells, drawn by user and key. Off: the caller
  // who applies the map has neither.
  bool cells = false;
  std::size_t n_code = 5;  // people, of whose row a cell is made

  // Row optimizers.
  std::size_t max_steps = 500;
  double learning_rate = 1e-3;  // Adam, in units of the rows' root mean variance
  double tolerance = 1e-4;      // stop where the loss changed by less, relatively, over 20 steps
  double alpha_floor = 0.1;     // attrcloak_df alone; attrcloak_dd has 0
};

// Throws Error(argument) "FIELD: what is wrong".
void check_options(const EraseOptions &options);

}  // namespace recveil::defense
