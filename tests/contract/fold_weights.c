/* fold.h: a weight for each item of a history, item biases, and items to leave out. */
#include "recveil/fold.h"

#include <math.h>

#include "support/host_folds.h"

enum { kPlaces = HOST_ITEMS };
static const uint32_t history[] = {4, 11, 23, 30, 11};
static const float weights[] = {0.5f, 1, 4, 2, 3}; /* item 11 counts 3 */

typedef struct Scores {
  double of[HOST_ITEMS]; /* NAN where the list does not have the item */
  size_t n;
} Scores;

static Scores rank(recveil_engine *engine, const recveil_history *known, uint16_t *fold) {
  const recveil_decision decision = host_route_fold(engine, 3, 0, 0);
  uint32_t items[kPlaces];
  float scores[kPlaces];
  Scores out;
  CHECK_OK(
      recveil_fold_rank(engine, &decision, known, kPlaces, items, scores, &out.n, NULL, NULL, 0));
  for (int i = 0; i < HOST_ITEMS; ++i) out.of[i] = NAN;
  for (size_t p = 0; p < out.n; ++p) out.of[items[p]] = (double)scores[p];
  *fold = decision.fold;
  return out;
}

static float bias_of(uint32_t item) {
  return 0.1f * (float)(item % 11) - 0.5f;
}

static recveil_engine *open_with(host_folds *folds, recveil_fold_kind kind, const float *bias,
                                 uint32_t flags) {
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  host_make_folds(folds, kind, 1, 4);
  for (int f = 0; f < HOST_FOLDS; ++f) {
    folds->models[f].item_bias = bias;
    folds->models[f].flags = flags;
  }
  CHECK_OK(recveil_publish_folds(engine, &folds->folds));
  return engine;
}

static void item_item_is_the_weighted_sum(void) {
  static host_folds folds;
  static float bias[HOST_ITEMS];
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) bias[i] = bias_of(i);
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_ITEM_ITEM, bias, 0);
  recveil_history known = host_history(history, 5);
  known.weights = weights;
  uint16_t fold = 9;
  const Scores got = rank(engine, &known, &fold);
  CHECK(got.n > 20);
  const float counted[] = {0.5f, 3, 4, 2};
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) {
    double wanted = (double)bias_of(i);
    for (int h = 0; h < 4; ++h) {
      const uint32_t j = history[h];
      if (folds.support[fold][j] == 0) continue;
      for (size_t at = folds.weight_offsets[j]; at < folds.weight_offsets[j + 1]; ++at) {
        if (folds.weight_items[at] == i) {
          wanted += (double)counted[h] * (double)folds.weights[fold][at];
        }
      }
    }
    if (!isnan(got.of[i])) CHECK(fabs(got.of[i] - wanted) < 1e-5);
  }
  recveil_engine_close(engine);
}

/* Without the flag the row does not know of biases: each score is the old one plus the bias. With
   it the row is another one. */
static void biases_are_added(void) {
  static host_folds folds;
  static float bias[HOST_ITEMS];
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) bias[i] = bias_of(i);
  recveil_engine *engines[] = {open_with(&folds, RECVEIL_FOLD_FACTORS, NULL, 0), NULL, NULL};
  static host_folds biased, residual;
  engines[1] = open_with(&biased, RECVEIL_FOLD_FACTORS, bias, 0);
  engines[2] = open_with(&residual, RECVEIL_FOLD_FACTORS, bias, RECVEIL_FOLD_BIAS_RESIDUAL);
  const recveil_history known = host_history(history, 5);
  for (uint16_t fold = 0; fold < HOST_FOLDS; ++fold) {
    recveil_decision decision = host_route_fold(engines[0], 3, 0, 0);
    decision.fold = fold;
    float rows[3][HOST_D];
    uint32_t items[3][kPlaces];
    float scores[3][kPlaces];
    size_t n[3];
    for (int e = 0; e < 3; ++e) {
      CHECK_OK(recveil_fold_in(engines[e], &decision, &known, rows[e], HOST_D, NULL, 0));
      CHECK_OK(recveil_fold_rank(engines[e], &decision, &known, kPlaces, items[e], scores[e], &n[e],
                                 NULL, NULL, 0));
      for (size_t p = 0; p < n[e]; ++p) { /* x.y + b */
        double wanted = e == 0 ? 0 : (double)bias_of(items[e][p]);
        for (int c = 0; c < HOST_D; ++c) {
          wanted += (double)rows[e][c] * (double)folds.factors[fold][items[e][p]][c];
        }
        CHECK(fabs(wanted - (double)scores[e][p]) < 1e-5);
      }
    }
    CHECK(memcmp(rows[0], rows[1], sizeof rows[0]) == 0);
    CHECK(memcmp(rows[0], rows[2], sizeof rows[0]) != 0);
    CHECK(memcmp(items[0], items[1], n[0] * sizeof items[0][0]) != 0);
  }
  for (int e = 0; e < 3; ++e) recveil_engine_close(engines[e]);
}

static void weights_change_the_row(void) {
  static host_folds folds;
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_FACTORS, NULL, 0);
  const recveil_decision decision = host_route_fold(engine, 3, 0, 0);
  recveil_history known = host_history(history, 5);
  float one[HOST_D], other[HOST_D], light[HOST_D];
  known.weights = weights;
  CHECK_OK(recveil_fold_in(engine, &decision, &known, one, HOST_D, NULL, 0));
  const uint32_t shuffled[] = {30, 11, 4,
                               23}; /* another order, and of item 11 the largest weight */
  const float theirs[] = {2, 3, 0.5f, 4}, below[] = {0.1f, 0.2f, 0.3f, 0.4f};
  known = host_history(shuffled, 4);
  known.weights = theirs;
  CHECK_OK(recveil_fold_in(engine, &decision, &known, other, HOST_D, NULL, 0));
  CHECK(memcmp(one, other, sizeof one) == 0);
  known.weights = below; /* all below w0, .5 */
  CHECK_OK(recveil_fold_in(engine, &decision, &known, light, HOST_D, NULL, 0));
  CHECK(memcmp(one, light, sizeof one) != 0);
  known.weights = NULL;
  CHECK_OK(recveil_fold_in(engine, &decision, &known, other, HOST_D, NULL, 0));
  CHECK(memcmp(one, other, sizeof one) != 0);
  const float wrong[] = {1, -1, 1, 1}, nothing[] = {1, 1, NAN, 1};
  known.weights = wrong;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "history.weights: number 1 is not above 0",
              recveil_fold_in(engine, &decision, &known, other, HOST_D, NULL, 0));
  known.weights = nothing;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "history.weights: number 2",
              recveil_fold_in(engine, &decision, &known, other, HOST_D, NULL, 0));
  recveil_engine_close(engine);
}

/* An exclusion takes an item out of the list and nothing else: the others keep place and score. */
static void exclusions_leave_the_rest_alone(void) {
  static host_folds folds;
  static const uint32_t exclude[] = {39, 2, 4, 2, 17, 4000000000u, 8};
  for (recveil_fold_kind kind = 1; kind <= 2; ++kind) {
    recveil_engine *engine = open_with(&folds, kind, NULL, 0);
    recveil_history known = host_history(history, 5);
    uint16_t fold = 0;
    const Scores all = rank(engine, &known, &fold);
    known.exclude = exclude;
    known.n_exclude = 7;
    const Scores some = rank(engine, &known, &fold);
    size_t gone = 0;
    for (uint32_t i = 0; i < HOST_ITEMS; ++i) {
      int excluded = 0;
      for (int x = 0; x < 7; ++x) excluded |= exclude[x] == i;
      if (excluded) {
        CHECK(isnan(some.of[i]));
        gone += isnan(all.of[i]) ? 0u : 1u;
      } else {
        CHECK(memcmp(&all.of[i], &some.of[i], sizeof all.of[i]) == 0);
      }
    }
    CHECK(gone >= 2);
    CHECK_EQ(all.n, some.n + gone);
    recveil_engine_close(engine);
  }
}

int main(void) {
  item_item_is_the_weighted_sum();
  biases_are_added();
  weights_change_the_row();
  exclusions_leave_the_rest_alone();
  return host_result();
}
