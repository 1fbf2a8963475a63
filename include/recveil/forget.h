/*
 * The forget loop: deletion requests that are durable, verified, and stay done.
 *
 *   recveil_forget_submit    accepts requests, durably; serving.erased applies from then on
 *   recveil_forget_plan      finds the rows of a table that owe something
 *   recveil_forget_apply     maps them in your memory, journaled before the first byte is written
 *   recveil_forget_ack       reads the rows back after you have stored the table
 *   recveil_forget_evidence  takes the scores of the audit of the erased rows
 *   recveil_forget_complete  signs the receipt after you serve the new table
 *
 * Plan, apply and ack may be called at any time and again: after a crash, a double publication or
 * the restore of an old file, rows are bit-identical to applying the map exactly once, or are
 * counted as resurrected. Call the three for every table of every model you publish (each fold,
 * each copy): they find the standing orders as well. If a model has several tables, apply all of
 * them, then ack all of them: a request is verified when none of its rows is open in any table.
 *
 * Interactions, backups and downstream copies are not touched; the receipt names them.
 * forget_admin.h has what operators do by hand. docs/forget.md has the walk-through.
 */
#ifndef RECVEIL_FORGET_H
#define RECVEIL_FORGET_H

#include "recveil/audit.h"
#include "recveil/erase.h"
#include "recveil/forget_request.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_forget recveil_forget; /* a journal, opened */
enum {
  RECVEIL_FORGET_READ_ONLY = 1, /* while another process owns it; allows only plan, status, list,
                                   owes, receipt, public_key and verify */
  RECVEIL_FORGET_NO_CREATE = 2, /* E_NOT_FOUND where there is no journal yet */
  RECVEIL_FORGET_NO_VERIFY = 4  /* do not check the whole hash chain now (about 1 s for 100,000
                                   requests) */
};
typedef struct recveil_forget_options {
  uint32_t struct_size;
  uint32_t flags; /* RECVEIL_FORGET_* */
} recveil_forget_options;
#define RECVEIL_FORGET_OPTIONS_INIT \
  { sizeof(recveil_forget_options), 0 }
/**
 * Open the journal that the engine's configuration names (forget.journal). The engine gives keys,
 * clock, log, metrics and the set of erased users; it stays alive until both are closed.
 *
 * One process owns a journal, and one handle in it. The process keeps it while it copies the
 * journal's folder. In a forked child every call on an inherited handle is E_STATE, and closing it
 * does nothing: open the journal after forking, in one process. The other processes need none: they
 * learn of erased users by recveil_engine_refresh().
 * @param options  NULL for defaults.
 * @return OK | E_ARGUMENT | E_CONFIG (no forget.journal, or an ephemeral key) | E_STATE (owned by
 *         another process or handle) | E_NOT_FOUND | E_IO | E_DATA (damaged or tampered with: the
 *         text names the first bad entry) | E_VERSION | E_UNSUPPORTED | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_open(recveil_engine *engine, const recveil_forget_options *options,
                    recveil_forget **out) RECVEIL_NOEXCEPT;

/**
 * Close a journal; NULL is ignored. Nothing is lost if a process ends without it.
 * Thread: [exclusive] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API void recveil_forget_close(recveil_forget *forget) RECVEIL_NOEXCEPT;

typedef uint8_t recveil_forget_accepted;
enum {
  RECVEIL_FORGET_ACCEPTED = 1,
  RECVEIL_FORGET_ALREADY = 2, /* accepted before: the same request; nothing new was written */
  RECVEIL_FORGET_CONFLICT = 3 /* another request has this id; nothing changed */
};

/**
 * Accept requests, all or none of them, with one sync of the disk. When it returns OK they are
 * durable, and the users are in the set ERASED (they stay there when the request is finished:
 * recveil_publish_users() takes out those you want to serve again). Submitting again is safe: after
 * E_IO you do not know whether the journal has them, so submit the same again.
 * @param requests  n pointers, n from 1 to 100,000
 * @param results   n: RECVEIL_FORGET_ACCEPTED, ...; may be NULL
 * @return OK | E_ARGUMENT (names the request) | E_STATE | E_IO (disk full or failing, state_dir) |
 *         E_UNSUPPORTED | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; calls on a journal take turns.
 * Cost: one sync of the journal, and with a state_dir one publication of the set.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_submit(recveil_forget *forget, const recveil_forget_request *const *requests,
                      size_t n, recveil_forget_accepted *results) RECVEIL_NOEXCEPT;

/* A table of embeddings as the host has it in memory. */
typedef struct recveil_forget_table {
  uint32_t struct_size;
  uint32_t flags;             /* 0 */
  const char *name;           /* the host's name of the table, 1 to 64 bytes: "users" */
  uint64_t model_version;     /* never the same for two trainings; the fence */
  const recveil_matrix *rows; /* apply writes to it, plan and ack only read; of float or double */
  const recveil_subject *subjects; /* rows->n_rows: whose row it is. A person may have several rows
                                      (merged accounts), in the same order for apply and ack */
  size_t n_attributes;             /* at most 16 */
  const char *const *attributes;   /* what the bits and classes of the calls stand for, in the order
                                      of the map */
  const recveil_user *users;       /* rows->n_rows, as they are routed: only apply reads them, for a
                                      map with RECVEIL_ERASE_NEEDS_USERS; else NULL */
} recveil_forget_table;
#define RECVEIL_FORGET_TABLE_INIT \
  { sizeof(recveil_forget_table), 0, NULL, 0, NULL, NULL, 0, NULL, NULL }

typedef uint8_t recveil_row_action;
enum {
  RECVEIL_ROW_SKIP = 1,       /* as an application left it, and nothing more is owed */
  RECVEIL_ROW_MAP = 2,        /* apply will write it */
  RECVEIL_ROW_RESURRECTED = 3 /* not what the journal knows of this model version: somebody wrote it
                                 since. Never mapped; publish the model under a new version */
};
typedef struct recveil_forget_plan_rows {
  uint32_t struct_size;
  uint32_t flags;              /* 0 */
  size_t capacity;             /* of the arrays */
  size_t n_rows;               /* out: rows that owe something */
  size_t n_unlisted;           /* out: rows that owe an attribute the table does not name */
  size_t *rows;                /* out: their indices, rising */
  recveil_row_action *actions; /* out; may be NULL */
  uint16_t *attributes;        /* out: bit a: attribute a is to be taken out now; may be NULL */
  uint16_t *asked;             /* out: bit a: apply must be told the class of attribute a, if the
                                  map needs classes; may be NULL */
} recveil_forget_plan_rows;
#define RECVEIL_FORGET_PLAN_ROWS_INIT \
  { sizeof(recveil_forget_plan_rows), 0, 0, 0, 0, NULL, NULL, NULL, NULL }

/**
 * Find the rows that owe something. It changes nothing. Fit the map on rows of this table that plan
 * does not name, or names with RECVEIL_ROW_MAP: never on rows erased before (RECVEIL_ROW_SKIP).
 * @param progress  may be NULL
 * @return OK | E_ARGUMENT | E_BUFFER (n_rows and n_unlisted are written) | E_STATE | E_DATA |
 *         E_CANCELLED | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: a hash and a lookup for each row; O(d) and a query for each that owes something.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_plan(
    recveil_forget *forget, const recveil_forget_table *table, recveil_forget_plan_rows *out,
    const recveil_progress *progress) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_applied {
  uint32_t struct_size;
  recveil_stale stale; /* what you must compute anew: RECVEIL_STALE_*; 0 if nothing changed */
  uint64_t attempt;    /* for recveil_forget_ack(); 0: nothing was owed */
  size_t n_mapped;     /* rows written */
  size_t n_skipped;    /* left as an application left them */
  size_t n_no_class;   /* left: the map needs a class that nobody told */
  size_t n_wrong_map; /* left: the order forbids this map (RECVEIL_LABELS_LEACE), or it takes out an
                         attribute nobody asked for */
  size_t n_resurrected; /* left */
  double shift;         /* mean of |after - before| / |before| over the rows mapped */
} recveil_forget_applied;
#define RECVEIL_FORGET_APPLIED_INIT \
  { sizeof(recveil_forget_applied), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Take out what is owed. What is about to be written is durable in the journal (a keyed digest of
 * each row before and after, the id of the map, never a class) before the first row is written.
 * Requests of these rows go to APPLYING.
 * @param rows     n indices, as plan gave them; NULL: all rows of the table (n is ignored)
 * @param map      fitted on this table; NULL: only whole persons (ERASE, OBJECT) are handled
 * @param classes  n x n_attributes of the rows named, row by row; RECVEIL_CLASS_UNKNOWN where the
 *                 journal has it sealed or nobody knows; NULL: all unknown. With
 *                 RECVEIL_LABELS_SEALED a class told is sealed for the next time.
 * @param progress may be NULL. Once the journal has been written the call cannot be cancelled.
 * @return OK | E_ARGUMENT (also: the map has other columns or attributes) | E_STATE | E_IO | E_DATA
 *         (names a row that is not finite) | E_CANCELLED | E_NOMEM. Unless it returns OK no row was
 *         written.
 * Thread: [thread-safe] [may-call-host], but nobody else may use the rows meanwhile.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_apply(
    recveil_forget *forget, const recveil_forget_table *table, const size_t *rows, size_t n,
    const recveil_erase_map *map, const int32_t *classes, recveil_forget_applied *out,
    const recveil_progress *progress) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_acked {
  uint32_t struct_size;
  uint32_t flags;       /* 0 */
  size_t n_confirmed;   /* read back as written */
  size_t n_unwritten;   /* still as before: store the table again, or plan and apply again */
  size_t n_resurrected; /* neither: somebody else wrote them */
  size_t n_unknown;     /* not rows of the attempt */
  size_t n_left;        /* rows of the attempt that are not confirmed yet */
  size_t n_verifying;   /* requests that went to VERIFYING: none of their rows is open any more */
} recveil_forget_acked;
#define RECVEIL_FORGET_ACKED_INIT \
  { sizeof(recveil_forget_acked), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Read the rows of an attempt back: from the table as it was stored and will be served, not from
 * the memory that apply wrote. In parts, if you like.
 * @param table     with the model_version of the attempt
 * @param progress  may be NULL
 * @return OK | E_ARGUMENT | E_NOT_FOUND (no such attempt, or a later one took its rows over: plan
 *         again) | E_STATE (of another model version: fenced off) | E_IO | E_DATA | E_CANCELLED
 * Thread: [thread-safe] [may-call-host]
 * Cost: two syncs of the journal for all requests.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_ack(recveil_forget *forget, uint64_t attempt, const recveil_forget_table *table,
                   recveil_forget_acked *out, const recveil_progress *progress) RECVEIL_NOEXCEPT;

/**
 * Take the scores of the audit of the erased rows, as recveil_audit_attributes() gives them, into
 * the receipts. The requests go to PUBLISHING; with the verdict LEAK, and without
 * RECVEIL_EVIDENCE_ADMIT_LEAK, back to APPLYING.
 * @param ids         n_ids requests, all VERIFYING; NULL: every request that is, and whose
 *                    attributes the evidence names
 * @param evidence    with its model_version; NULL for ERASE and OBJECT, which need none. Of rows
 * too few to measure: INCONCLUSIVE, without scores
 * @param n_advanced  requests that went to PUBLISHING; may be NULL
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE | E_IO | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_evidence(
    recveil_forget *forget, const recveil_forget_id *ids, size_t n_ids,
    const recveil_attribute_evidence *evidence, size_t *n_advanced) RECVEIL_NOEXCEPT;

/* What you did to a table besides its rows, for the receipts. */
typedef struct recveil_forget_table_facts {
  const char *table;         /* the name that plan, apply and ack had */
  recveil_stale rebuilt;     /* what you computed anew for this table, or do not have */
  recveil_index_state index; /* what was done to its index; 0: it has none, or you do not say */
} recveil_forget_table_facts;
typedef struct recveil_forget_facts {
  uint32_t struct_size;
  recveil_erase_method method;              /* that was used; 0: none, whole persons */
  size_t n_tables;                          /* at most 64 */
  const recveil_forget_table_facts *tables; /* a table not named: nothing was rebuilt */
  size_t n_not_touched;                     /* at most 64 */
  const char *const *not_touched;           /* what still has the data: "backups until 2027-02" */
} recveil_forget_facts;
#define RECVEIL_FORGET_FACTS_INIT \
  { sizeof(recveil_forget_facts), 0, 0, NULL, 0, NULL }

/**
 * The new table is served: close a request and sign its receipt. A completed request gives the same
 * bytes again.
 * @param facts  NULL: nothing rebuilt, nothing else named
 * @param write  receives the receipt, {"receipt": {...}, "signature": "..."}; may be NULL
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE (not PUBLISHING, or rows not confirmed) | E_IO |
 *         E_HOST (write failed: it is completed all the same)
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_complete(
    recveil_forget *forget, recveil_forget_id id, const recveil_forget_facts *facts,
    recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/**
 * The receipt of a completed request, as it was signed.
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE | E_HOST
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_receipt(recveil_forget *forget,
                                                                    recveil_forget_id id,
                                                                    recveil_write_fn write,
                                                                    void *ctx) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
