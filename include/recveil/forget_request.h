/*
 * A deletion request: who asks (recveil_subject), which request it is (recveil_forget_id), and what
 * is asked for (recveil_forget_request). forget.h carries it out.
 */
#ifndef RECVEIL_FORGET_REQUEST_H
#define RECVEIL_FORGET_REQUEST_H

#include "recveil/engine.h"

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
 * The subjects of n ids: BLAKE2b-128 of the bytes of each under the subject key. They are the same
 * in every process with the same key file. Use one form of an id everywhere: "42" and " 42" are two
 * subjects. An accented letter is one letter however it was typed: an id that is UTF-8 is taken in
 * Unicode's normalization form C.
 * @param bytes    the ids, one after the other
 * @param offsets  n + 1: id i is bytes from offsets[i] up to offsets[i + 1]; none is empty
 * @param out      n
 * @return OK | E_ARGUMENT (names the first bad id) | E_NOMEM
 * Thread: [thread-safe] [no-block] [fork-safe]; [no-alloc] for ids in ASCII
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_subjects_from_bytes(recveil_engine *engine, const void *bytes, const size_t *offsets,
                            size_t n, recveil_subject *out) RECVEIL_NOEXCEPT;

typedef uint32_t recveil_forget_kind;
enum {
  RECVEIL_FORGET_ERASE = 1,     /* the whole person: rows become 0, for good */
  RECVEIL_FORGET_ATTRIBUTE = 2, /* attributes leave the rows, for good */
  RECVEIL_FORGET_RECTIFY = 3,   /* attributes leave the rows once; the next training learns anew */
  RECVEIL_FORGET_OBJECT = 4     /* no personalised lists; rows stay as they are */
};
typedef uint32_t recveil_regulation; /* 0: none */
enum { RECVEIL_REGULATION_GDPR = 1, RECVEIL_REGULATION_CCPA = 2, RECVEIL_REGULATION_OTHER = 3 };
/* Where the class comes from when a standing order is applied again; 0: forget.label_policy */
typedef uint32_t recveil_label_policy;
enum {
  RECVEIL_LABELS_LEACE = 1,  /* no class is needed, and only maps that need none are applied */
  RECVEIL_LABELS_SEALED = 2, /* the journal keeps it, sealed under a key of the person for that */
  RECVEIL_LABELS_HOST = 3    /* you are asked each time; nothing is kept */
};
typedef uint32_t recveil_forget_source; /* 0: RECVEIL_FORGET_FROM_API */
enum {
  RECVEIL_FORGET_FROM_API = 1,
  RECVEIL_FORGET_FROM_WEBHOOK = 2,
  RECVEIL_FORGET_FROM_BATCH = 3
};

typedef struct recveil_forget_request {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_forget_id id;
  recveil_forget_kind kind;
  recveil_regulation regulation;
  recveil_label_policy label_policy;
  recveil_forget_source source;
  uint64_t received_at; /* Unix seconds; 0: now. At most 600 s ahead of the clock */
  uint64_t due_at;      /* 0: as forget.deadline_days says for the regulation */
  size_t n_subjects;    /* 1 to 256: one person may have several ids */
  const recveil_subject *subjects;
  size_t n_users;                /* at most 256; 0: the set ERASED stays as it is */
  const recveil_user *users;     /* the same person for recveil_route(): goes into the set ERASED */
  size_t n_attributes;           /* 1 to 32 for ATTRIBUTE and RECTIFY, else 0 */
  const char *const *attributes; /* names, of 1 to 64 bytes: "gender" */
  const char *policy;            /* the policy in force, kept as it is; NULL: none; up to 64 KiB */
} recveil_forget_request;
#define RECVEIL_FORGET_REQUEST_INIT                                                                \
  {                                                                                                \
    sizeof(recveil_forget_request), 0, {{0}}, RECVEIL_FORGET_ATTRIBUTE, 0, 0, 0, 0, 0, 0, NULL, 0, \
        NULL, 0, NULL, NULL                                                                        \
  }

#ifdef __cplusplus
}
#endif
#endif
