/*
 * The forget loop: deletion requests that are durable, verified, and stay done.
 *
 *   recveil_forget_submit      a request arrives: durable when it returns, and served as configured
 *                              (serving.erased) from then on, in every process
 *   recveil_forget_plan        which of the rows you have owe something
 *   recveil_forget_apply       maps them in your memory, journaled before the first byte is written
 *   recveil_forget_ack         after you have stored the table: reads the rows back
 *   recveil_forget_evidence    takes the audit of the erased cohort
 *   recveil_forget_complete    after you serve the new table: the signed receipt
 *
 * The library never calls the host for any of it. Plan, apply and ack may be called at any time and
 * again: after a crash, a double publication or the restore of an old file, rows end up bit-equal
 * to exactly one application of a map, or are counted as resurrected. Do the three for every table
 * of every model you publish (each fold, each copy): standing orders are found there.
 *
 * Not touched: interactions, backups, downstream copies; the receipt names them. docs/forget.md has
 * the walk-through.
 */
#ifndef RECVEIL_FORGET_H
#define RECVEIL_FORGET_H

#include "recveil/standing.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A person, for the journal: a keyed hash of the host's id, never the id. */
typedef struct recveil_subject {
  uint8_t bytes[16];
} recveil_subject;
/* The caller's UUID of a request, in the byte order of its text. */
typedef struct recveil_forget_id {
  uint8_t bytes[16];
} recveil_forget_id;

/**
 * The subject of an id: BLAKE2b-128 of the bytes under the subject key. The same in every process
 * with the same key file. Take one form of the id and keep to it: "42" and 42 are two subjects. An
 * accented letter is one, however it was typed: bytes that are UTF-8 are taken in Unicode's
 * normalization form C.
 * @return OK | E_ARGUMENT | E_NOMEM
 * Thread: [thread-safe] [no-block] [fork-safe]; [no-alloc] for ASCII. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_subject_from_bytes(
    recveil_engine *engine, const void *bytes, size_t n, recveil_subject *out) RECVEIL_NOEXCEPT;

typedef struct recveil_forget recveil_forget; /* a journal, opened */
enum {
  RECVEIL_FORGET_READ_ONLY = 1, /* beside the owner: status, list, receipt, verify, nothing else */
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
 * One process owns a journal, and one handle in it. In a forked child every call on an inherited
 * handle is E_STATE, and closing it does nothing: open after forking, in one process. The others
 * need none: they learn of erased users by recveil_engine_refresh().
 * @param options  NULL for defaults.
 * @return OK | E_ARGUMENT | E_CONFIG (no forget.journal, or an ephemeral key) | E_STATE (owned by
 *         another process or handle) | E_NOT_FOUND | E_IO | E_DATA (damaged or tampered with: the
 *         text names the first bad entry) | E_VERSION | E_UNSUPPORTED | E_NOMEM
 * Thread: [thread-safe] [may-call-host]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_open(recveil_engine *engine, const recveil_forget_options *options,
                    recveil_forget **out) RECVEIL_NOEXCEPT;

/**
 * Close a journal. NULL is nothing to do. Nothing is lost without it.
 * Thread: [exclusive] [may-call-host]. Since: 0.1
 */
RECVEIL_API void recveil_forget_close(recveil_forget *forget) RECVEIL_NOEXCEPT;

typedef uint8_t recveil_forget_kind;
enum {
  RECVEIL_FORGET_ERASE = 1,     /* the whole person: rows become 0, for good */
  RECVEIL_FORGET_ATTRIBUTE = 2, /* attributes leave the rows, for good */
  RECVEIL_FORGET_RECTIFY = 3,   /* attributes leave the rows once; the next training learns anew */
  RECVEIL_FORGET_OBJECT = 4     /* no personalised lists; rows stay as they are */
};
typedef uint8_t recveil_regulation;
enum {
  RECVEIL_REGULATION_NONE = 0,
  RECVEIL_REGULATION_GDPR = 1,
  RECVEIL_REGULATION_CCPA = 2,
  RECVEIL_REGULATION_OTHER = 3
};
/* Where the class comes from each time a standing order is applied again. 0: forget.label_policy */
typedef uint8_t recveil_label_policy;
enum {
  RECVEIL_LABELS_LEACE = 1,  /* no class is needed, and only maps that need none are applied */
  RECVEIL_LABELS_SEALED = 2, /* kept, sealed under a key of the person for that alone */
  RECVEIL_LABELS_HOST = 3    /* you are asked each time; nothing is kept */
};
typedef uint8_t recveil_forget_source;
enum {
  RECVEIL_FORGET_FROM_API = 0,
  RECVEIL_FORGET_FROM_WEBHOOK = 1,
  RECVEIL_FORGET_FROM_BATCH = 2
};

typedef struct recveil_forget_request {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_forget_id id;
  recveil_forget_kind kind;
  recveil_regulation regulation;
  recveil_label_policy label_policy;
  recveil_forget_source source;
  uint32_t n_attributes;         /* 1 to 32 for ATTRIBUTE and RECTIFY, else 0 */
  const char *const *attributes; /* names, of 1 to 64 bytes: "gender" */
  const recveil_subject *subjects;
  size_t n_subjects;         /* 1 to 256: one person may have several ids */
  const recveil_user *users; /* the same person for recveil_route(): goes into the set ERASED */
  size_t n_users;            /* 0: the set stays as it is */
  uint64_t received_at;      /* Unix seconds; 0: now */
  uint64_t due_at;           /* 0: as forget.deadline_days says for the regulation */
  const char *policy;        /* the policy in force, kept as it is; NULL: none; at most 64 KiB */
} recveil_forget_request;
#define RECVEIL_FORGET_REQUEST_INIT                                                              \
  {                                                                                              \
    sizeof(recveil_forget_request), 0, {{0}}, RECVEIL_FORGET_ATTRIBUTE, RECVEIL_REGULATION_NONE, \
        0, RECVEIL_FORGET_FROM_API, 0, NULL, NULL, 0, NULL, 0, 0, 0, NULL                        \
  }

typedef uint8_t recveil_forget_accepted;
enum {
  RECVEIL_FORGET_ACCEPTED = 1,
  RECVEIL_FORGET_ALREADY = 2, /* accepted before: the same request; nothing new was written */
  RECVEIL_FORGET_CONFLICT = 3 /* another request has this id; nothing changed */
};

/**
 * Accept requests, all or none of them, with one sync of the disk. When it returns OK they are
 * durable, and the users are in the set ERASED (they stay there when the request is finished:
 * recveil_publish_users() takes out whom you want served again). Submitting again is safe: after
 * E_IO you do not know whether the journal has them, so submit the same again.
 * @param requests  n pointers
 * @param results   n: RECVEIL_FORGET_ACCEPTED, ...; may be NULL
 * @return OK | E_ARGUMENT | E_STATE | E_IO (disk full or failing, state_dir) | E_UNSUPPORTED |
 *         E_NOMEM
 * Thread: [thread-safe] [may-call-host]; calls on a journal take turns.
 * Cost: one sync of the journal, and with a state_dir one publication of the set. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_submit(recveil_forget *forget, const recveil_forget_request *const *requests,
                      size_t n, recveil_forget_accepted *results) RECVEIL_NOEXCEPT;

typedef uint8_t recveil_forget_state;
enum {
  RECVEIL_FORGET_RECEIVED = 1,
  RECVEIL_FORGET_HELD = 2,
  RECVEIL_FORGET_APPLYING = 3,
  RECVEIL_FORGET_VERIFYING = 4,
  RECVEIL_FORGET_PUBLISHING = 5,
  RECVEIL_FORGET_COMPLETED = 6,
  RECVEIL_FORGET_REJECTED = 7,
  RECVEIL_FORGET_CANCELLED = 8,
  RECVEIL_FORGET_NOOP = 9,
  RECVEIL_FORGET_FAILED = 10
};

typedef uint32_t recveil_forget_change_kind;
enum {
  RECVEIL_FORGET_HOLD = 1,    /* a legal hold, doubts of identity; only before it is applied */
  RECVEIL_FORGET_RELEASE = 2, /* held -> received */
  RECVEIL_FORGET_CANCEL = 3,  /* the person changed their mind; only before it is applied */
  RECVEIL_FORGET_REJECT = 4,  /* you refuse; only before it is applied */
  RECVEIL_FORGET_NOBODY = 5,  /* you have no row of them: noop; the order stands all the same */
  RECVEIL_FORGET_FAIL = 6,    /* given up for now */
  RECVEIL_FORGET_RETRY = 7    /* failed -> received */
};
/**
 * Move a request by hand.
 * @param reason  kept with it and in the receipt, at most 1024 bytes, no personal data; may be NULL
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE (not from the state it is in) | E_IO
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_change(recveil_forget *forget, recveil_forget_id id,
                      recveil_forget_change_kind change, const char *reason) RECVEIL_NOEXCEPT;

/**
 * A person takes standing orders back: they are learnt again by the next training.
 * @param attributes  n_attributes names; none: everything that stands, the whole person included
 * @param users       are taken out of the set ERASED if nothing stands for the person any more
 * @param withdrawn   orders taken back; may be NULL
 * @return OK | E_ARGUMENT | E_STATE (an open request still asks for it) | E_IO
 * Thread: [thread-safe] [may-call-host]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_withdraw(recveil_forget *forget, const recveil_subject *subjects, size_t n_subjects,
                        const recveil_user *users, size_t n_users, const char *const *attributes,
                        size_t n_attributes, uint64_t *withdrawn) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_info {
  uint32_t struct_size;
  uint32_t flags;
  recveil_forget_id id;
  recveil_forget_kind kind;
  recveil_forget_state state;
  recveil_regulation regulation;
  recveil_label_policy label_policy;
  uint32_t subjects; /* how many */
  uint32_t retries;
  uint32_t n_attributes;
  uint64_t number; /* in the order they were accepted */
  uint64_t received_at, due_at, updated_at;
  uint64_t finished_at; /* 0 while open */
} recveil_forget_info;
#define RECVEIL_FORGET_INFO_INIT \
  { sizeof(recveil_forget_info), 0, {{0}}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * How a request stands.
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE | E_DATA
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_status(
    recveil_forget *forget, recveil_forget_id id, recveil_forget_info *out) RECVEIL_NOEXCEPT;

/**
 * The same as one JSON object in the shape of OpenDSR, with attributes and the last reason.
 * @return as recveil_forget_status(); E_HOST (write failed)
 * Thread: [thread-safe] [may-call-host]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_describe(recveil_forget *forget,
                                                                     recveil_forget_id id,
                                                                     recveil_write_fn write,
                                                                     void *ctx) RECVEIL_NOEXCEPT;

/**
 * Requests, oldest first.
 * @param state   RECVEIL_FORGET_RECEIVED, ...; 0: any
 * @param cursor  0 at first; set for the next page, and to 0 after the last
 * @param ids     capacity ids, 1 to 1000
 * @param count   ids written
 * @return OK | E_ARGUMENT | E_STATE | E_DATA
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_list(recveil_forget *forget, recveil_forget_state state, uint64_t *cursor,
                    recveil_forget_id *ids, size_t capacity, size_t *count) RECVEIL_NOEXCEPT;

enum {
  RECVEIL_OWES_ERASE = 1,     /* leave the person out of training and of every export */
  RECVEIL_OWES_ATTRIBUTE = 2, /* the row must go through plan and apply */
  RECVEIL_OWES_RECTIFY = 4,
  RECVEIL_OWES_OBJECT = 8 /* no personalised lists, no training */
};
/**
 * What open requests and standing orders ask for, of any ids: before a training, after a restore,
 * or to fill the set ERASED of an engine that has no state_dir.
 * @param owes  n: RECVEIL_OWES_*, 0 for nothing
 * @return OK | E_ARGUMENT | E_STATE | E_DATA
 * Thread: [thread-safe]
 * Cost: a hash and a lookup in memory for whoever asked for nothing. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_owes(recveil_forget *forget,
                                                                 const recveil_subject *subjects,
                                                                 size_t n,
                                                                 uint8_t *owes) RECVEIL_NOEXCEPT;

/* A table of embeddings as the host has it in memory. */
typedef struct recveil_forget_table {
  uint32_t struct_size;
  uint32_t n_attributes;           /* of attributes, at most 16 */
  const char *name;                /* the host's name of the table, 1 to 64 bytes: "users" */
  uint64_t model_version;          /* never the same for two trainings; the fence */
  const recveil_matrix *rows;      /* apply writes to it, plan and ack only read */
  const recveil_subject *subjects; /* rows->n_rows: whose row it is; nobody twice */
  const char *const *attributes;   /* what the bits and classes of the calls stand for, in the order
                                      of the map */
} recveil_forget_table;
#define RECVEIL_FORGET_TABLE_INIT \
  { sizeof(recveil_forget_table), 0, NULL, 0, NULL, NULL, NULL }

typedef uint8_t recveil_row_action;
enum {
  RECVEIL_ROW_SKIP = 0,       /* as an application left it, and nothing more is owed */
  RECVEIL_ROW_MAP = 1,        /* apply will write it */
  RECVEIL_ROW_RESURRECTED = 2 /* not what the journal knows of this model version: somebody wrote it
                                 since. Never mapped; publish the model under a new version */
};
typedef struct recveil_forget_plan_rows {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  size_t capacity;
  size_t count;                /* out: rows that owe something */
  size_t *rows;                /* out: their indices, rising */
  recveil_row_action *actions; /* out; may be NULL */
  uint16_t *attributes;        /* out: bit a: attribute a is to be taken out now; may be NULL */
  uint16_t *asked;             /* out: bit a: apply needs to be told the class of attribute a, if
                                  the map needs classes; may be NULL */
  size_t unlisted;             /* out: rows that owe an attribute the table does not name */
} recveil_forget_plan_rows;
#define RECVEIL_FORGET_PLAN_ROWS_INIT \
  { sizeof(recveil_forget_plan_rows), 0, 0, 0, NULL, NULL, NULL, NULL, 0 }

/**
 * Which rows owe something. Changes nothing. Fit the map on rows of this table that plan does not
 * name, or names with RECVEIL_ROW_MAP: never on rows erased before (RECVEIL_ROW_SKIP).
 * @return OK | E_ARGUMENT | E_BUFFER (count and unlisted are written) | E_STATE | E_DATA | E_NOMEM
 * Thread: [thread-safe]
 * Cost: a hash and a lookup for each row; O(d) and a query for each that owes something.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_plan(recveil_forget *forget, const recveil_forget_table *table,
                    recveil_forget_plan_rows *out) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_applied {
  uint32_t struct_size;
  recveil_stale stale; /* what of the host's is wrong now: RECVEIL_STALE_*; 0 if nothing changed */
  uint64_t attempt;    /* for recveil_forget_ack(); 0: nothing was owed */
  size_t mapped;       /* rows written */
  size_t skipped;      /* as an application left them */
  size_t no_class;     /* left as they are: the map needs a class that nobody told */
  size_t wrong_map;    /* left as they are: the order forbids this map (RECVEIL_LABELS_LEACE), or
                          it takes out an attribute nobody asked for */
  size_t resurrected;  /* left as they are */
  double shift;        /* mean of |after - before| / |before| over the rows mapped */
} recveil_forget_applied;
#define RECVEIL_FORGET_APPLIED_INIT \
  { sizeof(recveil_forget_applied), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Take out what is owed. What is about to be written is durable in the journal (a keyed digest of
 * each row before and after, the id of the map, never a class) before the first row is written.
 * Requests of these rows go to APPLYING.
 * @param rows     n indices, as plan gave them; NULL: all rows of the table (n is not looked at)
 * @param map      fitted on this table; NULL: only whole persons (ERASE, OBJECT) are handled
 * @param classes  n x n_attributes of the rows named, row by row; RECVEIL_CLASS_UNKNOWN where the
 *                 journal has it sealed or nobody knows; NULL: all unknown. With
 *                 RECVEIL_LABELS_SEALED a class told is sealed for the next time.
 * @return OK | E_ARGUMENT (also: the map has other columns or attributes) | E_STATE | E_IO | E_DATA
 *         (a row of them is not finite) | E_NOMEM. Unless it returns OK no row was written.
 * Thread: [thread-safe], but nobody else may use the rows meanwhile. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_apply(recveil_forget *forget, const recveil_forget_table *table, const size_t *rows,
                     size_t n, const recveil_erase_map *map, const int32_t *classes,
                     recveil_forget_applied *out) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_acked {
  uint32_t struct_size;
  uint32_t flags;
  size_t confirmed;   /* read back as written */
  size_t unwritten;   /* still as before: store the table again, or plan and apply again */
  size_t resurrected; /* neither: somebody else wrote them */
  size_t unknown;     /* no rows of the attempt */
  size_t left;        /* rows of the attempt that are not confirmed yet */
  size_t verifying;   /* requests that went to VERIFYING: no row of theirs is open any more */
} recveil_forget_acked;
#define RECVEIL_FORGET_ACKED_INIT \
  { sizeof(recveil_forget_acked), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Read the rows of an attempt back: from the table as it was stored and will be served, not from
 * the memory that apply wrote. In parts, if you like.
 * @param table  with the model_version of the attempt
 * @return OK | E_ARGUMENT | E_NOT_FOUND (no such attempt, or a later one took its rows over: plan
 *         again) | E_STATE (of another model version: fenced off) | E_IO | E_DATA
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_ack(recveil_forget *forget, uint64_t attempt, const recveil_forget_table *table,
                   recveil_forget_acked *out) RECVEIL_NOEXCEPT;

enum {
  RECVEIL_EVIDENCE_ADMIT_LEAK = 1 /* go on although the audit says leak; the receipt says so too */
};
/**
 * Verification: hand over the report of recveil_audit_attributes() (or `recveil audit attribute`)
 * on the erased cohort. Scores before and after, with their intervals, go into the receipts.
 * The requests go to PUBLISHING; with the verdict leak and without ADMIT_LEAK back to APPLYING.
 * @param ids            n_ids requests, all VERIFYING; NULL: every request that is. ERASE and
 *                       OBJECT need no evidence and go on all the same
 * @param report         n bytes, one JSON object; NULL with n 0 for requests that need none. Of a
 *                       cohort too small to measure: the verdict "inconclusive", no attackers, and
 *                       "attributes", an array of their names
 * @param model_version  of the tables audited
 * @param advanced       requests that went to PUBLISHING; may be NULL
 * @return OK | E_ARGUMENT | E_DATA (no report of an attribute audit) | E_NOT_FOUND | E_STATE | E_IO
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_evidence(
    recveil_forget *forget, const recveil_forget_id *ids, size_t n_ids, const char *report,
    size_t n, uint64_t model_version, uint32_t flags, size_t *advanced) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_facts {
  uint32_t struct_size;
  recveil_erase_method method; /* that was used; 0: none, whole persons */
  recveil_stale rebuilt;       /* caches you rebuilt, or do not have; the receipt names the rest */
  uint32_t n_not_touched;
  const char *const *not_touched; /* what still has the data: "backups until 2027-02" */
} recveil_forget_facts;
#define RECVEIL_FORGET_FACTS_INIT \
  { sizeof(recveil_forget_facts), 0, 0, 0, NULL }

/**
 * The new table is served: close a request and sign its receipt. Again on a completed request: the
 * same bytes.
 * @param facts  NULL: nothing rebuilt, nothing else named
 * @param write  receives the receipt; may be NULL
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE (not PUBLISHING, or rows not confirmed) | E_IO |
 *         E_HOST (write failed: it is completed all the same)
 * Thread: [thread-safe] [may-call-host]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_complete(
    recveil_forget *forget, recveil_forget_id id, const recveil_forget_facts *facts,
    recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/**
 * The receipt of a completed request, {"receipt": {...}, "signature": "..."}, as it was signed.
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE | E_HOST
 * Thread: [thread-safe] [may-call-host]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_receipt(recveil_forget *forget,
                                                                    recveil_forget_id id,
                                                                    recveil_write_fn write,
                                                                    void *ctx) RECVEIL_NOEXCEPT;

/**
 * The key that receipts are verified with (Ed25519, 32 bytes): publish it, every version of it.
 * @return OK | E_ARGUMENT | E_STATE
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_public_key(
    recveil_forget *forget, uint8_t key[32], uint32_t *version) RECVEIL_NOEXCEPT;

/**
 * Is this a receipt, byte for byte as it was issued under that key? Needs no engine and no journal.
 * @return OK | E_ARGUMENT | E_DATA (it is not)
 * Thread: [thread-safe] [fork-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_receipt_verify(const char *receipt, size_t n, const uint8_t key[32]) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_report {
  uint32_t struct_size;
  uint32_t flags;
  uint64_t entries;  /* of the hash chain, read and found good */
  uint64_t purged;   /* of these, only the hash is left */
  uint64_t head_seq; /* the last entry: note it elsewhere, and a journal cut short is found out */
  uint8_t head_hash[32];
  uint64_t in_state[10]; /* requests by state, RECEIVED first */
  uint64_t overdue;
  uint64_t oldest_open_at, next_due_at; /* 0: none is open */
  uint64_t tombstones;                  /* standing orders */
  uint64_t resurrected;                 /* how often a row was found so */
  uint64_t file_bytes;
} recveil_forget_report;
#define RECVEIL_FORGET_REPORT_INIT \
  { sizeof(recveil_forget_report), 0, 0, 0, 0, {0}, {0}, 0, 0, 0, 0, 0, 0 }

/**
 * Check the whole journal, and count.
 * @param anchor_seq   an entry noted before, whose hash must be in the chain; 0: none
 * @param anchor_hash  32 bytes; NULL with 0
 * @param out          written also with E_DATA
 * @return OK | E_ARGUMENT | E_DATA (damaged or tampered with: the text says where) | E_STATE | E_IO
 * Thread: [thread-safe]
 * Cost: O(entries), about 1 s for 100,000 requests. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_verify(recveil_forget *forget, uint64_t anchor_seq, const uint8_t *anchor_hash,
                      recveil_forget_report *out) RECVEIL_NOEXCEPT;

/**
 * Delete finished requests, receipts too, older than forget.retention_days. Call it once a day.
 * @param requests  deleted; may be NULL
 * @return OK | E_ARGUMENT | E_STATE | E_IO
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_purge(recveil_forget *forget, uint64_t *requests) RECVEIL_NOEXCEPT;

/**
 * Destroy the key that links journal entries to a person. Standing orders stay until withdrawn.
 * @param shredded  1: there was a key, else 0; may be NULL
 * @return OK | E_ARGUMENT | E_STATE (a request of theirs is open) | E_IO
 * Thread: [thread-safe]. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_shred(
    recveil_forget *forget, const recveil_subject *subject, uint32_t *shredded) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
