// What the host knows of a user, checked.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "abi/adopt.h"
#include "core/error.h"
#include "defense/fold/history.h"
#include "recveil/fold.h"

namespace recveil::abi {

// weights: n of them, or NULL.
inline void check_weights(const float *weights, std::size_t n, const char *name) {
  if (weights == nullptr) return;
  check_array(weights, n, name);
  for (std::size_t i = 0; i < n; ++i) {
    if (weights[i] > 0 && std::isfinite(weights[i])) continue;
    throw Error(Status::argument,
                std::string(name) + ": number " + std::to_string(i) + " is not above 0");
  }
}

inline defense::History adopt_history(const recveil_history *history) {
  require(history != nullptr, "history: is NULL");
  require(history->n_items < UINT32_MAX && history->n_exclude < UINT32_MAX - history->n_items,
          "history.n_items: with n_exclude at most 2^32 - 2");
  check_array(history->items, history->n_items, "history.items");
  check_weights(history->weights, history->n_items, "history.weights");
  check_array(history->exclude, history->n_exclude, "history.exclude");
  return {{history->items, history->n_items}, history->weights};
}

// A host that ignores the status shows nothing.
inline void nothing(std::size_t *count) noexcept {
  if (count != nullptr && reinterpret_cast<std::uintptr_t>(count) % alignof(std::size_t) == 0) {
    *count = 0;
  }
}

}  // namespace recveil::abi
