/*
 * Cross-fit serving: everybody, member or not, is served by fold-in of their current history on the
 * model that never saw their fold. So the list of a person is a function of their history and of
 * the data of the other folds, and whether they were in the training data cannot change it.
 *
 *   recveil_folds_of         when training: whose data model f must not see
 *   recveil_publish_folds    after each training: all models of a version, together or not at all
 *   recveil_recommend        (recommend.h) the page of a user
 *
 * A host that scores itself calls recveil_route() (serve.h), then recveil_fold_in() for the user's
 * row or recveil_fold_rank() for the ranked list, then recveil_serve().
 *
 * With serving.mode cross_fit. It hides, from someone who sees a person's list, whether that person
 * was in the training data. It does not hide it from someone who can query accounts in other folds
 * with a history of their choosing. Fold in the current history of everybody: members served from
 * the history they were trained with are told apart at once.
 *
 * Items are numbers in [0, n_items), the same for all folds, in all histories and in the pool.
 * Source: ours; the fold-in is that of Hu, Koren and Volinsky (ICDM'08), eq. 4.
 */
#ifndef RECVEIL_FOLD_H
#define RECVEIL_FOLD_H

#include "recveil/serve.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The fold of a person: SipHash-2-4 of the number (8 bytes, little-endian) under the fold key,
 * modulo serving.folds. Model f is trained on everybody whose fold is not f.
 *
 * Pass the person, or the household, not the account: a second account of the same person in
 * another fold is served by a model that saw the first. The same in every process with the same key
 * file and for the life of the models' lineage: with another key or another serving.folds all
 * models must be trained anew from nothing.
 * @param fold  in [0, serving.folds)
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_fold_of(recveil_engine *engine,
                                                             recveil_user person,
                                                             uint16_t *fold) RECVEIL_NOEXCEPT;

/**
 * recveil_fold_of() for many.
 * @param folds  n_persons numbers
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_folds_of(recveil_engine *engine,
                                                              const recveil_user *persons,
                                                              size_t n_persons,
                                                              uint16_t *folds) RECVEIL_NOEXCEPT;

typedef uint32_t recveil_fold_kind;
enum {
  RECVEIL_FOLD_FACTORS = 1,  /* item factors; a user's row by weighted ridge regression */
  RECVEIL_FOLD_ITEM_ITEM = 2 /* item-to-item weights: Item-CF cosine, EASE, SLIM */
};
enum {
  /* FACTORS with item_bias: fold in what the biases leave over, with targets 1 - b_i and 0 - b_i.
     Without it rows are folded in as if there were no biases. */
  RECVEIL_FOLD_BIAS_RESIDUAL = 1,
  /* FACTORS: lambda_u = regularization |H|^regularization_exponent, as in Spark. */
  RECVEIL_FOLD_RIDGE_BY_COUNT = 2
};

/*
 * The model of one fold. Everything in it is made without the users of the fold: factors, biases,
 * support, tuning, early stopping.
 *
 * FACTORS. With Y the item factors, H the known items of a history, |I| the catalogue, w0 the
 * weight of unobserved pairs and c_i the weight of the observed pair of item i (the history's own,
 * else w1), the row of a user is the x that minimizes sum_{i in H} c_i (1 - x.y_i)^2 + sum_{i not
 * in H} w0 (x.y_i)^2 + lambda_u |x|^2, lambda_u = regularization (sum_{i in H} c_i + w0 (|I| -
 * |H|))^regularization_exponent, that is the solution of (w0 Y'Y + sum_{i in H} (c_i - w0) y_i y_i'
 * + lambda_u I) x = sum_{i in H} c_i y_i, and the score of item i is x.y_i + b_i, with b its bias.
 * docs/cross_fit.md has a table of what implicit, Spark, LightFM and Cornac call these. Hu et al.
 * with confidence 1 + alpha: w1 = 1 + alpha, w0 = 1, exponent 0. Rendle et al. (RecSys'22) with
 * unobserved weight alpha_0: w1 = 1 + alpha_0, w0 = alpha_0 and 1 + alpha_0 times their lambda.
 * Plain ridge on observed pairs: w0 = 0. Items with support 0 are not part of Y'Y, whatever their
 * row is.
 *
 * Samples (optional, and recommended): histories with the user rows that the trainer itself solved
 * from them and from item_factors as published, that is in a last half-step over users. They are
 * folded in while publishing; if a row differs by more than 1e-3 of its length, nothing is
 * published, and the error names what is probably wrong.
 *
 * ITEM_ITEM. Row j of a sparse matrix lists pairs (item i, weight w_ji), and the score of item i is
 * the sum over the j in H of c_j w_ji, plus b_i, with c_j the history's own weight, else 1. Item-CF
 * cosine: w_ji = c_ij / sqrt(c_i c_j). EASE and SLIM (score = h B): w_ji = B_ji. An item listed
 * twice in a row counts twice.
 */
typedef struct recveil_fold_model {
  uint32_t struct_size; /* the same in all models of an array: it is the distance between them */
  uint32_t flags;       /* RECVEIL_FOLD_BIAS_RESIDUAL, RECVEIL_FOLD_RIDGE_BY_COUNT */
  recveil_fold_kind kind;
  uint32_t d;                /* FACTORS: factors of an item, in [1, 512] */
  size_t n_items;            /* below 2^32 - 1 */
  const uint32_t *support;   /* n_items: members of this model who hold the item. 0: the model does
                                not know the item, and ignores it like an item beyond n_items */
  const float *item_bias;    /* n_items, finite; NULL: none */
  const float *item_factors; /* FACTORS: n_items rows of d, finite */
  size_t row_stride;         /* FACTORS: floats from row to row; 0: d */
  double observed_weight;    /* FACTORS: w1, above 0 */
  double unobserved_weight;  /* FACTORS: w0, at least 0 */
  double regularization;     /* FACTORS: above 0 */
  double regularization_exponent; /* FACTORS: finite */
  size_t n_catalogue;             /* FACTORS: |I| as the trainer counts it; 0: n_items */
  size_t n_samples;               /* FACTORS: 0: none */
  const size_t *sample_offsets;   /* n_samples + 1 offsets into sample_items */
  const uint32_t *sample_items;   /* histories, in the items' numbers */
  const float *sample_weights;    /* like sample_items, above 0; NULL: w1 */
  const float *sample_rows;       /* n_samples rows of d */
  const size_t *weight_offsets;   /* ITEM_ITEM: n_items + 1 offsets into weight_items and weights */
  const uint32_t *weight_items;   /* ITEM_ITEM */
  const float *weights;           /* ITEM_ITEM: finite */
} recveil_fold_model;
#define RECVEIL_FOLD_MODEL_INIT                                                                \
  {                                                                                            \
    sizeof(recveil_fold_model), 0, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, \
        NULL, NULL, NULL, NULL, NULL                                                           \
  }

enum {
  RECVEIL_FOLDS_ACCEPT_CHANGES = 1 /* publish although a watched item changed (watch.h) */
};

/* All models of a version. Models, and all arrays they point to, are borrowed until release, and
   must not be written until then: a trainer that goes on training in place mixes two models. */
typedef struct recveil_folds {
  uint32_t struct_size;
  uint32_t flags;                   /* RECVEIL_FOLDS_ACCEPT_CHANGES */
  uint64_t model_version;           /* the host's, above all published before */
  const recveil_fold_model *models; /* n_folds: models[f] never saw the users of fold f */
  uint32_t n_folds;                 /* serving.folds */
  uint32_t reserved;                /* 0 */
  void *ctx;
  void (*release)(void *ctx); /* may be NULL. Called once: when nobody uses the models any more,
                                 also if publishing fails; at the latest when the engine is closed.
                                 Must not call functions of this engine */
} recveil_folds;
#define RECVEIL_FOLDS_INIT \
  { sizeof(recveil_folds), 0, 0, NULL, 0, 0, NULL, NULL }

/**
 * Publish the models of all folds, or none: on error the previous models stay. All must agree in
 * kind, flags, d, n_items, n_catalogue, weights, regularization and whether they have biases, and
 * the items of the newest pool must be below n_items. The newest two versions are kept, so that
 * page 2 of a list continues on the models of page 1. Models live in this process alone: a
 * state_dir does not carry them, and prefork servers publish before they fork or in each worker.
 * @return OK | E_ARGUMENT (names fold and field) | E_UNSUPPORTED | E_NOMEM | E_HELD (a watched item
 *         changed and serving.watch_items.on_change is hold: watch.h) | E_IO (state_dir, with
 *         watched items). If `folds` cannot be read (NULL, not aligned, a wrong struct_size),
 *         release is not called: it is not known.
 * One publication runs at a time; others wait.
 * Thread: [thread-safe] [may-call-host]
 * Cost: FACTORS O(n_folds n_items d^2), ITEM_ITEM one pass over the weights; watched items add that
 *       of about 1,024 items.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_publish_folds(recveil_engine *engine, const recveil_folds *folds) RECVEIL_NOEXCEPT;

/* What is known of a user now, and what not to show them. A plain value: it does not grow.
   A history is a set: its order changes nothing, not a bit, and a repeated item counts once, with
   the largest of its weights. Items that the fold's model does not know are left out. */
typedef struct recveil_history {
  const uint32_t *items; /* n_items, in any order */
  const float *weights;  /* n_items: c_i, finite and above 0; NULL: w1 (ITEM_ITEM: 1) */
  size_t n_items;
  const uint32_t *exclude; /* n_exclude: items not to show, besides those of the history */
  size_t n_exclude;
} recveil_history;
#define RECVEIL_HISTORY_INIT \
  { NULL, NULL, 0, NULL, 0 }

/**
 * Bytes of scratch that suffice for every function of fold.h and recommend.h that takes some, on
 * any version kept now; a few hundred while none is published. A batch holds 16 users at once: up
 * to d = 128 that is about 100 d^2 + 64 n_history bytes more, half a megabyte at d = 64, however
 * many users it has.
 *
 * Scratch may be NULL, with size 0, everywhere: the library then allocates for the call. Scratch
 * that is given is aligned as malloc() aligns, and with it nothing is allocated.
 * @param n_users    1, or more for the batches
 * @param n_history  the most items + exclusions of any user
 * @param k          places: of recveil_recommend() offset + k; 0 for fold-in alone
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_fold_scratch_size(recveil_engine *engine, size_t n_users, size_t n_history, size_t k,
                          size_t *bytes) RECVEIL_NOEXCEPT;

/**
 * The user row of a history on the model of the decision's fold (FACTORS only), with the user's
 * standing erasure applied. If no item is known the row is 0.
 *
 * The same bits on every machine that runs this build. Solved in single precision and refined in
 * double: within 1e-5 of the dense solution in double.
 * @param decision      of recveil_route(), with path FOLD
 * @param history       exclude is not looked at
 * @param row           d floats, overwritten; d must be that of the model
 * @param scratch       see recveil_fold_scratch_size()
 * @return OK | E_ARGUMENT | E_BUFFER (scratch; the text says how much is needed) | E_NOMEM |
 *         E_STATE (the version is no longer kept: route again) | E_DATA (the system is not positive
 *         definite in single precision: regularization is too small)
 * With scratch given it allocates nothing.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Cost: O(n_history d^2 + d^3).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_fold_in(recveil_engine *engine,
                                                             const recveil_decision *decision,
                                                             const recveil_history *history,
                                                             float *row, size_t d, void *scratch,
                                                             size_t scratch_size) RECVEIL_NOEXCEPT;

/**
 * recveil_fold_in() for many users; each row is bit-identical to a single call, regardless of the
 * batch. Up to d = 128, 16 users at a time are factorized and solved together, one in each lane of
 * the machine's vectors; a rest of less than 8, and all above d = 128, are solved one by one.
 * @param model_version  as recveil_route_batch() gave it; 0: the newest
 * @param users          n_users users as they were routed, whose standing erasures are applied;
 *                       NULL: nobody's, which is for fitting maps and never for serving
 * @param folds          n_users folds, as recveil_route_batch() gave them
 * @param offsets        n_users + 1 offsets into items: user u's history is items[offsets[u] ...
 *                       offsets[u + 1] - 1]
 * @param weights        like items, above 0; NULL: w1
 * @param rows           n_users rows of d, overwritten
 * @param scratch        see recveil_fold_scratch_size()
 * @return as recveil_fold_in(); E_DATA if the system of any user is not positive definite. On error
 *         rows may be partly written, but never with the raw row of a user who has a standing
 *         erasure.
 * With scratch given it allocates nothing.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_fold_in_batch(recveil_engine *engine, uint64_t model_version, const recveil_user *users,
                      const uint16_t *folds, size_t n_users, const size_t *offsets,
                      const uint32_t *items, const float *weights, float *rows, size_t d,
                      void *scratch, size_t scratch_size) RECVEIL_NOEXCEPT;

/**
 * The k best items for a history on the model of the decision's fold, best first: of all items with
 * at least serving.support_floor members in that model, without those of the history and of its
 * exclude; ties by item number. A history of which the model knows nothing is answered with the
 * items of most support. Works for both kinds. On a path other than FOLD there is nothing to rank:
 * OK, with *n_ranked 0.
 *
 * The list is what recveil_serve() takes as the host's ranked list; so its seen positions are none.
 * @param k          places
 * @param items      room for k item numbers
 * @param scores     room for k; may be NULL
 * @param n_ranked   items written; fewer than k if there are no more
 * @param n_dropped  different items of the history that the model does not know; may be NULL. Keep
 *                   it from the user: combined with other users' lists it reveals who holds their
 *                   items
 * @param scratch    see recveil_fold_scratch_size()
 * @return as recveil_fold_in(). On error *n_ranked is 0.
 * With scratch given it allocates nothing.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Cost: that of recveil_fold_in() and O(n_items d); ITEM_ITEM O(n_items) and the weights of the
 * history; and O(log k) for an item that enters the list.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_fold_rank(
    recveil_engine *engine, const recveil_decision *decision, const recveil_history *history,
    size_t k, uint32_t *items, float *scores, size_t *n_ranked, size_t *n_dropped, void *scratch,
    size_t scratch_size) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
