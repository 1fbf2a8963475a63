/*
 * Recommend: the whole of a request in one call. recveil_recommend() decides the path, folds the
 * user's history in on the model that never saw their fold (or draws from the pool), leaves out
 * what they have seen, cuts the list at serving.list_length, updates the metrics, and returns item
 * numbers.
 *
 * It does what recveil_route(), recveil_fold_rank() and recveil_serve() do one after another, with
 * the same bits. A host that scores itself calls recveil_route() and recveil_serve() instead.
 */
#ifndef RECVEIL_RECOMMEND_H
#define RECVEIL_RECOMMEND_H

#include "recveil/fold.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_recommend_request {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_user user;
  recveil_user person;           /* the person or household behind the account, whose fold it is;
                                    0: the user */
  recveil_membership membership; /* 0: ASK, which looks the user up in the published member set;
                                    cross_fit ignores it */
  uint32_t offset;               /* first place of the page */
  uint32_t k;                    /* places on the page */
  uint32_t epoch;                /* page 1: 0; later pages: the epoch of page 1's decision */
  uint64_t pool_version;         /* likewise */
  uint64_t model_version;        /* likewise */
  recveil_history history;       /* what is known of the user now, and what not to show */
} recveil_recommend_request;
#define RECVEIL_RECOMMEND_REQUEST_INIT                                                 \
  {                                                                                    \
    sizeof(recveil_recommend_request), 0, 0, 0, RECVEIL_MEMBERSHIP_ASK, 0, 0, 0, 0, 0, \
        RECVEIL_HISTORY_INIT                                                           \
  }

/**
 * A page of a user's list.
 *
 * What it holds depends on decision->path:
 * - FOLD (mode cross_fit or private, with a history): places offset to offset + k - 1 of the list
 *   of recveil_fold_rank(), which is cut at serving.list_length.
 * - POOL (the user has no history; or is no member, in mode popularity_randomization; or
 *   serving.quarantined, serving.erased or serving.on_error says so): items of the published
 *   popularity as recveil_serve() draws them, without those of the history and of `exclude`.
 * - HOST (a member in mode popularity_randomization, or as the same settings say): none, with
 *   status OK. The host scores by itself and passes *decision to recveil_serve().
 * - REFUSE (as the same settings say): none.
 *
 * To continue a list, copy epoch, pool_version and model_version of page 1's decision into the
 * request and raise offset. The newest two versions of the pool and of the models are kept. For an
 * older one decision->reason says that it is gone, and serving.on_error decides the path.
 * @param decision      out: the path taken, why, and the page token
 * @param items         out: room for k item numbers, best first
 * @param scores        out: room for k; may be NULL. On path POOL all are 0
 * @param n_filled      out: items written; fewer than k if there are no more
 * @param scratch       scratch_size bytes; NULL with 0: allocated for the call
 * @param scratch_size  recveil_fold_scratch_size() of 1 user, n_items + n_exclude and offset + k
 * @return OK | E_ARGUMENT | E_UNSUPPORTED | E_BUFFER (scratch; the text says how much is needed) |
 *         E_NOMEM | E_STATE (the user has a standing erasure, and no maps of the model version that
 *         serves were published) | E_DATA (as recveil_fold_in()). On error *n_filled is 0 and the
 *         path is REFUSE. With scratch given the call allocates nothing.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Cost: that of recveil_fold_rank() or of recveil_serve().
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_recommend(recveil_engine *engine, const recveil_recommend_request *request,
                  recveil_decision *decision, uint32_t *items, float *scores, size_t *n_filled,
                  void *scratch, size_t scratch_size) RECVEIL_NOEXCEPT;

/* Many users against one snapshot. Arrays have n_users elements unless they say otherwise; those
   marked optional may be NULL. */
typedef struct recveil_recommend_pages {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  size_t n_users;
  const recveil_user *users;
  const recveil_user *persons;          /* optional; NULL: each user is the person */
  const recveil_membership *membership; /* optional; NULL: ASK for all */
  const size_t *history_offsets;        /* n_users + 1 offsets into history_items */
  const uint32_t *history_items;
  const float *history_weights;  /* optional, like history_items */
  const size_t *exclude_offsets; /* optional: n_users + 1 offsets into exclude_items */
  const uint32_t *exclude_items; /* optional */
  uint64_t pool_version;         /* in: 0 for the newest; out: the version used */
  uint64_t model_version;        /* in: 0 for the newest; out: the version used */
  uint32_t epoch;                /* in: 0 for now; out: the epoch used */
  uint32_t offset;               /* first place of the page, for all */
  uint32_t k;                    /* places on the page, for all */
  uint32_t reserved;             /* 0 */
  recveil_path *paths;           /* out */
  recveil_reason *reasons;       /* out, optional */
  uint16_t *folds;               /* out, optional; 0 unless the path is FOLD */
  uint32_t *n_filled;            /* out: items written for each user */
  uint32_t *items;               /* out, n_users * k: user u's page from u * k */
  float *scores;                 /* out, optional, like items */
} recveil_recommend_pages;
#define RECVEIL_RECOMMEND_PAGES_INIT                                                             \
  {                                                                                              \
    sizeof(recveil_recommend_pages), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, \
        0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL                                           \
  }

/**
 * recveil_recommend() for many users. Each page is bit-identical to that of a single call,
 * regardless of the batch; 16 users at a time are folded in together, as in
 * recveil_fold_in_batch().
 * @param scratch       scratch_size bytes; NULL with 0: allocated for the call
 * @param scratch_size  recveil_fold_scratch_size() of n_users, the most n_items + n_exclude of any
 *                      user and offset + k
 * @return as recveil_recommend(), if any user fails. On error every n_filled is 0 and every path
 *         is REFUSE.
 * With scratch given it allocates nothing.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_recommend_batch(recveil_engine *engine, recveil_recommend_pages *batch, void *scratch,
                        size_t scratch_size) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
