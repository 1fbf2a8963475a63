/* serve.h: pages, epochs and replicas. What of the draw stays the same, and what changes it. */
#include "support/host_engine.h"

enum { kLength = 20, kPool = 100 };
static uint64_t clock_time = 1000000;
static uint64_t host_now(void *ctx) {
  (void)ctx;
  return clock_time;
}

static recveil_engine *open_clocked(const char *on_error) {
  char yaml[HOST_TEXT];
  snprintf(yaml, sizeof yaml,
           "serving: {list_length: 20, ratio: 0.2, epoch_seconds: 1000, on_error: %s}\n"
           "keys: {file: key}",
           on_error);
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.now = host_now;
  return host_open_with(&options, yaml);
}

static recveil_decision route_token(recveil_engine *engine, recveil_user user, uint32_t epoch,
                                    uint64_t pool_version) {
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = user;
  request.membership = RECVEIL_MEMBERSHIP_NONMEMBER;
  request.epoch = epoch;
  request.pool_version = pool_version;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  CHECK_OK(recveil_route(engine, &request, &decision));
  return decision;
}

static void list_of(recveil_engine *engine, const recveil_decision *decision, uint32_t *list) {
  CHECK_EQ(kLength, host_serve(engine, decision, 0, 0, 64, list));
}

static int same(const uint32_t *a, const uint32_t *b, size_t n) {
  return memcmp(a, b, n * sizeof *a) == 0;
}

static void pages_are_cuts_of_one_list(void) {
  recveil_engine *engine = open_clocked("pool");
  CHECK_OK(host_publish_items(engine, 150, 0));
  for (recveil_user user = 0; user < 50; ++user) {
    const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_NONMEMBER);
    uint32_t whole[64], part[64];
    list_of(engine, &decision, whole);
    for (uint32_t offset = 0; offset < kLength; offset += 3) {
      const uint32_t wanted = offset + 7 <= kLength ? 7 : kLength - offset;
      CHECK_EQ(wanted, host_serve(engine, &decision, 0, offset, 7, part));
      CHECK(same(whole + offset, part, wanted));
    }
  }
  recveil_engine_close(engine);
}

static void page_two_continues_over_epoch_and_pool(void) {
  recveil_engine *engine = open_clocked("pool");
  CHECK_OK(host_publish_items(engine, 150, 0));
  uint32_t whole[64], part[64], fresh[64];
  const recveil_decision one = host_route(engine, 7, RECVEIL_MEMBERSHIP_NONMEMBER);
  list_of(engine, &one, whole);
  clock_time += 1000;
  CHECK_OK(host_publish_items(engine, 50, 1000)); /* a pool of another size */
  const recveil_decision two = route_token(engine, 7, one.epoch, one.pool_version);
  CHECK_EQ(one.epoch, two.epoch);
  CHECK_EQ(one.pool_version, two.pool_version);
  CHECK_EQ(RECVEIL_REASON_NONMEMBER, two.reason);
  CHECK_EQ(10, host_serve(engine, &two, 0, 10, 10, part));
  CHECK(same(whole + 10, part, 10));
  CHECK_EQ(10, host_serve(engine, &one, 0, 10, 10, part)); /* the old decision still serves */
  CHECK(same(whole + 10, part, 10));

  const recveil_decision now = route_token(engine, 7, 0, 0);
  CHECK_EQ(one.epoch + 1, now.epoch);
  CHECK(now.pool_version != one.pool_version);
  list_of(engine, &now, fresh);
  CHECK(host_distinct_below(fresh, kLength, 50));
  recveil_engine_close(engine);
}

static void seen_items_are_skipped_and_the_rest_keeps_its_order(void) {
  recveil_engine *engine = open_clocked("pool");
  CHECK_OK(host_publish_items(engine, 150, 0));
  const recveil_decision decision = host_route(engine, 11, RECVEIL_MEMBERSHIP_NONMEMBER);
  uint32_t whole[64], part[64], seen[10];
  list_of(engine, &decision, whole);
  for (size_t i = 0; i < 5; ++i) seen[i] = whole[2 * i]; /* would have been shown */
  for (size_t i = 5; i < 10; ++i) seen[i] = seen[i - 5]; /* twice is once */
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = 64;
  page.seen = seen;
  page.n_seen = 10;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = part;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(kLength, slate.n_filled); /* the pool fills the gaps */
  CHECK(host_distinct_below(part, slate.n_filled, kPool));
  uint32_t at = 0;
  for (size_t i = 0; i < kLength; ++i) {
    if (i < 10 && i % 2 == 0) continue;
    CHECK_EQ(whole[i], part[at]);
    ++at;
  }
  for (uint32_t i = 0; i < slate.n_filled; ++i) {
    for (size_t j = 0; j < 5; ++j) CHECK(part[i] != seen[j]);
  }

  uint32_t everything[kPool];
  for (uint32_t i = 0; i < kPool; ++i) everything[i] = kPool - 1 - i;
  page.seen = everything;
  page.n_seen = kPool - 3;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(3, slate.n_filled);
  CHECK(host_distinct_below(part, 3, 3));
  page.n_seen = kPool;
  CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  CHECK_EQ(0, slate.n_filled);
  recveil_engine_close(engine);
}

static void users_epochs_and_keys_change_the_draw_and_nothing_else_does(void) {
  recveil_engine *a = open_clocked("pool"), *b = open_clocked("closed");
  recveil_engine *c = host_open("serving: {list_length: 20, ratio: 0.2}\nkeys: {file: other_key}");
  CHECK_OK(host_publish_items(a, 150, 0));
  CHECK_OK(host_publish_items(b, 10, 0)); /* versions and items differ, the size of the pool not */
  CHECK_OK(host_publish_items(b, 150, 5000));
  CHECK_OK(host_publish_items(c, 150, 0));
  unsigned same_user = 0, same_epoch = 0, same_key = 0;
  for (recveil_user user = 0; user < 20; ++user) {
    uint32_t of_a[64], of_b[64], other[64];
    const recveil_decision at_a = route_token(a, user, 42, 0), at_b = route_token(b, user, 42, 0);
    list_of(a, &at_a, of_a);
    list_of(b, &at_b, of_b);
    CHECK(same(of_a, of_b, kLength));
    const recveil_decision next_user = route_token(a, user + 1, 42, 0);
    const recveil_decision next_epoch = route_token(a, user, 43, 0);
    const recveil_decision of_c = route_token(c, user, 42, 0);
    list_of(a, &next_user, other);
    same_user += (unsigned)same(of_a, other, 3);
    list_of(a, &next_epoch, other);
    same_epoch += (unsigned)same(of_a, other, 3);
    list_of(c, &of_c, other);
    same_key += (unsigned)same(of_a, other, 3);
  }
  /* Three equal places by chance: 1 in 970,200 each; two in 20 tries: below 1e-9. */
  CHECK(same_user < 2 && same_epoch < 2 && same_key < 2);
  recveil_engine_close(a);
  recveil_engine_close(b);
  recveil_engine_close(c);
}

/* A token whose pool is gone: with `closed` nothing is shown; with `pool` the decision names a pool
   that can be read, and its positions are of that pool. */
static void token_of_a_forgotten_pool(void) {
  recveil_engine *closed = open_clocked("closed"), *pool = open_clocked("pool");
  recveil_decision old_closed = {0}, old_pool = {0};
  for (size_t i = 0; i < 3; ++i) {
    CHECK_OK(host_publish_items(closed, 60 - 10 * i, 0));
    CHECK_OK(host_publish_items(pool, 60 - 10 * i, 0));
    if (i == 0) old_closed = route_token(closed, 3, 0, 0);
    if (i == 0) old_pool = route_token(pool, 3, 0, 0);
  }
  uint32_t positions[64] = {0};
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = 64;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  slate.n_filled = 99;
  CHECK_FAILS(RECVEIL_E_STATE, "pool_version", recveil_serve(closed, &old_closed, &page, &slate));
  CHECK_EQ(0, slate.n_filled);
  const recveil_decision shut = route_token(closed, 3, 0, old_closed.pool_version);
  CHECK_EQ(RECVEIL_PATH_REFUSE, shut.path);
  CHECK_EQ(0, host_serve(closed, &shut, 0, 0, 64, positions));

  const recveil_decision moved = route_token(pool, 3, 0, old_pool.pool_version);
  CHECK_EQ(RECVEIL_PATH_POOL, moved.path);
  CHECK_EQ(host_info(pool).pool_version, moved.pool_version);
  CHECK_EQ(kLength, host_serve(pool, &moved, 0, 0, 64, positions));
  CHECK(host_distinct_below(positions, kLength, 40));
  recveil_engine_close(closed);
  recveil_engine_close(pool);
}

int main(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  CHECK_OK(recveil_key_generate("other_key"));
  pages_are_cuts_of_one_list();
  page_two_continues_over_epoch_and_pool();
  seen_items_are_skipped_and_the_rest_keeps_its_order();
  users_epochs_and_keys_change_the_draw_and_nothing_else_does();
  token_of_a_forgotten_pool();
  return host_finish();
}
