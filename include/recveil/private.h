/*
 * Private training: one model for everybody, made with differential privacy, so that nobody can
 * tell from anything it shows whether a person's history was in the training data, however many
 * accounts they open and whatever they know about everybody else.
 *
 *   recveil_private_stats_*     sums over people, in exact integers; two passes over the histories
 *   recveil_private_catalogue   after the first pass: which items the second one is about
 *   recveil_private_train       after the second: a model
 *   recveil_publish_private     serve it (serving.mode: private)
 *
 * The noise of a release is drawn once, after its cost has been written to the ledger that the
 * configuration names (private.ledger). A release that would cost more than the budget is refused,
 * also after a crash. docs/private.md says what is promised and what it costs.
 *
 * One row of the statistics is one person's whole history. The bound is about one row: an account
 * holder with k rows has k times the mu.
 *
 * Sources: Gaussian differential privacy (Dong, Roth and Su, JRSS B 2022); the exact conversion to
 * (epsilon, delta) (Balle and Wang, ICML'18); exact normal draws (Karney, ACM TOMS 2016);
 * eigenvalues without their noise (Bun, Allez, Bouchaud and Potters, IEEE Trans. Inf. Theory 2016).
 */
#ifndef RECVEIL_PRIVATE_H
#define RECVEIL_PRIVATE_H

#include "recveil/fold.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What statistics are about. Those that are merged must agree in all of it. */
typedef struct recveil_private_shape {
  uint32_t struct_size;
  uint32_t flags;            /* 0 */
  uint32_t n_items;          /* in [1, 2^31 - 1]: items are numbers below it */
  uint32_t n_catalogue;      /* 0: how many people hold each item. Else, up to 8192: which items of
                                the catalogue are held together */
  const uint32_t *catalogue; /* n_catalogue different items, as recveil_private_catalogue() gave
                                them; NULL with n_catalogue 0 */
} recveil_private_shape;
#define RECVEIL_PRIVATE_SHAPE_INIT \
  { sizeof(recveil_private_shape), 0, 0, 0, NULL }

/* What statistics hold. */
typedef struct recveil_private_stats_info {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  uint32_t n_items;
  uint32_t n_catalogue; /* 0: counts */
  uint64_t n_people;    /* rows that were added, over all merged statistics; also empty ones */
} recveil_private_stats_info;
#define RECVEIL_PRIVATE_STATS_INFO_INIT \
  { sizeof(recveil_private_stats_info), 0, 0, 0, 0 }

/**
 * The size of statistics of this shape in bytes: 64 + 8 n_items for counts, 64 + 4 n_catalogue + 4
 * n_catalogue (n_catalogue + 1) about items that are held together. The bytes are plain data,
 * little-endian, without pointers: copy, send, store and map them. They are exact, so keep them as
 * you keep histories.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED
 * Thread: [thread-safe] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_private_stats_size(const recveil_private_shape *shape, size_t *n_bytes) RECVEIL_NOEXCEPT;

/**
 * Make `stats` (n_bytes bytes, aligned to 8) the statistics of nobody.
 * @return OK | E_ARGUMENT | E_BUFFER (the text says how many bytes are needed) | E_UNSUPPORTED
 * Thread: [exclusive]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_stats_init(
    const recveil_private_shape *shape, void *stats, size_t n_bytes) RECVEIL_NOEXCEPT;

/**
 * Add people, each of them once, to one of the statistics that are merged: a person who is added
 * twice counts as two. Row u is items[offsets[u]] up to items[offsets[u + 1] - 1], without
 * duplicates. On error nothing is added.
 * @param offsets  n_people + 1 offsets into items
 * @return OK | E_ARGUMENT (names the person and what is wrong) | E_DATA (not statistics, or
 *         damaged) | E_NOMEM
 * Thread: [exclusive] on the statistics
 * Cost: O(items) for counts; else O(h^2) for a person with h items of the catalogue.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_private_stats_add(void *stats, size_t n_bytes, const size_t *offsets, const uint32_t *items,
                          size_t n_people) RECVEIL_NOEXCEPT;

/**
 * Add statistics to others of the same shape. Any order and grouping of merges gives the same bytes
 * as adding everybody to one.
 * @return OK | E_ARGUMENT (another shape, or the two overlap) | E_DATA (not statistics, damaged, or
 *         more people than can be summed)
 * Thread: [exclusive] on `into`
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_stats_merge(
    void *into, size_t n_into_bytes, const void *from, size_t n_from_bytes) RECVEIL_NOEXCEPT;

/**
 * Check that a block holds statistics, whole and plausible, and describe it.
 * @param out  may be NULL
 * @return OK | E_ARGUMENT | E_DATA | E_VERSION
 * Thread: [thread-safe] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_stats_check(
    const void *stats, size_t n_bytes, recveil_private_stats_info *out) RECVEIL_NOEXCEPT;

/**
 * The largest mu whose Gaussian differential privacy implies (epsilon, delta).
 * @param epsilon  in (0, 1000]
 * @param delta    in [1e-300, 1)
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_mu(double epsilon, double delta,
                                                                double *mu) RECVEIL_NOEXCEPT;

/* What mu means. */
typedef struct recveil_private_bounds {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  double epsilon; /* the least one at this delta */
  double auc;     /* no attacker tells members from others with a larger AUC, or with one below
                     1 - auc */
  double tpr;     /* nor finds more than this share of the members at this false positive rate */
} recveil_private_bounds;
#define RECVEIL_PRIVATE_BOUNDS_INIT \
  { sizeof(recveil_private_bounds), 0, 0, 0, 0 }

/**
 * What mu-Gaussian differential privacy guarantees. k releases of the same mu are one release of mu
 * sqrt(k), and k rows of the same person have k mu.
 * @param mu     in (0, 100]
 * @param delta  in [1e-300, 1)
 * @param fpr    a false positive rate, in (0, 1)
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_bounds_of(
    double mu, double delta, double fpr, recveil_private_bounds *out) RECVEIL_NOEXCEPT;

/* The configuration's budget and what the ledger says of it. */
typedef struct recveil_private_budget {
  uint32_t struct_size;
  uint32_t flags;      /* 0 */
  double mu;           /* of all releases together */
  double mu_release;   /* of the next one: mu / sqrt(private.releases) */
  double mu_spent;     /* root of the sum of squares over the releases in the ledger */
  double delta;        /* that epsilons are at */
  uint64_t n_people;   /* private.people */
  uint64_t n_releases; /* in the ledger; the next one has the number n_releases + 1 */
  uint64_t n_left;     /* releases of mu_release that the budget still pays for */
} recveil_private_budget;
#define RECVEIL_PRIVATE_BUDGET_INIT \
  { sizeof(recveil_private_budget), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Read the ledger.
 * @return OK | E_ARGUMENT | E_CONFIG (no private.ledger or no budget) | E_IO | E_DATA (damaged,
 *         written with another key, or older than the state_dir remembers) | E_STATE (locked by
 * another process for more than 2 s) | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_private_get_budget(recveil_engine *engine, recveil_private_budget *out) RECVEIL_NOEXCEPT;

/**
 * Book a release in the ledger, draw the noise of its counts, and choose its catalogue: the items
 * with the largest noisy counts, best first. Everybody's second row is about them. Calling it again
 * with the same release and statistics costs nothing more and gives the same items.
 *
 * The mu of a release is that of the configuration when it is booked (private.mu, or epsilon and
 * delta, and private.releases). The first release has the number 1, each other one the next number.
 * @param counts    statistics with n_catalogue 0, of everybody
 * @param progress  NULL for none
 * @param items     room for `capacity` item numbers; may be NULL with capacity 0 to ask for the
 *                  size, which books and draws nothing
 * @param n_items   out: items of the catalogue, also with E_BUFFER
 * @return OK | E_ARGUMENT (release: out of turn, or booked for other statistics or another mu) |
 *         E_BUFFER | E_CONFIG (no ledger, no budget, or an ephemeral key) | E_DATA (not counts, or
 *         of fewer people than private.people) | E_STATE (over budget; a second one with
 * private.train_once; locked) | E_IO | E_HOST | E_CANCELLED | E_NOMEM. What failed before the
 * release was booked cost nothing; a release that was booked is paid for.
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(n_items log n_items), about 1 us an item, and one sync of the disk.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_private_catalogue(recveil_engine *engine, uint64_t release, const void *counts,
                          size_t n_bytes, const recveil_progress *progress, uint32_t *items,
                          size_t capacity, size_t *n_items) RECVEIL_NOEXCEPT;

typedef struct recveil_private_training {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  uint64_t release;
  recveil_fold_kind kind; /* 0: FACTORS, which are smaller. Both recommend about equally well */
  uint32_t d;             /* FACTORS: at most 512; 0: 64, or the size of a smaller catalogue */
  recveil_progress progress;
} recveil_private_training;
#define RECVEIL_PRIVATE_TRAINING_INIT \
  { sizeof(recveil_private_training), 0, 0, 0, 0, RECVEIL_PROGRESS_INIT }

typedef struct recveil_private_model recveil_private_model;

/**
 * Draw the noise of a booked release and make a model of it. The same statistics and release give
 * the same model, so that a call that failed or was cancelled can be repeated.
 * @param counts  as recveil_private_catalogue() had them
 * @param gram    statistics of the same people over the catalogue that it chose
 * @param out     the model; close it with recveil_private_model_close()
 * @return OK | E_ARGUMENT (release: not booked, or booked for other statistics; another catalogue)
 *         | E_CONFIG | E_DATA (not statistics, or of other people) | E_STATE (locked) | E_IO |
 *         E_UNSUPPORTED | E_HOST | E_CANCELLED | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(n_catalogue^3): about 1 s for 1,000 items, 6 s for 2,000. Progress is told and cancel heard
 *       all the while, some milliseconds apart.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_private_train(recveil_engine *engine, const recveil_private_training *training,
                      const void *counts, size_t n_counts_bytes, const void *gram,
                      size_t n_gram_bytes, recveil_private_model **out) RECVEIL_NOEXCEPT;

/* A model, and what it may say about itself: nothing in it costs more privacy. Arrays are the
   model's, and stay until it is closed. */
typedef struct recveil_private_model_info {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  uint64_t release;
  double mu;                 /* of this release alone */
  uint32_t n_items;          /* items are numbers below it */
  uint32_t n_catalogue;      /* items that it can recommend */
  uint32_t n_above_noise;    /* eigenvalues that rise above what noise alone reaches. With fewer
                                than 3 the model is noise, and is not published */
  uint32_t reserved;         /* 0 */
  double catalogue_share;    /* of all interactions, those with items of the catalogue; estimated */
  const uint32_t *catalogue; /* n_catalogue items, best first */
  const uint64_t *counts;    /* n_items: noisy popularity, to rank by */
  const recveil_fold_model *fold; /* what recveil_publish_private() serves: support is noisy too */
} recveil_private_model_info;
#define RECVEIL_PRIVATE_MODEL_INFO_INIT \
  { sizeof(recveil_private_model_info), 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL }

/**
 * Describe a model.
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_model_get_info(
    const recveil_private_model *model, recveil_private_model_info *out) RECVEIL_NOEXCEPT;

/**
 * Write a model as bytes that recveil_private_model_read() reads. They may be public: the bound
 * holds for them.
 * @return OK | E_ARGUMENT | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_model_write(
    const recveil_private_model *model, recveil_write_fn write, void *ctx) RECVEIL_NOEXCEPT;

/**
 * Read a model that was written.
 * @param out  close it with recveil_private_model_close()
 * @return OK | E_ARGUMENT | E_DATA (not a model, cut short or damaged) | E_VERSION | E_NOMEM
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_private_model_read(
    const void *bytes, size_t n_bytes, recveil_private_model **out) RECVEIL_NOEXCEPT;

/**
 * Close a model. NULL is ignored. What was published stays published.
 * Thread: [exclusive]
 * Since: 0.1
 */
RECVEIL_API void recveil_private_model_close(recveil_private_model *model) RECVEIL_NOEXCEPT;

/**
 * Publish a model with its noisy popularity and support, both or neither: serving.mode private
 * serves nothing else, and refuses recveil_publish_folds() and recveil_publish_popularity(), whose
 * numbers would be exact. The newest two models are kept.
 * @param model_version  the host's, above all published before
 * @return OK | E_ARGUMENT | E_STATE (serving.mode is not private, or the model is noise) | E_IO
 *         (state_dir) | E_NOMEM
 * One publication runs at a time; others wait.
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_publish_private(recveil_engine *engine, const recveil_private_model *model,
                        uint64_t model_version) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
