// iALS with a weight per user that its interactions are multiplied with: what a trainer does with
// the weights of account screening instead of leaving accounts out.
#pragma once

#include <memory>
#include <span>

#include "core/interactions.h"
#include "recommend/factor_model.h"
#include "recommend/ials.h"

namespace recveil::recommend {

// Minimizes L of recommend/row_solver.h with what an interaction adds to it times the weight v_u of
// its user:
//   sum_u sum_{i in I_u} v_u [w1 (1 - x_u.y_i)^2 - w0 (x_u.y_i)^2] + sum_{u,i} w0 (x_u.y_i)^2 + ...
// and with sums of weights for |I_u| and |U_i|. A weight of 1 is train_ials(), bit by bit; with a
// weight of 0 and regularization_exponent 0 it is as if the user had done nothing. weights: one a
// user, in [0, 1]. One thread, whatever the options say. Costs and errors as train_ials()'s.
std::unique_ptr<FactorModel> train_weighted_ials(const Interactions &training,
                                                 std::span<const float> weights,
                                                 const IalsOptions &options);

}  // namespace recveil::recommend
