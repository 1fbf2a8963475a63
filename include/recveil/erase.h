/*
 * Attribute erasure: removing a sensitive attribute (gender, age group, ...) from user embeddings.
 *
 *   recveil_erase_fit        fits a map once per model version, from rows and their classes
 *   recveil_erase_apply      maps the rows of the users who asked, in place
 *   recveil_erase_apply_users  the same, for a map with cells (RECVEIL_ERASE_CELLS)
 *   recveil_erase_map_write  writes a map as bytes; recveil_erase_map_open reads them
 *
 * erase_stats.h fits the same maps from statistics that shards compute on their own; standing.h
 * makes an engine apply maps to everything it folds in.
 *
 * Erasure removes the attribute from an embedding. It does not erase the person, and ranked lists
 * can still reveal the attribute (decoys in standing.h make that harder). Everything that computes
 * a row from a history again restores the attribute, so each new model version needs a map of its
 * own; the maps of one version do not fit another. Sources and numbers: docs/erasure.md.
 *
 * The classes of an attribute are numbered from 0. RECVEIL_CLASS_UNKNOWN, like every negative
 * number, means that the class is unknown: a fit skips such a row, and so does an application with
 * classes. A row must not be mapped twice: the per-class methods are not idempotent,
 * and a second pass makes the attribute readable again (gender of MovieLens-1M at AUC .84 by an
 * attacker who knows the method). The journal (forget.h) keeps track of that.
 */
#ifndef RECVEIL_ERASE_H
#define RECVEIL_ERASE_H

#include "recveil/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RECVEIL_CLASS_UNKNOWN = -1 };

typedef uint32_t recveil_erase_method;
enum {
  RECVEIL_ERASE_GAUSSIAN_TRANSPORT = 1, /* each class's mean and covariance onto the barycentre */
  RECVEIL_ERASE_OPTIMAL_TRANSPORT = 2,  /* one map a class for each of several axes, in turn */
  RECVEIL_ERASE_LEACE = 3,              /* one affine map for all rows; applying needs no class */
  RECVEIL_ERASE_SCORE_TRANSPORT = 4, /* maps along cross-fitted scores; applying needs no class */
  RECVEIL_ERASE_DEFAULT_METHOD = RECVEIL_ERASE_SCORE_TRANSPORT
};

/**
 * The name of a method, as the configuration, the command and reports write it:
 * "optimal_transport". Methods are numbered from 1 without gaps, so a loop lists them all.
 * @return static text; NULL if the number is not a method of this library
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API const char *recveil_erase_method_name(recveil_erase_method method) RECVEIL_NOEXCEPT;

/* What a host derives from user rows, one bit each. After an erasure it still holds the attribute
   until the host computes it anew. */
typedef uint32_t recveil_stale;
enum {
  RECVEIL_STALE_NORMS = 1,        /* lengths of user rows */
  RECVEIL_STALE_GRAM = 2,         /* X'X of the user rows, as incremental training keeps it */
  RECVEIL_STALE_ANN_INDEX = 4,    /* an index over user rows; see recveil_index_state */
  RECVEIL_STALE_CACHED_LISTS = 8, /* lists and scores computed from the earlier rows */
  RECVEIL_STALE_OPTIMIZER = 16,   /* gradient sums and moments per user, as AdaGrad and Adam keep */
  RECVEIL_STALE_BIAS = 32,        /* user biases: a number per user, trained with the row */
  RECVEIL_STALE_ALL = 63
};

/**
 * The name of one RECVEIL_STALE_* bit, such as "ann_index".
 * @return static text; NULL if the number is not one such bit
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API const char *recveil_stale_name(recveil_stale bit) RECVEIL_NOEXCEPT;

/* What an adapter did to an index over user rows after the rows were erased. Overwriting the stored
   vectors is not enough: the cell of an inverted file and the edges of a graph were chosen for the
   earlier vectors, and they reveal the attribute almost as well as these did (docs/erasure.md). */
typedef uint32_t recveil_index_state;
enum {
  RECVEIL_INDEX_ROWS_ONLY = 1,  /* vectors overwritten in place, cells and edges unchanged */
  RECVEIL_INDEX_REASSIGNED = 2, /* rows removed and added again: new cells, same centroids */
  RECVEIL_INDEX_REBUILT = 3     /* built anew from the erased rows */
};

typedef uint32_t recveil_dtype;
enum {
  RECVEIL_FLOAT32 = 1,
  RECVEIL_FLOAT64 = 2 /* computed in float32: a mapped row has the precision of float32 */
};

/* Rows that the host owns, in C order. */
typedef struct recveil_matrix {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  void *data;     /* row r begins at element r * row_stride */
  size_t n_rows;
  size_t n_cols;
  size_t row_stride;       /* elements from one row to the next; 0: n_cols */
  size_t frozen_tail_cols; /* last columns that are not part of the embedding, such as biases and
                              constants: never read, never changed */
  recveil_dtype dtype;     /* of the elements */
  uint32_t reserved;       /* 0 */
} recveil_matrix;
#define RECVEIL_MATRIX_INIT \
  { sizeof(recveil_matrix), 0, NULL, 0, 0, 0, 0, RECVEIL_FLOAT32, 0 }

/* A fitted map. It never changes. */
typedef struct recveil_erase_map recveil_erase_map;

/* Flags of recveil_erase_options. */
enum {
  /* SCORE_TRANSPORT, OPTIMAL_TRANSPORT: rows that several users share (equal ones, or within .1 in
     direction and log length) form cells. The map then moves users between cells, drawn by user and
     key, of SCORE_TRANSPORT whatever their class, and recveil_erase_apply_users() applies it.
     Without this flag shared rows stay readable after SCORE_TRANSPORT
     (recveil_erase_map_info.n_shared), and OPTIMAL_TRANSPORT refuses rows of which more than 1 %
     are shared, because a map for each class makes these easier to read. */
  RECVEIL_ERASE_CELLS = 1
};
typedef struct recveil_erase_options {
  uint32_t struct_size;
  uint32_t flags; /* RECVEIL_ERASE_CELLS */
  recveil_erase_method method;
  uint32_t n_attributes;     /* in [1, 16] */
  const uint32_t *n_classes; /* of each attribute, in [2, 4096] */
  const char *const *names;  /* of each attribute, at most 255 bytes each; NULL: "0", "1", ... */
  uint64_t seed;             /* of everything random: the same seed gives the same map */
  double min_class_rows; /* a class of fewer rows than this times d (the columns of the embedding)
                            is not certifiable: no audit of so few can show that nothing is left,
                            and only its mean moves (GAUSSIAN_TRANSPORT: pooled covariance).
                            0: 8 */
  uint32_t n_sweeps;     /* at most 200. OPTIMAL_TRANSPORT: axes, 0: 5. SCORE_TRANSPORT: scores,
                            until classes do not differ; 0: at most 8, until one tells little */
  uint32_t n_code;       /* the fewest users who share a row that make a cell, at least 2. 0: 5 */
  recveil_progress progress;
} recveil_erase_options;
#define RECVEIL_ERASE_OPTIONS_INIT                                                             \
  {                                                                                            \
    sizeof(recveil_erase_options), 0, RECVEIL_ERASE_DEFAULT_METHOD, 1, NULL, NULL, 1, 0, 0, 0, \
        RECVEIL_PROGRESS_INIT                                                                  \
  }

/**
 * Fit a map from the rows of one model version. The rows are not changed.
 * @param rows     every row as the trainer wrote it, none of them mapped before. A column that has
 *                 the same value in every row must be in the frozen tail
 * @param classes  n_rows x n_attributes, row by row
 * @param out      the map; close it with recveil_erase_map_close()
 * @return OK | E_ARGUMENT (also for a number that is not finite) | E_UNSUPPORTED | E_DATA (fewer
 *         than two classes have rows, or the rows have no variance) | E_CANCELLED | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(n_rows d^2 + classes d^3), for OPTIMAL_TRANSPORT that many times n_sweeps; float64 rows
 *       are copied.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_fit(const recveil_erase_options *options, const recveil_matrix *rows,
                  const int32_t *classes, recveil_erase_map **out) RECVEIL_NOEXCEPT;

/**
 * Write a map as bytes, which every process of this version or a later one can open. They contain
 * no row and no user. A person who has a map, a raw row and its erased row can try the part
 * of every class and so read the class.
 * @param write  receives the bytes in pieces; recveil_buffer_write() is one
 * @return OK | E_ARGUMENT | E_HOST (write failed or threw)
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_map_write(const recveil_erase_map *map,
                                                                     recveil_write_fn write,
                                                                     void *ctx) RECVEIL_NOEXCEPT;

/**
 * Open the bytes of recveil_erase_map_write(). They are copied.
 * @param out  the map; close it with recveil_erase_map_close()
 * @return OK | E_ARGUMENT | E_DATA (not a map, damaged, or of another format) | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_map_open(const void *bytes, size_t n, recveil_erase_map **out) RECVEIL_NOEXCEPT;

/**
 * Close a map; NULL is ignored. An engine that the map was published to keeps what it needs.
 * Thread: [exclusive]
 * Since: 0.1
 */
RECVEIL_API void recveil_erase_map_close(recveil_erase_map *map) RECVEIL_NOEXCEPT;

/* Flags of recveil_erase_map_info. */
enum {
  RECVEIL_ERASE_NEEDS_CLASSES = 1,   /* recveil_erase_apply() needs the classes of the rows */
  RECVEIL_ERASE_NOT_CERTIFIABLE = 2, /* at least one class had too few rows */
  RECVEIL_ERASE_NEEDS_USERS = 4,     /* it has cells: recveil_erase_apply_users() applies it */
  RECVEIL_ERASE_LEFT_ALONE = 8       /* the classes of at least one attribute did not surely differ:
                                        no row is changed for it */
};
typedef struct recveil_erase_map_info {
  uint32_t struct_size;
  uint32_t flags;
  recveil_erase_method method;
  uint32_t d; /* columns of the embedding */
  uint32_t n_attributes;
  uint32_t n_cells;  /* 0: it has none */
  uint64_t n_shared; /* rows of the fit that users share; counted for maps fitted from rows */
  double moved;      /* share of all rows of the fit that get the row of another cell: expected,
                        summed over attributes */
  uint8_t id[32];    /* BLAKE2b-256 of the bytes: equal bytes have equal ids */
} recveil_erase_map_info;
#define RECVEIL_ERASE_MAP_INFO_INIT                        \
  {                                                        \
    sizeof(recveil_erase_map_info), 0, 0, 0, 0, 0, 0, 0, { \
      0                                                    \
    }                                                      \
  }

/**
 * Describe a map.
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_map_get_info(
    const recveil_erase_map *map, recveil_erase_map_info *out) RECVEIL_NOEXCEPT;

typedef uint32_t recveil_erase_class_status;
enum {
  RECVEIL_ERASE_CERTIFIABLE = 1,
  RECVEIL_ERASE_TOO_SMALL = 2, /* too few rows to certify: a weaker map that leaves more */
  RECVEIL_ERASE_ABSENT = 3     /* no rows at all: mapped like all rows together */
};
typedef struct recveil_erase_class_info {
  uint32_t struct_size;
  recveil_erase_class_status status;
  const char *attribute; /* name of the attribute; owned by the map */
  uint32_t n_classes;    /* of the attribute */
  uint32_t flags;        /* RECVEIL_ERASE_LEFT_ALONE: of this attribute */
  uint64_t n_rows;       /* of the class, when the map was fitted */
  double mean_strength;  /* share of the mean's shift that is removed, in [0, 1] (James-Stein) */
  double shrinkage;      /* of the covariance towards the pooled one, in [0, 1] */
  double separation;     /* the test statistic of a difference between the classes in the fit:
                            standard normal if there is none; below 3.09 they are left alone. 0: not
                            tested */
} recveil_erase_class_info;
#define RECVEIL_ERASE_CLASS_INFO_INIT \
  { sizeof(recveil_erase_class_info), 0, NULL, 0, 0, 0, 0, 0, 0 }

/**
 * Describe what a map does to class `cls` of attribute number `attribute`.
 * @return OK | E_ARGUMENT | E_NOT_FOUND (no such attribute or class)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_map_get_class(const recveil_erase_map *map, uint32_t attribute, uint32_t cls,
                            recveil_erase_class_info *out) RECVEIL_NOEXCEPT;

typedef struct recveil_erase_result {
  uint32_t struct_size;
  recveil_stale stale; /* what the host must compute anew: RECVEIL_STALE_ALL if a row changed */
  uint64_t n_done;     /* rows that need no further call: the first n_done of the matrix */
  uint64_t n_mapped;   /* those of them that were mapped */
  uint64_t n_unknown;  /* those of them left unchanged: classes were given, and none is known */
} recveil_erase_result;
#define RECVEIL_ERASE_RESULT_INIT \
  { sizeof(recveil_erase_result), 0, 0, 0, 0 }

/**
 * Erase rows in place: those of the users who asked, each exactly once. Rows of unknown class and
 * the frozen tail keep every bit.
 *
 * Everything is checked before the first row changes. A call that is stopped afterwards leaves the
 * first result->n_done rows complete and all others unchanged, never a row in between; go on with
 * the others in another call.
 * @param rows      of the model version that the map was fitted on, n_cols - frozen_tail_cols = d
 * @param classes   n_rows x n_attributes, row by row; NULL, if the map needs none: all rows
 * @param result    may be NULL. Also written if the call fails with E_CANCELLED, E_HOST or E_DATA
 * @param progress  may be NULL
 * @return OK | E_ARGUMENT (also for a number that is not finite) | E_CANCELLED | E_HOST (progress
 *         threw) | E_DATA (a row is too large to be mapped) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; give each thread rows of its own.
 * Cost: O(n_rows d^2), for OPTIMAL_TRANSPORT that many times n_sweeps.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_apply(
    const recveil_erase_map *map, const recveil_matrix *rows, const int32_t *classes,
    recveil_erase_result *result, const recveil_progress *progress) RECVEIL_NOEXCEPT;

/**
 * recveil_erase_apply() of a map with RECVEIL_ERASE_NEEDS_USERS, which recveil_erase_apply()
 * refuses; other maps ignore users and key. The number drawn for a user depends on the key and the
 * user alone, and stays the same in later model versions as long as the key lives; the cell depends
 * on the map as well. The same call gives the same bits.
 * @param users  n_rows numbers, from recveil_user_from_bytes() or the host's own
 * @param key    32 bytes: the master key, as the key file of an engine holds it
 * Otherwise as recveil_erase_apply().
 * Thread: [thread-safe] [may-call-host]; give each thread rows of its own.
 * Cost: as recveil_erase_apply(), and O(d cells of like length) a row.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_apply_users(
    const recveil_erase_map *map, const recveil_matrix *rows, const int32_t *classes,
    const recveil_user *users, const void *key, recveil_erase_result *result,
    const recveil_progress *progress) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
