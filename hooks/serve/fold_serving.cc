#include "hooks/serve/fold_serving.h"

#include <algorithm>
#include <string>

#include "core/error.h"

namespace recveil::hooks {
namespace {

const FoldSet &set_of(const ServeHook::Session &session, std::uint64_t version) {
  const FoldSet *set = session.folds(version);
  if (set != nullptr) return *set;
  throw Error(Status::state, session.folds(0) == nullptr
                                 ? "no folds have been published"
                                 : "model_version: no longer kept; route the request again");
}

// The rule: what a user's row becomes before anybody sees it.
void erase_row(const std::optional<StandingErasure> &erasure, float *row, std::size_t d) {
  if (erasure && !erasure->erase(row, d)) {
    throw Error(Status::data, "fold_in: the user's erased row is not finite; nothing is given");
  }
}

struct RankScratch {
  RankScratch(defense::Carver carver, const defense::FoldModel &model, std::size_t n_history,
              std::size_t k) noexcept
      : work(carver, model, n_history, k) {
    if (model.kind() == defense::FoldKind::factors) ridge.emplace(carver, model.d());
    bytes = carver.bytes();
  }
  defense::RankWork work;
  std::optional<defense::RidgeScratch> ridge;
  std::size_t bytes;
};

}  // namespace

void refuse_singular() {
  throw Error(Status::data,
              "fold_in: the system is not positive definite in single precision; regularization "
              "is too small for this history");
}

FoldServing::FoldServing(const ServeHook::Session &session, std::uint64_t version)
    : session_(session), set_(set_of(session, version)) {}

const defense::FoldModel &FoldServing::model(std::uint32_t fold) const {
  if (fold >= set_.models.size()) throw Error(Status::argument, "fold: there is no such fold");
  return set_.models[fold];
}

void FoldServing::need_rows(std::size_t d) const {
  const defense::FoldModel &any = set_.models.front();
  if (any.kind() != defense::FoldKind::factors) {
    throw Error(Status::argument,
                "fold_in: the models are ITEM_ITEM and have no rows; use recveil_fold_rank");
  }
  if (d != any.d()) throw Error(Status::argument, "d: is not that of the models");
}

void FoldServing::fold_in(std::uint64_t user, std::uint32_t fold, const defense::History &history,
                          float *row, void *scratch) const {
  const defense::FoldModel &on = model(fold);
  const auto standing = erasure(user, fold);
  float *folded = on.fold_in(history, scratch);
  if (folded == nullptr) refuse_singular();
  erase_row(standing, folded, on.d());
  std::copy_n(folded, on.d(), row);
}

void FoldServing::fold_in_batch(std::span<const std::uint64_t> users,
                                const defense::FoldBatch &batch, float *rows, void *scratch) const {
  const bool erasing = !users.empty() && session_.standing_erasures() > 0;
  const std::size_t n = batch.folds.size(), d = set_.models.front().d();
  // Before any row is written: a raw one would stay where an erased one was to be.
  for (std::size_t u = 0; erasing && u < n; ++u) (void)erasure(users[u], batch.folds[u]);
  try {
    if (!defense::fold_in_batch(batch, rows, scratch)) refuse_singular();
    for (std::size_t u = 0; erasing && u < n; ++u) {
      erase_row(erasure(users[u], batch.folds[u]), rows + u * d, d);
    }
  } catch (...) {
    std::fill_n(rows, n * d, 0.0f);
    throw;
  }
}

std::size_t FoldServing::rank_bytes(const defense::FoldModel &model, std::size_t n_history,
                                    std::size_t k) noexcept {
  return RankScratch(defense::Carver(nullptr), model, n_history, k).bytes;
}

FoldServing::Ranked FoldServing::rank(std::uint64_t user, std::uint32_t fold,
                                      const defense::History &history,
                                      std::span<const std::uint32_t> exclude, std::size_t k,
                                      void *scratch) const {
  const defense::FoldModel &on = model(fold);
  const RankScratch mine(defense::Carver(scratch), on, history.items.size() + exclude.size(), k);
  const auto standing = erasure(user, fold);
  defense::Profile profile = profile_of(on, history, exclude, mine.work);
  if (mine.ridge) {
    if (!on.ridge().solve(profile.known, *mine.ridge)) refuse_singular();
    profile.row = mine.ridge->x;
  }
  return {rank_erased(standing, on, profile, mine.work), profile.known.dropped};
}

defense::RankedList FoldServing::rank_erased(const std::optional<StandingErasure> &standing,
                                             const defense::FoldModel &model,
                                             const defense::Profile &profile,
                                             const defense::RankWork &work) const {
  const std::uint32_t floor = session_.policy().support_floor;
  if (!standing) return rank_row(model, profile, floor, work, defense::HidesNone());
  if (profile.row != nullptr) erase_row(standing, profile.row, model.d());
  const std::size_t n_history = profile.known.n_different();
  return rank_row(model, profile, floor, work,
                  [&](std::uint32_t item) { return standing->hides(item, n_history); });
}

}  // namespace recveil::hooks
