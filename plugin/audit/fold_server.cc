#include "audit/fold_server.h"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

namespace recveil::audit {
namespace {

// The models, and how they look to the library.
struct Published {
  std::shared_ptr<const std::vector<recommend::FoldModel>> models;
  std::vector<recveil_fold_model> views;
};

recveil_fold_model view_of(const recommend::FoldModel &model) {
  static_assert(std::is_same_v<std::uint64_t, std::size_t>);
  recveil_fold_model out = RECVEIL_FOLD_MODEL_INIT;
  out.n_items = model.n_items();
  out.support = model.support.data();
  if (model.has_factors()) {
    out.kind = RECVEIL_FOLD_FACTORS;
    out.d = static_cast<std::uint32_t>(model.items.cols);
    out.item_factors = model.items.data.data();
    out.observed_weight = model.loss.observed_weight;
    out.unobserved_weight = model.loss.unobserved_weight;
    out.regularization = model.loss.regularization;
    out.regularization_exponent = model.loss.regularization_exponent;
  } else {
    out.kind = RECVEIL_FOLD_ITEM_ITEM;
    out.weight_offsets = model.weights.offsets.data();
    out.weight_items = model.weights.items.data();
    out.weights = model.weights.weights.data();
  }
  return out;
}

}  // namespace

FoldServer::FoldServer(const recveil_audit_services &library, const Engine &engine,
                       const Host &host, std::uint32_t folds, TrainedFolds &trained)
    : library_(library), engine_(engine) {
  std::vector<std::uint32_t> of;
  for (const std::uint64_t user : host.trained_users) of.push_back(fold_of(user));
  if (!trained.models || trained.models->size() != folds || trained.of != of) {
    trained.models.reset();  // before the next ones are made
    trained.models = std::make_shared<const std::vector<recommend::FoldModel>>(
        host.train_folds(host.trained, {of, folds}));
    trained.of = std::move(of);
  }
  models_ = trained.models;
  auto published = std::make_unique<Published>();
  published->models = models_;
  for (const auto &model : *published->models) published->views.push_back(view_of(model));
  recveil_folds given = RECVEIL_FOLDS_INIT;
  given.n_folds = folds;
  given.model_version = 1;
  given.models = published->views.data();
  given.ctx = published.get();
  given.release = [](void *ctx) { delete static_cast<Published *>(ctx); };
  const recveil_status status = library_.publish_folds(engine_.get(), &given);
  static_cast<void>(published.release());  // released by the library, also if it refused
  engine_.check(status);
  items_.resize(host.served.n_items);
  values_.resize(host.served.n_items);
}

namespace {

// Statistics of everybody who trains, counts without a catalogue.
std::vector<std::uint64_t> statistics(const recveil_audit_services &library, const Engine &engine,
                                      const Interactions &people,
                                      const std::vector<std::uint32_t> &catalogue) {
  recveil_private_shape shape = RECVEIL_PRIVATE_SHAPE_INIT;
  shape.n_items = people.n_items;
  shape.n_catalogue = static_cast<std::uint32_t>(catalogue.size());
  shape.catalogue = catalogue.empty() ? nullptr : catalogue.data();
  std::size_t n_bytes = 0;
  engine.check(library.private_stats_size(&shape, &n_bytes));
  std::vector<std::uint64_t> out((n_bytes + 7) / 8);  // aligned
  engine.check(library.private_stats_init(&shape, out.data(), out.size() * 8));
  engine.check(library.private_stats_add(out.data(), out.size() * 8, people.offsets.data(),
                                         people.items.data(), people.n_users()));
  return out;
}

}  // namespace

FoldServer::FoldServer(const recveil_audit_services &library, const Engine &engine,
                       const Host &host)
    : library_(library), engine_(engine) {
  const auto counts = statistics(library, engine, host.trained, {});
  std::size_t n = 0;
  const auto catalogue = [&](std::uint32_t *items, std::size_t capacity) {
    engine.check(library.private_catalogue(engine.get(), 1, counts.data(), counts.size() * 8,
                                           nullptr, items, capacity, &n));
  };
  catalogue(nullptr, 0);
  std::vector<std::uint32_t> items(n);
  catalogue(items.data(), n);
  const auto gram = statistics(library, engine, host.trained, items);
  recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
  training.release = 1;
  training.kind = RECVEIL_FOLD_ITEM_ITEM;
  recveil_private_model *model = nullptr;
  engine.check(library.private_train(engine.get(), &training, counts.data(), counts.size() * 8,
                                     gram.data(), gram.size() * 8, &model));
  const recveil_status status = library.publish_private(engine.get(), model, 1);
  library.private_model_close(model);
  engine.check(status);
  items_.resize(host.served.n_items);
  values_.resize(host.served.n_items);
}

std::uint32_t FoldServer::fold_of(std::uint64_t user) const {
  std::uint16_t fold = 0;
  engine_.check(library_.fold_of(engine_.get(), user, &fold));
  return fold;
}

void FoldServer::rank(const recveil_decision &decision, std::span<const std::uint32_t> history,
                      std::size_t k, std::vector<std::uint32_t> &ranked) {
  k = std::min(k, items_.size());
  std::size_t count = 0;
  recveil_history known = RECVEIL_HISTORY_INIT;
  known.items = history.data();
  known.n_items = history.size();
  engine_.check(library_.fold_rank(engine_.get(), &decision, &known, k, items_.data(),
                                   values_.data(), &count, nullptr, nullptr, 0));
  ranked.assign(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count));
}

void FoldServer::rank(const recveil_decision &decision, std::span<const std::uint32_t> history,
                      std::vector<std::uint32_t> &ranked, std::vector<float> &scores) {
  rank(decision, history, items_.size(), ranked);
  std::fill(scores.begin(), scores.end(), -1e30f);
  for (std::size_t i = 0; i < ranked.size(); ++i) scores[ranked[i]] = values_[i];
}

}  // namespace recveil::audit
