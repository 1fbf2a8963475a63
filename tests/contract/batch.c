/* serve.h: recveil_route_batch and recveil_serve_batch are recveil_route and recveil_serve, many
   times. */
#include "support/host_engine.h"

enum { kUsers = 40, kPlaces = 7 };

typedef struct {
  recveil_user users[kUsers];
  recveil_membership membership[kUsers];
  recveil_path paths[kUsers];
  recveil_reason reasons[kUsers];
  uint32_t n_host[kUsers], counts[kUsers];
  size_t seen_offsets[kUsers + 1];
  uint32_t seen[kUsers * 2];
  uint32_t positions[kUsers * kPlaces];
  recveil_origin origins[kUsers * kPlaces];
  recveil_batch batch;
} Batch;

static void fill(Batch *all) {
  memset(all, 0, sizeof *all);
  for (size_t u = 0; u < kUsers; ++u) {
    all->users[u] = 1000 + u;
    all->membership[u] = (recveil_membership)(u % 3);
    all->n_host[u] = (uint32_t)(5 + u % 4);
    all->seen_offsets[u + 1] = all->seen_offsets[u] + u % 3;
    for (size_t s = all->seen_offsets[u]; s < all->seen_offsets[u + 1]; ++s) {
      all->seen[s] = (uint32_t)((u + s) % 5);
    }
  }
  all->batch.struct_size = sizeof all->batch;
  all->batch.n_users = kUsers;
  all->batch.users = all->users;
  all->batch.membership = all->membership;
  all->batch.k = kPlaces;
  all->batch.paths = all->paths;
  all->batch.reasons = all->reasons;
  all->batch.n_host = all->n_host;
  all->batch.seen_offsets = all->seen_offsets;
  all->batch.seen = all->seen;
  all->batch.n_filled = all->counts;
  all->batch.positions = all->positions;
  all->batch.origins = all->origins;
}

static recveil_engine *open_engine(const char *more) {
  char yaml[HOST_TEXT];
  snprintf(yaml, sizeof yaml, "serving: {list_length: 10, ratio: 0.2%s}\nkeys: {ephemeral: true}",
           more);
  recveil_engine *engine = host_open(yaml);
  CHECK_OK(host_publish_items(engine, 80, 0));
  const recveil_user members[] = {1000, 1003, 1006, 1009, 1010}, quarantined[] = {1004, 1006},
                     erased[] = {1005, 1006};
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, members, 5));
  CHECK_OK(
      recveil_publish_users(engine, RECVEIL_USERS_QUARANTINED, RECVEIL_SET_ADD, quarantined, 2));
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, erased, 2));
  return engine;
}

static void check_against_single_calls(recveil_engine *engine, const Batch *all) {
  unsigned paths_met = 0;
  for (size_t u = 0; u < kUsers; ++u) {
    recveil_request request = RECVEIL_REQUEST_INIT;
    request.user = all->users[u];
    request.membership = all->batch.membership ? all->membership[u] : RECVEIL_MEMBERSHIP_ASK;
    request.epoch = all->batch.epoch;
    request.pool_version = all->batch.pool_version;
    recveil_decision decision = RECVEIL_DECISION_INIT;
    CHECK_OK(recveil_route(engine, &request, &decision));
    CHECK_EQ(decision.path, all->paths[u]);
    CHECK_EQ(decision.reason, all->reasons[u]);
    CHECK_EQ(decision.epoch, all->batch.epoch);
    CHECK_EQ(decision.pool_version, all->batch.pool_version);
    paths_met |= 1u << decision.path;

    uint32_t positions[kPlaces];
    recveil_origin origins[kPlaces];
    recveil_page page = RECVEIL_PAGE_INIT;
    page.n_host = decision.path == RECVEIL_PATH_HOST ? all->n_host[u] : 0;
    page.offset = all->batch.offset;
    page.k = kPlaces;
    if (all->batch.seen_offsets) {
      page.seen = all->seen + all->seen_offsets[u];
      page.n_seen = (uint32_t)(all->seen_offsets[u + 1] - all->seen_offsets[u]);
    }
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions;
    slate.origins = origins;
    CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
    CHECK_EQ(slate.n_filled, all->counts[u]);
    CHECK(memcmp(positions, all->positions + u * kPlaces, slate.n_filled * sizeof *positions) == 0);
    CHECK(memcmp(origins, all->origins + u * kPlaces, slate.n_filled) == 0);
  }
  CHECK((paths_met & (1u << RECVEIL_PATH_HOST)) != 0 &&
        (paths_met & (1u << RECVEIL_PATH_POOL)) != 0);
}

static void batches_equal_single_calls(void) {
  static const char *const configurations[] = {"", ", mode: popularity",
                                               ", erased: refuse, quarantined: host"};
  for (size_t c = 0; c < 3; ++c) {
    recveil_engine *engine = open_engine(configurations[c]);
    for (uint32_t offset = 0; offset <= 8; offset += 4) {
      Batch all;
      fill(&all);
      all.batch.offset = offset;
      CHECK_OK(recveil_route_batch(engine, &all.batch));
      CHECK_EQ(host_info(engine).epoch, all.batch.epoch);
      CHECK_EQ(host_info(engine).pool_version, all.batch.pool_version);
      CHECK_OK(recveil_serve_batch(engine, &all.batch));
      check_against_single_calls(engine, &all);
    }
    recveil_engine_close(engine);
  }
}

static void pages_of_a_batch_continue_over_a_new_pool(void) {
  recveil_engine *engine = open_engine("");
  Batch all;
  fill(&all);
  CHECK_OK(recveil_route_batch(engine, &all.batch));
  const uint64_t version = all.batch.pool_version;
  CHECK_OK(host_publish_items(engine, 30, 0));
  CHECK_OK(recveil_route_batch(engine, &all.batch)); /* the token of page 1 is in the batch */
  CHECK_EQ(version, all.batch.pool_version);
  CHECK_OK(recveil_serve_batch(engine, &all.batch));
  check_against_single_calls(engine, &all);
  recveil_engine_close(engine);
}

static void optional_arrays_are_optional(void) {
  recveil_engine *engine = open_engine("");
  Batch all;
  fill(&all);
  memset(all.reasons, 77, sizeof all.reasons);
  memset(all.origins, 77, sizeof all.origins);
  all.batch.membership = NULL;
  all.batch.reasons = NULL;
  all.batch.seen_offsets = NULL;
  all.batch.seen = NULL;
  all.batch.origins = NULL;
  CHECK_OK(recveil_route_batch(engine, &all.batch));
  CHECK_OK(recveil_serve_batch(engine, &all.batch));
  for (size_t u = 0; u < kUsers; ++u) CHECK_EQ(0x4D4D4D4Du, all.reasons[u]);
  for (size_t i = 0; i < kUsers * kPlaces; ++i) CHECK_EQ(0x4D4D4D4Du, all.origins[i]);

  /* Only the pool, so no host list. */
  for (size_t u = 0; u < kUsers; ++u) all.membership[u] = RECVEIL_MEMBERSHIP_NONMEMBER;
  all.batch.membership = all.membership;
  all.batch.n_host = NULL;
  CHECK_OK(recveil_route_batch(engine, &all.batch));
  CHECK_OK(recveil_serve_batch(engine, &all.batch));
  for (size_t u = 0; u < kUsers; ++u) CHECK_EQ(kPlaces, all.counts[u]);
  CHECK(memcmp(all.positions, all.positions + kPlaces, kPlaces * sizeof *all.positions) != 0);

  all.batch.n_users = 0;
  CHECK_OK(recveil_route_batch(engine, &all.batch));
  CHECK_OK(recveil_serve_batch(engine, &all.batch));
  recveil_engine_close(engine);
}

static void check_route_refused(recveil_engine *engine, recveil_status status, const char *words,
                                Batch *all) {
  for (size_t u = 0; u < kUsers; ++u) all->paths[u] = RECVEIL_PATH_HOST;
  memset(all->reasons, 77, sizeof all->reasons);
  const recveil_batch before = all->batch;
  int refused = 0, untouched = 0;
  CHECK_FAILS(status, words, recveil_route_batch(engine, &all->batch));
  for (size_t u = 0; u < kUsers; ++u) {
    refused += all->paths[u] == RECVEIL_PATH_REFUSE;
    untouched += all->reasons[u] == 0x4D4D4D4Du;
  }
  CHECK_EQ(kUsers, refused);
  CHECK_EQ(kUsers, untouched);
  CHECK_EQ(before.epoch, all->batch.epoch);
  CHECK_EQ(before.pool_version, all->batch.pool_version);
}

static void check_serve_refused(recveil_engine *engine, recveil_status status, const char *words,
                                Batch *all) {
  for (size_t u = 0; u < kUsers; ++u) all->counts[u] = 99;
  CHECK_FAILS(status, words, recveil_serve_batch(engine, &all->batch));
  int empty = 0;
  for (size_t u = 0; u < kUsers; ++u) empty += all->counts[u] == 0;
  CHECK_EQ(kUsers, empty);
}

static void wrong_batches_are_refused_whole(void) {
  recveil_engine *engine = open_engine("");
  Batch all;
  fill(&all);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "batch", recveil_route_batch(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "batch", recveil_serve_batch(engine, NULL));
  check_route_refused(NULL, RECVEIL_E_ARGUMENT, "engine", &all);
  all.membership[kUsers - 1] = 9; /* the last of them */
  check_route_refused(engine, RECVEIL_E_ARGUMENT, "membership", &all);
  fill(&all);
  all.batch.flags = 4;
  check_route_refused(engine, RECVEIL_E_UNSUPPORTED, "flags", &all);
  fill(&all);
  all.batch.reserved = 4;
  check_route_refused(engine, RECVEIL_E_ARGUMENT, "reserved", &all);
  fill(&all);
  all.batch.users = NULL;
  check_route_refused(engine, RECVEIL_E_ARGUMENT, "users", &all);
  fill(&all);
  all.batch.paths = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "paths", recveil_route_batch(engine, &all.batch));

  fill(&all);
  CHECK_OK(recveil_route_batch(engine, &all.batch));
  const Batch good = all;
  check_serve_refused(NULL, RECVEIL_E_ARGUMENT, "engine", &all);
  all.batch.flags = 4;
  check_serve_refused(engine, RECVEIL_E_UNSUPPORTED, "flags", &all);
  all.batch = good.batch;
  all.batch.reserved = 1;
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "reserved", &all);
  all.batch = good.batch;
  all.paths[kUsers - 1] = 9;
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "path", &all);
  all.paths[kUsers - 1] = good.paths[kUsers - 1];
  all.seen[3] = 1000000;
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "seen", &all);
  all.seen[3] = good.seen[3];
  all.seen_offsets[5] = SIZE_MAX; /* falls afterwards */
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "seen_offsets", &all);
  all.seen_offsets[5] = good.seen_offsets[5];
  all.batch.seen = NULL;
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "seen", &all);
  all.batch = good.batch;
  all.batch.users = NULL;
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "users", &all);
  all.batch = good.batch;
  all.batch.paths = NULL;
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "paths", &all);
  all.batch = good.batch;
  all.batch.positions = NULL;
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "positions", &all);
  all.batch = good.batch;
  all.batch.n_host = NULL; /* some paths are HOST */
  check_serve_refused(engine, RECVEIL_E_ARGUMENT, "n_host", &all);
  all.batch = good.batch;
  all.batch.n_filled = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_filled", recveil_serve_batch(engine, &all.batch));
  all.batch = good.batch;
  CHECK_OK(recveil_serve_batch(engine, &all.batch));
  recveil_engine_close(engine);
}

int main(void) {
  batches_equal_single_calls();
  pages_of_a_batch_continue_over_a_new_pool();
  optional_arrays_are_optional();
  wrong_batches_are_refused_whole();
  return host_result();
}
