/* fold.h: who is sent to which fold, what is shown there, and what a model may be. */
#include "recveil/fold.h"

#include <float.h>
#include <math.h>

#include "support/host_folds.h"

enum { kScratch = 1 << 16 };
static unsigned char scratch[kScratch];

/* What the call that has just failed says it needs. */
static size_t needed(void) {
  const char *number = strstr(recveil_last_error(), "needed are ");
  CHECK(number != NULL);
  return number == NULL ? 0 : (size_t)strtoul(number + strlen("needed are "), NULL, 10);
}

static recveil_engine *open_with(host_folds *folds, recveil_fold_kind kind) {
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  CHECK_OK(host_publish_items(engine, 40, 0));
  host_make_folds(folds, kind, 7, 1);
  CHECK_OK(recveil_publish_folds(engine, &folds->folds));
  return engine;
}

static void everybody_has_a_fold_for_life(void) {
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  uint32_t people[HOST_FOLDS] = {0};
  for (recveil_user user = 0; user < 3000; ++user) {
    uint16_t fold = 99, again = 98;
    CHECK_OK(recveil_fold_of(engine, user, &fold));
    CHECK_OK(recveil_fold_of(engine, user, &again));
    CHECK_EQ(fold, again);
    CHECK(fold < HOST_FOLDS);
    if (fold < HOST_FOLDS) ++people[fold];
  }
  /* Each is binomial(3000, 1/3), sd 25.8: 6 sd either side fail once in 10^8. The key is random. */
  for (int f = 0; f < HOST_FOLDS; ++f) CHECK(people[f] > 845 && people[f] < 1155);
  CHECK_FAILS(RECVEIL_E_CONFIG, "serving.folds",
              host_reload(engine, "serving: {mode: cross_fit, folds: 4}\nkeys: {ephemeral: true}"));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "fold", recveil_fold_of(engine, 1, NULL));
  recveil_engine_close(engine);
}

static void everybody_is_routed_alike(void) {
  static host_folds folds;
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_FACTORS);
  const recveil_user members[] = {1, 2, 3, 4, 5};
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, members, 5));
  for (recveil_user user = 1; user < 200; ++user) {
    const recveil_decision first = host_route_fold(engine, user, RECVEIL_MEMBERSHIP_ASK, 0);
    CHECK_EQ(RECVEIL_PATH_FOLD, first.path);
    CHECK_EQ(RECVEIL_REASON_CROSS_FIT, first.reason);
    CHECK_EQ(7, first.model_version);
    uint16_t fold = 99;
    CHECK_OK(recveil_fold_of(engine, user, &fold));
    CHECK_EQ(fold, first.fold);
    for (recveil_membership m = 1; m <= 3; ++m) { /* not a bit of the answer depends on it */
      const recveil_decision other = host_route_fold(engine, user, m, 0);
      CHECK(memcmp(&first, &other, sizeof first) == 0);
    }
  }
  /* A person with two accounts has one fold. */
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.n_history = 1;
  request.person = 77;
  uint16_t fold = 99;
  CHECK_OK(recveil_fold_of(engine, 77, &fold));
  for (request.user = 1; request.user < 50; ++request.user) {
    recveil_decision decision = RECVEIL_DECISION_INIT;
    CHECK_OK(recveil_route(engine, &request, &decision));
    CHECK_EQ(fold, decision.fold);
  }
  recveil_engine_close(engine);
  CHECK_EQ(1, folds.released);
}

static void what_is_missing_is_told(void) {
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  CHECK_OK(host_publish_items(engine, 40, 0));
  CHECK((host_info(engine).flags & RECVEIL_INFO_NO_FOLDS) != 0);
  recveil_decision decision = host_route_fold(engine, 1, RECVEIL_MEMBERSHIP_MEMBER, 0);
  CHECK_EQ(RECVEIL_PATH_POOL, decision.path); /* on_error: pool */
  CHECK_EQ(RECVEIL_REASON_NO_FOLDS, decision.reason);
  CHECK_EQ(0, decision.model_version);
  size_t bytes = 0;
  CHECK_OK(recveil_fold_scratch_size(engine, 1, 3, 0, &bytes));
  CHECK(bytes < 256);

  static host_folds folds;
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 3, 1);
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  CHECK((host_info(engine).flags & RECVEIL_INFO_NO_FOLDS) == 0);
  CHECK_EQ(RECVEIL_REASON_NO_FOLDS,
           host_route_fold(engine, 1, RECVEIL_MEMBERSHIP_MEMBER, 2).reason);
  decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_MEMBER); /* n_history is 0 */
  CHECK_EQ(RECVEIL_PATH_POOL, decision.path);
  CHECK_EQ(RECVEIL_REASON_NO_HISTORY, decision.reason);
  CHECK_EQ(0, decision.fold);

  const recveil_user held[] = {5};
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_QUARANTINED, RECVEIL_SET_ADD, held, 1));
  decision = host_route_fold(engine, 5, RECVEIL_MEMBERSHIP_MEMBER, 0);
  CHECK_EQ(RECVEIL_PATH_POOL, decision.path);
  CHECK_EQ(RECVEIL_REASON_QUARANTINED, decision.reason);
  recveil_engine_close(engine);
}

/* The list by the definition, and by the library. */
static void check_list(recveil_engine *engine, const host_folds *all, const uint32_t *history,
                       size_t n, recveil_user user) {
  enum { kPlaces = 12 };
  const recveil_decision decision = host_route_fold(engine, user, RECVEIL_MEMBERSHIP_ASK, 0);
  const uint32_t *support = all->support[decision.fold];
  char held[HOST_ITEMS] = {0};
  char unknown[128] = {0};
  size_t lost = 0, known = 0;
  for (size_t h = 0; h < n; ++h) {
    if (history[h] < HOST_ITEMS && support[history[h]] > 0) {
      known += held[history[h]] == 0;
      held[history[h]] = 1;
    } else {
      lost += unknown[history[h]] == 0;
      unknown[history[h]] = 1;
    }
  }
  double wanted[HOST_ITEMS];
  host_slow_scores(all, decision.fold, held, wanted);
  if (known == 0) {
    for (uint32_t i = 0; i < HOST_ITEMS; ++i) wanted[i] = support[i];
  }
  uint32_t items[kPlaces];
  float scores[kPlaces];
  size_t count = 99, dropped = 99, bytes = 0;
  CHECK_OK(recveil_fold_scratch_size(engine, 1, n, kPlaces, &bytes));
  CHECK(bytes <= kScratch);
  CHECK_OK(host_fold_rank(engine, &decision, history, n, kPlaces, items, scores, &count, &dropped,
                          scratch, bytes));
  CHECK_EQ(lost, dropped);
  CHECK(count > 0);
  char taken[HOST_ITEMS] = {0};
  for (size_t place = 0; place < count; ++place) {
    const uint32_t item = items[place];
    CHECK(item < HOST_ITEMS && !taken[item] && !held[item] && support[item] >= 2);
    if (item >= HOST_ITEMS) return;
    taken[item] = 1;
    CHECK(fabs((double)scores[place] - wanted[item]) <= 1e-5 * (1 + fabs(wanted[item])));
    if (place > 0) {
      CHECK(scores[place] < scores[place - 1] ||
            (scores[place] <= scores[place - 1] && item > items[place - 1]));
    }
  }
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) { /* nothing better is left out */
    if (taken[i] || held[i] || support[i] < 2) continue;
    CHECK(count == kPlaces && wanted[i] <= (double)scores[count - 1] + 1e-5);
  }
}

static void lists_are_those_of_the_definition(void) {
  static host_folds folds;
  for (recveil_fold_kind kind = 1; kind <= 2; ++kind) {
    recveil_engine *engine = open_with(&folds, kind);
    uint32_t state = 5;
    for (recveil_user user = 0; user < 60; ++user) {
      uint32_t history[50];
      const size_t n = user % 50;
      for (size_t h = 0; h < n; ++h) { /* with repeats, and up to 60: beyond the catalogue */
        history[h] = (uint32_t)(fabsf(host_number(&state)) * 60);
      }
      check_list(engine, &folds, history, n, user);
    }
    recveil_engine_close(engine);
  }
}

static void a_history_is_a_set(void) {
  static host_folds folds;
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_FACTORS);
  const recveil_decision decision = host_route_fold(engine, 3, RECVEIL_MEMBERSHIP_ASK, 0);
  /* Item 35 - fold has no support there: it and an item beyond the catalogue change nothing. */
  const uint32_t none = 35 - (uint32_t)decision.fold;
  CHECK_EQ(0, folds.support[decision.fold][none]);
  const uint32_t first[] = {2, 9, 17, 23, 30},
                 other[] = {23, none, 2, 30, 4000000000u, 9, 2, 17, 23};
  float a[HOST_D], b[HOST_D], row[HOST_D];
  CHECK_OK(host_fold_in(engine, &decision, first, 5, a, HOST_D, scratch, kScratch));
  CHECK_OK(host_fold_in(engine, &decision, other, 9, b, HOST_D, scratch, kScratch));
  CHECK(memcmp(a, b, sizeof a) == 0);
  /* In a batch the bits are the same, also beside others and from odd scratch. */
  const uint16_t in[] = {0, decision.fold, 2, decision.fold};
  const size_t offsets[] = {0, 3, 12, 12, 17};
  uint32_t items[17] = {1, 2, 3};
  float rows[4][HOST_D];
  memcpy(items + 3, other, sizeof other);
  memcpy(items + 12, first, sizeof first);
  size_t bytes = 0;
  CHECK_OK(recveil_fold_scratch_size(engine, 2, 9, 0, &bytes));
  CHECK(bytes + 3 <= kScratch);
  CHECK_OK(recveil_fold_in_batch(engine, 7, NULL, in, 4, offsets, items, NULL, rows[0], HOST_D,
                                 scratch + 3, bytes));
  CHECK(memcmp(a, rows[1], sizeof a) == 0 && memcmp(a, rows[3], sizeof a) == 0);
  CHECK(memcmp(a, rows[0], sizeof a) != 0);
  for (int c = 0; c < HOST_D; ++c) CHECK(rows[2][c] >= 0 && rows[2][c] <= 0); /* no history */
  CHECK_OK(host_fold_in(engine, &decision, NULL, 0, row, HOST_D, scratch, kScratch));
  CHECK(memcmp(row, rows[2], sizeof row) == 0);
  recveil_engine_close(engine);
}

/* Batches of every size up to two groups of 16 and one more, in all folds, with histories of all
   lengths: each row has the bits of a call alone. */
static void a_row_of_a_batch_is_that_of_a_call(void) {
  static host_folds folds;
  enum { kMost = 33, kLongest = 25 };
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_FACTORS);
  uint32_t state = 11;
  size_t bytes = 0;
  CHECK_OK(recveil_fold_scratch_size(engine, 2, kLongest, 0, &bytes));
  CHECK(bytes <= kScratch);
  for (size_t n = 0; n <= kMost; ++n) {
    uint16_t in[kMost] = {0};
    size_t offsets[kMost + 1] = {0};
    uint32_t items[kMost * kLongest];
    recveil_decision decisions[kMost];
    float rows[kMost][HOST_D], row[HOST_D];
    for (size_t u = 0; u < n; ++u) {
      decisions[u] = host_route_fold(engine, 50 * n + u, RECVEIL_MEMBERSHIP_ASK, 0);
      in[u] = decisions[u].fold;
      const size_t length = (u * 7 + n) % (kLongest + 1);
      offsets[u + 1] = offsets[u] + length;
      for (size_t h = offsets[u]; h < offsets[u + 1]; ++h) { /* up to 60: beyond the catalogue */
        items[h] = (uint32_t)(fabsf(host_number(&state)) * 60);
      }
    }
    CHECK_OK(recveil_fold_in_batch(engine, 7, NULL, in, n, offsets, items, NULL, rows[0], HOST_D,
                                   scratch + 1, bytes));
    for (size_t u = 0; u < n; ++u) {
      CHECK_OK(host_fold_in(engine, &decisions[u], items + offsets[u], offsets[u + 1] - offsets[u],
                            row, HOST_D, scratch, kScratch));
      CHECK(memcmp(row, rows[u], sizeof row) == 0);
    }
  }
  recveil_engine_close(engine);
}

/* One history whose system is singular in single precision, in a batch of 20. */
static void a_singular_system_fails_its_batch(void) {
  static host_folds folds;
  enum { kUsers = 20 };
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 7, 1);
  for (int f = 0; f < HOST_FOLDS; ++f) {
    folds.models[f].unobserved_weight = 0;
    folds.models[f].regularization = 1e-3;
    folds.models[f].regularization_exponent = 0;
    for (int c = 0; c < HOST_D; ++c) folds.factors[f][21][c] = 1000; /* one row: rank 1 */
  }
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  uint16_t in[kUsers];
  size_t offsets[kUsers + 1];
  uint32_t items[kUsers];
  float rows[kUsers * HOST_D];
  for (size_t u = 0; u < kUsers; ++u) {
    in[u] = 1;
    offsets[u] = u;
    items[u] = 8;
  }
  offsets[kUsers] = kUsers;
  CHECK_OK(recveil_fold_in_batch(engine, 7, NULL, in, kUsers, offsets, items, NULL, rows, HOST_D,
                                 scratch, kScratch));
  for (size_t u = 0; u < kUsers; u += 9) { /* of the full group, and of the rest */
    items[u] = 20;                         /* without support: an empty history */
    items[u + 1] = 21;
    CHECK_FAILS(RECVEIL_E_DATA, "positive definite",
                recveil_fold_in_batch(engine, 7, NULL, in, kUsers, offsets, items, NULL, rows,
                                      HOST_D, scratch, kScratch));
    items[u] = items[u + 1] = 8;
  }
  size_t bytes = 0;
  CHECK_OK(recveil_fold_scratch_size(engine, 2, 1, 0, &bytes));
  CHECK_FAILS(RECVEIL_E_BUFFER, "needed are",
              recveil_fold_in_batch(engine, 7, NULL, in, kUsers, offsets, items, NULL, rows, HOST_D,
                                    scratch, 10));
  CHECK(needed() <= bytes);
  CHECK_FAILS(RECVEIL_E_BUFFER, "needed are",
              recveil_fold_in_batch(engine, 7, NULL, in, kUsers, offsets, items, NULL, rows, HOST_D,
                                    scratch, needed() - 1));
  recveil_engine_close(engine);
}

static void calls_that_cannot_be(void) {
  static host_folds folds;
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_FACTORS);
  recveil_decision decision = host_route_fold(engine, 3, RECVEIL_MEMBERSHIP_ASK, 0);
  const uint32_t history[] = {1, 2};
  float row[HOST_D];
  uint32_t items[4];
  size_t count = 9, bytes = 0;
  CHECK_OK(recveil_fold_scratch_size(engine, 1, 2, 0, &bytes));
  CHECK_FAILS(RECVEIL_E_BUFFER, "needed are",
              host_fold_in(engine, &decision, history, 2, row, HOST_D, scratch, 10));
  CHECK(needed() <= bytes);
  CHECK_FAILS(RECVEIL_E_BUFFER, "needed are",
              host_fold_in(engine, &decision, history, 2, row, HOST_D, scratch, needed() - 1));
  CHECK_OK(host_fold_in(engine, &decision, history, 2, row, HOST_D, NULL, 0));
  CHECK_OK(host_fold_in(engine, &decision, history, 2, row, HOST_D, scratch + 1, bytes));
  CHECK_FAILS(
      RECVEIL_E_BUFFER, "needed are",
      host_fold_rank(engine, &decision, history, 2, 4, items, NULL, &count, NULL, scratch, 10));
  CHECK_EQ(0, count);
  CHECK_FAILS(RECVEIL_E_ARGUMENT,
              "d:", host_fold_in(engine, &decision, history, 2, row, 4, scratch, kScratch));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "history",
              host_fold_in(engine, &decision, NULL, 2, row, HOST_D, scratch, kScratch));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "scratch",
              host_fold_in(engine, &decision, history, 2, row, HOST_D, NULL, kScratch));
  decision.fold = HOST_FOLDS;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "fold",
              host_fold_in(engine, &decision, history, 2, row, HOST_D, scratch, kScratch));
  decision.fold = 0;
  decision.model_version = 6;
  CHECK_FAILS(RECVEIL_E_STATE, "no longer kept",
              host_fold_in(engine, &decision, history, 2, row, HOST_D, scratch, kScratch));
  decision.path = RECVEIL_PATH_HOST;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "FOLD",
              host_fold_in(engine, &decision, history, 2, row, HOST_D, scratch, kScratch));
  const uint16_t in[] = {0, 7};
  const size_t offsets[] = {0, 1, 2}, falling[] = {0, 2, 1};
  float rows[2 * HOST_D];
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "fold",
              recveil_fold_in_batch(engine, 7, NULL, in, 2, offsets, history, NULL, rows, HOST_D,
                                    scratch, kScratch));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "offsets",
              recveil_fold_in_batch(engine, 7, NULL, in, 2, falling, history, NULL, rows, HOST_D,
                                    scratch, kScratch));
  recveil_engine_close(engine);

  engine = open_with(&folds, RECVEIL_FOLD_ITEM_ITEM);
  decision = host_route_fold(engine, 3, RECVEIL_MEMBERSHIP_ASK, 0);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "ITEM_ITEM",
              host_fold_in(engine, &decision, history, 2, row, HOST_D, scratch, kScratch));
  recveil_engine_close(engine);
}

static void pages_are_of_the_hosts_list(void) {
  static host_folds folds;
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_FACTORS);
  const recveil_decision decision = host_route_fold(engine, 3, RECVEIL_MEMBERSHIP_ASK, 0);
  const uint32_t seen[] = {1, 4};
  uint32_t positions[20];
  recveil_origin origins[20];
  recveil_page page = RECVEIL_PAGE_INIT;
  page.n_host = 30;
  page.offset = 2;
  page.k = 20;
  page.seen = seen;
  page.n_seen = 2;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  slate.origins = origins;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(8, slate.n_filled); /* list_length is 10 */
  CHECK_EQ(0, slate.pool_version);
  for (uint32_t p = 0; p < slate.n_filled; ++p) {
    const uint32_t wanted[] = {3, 5, 6, 7, 8, 9, 10, 11};
    CHECK_EQ(wanted[p], positions[p]);
    CHECK_EQ(RECVEIL_ORIGIN_HOST, origins[p]);
  }
  recveil_engine_close(engine);
}

static void batches_are_single_calls(void) {
  static host_folds folds;
  recveil_engine *engine = open_with(&folds, RECVEIL_FOLD_FACTORS);
  enum { kUsers = 40 };
  recveil_user users[kUsers], persons[kUsers];
  uint32_t lengths[kUsers], n_host[kUsers], counts[kUsers], positions[kUsers * 5];
  recveil_path paths[kUsers];
  recveil_reason reasons[kUsers];
  uint16_t in[kUsers];
  for (uint32_t u = 0; u < kUsers; ++u) {
    users[u] = u;
    persons[u] = u / 2 + 100;
    lengths[u] = u % 4;
    n_host[u] = 4;
  }
  recveil_batch batch;
  memset(&batch, 0, sizeof batch);
  batch.struct_size = sizeof batch;
  batch.n_users = kUsers;
  batch.users = users;
  batch.persons = persons;
  batch.n_history = lengths;
  batch.k = 5;
  batch.paths = paths;
  batch.reasons = reasons;
  batch.folds = in;
  batch.n_host = n_host;
  batch.n_filled = counts;
  batch.positions = positions;
  CHECK_OK(recveil_route_batch(engine, &batch));
  CHECK_EQ(7, batch.model_version);
  CHECK_OK(recveil_serve_batch(engine, &batch));
  for (uint32_t u = 0; u < kUsers; ++u) {
    recveil_request request = RECVEIL_REQUEST_INIT;
    request.user = users[u];
    request.person = persons[u];
    request.n_history = lengths[u];
    recveil_decision decision = RECVEIL_DECISION_INIT;
    CHECK_OK(recveil_route(engine, &request, &decision));
    CHECK_EQ(decision.path, paths[u]);
    CHECK_EQ(decision.reason, reasons[u]);
    CHECK_EQ(decision.fold, in[u]);
    CHECK_EQ(lengths[u] > 0 ? 4 : 5, counts[u]);
  }
  recveil_engine_close(engine);
}

int main(void) {
  everybody_has_a_fold_for_life();
  everybody_is_routed_alike();
  what_is_missing_is_told();
  lists_are_those_of_the_definition();
  a_history_is_a_set();
  a_row_of_a_batch_is_that_of_a_call();
  a_singular_system_fails_its_batch();
  calls_that_cannot_be();
  pages_are_of_the_hosts_list();
  batches_are_single_calls();
  return host_finish();
}
