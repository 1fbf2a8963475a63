/* 100 lives of the library in one process, and three with a listener: after each dlclose it is
   really gone.
   usage: load_rounds LIBRARY */
#include <pthread.h>

#include "support/abi_loaded.h"
#include "support/host_http.h"

static void *use_in_thread(void *ctx) {
  abi_loaded *lib = (abi_loaded *)ctx;
  lib->engine_close(abi_use(lib));
  return NULL;
}

static host_text text;

/* A scrape has run the library's code on the listener's threads. */
static void listen_once(const abi_loaded *lib) {
  recveil_status (*engine_start)(recveil_engine *) = NULL;
  abi_find(lib->handle, "recveil_engine_start", &engine_start);
  const int port = host_free_port();
  char yaml[128];
  const int n =
      snprintf(yaml, sizeof yaml, "keys: {ephemeral: true}\nmetrics: {listen: 127.0.0.1:%d}", port);
  recveil_engine *engine = NULL;
  CHECK(lib->engine_open(yaml, (size_t)n, NULL, &engine) == RECVEIL_OK);
  CHECK(engine_start(engine) == RECVEIL_OK);
  CHECK_EQ(200, host_get(port, "/metrics", &text));
  lib->engine_close(engine);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  CHECK(!abi_is_loaded(argv[1]));
  for (int round = 0; round < 103; ++round) {
    abi_loaded lib;
    if (!abi_load(&lib, argv[1])) break;
    CHECK(abi_is_loaded(argv[1]));
    lib.engine_close(abi_use(&lib));
    if (round % 10 == 0) { /* thread-local state must not hold it either */
      pthread_t thread;
      CHECK(pthread_create(&thread, NULL, use_in_thread, &lib) == 0);
      CHECK(pthread_join(thread, NULL) == 0);
    }
    if (round >= 100) listen_once(&lib);
    CHECK(dlclose(lib.handle) == 0);
    CHECK(!abi_is_loaded(argv[1]));
  }
  return host_result();
}
