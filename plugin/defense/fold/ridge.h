// Fold-in by weighted ridge regression: the row of a user against fixed item factors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/fold/carver.h"
#include "defense/fold/history.h"
#include "defense/fold/kernels.h"

namespace recveil::defense {

// Item factors and the loss they were trained with; include/recveil/fold.h has the formula.
struct FactorTable {
  const float *items = nullptr;  // n_items rows of d
  std::size_t stride = 0;        // floats from row to row
  std::size_t d = 0;
  double observed_weight = 1;
  double unobserved_weight = 0;
  double regularization = 1;
  double regularization_exponent = 0;
  double catalogue = 0;         // |I|
  const float *bias = nullptr;  // one an item; null: none
  bool bias_residual = false;   // fold in what the biases leave over
  bool ridge_by_count = false;  // lambda_u = regularization |H|^exponent
};

// Working memory of one fold-in.
struct RidgeScratch {
  RidgeScratch(Carver &carver, std::size_t d) noexcept;
  float *block;      // kBlockRows rows, padded
  float *system;     // padded x padded
  float *inverse;    // padded
  float *columns;    // 16 x padded
  float *x;          // padded: the row
  float *step;       // padded: its correction
  double *residual;  // padded
};

// const calls from any thread. Borrows the table's items.
class RidgeFold {
 public:
  // Takes Y'Y over the items with support, in double: O(items d^2).
  RidgeFold(const FactorTable &table, std::span<const std::uint32_t> support,
            const Kernels &kernels);

  // scratch.x = the row of a history; known: as known_items() gives it; empty: 0.
  // Cholesky in float, then refinement with residuals in double until a step is below 10^-3 of the
  // row, which leaves 10^-6: one step, but for condition numbers above 10^4. False where the system
  // is singular in single precision.
  bool solve(const KnownItems &known, const RidgeScratch &scratch) const noexcept;

  // Its parts, for callers that solve many. The system of a history, and its right side in x: false
  // where it is empty, and then x, 0, is the row. block, system, x, residual, step: as in
  // RidgeScratch.
  bool assemble(const KnownItems &known, float *block, float *system, float *x) const noexcept;
  // step = right side - system x, summed in double.
  void residual(const KnownItems &known, const float *x, float *block, double *residual,
                float *step) const noexcept;
  // x += step, of d numbers. True where it was the last: a step of refinement leaves an error of
  // about the square of its own length.
  static bool take_step(const float *step, std::size_t d, float *x) noexcept;
  static constexpr int kMaxRounds = 8;

  std::size_t d() const noexcept { return table_.d; }
  const Kernels &kernels() const noexcept { return kernels_; }
  const FactorTable &table() const noexcept { return table_; }
  std::size_t bytes() const noexcept {
    return (gram_.size() + unobserved_bias_.size()) * sizeof(double) +
           single_gram_.size() * sizeof(float);
  }

 private:
  // A known item in the sums: target y - extra y y' x.
  struct Term {
    double target, extra;
  };
  bool uniform(const KnownItems &known) const noexcept {
    return known.weights == nullptr && !table_.bias_residual;
  }
  Term term(const KnownItems &known, std::size_t at) const noexcept;
  double ridge(const KnownItems &known) const noexcept;
  void add_terms(const KnownItems &known, float *block, float *system, float *x) const noexcept;
  template <class Call>
  void for_blocks(std::span<const std::uint32_t> known, Call call) const noexcept;

  const FactorTable table_;
  const Kernels &kernels_;
  std::vector<double> gram_;             // w0 Y'Y, padded x padded
  std::vector<float> single_gram_;       // the same
  std::vector<double> unobserved_bias_;  // w0 Y'b, padded; with bias_residual
};

}  // namespace recveil::defense
