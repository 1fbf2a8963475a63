// Between librecveil.so and librecveil-audit.so: what the one hands the other for a call. Internal;
// the two are shipped together and refuse each other when their versions differ.
#pragma once

#include "recveil/recveil.h"

#define RECVEIL_TEXT_(x) #x
#define RECVEIL_TEXT(x) RECVEIL_TEXT_(x)
#define RECVEIL_VERSION_TEXT          \
  RECVEIL_TEXT(RECVEIL_VERSION_MAJOR) \
  "." RECVEIL_TEXT(RECVEIL_VERSION_MINOR) "." RECVEIL_TEXT(RECVEIL_VERSION_PATCH)

// The functions of the library that is being audited, so that the audit drives what is shipped, and
// so that the audit library does not depend on it (unloading stays possible).
struct recveil_audit_services {
  decltype(&recveil_engine_open) engine_open;
  decltype(&recveil_engine_close) engine_close;
  decltype(&recveil_publish_popularity) publish_popularity;
  decltype(&recveil_publish_users) publish_users;
  decltype(&recveil_pool_read) pool_read;
  decltype(&recveil_route) route;
  decltype(&recveil_serve) serve;
  decltype(&recveil_fold_of) fold_of;
  decltype(&recveil_publish_folds) publish_folds;
  decltype(&recveil_fold_rank) fold_rank;
  decltype(&recveil_private_stats_size) private_stats_size;
  decltype(&recveil_private_stats_init) private_stats_init;
  decltype(&recveil_private_stats_add) private_stats_add;
  decltype(&recveil_private_catalogue) private_catalogue;
  decltype(&recveil_private_train) private_train;
  decltype(&recveil_private_model_close) private_model_close;
  decltype(&recveil_publish_private) publish_private;
  decltype(&recveil_metrics_set_audit) set_audit;
  decltype(&recveil_last_error) last_error;
};

// Exported by the audit library as "recveil_audit_module_run". On failure `error` (of error_size
// bytes) holds the text. Versions are compared by the caller: "recveil_audit_module_version".
using recveil_audit_module_run_fn = recveil_status(const recveil_audit_services *services,
                                                   const char *request, size_t n,
                                                   const recveil_audit_options *options,
                                                   recveil_write_fn write, void *ctx, char *error,
                                                   size_t error_size) noexcept;
// Exported as "recveil_audit_module_lists". The caller has adopted the structs and checked that the
// arrays are there; shadow may be NULL.
using recveil_audit_module_lists_fn = recveil_status(const recveil_audit_services *services,
                                                     const recveil_audit_population *target,
                                                     const recveil_audit_population *shadow,
                                                     const recveil_audit_options *options,
                                                     recveil_write_fn write, void *ctx, char *error,
                                                     size_t error_size) noexcept;
// Exported as "recveil_audit_module_attributes". The caller has adopted the structs and checked
// that the arrays are there.
using recveil_audit_module_attributes_fn = recveil_status(const recveil_audit_services *services,
                                                          const recveil_audit_embeddings *in,
                                                          const recveil_audit_options *options,
                                                          recveil_write_fn write, void *ctx,
                                                          recveil_attribute_evidence *evidence,
                                                          char *error, size_t error_size) noexcept;
using recveil_audit_module_version_fn = const char *() noexcept;
