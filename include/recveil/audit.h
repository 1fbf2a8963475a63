/*
 * Audits: the attacks Recveil defends against, run and measured. The code lives in
 * librecveil-audit.so beside this library, which is loaded for the call and unloaded after it, so
 * that a process that only serves never holds it.
 */
#ifndef RECVEIL_AUDIT_H
#define RECVEIL_AUDIT_H

#include "recveil/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_audit_options {
  uint32_t struct_size;
  uint32_t flags;   /* 0 */
  uint32_t threads; /* how many threads the audit may use, this one included; 0: 1 */
  uint32_t reserved;
  void *ctx;                    /* first argument of the callbacks */
  recveil_progress_fn progress; /* may be NULL; called on the calling thread only */
} recveil_audit_options;
#define RECVEIL_AUDIT_OPTIONS_INIT \
  { sizeof(recveil_audit_options), 0, 0, 0, NULL, NULL }

/**
 * Run an audit and write its report, one JSON object (schema "recveil.audit/1").
 *
 * @param request  n bytes of JSON, such as {"audit": "membership", "data": "synthetic",
 *                 "recommender": "item_cf", "defense": "popularity_randomization",
 *                 "adversary": "adaptive", "seeds": 5}; docs/audit.md lists the keys. Served lists
 * are made by this library's own route and serve.
 * @param options  NULL for defaults.
 * @param write    receives the report; not called if the audit fails.
 * @return OK | E_ARGUMENT (request) | E_DATA | E_IO | E_NOT_FOUND (librecveil-audit.so) | E_VERSION
 * | E_CANCELLED | E_HOST | E_NOMEM Thread: [thread-safe] [may-call-host]; starts threads - 1
 * threads and joins them before it returns. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_audit_run(const char *request, size_t n,
                                                               const recveil_audit_options *options,
                                                               recveil_write_fn write,
                                                               void *ctx) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
