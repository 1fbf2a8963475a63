/* Memory runs out at every place it can: each call answers E_NOMEM or succeeds, leaks nothing,
   changes nothing if it failed, and works the next time. */
#include "support/host_engine.h"
#include "support/host_erase.h"
#include "support/host_folds.h"
#include "support/host_malloc.h"
#include "support/host_text.h"

static const char *const kYaml =
    "serving: {list_length: 10, ratio: 0.1, folds: 3}\nkeys: {file: key}\nstate_dir: state";
enum { kItems = 300 };
static uint64_t counts[kItems];
static recveil_engine *engine;
static host_text text;

static recveil_status open_and_close(void) {
  recveil_engine *opened = NULL;
  const recveil_status status = host_try_open(&opened, NULL, kYaml);
  if (status != RECVEIL_OK) CHECK(opened == NULL);
  recveil_engine_close(opened);
  return status;
}

static recveil_status publish(size_t n) {
  recveil_popularity given = RECVEIL_POPULARITY_INIT;
  given.counts = counts;
  given.n_items = n;
  return recveil_publish_popularity(engine, &given);
}
static recveil_status popularity(void) {
  return publish(kItems);
}
static recveil_status small_popularity(void) {
  return publish(3);
} /* is warned about */

static recveil_status add_users(void) {
  static const recveil_user users[] = {1, 2, 3, 4, 5};
  return recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users, 5);
}

static recveil_status replace_users(void) {
  static const recveil_user users[] = {9, 8, 7, 1};
  return recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, users, 4);
}

/* Whatever happens they are given back once: at once, or when two newer ones have come. */
static host_folds folds[4];
static uint64_t fold_version;
static int fold_attempts, folds_published, folds_released;

static void count_release(void *ctx) {
  ++folds_released;
  ++((host_folds *)ctx)->released;
}

static recveil_status publish_folds(void) {
  host_folds *next = &folds[fold_version % 4];
  const int released = folds_released;
  ++fold_attempts;
  next->folds.model_version = ++fold_version;
  next->released = 0;
  const recveil_status status = recveil_publish_folds(engine, &next->folds);
  if (status == RECVEIL_OK) {
    CHECK_EQ(released + (++folds_published > 2 ? 1 : 0), folds_released);
  } else {
    CHECK_EQ(released + 1, folds_released);
    CHECK_EQ(1, next->released);
    --fold_version; /* so that the four take turns */
  }
  return status;
}

/* A map, from rows to a snapshot and back, and rows through it; what it leaves is nothing. */
enum { kErased = 120 };
static float erased_rows[kErased * HOST_D];
static int32_t erased_classes[kErased];
static recveil_erase_map *erase_map;

static int32_t check_piece(void *ctx, const char *bytes, size_t n) {
  (void)ctx;
  return bytes == NULL || n == 0;
}
static recveil_status fit_map(void) {
  recveil_erase_options options = host_erase_options(RECVEIL_ERASE_OPTIMAL_TRANSPORT);
  options.n_sweeps = 2;
  options.min_class_rows = 1e-3; /* every class is large enough for sweeps */
  const recveil_matrix rows = host_matrix(erased_rows, kErased, HOST_D);
  recveil_erase_map *map = NULL;
  recveil_status status = recveil_erase_fit(&options, &rows, erased_classes, &map);
  if (status == RECVEIL_OK) status = recveil_erase_map_write(map, check_piece, NULL);
  recveil_erase_map_close(map);
  return status;
}
static recveil_status apply_map(void) {
  static float copy[kErased * HOST_D];
  memcpy(copy, erased_rows, sizeof copy);
  const recveil_matrix rows = host_matrix(copy, kErased, HOST_D);
  return recveil_erase_apply(erase_map, &rows, erased_classes, NULL, NULL);
}
static recveil_status publish_erasures(void) {
  static const recveil_user users[] = {3, 1, 2};
  const recveil_erase_map *const maps[] = {erase_map, erase_map, erase_map};
  recveil_erasures erasures = RECVEIL_ERASURES_INIT;
  erasures.n_maps = 3;
  erasures.maps = maps;
  erasures.n_attributes = 1;
  erasures.users = users;
  erasures.classes = erased_classes;
  erasures.n_users = 3;
  return recveil_publish_erasures(engine, &erasures);
}

static recveil_status reload(void) {
  return host_reload(engine, kYaml);
}
static recveil_status refresh(void) {
  return recveil_engine_refresh(engine, NULL);
}
static recveil_status scrape(void) {
  return host_scrape(engine, &text);
}
static recveil_status check_config(void) {
  return recveil_config_check(kYaml, strlen(kYaml), NULL);
}
static recveil_status wrong_config(void) {
  const char *yaml = "serving: {list_lenght: 3}\nkeys: {ephemeral: true}";
  const recveil_status status = recveil_config_check(yaml, strlen(yaml), "a name");
  return status == RECVEIL_E_CONFIG ? RECVEIL_OK : status;
}

/* Nothing allocates on the way of a request: [no-alloc]. */
static void requests_do_not_allocate(void) {
  const recveil_decision routed = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  const uint32_t seen[] = {1, 2, 3};
  uint32_t positions[10];
  uint32_t items[100];
  recveil_user user;
  recveil_request request = RECVEIL_REQUEST_INIT;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = 10;
  page.seen = seen;
  page.n_seen = 3;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  recveil_engine_info info = RECVEIL_ENGINE_INFO_INIT;
  host_fail_at(0, 1L << 40);
  int bad = 0;
  for (request.user = 0; request.user < 50; ++request.user) {
    bad += recveil_route(engine, &request, &decision) != RECVEIL_OK;
    bad += recveil_serve(engine, &routed, &page, &slate) != RECVEIL_OK;
    bad += recveil_engine_get_info(engine, &info) != RECVEIL_OK;
    bad += recveil_pool_read(engine, 0, items, 100, NULL, NULL) != RECVEIL_OK;
    bad += recveil_user_from_bytes(engine, "ann", 3, &user) != RECVEIL_OK;
    bad += recveil_version() == NULL || recveil_has_feature("state_dir") != 1;
  }
  const long asked = host_allocations;
  host_fail_at(-1, -1);
  CHECK_EQ(0, bad);
  CHECK_EQ(0, asked);
}

typedef recveil_status (*Operation)(void);

/* length: how many allocations in a row fail. */
static void torture(const char *name, Operation operation, long length) {
  const int failures = host_failures;
  CHECK(operation() == RECVEIL_OK);
  CHECK(operation() == RECVEIL_OK); /* twice: what is allocated once for all is there now */
  long failed = 0, survived = 0;
  for (long k = 0;; ++k) {
    const recveil_engine_info before = host_info(engine);
    const long blocks = host_blocks;
    host_fail_at(k, k + length);
    const recveil_status status = operation();
    const long asked = host_allocations;
    host_fail_at(-1, -1);
    if (asked <= k) {
      CHECK_EQ(RECVEIL_OK, status);
      break;
    }
    if (status == RECVEIL_OK) {
      ++survived;
    } else {
      ++failed;
      CHECK_EQ(RECVEIL_E_NOMEM, status);
      CHECK_EQ(blocks, host_blocks);
      const recveil_engine_info after = host_info(engine);
      CHECK(memcmp(&before, &after, sizeof before) == 0);
      CHECK(operation() == RECVEIL_OK);
    }
    if (host_failures > failures) {
      fprintf(stderr, "  %s, allocation %ld and %ld after it\n", name, k, length - 1);
      break;
    }
  }
  printf("%-14s %ld in a row: %ld failed, %ld survived\n", name, length, failed, survived);
  CHECK(failed > 0);
}

int main(void) {
  static const struct {
    const char *name;
    Operation operation;
  } operations[] = {{"open", open_and_close},
                    {"popularity", popularity},
                    {"a small one", small_popularity},
                    {"users add", add_users},
                    {"users replace", replace_users},
                    {"folds", publish_folds},
                    {"fit a map", fit_map},
                    {"apply a map", apply_map},
                    {"erasures", publish_erasures},
                    {"reload", reload},
                    {"metrics", scrape},
                    {"config", check_config},
                    {"wrong config", wrong_config}};
  for (size_t i = 0; i < kItems; ++i) counts[i] = 1 + i % 7;
  for (uint32_t i = 0; i < 4; ++i) {
    host_make_folds(&folds[i], RECVEIL_FOLD_FACTORS, 1, i);
    folds[i].folds.release = count_release;
  }
  host_make_rows(erased_rows, erased_classes, kErased, HOST_D, 5);
  const recveil_matrix rows = host_matrix(erased_rows, kErased, HOST_D);
  erase_map = host_fit(RECVEIL_ERASE_GAUSSIAN_TRANSPORT, &rows, erased_classes);
  host_enter_folder();
  CHECK(system("mkdir -m 700 state") == 0);
  CHECK_OK(recveil_key_generate("key"));
  engine = host_open(kYaml);
  CHECK_OK(popularity());
  requests_do_not_allocate();
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; ++i) {
    torture(operations[i].name, operations[i].operation, 1);
    torture(operations[i].name, operations[i].operation, 1L << 40);
  }
  CHECK_OK(refresh());
  recveil_engine_close(engine);
  recveil_erase_map_close(erase_map);
  CHECK_EQ(fold_attempts, folds_released);

  /* A whole life leaves no block behind. */
  const long blocks = host_blocks;
  for (int life = 0; life < 3; ++life) {
    engine = host_open(kYaml);
    CHECK_OK(popularity());
    CHECK_OK(add_users());
    CHECK_OK(reload());
    CHECK_OK(scrape());
    recveil_engine_close(engine);
  }
  CHECK_EQ(blocks, host_blocks);
  return host_finish();
}
