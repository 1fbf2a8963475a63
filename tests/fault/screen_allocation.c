/* Memory runs out at every place it can while screening: each call answers E_NOMEM or succeeds,
   leaks nothing, and works the next time; what failed carries nothing over and trains nothing. */
#include "support/host_malloc.h"
#include "support/host_screen.h"

static host_accounts trusted, accounts, people;
static host_verdicts verdicts;
static host_window window;
static recveil_engine *engine;

static recveil_status train(void) {
  return recveil_screen_train(engine, window.bytes, window.size, NULL);
}
static recveil_status screen(void) {
  return host_screen(engine, &accounts, &verdicts);
}
static recveil_status review(void) {
  static const recveil_user users[] = {10001, 10002, 10030};
  static int turn;
  return recveil_screen_review(engine, users, 3, 1 + (recveil_review)(++turn % 2));
}
static recveil_status add(void) {
  host_window more = {NULL, 0};
  recveil_screen_window_shape shape = host_shape();
  shape.sample_accounts = 30;
  recveil_status status = recveil_screen_window_size(&shape, &more.size);
  if (status != RECVEIL_OK) return status;
  static uint64_t bytes[1 << 20], before[1 << 20];
  CHECK(more.size <= sizeof bytes);
  CHECK_OK(recveil_screen_window_init(&shape, bytes, more.size));
  memcpy(before, bytes, more.size);
  status = recveil_screen_window_add(engine, bytes, more.size, &people.accounts);
  if (status != RECVEIL_OK) CHECK(memcmp(bytes, before, more.size) == 0);
  return status;
}

static void torture(const char *name, recveil_status (*operation)(void), long length, long step) {
  CHECK(operation() == RECVEIL_OK);
  CHECK(operation() == RECVEIL_OK); /* twice: what is allocated once for all is there now */
  long failed = 0, survived = 0;
  for (long k = 0;; k += 1 + k / step) { /* every early one, later ones further apart */
    const recveil_screen_info before = host_screen_info(engine);
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
      continue;
    }
    ++failed;
    CHECK_EQ(RECVEIL_E_NOMEM, status);
    CHECK(host_blocks <= blocks + 4); /* the set of quarantined users may have grown already */
    const recveil_screen_info after = host_screen_info(engine);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    CHECK(operation() == RECVEIL_OK);
    if (host_failures > 0) {
      fprintf(stderr, "  %s, allocation %ld and %ld after it\n", name, k, length - 1);
      break;
    }
  }
  printf("%-8s %ld in a row: %ld failed, %ld survived\n", name, length, failed, survived);
  CHECK(failed > 0);
}

/* A window holds hashes by the key of its engine, so each engine has a window of its own. */
static void open_engine(void) {
  engine = host_open("screening: {mode: enforce}\nkeys: {ephemeral: true}");
  window = host_empty_window(host_shape());
  CHECK_OK(recveil_screen_window_add(engine, window.bytes, window.size, &trusted.accounts));
}

static void close_engine(void) {
  recveil_engine_close(engine);
  free(window.bytes);
}

static void life(void) {
  CHECK_OK(train());
  CHECK_OK(screen());
  CHECK_OK(review());
}

int main(void) {
  host_people(&trusted, 11, 1, 120);
  open_engine();
  host_people(&people, 5, 1, 60);
  host_batch(&accounts, 21, 10000, 40, 6);
  life();
  static const struct {
    const char *name;
    recveil_status (*operation)(void);
    long step;
  } operations[] = {
      {"screen", screen, 8}, {"review", review, 1000}, {"add", add, 1000}, {"train", train, 5}};
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; ++i) {
    torture(operations[i].name, operations[i].operation, 1, operations[i].step);
    torture(operations[i].name, operations[i].operation, 1L << 40, operations[i].step);
  }

  /* Nothing allocates on the way of a mask. */
  static const recveil_user users[] = {1, 10001};
  uint8_t mask[2];
  recveil_screen_info info = RECVEIL_SCREEN_INFO_INIT;
  host_fail_at(0, 1L << 40);
  const recveil_status masked = recveil_screen_accepted(engine, users, 2, mask);
  const recveil_status told = recveil_screen_get_info(engine, &info);
  const long asked = host_allocations;
  host_fail_at(-1, -1);
  CHECK(masked == RECVEIL_OK && told == RECVEIL_OK);
  CHECK_EQ(0, asked);
  close_engine();

  /* A whole life leaves no block behind. */
  const long blocks = host_blocks;
  for (int i = 0; i < 2; ++i) {
    open_engine();
    life();
    close_engine();
  }
  CHECK_EQ(blocks, host_blocks);
  return host_finish();
}
