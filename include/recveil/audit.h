/*
 * Audits: the attacks Recveil defends against, run and measured. The code lives in
 * librecveil-audit.so beside this library, which is loaded for the call and unloaded after it, so
 * that a process that only serves never holds it.
 */
#ifndef RECVEIL_AUDIT_H
#define RECVEIL_AUDIT_H

#include "recveil/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* People of the host's own system, for recveil_audit_lists. Rows are users, in any order; items are
   numbers below n_items, the same numbers in all populations of a call. */
typedef struct recveil_audit_population {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  size_t n_users;
  size_t n_items;                /* at most 2^31 - 1 */
  const size_t *history_offsets; /* n_users + 1: user u's history is history_items from
                                    history_offsets[u] up to history_offsets[u + 1] */
  const uint32_t *history_items; /* no item twice in a history; no history empty */
  const size_t *list_offsets;    /* likewise, what each user was shown, best first */
  const uint32_t *list_items;
  const uint8_t *members; /* n_users: 1 the user's history trained the model, 0 it did not */
} recveil_audit_population;
#define RECVEIL_AUDIT_POPULATION_INIT \
  { sizeof(recveil_audit_population), 0, 0, 0, NULL, NULL, NULL, NULL, NULL }

typedef struct recveil_audit_options {
  uint32_t struct_size;
  uint32_t flags;   /* 0 */
  uint32_t threads; /* how many threads the audit may use, this one included; 0: 1 */
  uint32_t reserved;
  void *ctx;                    /* first argument of the callbacks */
  recveil_progress_fn progress; /* may be NULL; called on the calling thread only */
  /* For recveil_audit_lists; 0 and NULL in recveil_audit_run, whose request names its own. */
  uint32_t seeds;      /* runs of each attacker, whose scores are averaged; 0: 5, at most 1000 */
  uint32_t first_seed; /* run s uses first_seed + s; 0: 1, at most 2^30 */
  const recveil_audit_population *auxiliary; /* people in neither population, who show the attacker
                             the items: histories alone, lists and members NULL; may be NULL */
  recveil_engine *engine; /* whose metrics take the results over, as recveil_metrics_set_audit()
                             does; an audit that failed is counted there. May be NULL */
} recveil_audit_options;
#define RECVEIL_AUDIT_OPTIONS_INIT \
  { sizeof(recveil_audit_options), 0, 0, 0, NULL, NULL, 0, 0, NULL, NULL }

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

/**
 * Audit a recommender that this library does not run, from what it showed its users: can an
 * outsider who sees a history and a list tell whether the history trained the model? docs/export.md
 * says how to collect the arrays. The report is that of recveil_audit_run with "audit": "lists",
 * and with warnings about what often goes wrong in collecting.
 *
 * @param target   the users to attack, at least 50 members and 50 others.
 * @param shadow   other users, of a system served as the target is, whose membership the attacker
 *                 knows; at least 50 members and 50 others. NULL: each half of the target, by a
 *                 random cut, is attacked by those who learnt on the other, an upper bound.
 * @param options  NULL for defaults.
 * @param write    receives the report; not called if the audit fails.
 * @return OK | E_ARGUMENT (names population, array and user) | E_NOT_FOUND (librecveil-audit.so) |
 * E_VERSION | E_CANCELLED | E_HOST | E_NOMEM Thread: [thread-safe] [may-call-host]; starts threads
 * - 1 threads and joins them before it returns. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_audit_lists(
    const recveil_audit_population *target, const recveil_audit_population *shadow,
    const recveil_audit_options *options, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
