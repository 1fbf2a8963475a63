// The methods that move a whole matrix of rows by gradient steps and leave no map: AttrCloak (Wu et
// al., ICDE'25), and D2D and U2U (Li et al., MM'23) as baselines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "defense/erase/embeddings.h"
#include "defense/erase/options.h"

namespace recveil::defense {

// Gradient of the recommender's training loss, summed over its interactions, in the rows: rows
// (rows x d, dense) as they are now, gradient (the same shape) to be overwritten. Returns the loss.
using RecommenderGradient =
    std::function<double(std::span<const float> rows, std::span<float> gradient)>;

struct OptimizeStep {
  double attribute_loss = 0;  // L_AU, MMD or U2U, before the step
  double retain_loss = 0;     // L_Reg or L_Rec, divided by N; 0 for d2d and u2u
  double alpha = 1;           // weight of the attribute's gradient
};

struct OptimizeReport {
  std::vector<OptimizeStep> steps;
  bool converged = false;             // else max_steps was reached
  double final_attribute_loss = 0;    // after the last step
  std::vector<std::uint64_t> pooled;  // one an attribute: classes below the minimum size (2 d)
};

// Moves `rows` in place. labels: one or several attributes; rows without any label stay as they are
// and count for no moment. write: empty (all labelled rows) or one flag a row: only rows flagged
// are moved, the others still count for the moments. recommender: for attrcloak_dd, and for it
// alone. Only the embedding columns are read and written. Throws Error(argument), also for a method
// that is a map, and for u2u and an attribute without exactly 2 classes; Error(data) where the loss
// or its gradient becomes not finite. On any throw, progress's included, the rows are as they were.
// Cost a step, N labelled rows: AttrCloak 3 N d^2 flops an attribute and K d^3; u2u O(N d); d2d
// O(n_0 (n_0 + .. n_K) d).
OptimizeReport optimize_rows(const MutableEmbeddings &rows, std::span<const AttributeLabels> labels,
                             const EraseOptions &options, std::span<const std::uint8_t> write = {},
                             const RecommenderGradient &recommender = {},
                             const Progress &progress = {});

}  // namespace recveil::defense
