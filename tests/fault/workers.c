/* Prefork workers: counters are those of all processes forked after opening, and a child may use
   every function of the engine it inherited. */
#include <sys/wait.h>

#include "support/host_engine.h"
#include "support/host_text.h"

enum { kWorkers = 4, kRequests = 1000 };
static host_text text;

static void serve_many(recveil_engine *engine, recveil_user first) {
  uint32_t positions[4];
  for (recveil_user user = first; user < first + kRequests; ++user) {
    const recveil_decision decision = host_route(
        engine, user, user % 4 == 0 ? RECVEIL_MEMBERSHIP_MEMBER : RECVEIL_MEMBERSHIP_NONMEMBER);
    CHECK_EQ(4, host_serve(engine, &decision, 4, 0, 4, positions));
  }
}

static double requests(const char *population, const char *outcome) {
  return host_metric(&text, "recveil_serving_requests_total", population, outcome);
}

static void check_totals(recveil_engine *engine, double factor) {
  CHECK_OK(host_scrape(engine, &text));
  CHECK(requests("\"member\"", "\"passthrough\"") == factor * kRequests / 4);
  CHECK(requests("\"nonmember\"", "\"randomized\"") == factor * kRequests * 3 / 4);
  CHECK(host_metric(&text, "recveil_serving_items_total", "\"pool\"", "") ==
        factor * kRequests * 3);
}

int main(void) {
  recveil_engine *engine =
      host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
  CHECK_OK(host_publish_items(engine, 100, 0));
  uint32_t before[10], after[10];
  const recveil_decision decision = host_route(engine, 99, RECVEIL_MEMBERSHIP_NONMEMBER);
  CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 10, before));

  recveil_engine *fresh =
      host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
  CHECK_OK(host_publish_items(fresh, 100, 0));
  fflush(NULL);
  pid_t workers[kWorkers];
  for (uint64_t i = 0; i < kWorkers; ++i) {
    workers[i] = fork();
    if (workers[i] != 0) continue;
    /* The same user gets the same list in every worker. */
    CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 10, after));
    CHECK(memcmp(before, after, sizeof before) == 0);
    serve_many(fresh, 1000 * i);
    if (i == 0) recveil_engine_close(fresh); /* takes nothing from the others */
    _exit(host_result());
  }
  for (size_t i = 0; i < kWorkers; ++i) {
    int status = -1;
    CHECK(waitpid(workers[i], &status, 0) == workers[i] && status == 0);
  }
  check_totals(fresh, kWorkers);
  recveil_engine_close(fresh);
  recveil_engine_close(engine);
  return host_result();
}
