/*
 * The serve loop: publish what the lists are made from, then route and serve each request.
 *
 *   recveil_publish_popularity   after each training: how often members chose each item
 *   recveil_publish_users        who is a member, quarantined, erased
 *   recveil_route                before scoring: does this user get the host's list?
 *   recveil_serve                after scoring: which positions to show
 *
 * Items are never named. A position indexes the host's own ranked list (origin HOST) or the
 * published pool (origin POOL, recveil_pool_read).
 */
#ifndef RECVEIL_SERVE_H
#define RECVEIL_SERVE_H

#include "recveil/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_popularity {
  uint32_t struct_size;
  uint32_t flags;         /* 0 */
  const uint64_t *counts; /* counts[i]: members who interacted with item i. Count members only: a
                             popularity that counts non-members tells about them */
  const uint64_t *items;  /* items[i]: the host's number of item i; NULL: i itself */
  size_t count;
} recveil_popularity;
#define RECVEIL_POPULARITY_INIT \
  { sizeof(recveil_popularity), 0, NULL, NULL, 0 }

/**
 * Publish a new popularity. The pool is the first ceil(list_length / ratio) items by falling count,
 * ties by position in the array, items with count 0 left out (Zhang et al., CCS'21, section 6). The
 * pool before it stays readable, so that a user's page 2 continues page 1.
 * @return OK | E_ARGUMENT (also: every count is 0) | E_IO (state_dir) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; one publication at a time, others wait.
 * Cost: O(count + pool log pool).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_publish_popularity(
    recveil_engine *engine, const recveil_popularity *popularity) RECVEIL_NOEXCEPT;

/**
 * The items of a published pool, by position.
 * @param version   a pool_version, or 0 for the newest. The newest two are kept.
 * @param items     capacity numbers; may be NULL with capacity 0 to ask for the size.
 * @param needed    the size of the pool; may be NULL.
 * @param found     the version read; may be NULL.
 * @return OK | E_ARGUMENT | E_BUFFER | E_STATE (nothing published) | E_NOT_FOUND
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_pool_read(recveil_engine *engine,
                                                               uint64_t version, uint64_t *items,
                                                               size_t capacity, size_t *needed,
                                                               uint64_t *found) RECVEIL_NOEXCEPT;

typedef uint32_t recveil_user_set;
enum {
  RECVEIL_USERS_MEMBERS = 1,     /* their data trained the model */
  RECVEIL_USERS_QUARANTINED = 2, /* held back by screening or by the operator */
  RECVEIL_USERS_ERASED = 3       /* asked to be forgotten */
};
typedef uint32_t recveil_set_change;
enum { RECVEIL_SET_REPLACE = 1, RECVEIL_SET_ADD = 2, RECVEIL_SET_REMOVE = 3 };

/**
 * Change a set of users. Adding a user twice and removing an absent one are not errors.
 * @param users  count users in any order; NULL only with count 0.
 * @return OK | E_ARGUMENT | E_IO (state_dir) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; one publication at a time, others wait.
 * Cost: O(count log count), and now and then O(users in the set); with a state_dir always the
 * latter, so send changes in batches. Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_publish_users(recveil_engine *engine,
                                                                   recveil_user_set set,
                                                                   recveil_set_change change,
                                                                   const recveil_user *users,
                                                                   size_t count) RECVEIL_NOEXCEPT;

typedef uint8_t recveil_membership;
enum {
  RECVEIL_MEMBERSHIP_ASK = 0, /* look in the published member set */
  RECVEIL_MEMBERSHIP_MEMBER = 1,
  RECVEIL_MEMBERSHIP_NONMEMBER = 2
};

typedef uint8_t recveil_path;
enum {
  RECVEIL_PATH_REFUSE = 0, /* show nothing */
  RECVEIL_PATH_HOST = 1,   /* score as usual and show the host's ranked list */
  RECVEIL_PATH_POOL = 2,   /* show items of the pool; scoring is not needed */
  RECVEIL_PATH_FOLD = 3    /* score with the model of a fold (fold.h), for everybody alike */
};

typedef uint8_t recveil_reason;
enum {
  RECVEIL_REASON_NONE = 0,
  RECVEIL_REASON_MEMBER = 1,
  RECVEIL_REASON_NONMEMBER = 2,
  RECVEIL_REASON_QUARANTINED = 3,
  RECVEIL_REASON_ERASED = 4,
  RECVEIL_REASON_DRY_RUN = 5, /* serving.dry_run: what would have been done is only counted */
  RECVEIL_REASON_NO_POOL = 6, /* 6 to 9: failures, answered as serving.on_error says */
  RECVEIL_REASON_STALE_POOL = 7,
  RECVEIL_REASON_NO_MEMBERS = 8,
  RECVEIL_REASON_NO_FOLDS = 9,   /* cross_fit: none published, or the model_version asked for is no
                                    longer kept */
  RECVEIL_REASON_CROSS_FIT = 10, /* no failure: everybody with a history, in mode cross_fit */
  RECVEIL_REASON_NO_HISTORY = 11 /* no failure: history_len is 0, in mode cross_fit */
};

typedef struct recveil_request {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_user user;
  recveil_membership membership;
  uint8_t reserved[3];
  uint32_t history_len; /* interactions known of the user; only the FOLD path looks at it */
  uint32_t epoch;       /* 0: now; else the epoch of page 1, to continue it */
  uint32_t reserved2;
  uint64_t pool_version;  /* 0: the newest; else the pool_version of page 1, to continue it */
  uint64_t model_version; /* 0: the newest; else the model_version of page 1 */
  recveil_user person;    /* whose fold it is, as recveil_fold_of() was asked: the person or
                             household behind the account, never 0; 0: the user */
} recveil_request;
#define RECVEIL_REQUEST_INIT \
  { sizeof(recveil_request), 0, 0, RECVEIL_MEMBERSHIP_ASK, {0, 0, 0}, 0, 0, 0, 0, 0, 0 }

/* Where a request goes. Keep it from route to serve; epoch and pool_version are the page token. */
typedef struct recveil_decision {
  uint32_t struct_size;
  uint32_t flags;
  recveil_user user;
  recveil_path path;
  recveil_reason reason;
  uint16_t fold; /* with path FOLD */
  uint32_t epoch;
  uint64_t model_version; /* with path FOLD; else 0 */
  uint64_t pool_version;  /* 0 if nothing was published */
} recveil_decision;
#define RECVEIL_DECISION_INIT \
  { sizeof(recveil_decision), 0, 0, RECVEIL_PATH_REFUSE, RECVEIL_REASON_NONE, 0, 0, 0, 0 }

/**
 * Decide what a user is shown, before the host scores anything.
 *
 * Decisions, also those taken because something is missing, are in out->path and out->reason with
 * status OK; the status is for faults of the call.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_route(recveil_engine *engine,
                                                           const recveil_request *request,
                                                           recveil_decision *out) RECVEIL_NOEXCEPT;

typedef struct recveil_page {
  uint32_t struct_size;
  uint32_t flags;  /* 0 */
  uint32_t n_host; /* length of the host's ranked list; 0 on the POOL path */
  uint32_t offset; /* first place of the page */
  uint32_t k;      /* places on the page */
  uint32_t n_seen;
  const uint32_t *seen; /* n_seen positions not to show, of the list the path names, any order.
                           Filter seen items here if members' lists are filtered: else the path is
                           told by it */
} recveil_page;
#define RECVEIL_PAGE_INIT \
  { sizeof(recveil_page), 0, 0, 0, 0, 0, NULL }

typedef uint8_t recveil_origin;
enum { RECVEIL_ORIGIN_HOST = 1, RECVEIL_ORIGIN_POOL = 2 };

typedef struct recveil_slate {
  uint32_t struct_size;
  uint32_t count;          /* out: places filled */
  uint32_t *positions;     /* k places, allocated by the caller */
  recveil_origin *origins; /* k places, or NULL */
  uint64_t pool_version;   /* out: the pool that positions index; 0: the host's list. Differs from
                              the decision's if that pool is gone and on_error is pool */
} recveil_slate;
#define RECVEIL_SLATE_INIT \
  { sizeof(recveil_slate), 0, NULL, NULL, 0 }

/**
 * Fill a page of the list of a routed user.
 *
 * POOL: a uniform draw without replacement from the pool, the same for the same (key, user, epoch,
 * pool size) in every process, in random order; page 2 continues page 1; seen items are skipped and
 * the rest keeps its order. At most serving.list_length items in all pages together. With
 * serving.mode popularity: the pool in order. HOST: the host's order, as many items as it has: set
 * serving.list_length to the longest list members can page through, or the length tells who is one.
 * FOLD: the host's order like HOST, for everybody alike, at most serving.list_length items.
 * REFUSE: nothing.
 * @return OK | E_ARGUMENT | E_STATE (a pool_version that is no longer kept, with on_error: closed)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Cost: O(pool + offset + k + n_seen); 40 KiB of stack at most.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_serve(recveil_engine *engine,
                                                           const recveil_decision *decision,
                                                           const recveil_page *page,
                                                           recveil_slate *out) RECVEIL_NOEXCEPT;

/* Many users against one snapshot. Arrays of `count`; those marked optional may be NULL. */
typedef struct recveil_batch {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  size_t count;
  const recveil_user *users;
  const recveil_membership *membership; /* optional: ASK for all */
  const uint32_t *history_len;          /* optional: 0 for all */
  uint32_t epoch;                       /* in: 0 for now; out: the epoch used */
  uint32_t offset;                      /* serve: first place of the page, for all */
  uint32_t k;                           /* serve: places on the page, for all */
  uint32_t reserved;
  uint64_t pool_version;       /* in: 0 for the newest; out: the version used */
  recveil_path *paths;         /* route: out; serve: in */
  recveil_reason *reasons;     /* route: out, optional */
  const uint32_t *n_host;      /* serve: length of each host list; optional if none is needed */
  const size_t *seen_offsets;  /* serve, optional: count + 1 offsets into seen */
  const uint32_t *seen;        /* serve, optional */
  uint32_t *counts;            /* serve: out, places filled for each user */
  uint32_t *positions;         /* serve: out, user u's page from u * k */
  recveil_origin *origins;     /* serve: out, optional, as positions */
  uint64_t model_version;      /* in: 0 for the newest; out: the version used */
  const recveil_user *persons; /* route, optional: the users themselves */
  uint16_t *folds;             /* route: out, optional; 0 unless the path is FOLD */
} recveil_batch;

/**
 * recveil_route for many users. On error every path is RECVEIL_PATH_REFUSE.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_route_batch(recveil_engine *engine, recveil_batch *batch) RECVEIL_NOEXCEPT;

/**
 * recveil_serve for many users, after recveil_route_batch filled batch->paths, epoch and
 * pool_version. On error every count is 0.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_serve_batch(recveil_engine *engine, recveil_batch *batch) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
