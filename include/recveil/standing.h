/*
 * Standing erasures: what an engine applies by itself to users who asked for the erasure of an
 * attribute.
 *
 *   recveil_publish_erasures  which users have a standing erasure, and the maps of a model version
 *   recveil_decoys_fit        a table of items to hide from the lists of these users
 *   recveil_decoys            which items to hide, for a host that ranks by itself
 *
 * A row that is folded in again from a history has its attribute back, exactly. An engine that
 * knows the users with a standing erasure maps every row that it folds in for them:
 * recveil_recommend(), recveil_fold_in(), recveil_fold_in_batch() with users, and
 * recveil_fold_rank().
 *
 * A standing erasure is not membership in RECVEIL_USERS_ERASED. A user in that set is served from
 * the pool (serving.erased) and has no personal list at all. A user with a standing erasure has a
 * personal list, computed from an erased row. A user may have both; then the pool is served.
 */
#ifndef RECVEIL_STANDING_H
#define RECVEIL_STANDING_H

#include "recveil/engine.h"
#include "recveil/erase.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_erasures {
  uint32_t struct_size;
  uint32_t flags;         /* 0 */
  uint64_t model_version; /* of the models that the maps are for; not below the one before */
  uint32_t n_maps;        /* serving.folds; 0: no maps, for decoys alone */
  uint32_t n_attributes;  /* columns of classes; as many as the maps have, if they need classes */
  const recveil_erase_map *const *maps; /* maps[f]: fitted on rows folded in on models[f] */
  size_t n_users;
  const recveil_user *users; /* the users with a standing erasure, as they are routed */
  const int32_t *classes;    /* n_users x n_attributes, row by row; NULL if n_attributes is 0 */
  const void *decoys;        /* a table of recveil_decoys_fit(); NULL: lists are not protected */
  size_t decoys_size;        /* bytes of the table */
  uint32_t decoys_attribute; /* the column of classes that the table is for */
  uint32_t reserved;         /* 0 */
} recveil_erasures;
#define RECVEIL_ERASURES_INIT \
  { sizeof(recveil_erasures), 0, 0, 0, 0, NULL, 0, NULL, NULL, NULL, 0, 0, 0 }

/**
 * Publish all users with a standing erasure, and the maps of one model version. Everything is
 * copied. It replaces what was published before for this version; the maps of the version before
 * are kept for as long as its models are. Publish the maps of a version before its models: on a
 * version without maps a user with a standing erasure gets E_STATE, never the unmapped row.
 *
 * Users and classes are kept only in the memory of this process, never in a state_dir, because the
 * class is what the users asked to have removed. With maps that need no classes (LEACE) only keyed
 * hashes of the users are kept.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED | E_DATA (decoys) | E_NOMEM
 * Thread: [thread-safe]; one publication at a time, others wait.
 * Cost: O(n_users log n_users).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_publish_erasures(recveil_engine *engine, const recveil_erasures *erasures) RECVEIL_NOEXCEPT;

/**
 * Fit a decoy table: how often each item is hidden, from the histories of users whose classes are
 * known.
 *
 * A ranked list of unseen items leaves gaps where the history is, so a list computed from an erased
 * row still reveals the attribute to an attacker who knows the defence. Decoys hide some unseen
 * items from the lists of an erased user, namely those that other classes have seen more often.
 * Lists then reveal less, not nothing (docs/erasure.md has the numbers). Whether an item is hidden
 * is a keyed function of user and item, so asking again gives the same answer.
 * @param offsets  n_users + 1 offsets into items, not falling: the history of user u is
 *                 items[offsets[u]] up to, without, items[offsets[u + 1]]
 * @param items    below n_items; repeats within a history count once
 * @param classes  n_users classes of one attribute; users of unknown class are skipped
 * @param write    receives the table: statistics of the histories by class
 * @return OK | E_ARGUMENT | E_DATA (fewer than two classes have users) | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(interactions + n_items n_classes); the table has 4 bytes for each item and class.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_decoys_fit(
    size_t n_users, const size_t *offsets, const uint32_t *items, uint32_t n_items,
    const int32_t *classes, uint32_t n_classes, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/**
 * Which of these items to hide from a user's list. None, unless serving.decoys is on, the user has
 * a standing erasure with a known class, and a table was published. recveil_recommend() and
 * recveil_fold_rank() hide them already. A host that ranks by itself calls this before it cuts the
 * list to its length or passes positions as page.seen.
 * @param n_history  different items in the user's current history
 * @param items      n items, numbered like the histories of the table; items of the user's own
 *                   history may be among them
 * @param hide       n bytes, written: 1 to hide the item, else 0
 * @param n_hidden   written: how many are 1; may be NULL
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Cost: O(n): a keyed hash for each item, if the user has a standing erasure.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_decoys(recveil_engine *engine,
                                                            recveil_user user, size_t n_history,
                                                            const uint32_t *items, size_t n,
                                                            uint8_t *hide,
                                                            size_t *n_hidden) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
