/* A request accepted in one process is respected by route in its prefork workers with their next
   refresh, and nothing that is asked during reloads is dropped. No planted id is in any file. */
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "support/host_forget.h"

enum { kWorkers = 3, kSubmits = 40 };
typedef struct shared {
  atomic_uint accepted, stop, routes[kWorkers];
} shared;

static int worker(recveil_engine *engine, shared *page, int self) {
  alarm(120);
  host_failures = 0;
  const struct timespec period = {0, 2000000};
  while (!page->stop) {
    const unsigned known = page->accepted; /* before the refresh: these must be seen after it */
    CHECK_OK(recveil_engine_refresh(engine, NULL));
    for (uint32_t row = 0; row < kSubmits; ++row) {
      const recveil_decision decision = host_route(engine, 1000 + row, RECVEIL_MEMBERSHIP_MEMBER);
      CHECK(row >= known || decision.reason == RECVEIL_REASON_ERASED);
      CHECK(decision.path == RECVEIL_PATH_HOST || decision.path == RECVEIL_PATH_POOL);
      if (decision.path == RECVEIL_PATH_POOL) {
        uint32_t positions[4];
        CHECK_EQ(4, host_serve(engine, &decision, 0, 0, 4, positions));
      }
      ++page->routes[self];
    }
    CHECK_OK(recveil_engine_reload(engine, kForgetYaml, strlen(kForgetYaml)));
    nanosleep(&period, NULL);
  }
  return host_result();
}

int main(void) {
  recveil_engine *engine = host_forget_engine();
  CHECK_OK(host_publish_items(engine, 30, 0));
  shared *page = HOST_CAST(shared *, mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (page == MAP_FAILED) return 1;
  pid_t workers[kWorkers];
  for (int i = 0; i < kWorkers; ++i) {
    fflush(NULL);
    workers[i] = fork();
    if (workers[i] == 0) _exit(worker(engine, page, i));
  }
  recveil_forget *forget = host_forget_open(engine);
  const struct timespec pause = {0, 5000000};
  for (uint32_t row = 0; row < kSubmits; ++row) {
    host_submit(forget, 1 + row, row, engine);
    page->accepted = row + 1;
    CHECK_OK(recveil_engine_reload(engine, kForgetYaml, strlen(kForgetYaml)));
    nanosleep(&pause, NULL);
  }
  page->stop = 1;
  for (int i = 0; i < kWorkers; ++i) {
    int status = -1;
    CHECK(waitpid(workers[i], &status, 0) == workers[i] && status == 0);
    CHECK(page->routes[i] >= kSubmits);
  }
  static host_text text;
  CHECK_OK(host_scrape(engine, &text));
  CHECK(host_metric(&text, "recveil_forget_requests_accepted_total", "api", "attribute") ==
        kSubmits);
  CHECK(strstr(text.bytes, "planted-id") == NULL);
  CHECK_EQ(256, system("grep -rq planted-id forget.db* state")); /* found in none */
  CHECK_EQ(0, system("grep -q SQLite forget.db"));               /* that grep does see */
  recveil_forget_close(forget);
  recveil_engine_close(engine);
  return host_finish();
}
