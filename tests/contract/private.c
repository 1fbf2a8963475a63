/* private.h: a release from the first pass to a page, and what is refused on the way. */
#include <math.h>

#include "support/host_private.h"

static host_crowd crowd, other;

static recveil_buffer *bytes_of(const recveil_private_model *model) {
  recveil_buffer *buffer = NULL;
  CHECK_OK(recveil_buffer_open(&buffer));
  CHECK_OK(recveil_private_model_write(model, recveil_buffer_write, buffer));
  return buffer;
}

static int same_bytes(const recveil_private_model *a, const recveil_private_model *b) {
  recveil_buffer *x = bytes_of(a), *y = bytes_of(b);
  const char *xs = NULL, *ys = NULL;
  size_t n = 0, m = 0;
  CHECK_OK(recveil_buffer_bytes(x, &xs, &n));
  CHECK_OK(recveil_buffer_bytes(y, &ys, &m));
  const int same = n == m && memcmp(xs, ys, n) == 0;
  recveil_buffer_close(x);
  recveil_buffer_close(y);
  return same;
}

/* The k best of the model for a history, by the definition. */
static void slow_list(const recveil_private_model_info *info, const uint32_t *history, size_t n,
                      uint32_t *list, size_t k) {
  double scores[CROWD_ITEMS];
  for (uint32_t i = 0; i < CROWD_ITEMS; ++i) scores[i] = info->fold->support[i] > 0 ? 0 : -INFINITY;
  for (size_t h = 0; h < n; ++h) {
    const size_t *at = info->fold->weight_offsets + history[h];
    for (size_t w = at[0]; w < at[1]; ++w) {
      scores[info->fold->weight_items[w]] += (double)info->fold->weights[w];
    }
  }
  for (size_t h = 0; h < n; ++h) scores[history[h]] = -INFINITY;
  for (size_t place = 0; place < k; ++place) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < CROWD_ITEMS; ++i) best = scores[i] > scores[best] ? i : best;
    list[place] = best;
    scores[best] = -INFINITY;
  }
}

static size_t recommend(recveil_engine *engine, const uint32_t *history, size_t n,
                        recveil_decision *decision, uint32_t *items) {
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  request.user = 7;
  request.k = 10;
  request.history.items = history;
  request.history.n_items = n;
  size_t n_filled = 0;
  CHECK_OK(recveil_recommend(engine, &request, decision, items, NULL, &n_filled, NULL, 0));
  return n_filled;
}

static void a_release_is_served(recveil_engine *engine, const host_release *release,
                                recveil_fold_kind kind, uint64_t version) {
  recveil_private_model *model = NULL, *again = NULL;
  CHECK_OK(host_train(engine, 1, kind, release, &model));
  CHECK_OK(host_train(engine, 1, kind, release, &again));
  CHECK(same_bytes(model, again));
  recveil_private_model_close(again);
  const recveil_private_model_info info = host_model_info(model);
  CHECK_EQ(1, info.release);
  CHECK(info.mu == 4); /* 8 / sqrt 4 */
  CHECK_EQ(CROWD_ITEMS, info.n_items);
  CHECK_EQ(CROWD_CATALOGUE, info.n_catalogue);
  CHECK(info.n_above_noise >= 3);
  CHECK(info.catalogue_share > .6 && info.catalogue_share < .9);
  CHECK(memcmp(info.catalogue, release->catalogue, sizeof release->catalogue) == 0);
  uint32_t n_support = 0;
  for (uint32_t i = 0; i < CROWD_ITEMS; ++i) n_support += info.fold->support[i] > 0;
  CHECK_EQ(CROWD_CATALOGUE, n_support);

  CHECK_OK(recveil_publish_private(engine, model, version));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "must be above", recveil_publish_private(engine, model, version));
  CHECK_EQ(version, host_info(engine).model_version);
  /* Of both halves of the catalogue, somebody of the first gets the first. */
  uint32_t history[4], n = 0, page[10], slow[10];
  for (uint32_t i = 0; n < 4; ++i) {
    if (release->catalogue[i] < CROWD_ITEMS / 2) history[n++] = release->catalogue[i];
  }
  recveil_decision decision = RECVEIL_DECISION_INIT;
  CHECK_EQ(10, recommend(engine, history, 4, &decision, page));
  CHECK_EQ(RECVEIL_PATH_FOLD, decision.path);
  CHECK_EQ(RECVEIL_REASON_PRIVATE, decision.reason);
  CHECK_EQ(0, decision.fold);
  CHECK_EQ(version, decision.model_version);
  uint32_t first_half = 0;
  for (uint32_t i = 0; i < 10; ++i) first_half += page[i] < CROWD_ITEMS / 2;
  CHECK(first_half >= 9);
  if (kind == RECVEIL_FOLD_ITEM_ITEM) {
    slow_list(&info, history, 4, slow, 10);
    CHECK(memcmp(page, slow, sizeof page) == 0);
  }
  /* Without a history: the noisy popularity. */
  CHECK_EQ(10, recommend(engine, NULL, 0, &decision, page));
  CHECK_EQ(RECVEIL_PATH_POOL, decision.path);
  CHECK_EQ(RECVEIL_REASON_NO_HISTORY, decision.reason);

  recveil_buffer *buffer = bytes_of(model);
  const char *bytes = NULL;
  size_t size = 0;
  CHECK_OK(recveil_buffer_bytes(buffer, &bytes, &size));
  CHECK_OK(recveil_private_model_read(bytes, size, &again));
  CHECK(same_bytes(model, again));
  recveil_private_model_close(model);
  CHECK_OK(recveil_publish_private(engine, again, version + 1));
  recveil_private_model_close(again); /* what was published stays */
  const recveil_decision before = decision;
  CHECK_EQ(10, recommend(engine, history, 4, &decision, page));
  CHECK(decision.model_version == version + 1 && before.pool_version < decision.pool_version);
  if (kind == RECVEIL_FOLD_ITEM_ITEM) CHECK(memcmp(page, slow, sizeof page) == 0);

  /* Any bit of the file. */
  char *copy = (char *)malloc(size);
  size_t unseen = 0;
  for (size_t at = 0; at<size; at += size> 4000 ? size / 4000 : 1) {
    memcpy(copy, bytes, size);
    copy[at] ^= 4;
    again = NULL;
    unseen += recveil_private_model_read(copy, size, &again) == RECVEIL_OK;
    CHECK(again == NULL);
  }
  CHECK_EQ(0, unseen);
  CHECK_FAILS(RECVEIL_E_DATA, "", recveil_private_model_read(bytes, size - 1, &again));
  CHECK_FAILS(RECVEIL_E_DATA, "cut short", recveil_private_model_read(bytes, 7, &again));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL", recveil_private_model_read(NULL, 7, &again));
  free(copy);
  recveil_buffer_close(buffer);
}

/* In mode private nothing exact gets in. */
static void exact_numbers_are_refused(recveil_engine *engine) {
  CHECK_FAILS(RECVEIL_E_STATE, "recveil_publish_private", host_publish_items(engine, 20, 0));
  recveil_folds folds = RECVEIL_FOLDS_INIT;
  const float factors[2] = {1, 2};
  const uint32_t support[2] = {1, 1};
  recveil_fold_model model = RECVEIL_FOLD_MODEL_INIT;
  model.kind = RECVEIL_FOLD_FACTORS;
  model.d = 1;
  model.n_items = 2;
  model.support = support;
  model.item_factors = factors;
  model.observed_weight = model.regularization = 1;
  folds.models = &model;
  folds.n_folds = 1;
  folds.model_version = 1;
  CHECK_FAILS(RECVEIL_E_STATE, "recveil_publish_private", recveil_publish_folds(engine, &folds));
}

static void another_data_set_is_refused(recveil_engine *engine, const host_release *release) {
  const host_stats counts = host_count_crowd(&other);
  uint32_t items[CROWD_CATALOGUE] = {0};
  size_t n = 99;
#define REFUSED(status, words, number)                                                          \
  CHECK_FAILS(status, words,                                                                    \
              recveil_private_catalogue(engine, number, counts.bytes, counts.size, NULL, items, \
                                        CROWD_CATALOGUE, &n))
  REFUSED(RECVEIL_E_ARGUMENT, "release 1: was booked for other statistics", 1);
  REFUSED(RECVEIL_E_ARGUMENT, "release 3: out of turn; the next one is 2", 3);
  REFUSED(RECVEIL_E_ARGUMENT, "release 0: out of turn", 0);
#undef REFUSED
  CHECK_EQ(99, n);
  CHECK_EQ(0, items[1]);
  recveil_private_model *model = NULL;
  host_release mixed = *release;
  mixed.counts = counts;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "was not booked for these counts",
              host_train(engine, 1, 0, &mixed, &model));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "was not booked", host_train(engine, 2, 0, release, &model));
  /* The same counts, but other people in the matrix. */
  mixed = *release;
  mixed.gram = host_empty_stats(release->catalogue, CROWD_CATALOGUE);
  host_add_people(mixed.gram, &other, 0, CROWD_PEOPLE);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "was booked for other statistics",
              host_train(engine, 1, 0, &mixed, &model));
  host_add_people(mixed.gram, &other, 0, 1);
  CHECK_FAILS(RECVEIL_E_DATA, "of other people", host_train(engine, 1, 0, &mixed, &model));
  free(mixed.gram.bytes);
  /* A catalogue of the host's choosing. */
  memcpy(items, release->catalogue, sizeof items);
  items[0] = release->catalogue[1];
  items[1] = release->catalogue[0];
  mixed.gram = host_empty_stats(items, CROWD_CATALOGUE);
  host_add_people(mixed.gram, &crowd, 0, CROWD_PEOPLE);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "not the one that this release chose",
              host_train(engine, 1, 0, &mixed, &model));
  free(mixed.gram.bytes);
  mixed.gram = release->counts;
  CHECK_FAILS(RECVEIL_E_DATA, "these statistics are counts",
              host_train(engine, 1, 0, &mixed, &model));
  CHECK(model == NULL);
  free(counts.bytes);
}

static void the_budget_is_kept(recveil_engine *engine) {
  recveil_private_budget budget = host_budget(engine);
  CHECK_EQ(1, budget.n_releases);
  CHECK_EQ(3, budget.n_left);
  CHECK(budget.mu == 8 && budget.mu_release == 4 && budget.mu_spent == 4);
  CHECK_EQ(500, budget.n_people);
  for (uint64_t number = 2; number <= 4; ++number) {
    host_release more = host_collect(engine, number, &other);
    host_free_release(&more);
  }
  budget = host_budget(engine);
  CHECK_EQ(0, budget.n_left);
  CHECK(fabs(budget.mu_spent - 8) < 1e-12);
  const host_stats counts = host_count_crowd(&other);
  uint32_t items[CROWD_CATALOGUE];
  size_t n = 0;
  const recveil_status status = recveil_private_catalogue(engine, 5, counts.bytes, counts.size,
                                                          NULL, items, CROWD_CATALOGUE, &n);
  CHECK_FAILS(RECVEIL_E_STATE, "release 5: over budget", status);
  CHECK_EQ(4, host_budget(engine).n_releases);
  /* A release that was paid for stays available. */
  CHECK_OK(recveil_private_catalogue(engine, 4, counts.bytes, counts.size, NULL, items,
                                     CROWD_CATALOGUE, &n));
  free(counts.bytes);
}

static int32_t cancel_from(void *ctx, double fraction, const char *what) {
  (void)what;
  return fraction >= *(const double *)ctx;
}

static void calls_can_be_cancelled(recveil_engine *engine, const host_release *release) {
  double from = .3;
  recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
  training.release = 1;
  training.progress.fn = cancel_from;
  training.progress.ctx = &from;
  recveil_private_model *model = NULL;
  CHECK_FAILS(RECVEIL_E_CANCELLED, "",
              recveil_private_train(engine, &training, release->counts.bytes, release->counts.size,
                                    release->gram.bytes, release->gram.size, &model));
  CHECK(model == NULL);
  from = .05;
  uint32_t items[CROWD_CATALOGUE];
  size_t n = 0;
  CHECK_FAILS(RECVEIL_E_CANCELLED, "",
              recveil_private_catalogue(engine, 1, release->counts.bytes, release->counts.size,
                                        &training.progress, items, CROWD_CATALOGUE, &n));
}

static void wrong_calls_are_refused(recveil_engine *engine, const host_release *release) {
  size_t n = 0;
  uint32_t items[CROWD_CATALOGUE];
  const host_stats counts = release->counts;
  CHECK_OK(recveil_private_catalogue(engine, 77, counts.bytes, counts.size, NULL, NULL, 0, &n));
  CHECK_EQ(CROWD_CATALOGUE, n);
  n = 0;
  CHECK_FAILS(RECVEIL_E_BUFFER, "40 are needed",
              recveil_private_catalogue(engine, 1, counts.bytes, counts.size, NULL, items, 39, &n));
  CHECK_EQ(CROWD_CATALOGUE, n);
  CHECK_FAILS(RECVEIL_E_DATA, "have a catalogue",
              recveil_private_catalogue(engine, 1, release->gram.bytes, release->gram.size, NULL,
                                        items, 40, &n));
  const host_stats few = host_empty_stats(NULL, 0);
  host_add_people(few, &crowd, 0, 499);
  CHECK_FAILS(RECVEIL_E_DATA, "fewer people than private.people, which is 500",
              recveil_private_catalogue(engine, 2, few.bytes, few.size, NULL, items, 40, &n));
  free(few.bytes);
  recveil_private_model *model = NULL;
  recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
  training.release = 1;
#define REFUSED(status, words)                                                    \
  CHECK_FAILS(status, words,                                                      \
              recveil_private_train(engine, &training, counts.bytes, counts.size, \
                                    release->gram.bytes, release->gram.size, &model))
  training.d = 41;
  REFUSED(RECVEIL_E_ARGUMENT, "d: is above");
  training.d = 513;
  REFUSED(RECVEIL_E_ARGUMENT, "training.d");
  training.kind = RECVEIL_FOLD_ITEM_ITEM;
  training.d = 5;
  REFUSED(RECVEIL_E_ARGUMENT, "must be 0 for ITEM_ITEM");
  training.kind = 3;
  REFUSED(RECVEIL_E_ARGUMENT, "kind");
  training.kind = 0;
  training.flags = 1;
  REFUSED(RECVEIL_E_UNSUPPORTED, "flags");
#undef REFUSED
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL", recveil_private_model_get_info(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL", recveil_publish_private(engine, NULL, 9));
  recveil_private_model_close(NULL);
}

static void refused_config(const char *yaml, const char *words) {
  recveil_engine *engine = NULL;
  CHECK_FAILS(RECVEIL_E_CONFIG, words, host_try_open(&engine, NULL, yaml));
}

static void wrong_configurations_are_refused(void) {
  refused_config("keys: {ephemeral: true}\nprivate: {ledger: x}", "needs keys.file");
  refused_config("keys: {file: key}\nprivate: {mu: 1, epsilon: 2, people: 5}", "not both");
  refused_config("keys: {file: key}\nprivate: {mu: 1}", "private.people: missing");
  refused_config("keys: {file: key}\nprivate: {epsilon: 1, people: 5000, delta: 0.0002}",
                 "private.delta: must be below 1 / private.people");
  refused_config("keys: {file: key}\nprivate: {epsilon: 1, people: 500, catalogue: 10000}",
                 "private.catalogue");
  refused_config("keys: {file: key}\nserving: {mode: private, folds: 5}", "one model");
  recveil_engine *bare = host_open("keys: {file: key}\nprivate: {ledger: other}");
  recveil_private_budget budget = RECVEIL_PRIVATE_BUDGET_INIT;
  CHECK_FAILS(RECVEIL_E_CONFIG, "private.mu: missing", recveil_private_get_budget(bare, &budget));
  recveil_engine_close(bare);
  bare = host_open("keys: {file: key}");
  CHECK_FAILS(RECVEIL_E_CONFIG, "private.ledger: missing",
              recveil_private_get_budget(bare, &budget));
  CHECK_FAILS(RECVEIL_E_CONFIG, "from or to private", host_reload(bare, HOST_PRIVATE_YAML));
  recveil_engine_close(bare);
}

/* So little mu that nothing rises above the noise. */
static void noise_is_not_published(void) {
  recveil_engine *engine = host_open(
      "serving: {mode: private}\nkeys: {file: key}\n"
      "private: {ledger: weak, mu: 0.001, people: 500, catalogue: 40}\n");
  host_release release = host_collect(engine, 1, &crowd);
  recveil_private_model *model = NULL;
  CHECK_OK(host_train(engine, 1, 0, &release, &model));
  CHECK(host_model_info(model).n_above_noise < 3);
  CHECK_FAILS(RECVEIL_E_STATE, "it is noise", recveil_publish_private(engine, model, 1));
  recveil_private_model_close(model);
  host_free_release(&release);
  recveil_engine_close(engine);
}

int main(void) {
  host_private_folder();
  host_make_crowd(&crowd, 1);
  host_make_crowd(&other, 2);
  recveil_engine *engine = host_open(HOST_PRIVATE_YAML);
  CHECK_EQ(4, host_budget(engine).n_left);
  CHECK((host_info(engine).flags & RECVEIL_INFO_NO_FOLDS) != 0);
  host_release release = host_collect(engine, 1, &crowd);
  a_release_is_served(engine, &release, RECVEIL_FOLD_FACTORS, 1);
  a_release_is_served(engine, &release, RECVEIL_FOLD_ITEM_ITEM, 3);
  exact_numbers_are_refused(engine);
  wrong_calls_are_refused(engine, &release);
  calls_can_be_cancelled(engine, &release);
  another_data_set_is_refused(engine, &release);
  the_budget_is_kept(engine);
  wrong_configurations_are_refused();
  noise_is_not_published();
  host_free_release(&release);
  recveil_engine_close(engine);
  return host_finish();
}
