/*
 * Audits: the attacks Recveil defends against, run and measured. The code lives in
 * librecveil-audit.so next to this library, which is loaded for the call and unloaded after it, so
 * that a process that only serves never holds it.
 */
#ifndef RECVEIL_AUDIT_H
#define RECVEIL_AUDIT_H

#include "recveil/engine.h"
#include "recveil/metrics.h"

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
  uint32_t flags;     /* 0 */
  uint32_t n_threads; /* how many threads the audit may use, this one included, at most 256; 0: 1 */
  /* For recveil_audit_lists and, but for auxiliary, recveil_audit_attributes; 0 and NULL in
     recveil_audit_run, whose request names its own. */
  uint32_t n_seeds;    /* runs of each attacker, whose scores are averaged; 0: 5, at most 1000 */
  uint32_t first_seed; /* run s uses first_seed + s; 0: 1, at most 2^30 */
  uint32_t reserved;   /* 0 */
  recveil_progress progress;                 /* called on the calling thread only */
  const recveil_audit_population *auxiliary; /* people in neither population, who show the attacker
                             the items: histories alone, lists and members NULL; may be NULL */
  recveil_engine *engine; /* whose metrics take the results over, as recveil_metrics_set_audit()
                             does; an audit that failed is counted there. May be NULL */
} recveil_audit_options;
#define RECVEIL_AUDIT_OPTIONS_INIT \
  { sizeof(recveil_audit_options), 0, 0, 0, 0, 0, RECVEIL_PROGRESS_INIT, NULL, NULL }

/**
 * Run an audit and write its report, one JSON object (schema "recveil.audit/1").
 *
 * @param request  n bytes of JSON, such as {"audit": "membership", "data": "synthetic",
 *                 "recommender": "item_cf", "defense": "popularity_randomization",
 *                 "adversary": "adaptive", "seeds": 5}; docs/audit.md lists the keys. The lists are
 *                 served by this library's own route and serve.
 * @param options  NULL for defaults.
 * @param write    receives the report; not called if the audit fails.
 * @return OK | E_ARGUMENT (request) | E_DATA | E_IO | E_NOT_FOUND (librecveil-audit.so) |
 *         E_VERSION | E_CANCELLED | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; starts n_threads - 1 threads and joins them.
 * Since: 0.1
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
 *         E_VERSION | E_CANCELLED | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; starts n_threads - 1 threads and joins them.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_audit_lists(
    const recveil_audit_population *target, const recveil_audit_population *shadow,
    const recveil_audit_options *options, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/* Flags of recveil_audit_embeddings: one more attacker, XGBoost, where its library is installed. It
   stays in the process, with a thread pool, until that ends: not for a process that serves. */
enum { RECVEIL_AUDIT_WITH_XGBOOST = 1 };

/* A host's own user embeddings, before and after an attribute was taken out of them, for
   recveil_audit_attributes. Rows are users, in any order. */
typedef struct recveil_audit_embeddings {
  uint32_t struct_size;
  uint32_t flags; /* 0 or RECVEIL_AUDIT_WITH_XGBOOST */
  size_t n_rows;
  size_t dimension;    /* of an embedding, in [1, 1024]: leave columns out that are none (a bias) */
  size_t row_stride;   /* floats from row to row; 0: dimension */
  const float *before; /* as the model left the rows */
  const float *after;  /* as they are served now, of the same stride. NULL: nothing was erased yet,
                          and the report has what can be read from the rows before, alone */
  const uint8_t *requesters; /* n_rows: 1 the row was erased, at least 50 of them; NULL: all */
  size_t n_attributes;       /* in [1, 16] */
  const uint32_t *n_classes; /* of each attribute, in [2, 256] */
  const char *const *names;  /* of each attribute, at most 255 bytes; NULL: "0", "1", ... */
  const int32_t *classes;    /* n_rows x n_attributes, row by row; below 0: not known, left out */
  size_t n_items;            /* that lists name, at most 2^31 - 1; 0: there are no lists */
  const size_t *before_offsets; /* n_rows + 1: row r was shown before_items from before_offsets[r]
                                   up to before_offsets[r + 1], best first; may be NULL */
  const uint32_t *before_items;
  const size_t *after_offsets; /* likewise, from the rows after; NULL where there are none */
  const uint32_t *after_items;
  double margin; /* an AUC within .5 +- margin counts as no leak, at most .5; 0: .05 */
} recveil_audit_embeddings;
#define RECVEIL_AUDIT_EMBEDDINGS_INIT                                                             \
  {                                                                                               \
    sizeof(recveil_audit_embeddings), 0, 0, 0, 0, NULL, NULL, NULL, 0, NULL, NULL, NULL, 0, NULL, \
        NULL, NULL, NULL, 0                                                                       \
  }

/* What an attacker read to guess an attribute. */
typedef uint32_t recveil_attack_source;
enum {
  RECVEIL_SOURCE_EMBEDDING = 1,    /* the row, "embedding" */
  RECVEIL_SOURCE_LIST = 2,         /* the list, "list" */
  RECVEIL_SOURCE_ROW_HISTORY = 3,  /* the row next to the raw one, "row+history": who knows the
                                      history can compute it */
  RECVEIL_SOURCE_LIST_HISTORY = 4, /* the list next to the history, "list+history" */
  RECVEIL_SOURCE_TWO_VERSIONS = 5, /* the row next to the raw row of an older model,
                                      "two_versions" */
  RECVEIL_SOURCE_OUTSIDE = 6       /* rows of people who were not in the fit, "outside" */
};
/* Where the attacker learnt: on raw rows, or on other erased rows whose classes it knows. */
typedef uint32_t recveil_attack_protocol;
enum { RECVEIL_PROTOCOL_TRANSFER = 1, RECVEIL_PROTOCOL_ADAPTIVE = 2 };

/* How well one attacker tells one attribute, with 95 % intervals; 0.5 is guessing. */
typedef struct recveil_attribute_score {
  uint32_t attribute; /* index into the names */
  recveil_attack_source source;
  recveil_attack_protocol protocol;
  uint32_t reserved;                   /* 0 */
  char attacker[32];                   /* "logistic_regression", NUL-terminated */
  double auc, auc_lo, auc_hi;          /* on the erased rows */
  double before, before_lo, before_hi; /* the same attack on the rows before */
} recveil_attribute_score;
enum { RECVEIL_SCORES_PER_ATTRIBUTE = 64 }; /* there are never more */

/* What an attribute audit found, for recveil_forget_evidence(). */
typedef struct recveil_attribute_evidence {
  uint32_t struct_size;
  uint32_t flags;                /* 0 or RECVEIL_EVIDENCE_ADMIT_LEAK */
  uint64_t model_version;        /* of the rows that were audited; for recveil_forget_evidence() */
  recveil_verdict verdict;       /* RECVEIL_VERDICT_LEAK, ... */
  uint64_t n_requesters;         /* erased rows that were attacked */
  size_t n_attributes;           /* at most 32 */
  const char *const *attributes; /* their names */
  size_t capacity; /* of scores; the audit asks for RECVEIL_SCORES_PER_ATTRIBUTE each */
  size_t n_scores;
  recveil_attribute_score *scores;
} recveil_attribute_evidence;
#define RECVEIL_ATTRIBUTE_EVIDENCE_INIT \
  { sizeof(recveil_attribute_evidence), 0, 0, 0, 0, 0, NULL, 0, 0, NULL }
enum {
  RECVEIL_EVIDENCE_ADMIT_LEAK = 1 /* go on although the audit says leak; the receipt says so too */
};

/**
 * Audit an erasure in a host's own tables: what can attackers still read of the attributes from
 * rows, and from lists where they are given? None of these attackers chose a direction of the
 * erasure. Each learns on the raw rows of the others (protocol "transfer") and on other erased rows
 * whose classes they know ("adaptive", the harder one). The report is that of recveil_audit_run
 * with "audit": "attribute", without utility: "attackers_before" and "attackers" with intervals,
 * "who_asked", "verdict". docs/audit.md lists the keys.
 *
 * @param in       the rows
 * @param options  NULL for defaults; n_seeds: random cuts into learnt and attacked, 0: 3
 * @param write    receives the report; not called if the audit fails. NULL: no report
 * @param evidence receives verdict, n_requesters, n_scores and scores; its attributes must be NULL
 *                 or the names of `in`. May be NULL
 * @return OK | E_ARGUMENT (names field, row and attribute) | E_DATA (an attribute without two
 *         classes of 20 known requesters) | E_NOT_FOUND (librecveil-audit.so) | E_VERSION |
 *         E_CANCELLED | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; starts no thread, whatever options.n_threads says.
 * Cost: per seed and attribute about 5 s a core for 6,000 rows of 32, two classes.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_audit_attributes(
    const recveil_audit_embeddings *in, const recveil_audit_options *options,
    recveil_write_fn write, void *ctx, recveil_attribute_evidence *evidence) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
