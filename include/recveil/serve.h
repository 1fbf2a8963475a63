/*
 * The serve loop: publish what the lists are made from, then answer each request.
 *
 *   recveil_publish_popularity   after each training: how often members chose each item
 *   recveil_publish_users        who is a member, quarantined, erased
 *   recveil_recommend            (recommend.h) the whole of a request in one call
 *
 * A host that scores itself routes first, because it must know the path before it scores:
 *
 *   recveil_route                does this user get the host's list?
 *   recveil_serve                which positions of the list to show
 *
 * recveil_serve() names no items. A position indexes the host's own ranked list (origin HOST) or
 * the published pool (origin POOL, recveil_pool_read).
 */
#ifndef RECVEIL_SERVE_H
#define RECVEIL_SERVE_H

#include "recveil/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Item numbers are below 2^32 - 1. The pool, the histories and the models of folds use the same
   ones: while folds are published, items of the pool must be below their n_items. */
typedef struct recveil_popularity {
  uint32_t struct_size;
  uint32_t flags;         /* 0 */
  const uint64_t *counts; /* n_items: members who interacted with the item. Count members only: a
                             popularity that counts non-members reveals something about them */
  const uint32_t *items;  /* n_items item numbers, each at most once; NULL: 0, 1, 2, ... */
  size_t n_items;
} recveil_popularity;
#define RECVEIL_POPULARITY_INIT \
  { sizeof(recveil_popularity), 0, NULL, NULL, 0 }

/**
 * Publish a new popularity. The pool is the first ceil(list_length / ratio) items by falling count,
 * ties by position in the array; items with count 0 are left out (Zhang et al., CCS'21, section 6).
 * The previous pool stays readable, so that a user's page 2 continues page 1.
 * @return OK | E_ARGUMENT (every count is 0; an item of the pool is listed twice or is not below
 *         the n_items of the published folds) | E_IO (state_dir) | E_NOMEM
 * One publication runs at a time; others wait.
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(n_items + pool log pool).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_publish_popularity(
    recveil_engine *engine, const recveil_popularity *popularity) RECVEIL_NOEXCEPT;

/**
 * The items of a published pool, by position.
 * @param version       a pool_version, or 0 for the newest. The newest two are kept.
 * @param items         room for capacity item numbers; may be NULL with capacity 0 to ask for the
 *                      size
 * @param n_items       the size of the pool; may be NULL
 * @param version_read  the version of these items; may be NULL
 * @return OK | E_ARGUMENT | E_BUFFER | E_STATE (nothing published) | E_NOT_FOUND
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_pool_read(recveil_engine *engine, uint64_t version, uint32_t *items, size_t capacity,
                  size_t *n_items, uint64_t *version_read) RECVEIL_NOEXCEPT;

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
 * @param users  n_users users in any order; NULL only with n_users 0
 * @return OK | E_ARGUMENT | E_IO (state_dir) | E_NOMEM
 * One publication runs at a time; others wait. With a state_dir every change rewrites the set, so
 * send changes in batches.
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(n_users log n_users), and now and then O(users in the set).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_publish_users(recveil_engine *engine,
                                                                   recveil_user_set set,
                                                                   recveil_set_change change,
                                                                   const recveil_user *users,
                                                                   size_t n_users) RECVEIL_NOEXCEPT;

typedef uint32_t recveil_membership;
enum {
  RECVEIL_MEMBERSHIP_ASK = 1, /* look the user up in the published member set */
  RECVEIL_MEMBERSHIP_MEMBER = 2,
  RECVEIL_MEMBERSHIP_NONMEMBER = 3
};

typedef uint32_t recveil_path;
enum {
  RECVEIL_PATH_REFUSE = 1, /* show nothing */
  RECVEIL_PATH_HOST = 2,   /* score as usual and show the host's ranked list */
  RECVEIL_PATH_POOL = 3,   /* show items of the pool; scoring is not needed */
  RECVEIL_PATH_FOLD = 4    /* rank with the model of a fold (fold.h), for everybody alike */
};

typedef uint32_t recveil_reason;
enum {
  RECVEIL_REASON_MEMBER = 1,
  RECVEIL_REASON_NONMEMBER = 2,
  RECVEIL_REASON_QUARANTINED = 3,
  RECVEIL_REASON_ERASED = 4,
  RECVEIL_REASON_DRY_RUN = 5, /* serving.dry_run: what would have been done is only counted */
  RECVEIL_REASON_NO_POOL = 6, /* 6 to 9: failures, answered as serving.on_error says */
  RECVEIL_REASON_STALE_POOL = 7,
  RECVEIL_REASON_NO_MEMBERS = 8,
  RECVEIL_REASON_NO_FOLDS = 9,    /* cross_fit, private: no model published, or the model_version
                                     asked for is no longer kept */
  RECVEIL_REASON_CROSS_FIT = 10,  /* no failure: everybody with a history, in mode cross_fit */
  RECVEIL_REASON_NO_HISTORY = 11, /* no failure: n_history is 0, in mode cross_fit or private */
  RECVEIL_REASON_PRIVATE = 12     /* no failure: everybody with a history, in mode private */
};

typedef struct recveil_request {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_user user;
  recveil_user person;           /* whose fold it is, as recveil_fold_of() was asked: the person or
                                    household that owns the account, never 0; 0: the user */
  recveil_membership membership; /* 0: ASK */
  uint32_t n_history; /* interactions known of the user; only cross_fit and private look at it */
  /* The page token. All 0: the first page. To continue it, the decision's values of that page. */
  uint64_t pool_version;
  uint64_t model_version;
  uint32_t epoch;
  uint32_t reserved; /* 0 */
} recveil_request;
#define RECVEIL_REQUEST_INIT \
  { sizeof(recveil_request), 0, 0, 0, RECVEIL_MEMBERSHIP_ASK, 0, 0, 0, 0, 0 }

/* Where a request goes. Keep it from route to serve; pool_version, model_version and epoch are the
   page token. */
typedef struct recveil_decision {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_user user;
  recveil_path path;      /* 0: not decided */
  recveil_reason reason;  /* 0: not decided */
  uint64_t pool_version;  /* 0 if nothing was published */
  uint64_t model_version; /* with path FOLD; else 0 */
  uint32_t epoch;
  uint16_t fold; /* with path FOLD; else 0 */
  uint16_t reserved;
} recveil_decision;
#define RECVEIL_DECISION_INIT \
  { sizeof(recveil_decision), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Decide what a user is shown, before the host scores anything.
 *
 * Decisions, including those taken because something is missing, are in out->path and out->reason
 * with status OK; the status is for faults of the call.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED. On error out->path is REFUSE.
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
  const uint32_t *seen; /* n_seen positions not to show, of the list that the path names, in any
                           order. If members' lists leave out seen items, leave them out here too:
                           otherwise a seen item reveals the path */
} recveil_page;
#define RECVEIL_PAGE_INIT \
  { sizeof(recveil_page), 0, 0, 0, 0, 0, NULL }

typedef uint32_t recveil_origin;
enum { RECVEIL_ORIGIN_HOST = 1, RECVEIL_ORIGIN_POOL = 2 };

typedef struct recveil_slate {
  uint32_t struct_size;
  uint32_t n_filled;       /* out: places filled */
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
 * serving.mode popularity: the pool in order.
 * HOST: the host's order, as many items as it has. Set serving.list_length to the longest list that
 * members can page through; otherwise the length reveals who is a member.
 * FOLD: the host's order like HOST, for everybody alike, at most serving.list_length items.
 * REFUSE: nothing.
 * @return OK | E_ARGUMENT | E_STATE (a pool_version that is no longer kept, with on_error: closed).
 *         On error out->n_filled is 0.
 * Uses at most 40 KiB of stack.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Cost: O(pool + offset + k + n_seen).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_serve(recveil_engine *engine,
                                                           const recveil_decision *decision,
                                                           const recveil_page *page,
                                                           recveil_slate *out) RECVEIL_NOEXCEPT;

/* Many users against one snapshot. Arrays have n_users elements unless they say otherwise; those
   marked optional may be NULL. */
typedef struct recveil_batch {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  size_t n_users;
  const recveil_user *users;
  const recveil_user *persons;          /* route, optional: the users themselves */
  const recveil_membership *membership; /* route, optional: ASK for all */
  const uint32_t *n_history;            /* route, optional: 0 for all */
  uint64_t pool_version;                /* in: 0 for the newest; out: the version used */
  uint64_t model_version;               /* in: 0 for the newest; out: the version used */
  uint32_t epoch;                       /* in: 0 for now; out: the epoch used */
  uint32_t offset;                      /* serve: first place of the page, for all */
  uint32_t k;                           /* serve: places on the page, for all */
  uint32_t reserved;                    /* 0 */
  recveil_path *paths;                  /* route: out; serve: in */
  recveil_reason *reasons;              /* route: out, optional */
  uint16_t *folds;                      /* route: out, optional; 0 unless the path is FOLD */
  const uint32_t *n_host;               /* serve: length of each host list; optional if no path is
                                           HOST or FOLD */
  const size_t *seen_offsets;           /* serve, optional: n_users + 1 offsets into seen */
  const uint32_t *seen;                 /* serve, optional */
  uint32_t *n_filled;                   /* serve: out, places filled for each user */
  uint32_t *positions;                  /* serve: out, n_users * k; user u's page from u * k */
  recveil_origin *origins;              /* serve: out, optional, like positions */
} recveil_batch;
#define RECVEIL_BATCH_INIT                                                                         \
  {                                                                                                \
    sizeof(recveil_batch), 0, 0, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, \
        NULL, NULL, NULL, NULL, NULL                                                               \
  }

/**
 * recveil_route for many users.
 * @return as recveil_route(). On error every path is RECVEIL_PATH_REFUSE.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_route_batch(recveil_engine *engine, recveil_batch *batch) RECVEIL_NOEXCEPT;

/**
 * recveil_serve for many users, after recveil_route_batch filled batch->paths, epoch and
 * pool_version.
 * @return as recveil_serve(). On error every n_filled is 0.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_serve_batch(recveil_engine *engine, recveil_batch *batch) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
