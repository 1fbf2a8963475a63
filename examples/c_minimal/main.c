/* The smallest host: seven items, two members, one visitor. Build: cc main.c -lrecveil */
#include <recveil/recveil.h>
#include <stdio.h>

static int fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, recveil_last_error());
  return 1;
}

static int show(recveil_engine *engine, recveil_user user) {
  recveil_request request = RECVEIL_REQUEST_INIT;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  request.user = user;
  if (recveil_route(engine, &request, &decision) != RECVEIL_OK) return fail("route");

  uint32_t positions[3];
  recveil_page page = RECVEIL_PAGE_INIT;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  page.k = 3;
  page.n_host = decision.path == RECVEIL_PATH_HOST ? 3 : 0; /* score only if asked to */
  slate.positions = positions;
  if (recveil_serve(engine, &decision, &page, &slate) != RECVEIL_OK) return fail("serve");

  printf("user %u, %s:", (unsigned)user,
         decision.path == RECVEIL_PATH_HOST ? "the host's list" : "items of the pool");
  for (uint32_t i = 0; i < slate.count; ++i) printf(" %u", (unsigned)positions[i]);
  printf("\n");
  return 0;
}

int main(void) {
  static const char yaml[] =
      "keys: {ephemeral: true}\n"
      "serving: {mode: popularity_randomization, list_length: 3, ratio: 0.5}\n";
  recveil_engine *engine = NULL;
  if (recveil_engine_open(yaml, sizeof yaml - 1, NULL, &engine) != RECVEIL_OK) return fail("open");

  const uint64_t counts[7] = {2, 9, 4, 7, 1, 3, 8}; /* by item, counted over members only */
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.count = 7;
  const recveil_user members[2] = {1, 2};
  int bad = 0;
  if (recveil_publish_popularity(engine, &popularity) != RECVEIL_OK ||
      recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, members, 2)) {
    bad = fail("publish");
  }
  bad = bad || show(engine, 1) || show(engine, 3);
  recveil_engine_close(engine);
  return bad;
}
