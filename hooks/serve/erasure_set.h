// The standing erasures of a model version: the users, and how their rows and lists are changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "defense/erase/decoys.h"
#include "defense/erase/erasure_map.h"
#include "hooks/serve/erased_users.h"

namespace recveil::hooks {

// Fold-in keeps a map's scratch on its stack: at most so many floats.
constexpr std::size_t kMapScratch = 8192;

struct ErasureSet {
  std::uint64_t version = 0;                                     // of the folds
  std::vector<std::shared_ptr<const defense::ErasureMap>> maps;  // one a fold, or none
  std::shared_ptr<const defense::DecoyTable> decoys;             // or null
  std::size_t decoys_attribute = 0;
  std::shared_ptr<const ErasedUsers> users;
};

// A user's erasure on the model of one fold, while the session lives that gave it.
struct StandingErasure {
  std::span<const std::int32_t> classes;        // one an attribute, kUnknown where not known
  const defense::ErasureMap *map = nullptr;     // null: rows are left as they are
  const defense::DecoyTable *decoys = nullptr;  // null: nothing is hidden
  const defense::DecoyKey *key = nullptr;
  const defense::DrawKey *cell_key = nullptr;  // set where there is a map
  std::uint64_t user = 0;
  std::int32_t decoys_class = 0;

  // Maps a row in place; a row of zeros, of which nothing is known, stays, unless it is a cell of
  // the map: how often a class has no history tells the class. False, and nothing written, where
  // the result is not finite. No allocation.
  bool erase(float *row, std::size_t d) const noexcept {
    if (map == nullptr) return true;
    const bool places = map->needs_users();
    if (!places && std::all_of(row, row + d, [](float x) { return x == 0; })) return true;
    float scratch[kMapScratch];
    defense::RowOwners owner;
    if (places) owner = {cell_key, {&user, 1}};
    return map->apply(row, classes, row, scratch, owner);
  }
  // Is this unseen item left out of the user's lists?
  bool hides(std::uint32_t item, std::size_t n_history) const noexcept {
    return decoys != nullptr && decoys->hides(*key, user, item, n_history, decoys_class);
  }
};

}  // namespace recveil::hooks
