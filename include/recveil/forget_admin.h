/*
 * The forget loop, for operators: how requests stand, moving them by hand, taking orders back, and
 * keeping the journal.
 */
#ifndef RECVEIL_FORGET_ADMIN_H
#define RECVEIL_FORGET_ADMIN_H

#include "recveil/forget.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t recveil_forget_state;
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
 * @param reason  kept with the request until the next change, at most 1024 bytes of UTF-8, no
 *                personal data; may be NULL
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE (not from the state it is in) | E_IO
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_change(recveil_forget *forget, recveil_forget_id id,
                      recveil_forget_change_kind change, const char *reason) RECVEIL_NOEXCEPT;

/**
 * A person takes standing orders back: the next training learns the attributes again.
 * @param attributes   n_attributes names; none: everything that stands, the whole person included
 * @param users        leave the set ERASED if nothing stands for the person any more
 * @param n_withdrawn  orders taken back; may be NULL
 * @return OK | E_ARGUMENT | E_STATE (an open request still asks for it) | E_IO
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_withdraw(recveil_forget *forget, const recveil_subject *subjects, size_t n_subjects,
                        const recveil_user *users, size_t n_users, const char *const *attributes,
                        size_t n_attributes, uint64_t *n_withdrawn) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_info {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_forget_id id;
  recveil_forget_kind kind;
  recveil_forget_state state;
  recveil_regulation regulation;
  recveil_label_policy label_policy;
  uint64_t number; /* in the order they were accepted */
  uint64_t received_at, due_at, updated_at;
  uint64_t finished_at; /* 0 while open */
  uint32_t n_subjects;  /* who they are is not kept */
  uint32_t n_retries;
  uint32_t n_attributes;
  char attributes[2080]; /* their names, each followed by a NUL */
  char reason[1028];     /* of the last change, NUL-terminated; empty: none */
} recveil_forget_info;
#define RECVEIL_FORGET_INFO_INIT                                                      \
  {                                                                                   \
    sizeof(recveil_forget_info), 0, {{0}}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {0}, { \
      0                                                                               \
    }                                                                                 \
  }

/**
 * How a request stands.
 * @return OK | E_ARGUMENT | E_NOT_FOUND | E_STATE | E_DATA
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_status(
    recveil_forget *forget, recveil_forget_id id, recveil_forget_info *out) RECVEIL_NOEXCEPT;

/**
 * Requests, oldest first.
 * @param state   RECVEIL_FORGET_RECEIVED, ...; 0: any
 * @param cursor  0 at first; set for the next page, and to 0 after the last
 * @param ids     capacity ids, 1 to 1000
 * @param n_ids   ids written
 * @return OK | E_ARGUMENT | E_STATE | E_DATA
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_list(recveil_forget *forget, recveil_forget_state state, uint64_t *cursor,
                    recveil_forget_id *ids, size_t capacity, size_t *n_ids) RECVEIL_NOEXCEPT;

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
 * Cost: a hash and a lookup in memory for people who asked for nothing.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_owes(recveil_forget *forget,
                                                                 const recveil_subject *subjects,
                                                                 size_t n,
                                                                 uint8_t *owes) RECVEIL_NOEXCEPT;

/**
 * Received and applying requests that name nobody among n subjects, oldest first. Either you have
 * no row of that person, or ids are written in another form in the table than in the request.
 * @param ids    receives the first `capacity` of them; NULL with 0
 * @param n_ids  how many there are
 * @return OK | E_ARGUMENT | E_STATE | E_DATA | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_unmatched(recveil_forget *forget, const recveil_subject *subjects, size_t n,
                         recveil_forget_id *ids, size_t capacity, size_t *n_ids) RECVEIL_NOEXCEPT;

/**
 * The key that receipts are verified with (Ed25519, 32 bytes): publish it, every version of it.
 * @param version  forget.receipt_key_version; may be NULL
 * @return OK | E_ARGUMENT | E_STATE
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_public_key(
    recveil_forget *forget, uint8_t key[32], uint32_t *version) RECVEIL_NOEXCEPT;

/**
 * Is this a receipt, byte for byte as it was issued under that key? Needs no engine and no journal.
 * @return OK | E_ARGUMENT | E_DATA (it is not)
 * Thread: [thread-safe] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_receipt_verify(const char *receipt, size_t n, const uint8_t key[32]) RECVEIL_NOEXCEPT;

typedef struct recveil_forget_report {
  uint32_t struct_size;
  uint32_t flags;     /* 0 */
  uint64_t n_entries; /* of the hash chain, read and found good */
  uint64_t n_purged;  /* of these, only the hash is left */
  uint64_t head_seq; /* number of the last entry: note it elsewhere with its hash, and a journal cut
                        short is found out */
  uint8_t head_hash[32];
  uint64_t n_in_state[10]; /* requests by state, RECEIVED first */
  uint64_t n_overdue;
  uint64_t oldest_open_at, next_due_at; /* 0: none is open */
  uint64_t n_standing;                  /* standing orders */
  uint64_t n_resurrected;               /* how often a row was found so */
  uint64_t file_bytes;
} recveil_forget_report;
#define RECVEIL_FORGET_REPORT_INIT \
  { sizeof(recveil_forget_report), 0, 0, 0, 0, {0}, {0}, 0, 0, 0, 0, 0, 0 }

/**
 * Check the whole journal, and count.
 * @param anchor_seq   an entry noted before, whose hash must be in the chain; 0: none
 * @param anchor_hash  32 bytes; NULL with 0
 * @param out          written also with E_DATA
 * @param progress     may be NULL
 * @return OK | E_ARGUMENT | E_DATA (damaged or tampered with: the text says where) | E_STATE |
 *         E_CANCELLED | E_IO
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(entries), about 1 s for 100,000 requests.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_verify(
    recveil_forget *forget, uint64_t anchor_seq, const uint8_t *anchor_hash,
    recveil_forget_report *out, const recveil_progress *progress) RECVEIL_NOEXCEPT;

/**
 * Delete finished requests, receipts too, older than forget.retention_days. Call it once a day.
 * @param n_requests  deleted; may be NULL
 * @return OK | E_ARGUMENT | E_STATE | E_IO
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_forget_purge(recveil_forget *forget, uint64_t *n_requests) RECVEIL_NOEXCEPT;

/**
 * Destroy the key that links journal entries to a person. Standing orders stay until withdrawn.
 * @param shredded  1: there was a key, else 0; may be NULL
 * @return OK | E_ARGUMENT | E_STATE (a request of theirs is open) | E_IO
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_forget_shred(
    recveil_forget *forget, const recveil_subject *subject, uint32_t *shredded) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
