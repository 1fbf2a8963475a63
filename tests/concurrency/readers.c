/* Four threads route, serve and read while one publishes pools, users and configurations. Every
   answer belongs to one state as a whole:
   - pool number v has 20 + v % 61 items, numbered 1000 v + position;
   - user 7 is always a member, user 8 never; users 9 and 10 join and leave together;
   - user 11 is quarantined: shown the pool or nothing, as the configuration of the moment says. */
#include <pthread.h>
#include <stdatomic.h>

#include "support/host_engine.h"
#include "support/host_text.h"

enum { kReaders = 4, kRounds = 3000, kLength = 10, kSlates = 1000 };
static recveil_engine *engine;
static atomic_int stop;
static atomic_ulong slates, forgotten;

static const char *const kYaml[] = {
    "serving: {list_length: 10, ratio: 0.1, on_error: closed, quarantined: pool}\n"
    "keys: {ephemeral: true}",
    "serving: {list_length: 10, ratio: 0.1, on_error: closed, quarantined: refuse}\n"
    "keys: {ephemeral: true}"};

static uint64_t size_of(uint64_t version) {
  return 20 + version % 61;
}

static void serve_one(recveil_user user) {
  const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_ASK);
  CHECK_EQ(RECVEIL_PATH_POOL, decision.path);
  uint32_t positions[kLength + 5];
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = kLength + 5;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  const recveil_status status = recveil_serve(engine, &decision, &page, &slate);
  if (status == RECVEIL_E_STATE) { /* two pools came between route and serve */
    CHECK_EQ(0, slate.n_filled);
    atomic_fetch_add(&forgotten, 1);
    return;
  }
  CHECK_EQ(RECVEIL_OK, status);
  CHECK_EQ(kLength, slate.n_filled);
  CHECK(host_distinct_below(positions, slate.n_filled, size_of(decision.pool_version)));
  atomic_fetch_add(&slates, 1);
}

static void read_pool(void) {
  uint32_t items[128];
  uint64_t version = 0;
  size_t n = 0;
  CHECK_OK(recveil_pool_read(engine, 0, items, 128, &n, &version));
  CHECK_EQ(size_of(version), n);
  for (size_t i = 0; i < n; ++i) CHECK_EQ(1000 * version + i, items[i]);
  const recveil_engine_info info = host_info(engine);
  CHECK_EQ(size_of(info.pool_version), info.n_pool_items);
  CHECK(info.pool_version >= version);
}

static void serve_batch(void) {
  enum { kUsers = 5 };
  static const recveil_user users[kUsers] = {7, 8, 9, 10, 1000};
  static const uint32_t n_host[kUsers] = {kLength, kLength, kLength, kLength, kLength};
  recveil_path paths[kUsers];
  uint32_t counts[kUsers], positions[kUsers * kLength];
  recveil_batch batch;
  memset(&batch, 0, sizeof batch);
  batch.struct_size = sizeof batch;
  batch.n_users = kUsers;
  batch.users = users;
  batch.n_host = n_host;
  batch.k = kLength;
  batch.paths = paths;
  batch.n_filled = counts;
  batch.positions = positions;
  CHECK_OK(recveil_route_batch(engine, &batch));
  CHECK(paths[0] == RECVEIL_PATH_HOST && paths[1] == RECVEIL_PATH_POOL && paths[2] == paths[3]);
  if (recveil_serve_batch(engine, &batch) != RECVEIL_OK) {
    atomic_fetch_add(&forgotten, 1);
    for (size_t u = 0; u < kUsers; ++u) CHECK_EQ(0, counts[u]);
    return;
  }
  for (size_t u = 0; u < kUsers; ++u) {
    CHECK_EQ(kLength, counts[u]);
    CHECK(host_distinct_below(positions + u * kLength, kLength, size_of(batch.pool_version)));
  }
}

static void *read_all(void *ctx) {
  const recveil_user first = *(recveil_user *)ctx;
  host_text *text = malloc(sizeof *text);
  for (recveil_user turn = 0; !stop; ++turn) {
    serve_one(first + turn % 1000);
    CHECK_EQ(RECVEIL_REASON_MEMBER, host_route(engine, 7, RECVEIL_MEMBERSHIP_ASK).reason);
    CHECK_EQ(RECVEIL_REASON_NONMEMBER, host_route(engine, 8, RECVEIL_MEMBERSHIP_ASK).reason);
    const recveil_path path = host_route(engine, 11, RECVEIL_MEMBERSHIP_ASK).path;
    CHECK(path == RECVEIL_PATH_POOL || path == RECVEIL_PATH_REFUSE);
    read_pool();
    serve_batch();
    if (turn % 100 == 0 && text != NULL) CHECK_OK(host_scrape(engine, text));
  }
  free(text);
  return NULL;
}

int main(void) {
  engine = host_open(kYaml[0]);
  const recveil_user members[] = {7, 12, 13, 9, 10}, quarantined[] = {11};
  CHECK_OK(host_publish_items(engine, size_of(1), 1000));
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, members, 3));
  CHECK_OK(
      recveil_publish_users(engine, RECVEIL_USERS_QUARANTINED, RECVEIL_SET_ADD, quarantined, 1));
  pthread_t threads[kReaders];
  recveil_user firsts[kReaders];
  for (size_t i = 0; i < kReaders; ++i) {
    firsts[i] = 1000 * (i + 1);
    CHECK(pthread_create(&threads[i], NULL, read_all, &firsts[i]) == 0);
  }
  /* A machine that is busy may let the readers run late: it goes on until they have read. */
  for (uint64_t round = 0; (round < kRounds || slates <= kSlates) && host_failures == 0; ++round) {
    const uint64_t version = round + 2;
    CHECK_OK(host_publish_items(engine, size_of(version), 1000 * version));
    /* 9 and 10 by replacing, then by adding and removing. */
    CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, members,
                                   round % 2 == 0 ? 5 : 3));
    CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS,
                                   round % 3 == 0 ? RECVEIL_SET_ADD : RECVEIL_SET_REMOVE,
                                   members + 3, 2));
    CHECK_OK(host_reload(engine, kYaml[round % 2]));
  }
  stop = 1;
  for (size_t i = 0; i < kReaders; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  printf("%lu slates, %lu of pools already forgotten\n", slates, forgotten);
  CHECK(slates > kSlates);
  recveil_engine_close(engine);
  return host_result();
}
