/*
 * Metrics in the Prometheus text format, for the host's own endpoint or for the listener that
 * recveil_engine_start() opens, and the results of audits among them. docs/metrics.md lists every
 * metric.
 */
#ifndef RECVEIL_METRICS_H
#define RECVEIL_METRICS_H

#include "recveil/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Write all metrics. Counters and audit results are those of all processes forked after the engine
 * was opened, so any worker's scrape is the total. No label ever holds a user or an item.
 * @return OK | E_ARGUMENT | E_HOST (write returned non-zero or threw) | E_NOMEM
 * Thread: [thread-safe] [may-call-host] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_metrics_write(recveil_engine *engine,
                                                                   recveil_write_fn write,
                                                                   void *ctx) RECVEIL_NOEXCEPT;

/* What was attacked. */
typedef uint32_t recveil_attack;
enum {
  RECVEIL_ATTACK_MEMBERSHIP = 1,
  RECVEIL_ATTACK_INVERSION = 2,
  RECVEIL_ATTACK_ATTRIBUTE = 3,
  RECVEIL_ATTACK_SCREENING = 4
};
/* What the attacker knows about the defence: nothing; all of it; all of it, and they open accounts
   of their own; all of it, and they see lists of other people. */
typedef uint32_t recveil_adversary;
enum {
  RECVEIL_ADVERSARY_NAIVE = 1,
  RECVEIL_ADVERSARY_ADAPTIVE = 2,
  RECVEIL_ADVERSARY_SYBIL = 3,
  RECVEIL_ADVERSARY_CROWD = 4
};
typedef uint32_t recveil_verdict;
enum {
  RECVEIL_VERDICT_LEAK = 1,
  RECVEIL_VERDICT_NO_LEAK_FOUND = 2,
  RECVEIL_VERDICT_INCONCLUSIVE = 3,
  RECVEIL_VERDICT_ERROR = 4 /* the audit did not finish: only counted */
};

/* The numbers of one finished audit. A double below 0 or NaN is "not known". */
typedef struct recveil_audit_result {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_attack attack;
  recveil_adversary adversary;
  recveil_verdict verdict;
  uint32_t defended;          /* 1: the audited system was the defended one */
  uint32_t positive_control;  /* 1: it passed: what must leak leaked */
  uint32_t negative_control;  /* 1: it passed: what must not leak did not */
  uint64_t n_members;         /* people whose presence, attribute or account was guessed at */
  uint64_t n_non_members;     /* the people they were told apart from */
  double auc, auc_lo, auc_hi; /* the worst attacker's, with its corrected interval; in [0, 1].
                                 Membership and attribute audits must know them */
  double blind_auc;           /* of the attacker who sees the list alone */
  double tpr_01, tpr_01_lo, tpr_01_hi; /* share of members found at a false positive rate of .01 */
  double limit;                        /* an AUC above it is a leak: .5 + margin, in [.5, 1] */
  double ndcg10_members, ndcg10_non_members; /* utility: NDCG@10 of the held-out item, in [0, 1] */
  uint64_t finished_at;                      /* Unix seconds; 0: now */
  double seconds;                            /* how long it took */
  double precision, recall; /* of screening: of the accounts it quarantined, the share that was
                               planted, and of those planted, the share it quarantined; in [0, 1] */
  double balanced_accuracy; /* of attribute inference: the worst attacker's, in [0, 1] */
} recveil_audit_result;
#define RECVEIL_AUDIT_RESULT_INIT                                                                  \
  {                                                                                                \
    sizeof(recveil_audit_result), 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, 0.55, -1, \
        -1, 0, 0, -1, -1, -1                                                                       \
  }

/**
 * Export the result of an audit as metrics. The engine keeps the newest result of each attack, with
 * and without the defence, by each adversary, until it is closed, and every process forked after it
 * was opened exports it. This is for audits on a schedule: a worker or thread of the host audits
 * its own system and sets the result, and alerts compare recveil_audit_membership_auc_lower_bound
 * with recveil_audit_limit.
 *
 * A result over fewer than 20 members or fewer than 20 non-members would tell about single people:
 * it is counted in recveil_audit_suppressed_total and otherwise dropped, which is no error.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe] [may-call-host] (its clock)
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_metrics_set_audit(
    recveil_engine *engine, const recveil_audit_result *result) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
