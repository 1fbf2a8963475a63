// Cross-fit serving of users some of whom have a standing erasure, through the library as a host
// uses it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/interactions.h"
#include "core/matrix.h"
#include "recommend/fold_factors.h"
#include "recveil/erase.hpp"
#include "support/data_folder.h"

namespace recveil::support {

// The same key always: folds, and so results, do not change from run to run.
inline std::string fixed_key(const TempFolder &folder) {
  const std::string path = folder.write("key", "thirty-two bytes, always the sam");
  ::chmod(path.c_str(), 0600);
  return path;
}

class ErasedShop {
 public:
  // Trains iALS of `d` factors for `folds` folds of everybody. User u of the library is u.
  ErasedShop(const Interactions &histories, std::size_t d, std::uint32_t folds, std::uint64_t seed,
             bool decoys = false)
      : histories_(histories),
        engine_(Engine::open(
            linked(),
            "serving: {mode: cross_fit, folds: " + std::to_string(folds) +
                ", support_floor: 1, list_length: 100, decoys: " + (decoys ? "true" : "false") +
                "}\nkeys: {file: " + fixed_key(folder_) + "}")) {
    for (std::size_t u = 0; u < histories.n_users(); ++u) fold_.push_back(engine_.fold_of(u));
    const std::vector<std::uint32_t> of(fold_.begin(), fold_.end());
    recommend::IalsOptions options;
    options.d = d;
    options.sweeps = 8;
    options.seed = seed;
    models_ = recommend::train_folds(histories, {of, folds}, options).models;
    for (const auto &model : models_) {
      recveil_fold_model view = RECVEIL_FOLD_MODEL_INIT;
      view.kind = RECVEIL_FOLD_FACTORS;
      view.n_items = model.n_items();
      view.support = model.support.data();
      view.d = static_cast<std::uint32_t>(d);
      view.item_factors = model.items.data.data();
      view.observed_weight = model.loss.observed_weight;
      view.unobserved_weight = model.loss.unobserved_weight;
      view.regularization = model.loss.regularization;
      view.regularization_exponent = model.loss.regularization_exponent;
      views_.push_back(view);
    }
    recveil_folds given = RECVEIL_FOLDS_INIT;
    given.n_folds = folds;
    given.model_version = 1;
    given.models = views_.data();
    engine_.publish_folds(given);
  }

  std::uint32_t folds() const { return static_cast<std::uint32_t>(models_.size()); }
  std::size_t d() const { return models_.front().items.cols; }
  std::uint16_t fold_of(std::size_t user) const { return fold_[user]; }
  Engine &engine() { return engine_; }

  // Everybody's row on the model of `fold`: raw, or as the library serves it.
  Matrix rows(std::uint32_t fold, bool served) const {
    const std::size_t n = histories_.n_users();
    Matrix out{n, d(), std::vector<float>(n * d())};
    std::vector<recveil_user> users(n);
    for (std::size_t u = 0; u < n; ++u) users[u] = u;
    const std::vector<std::uint16_t> folds(n, static_cast<std::uint16_t>(fold));
    std::size_t longest = 0, bytes = 0;
    for (std::size_t u = 0; u < n; ++u) longest = std::max(longest, histories_.row(u).size());
    const Api &api = engine_.api();
    check(api, api.fold_scratch_size(engine_.get(), 2, longest, 0, &bytes));
    std::vector<unsigned char> scratch(bytes);
    const std::vector<std::size_t> offsets(histories_.offsets.begin(), histories_.offsets.end());
    check(api, api.fold_in_batch(engine_.get(), 1, served ? users.data() : nullptr, folds.data(), n,
                                 offsets.data(), histories_.items.data(), nullptr, out.data.data(),
                                 d(), scratch.data(), bytes));
    return out;
  }

  // The k best items for a user, as the library shows them.
  std::vector<std::uint32_t> list(std::size_t user, std::size_t k) const {
    recveil_request request = RECVEIL_REQUEST_INIT;
    request.user = user;
    request.n_history = 1;
    const auto row = histories_.row(user);
    return engine_.fold_rank(engine_.route(request), {row.begin(), row.end()}, k);
  }

  // How often each item is to be hidden, from the histories of those whose class is known.
  std::string decoys(std::span<const std::int32_t> classes) const {
    const std::vector<std::size_t> offsets(histories_.offsets.begin(), histories_.offsets.end());
    std::string out;
    check(engine_.api(),
          engine_.api().decoys_fit(histories_.n_users(), offsets.data(), histories_.items.data(),
                                   histories_.n_items, classes.data(), 2, Engine::append, &out));
    return out;
  }

  // Fits a map for each fold on the raw rows of the users in `cohort` (those of the fold alone, if
  // so asked) and publishes the erasures of `asked`.
  void erase(recveil_erase_method method, std::span<const std::int32_t> classes,
             std::span<const std::uint8_t> cohort, bool own_fold,
             const std::vector<recveil_user> &asked, const std::string &decoys = {}) {
    const Api &api = engine_.api();
    const std::uint32_t two = 2;
    recveil_erase_options options = RECVEIL_ERASE_OPTIONS_INIT;
    options.method = method;
    options.n_classes = &two;
    std::vector<ErasureMap> maps;
    std::vector<const recveil_erase_map *> pointers;
    for (std::uint32_t f = 0; f < folds(); ++f) {
      Matrix raw = rows(f, false);
      std::vector<std::int32_t> labels(classes.begin(), classes.end());
      for (std::size_t u = 0; u < labels.size(); ++u) {
        if (!cohort[u] || (own_fold && fold_of(u) != f)) labels[u] = RECVEIL_CLASS_UNKNOWN;
      }
      recveil_matrix matrix = RECVEIL_MATRIX_INIT;
      matrix.data = raw.data.data();
      matrix.n_rows = raw.rows;
      matrix.n_cols = raw.cols;
      maps.push_back(ErasureMap::fit(engine_.shared_api(), options, matrix, labels.data()));
      pointers.push_back(maps.back().get());
    }
    std::vector<std::int32_t> theirs;
    for (const recveil_user user : asked) theirs.push_back(classes[user]);
    recveil_erasures given = RECVEIL_ERASURES_INIT;
    given.model_version = 1;
    given.n_maps = folds();
    given.maps = pointers.data();
    given.n_users = asked.size();
    given.users = asked.data();
    given.n_attributes = 1;
    given.classes = theirs.data();
    given.decoys = decoys.empty() ? nullptr : decoys.data();
    given.decoys_size = decoys.size();
    check(api, api.publish_erasures(engine_.get(), &given));
  }

 private:
  const TempFolder folder_;
  const Interactions &histories_;
  Engine engine_;
  std::vector<std::uint16_t> fold_;
  std::vector<recommend::FoldModel> models_;
  std::vector<recveil_fold_model> views_;
};

}  // namespace recveil::support
