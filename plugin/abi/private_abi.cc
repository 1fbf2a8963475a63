#include "recveil/private.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abi/adopt.h"
#include "abi/callbacks.h"
#include "abi/engine.h"
#include "core/error.h"
#include "defense/private/accountant.h"
#include "defense/private/block.h"
#include "defense/private/model.h"

namespace {

using namespace recveil;
using defense::StatisticsBlock;

// A model and the arrays that are served of it. It lives as long as a handle or an engine has it.
struct Held {
  explicit Held(defense::ItemModel given) : model(std::move(given)), served(model) {
    fold.n_items = model.n_items;
    fold.support = served.support.data();
    if (model.factors.cols > 0) {
      fold.kind = RECVEIL_FOLD_FACTORS;
      fold.d = static_cast<std::uint32_t>(model.factors.cols);
      fold.item_factors = served.factors.data();
      fold.observed_weight = fold.unobserved_weight = 1;
      fold.regularization = model.regularization;
    } else {
      fold.kind = RECVEIL_FOLD_ITEM_ITEM;
      fold.weight_offsets = served.offsets.data();
      fold.weight_items = served.items.data();
      fold.weights = served.weights.data();
    }
  }
  const defense::ItemModel model;
  const defense::ServedModel served;
  recveil_fold_model fold = RECVEIL_FOLD_MODEL_INIT;
};

defense::LentModel lend(const Held &held) {
  defense::LentModel lent;
  lent.support = held.served.support;
  if (held.model.factors.cols > 0) {
    lent.kind = defense::FoldKind::factors;
    lent.factors.items = held.served.factors.data();
    lent.factors.stride = lent.factors.d = held.model.factors.cols;
    lent.factors.unobserved_weight = 1;
    lent.factors.regularization = held.model.regularization;
    lent.factors.catalogue = held.model.n_items;
  } else {
    lent.kind = defense::FoldKind::item_item;
    lent.weights = {held.served.offsets.data(), held.served.items.data(),
                    held.served.weights.data()};
  }
  return lent;
}

defense::BlockShape adopt_shape(const recveil_private_shape *given) {
  const recveil_private_shape defaults = RECVEIL_PRIVATE_SHAPE_INIT;
  const auto in = abi::adopt(given, defaults, sizeof(recveil_private_shape), "shape");
  abi::check_flags(in.flags, 0, "shape");
  abi::check_array(in.catalogue, in.n_catalogue, "shape.catalogue");
  return {in.n_items, {in.catalogue, in.n_catalogue}};
}

StatisticsBlock borrow(const void *stats, std::size_t n_bytes) {
  return {const_cast<void *>(stats), n_bytes};
}

}  // namespace

struct recveil_private_model {
  std::shared_ptr<const Held> held;
};

extern "C" {

recveil_status recveil_private_stats_size(const recveil_private_shape *shape,
                                          size_t *n_bytes) noexcept {
  return abi::guard([&] {
    abi::check_out(n_bytes, "n_bytes");
    *n_bytes = StatisticsBlock::bytes(adopt_shape(shape));
  });
}

recveil_status recveil_private_stats_init(const recveil_private_shape *shape, void *stats,
                                          size_t n_bytes) noexcept {
  return abi::guard([&] { StatisticsBlock::make(adopt_shape(shape), stats, n_bytes); });
}

recveil_status recveil_private_stats_add(void *stats, size_t n_bytes, const size_t *offsets,
                                         const uint32_t *items, size_t n_people) noexcept {
  return abi::guard([&] {
    StatisticsBlock block(stats, n_bytes);
    abi::require(n_people < UINT32_MAX, "n_people: at most 2^32 - 2 in one call");
    const std::size_t n = abi::check_offsets(offsets, n_people, "offsets");
    abi::check_array(items, n, "items");
    block.add({offsets, n_people + 1}, {items, n});
  });
}

recveil_status recveil_private_stats_merge(void *into, size_t n_into_bytes, const void *from,
                                           size_t n_from_bytes) noexcept {
  return abi::guard([&] {
    StatisticsBlock to(into, n_into_bytes);
    const StatisticsBlock more = borrow(from, n_from_bytes);
    const auto a = to.stored(), b = more.stored();
    abi::require(a.data() + a.size() <= b.data() || b.data() + b.size() <= a.data(),
                 "from: overlaps into");
    to.check();
    more.check();
    to.merge(more);
  });
}

recveil_status recveil_private_stats_check(const void *stats, size_t n_bytes,
                                           recveil_private_stats_info *out) noexcept {
  return abi::guard([&] {
    if (out != nullptr) {
      abi::check_struct(out, sizeof(recveil_private_stats_info),
                        alignof(recveil_private_stats_info), "stats_info");
    }
    const StatisticsBlock block = borrow(stats, n_bytes);
    block.check();
    if (out == nullptr) return;
    recveil_private_stats_info info = RECVEIL_PRIVATE_STATS_INFO_INIT;
    info.n_items = block.n_items();
    info.n_catalogue = static_cast<std::uint32_t>(block.catalogue().size());
    info.n_people = block.n_people();
    abi::give(out, info);
  });
}

recveil_status recveil_private_mu(double epsilon, double delta, double *mu) noexcept {
  return abi::guard([&] {
    abi::check_out(mu, "mu");
    *mu = defense::mu_of(epsilon, delta);
  });
}

recveil_status recveil_private_bounds_of(double mu, double delta, double fpr,
                                         recveil_private_bounds *out) noexcept {
  return abi::guard([&] {
    abi::check_struct(out, sizeof(recveil_private_bounds), alignof(recveil_private_bounds),
                      "bounds");
    recveil_private_bounds bounds = RECVEIL_PRIVATE_BOUNDS_INIT;
    bounds.epsilon = defense::epsilon_of(mu, delta);
    bounds.auc = defense::auc_ceiling(mu);
    bounds.tpr = defense::tpr_ceiling(mu, fpr);
    abi::give(out, bounds);
  });
}

recveil_status recveil_private_get_budget(recveil_engine *engine,
                                          recveil_private_budget *out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_struct(out, sizeof(recveil_private_budget), alignof(recveil_private_budget),
                      "budget");
    const hooks::PrivateBudget of = e.training->budget();
    recveil_private_budget budget = RECVEIL_PRIVATE_BUDGET_INIT;
    budget.mu = of.mu;
    budget.mu_release = of.mu_release;
    budget.mu_spent = of.mu_spent;
    budget.delta = of.delta;
    budget.n_people = of.people;
    budget.n_releases = of.n_releases;
    budget.n_left = of.n_left;
    abi::give(out, budget);
  });
}

recveil_status recveil_private_catalogue(recveil_engine *engine, uint64_t release,
                                         const void *counts, size_t n_bytes,
                                         const recveil_progress *progress, uint32_t *items,
                                         size_t capacity, size_t *n_items) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_out(n_items, "n_items");
    abi::check_array(items, capacity, "items");
    const StatisticsBlock block = borrow(counts, n_bytes);
    const std::size_t size = e.training->catalogue_size(block.n_items());
    if (items == nullptr && capacity == 0) {
      *n_items = size;
      return;
    }
    if (capacity < size) {
      *n_items = size;
      throw Error(Status::buffer, "items: room for " + std::to_string(capacity) + ", " +
                                      std::to_string(size) + " are needed");
    }
    if (progress != nullptr) abi::check_progress(*progress, "progress");
    const abi::LongCall call(progress);
    const std::vector<std::uint32_t> chosen = e.training->catalogue(release, block);
    std::copy(chosen.begin(), chosen.end(), items);
    *n_items = chosen.size();
  });
}

recveil_status recveil_private_train(recveil_engine *engine,
                                     const recveil_private_training *training, const void *counts,
                                     size_t n_counts_bytes, const void *gram, size_t n_gram_bytes,
                                     recveil_private_model **out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const recveil_private_training defaults = RECVEIL_PRIVATE_TRAINING_INIT;
    const auto in = abi::adopt(training, defaults, sizeof(recveil_private_training), "training");
    abi::check_flags(in.flags, 0, "training");
    abi::require(in.kind <= RECVEIL_FOLD_ITEM_ITEM, "training.kind: not a RECVEIL_FOLD_*");
    const bool weights = in.kind == RECVEIL_FOLD_ITEM_ITEM;
    abi::require(in.d <= 512, "training.d: must be at most 512");
    abi::require(!weights || in.d == 0, "training.d: must be 0 for ITEM_ITEM");
    abi::check_progress(in.progress, "training.progress");
    abi::check_out(out, "out");
    const abi::LongCall call(in.progress);
    auto model = std::make_unique<recveil_private_model>();
    model->held = std::make_shared<const Held>(e.training->train(
        {in.release, weights, in.d}, borrow(counts, n_counts_bytes), borrow(gram, n_gram_bytes)));
    *out = model.release();
  });
}

recveil_status recveil_private_model_get_info(const recveil_private_model *model,
                                              recveil_private_model_info *out) noexcept {
  return abi::guard([&] {
    abi::require(model != nullptr, "model: is NULL");
    abi::check_struct(out, sizeof(recveil_private_model_info), alignof(recveil_private_model_info),
                      "model_info");
    const Held &held = *model->held;
    recveil_private_model_info info = RECVEIL_PRIVATE_MODEL_INFO_INIT;
    info.release = held.model.release;
    info.mu = held.model.mu;
    info.n_items = held.model.n_items;
    info.n_catalogue = static_cast<std::uint32_t>(held.model.catalogue.size());
    info.n_above_noise = held.model.n_above;
    info.catalogue_share = held.model.catalogue_share();
    info.catalogue = held.model.catalogue.data();
    info.counts = held.served.counts.data();
    info.fold = &held.fold;
    abi::give(out, info);
  });
}

recveil_status recveil_private_model_write(const recveil_private_model *model,
                                           recveil_write_fn write, void *ctx) noexcept {
  return abi::guard([&] {
    abi::require(model != nullptr, "model: is NULL");
    abi::require(write != nullptr, "write: is NULL");
    abi::write_bytes(write, ctx, defense::model_bytes(model->held->model));
  });
}

recveil_status recveil_private_model_read(const void *bytes, size_t n_bytes,
                                          recveil_private_model **out) noexcept {
  return abi::guard([&] {
    const auto *data = static_cast<const std::uint8_t *>(bytes);
    abi::check_array(data, n_bytes, "bytes");
    abi::check_out(out, "out");
    auto model = std::make_unique<recveil_private_model>();
    model->held = std::make_shared<const Held>(defense::model_of({data, n_bytes}));
    *out = model.release();
  });
}

void recveil_private_model_close(recveil_private_model *model) noexcept {
  delete model;
}

recveil_status recveil_publish_private(recveil_engine *engine, const recveil_private_model *model,
                                       uint64_t model_version) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(model != nullptr, "model: is NULL");
    if (model->held->model.n_above < defense::kLeastAbove) {
      throw Error(Status::state,
                  "model: only " + std::to_string(model->held->model.n_above) +
                      " of its eigenvalues rise above the noise, so it is noise; train with more "
                      "people or a larger mu");
    }
    // The set keeps the model alive through the release callback.
    auto kept = std::make_unique<std::shared_ptr<const Held>>(model->held);
    const auto let_go = [](void *ctx) { delete static_cast<std::shared_ptr<const Held> *>(ctx); };
    hooks::Release release(let_go, kept.get());
    const Held &held = **kept.release();
    std::vector<defense::FoldModel> models;
    models.emplace_back(lend(held));
    e.serve->publish_private(std::make_shared<hooks::FoldSet>(hooks::FoldSet{
                                 std::move(release), model_version, 0, std::move(models), {}}),
                             held.served.counts);
  });
  if (engine != nullptr) engine->counters.fold_rotation(status == RECVEIL_OK);
  return status;
}

}  // extern "C"
