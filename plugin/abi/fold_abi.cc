#include "recveil/fold.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "core/error.h"
#include "defense/fold/batch.h"

namespace {

using namespace recveil;

// A number of rows, and the last of their offsets: what `items` holds.
std::size_t check_offsets(const std::size_t *offsets, std::size_t n, const std::string &name) {
  // n + 1 offsets, also where that is more than a number holds.
  abi::check_array(offsets, n < SIZE_MAX ? n + 1 : n, name.c_str());
  return offsets[n];
}

defense::LentModel lend_factors(const recveil_fold_model &in, defense::LentModel lent) {
  abi::require(in.d >= 1 && in.d <= defense::kMaxFactors, "d: must be from 1 to 512");
  const std::size_t stride = in.row_stride != 0 ? in.row_stride : in.d;
  abi::require(stride >= in.d, "row_stride: must be at least d");
  abi::require(in.n_items <= SIZE_MAX / stride, "n_items: more than memory can hold");
  abi::check_array(in.item_factors, in.n_items * stride, "item_factors");
  lent.factors = {.items = in.item_factors,
                  .stride = stride,
                  .d = in.d,
                  .observed_weight = in.observed_weight,
                  .unobserved_weight = in.unobserved_weight,
                  .regularization = in.regularization,
                  .regularization_exponent = in.regularization_exponent,
                  .catalogue = static_cast<double>(in.catalogue != 0 ? in.catalogue : in.n_items)};
  if (in.n_samples > 0) {
    abi::check_array(in.sample_items,
                     check_offsets(in.sample_offsets, in.n_samples, "sample_offsets"),
                     "sample_items");
    abi::require(in.n_samples <= SIZE_MAX / in.d, "n_samples: more than memory can hold");
    abi::check_array(in.sample_rows, in.n_samples * in.d, "sample_rows");
    lent.samples = {in.n_samples, in.sample_offsets, in.sample_items, in.sample_rows};
  }
  return lent;
}

defense::LentModel lend(const recveil_fold_model &in) {
  if (in.flags != 0) throw Error(Status::unsupported, "flags: must be 0");
  abi::require(in.kind == RECVEIL_FOLD_FACTORS || in.kind == RECVEIL_FOLD_ITEM_ITEM,
               "kind: not a RECVEIL_FOLD_*");
  static_assert(RECVEIL_FOLD_FACTORS == static_cast<int>(defense::FoldKind::factors));
  static_assert(RECVEIL_FOLD_ITEM_ITEM == static_cast<int>(defense::FoldKind::item_item));
  abi::require(in.n_items > 0 && in.n_items < UINT32_MAX, "n_items: must be from 1 to 2^32 - 2");
  abi::check_array(in.support, in.n_items, "support");
  defense::LentModel lent;
  lent.kind = static_cast<defense::FoldKind>(in.kind);
  lent.support = {in.support, in.n_items};
  if (lent.kind == defense::FoldKind::factors) return lend_factors(in, lent);
  const std::size_t n = check_offsets(in.weight_offsets, in.n_items, "weight_offsets");
  abi::check_array(in.weight_items, n, "weight_items");
  abi::check_array(in.weights, n, "weights");
  lent.weights = {in.weight_offsets, in.weight_items, in.weights};
  return lent;
}

// The models, told apart by the struct_size of the first.
std::vector<defense::FoldModel> adopt_models(const recveil_folds &in) {
  abi::require(in.models != nullptr, "folds.models: is NULL");
  const auto *bytes = reinterpret_cast<const unsigned char *>(in.models);
  const recveil_fold_model none = RECVEIL_FOLD_MODEL_INIT;
  std::vector<defense::FoldModel> models;
  models.reserve(in.n_folds);
  std::size_t stride = 0;
  for (std::uint32_t f = 0; f < in.n_folds; ++f) {
    const std::string name = "folds.models[" + std::to_string(f) + "]";
    const auto *given = reinterpret_cast<const recveil_fold_model *>(bytes + f * stride);
    abi::require(f == 0 || given->struct_size == stride,
                 "folds.models: struct_size must be the same in all");
    const recveil_fold_model model =
        abi::adopt(given, none, sizeof(recveil_fold_model), name.c_str());
    stride = model.struct_size;
    abi::require(stride % alignof(recveil_fold_model) == 0,
                 "folds.models: struct_size must be a multiple of 8");
    try {
      models.emplace_back(lend(model));
    } catch (const Error &error) {
      throw Error(error.status(), name + "." + error.what());
    }
    if (const char *field = models.front().difference(models.back())) {
      throw Error(Status::argument, name + "." + field + ": must be that of folds.models[0]");
    }
  }
  return models;
}

// What a decision or a batch asks for.
const hooks::FoldSet &set_of(const hooks::ServeHook::Session &session, std::uint64_t version) {
  const hooks::FoldSet *set = session.folds(version);
  if (set != nullptr) return *set;
  throw Error(Status::state, session.folds(0) == nullptr
                                 ? "no folds have been published"
                                 : "model_version: no longer kept; route the request again");
}

const defense::FoldModel &model_of(const hooks::FoldSet &set, std::uint32_t fold) {
  abi::require(fold < set.models.size(), "fold: there is no such fold");
  return set.models[fold];
}

recveil_decision adopt_decision(const recveil_decision *decision) {
  const recveil_decision none = RECVEIL_DECISION_INIT;
  const recveil_decision to = abi::adopt(decision, none, sizeof(recveil_decision), "decision");
  if (to.flags != 0) throw Error(Status::unsupported, "decision.flags: must be 0");
  abi::require(to.path == RECVEIL_PATH_FOLD, "decision.path: is not FOLD");
  return to;
}

void need_row(const defense::FoldModel &model, std::size_t d) {
  abi::require(model.kind() == defense::FoldKind::factors,
               "fold_in: the models are ITEM_ITEM and have no rows; use recveil_fold_rank");
  abi::require(d == model.d(), "d: is not that of the models");
}

void need_scratch(const void *scratch, std::size_t size, std::size_t needed) {
  abi::require(scratch != nullptr || size == 0, "scratch: is NULL");
  if (size < needed) {
    throw Error(Status::buffer, "scratch_size: is " + std::to_string(size) + ", needed are " +
                                    std::to_string(needed) + " bytes");
  }
}

[[noreturn]] void not_definite() {
  throw Error(Status::data,
              "fold_in: the system is not positive definite in single precision; regularization "
              "is too small for this history");
}

[[noreturn]] void not_erased() {
  throw Error(Status::data, "fold_in: the user's erased row is not finite; nothing is given");
}

// What a standing erasure does to a ranking, as FoldModel::rank() calls it.
struct ErasedRank {
  const hooks::StandingErasure erasure;
  std::size_t d;
  std::size_t n_history = 0;
  bool failed = false;

  static void map_row(const void *ctx, float *x) noexcept {
    auto *self = const_cast<ErasedRank *>(static_cast<const ErasedRank *>(ctx));
    self->failed = !self->erasure.erase(x, self->d);
  }
  static bool hides(const void *ctx, std::uint32_t item) noexcept {
    const auto *self = static_cast<const ErasedRank *>(ctx);
    return self->erasure.hides(item, self->n_history);
  }
  defense::RankEdit edit() {
    defense::RankEdit out;
    if (erasure.map != nullptr) out.map = {map_row, this};
    if (erasure.decoys != nullptr) out.hidden = {hides, this};
    out.n_history = &n_history;
    return out;
  }
};

// The most that `bytes_of` any model of a version that is kept asks for.
template <class BytesOf>
recveil_status scratch_size(recveil_engine *engine, std::size_t n_history, std::size_t *bytes,
                            BytesOf bytes_of) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_out(bytes, "bytes");
    abi::require(n_history < UINT32_MAX, "n_history: at most 2^32 - 2");
    const auto session = e.serve->session();
    const hooks::FoldSet &newest = set_of(session, 0);
    std::size_t most = bytes_of(newest.models.front());
    if (const hooks::FoldSet *older = session.older_folds()) {
      most = std::max(most, bytes_of(older->models.front()));
    }
    *bytes = most;
  });
}

}  // namespace

extern "C" {

recveil_status recveil_fold_of(recveil_engine *engine, recveil_user person,
                               uint16_t *fold) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_out(fold, "fold");
    *fold = static_cast<std::uint16_t>(e.serve->fold_of(person));
  });
}

recveil_status recveil_publish_folds(recveil_engine *engine, const recveil_folds *folds) noexcept {
  const recveil_folds none = RECVEIL_FOLDS_INIT;
  const recveil_status readable = abi::guard(
      [&] { abi::check_struct(folds, sizeof(recveil_folds), alignof(recveil_folds), "folds"); });
  // From here on the models are given back whatever happens.
  hooks::Release release(readable == RECVEIL_OK ? folds->release : nullptr,
                         readable == RECVEIL_OK ? folds->ctx : nullptr);
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    const recveil_folds in = abi::adopt(folds, none, sizeof(recveil_folds), "folds");
    if (in.flags != 0) throw Error(Status::unsupported, "folds.flags: must be 0");
    abi::require(in.reserved == 0, "folds.reserved: must be 0");
    abi::require(in.n_folds == e.serve->session().policy().folds,
                 "folds.n_folds: is not serving.folds");
    auto models = adopt_models(in);
    e.serve->publish_folds(std::make_shared<hooks::FoldSet>(
        hooks::FoldSet{std::move(release), in.version, 0, std::move(models)}));
  });
  if (engine != nullptr) engine->counters.fold_rotation(status == RECVEIL_OK);
  return status;
}

recveil_status recveil_fold_in_scratch_size(recveil_engine *engine, size_t n_history,
                                            size_t *bytes) noexcept {
  return scratch_size(engine, n_history, bytes, [n_history](const defense::FoldModel &model) {
    return model.fold_in_bytes(n_history);
  });
}

recveil_status recveil_fold_in_batch_scratch_size(recveil_engine *engine, size_t n_history,
                                                  size_t *bytes) noexcept {
  return scratch_size(engine, n_history, bytes, [n_history](const defense::FoldModel &model) {
    return fold_in_batch_bytes(model, n_history);
  });
}

recveil_status recveil_fold_rank_scratch_size(recveil_engine *engine, size_t n_history, size_t k,
                                              size_t *bytes) noexcept {
  return scratch_size(engine, n_history, bytes, [n_history, k](const defense::FoldModel &model) {
    return model.rank_bytes(n_history, k);
  });
}

recveil_status recveil_fold_in(recveil_engine *engine, const recveil_decision *decision,
                               const uint32_t *history, size_t n_history, float *row, size_t d,
                               void *scratch, size_t scratch_size) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(history, n_history, "history");
    const auto session = e.serve->session();
    const recveil_decision to = adopt_decision(decision);
    const defense::FoldModel &model = model_of(set_of(session, to.model_version), to.fold);
    need_row(model, d);
    abi::check_array(row, d, "row");
    need_scratch(scratch, scratch_size, model.fold_in_bytes(n_history));
    const auto erasure = session.erasure(to.user, to.model_version, to.fold);
    float *folded = model.fold_in({history, n_history}, scratch);
    if (folded == nullptr) not_definite();
    if (erasure && !erasure->erase(folded, d)) not_erased();
    std::copy_n(folded, d, row);
  });
}

recveil_status recveil_fold_in_batch(recveil_engine *engine, uint64_t model_version,
                                     const recveil_user *users, const uint16_t *folds,
                                     size_t n_users, const size_t *offsets, const uint32_t *items,
                                     float *rows, size_t d, void *scratch,
                                     size_t scratch_size) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    if (users != nullptr) abi::check_array(users, n_users, "users");
    abi::check_array(folds, n_users, "folds");
    abi::check_array(items, check_offsets(offsets, n_users, "offsets"), "items");
    const auto session = e.serve->session();
    const hooks::FoldSet &set = set_of(session, model_version);
    need_row(set.models.front(), d);
    abi::require(n_users <= SIZE_MAX / d, "n_users: more than memory can hold");
    abi::check_array(rows, n_users * d, "rows");
    const bool erasing = users != nullptr && session.standing_erasures() > 0;
    std::size_t longest = 0;
    for (std::size_t u = 0; u < n_users; ++u) {
      abi::require(offsets[u] <= offsets[u + 1], "offsets: must not fall");
      (void)model_of(set, folds[u]);
      // Before any row is written: no raw row is left where an erased one was to be.
      if (erasing) (void)session.erasure(users[u], set.version, folds[u]);
      longest = std::max(longest, offsets[u + 1] - offsets[u]);
    }
    need_scratch(scratch, scratch_size, fold_in_batch_bytes(set.models.front(), longest));
    const defense::FoldBatch batch{set.models, {folds, n_users}, offsets, items};
    if (!fold_in_batch(batch, rows, scratch)) not_definite();
    for (std::size_t u = 0; erasing && u < n_users; ++u) {
      const auto erasure = session.erasure(users[u], set.version, folds[u]);
      if (!erasure || erasure->erase(rows + u * d, d)) continue;
      std::fill_n(rows + u * d, (n_users - u) * d, 0.0f);  // no raw row of an erased user is left
      not_erased();
    }
  });
}

recveil_status recveil_fold_rank(recveil_engine *engine, const recveil_decision *decision,
                                 const uint32_t *history, size_t n_history, size_t k,
                                 uint32_t *items, float *scores, size_t *count, size_t *dropped,
                                 void *scratch, size_t scratch_size) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(history, n_history, "history");
    abi::check_array(items, k, "items");
    if (scores != nullptr) abi::check_array(scores, k, "scores");
    abi::check_out(count, "count");
    if (dropped != nullptr) abi::check_out(dropped, "dropped");
    const auto session = e.serve->session();
    const recveil_decision to = adopt_decision(decision);
    const defense::FoldModel &model = model_of(set_of(session, to.model_version), to.fold);
    need_scratch(scratch, scratch_size, model.rank_bytes(n_history, k));
    const auto erasure = session.erasure(to.user, to.model_version, to.fold);
    ErasedRank erased{erasure ? *erasure : hooks::StandingErasure(), model.d()};
    const defense::RankedList list =
        model.rank({history, n_history}, k, session.policy().support_floor, scratch,
                   erasure ? erased.edit() : defense::RankEdit());
    if (!list.solved) not_definite();
    if (erased.failed) not_erased();
    for (std::size_t place = 0; place < list.count; ++place) {
      items[place] = list.best[place].item;
      if (scores != nullptr) scores[place] = static_cast<float>(list.best[place].score);
    }
    *count = list.count;
    if (dropped != nullptr) *dropped = list.dropped;
  });
  if (status != RECVEIL_OK && count != nullptr &&
      reinterpret_cast<std::uintptr_t>(count) % alignof(size_t) == 0) {
    *count = 0;  // a host that ignores the status shows nothing
  }
  return status;
}

}  // extern "C"
