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
  RECVEIL_ERASE_GAUSSIAN_TRANSPORT = 1, /* class moments to their barycentre; streams */
  RECVEIL_ERASE_OPTIMAL_TRANSPORT = 2,  /* the same and sliced sweeps; needs all rows at once */
  RECVEIL_ERASE_LEACE = 3               /* one affine map for all; needs no class to be applied */
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

typedef struct recveil_erase_options {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  recveil_erase_method method;
  uint32_t n_attributes;     /* in [1, 8] */
  const uint32_t *n_classes; /* of each attribute, in [2, 65536] */
  uint64_t seed;             /* of everything random in fitting: same seed, same map */
  recveil_progress_fn progress;
  void *progress_ctx;
} recveil_erase_options;
#define RECVEIL_ERASE_OPTIONS_INIT \
  { sizeof(recveil_erase_options), 0, RECVEIL_ERASE_GAUSSIAN_TRANSPORT, 1, NULL, 1, NULL, NULL }

/**
 * Fit a map: read the rows, write a map snapshot. Rows are not changed.
 *
 * @param options  see above
 * @param rows     of one model version, all as the trainer left them: none erased before
 * @param classes  rows x n_attributes, row by row
 * @param write    receives the snapshot in pieces; it is a file format of its own, that any process
 *                 of this version or a later one opens. It holds no row and no user; but what a
 *                 user's class is can be read from the map that was applied to them
 * @return OK | E_ARGUMENT | E_UNSUPPORTED | E_DATA (a number that is not finite; no class with
 *         enough members) | E_CANCELLED | E_HOST (write failed) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: GAUSSIAN_TRANSPORT and LEACE O(rows d^2 + classes d^3); OPTIMAL_TRANSPORT O(sweeps rows d
 *       (d + log rows)) besides.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_fit(const recveil_erase_options *options, const recveil_matrix *rows,
                  const int32_t *classes, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/*
 * Statistics of rows and classes, in one block of the caller's memory without pointers: copy it,
 * send it, store it, add two of them up. Of the same blocks merged in the same order they have the
 * same bits. For GAUSSIAN_TRANSPORT and LEACE of one attribute.
 */

/**
 * Bytes of the statistics of `n_classes` classes in `d` columns: 8 (d^2 / 2 + ...) a class.
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
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_stats_init(
    void *stats, size_t size, uint32_t d, uint32_t n_classes) RECVEIL_NOEXCEPT;

/**
 * Add rows (their first d columns: cols - frozen_tail_cols must be d) with their classes.
 * @return OK | E_ARGUMENT | E_DATA (a number that is not finite; nothing is added)
 * Thread: one call at a time on the same statistics.
 * Cost: O(rows d^2).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_stats_add(void *stats, size_t size, const recveil_matrix *rows,
                        const int32_t *classes) RECVEIL_NOEXCEPT;

/**
 * Add the statistics `from` to `into`; both must be of the same d and n_classes.
 * @return OK | E_ARGUMENT | E_DATA (not statistics)
 * Thread: one call at a time on `into`. [no-alloc] [no-block] [fork-safe]
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
 * recveil_erase_fit() from statistics. options->n_attributes is 1, n_classes that of the
 * statistics.
 * Errors and thread as recveil_erase_fit(); E_UNSUPPORTED for OPTIMAL_TRANSPORT.
 * Cost: O(classes d^3).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_fit_stats(const recveil_erase_options *options, const void *stats, size_t size,
                        recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/* A map snapshot, opened. Immutable. */
typedef struct recveil_erase_map recveil_erase_map;

/**
 * Open a snapshot; close it with recveil_erase_map_close(). The bytes are copied.
 * @return OK | E_ARGUMENT | E_VERSION | E_DATA (damaged) | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_map_open(
    const void *bytes, size_t n, recveil_erase_map **out) RECVEIL_NOEXCEPT;

/**
 * Close a map. NULL is nothing to do. An engine it was published to keeps what it needs.
 * Thread: [exclusive]
 * Since: 0.1
 */
RECVEIL_API void recveil_erase_map_close(recveil_erase_map *map) RECVEIL_NOEXCEPT;

enum {
  RECVEIL_ERASE_NEEDS_CLASSES = 1, /* recveil_erase_apply() must be told classes */
  RECVEIL_ERASE_NOT_CERTIFIABLE = 2 /* a class was too small (below 8d) for more than a fallback */
};
typedef struct recveil_erase_map_info {
  uint32_t struct_size;
  uint32_t flags; /* RECVEIL_ERASE_* */
  recveil_erase_method method;
  uint32_t d;
  uint32_t n_attributes;
  uint32_t reserved;
  uint64_t rows; /* it was fitted on */
  uint8_t id[16]; /* of this snapshot: a digest of its bytes */
} recveil_erase_map_info;
#define RECVEIL_ERASE_MAP_INFO_INIT \
  { sizeof(recveil_erase_map_info), 0, 0, 0, 0, 0, 0, {0} }

/**
 * What a map is.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_map_get_info(
    const recveil_erase_map *map, recveil_erase_map_info *out) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
