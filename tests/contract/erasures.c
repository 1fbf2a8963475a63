/* standing.h: what fold-in does for users with a standing erasure. */
#include <math.h>

#include "support/host_erase.h"
#include "support/host_folds.h"

enum { kScratch = 1 << 16, kRows = 600 };
static unsigned char scratch[kScratch];
static float rows[kRows * HOST_D];
static int32_t classes[kRows];
static const uint32_t history[] = {1, 5, 9, 22, 30};
enum { kHistory = 5 };

typedef struct fixture {
  recveil_engine *engine;
  host_folds folds;
  recveil_erase_map *maps[HOST_FOLDS];
  recveil_erasures erasures;
} fixture;

static void make_maps(fixture *f, recveil_erase_method method, uint32_t seed) {
  for (uint32_t m = 0; m < HOST_FOLDS; ++m) {
    host_make_rows(rows, classes, kRows, HOST_D, seed + m);
    recveil_matrix all = host_matrix(rows, kRows, HOST_D);
    f->maps[m] = host_fit(method, &all, classes);
  }
}
static void close_maps(fixture *f) {
  for (uint32_t m = 0; m < HOST_FOLDS; ++m) recveil_erase_map_close(f->maps[m]);
}

static const recveil_user asked[] = {11, 12, 13};
static const int32_t theirs[] = {0, 1, RECVEIL_CLASS_UNKNOWN};

static fixture *open_with(recveil_erase_method method) {
  static fixture f;
  const recveil_erasures none = RECVEIL_ERASURES_INIT;
  f.engine = host_open(HOST_FOLDS_YAML);
  CHECK_OK(host_publish_items(f.engine, 40, 0));
  host_make_folds(&f.folds, RECVEIL_FOLD_FACTORS, 7, 1);
  CHECK_OK(recveil_publish_folds(f.engine, &f.folds.folds));
  make_maps(&f, method, 3);
  f.erasures = none;
  f.erasures.model_version = 7;
  f.erasures.n_maps = HOST_FOLDS;
  f.erasures.maps = (const recveil_erase_map *const *)f.maps;
  f.erasures.n_users = 3;
  f.erasures.users = asked;
  if (method != RECVEIL_ERASE_LEACE) {
    f.erasures.n_attributes = 1;
    f.erasures.classes = theirs;
  }
  return &f;
}

static recveil_status fold_in(fixture *f, recveil_user user, uint64_t version, float *row) {
  const recveil_decision decision = host_route_fold(f->engine, user, 0, version);
  return host_fold_in(f->engine, &decision, history, kHistory, row, HOST_D, scratch, kScratch);
}

/* The row as the maps and the raw row have it. */
static void expect(fixture *f, recveil_user user, int32_t cls, const float *raw, float *out) {
  uint16_t fold = 0;
  CHECK_OK(recveil_fold_of(f->engine, user, &fold));
  memcpy(out, raw, HOST_D * sizeof *out);
  const recveil_matrix one = host_matrix(out, 1, HOST_D);
  CHECK_OK(recveil_erase_apply(f->maps[fold], &one, &cls, NULL, NULL));
}

static void check_rows(fixture *f, recveil_user user, int32_t cls, int erased) {
  float raw[HOST_D], row[HOST_D], wanted[HOST_D];
  const uint16_t fold = host_route_fold(f->engine, user, 0, 0).fold;
  const size_t offsets[] = {0, kHistory};
  CHECK_OK(recveil_fold_in_batch(f->engine, 7, NULL, &fold, 1, offsets, history, NULL, raw, HOST_D,
                                 scratch, kScratch));
  memcpy(wanted, raw, sizeof raw);
  if (erased) expect(f, user, cls, raw, wanted);
  CHECK_EQ(!erased, memcmp(raw, wanted, sizeof raw) == 0);
  CHECK_OK(fold_in(f, user, 0, row));
  for (int c = 0; c < HOST_D; ++c) CHECK(fabsf(row[c] - wanted[c]) < 1e-5f);
  CHECK_OK(recveil_fold_in_batch(f->engine, 7, &user, &fold, 1, offsets, history, NULL, row, HOST_D,
                                 scratch, kScratch));
  for (int c = 0; c < HOST_D; ++c) CHECK(fabsf(row[c] - wanted[c]) < 1e-5f);

  /* The ranking is that of the row. */
  enum { kPlaces = 12 };
  uint32_t items[kPlaces];
  float scores[kPlaces];
  size_t count = 0;
  const recveil_decision decision = host_route_fold(f->engine, user, 0, 0);
  CHECK_OK(host_fold_rank(f->engine, &decision, history, kHistory, kPlaces, items, scores, &count,
                          NULL, scratch, kScratch));
  CHECK_EQ(kPlaces, count);
  for (size_t k = 0; k < count; ++k) {
    double score = 0;
    for (int c = 0; c < HOST_D; ++c) {
      score += (double)wanted[c] * (double)f->folds.factors[fold][items[k]][c];
    }
    CHECK(fabs(score - (double)scores[k]) < 1e-4);
  }
}

static void fold_in_respects_erasure(void) {
  fixture *f = open_with(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  check_rows(f, 11, 0, 0); /* nobody yet */
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));
  close_maps(f); /* the engine keeps what it needs */
  make_maps(f, RECVEIL_ERASE_GAUSSIAN_TRANSPORT, 3);
  check_rows(f, 11, 0, 1);
  check_rows(f, 12, 1, 1);
  check_rows(f, 13, 0, 0); /* asked, but no class is known: as the map says */
  check_rows(f, 14, 0, 0);

  /* Of a history that the model does not know nothing is told: the row stays 0. */
  float row[HOST_D];
  const uint32_t strange[] = {1000};
  const recveil_decision decision = host_route_fold(f->engine, 11, 0, 0);
  CHECK_OK(host_fold_in(f->engine, &decision, strange, 1, row, HOST_D, scratch, kScratch));
  for (int c = 0; c < HOST_D; ++c) CHECK(row[c] == 0);

  /* Withdrawn: the same version anew without user 11. */
  f->erasures.users = asked + 1;
  f->erasures.classes = theirs + 1;
  f->erasures.n_users = 2;
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));
  check_rows(f, 11, 0, 0);
  check_rows(f, 12, 1, 1);
  recveil_engine_close(f->engine);
  close_maps(f);
}

static void leace_needs_no_class(void) {
  fixture *f = open_with(RECVEIL_ERASE_LEACE);
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));
  check_rows(f, 11, 0, 1);
  check_rows(f, 14, 0, 0);
  recveil_engine_close(f->engine);
  close_maps(f);
}

static void a_version_without_maps_gives_no_raw_row(void) {
  fixture *f = open_with(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));
  static host_folds next;
  host_make_folds(&next, RECVEIL_FOLD_FACTORS, 8, 5);
  CHECK_OK(recveil_publish_folds(f->engine, &next.folds));
  float row[HOST_D] = {9, 9, 9, 9, 9};
  CHECK_FAILS(RECVEIL_E_STATE, "standing erasure", fold_in(f, 11, 0, row));
  CHECK(row[0] == 9);
  CHECK_OK(fold_in(f, 14, 0, row)); /* others are served */
  CHECK_OK(fold_in(f, 11, 7, row)); /* and page 2 of the version before */
  const recveil_user both[] = {14, 11};
  const uint16_t folds[] = {0, 0};
  const size_t offsets[] = {0, 2, 5};
  float two[2 * HOST_D] = {9};
  CHECK_FAILS(RECVEIL_E_STATE, "standing erasure",
              recveil_fold_in_batch(f->engine, 8, both, folds, 2, offsets, history, NULL, two,
                                    HOST_D, scratch, kScratch));
  CHECK(two[0] == 9); /* nothing is written */
  uint32_t items[4];
  size_t count = 9;
  const recveil_decision decision = host_route_fold(f->engine, 11, 0, 0);
  CHECK_FAILS(RECVEIL_E_STATE, "standing erasure",
              host_fold_rank(f->engine, &decision, history, kHistory, 4, items, NULL, &count, NULL,
                             scratch, kScratch));
  CHECK_EQ(0, count);

  f->erasures.model_version = 8;
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));
  CHECK_OK(fold_in(f, 11, 8, row));
  CHECK_OK(fold_in(f, 11, 7, row)); /* both versions are kept */
  f->erasures.model_version = 7;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "model_version",
              recveil_publish_erasures(f->engine, &f->erasures));
  recveil_engine_close(f->engine);
  close_maps(f);
}

static void the_pool_is_another_thing(void) {
  fixture *f = open_with(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));
  CHECK_EQ(RECVEIL_PATH_FOLD, host_route_fold(f->engine, 11, 0, 0).path);
  CHECK_OK(recveil_publish_users(f->engine, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, asked, 1));
  CHECK_EQ(RECVEIL_PATH_POOL, host_route_fold(f->engine, 11, 0, 0).path);
  CHECK_EQ(RECVEIL_PATH_FOLD, host_route_fold(f->engine, 12, 0, 0).path);
  recveil_engine_close(f->engine);
  close_maps(f);
}

static void decoys_hide_for_good(void) {
  enum { kPeople = 400 };
  static const char *const with =
      "serving: {mode: cross_fit, folds: 3, support_floor: 2, "
      "list_length: 10, ratio: 0.5, decoys: true}\n"
      "keys: {ephemeral: true}";
  /* Class 1 has seen items below 20, class 0 the others; ten each. */
  static size_t offsets[kPeople + 1];
  static uint32_t seen[kPeople * 10];
  static int32_t of[kPeople];
  for (size_t u = 0; u < kPeople; ++u) {
    of[u] = (int32_t)(u % 2);
    offsets[u + 1] = 10 * (u + 1);
    for (uint32_t i = 0; i < 10; ++i) {
      seen[10 * u + i] = (uint32_t)((u / 2 + 2 * i) % 20 + (u % 2 == 0 ? 20 : 0));
    }
  }
  host_bytes table = {NULL, 0, 0, 0};
  CHECK_OK(recveil_decoys_fit(kPeople, offsets, seen, HOST_ITEMS, of, 2, host_collect, &table));
  fixture *f = open_with(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  f->erasures.decoys = table.data;
  f->erasures.decoys_size = table.n;
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));

  uint32_t items[HOST_ITEMS];
  uint8_t hide[HOST_ITEMS], again[HOST_ITEMS];
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) items[i] = i;
  size_t hidden = 99;
  CHECK_OK(recveil_decoys(f->engine, 11, 10, items, HOST_ITEMS, hide, &hidden));
  CHECK_EQ(0, hidden); /* serving.decoys is off */
  CHECK_OK(host_reload(f->engine, with));
  CHECK_OK(recveil_decoys(f->engine, 11, 10, items, HOST_ITEMS, hide, &hidden));
  size_t other = 0;
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) other += hide[i] && i < 20;
  /* Of class 0, which has not seen the first 20, half of them are hidden, each with about
     probability 1/2: none of 20 happens once in 10^6. Own items are as good as never hidden. */
  CHECK(other > 0);
  CHECK(hidden - other <= 3);
  for (int i = 0; i < 5; ++i) { /* the same for ever, alone or among others */
    CHECK_OK(recveil_decoys(f->engine, 11, 10, items, HOST_ITEMS, again, NULL));
    CHECK(memcmp(hide, again, sizeof hide) == 0);
  }
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) {
    CHECK_OK(recveil_decoys(f->engine, 11, 10, items + i, 1, again, NULL));
    CHECK_EQ(hide[i], again[0]);
  }
  CHECK_OK(recveil_decoys(f->engine, 14, 10, items, HOST_ITEMS, again, &hidden));
  CHECK_EQ(0, hidden); /* did not ask */
  CHECK_OK(recveil_decoys(f->engine, 13, 10, items, HOST_ITEMS, again, &hidden));
  CHECK_EQ(0, hidden); /* class unknown */

  /* The ranking leaves them out, and only them. */
  static const uint32_t ten[] = {1, 5, 9, 22, 30, 2, 12, 33, 35, 38};
  uint32_t list[HOST_ITEMS];
  size_t count = 0;
  const recveil_decision decision = host_route_fold(f->engine, 11, 0, 0);
  CHECK_OK(host_fold_rank(f->engine, &decision, ten, 10, HOST_ITEMS, list, NULL, &count, NULL,
                          scratch, kScratch));
  char shown[HOST_ITEMS] = {0}, known[HOST_ITEMS] = {0};
  for (size_t k = 0; k < count; ++k) shown[list[k]] = 1;
  for (int i = 0; i < 10; ++i) known[ten[i]] = 1;
  for (uint32_t i = 0; i < HOST_ITEMS; ++i) {
    const int ranked = f->folds.support[decision.fold][i] >= 2 && !known[i];
    CHECK_EQ(ranked && !hide[i], shown[i]);
  }
  table.data[table.n / 2] ^= 1;
  CHECK_FAILS(RECVEIL_E_DATA, "", recveil_publish_erasures(f->engine, &f->erasures));
  free(table.data);
  recveil_engine_close(f->engine);
  close_maps(f);
}

static void what_is_wrong_is_told(void) {
  fixture *f = open_with(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
#define PUBLISH(status, words) \
  CHECK_FAILS(status, words, recveil_publish_erasures(f->engine, &f->erasures))
  const recveil_erasures good = f->erasures;
  f->erasures.n_maps = 2;
  PUBLISH(RECVEIL_E_ARGUMENT, "n_maps");
  f->erasures = good;
  f->erasures.n_attributes = 2;
  PUBLISH(RECVEIL_E_ARGUMENT, "n_attributes");
  f->erasures = good;
  f->erasures.classes = NULL;
  PUBLISH(RECVEIL_E_ARGUMENT, "classes");
  f->erasures = good;
  static const int32_t beyond[] = {0, 2, 0};
  f->erasures.classes = beyond;
  PUBLISH(RECVEIL_E_ARGUMENT, "classes");
  f->erasures = good;
  f->erasures.flags = 1;
  PUBLISH(RECVEIL_E_UNSUPPORTED, "flags");
  f->erasures = good;
  f->erasures.n_users = SIZE_MAX;
  PUBLISH(RECVEIL_E_ARGUMENT, "users");
  f->erasures = good;
  recveil_erase_map *const kept = f->maps[1];
  f->maps[1] = NULL;
  PUBLISH(RECVEIL_E_ARGUMENT, "maps");
  f->maps[1] = kept;
  f->erasures.n_users = 0; /* nobody any more */
  f->erasures.users = NULL;
  CHECK_OK(recveil_publish_erasures(f->engine, &f->erasures));
  check_rows(f, 11, 0, 0);
  recveil_engine_close(f->engine);
  close_maps(f);
}

int main(void) {
  fold_in_respects_erasure();
  leace_needs_no_class();
  a_version_without_maps_gives_no_raw_row();
  the_pool_is_another_thing();
  decoys_hide_for_good();
  what_is_wrong_is_told();
  return host_finish();
}
