#include "recveil/fold.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "abi/history.h"
#include "abi/scratch.h"
#include "core/error.h"
#include "hooks/serve/fold_serving.h"
#include "hooks/serve/recommend.h"

namespace {

using namespace recveil;

defense::LentModel lend_factors(const recveil_fold_model &in, defense::LentModel lent) {
  abi::require(in.d >= 1 && in.d <= defense::kMaxFactors, "d: must be from 1 to 512");
  const std::size_t stride = in.row_stride != 0 ? in.row_stride : in.d;
  abi::require(stride >= in.d, "row_stride: must be at least d");
  abi::require(in.n_items <= SIZE_MAX / stride, "n_items: more than memory can hold");
  abi::check_array(in.item_factors, in.n_items * stride, "item_factors");
  lent.factors = {
      .items = in.item_factors,
      .stride = stride,
      .d = in.d,
      .observed_weight = in.observed_weight,
      .unobserved_weight = in.unobserved_weight,
      .regularization = in.regularization,
      .regularization_exponent = in.regularization_exponent,
      .catalogue = static_cast<double>(in.n_catalogue != 0 ? in.n_catalogue : in.n_items),
      .bias = in.item_bias,
      .bias_residual = (in.flags & RECVEIL_FOLD_BIAS_RESIDUAL) != 0,
      .ridge_by_count = (in.flags & RECVEIL_FOLD_RIDGE_BY_COUNT) != 0};
  abi::require(!lent.factors.bias_residual || in.item_bias != nullptr,
               "item_bias: is NULL, but flags ask for what the biases leave over");
  if (in.n_samples > 0) {
    const std::size_t n = abi::check_offsets(in.sample_offsets, in.n_samples, "sample_offsets");
    abi::check_array(in.sample_items, n, "sample_items");
    if (in.sample_weights != nullptr) abi::check_array(in.sample_weights, n, "sample_weights");
    abi::require(in.n_samples <= SIZE_MAX / in.d, "n_samples: more than memory can hold");
    abi::check_array(in.sample_rows, in.n_samples * in.d, "sample_rows");
    lent.samples = {in.n_samples, in.sample_offsets, in.sample_items, in.sample_weights,
                    in.sample_rows};
  }
  return lent;
}

defense::LentModel lend(const recveil_fold_model &in) {
  abi::require(in.kind == RECVEIL_FOLD_FACTORS || in.kind == RECVEIL_FOLD_ITEM_ITEM,
               "kind: not a RECVEIL_FOLD_*");
  static_assert(RECVEIL_FOLD_FACTORS == static_cast<int>(defense::FoldKind::factors));
  static_assert(RECVEIL_FOLD_ITEM_ITEM == static_cast<int>(defense::FoldKind::item_item));
  abi::require(in.n_items > 0 && in.n_items < UINT32_MAX, "n_items: must be from 1 to 2^32 - 2");
  abi::check_array(in.support, in.n_items, "support");
  defense::LentModel lent;
  lent.kind = static_cast<defense::FoldKind>(in.kind);
  lent.support = {in.support, in.n_items};
  if (in.item_bias != nullptr) abi::check_array(in.item_bias, in.n_items, "item_bias");
  if (lent.kind == defense::FoldKind::factors) return lend_factors(in, lent);
  abi::require(in.flags == 0, "flags: must be 0 for ITEM_ITEM");
  lent.factors.bias = in.item_bias;
  const std::size_t n = abi::check_offsets(in.weight_offsets, in.n_items, "weight_offsets");
  abi::check_array(in.weight_items, n, "weight_items");
  abi::check_array(in.weights, n, "weights");
  lent.weights = {in.weight_offsets, in.weight_items, in.weights};
  return lent;
}

// The models, told apart by the struct_size of the first, and their sketch where items are watched.
hooks::FoldSet adopt_models(const recveil_folds &in, std::span<const std::uint32_t> watched,
                            hooks::Release release) {
  abi::require(in.models != nullptr, "folds.models: is NULL");
  const auto *bytes = reinterpret_cast<const unsigned char *>(in.models);
  const recveil_fold_model none = RECVEIL_FOLD_MODEL_INIT;
  hooks::FoldSet out{std::move(release), in.model_version, 0, {}, {}};
  std::vector<defense::FoldModel> &models = out.models;
  models.reserve(in.n_folds);
  out.sketch.version = in.model_version;
  std::size_t stride = 0;
  for (std::uint32_t f = 0; f < in.n_folds; ++f) {
    const std::string name = "folds.models[" + std::to_string(f) + "]";
    const auto *given = reinterpret_cast<const recveil_fold_model *>(bytes + f * stride);
    abi::require(f == 0 || given->struct_size == stride,
                 "folds.models: struct_size must be the same in all");
    const recveil_fold_model model =
        abi::adopt(given, none, sizeof(recveil_fold_model), name.c_str());
    stride = model.struct_size;
    abi::check_flags(model.flags, RECVEIL_FOLD_BIAS_RESIDUAL | RECVEIL_FOLD_RIDGE_BY_COUNT,
                     name.c_str());
    abi::require(stride % alignof(recveil_fold_model) == 0,
                 "folds.models: struct_size must be a multiple of 8");
    try {
      const defense::LentModel lent = lend(model);
      if (f == 0 && !watched.empty()) {
        out.sketch.kind = lent.kind;
        out.sketch.items = defense::sketched_items(lent.support, watched, lent.factors.d);
      }
      models.emplace_back(lent, out.sketch.items);
    } catch (const Error &error) {
      throw Error(error.status(), name + "." + error.what());
    }
    if (const char *field = models.front().difference(models.back())) {
      throw Error(Status::argument, name + "." + field + ": must be that of folds.models[0]");
    }
    if (!watched.empty()) out.sketch.folds.push_back(models.back().take_sketch());
  }
  return out;
}

recveil_decision adopt_decision(const recveil_decision *decision) {
  const recveil_decision none = RECVEIL_DECISION_INIT;
  const recveil_decision to = abi::adopt(decision, none, sizeof(recveil_decision), "decision");
  abi::check_flags(to.flags, 0, "decision");
  return to;
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
    abi::check_flags(in.flags, RECVEIL_FOLDS_ACCEPT_CHANGES, "folds");
    abi::require(in.reserved == 0, "folds.reserved: must be 0");
    e.serve->check_fold_count(in.n_folds);
    const std::vector<std::uint32_t> watched = e.serve->session().policy().watch_items.items;
    e.serve->publish_folds(
        std::make_shared<hooks::FoldSet>(adopt_models(in, watched, std::move(release))),
        (in.flags & RECVEIL_FOLDS_ACCEPT_CHANGES) != 0);
  });
  if (engine != nullptr) engine->counters.fold_rotation(status == RECVEIL_OK);
  return status;
}

recveil_status recveil_folds_of(recveil_engine *engine, const recveil_user *persons,
                                size_t n_persons, uint16_t *folds) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(persons, n_persons, "persons");
    abi::check_array(folds, n_persons, "folds");
    for (std::size_t i = 0; i < n_persons; ++i) {
      folds[i] = static_cast<std::uint16_t>(e.serve->fold_of(persons[i]));
    }
  });
}

recveil_status recveil_fold_scratch_size(recveil_engine *engine, size_t n_users, size_t n_history,
                                         size_t k, size_t *bytes) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_out(bytes, "bytes");
    abi::require(n_history < UINT32_MAX, "n_history: at most 2^32 - 2");
    *bytes = hooks::scratch_bytes(e.serve->session(), n_users, n_history, k);
  });
}

recveil_status recveil_fold_in(recveil_engine *engine, const recveil_decision *decision,
                               const recveil_history *history, float *row, size_t d, void *scratch,
                               size_t scratch_size) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const defense::History known = abi::adopt_history(history);
    const recveil_decision to = adopt_decision(decision);
    abi::require(to.path == RECVEIL_PATH_FOLD, "decision.path: is not FOLD");
    const auto session = e.serve->session();
    const hooks::FoldServing serving(session, to.model_version);
    const defense::FoldModel &model = serving.model(to.fold);
    serving.need_rows(d);
    abi::check_array(row, d, "row");
    const abi::Scratch work(scratch, scratch_size, model.fold_in_bytes(known.items.size()));
    serving.fold_in(to.user, to.fold, known, row, work.get());
  });
}

recveil_status recveil_fold_in_batch(recveil_engine *engine, uint64_t model_version,
                                     const recveil_user *users, const uint16_t *folds,
                                     size_t n_users, const size_t *offsets, const uint32_t *items,
                                     const float *weights, float *rows, size_t d, void *scratch,
                                     size_t scratch_size) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    if (users != nullptr) abi::check_array(users, n_users, "users");
    abi::check_array(folds, n_users, "folds");
    const std::size_t n = abi::check_offsets(offsets, n_users, "offsets");
    abi::check_array(items, n, "items");
    abi::check_weights(weights, n, "weights");
    const auto session = e.serve->session();
    const hooks::FoldServing serving(session, model_version);
    serving.need_rows(d);
    abi::require(n_users <= SIZE_MAX / d, "n_users: more than memory can hold");
    abi::check_array(rows, n_users * d, "rows");
    std::size_t longest = 0;
    for (std::size_t u = 0; u < n_users; ++u) {
      (void)serving.model(folds[u]);
      longest = std::max(longest, offsets[u + 1] - offsets[u]);
    }
    const auto &models = serving.set().models;
    const abi::Scratch work(scratch, scratch_size, fold_in_batch_bytes(models.front(), longest));
    serving.fold_in_batch({users, users != nullptr ? n_users : 0},
                          {models, {folds, n_users}, offsets, items, weights}, rows, work.get());
  });
}

recveil_status recveil_fold_rank(recveil_engine *engine, const recveil_decision *decision,
                                 const recveil_history *history, size_t k, uint32_t *items,
                                 float *scores, size_t *n_ranked, size_t *n_dropped, void *scratch,
                                 size_t scratch_size) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    const defense::History known = abi::adopt_history(history);
    const std::span<const std::uint32_t> exclude(history->exclude, history->n_exclude);
    abi::check_array(items, k, "items");
    if (scores != nullptr) abi::check_array(scores, k, "scores");
    abi::check_out(n_ranked, "n_ranked");
    if (n_dropped != nullptr) abi::check_out(n_dropped, "n_dropped");
    const recveil_decision to = adopt_decision(decision);
    abi::require(to.path >= RECVEIL_PATH_REFUSE && to.path <= RECVEIL_PATH_FOLD,
                 "decision.path: is not set; route the request first");
    hooks::FoldServing::Ranked ranked;
    const auto session = e.serve->session();
    std::optional<abi::Scratch> work;
    if (to.path == RECVEIL_PATH_FOLD) {
      const hooks::FoldServing serving(session, to.model_version);
      work.emplace(
          scratch, scratch_size,
          serving.rank_bytes(serving.model(to.fold), known.items.size() + exclude.size(), k));
      ranked = serving.rank(to.user, to.fold, known, exclude, k, work->get());
    }
    for (std::size_t place = 0; place < ranked.list.count; ++place) {
      items[place] = ranked.list.best[place].item;
      if (scores != nullptr) scores[place] = static_cast<float>(ranked.list.best[place].score);
    }
    *n_ranked = ranked.list.count;
    if (n_dropped != nullptr) *n_dropped = ranked.n_dropped;
  });
  if (status != RECVEIL_OK) abi::nothing(n_ranked);
  return status;
}

}  // extern "C"
