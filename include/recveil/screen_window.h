/*
 * The trusted window of account screening: statistics of the items and a sample of accounts that
 * the operator trusts, in a flat buffer of the caller. Windows of the same shape can be merged, so
 * that several processes fill one each. A window becomes a screening model
 * (recveil/screen_model.h).
 *
 * Items are numbers in [0, n_items), the same in the window and in the batches that are screened.
 */
#ifndef RECVEIL_SCREEN_WINDOW_H
#define RECVEIL_SCREEN_WINDOW_H

#include "recveil/serve.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Accounts and what they did, borrowed for the call. Row u is items[offsets[u]] up to
   items[offsets[u + 1] - 1], with no item twice. An account without interactions is accepted. */
typedef struct recveil_screen_accounts {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  size_t n_accounts;
  const recveil_user *users;   /* n_accounts; no user twice */
  const recveil_user *persons; /* optional, n_accounts: the person or household that the account
                                  belongs to, in any numbers of the host's; 0: none. Accounts of one
                                  person are never compared with each other */
  const size_t *offsets;       /* n_accounts + 1 */
  const uint32_t *items;
  const float *ratings;       /* parallel to items; NULL with implicit feedback */
  const int64_t *arrived_at;  /* optional, n_accounts: when the account came, Unix seconds; 0: not
                                 known */
  const int64_t *launched_at; /* optional, n_launched, which is n_items: when each item became
                                 available, Unix seconds; 0: not known */
  size_t n_launched;
  const uint32_t *n_past; /* optional, n_accounts, for batches: so many interactions, at the start
                             of the row, were in the window's accounts. Give it where the window
                             holds more accounts than its sample; the sample tells by itself */
} recveil_screen_accounts;
#define RECVEIL_SCREEN_ACCOUNTS_INIT \
  { sizeof(recveil_screen_accounts), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL }

/* The shape of a window. Windows that are merged must agree in all of it. */
typedef struct recveil_screen_window_shape {
  uint32_t struct_size;
  uint32_t flags;               /* 0 */
  uint32_t n_items;             /* in [1, 2^31 - 1] */
  uint32_t sample_accounts;     /* the most accounts that the sample holds; 0: 50,000 */
  uint64_t sample_interactions; /* the most interactions of theirs; 0: 200 per account */
  float rating_min, rating_max; /* the scale; both 0: implicit feedback */
  uint64_t seed;                /* decides which accounts are sampled */
} recveil_screen_window_shape;
#define RECVEIL_SCREEN_WINDOW_SHAPE_INIT \
  { sizeof(recveil_screen_window_shape), 0, 0, 0, 0, 0, 0, 0 }

/* What a window holds. */
typedef struct recveil_screen_window_info {
  uint32_t struct_size;
  uint32_t flags;
  uint32_t n_items;
  uint32_t implicit;           /* 1: without ratings */
  uint64_t n_accounts;         /* that were added, over all merged windows */
  uint64_t n_interactions;     /* of those accounts */
  uint64_t n_sampled_accounts; /* in the sample; all of them while they fit */
  uint64_t n_sampled_interactions;
} recveil_screen_window_info;
#define RECVEIL_SCREEN_WINDOW_INFO_INIT \
  { sizeof(recveil_screen_window_info), 0, 0, 0, 0, 0, 0, 0 }

/**
 * The size of a window of this shape in bytes: about 48 n_items + 48 sample_accounts + 8
 * sample_interactions. The bytes are plain data, little-endian, and may be stored, sent and mapped.
 * They hold histories as given, and users and persons as keyed hashes, so keep them as you keep
 * histories.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_size(
    const recveil_screen_window_shape *shape, size_t *n_bytes) RECVEIL_NOEXCEPT;

/**
 * Make an empty window in `n_bytes` bytes, aligned as malloc() aligns.
 * @return OK | E_ARGUMENT | E_BUFFER | E_UNSUPPORTED
 * Thread: [exclusive] [no-alloc] [no-block]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_init(
    const recveil_screen_window_shape *shape, void *window, size_t n_bytes) RECVEIL_NOEXCEPT;

/**
 * Add accounts that are trusted. The engine's key hashes users and persons; all windows that are
 * merged, and the model that they become, need engines with the same key. Add each account once, to
 * one of the windows that are merged: an account that is added twice counts twice in the
 * statistics. Leave quarantined accounts out: a campaign inside the window is no longer seen. An
 * account of the window that comes back in a batch is recognised, and only what it added since then
 * is judged.
 *
 * The sample holds the accounts whose seeded hash is smallest. It does not depend on the order of
 * the accounts, nor on which process added them. On error the window is unchanged.
 * @return OK | E_ARGUMENT (also: the window has accounts of an engine with another key) | E_DATA
 *         (damaged window, or a rating outside its scale) | E_NOMEM | E_UNSUPPORTED
 * Thread: [thread-safe] on the engine, [exclusive] on the window
 * Cost: O(interactions + sample log sample).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_window_add(recveil_engine *engine, void *window, size_t n_bytes,
                          const recveil_screen_accounts *accounts) RECVEIL_NOEXCEPT;

/**
 * Add a window to another of the same shape. Any order and grouping of merges gives the same bytes
 * as adding all accounts to one window, as long as ratings add up without rounding.
 * @return OK | E_ARGUMENT (another shape or key, or the two overlap) | E_DATA | E_NOMEM
 * Thread: [exclusive] on `into`
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_merge(
    void *into, size_t n_into_bytes, const void *from, size_t n_from_bytes) RECVEIL_NOEXCEPT;

/**
 * Check bytes that came from elsewhere, and say what they hold.
 * @param out  may be NULL
 * @return OK | E_ARGUMENT | E_DATA (what is wrong) | E_VERSION | E_NOMEM
 * Thread: [thread-safe] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_check(
    const void *window, size_t n_bytes, recveil_screen_window_info *out) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
