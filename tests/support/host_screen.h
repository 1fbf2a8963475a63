/*
 * A host's accounts for screening, made up but with what detectors look at: tastes, a long tail of
 * items, ratings that lean on the item; and a campaign of fakes that push one item.
 */
#ifndef RECVEIL_TESTS_HOST_SCREEN_H
#define RECVEIL_TESTS_HOST_SCREEN_H

#include "support/host_engine.h"

enum {
  HOST_ITEMS = 300,
  HOST_WINDOW = 800,
  HOST_GENUINE = 150,
  HOST_FAKES = 20,
  HOST_TARGET = HOST_ITEMS - 5,
  HOST_MOST = 1000,  /* accounts */
  HOST_LONGEST = 120 /* items of an account */
};

typedef struct host_accounts {
  recveil_screen_accounts accounts;
  recveil_user users[HOST_MOST];
  size_t offsets[HOST_MOST + 1];
  int64_t arrived_at[HOST_MOST];
  uint32_t items[HOST_MOST * HOST_LONGEST];
  float ratings[HOST_MOST * HOST_LONGEST];
  uint64_t random;
} host_accounts;

/* Knuth's MMIX generator, the upper bits. */
static inline uint32_t host_random(host_accounts *to, uint32_t below) {
  to->random = to->random * 6364136223846793005u + 1442695040888963407u;
  return HOST_CAST(uint32_t, ((to->random >> 33) * below) >> 31);
}

static inline void host_start(host_accounts *to, uint64_t seed) {
  const recveil_screen_accounts none = RECVEIL_SCREEN_ACCOUNTS_INIT;
  to->accounts = none;
  to->accounts.users = to->users;
  to->accounts.offsets = to->offsets;
  to->accounts.items = to->items;
  to->accounts.ratings = to->ratings;
  to->accounts.arrived_at = to->arrived_at;
  to->offsets[0] = 0;
  to->random = seed;
}

/* Adds `item` to the account that is being made, unless it is there. */
static inline void host_item(host_accounts *to, size_t *end, uint32_t item, uint32_t rating) {
  for (size_t e = to->offsets[to->accounts.n_accounts]; e < *end; ++e) {
    if (to->items[e] == item) return;
  }
  to->items[*end] = item;
  to->ratings[(*end)++] = HOST_CAST(float, rating);
}

static inline void host_close(host_accounts *to, recveil_user user, size_t end) {
  to->users[to->accounts.n_accounts] = user;
  to->arrived_at[to->accounts.n_accounts] =
      HOST_CAST(int64_t, 1000000 + 1000 * to->accounts.n_accounts);
  to->offsets[++to->accounts.n_accounts] = end;
}

/* A person: most items of one taste of six, the popular ones (small numbers) more often. */
static inline void host_person(host_accounts *to, recveil_user user) {
  size_t end = to->offsets[to->accounts.n_accounts];
  const uint32_t taste = host_random(to, 6), length = 12 + host_random(to, 30);
  for (uint32_t e = 0; e < length; ++e) {
    uint32_t a = host_random(to, HOST_ITEMS), b = host_random(to, HOST_ITEMS);
    uint32_t item = a < b ? a : b;
    if (host_random(to, 4) != 0) item = (item / 6 * 6 + taste) % HOST_ITEMS;
    const uint32_t rating = 1 + (item % 3 + host_random(to, 4)) % 5;
    host_item(to, &end, item, rating);
  }
  host_close(to, user, end);
}

/* A fake: random items and the target at the highest rating. */
static inline void host_fake(host_accounts *to, recveil_user user) {
  size_t end = to->offsets[to->accounts.n_accounts];
  host_item(to, &end, HOST_TARGET, 5);
  for (uint32_t e = 0; e < 100; ++e) host_item(to, &end, host_random(to, HOST_ITEMS), 5);
  host_close(to, user, end);
}

static inline void host_people(host_accounts *to, uint64_t seed, recveil_user first, size_t n) {
  host_start(to, seed);
  for (size_t u = 0; u < n; ++u) host_person(to, first + u);
}

/* People, and then fakes. */
static inline void host_batch(host_accounts *to, uint64_t seed, recveil_user first, size_t people,
                              size_t fakes) {
  host_people(to, seed, first, people);
  for (size_t u = 0; u < fakes; ++u) host_fake(to, first + people + u);
}

static inline recveil_screen_window_shape host_shape(void) {
  recveil_screen_window_shape shape = RECVEIL_SCREEN_WINDOW_SHAPE_INIT;
  shape.n_items = HOST_ITEMS;
  shape.sample_accounts = HOST_MOST;
  shape.sample_interactions = HOST_MOST * 50;
  shape.rating_min = 1;
  shape.rating_max = 5;
  shape.seed = 7;
  return shape;
}

typedef struct host_window {
  void *bytes;
  size_t size;
} host_window;

static inline host_window host_empty_window(recveil_screen_window_shape shape) {
  host_window window = {NULL, 0};
  CHECK_OK(recveil_screen_window_size(&shape, &window.size));
  window.bytes = malloc(window.size);
  CHECK_OK(recveil_screen_window_init(&shape, window.bytes, window.size));
  return window;
}

/* HOST_WINDOW people. */
static inline host_window host_make_window(recveil_engine *engine, host_accounts *scratch) {
  const host_window window = host_empty_window(host_shape());
  host_people(scratch, 11, 1, HOST_WINDOW);
  CHECK_OK(recveil_screen_window_add(engine, window.bytes, window.size, &scratch->accounts));
  return window;
}

typedef struct host_verdicts {
  recveil_screen_result result;
  recveil_screen_verdict verdicts[HOST_MOST];
  float scores[HOST_MOST];
  uint32_t reasons[HOST_MOST];
  uint8_t accepted[HOST_MOST];
} host_verdicts;

static inline recveil_status host_screen(recveil_engine *engine, const host_accounts *batch,
                                         host_verdicts *to) {
  const recveil_screen_result none = RECVEIL_SCREEN_RESULT_INIT;
  to->result = none;
  to->result.verdicts = to->verdicts;
  to->result.scores = to->scores;
  to->result.reasons = to->reasons;
  to->result.accepted = to->accepted;
  return recveil_screen(engine, &batch->accounts, RECVEIL_TRIGGER_NEW, NULL, &to->result);
}

static inline recveil_screen_info host_screen_info(recveil_engine *engine) {
  recveil_screen_info info = RECVEIL_SCREEN_INFO_INIT;
  CHECK_OK(recveil_screen_get_info(engine, &info));
  return info;
}

#endif
