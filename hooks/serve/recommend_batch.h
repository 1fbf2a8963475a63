// Recommendations for many users, who are folded in kGroup at a time.
#pragma once

#include <cstddef>

#include "defense/fold/model.h"

namespace recveil::hooks {

// Bytes of scratch of a batch on such a model, for histories and exclusions of n_history together.
std::size_t recommend_batch_bytes(const defense::FoldModel &model, std::size_t n_history,
                                  std::size_t k) noexcept;

}  // namespace recveil::hooks
