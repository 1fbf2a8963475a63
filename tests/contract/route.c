/* serve.h: recveil_route. Every line of the decision table, and every refusal. */
#include "support/host_engine.h"

enum { kMember = 1, kStranger = 2, kQuarantined = 3, kErased = 4, kBoth = 5 };

typedef struct {
  const char *serving; /* keys of `serving:` */
  recveil_user user;
  recveil_membership membership;
  int has_pool, has_members;
  recveil_path path;
  recveil_reason reason;
} Row;

enum {
  ASK = RECVEIL_MEMBERSHIP_ASK,
  YES = RECVEIL_MEMBERSHIP_MEMBER,
  NO = RECVEIL_MEMBERSHIP_NONMEMBER,
  REFUSE = RECVEIL_PATH_REFUSE,
  HOST = RECVEIL_PATH_HOST,
  POOL = RECVEIL_PATH_POOL
};

static const Row kRows[] = {
    {"", kMember, ASK, 1, 1, HOST, RECVEIL_REASON_MEMBER},
    {"", kStranger, ASK, 1, 1, POOL, RECVEIL_REASON_NONMEMBER},
    {"", kStranger, YES, 1, 1, HOST, RECVEIL_REASON_MEMBER},
    {"", kMember, NO, 1, 1, POOL, RECVEIL_REASON_NONMEMBER},
    {"", kStranger, YES, 0, 0, HOST, RECVEIL_REASON_MEMBER},
    {"mode: popularity", kStranger, ASK, 1, 1, POOL, RECVEIL_REASON_NONMEMBER},
    {"", kQuarantined, ASK, 1, 1, POOL, RECVEIL_REASON_QUARANTINED},
    {"", kQuarantined, YES, 1, 1, POOL, RECVEIL_REASON_QUARANTINED},
    {"quarantined: host", kQuarantined, ASK, 1, 1, HOST, RECVEIL_REASON_QUARANTINED},
    {"quarantined: host", kQuarantined, NO, 1, 1, HOST, RECVEIL_REASON_QUARANTINED},
    {"quarantined: refuse", kQuarantined, ASK, 1, 1, REFUSE, RECVEIL_REASON_QUARANTINED},
    {"", kErased, ASK, 1, 1, POOL, RECVEIL_REASON_ERASED},
    {"", kErased, YES, 1, 1, POOL, RECVEIL_REASON_ERASED},
    {"erased: host", kErased, ASK, 1, 1, HOST, RECVEIL_REASON_ERASED},
    {"erased: refuse", kErased, YES, 1, 1, REFUSE, RECVEIL_REASON_ERASED},
    {"erased: host, quarantined: refuse", kBoth, ASK, 1, 1, HOST, RECVEIL_REASON_ERASED},
    /* Failures are answered as on_error says. */
    {"on_error: pool", kStranger, NO, 0, 1, REFUSE, RECVEIL_REASON_NO_POOL},
    {"on_error: closed", kStranger, NO, 0, 1, REFUSE, RECVEIL_REASON_NO_POOL},
    {"on_error: open", kStranger, NO, 0, 1, HOST, RECVEIL_REASON_NO_POOL},
    {"on_error: open", kErased, ASK, 0, 1, HOST, RECVEIL_REASON_NO_POOL},
    {"on_error: closed, erased: host", kErased, ASK, 0, 1, HOST, RECVEIL_REASON_ERASED},
    {"on_error: closed, erased: refuse", kErased, ASK, 0, 1, REFUSE, RECVEIL_REASON_ERASED},
    {"on_error: pool", kMember, ASK, 1, 0, POOL, RECVEIL_REASON_NO_MEMBERS},
    {"on_error: pool", kMember, ASK, 0, 0, REFUSE, RECVEIL_REASON_NO_MEMBERS},
    {"on_error: closed", kMember, ASK, 1, 0, REFUSE, RECVEIL_REASON_NO_MEMBERS},
    {"on_error: open", kMember, ASK, 1, 0, HOST, RECVEIL_REASON_NO_MEMBERS},
    {"on_error: closed", kMember, YES, 1, 0, HOST, RECVEIL_REASON_MEMBER},
    {"on_error: closed", kQuarantined, ASK, 1, 0, POOL, RECVEIL_REASON_QUARANTINED},
    /* A dry run shows the host's list to everybody. */
    {"dry_run: true", kMember, ASK, 1, 1, HOST, RECVEIL_REASON_DRY_RUN},
    {"dry_run: true", kStranger, ASK, 1, 1, HOST, RECVEIL_REASON_DRY_RUN},
    {"dry_run: true, erased: refuse", kErased, ASK, 1, 1, HOST, RECVEIL_REASON_DRY_RUN},
    {"dry_run: true, on_error: closed", kStranger, ASK, 0, 0, HOST, RECVEIL_REASON_DRY_RUN},
};

static recveil_engine *open_row(const Row *row) {
  char yaml[HOST_TEXT];
  snprintf(yaml, sizeof yaml, "serving: {list_length: 3, ratio: 0.5%s%s}\nkeys: {ephemeral: true}",
           row->serving[0] != '\0' ? ", " : "", row->serving);
  recveil_engine *engine = host_open(yaml);
  const recveil_user members[] = {kMember, kQuarantined, kErased, kBoth};
  const recveil_user quarantined[] = {kQuarantined, kBoth}, erased[] = {kErased, kBoth};
  if (row->has_pool) CHECK_OK(host_publish_items(engine, 10, 0));
  if (row->has_members) {
    CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, members, 4));
  }
  CHECK_OK(
      recveil_publish_users(engine, RECVEIL_USERS_QUARANTINED, RECVEIL_SET_ADD, quarantined, 2));
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, erased, 2));
  return engine;
}

static void decisions_follow_the_table(void) {
  for (size_t i = 0; i < sizeof kRows / sizeof kRows[0]; ++i) {
    const Row *row = &kRows[i];
    recveil_engine *engine = open_row(row);
    const int before = host_failures;
    const recveil_decision decision = host_route(engine, row->user, row->membership);
    CHECK_EQ(row->path, decision.path);
    CHECK_EQ(row->reason, decision.reason);
    CHECK_EQ(row->user, decision.user);
    CHECK_EQ(host_info(engine).pool_version, decision.pool_version);
    CHECK_EQ(host_info(engine).epoch, decision.epoch);
    CHECK_EQ(0, decision.fold);
    CHECK_EQ(0, decision.model_version);
    CHECK_EQ(0, decision.flags);
    CHECK_EQ(sizeof decision, decision.struct_size);
    if (host_failures > before) fprintf(stderr, "  in row %zu: %s\n", i, row->serving);
    recveil_engine_close(engine);
  }
}

static uint64_t clock_time;
static uint64_t host_now(void *ctx) {
  (void)ctx;
  return clock_time;
}

static void old_pool_is_stale(void) {
  static const struct {
    const char *on_error;
    recveil_path path;
  } answers[] = {{"pool", POOL}, {"closed", REFUSE}, {"open", HOST}};
  for (size_t i = 0; i < 3; ++i) {
    char yaml[HOST_TEXT];
    snprintf(yaml, sizeof yaml,
             "serving: {list_length: 3, ratio: 0.5, max_pool_age_seconds: 60, on_error: %s}\n"
             "keys: {ephemeral: true}",
             answers[i].on_error);
    recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
    options.now = host_now;
    clock_time = 1000000;
    recveil_engine *engine = host_open_with(&options, yaml);
    CHECK_OK(host_publish_items(engine, 10, 0));
    clock_time += 60; /* not older than that */
    CHECK_EQ(RECVEIL_REASON_NONMEMBER, host_route(engine, 1, NO).reason);
    CHECK_EQ(0, host_info(engine).flags & RECVEIL_INFO_POOL_STALE);
    clock_time += 1;
    const recveil_decision decision = host_route(engine, 1, NO);
    CHECK_EQ(RECVEIL_REASON_STALE_POOL, decision.reason);
    CHECK_EQ(answers[i].path, decision.path);
    CHECK_EQ(HOST, host_route(engine, 1, YES).path);
    CHECK_EQ(RECVEIL_INFO_POOL_STALE, host_info(engine).flags & RECVEIL_INFO_POOL_STALE);
    clock_time -= 1000; /* a clock set back makes nothing stale */
    CHECK_EQ(RECVEIL_REASON_NONMEMBER, host_route(engine, 1, NO).reason);
    clock_time += 5000;
    CHECK_OK(host_publish_items(engine, 10, 0));
    CHECK_EQ(RECVEIL_REASON_NONMEMBER, host_route(engine, 1, NO).reason);
    recveil_engine_close(engine);
  }
}

/* On error the decision is as it was, but for the path. */
static void check_refused(recveil_engine *engine, recveil_status status, const char *words,
                          const recveil_request *request) {
  recveil_decision decision, wanted;
  memset(&decision, 0x5a, sizeof decision);
  decision.struct_size = sizeof decision;
  wanted = decision;
  wanted.path = RECVEIL_PATH_REFUSE;
  CHECK_FAILS(status, words, recveil_route(engine, request, &decision));
  CHECK(memcmp(&decision, &wanted, sizeof wanted) == 0);
}

static void wrong_requests_are_refused(void) {
  recveil_engine *engine = host_open("keys: {ephemeral: true}");
  CHECK_OK(host_publish_items(engine, 10, 0));
  const recveil_request good = RECVEIL_REQUEST_INIT;
  recveil_request request = good;
  request.membership = 4;
  check_refused(engine, RECVEIL_E_ARGUMENT, "membership", &request);
  request.membership = 255;
  check_refused(engine, RECVEIL_E_ARGUMENT, "membership", &request);
  request = good;
  request.flags = 0x80000000u;
  check_refused(engine, RECVEIL_E_UNSUPPORTED, "flags", &request);
  request = good;
  request.reserved = 1;
  check_refused(engine, RECVEIL_E_ARGUMENT, "reserved", &request);
  check_refused(engine, RECVEIL_E_ARGUMENT, "request", NULL);
  check_refused(NULL, RECVEIL_E_ARGUMENT, "engine", &good);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "decision", recveil_route(engine, &good, NULL));
  recveil_engine_close(engine);
}

int main(void) {
  decisions_follow_the_table();
  old_pool_is_stale();
  wrong_requests_are_refused();
  return host_result();
}
