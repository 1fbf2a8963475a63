// Fold-in as a user is served: on the model of their fold, with their standing erasure. A row or a
// list leaves the library only through here, so the rule is here alone: of a user who has a
// standing erasure, never the raw row, and never a list that was ranked by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "defense/fold/batch.h"
#include "defense/fold/rank.h"
#include "hooks/serve/serve_hook.h"

namespace recveil::hooks {

class FoldServing {
 public:
  // Throws Error(state) where that version (0: the newest) is not kept. The session outlives it.
  FoldServing(const ServeHook::Session &session, std::uint64_t version);

  const FoldSet &set() const noexcept { return set_; }
  // Throws Error(argument) where there is no such fold.
  const defense::FoldModel &model(std::uint32_t fold) const;
  // Throws Error(argument) where the models have no rows of d.
  void need_rows(std::size_t d) const;

  // All below throw Error(state) where the user has a standing erasure and no maps of this version
  // were published, and Error(data) where there is no row to give.

  // row: d floats. scratch: model.fold_in_bytes().
  void fold_in(std::uint64_t user, std::uint32_t fold, const defense::History &history, float *row,
               void *scratch) const;

  // users: whose erasures are applied; empty: nobody's. rows: d floats a user; all 0 where it
  // throws. scratch: fold_in_batch_bytes().
  void fold_in_batch(std::span<const std::uint64_t> users, const defense::FoldBatch &batch,
                     float *rows, void *scratch) const;

  struct Ranked {
    defense::RankedList list;  // in scratch
    std::size_t n_dropped = 0;
  };
  Ranked rank(std::uint64_t user, std::uint32_t fold, const defense::History &history,
              std::span<const std::uint32_t> exclude, std::size_t k, void *scratch) const;
  static std::size_t rank_bytes(const defense::FoldModel &model, std::size_t n_history,
                                std::size_t k) noexcept;

  // The second half of rank(), for rows that were solved elsewhere: erases profile.row, then ranks.
  defense::RankedList rank_erased(const std::optional<StandingErasure> &erasure,
                                  const defense::FoldModel &model, const defense::Profile &profile,
                                  const defense::RankWork &work) const;
  std::optional<StandingErasure> erasure(std::uint64_t user, std::uint32_t fold) const {
    return session_.erasure(user, set_.version, fold);
  }

 private:
  const ServeHook::Session &session_;
  const FoldSet &set_;
};

[[noreturn]] void refuse_singular();

}  // namespace recveil::hooks
