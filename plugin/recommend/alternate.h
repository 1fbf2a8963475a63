// What trainings by alternating least squares share: one half of a sweep.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/interactions.h"
#include "recommend/row_solver.h"

namespace recveil::recommend {

// Throws Error(argument), beginning with `who`, unless d, sweeps and threads are at least 1 and the
// loss has a minimum (see SquaredLoss).
void check_alternation(std::string_view who, std::size_t d, const SquaredLoss &loss,
                       unsigned sweeps, unsigned threads);

// Every row of `out` becomes the least squares solution of its row of `rows` against `fixed`. out:
// rows.n_users() x d; fixed: rows.n_items x d. The result does not depend on `threads`. Costs and
// Error(data) as RowSolver's.
void half_step(const Matrix &fixed, const Interactions &rows, const SquaredLoss &loss,
               unsigned threads, Matrix &out);

}  // namespace recveil::recommend
