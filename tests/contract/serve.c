/* serve.h: recveil_serve. What a slate holds, and every refusal. */
#include "support/host_engine.h"

static const char *const kYaml =
    "serving: {list_length: 10, ratio: 0.1}\nkeys: {ephemeral: true}"; /* a pool of 100 */

static void members_see_the_hosts_order(void) {
  recveil_engine *engine = host_open(kYaml);
  const recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_MEMBER);
  uint32_t positions[8];
  recveil_origin origins[8] = {0};
  recveil_page page = RECVEIL_PAGE_INIT;
  page.n_host = 7;
  page.k = 8;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  slate.origins = origins;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(7, slate.n_filled);
  for (uint32_t i = 0; i < 7; ++i) CHECK_EQ(i, positions[i]);
  for (uint32_t i = 0; i < 7; ++i) CHECK_EQ(RECVEIL_ORIGIN_HOST, origins[i]);

  const uint32_t seen[] = {6, 0, 3, 0};
  page.seen = seen;
  page.n_seen = 4;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(4, slate.n_filled);
  static const uint32_t rest[] = {1, 2, 4, 5};
  for (uint32_t i = 0; i < 4; ++i) CHECK_EQ(rest[i], positions[i]);
  page.n_host = 0;
  page.n_seen = 0;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(0, slate.n_filled);
  recveil_engine_close(engine);
}

static void lists_of_the_pool_end_at_list_length(void) {
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 200, 0));
  const recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  uint32_t positions[64];
  CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 64, positions));
  CHECK_EQ(3, host_serve(engine, &decision, 0, 7, 64, positions));
  CHECK_EQ(0, host_serve(engine, &decision, 0, 10, 64, positions));
  CHECK_EQ(0, host_serve(engine, &decision, 0, 11, 64, positions));
  recveil_engine_close(engine);
}

static void non_members_see_the_pool(void) {
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 200, 0));
  uint32_t hits[100] = {0};
  for (recveil_user user = 0; user < 1000; ++user) {
    const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_NONMEMBER);
    uint32_t positions[16], again[16];
    recveil_origin origins[16] = {0};
    recveil_page page = RECVEIL_PAGE_INIT;
    page.k = 16;
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions;
    slate.origins = origins;
    CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
    CHECK_EQ(10, slate.n_filled);
    CHECK(host_distinct_below(positions, slate.n_filled, 100));
    for (uint32_t i = 0; i < slate.n_filled; ++i) CHECK_EQ(RECVEIL_ORIGIN_POOL, origins[i]);
    for (uint32_t i = 0; i < slate.n_filled; ++i) ++hits[positions[i]];
    const recveil_decision later = host_route(engine, user, RECVEIL_MEMBERSHIP_NONMEMBER);
    CHECK_EQ(10, host_serve(engine, &later, 0, 0, 16, again));
    CHECK(memcmp(positions, again, 10 * sizeof *positions) == 0);
  }
  /* H0: 1,000 uniform draws of 10 out of 100, so hits[i] ~ Binomial(1000, .1). The key is new in
     each run. Chernoff: P(hits > 170 or < 40) < exp(-23.0) + exp(-25.3); for 100 positions: below
     2e-8. */
  for (uint32_t i = 0; i < 100; ++i) CHECK(hits[i] >= 40 && hits[i] <= 170);
  recveil_engine_close(engine);
}

static void popularity_mode_shows_the_pool_in_order(void) {
  recveil_engine *engine = host_open(
      "serving: {mode: popularity, list_length: 10, ratio: 0.1}\nkeys: {ephemeral: true}");
  CHECK_OK(host_publish_items(engine, 200, 0));
  const recveil_decision decision = host_route(engine, 5, RECVEIL_MEMBERSHIP_NONMEMBER);
  uint32_t positions[16];
  CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 16, positions));
  for (uint32_t i = 0; i < 10; ++i) CHECK_EQ(i, positions[i]);
  recveil_engine_close(engine);
}

static void refused_users_see_nothing(void) {
  recveil_engine *engine = host_open("serving: {erased: refuse}\nkeys: {ephemeral: true}");
  CHECK_OK(host_publish_items(engine, 200, 0));
  const recveil_user user = 9;
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, &user, 1));
  const recveil_decision decision = host_route(engine, 9, RECVEIL_MEMBERSHIP_MEMBER);
  recveil_page page = RECVEIL_PAGE_INIT;
  page.n_host = 10;
  page.k = 4;
  uint32_t positions[4] = {7, 7, 7, 7};
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.n_filled = 99;
  slate.positions = positions;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(0, slate.n_filled);
  for (size_t i = 0; i < 4; ++i) CHECK_EQ(7, positions[i]);
  recveil_engine_close(engine);
}

static recveil_engine *engine_of_refusals;

/* On error count is 0 and nothing else is written. */
static void check_refused(recveil_status status, const char *words,
                          const recveil_decision *decision, const recveil_page *page) {
  uint32_t positions[4] = {7, 7, 7, 7};
  recveil_origin origins[4] = {7, 7, 7, 7};
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.n_filled = 99;
  slate.positions = positions;
  slate.origins = origins;
  CHECK_FAILS(status, words, recveil_serve(engine_of_refusals, decision, page, &slate));
  CHECK_EQ(0, slate.n_filled);
  for (size_t i = 0; i < 4; ++i) CHECK(positions[i] == 7 && origins[i] == 7);
}

static void wrong_calls_are_refused(void) {
  recveil_engine *engine = engine_of_refusals = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 200, 0));
  const recveil_decision pool = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  const recveil_decision host = host_route(engine, 1, RECVEIL_MEMBERSHIP_MEMBER);
  recveil_page good = RECVEIL_PAGE_INIT;
  good.k = 4;

  recveil_decision decision = pool;
  decision.flags = 1;
  check_refused(RECVEIL_E_UNSUPPORTED, "flags", &decision, &good);
  decision = pool;
  decision.path = 5;
  check_refused(RECVEIL_E_ARGUMENT, "path", &decision, &good);
  decision.path = 0; /* never routed */
  check_refused(RECVEIL_E_ARGUMENT, "route the request", &decision, &good);
  check_refused(RECVEIL_E_ARGUMENT, "decision", NULL, &good);
  check_refused(RECVEIL_E_ARGUMENT, "page", &pool, NULL);

  recveil_page page = good;
  page.flags = 1;
  check_refused(RECVEIL_E_UNSUPPORTED, "flags", &pool, &page);
  page = good;
  page.n_seen = 1;
  check_refused(RECVEIL_E_ARGUMENT, "seen", &pool, &page);
  const uint32_t beyond_pool = 100, beyond_host = 20, huge = UINT32_MAX;
  page.seen = &beyond_pool;
  check_refused(RECVEIL_E_ARGUMENT, "seen", &pool, &page);
  page.seen = &huge;
  check_refused(RECVEIL_E_ARGUMENT, "seen", &pool, &page);
  page.seen = &beyond_host;
  page.n_host = 20;
  check_refused(RECVEIL_E_ARGUMENT, "seen", &host, &page);

  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.n_filled = 99;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "positions", recveil_serve(engine, &pool, &good, &slate));
  CHECK_EQ(0, slate.n_filled);
  slate.n_filled = 99;
  uint32_t positions[4];
  slate.positions = positions;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_serve(NULL, &pool, &good, &slate));
  CHECK_EQ(0, slate.n_filled);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "slate", recveil_serve(engine, &pool, &good, NULL));

  /* Places that no list has are empty, however far away. */
  page = good;
  page.offset = UINT32_MAX;
  slate.n_filled = 99;
  CHECK_OK(recveil_serve(engine, &pool, &page, &slate));
  CHECK_EQ(0, slate.n_filled);
  page.n_host = UINT32_MAX;
  slate.n_filled = 99;
  CHECK_OK(recveil_serve(engine, &host, &page, &slate));
  CHECK_EQ(0, slate.n_filled);
  page = good;
  page.k = 0;
  slate.positions = NULL;
  slate.n_filled = 99;
  CHECK_OK(recveil_serve(engine, &pool, &page, &slate));
  CHECK_EQ(0, slate.n_filled);
  recveil_engine_close(engine);
}

int main(void) {
  members_see_the_hosts_order();
  lists_of_the_pool_end_at_list_length();
  non_members_see_the_pool();
  popularity_mode_shows_the_pool_in_order();
  refused_users_see_nothing();
  wrong_calls_are_refused();
  return host_result();
}
