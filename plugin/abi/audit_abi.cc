#include "recveil/audit.h"

#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <optional>
#include <string>

#include "abi/adopt.h"
#include "abi/audit_module.h"
#include "abi/callbacks.h"
#include "abi/guard.h"
#include "core/error.h"

namespace {

using namespace recveil;

// The audit library lies in the folder this library was loaded from; nowhere else is searched.
boost::dll::shared_library load_module() {
  const auto path = boost::dll::this_line_location().parent_path() / RECVEIL_AUDIT_LIBRARY;
  boost::dll::shared_library module;
  std::error_code error;
  module.load(path, error, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (error || !module.is_loaded()) {
    throw Error(Status::not_found, path.string() + ": the audit library cannot be loaded");
  }
  const char *version =
      module.get<recveil_audit_module_version_fn>("recveil_audit_module_version")();
  if (std::string(version) != recveil_version()) {
    throw Error(Status::version, path.string() + ": is version " + version + ", this library is " +
                                     recveil_version());
  }
  return module;
}

constexpr recveil_audit_services kServices{
    .engine_open = recveil_engine_open,
    .engine_close = recveil_engine_close,
    .publish_popularity = recveil_publish_popularity,
    .publish_users = recveil_publish_users,
    .pool_read = recveil_pool_read,
    .route = recveil_route,
    .serve = recveil_serve,
    .fold_of = recveil_fold_of,
    .publish_folds = recveil_publish_folds,
    .fold_rank = recveil_fold_rank,
    .private_stats_size = recveil_private_stats_size,
    .private_stats_init = recveil_private_stats_init,
    .private_stats_add = recveil_private_stats_add,
    .private_catalogue = recveil_private_catalogue,
    .private_train = recveil_private_train,
    .private_model_close = recveil_private_model_close,
    .publish_private = recveil_publish_private,
    .set_audit = recveil_metrics_set_audit,
    .last_error = recveil_last_error,
};

recveil_audit_options adopt_options(const recveil_audit_options *options) {
  recveil_audit_options out = RECVEIL_AUDIT_OPTIONS_INIT;
  if (options != nullptr) {
    out = abi::adopt(options, out, sizeof(recveil_audit_options), "audit_options");
  }
  if (out.flags != 0) throw Error(Status::unsupported, "audit_options.flags: must be 0");
  abi::require(out.reserved == 0, "audit_options.reserved: must be 0");
  abi::require(out.n_threads <= 256, "audit_options.n_threads: at most 256");
  abi::check_progress(out.progress, "audit_options.progress");
  return out;
}

// rows: "target.history", of which the arrays are rows_offsets and rows_items.
void check_rows(const std::size_t *offsets, const std::uint32_t *items, std::size_t n_users,
                const std::string &rows) {
  // n_users + 1 offsets, also where that is more than a number holds.
  abi::check_array(offsets, n_users < SIZE_MAX ? n_users + 1 : n_users,
                   (rows + "_offsets").c_str());
  abi::check_array(items, offsets[n_users], (rows + "_items").c_str());
}

recveil_audit_population adopt_population(const recveil_audit_population *given,
                                          const std::string &name) {
  const recveil_audit_population none = RECVEIL_AUDIT_POPULATION_INIT;
  const auto out = abi::adopt(given, none, sizeof(recveil_audit_population), name.c_str());
  if (out.flags != 0) throw Error(Status::unsupported, name + ".flags: must be 0");
  check_rows(out.history_offsets, out.history_items, out.n_users, name + ".history");
  return out;
}

recveil_audit_population adopt_listed(const recveil_audit_population *given,
                                      const std::string &name) {
  const auto out = adopt_population(given, name);
  check_rows(out.list_offsets, out.list_items, out.n_users, name + ".list");
  abi::check_array(out.members, out.n_users, (name + ".members").c_str());
  return out;
}

recveil_audit_population adopt_auxiliary(const recveil_audit_population *given) {
  const auto out = adopt_population(given, "auxiliary");
  abi::require(out.list_offsets == nullptr && out.list_items == nullptr && out.members == nullptr,
               "auxiliary: has histories alone, lists and members must be NULL");
  return out;
}

recveil_audit_embeddings adopt_embeddings(const recveil_audit_embeddings *given) {
  const recveil_audit_embeddings none = RECVEIL_AUDIT_EMBEDDINGS_INIT;
  auto out = abi::adopt(given, none, sizeof(recveil_audit_embeddings), "embeddings");
  if ((out.flags & ~std::uint32_t{RECVEIL_AUDIT_WITH_XGBOOST}) != 0) {
    throw Error(Status::unsupported, "embeddings.flags: unknown");
  }
  abi::require(out.dimension >= 1 && out.dimension <= 1024,
               "embeddings.dimension: must be in [1, 1024]");
  if (out.row_stride == 0) out.row_stride = out.dimension;
  abi::require(out.row_stride >= out.dimension, "embeddings.row_stride: shorter than a row");
  abi::require(out.n_rows >= 1 && out.n_rows < SIZE_MAX / out.row_stride,
               "embeddings.n_rows: no rows, or more than there can be");
  abi::require(out.n_attributes >= 1 && out.n_attributes <= 16,
               "embeddings.n_attributes: must be in [1, 16]");
  const std::size_t floats = (out.n_rows - 1) * out.row_stride + out.dimension;
  abi::check_array(out.before, floats, "embeddings.before");
  if (out.after != nullptr) abi::check_array(out.after, floats, "embeddings.after");
  if (out.requesters != nullptr) {
    abi::check_array(out.requesters, out.n_rows, "embeddings.requesters");
  }
  abi::check_array(out.n_classes, out.n_attributes, "embeddings.n_classes");
  if (out.names != nullptr) abi::check_array(out.names, out.n_attributes, "embeddings.names");
  abi::check_array(out.classes, out.n_rows * out.n_attributes, "embeddings.classes");
  if (out.before_offsets != nullptr) {
    check_rows(out.before_offsets, out.before_items, out.n_rows, "embeddings.before");
  }
  if (out.after_offsets != nullptr) {
    check_rows(out.after_offsets, out.after_items, out.n_rows, "embeddings.after");
  }
  return out;
}

// What the scores are written into.
recveil_attribute_evidence adopt_evidence(const recveil_attribute_evidence *given,
                                          std::size_t n_attributes) {
  const recveil_attribute_evidence none = RECVEIL_ATTRIBUTE_EVIDENCE_INIT;
  const auto out =
      abi::adopt(given, none, sizeof(recveil_attribute_evidence), "attribute_evidence");
  if (out.capacity < RECVEIL_SCORES_PER_ATTRIBUTE * n_attributes) {
    throw Error(Status::buffer, "attribute_evidence.capacity: is " + std::to_string(out.capacity) +
                                    ", needed are " +
                                    std::to_string(RECVEIL_SCORES_PER_ATTRIBUTE * n_attributes));
  }
  abi::check_array(out.scores, out.capacity, "attribute_evidence.scores");
  return out;
}

// An audit that began and could not end is counted: one that silently stopped running must show.
[[noreturn]] void fail(const recveil_audit_options &options, recveil_status status,
                       const char *error, recveil_attack attack = RECVEIL_ATTACK_MEMBERSHIP) {
  if (options.engine != nullptr && status != RECVEIL_E_ARGUMENT && status != RECVEIL_E_CANCELLED) {
    recveil_audit_result result = RECVEIL_AUDIT_RESULT_INIT;
    result.attack = attack;
    result.adversary = RECVEIL_ADVERSARY_ADAPTIVE;
    result.verdict = RECVEIL_VERDICT_ERROR;
    // What is told is why the audit failed, not that it could not be counted.
    (void)!recveil_metrics_set_audit(options.engine, &result);
  }
  throw Error(static_cast<Status>(status), error);
}

}  // namespace

extern "C" recveil_status recveil_audit_run(const char *request, size_t n,
                                            const recveil_audit_options *options,
                                            recveil_write_fn write, void *ctx) noexcept {
  return abi::guard([&] {
    abi::check_array(request, n, "request");
    abi::require(write != nullptr, "write: is NULL");
    const recveil_audit_options adopted = adopt_options(options);
    abi::require(adopted.n_seeds == 0 && adopted.first_seed == 0 && adopted.auxiliary == nullptr,
                 "audit_options: n_seeds, first_seed and auxiliary are for recveil_audit_lists");
    const boost::dll::shared_library module = load_module();
    char error[512] = "";
    const recveil_status status =
        module.get<recveil_audit_module_run_fn>("recveil_audit_module_run")(
            &kServices, request, n, &adopted, write, ctx, error, sizeof(error));
    if (status != RECVEIL_OK) fail(adopted, status, error);
  });
}

extern "C" recveil_status recveil_audit_lists(const recveil_audit_population *target,
                                              const recveil_audit_population *shadow,
                                              const recveil_audit_options *options,
                                              recveil_write_fn write, void *ctx) noexcept {
  return abi::guard([&] {
    abi::require(write != nullptr, "write: is NULL");
    const recveil_audit_population attacked = adopt_listed(target, "target");
    std::optional<recveil_audit_population> learnt, auxiliary;
    if (shadow != nullptr) learnt = adopt_listed(shadow, "shadow");
    recveil_audit_options adopted = adopt_options(options);
    abi::require(adopted.n_seeds <= 1000, "audit_options.n_seeds: at most 1000");
    abi::require(adopted.first_seed <= 1u << 30, "audit_options.first_seed: at most 2^30");
    if (adopted.auxiliary != nullptr) auxiliary = adopt_auxiliary(adopted.auxiliary);
    adopted.auxiliary = auxiliary ? &*auxiliary : nullptr;
    const boost::dll::shared_library module = load_module();
    char error[512] = "";
    const recveil_status status = module.get<recveil_audit_module_lists_fn>(
        "recveil_audit_module_lists")(&kServices, &attacked, learnt ? &*learnt : nullptr, &adopted,
                                      write, ctx, error, sizeof(error));
    if (status != RECVEIL_OK) fail(adopted, status, error);
  });
}

extern "C" recveil_status recveil_audit_attributes(const recveil_audit_embeddings *in,
                                                   const recveil_audit_options *options,
                                                   recveil_write_fn write, void *ctx,
                                                   recveil_attribute_evidence *evidence) noexcept {
  return abi::guard([&] {
    abi::require(write != nullptr || evidence != nullptr, "write: is NULL, and evidence as well");
    const recveil_audit_embeddings rows = adopt_embeddings(in);
    std::optional<recveil_attribute_evidence> found;
    if (evidence != nullptr) found = adopt_evidence(evidence, rows.n_attributes);
    const recveil_audit_options adopted = adopt_options(options);
    abi::require(adopted.n_seeds <= 1000, "audit_options.n_seeds: at most 1000");
    abi::require(adopted.first_seed <= 1u << 30, "audit_options.first_seed: at most 2^30");
    abi::require(adopted.auxiliary == nullptr,
                 "audit_options.auxiliary: is for recveil_audit_lists");
    const boost::dll::shared_library module = load_module();
    char error[512] = "";
    const recveil_status status = module.get<recveil_audit_module_attributes_fn>(
        "recveil_audit_module_attributes")(&kServices, &rows, &adopted, write, ctx,
                                           found ? &*found : nullptr, error, sizeof(error));
    if (status != RECVEIL_OK) fail(adopted, status, error, RECVEIL_ATTACK_ATTRIBUTE);
    if (found) abi::give(evidence, *found);
  });
}
