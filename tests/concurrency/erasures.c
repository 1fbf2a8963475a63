/* Three threads fold in while one publishes erasures, of a user and their withdrawal in turns, and
   one maps rows of its own by the same maps: every row that comes out is the raw one or the erased
   one as a whole. */
#include <pthread.h>
#include <stdatomic.h>

#include "support/host_erase.h"
#include "support/host_folds.h"

enum { kReaders = 3, kRounds = 2000, kRows = 400 };
static recveil_engine *engine;
static atomic_int stop;
static atomic_ulong raws, erased;
static host_folds folds;
static recveil_erase_map *maps[HOST_FOLDS];
static const recveil_user user = 5;
static const uint32_t history[] = {3, 11, 24, 30};
static float raw[HOST_D], mapped[HOST_D];

static void *fold_in(void *ctx) {
  (void)ctx;
  unsigned char scratch[1 << 14];
  while (!stop) {
    const recveil_decision decision = host_route_fold(engine, user, RECVEIL_MEMBERSHIP_ASK, 0);
    float row[HOST_D];
    CHECK_OK(host_fold_in(engine, &decision, history, 4, row, HOST_D, scratch, sizeof scratch));
    const int is_raw = memcmp(row, raw, sizeof row) == 0;
    const int is_mapped = memcmp(row, mapped, sizeof row) == 0;
    CHECK(is_raw != is_mapped);
    atomic_fetch_add(is_raw ? &raws : &erased, 1);
  }
  return NULL;
}

static void *apply(void *ctx) {
  float rows[8 * HOST_D], first[8 * HOST_D];
  int32_t classes[8];
  (void)ctx;
  for (int round = 0; !stop; ++round) {
    host_make_rows(rows, classes, 8, HOST_D, 9);
    const recveil_matrix matrix = host_matrix(rows, 8, HOST_D);
    CHECK_OK(recveil_erase_apply(maps[0], &matrix, classes, NULL, NULL));
    if (round == 0) memcpy(first, rows, sizeof rows);
    CHECK(memcmp(first, rows, sizeof rows) == 0);
  }
  return NULL;
}

static recveil_status publish(size_t n_users) {
  static const int32_t one = 1;
  recveil_erasures erasures = RECVEIL_ERASURES_INIT;
  erasures.model_version = 1;
  erasures.n_maps = HOST_FOLDS;
  erasures.maps = (const recveil_erase_map *const *)maps;
  erasures.n_attributes = 1;
  erasures.users = &user;
  erasures.classes = &one;
  erasures.n_users = n_users;
  return recveil_publish_erasures(engine, &erasures);
}

int main(void) {
  static float rows[kRows * HOST_D];
  static int32_t classes[kRows];
  engine = host_open(HOST_FOLDS_YAML);
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 1, 1);
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  for (uint32_t f = 0; f < HOST_FOLDS; ++f) {
    host_make_rows(rows, classes, kRows, HOST_D, f);
    const recveil_matrix matrix = host_matrix(rows, kRows, HOST_D);
    maps[f] = host_fit(RECVEIL_ERASE_GAUSSIAN_TRANSPORT, &matrix, classes);
  }
  unsigned char scratch[1 << 14];
  const recveil_decision decision = host_route_fold(engine, user, RECVEIL_MEMBERSHIP_ASK, 0);
  CHECK_OK(host_fold_in(engine, &decision, history, 4, raw, HOST_D, scratch, sizeof scratch));
  CHECK_OK(publish(1));
  CHECK_OK(host_fold_in(engine, &decision, history, 4, mapped, HOST_D, scratch, sizeof scratch));
  CHECK(memcmp(raw, mapped, sizeof raw) != 0);

  pthread_t threads[kReaders + 1];
  for (size_t i = 0; i < kReaders; ++i) {
    CHECK(pthread_create(&threads[i], NULL, fold_in, NULL) == 0);
  }
  CHECK(pthread_create(&threads[kReaders], NULL, apply, NULL) == 0);
  const unsigned long enough = 200;
  for (int round = 0; host_failures == 0; ++round) {
    if (round >= kRounds && raws >= enough && erased >= enough) break;
    CHECK_OK(publish(round % 2 == 0 ? 0 : 1));
  }
  stop = 1;
  for (size_t i = 0; i <= kReaders; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  printf("%lu raw rows, %lu erased\n", raws, erased);
  for (uint32_t f = 0; f < HOST_FOLDS; ++f) recveil_erase_map_close(maps[f]);
  recveil_engine_close(engine);
  return host_result();
}
