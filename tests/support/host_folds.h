/*
 * Models of folds for tests of the C interface: small, of numbers that are the same everywhere, and
 * counted when they are given back.
 */
#ifndef RECVEIL_TESTS_HOST_FOLDS_H
#define RECVEIL_TESTS_HOST_FOLDS_H

#include "support/host_engine.h"

enum { HOST_FOLDS = 3, HOST_ITEMS = 40, HOST_D = 5, HOST_NEIGHBORS = 6 };

#define HOST_FOLDS_YAML                                                                   \
  "serving: {mode: cross_fit, folds: 3, support_floor: 2, list_length: 10, ratio: 0.5}\n" \
  "keys: {ephemeral: true}"

typedef struct host_folds {
  recveil_folds folds;
  recveil_fold_model models[HOST_FOLDS];
  uint32_t support[HOST_FOLDS][HOST_ITEMS]; /* of item i: (i + fold) % 7 */
  float factors[HOST_FOLDS][HOST_ITEMS][HOST_D];
  size_t weight_offsets[HOST_ITEMS + 1];
  uint32_t weight_items[HOST_ITEMS * HOST_NEIGHBORS];
  float weights[HOST_FOLDS][HOST_ITEMS * HOST_NEIGHBORS];
  int released;
} host_folds;

static inline void host_count_release(void *ctx) {
  ++HOST_CAST(host_folds *, ctx)->released;
}

/* In [-1, 1), from a linear congruence. */
static inline float host_number(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return HOST_CAST(float, HOST_CAST(int32_t, *state >> 8) - (1 << 23)) / HOST_CAST(float, 1 << 23);
}

static inline void host_make_folds(host_folds *out, recveil_fold_kind kind, uint64_t version,
                                   uint32_t seed) {
  const recveil_folds folds = RECVEIL_FOLDS_INIT;
  const recveil_fold_model model = RECVEIL_FOLD_MODEL_INIT;
  memset(out, 0, sizeof *out);
  out->folds = folds;
  out->folds.n_folds = HOST_FOLDS;
  out->folds.model_version = version;
  out->folds.models = out->models;
  out->folds.ctx = out;
  out->folds.release = host_count_release;
  uint32_t state = seed;
  for (uint32_t j = 0; j < HOST_ITEMS; ++j) {
    out->weight_offsets[j + 1] = HOST_CAST(size_t, j + 1) * HOST_NEIGHBORS;
    for (uint32_t n = 0; n < HOST_NEIGHBORS; ++n) {
      out->weight_items[j * HOST_NEIGHBORS + n] = (j * 3 + n * 5 + 1) % HOST_ITEMS;
    }
  }
  for (uint32_t f = 0; f < HOST_FOLDS; ++f) {
    recveil_fold_model *m = &out->models[f];
    *m = model;
    m->kind = kind;
    m->n_items = HOST_ITEMS;
    m->support = out->support[f];
    for (uint32_t i = 0; i < HOST_ITEMS; ++i) out->support[f][i] = (i + f) % 7;
    if (kind == RECVEIL_FOLD_FACTORS) {
      m->d = HOST_D;
      m->item_factors = out->factors[f][0];
      m->observed_weight = 2;
      m->unobserved_weight = 0.5;
      m->regularization = 0.1;
      m->regularization_exponent = 1;
    } else {
      m->weight_offsets = out->weight_offsets;
      m->weight_items = out->weight_items;
      m->weights = out->weights[f];
    }
    for (uint32_t i = 0; i < HOST_ITEMS; ++i) {
      for (uint32_t c = 0; c < HOST_D; ++c) out->factors[f][i][c] = host_number(&state);
    }
    for (uint32_t n = 0; n < HOST_ITEMS * HOST_NEIGHBORS; ++n) {
      out->weights[f][n] = host_number(&state);
    }
  }
}

static inline recveil_decision host_route_fold(recveil_engine *engine, recveil_user user,
                                               recveil_membership membership,
                                               uint64_t model_version) {
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = user;
  request.membership = membership;
  request.n_history = 3;
  request.model_version = model_version;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  CHECK_OK(recveil_route(engine, &request, &decision));
  return decision;
}

static inline recveil_history host_history(const uint32_t *items, size_t n) {
  recveil_history history = RECVEIL_HISTORY_INIT;
  history.items = items;
  history.n_items = n;
  return history;
}

static inline recveil_status host_fold_in(recveil_engine *engine, const recveil_decision *decision,
                                          const uint32_t *items, size_t n, float *row, size_t d,
                                          void *scratch, size_t scratch_size) {
  const recveil_history history = host_history(items, n);
  return recveil_fold_in(engine, decision, &history, row, d, scratch, scratch_size);
}

static inline recveil_status host_fold_rank(recveil_engine *engine,
                                            const recveil_decision *decision, const uint32_t *items,
                                            size_t n, size_t k, uint32_t *ranked, float *scores,
                                            size_t *n_ranked, size_t *n_dropped, void *scratch,
                                            size_t scratch_size) {
  const recveil_history history = host_history(items, n);
  return recveil_fold_rank(engine, decision, &history, k, ranked, scores, n_ranked, n_dropped,
                           scratch, scratch_size);
}

/* The definition, one product after the other in double: the scores of every item for the set of
   known items, given as marks. */
static inline void host_slow_scores(const host_folds *all, uint32_t fold, const char *held,
                                    double *scores) {
  const recveil_fold_model *m = &all->models[fold];
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) scores[i] = 0;
  if (m->kind == RECVEIL_FOLD_ITEM_ITEM) {
    for (uint32_t j = 0; j < HOST_ITEMS; ++j) {
      if (!held[j] || m->support[j] == 0) continue;
      for (size_t at = m->weight_offsets[j]; at < m->weight_offsets[j + 1]; ++at) {
        scores[m->weight_items[at]] += HOST_CAST(double, m->weights[at]);
      }
    }
    return;
  }
  double a[HOST_D][HOST_D + 1];
  memset(a, 0, sizeof a);
  double known = 0;
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) {
    if (m->support[i] == 0) continue;
    const float *y = all->factors[fold][i];
    const double weight = held[i] ? m->observed_weight : m->unobserved_weight;
    known += held[i] ? 1 : 0;
    for (int p = 0; p < HOST_D; ++p) {
      for (int q = 0; q < HOST_D; ++q) {
        a[p][q] += weight * HOST_CAST(double, y[p]) * HOST_CAST(double, y[q]);
      }
      if (held[i]) a[p][HOST_D] += m->observed_weight * HOST_CAST(double, y[p]);
    }
  }
  /* The exponent of these models is 1. */
  const double ridge =
      m->regularization *
      (m->observed_weight * known + m->unobserved_weight * (HOST_CAST(double, HOST_ITEMS) - known));
  for (int p = 0; p < HOST_D; ++p) a[p][p] += ridge;
  for (int p = 0; p < HOST_D; ++p) { /* Gauss-Jordan; positive definite needs no pivoting */
    for (int row = 0; row < HOST_D; ++row) {
      if (row == p) continue;
      const double factor = a[row][p] / a[p][p];
      for (int q = p; q <= HOST_D; ++q) a[row][q] -= factor * a[p][q];
    }
  }
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) {
    for (int p = 0; p < HOST_D; ++p) {
      scores[i] += a[p][HOST_D] / a[p][p] * HOST_CAST(double, all->factors[fold][i][p]);
    }
  }
}

#endif
