/*
 * Attribute erasure: taking a sensitive attribute (gender, age group, ...) out of user embeddings.
 *
 *   recveil_erase_fit                 once per model version: rows and classes -> a map snapshot
 *   recveil_erase_stats_*, _fit_stats the same from statistics that any engine can add up
 *   recveil_erase_map_open            the snapshot, to be applied
 *   recveil_erase_apply               rows of those who asked, in place
 *   recveil_publish_erasures          what fold-in then applies by itself
 *   recveil_decoys                    what to leave out of an erased user's list
 *
 * What this is: the attribute leaves an embedding. What it is not: erasure of the person, and lists
 * can still tell (recveil_decoys makes that harder). A standing erasure is applied anew to every
 * model: whatever re-derives a row from the history restores the attribute exactly. Maps of one
 * model never fit another. Sources and numbers: docs/erasure.md.
 *
 * Classes of an attribute are numbers from 0; RECVEIL_CLASS_UNKNOWN (or any negative number) is not
 * known: such a row is left out of fitting and left as it is by a map that needs classes. Maps of
 * the per-class methods are not idempotent: a row mapped twice is open again (an attacker who knows
 * the defence reads gender of MovieLens-1M at .84). See recveil_erase_apply.
 */
#ifndef RECVEIL_ERASE_H
#define RECVEIL_ERASE_H

#include "recveil/fold.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RECVEIL_CLASS_UNKNOWN = -1 };

typedef uint32_t recveil_erase_method;
enum {
  RECVEIL_ERASE_GAUSSIAN_TRANSPORT = 5, /* class moments onto their barycentre */
  RECVEIL_ERASE_OPTIMAL_TRANSPORT = 6,  /* maps along axes, in polar coordinates */
  RECVEIL_ERASE_LEACE = 7               /* one affine map for all; needs no class to be applied */
};

/* What the host keeps that an erasure makes wrong: a bit each. */
typedef uint32_t recveil_stale;
enum {
  RECVEIL_STALE_NORMS = 1,        /* lengths of user rows */
  RECVEIL_STALE_GRAM = 2,         /* X'X of the users, as incremental training keeps it */
  RECVEIL_STALE_ANN_INDEX = 4,    /* an index over user rows (similar users) */
  RECVEIL_STALE_CACHED_LISTS = 8, /* lists and scores made from the rows as they were */
  RECVEIL_STALE_ALL = 15
};

/* Rows of floats that the host owns. */
typedef struct recveil_matrix {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  float *data;    /* row r begins at data + r * row_stride */
  size_t rows;
  size_t cols;
  size_t row_stride;       /* floats from row to row; 0: cols */
  size_t frozen_tail_cols; /* last columns that are no embedding (biases): never read or changed */
} recveil_matrix;
#define RECVEIL_MATRIX_INIT \
  { sizeof(recveil_matrix), 0, NULL, 0, 0, 0, 0 }

/* Flags of recveil_erase_options: what to leave out, for comparison. */
enum {
  RECVEIL_ERASE_NO_SHRINKAGE = 1,
  RECVEIL_ERASE_NO_FLUCTUATION = 2,
  RECVEIL_ERASE_NO_RECOLOUR = 4,   /* OPTIMAL_TRANSPORT alone */
  RECVEIL_ERASE_ANY_CLASS_SIZE = 8 /* no minimum: small classes are mapped like large ones */
};
typedef struct recveil_erase_options {
  uint32_t struct_size;
  uint32_t flags; /* RECVEIL_ERASE_* */
  recveil_erase_method method;
  uint32_t n_attributes;     /* in [1, 16] */
  const uint32_t *n_classes; /* of each attribute, in [2, 4096] */
  const char *const *names;  /* of each attribute, at most 255 bytes; NULL: "0", "1", ... */
  uint64_t seed;             /* of everything random in fitting: same seed, same map */
  double min_class_rows;     /* a class of fewer than this times d rows is not certifiable: only its
                                mean moves (GAUSSIAN_TRANSPORT: pooled covariance). 0: 8 */
  uint32_t sweeps;           /* OPTIMAL_TRANSPORT: axes, at most 200. 0: 5 */
  uint32_t reserved;         /* 0 */
  recveil_progress_fn progress; /* may be NULL */
  void *progress_ctx;
} recveil_erase_options;
#define RECVEIL_ERASE_OPTIONS_INIT                                                                \
  {                                                                                               \
    sizeof(recveil_erase_options), 0, RECVEIL_ERASE_OPTIMAL_TRANSPORT, 1, NULL, NULL, 1, 0, 0, 0, \
        NULL, NULL                                                                                \
  }

/**
 * Fit a map: read the rows, write a map snapshot. Rows are not changed.
 *
 * @param options  see above
 * @param rows     of one model version, all as the trainer left them: none erased before
 * @param classes  rows x n_attributes, row by row
 * @param write    receives the snapshot in pieces; it is a file format of its own, that any process
 *                 of this version or a later one opens. It holds no row and no user; but what a
 *                 user's class is can be read from the map that was applied to them
 * @return OK | E_ARGUMENT (also a number that is not finite) | E_UNSUPPORTED | E_DATA (fewer than
 * two classes have rows, or the rows have no variance) | E_CANCELLED | E_HOST (write failed or
 *         threw) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: GAUSSIAN_TRANSPORT and LEACE O(rows d^2 + classes d^3); OPTIMAL_TRANSPORT O(sweeps
 *       (rows d^2 + classes d^3)).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_fit(const recveil_erase_options *options,
                                                               const recveil_matrix *rows,
                                                               const int32_t *classes,
                                                               recveil_write_fn write,
                                                               void *ctx) RECVEIL_NOEXCEPT;

/*
 * Statistics of rows and classes, in one block of the caller's memory without pointers: copy it,
 * send it, store it, add two of them up. Of the same blocks merged in the same order they have the
 * same bits. One block an attribute; for GAUSSIAN_TRANSPORT of one attribute, and LEACE.
 */

/**
 * Bytes of the statistics of `n_classes` classes in `d` columns: 8 (8 + n_classes (1 + d + d (d +
 * 1) / 2)); 34 KiB for two classes and d = 64.
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_stats_size(uint32_t d, uint32_t n_classes, size_t *bytes) RECVEIL_NOEXCEPT;

/**
 * Make `stats` (size bytes, aligned to 8) the statistics of no rows.
 * @return OK | E_ARGUMENT | E_BUFFER (text: bytes needed)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_stats_init(void *stats, size_t size, uint32_t d, uint32_t n_classes) RECVEIL_NOEXCEPT;

/**
 * Add rows (their first d columns: cols - frozen_tail_cols must be d) with their classes.
 * @return OK | E_ARGUMENT (also a number that is not finite: nothing is added) | E_DATA (not
 *         statistics) | E_NOMEM
 * Thread: [thread-safe]; one call at a time on the same statistics.
 * Cost: O(rows d^2).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_stats_add(
    void *stats, size_t size, const recveil_matrix *rows, const int32_t *classes) RECVEIL_NOEXCEPT;

/**
 * Add the statistics `from` to `into`; both must be of the same d and n_classes.
 * @return OK | E_ARGUMENT | E_DATA (not statistics)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]; one call at a time on `into`.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_stats_merge(
    void *into, size_t into_size, const void *from, size_t from_size) RECVEIL_NOEXCEPT;

typedef struct recveil_erase_stats_info {
  uint32_t struct_size;
  uint32_t flags;
  uint32_t d;
  uint32_t n_classes;
  uint64_t rows; /* of a known class */
} recveil_erase_stats_info;
#define RECVEIL_ERASE_STATS_INFO_INIT \
  { sizeof(recveil_erase_stats_info), 0, 0, 0, 0 }

/**
 * Is this a block of statistics, whole and undamaged, and of what?
 * @param out  may be NULL
 * @return OK | E_ARGUMENT | E_VERSION | E_DATA
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_stats_check(
    const void *stats, size_t size, recveil_erase_stats_info *out) RECVEIL_NOEXCEPT;

/**
 * recveil_erase_fit() from statistics: the same map, up to the rounding of sums.
 * @param options  n_classes is not looked at
 * @param stats    options->n_attributes blocks, of sizes[a] bytes each
 * Errors and thread as recveil_erase_fit(), E_DATA also for what are no statistics; E_UNSUPPORTED
 * for OPTIMAL_TRANSPORT, and GAUSSIAN_TRANSPORT of several attributes. Cost: O(classes d^3).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_fit_stats(const recveil_erase_options *options, const void *const *stats,
                        const size_t *sizes, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/* A map snapshot, opened. Immutable. */
typedef struct recveil_erase_map recveil_erase_map;

/**
 * Open a snapshot; close it with recveil_erase_map_close(). The bytes are copied.
 * @return OK | E_ARGUMENT | E_VERSION | E_DATA (damaged) | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_map_open(const void *bytes, size_t n, recveil_erase_map **out) RECVEIL_NOEXCEPT;

/**
 * Close a map. NULL is nothing to do. An engine it was published to keeps what it needs.
 * Thread: [exclusive]
 * Since: 0.1
 */
RECVEIL_API void recveil_erase_map_close(recveil_erase_map *map) RECVEIL_NOEXCEPT;

enum {                                   /* flags of recveil_erase_map_info */
       RECVEIL_ERASE_NEEDS_CLASSES = 1,  /* recveil_erase_apply() must be told classes */
       RECVEIL_ERASE_NOT_CERTIFIABLE = 2 /* a class had too few rows for more than a fallback */
};
typedef struct recveil_erase_map_info {
  uint32_t struct_size;
  uint32_t flags;
  recveil_erase_method method;
  uint32_t d;
  uint32_t n_attributes;
  uint32_t reserved;
  uint8_t id[32]; /* BLAKE2b-256 of the snapshot: the same bytes, the same id */
} recveil_erase_map_info;
#define RECVEIL_ERASE_MAP_INFO_INIT                  \
  {                                                  \
    sizeof(recveil_erase_map_info), 0, 0, 0, 0, 0, { \
      0                                              \
    }                                                \
  }

/**
 * What a map is.
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_map_get_info(
    const recveil_erase_map *map, recveil_erase_map_info *out) RECVEIL_NOEXCEPT;

typedef uint32_t recveil_erase_class_status;
enum {
  RECVEIL_ERASE_CERTIFIABLE = 0,
  RECVEIL_ERASE_TOO_SMALL = 1, /* too small to certify: mapped by a fallback that leaves more */
  RECVEIL_ERASE_ABSENT = 2     /* no row had it: mapped like all rows together */
};
typedef struct recveil_erase_class_info {
  uint32_t struct_size;
  recveil_erase_class_status status;
  const char *attribute; /* its name; belongs to the map */
  uint32_t n_classes;    /* of the attribute */
  uint32_t flags;        /* 0 */
  uint64_t rows;         /* of the class, when the map was fitted */
  double mean_strength;  /* share of the mean's way that is gone, in [0, 1] (James-Stein) */
  double shrinkage;      /* of the covariance, in [0, 1] */
} recveil_erase_class_info;
#define RECVEIL_ERASE_CLASS_INFO_INIT \
  { sizeof(recveil_erase_class_info), 0, NULL, 0, 0, 0, 0, 0 }

/**
 * What a map does with class `cls` of attribute number `attribute`.
 * @return OK | E_ARGUMENT | E_NOT_FOUND (no such attribute or class)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_map_get_class(const recveil_erase_map *map, uint32_t attribute, uint32_t cls,
                            recveil_erase_class_info *out) RECVEIL_NOEXCEPT;

/* Digests of rows that were mapped, so that no row is mapped twice: after a crash, in a second
   publication. 16 bytes a row, keyed; the key is the caller's and is not in the digests. */
typedef struct recveil_erase_outputs recveil_erase_outputs;

/**
 * A set of digests; close it with recveil_erase_outputs_close().
 * @param key    n_key bytes: 16 to 64, the same for the life of the set
 * @param bytes  what recveil_erase_outputs_write() wrote, n bytes; n 0: an empty set
 * @return OK | E_ARGUMENT | E_DATA | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_outputs_open(const void *key, size_t n_key, const void *bytes, size_t n,
                           recveil_erase_outputs **out) RECVEIL_NOEXCEPT;

/**
 * Write the digests, 16 bytes each in rising order.
 * @return OK | E_ARGUMENT | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host], but not while the set is being added to.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_outputs_write(
    const recveil_erase_outputs *outputs, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/**
 * Close a set. NULL is nothing to do.
 * Thread: [exclusive]
 * Since: 0.1
 */
RECVEIL_API void recveil_erase_outputs_close(recveil_erase_outputs *outputs) RECVEIL_NOEXCEPT;

typedef struct recveil_erase_result {
  uint32_t struct_size;
  recveil_stale stale;     /* what the host must make anew: RECVEIL_STALE_ALL if a row changed */
  uint64_t mapped;         /* rows */
  uint64_t unknown;        /* rows left as they are: no class known, and the map needs one */
  uint64_t already_mapped; /* rows left as they are: they are in `outputs` */
} recveil_erase_result;
#define RECVEIL_ERASE_RESULT_INIT \
  { sizeof(recveil_erase_result), 0, 0, 0, 0 }

/**
 * Erase rows in place: only those of the people who asked. The frozen tail keeps its bits.
 *
 * A row that was mapped before must not come again, unless `outputs` is given: then rows it holds
 * are left as they are, and rows that are mapped enter it. A row counts as the same only bit for
 * bit.
 * @param rows     of the model version the map was fitted for; cols - frozen_tail_cols is its d
 * @param classes  rows x n_attributes, row by row; NULL only if the map needs none. To leave a row
 *                 as it is, say its classes are unknown
 * @param outputs  may be NULL; one call at a time on the same set
 * @param result   may be NULL
 * @param progress may be NULL; if it stops the work, the first rows are mapped and the last are
 * not: give `outputs`, if you mean to go on with the same rows
 * @return OK | E_ARGUMENT (also a number that is not finite; nothing is changed) | E_CANCELLED |
 *         E_NOMEM
 * Thread: [thread-safe] [may-call-host]: give each thread rows of its own. No thread is started.
 * Cost: O(rows d^2), OPTIMAL_TRANSPORT O(rows sweeps d^2).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_apply(
    const recveil_erase_map *map, const recveil_matrix *rows, const int32_t *classes,
    recveil_erase_outputs *outputs, recveil_erase_result *result, recveil_progress_fn progress,
    void *progress_ctx) RECVEIL_NOEXCEPT;

/*
 * Standing erasures, for fold-in. A row that is folded in anew from a history has its attribute
 * back, exactly; so an engine that was told whose embeddings stand erased maps what it folds in for
 * them: recveil_fold_in(), recveil_fold_in_batch() with users, recveil_fold_rank().
 *
 * This is not RECVEIL_USERS_ERASED: a user in that set is sent to the pool (serving.erased) and has
 * no personal list at all; a user with a standing erasure is served like everybody, from an erased
 * row. A user may be in both; then the pool it is.
 */
typedef struct recveil_erasures {
  uint32_t struct_size;
  uint32_t flags;         /* 0 */
  uint64_t model_version; /* of the folds that the maps are for; not below the one before */
  uint32_t n_maps;        /* serving.folds; 0: none, for decoys alone */
  uint32_t n_attributes;  /* columns of classes; those of the maps, if they need classes */
  const recveil_erase_map *const *maps; /* maps[f]: fitted on rows folded in on models[f] */
  size_t n_users;
  const recveil_user *users; /* as they are routed */
  const int32_t *classes;    /* n_users x n_attributes; NULL with n_attributes 0 */
  const void *decoys;        /* a table of recveil_decoys_fit(); NULL: lists are not covered */
  size_t decoys_size;
  uint32_t decoys_attribute; /* the column of classes it is about */
  uint32_t reserved;         /* 0 */
} recveil_erasures;
#define RECVEIL_ERASURES_INIT \
  { sizeof(recveil_erasures), 0, 0, 0, 0, NULL, 0, NULL, NULL, NULL, 0, 0, 0 }

/**
 * Publish all standing erasures: of whom, and the maps of a model version. Everything is copied.
 * It replaces what was published before for the same version; the maps of the version before are
 * kept, as its models are. Publish the maps of a version before its models: a user who stands
 * erased and is asked for on a version without maps gets E_STATE, never the raw row.
 *
 * Kept in this process's memory alone, never in a state_dir: classes are what people asked to have
 * taken away. With maps that need no classes (LEACE) nothing is kept but who asked, as keyed
 * hashes.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED | E_DATA (decoys) | E_NOMEM
 * Thread: [thread-safe]; one publication at a time, others wait.
 * Cost: O(n_users log n_users).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_publish_erasures(recveil_engine *engine, const recveil_erasures *erasures) RECVEIL_NOEXCEPT;

/*
 * Decoys. The gaps of a ranked list of unseen items show the history: a list made from an erased
 * row still tells the attribute to an attacker who knows the defence. Decoys hide some unseen items
 * from an erased user's lists, those that other classes have seen more often, so that "not in the
 * list" says less. They make lists tell less, not nothing (docs/erasure.md has the numbers).
 * Which items is a keyed function of (user, item): always the same, so that asking again shows
 * nothing.
 */

/**
 * Fit a table of how often an item is hidden, from the histories of people whose classes are known.
 * @param offsets  n_users + 1 offsets into items: user u has items[offsets[u] ... offsets[u + 1] -
 * 1]
 * @param items    below n_items; one that is repeated in a history counts once
 * @param classes  n_users, of one attribute
 * @param write    receives the table. It is statistics of the histories by class
 * @return OK | E_ARGUMENT | E_DATA (fewer than two classes have users) | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(interactions + 5 n_items n_classes); the table has 4 bytes for each of the latter.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_decoys_fit(
    size_t n_users, const size_t *offsets, const uint32_t *items, uint32_t n_items,
    const int32_t *classes, uint32_t n_classes, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/**
 * Which of these items to leave out of the user's list: nobody's, unless serving.decoys is on, the
 * user stands erased with a known class, and a table was published. recveil_fold_rank() has left
 * them out already; a host that ranks itself asks here, and leaves them out before it cuts the list
 * to length or passes their positions as page.seen.
 * @param n_history  different items in the user's current history
 * @param items      n items, numbered as in the table's histories; those of the history do not
 *                   matter
 * @param hide       n bytes: 1 to leave it out, else 0
 * @param hidden     how many are 1; may be NULL
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Cost: O(n), a keyed hash each for an erased user.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_decoys(recveil_engine *engine,
                                                            recveil_user user, size_t n_history,
                                                            const uint32_t *items, size_t n,
                                                            uint8_t *hide,
                                                            size_t *hidden) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
