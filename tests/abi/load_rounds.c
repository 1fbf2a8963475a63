/* 100 lives of the library in one process: after each dlclose it is really gone.
   usage: load_rounds LIBRARY */
#include <pthread.h>

#include "support/abi_loaded.h"

static void *use_in_thread(void *ctx) {
  abi_loaded *lib = (abi_loaded *)ctx;
  lib->engine_close(abi_use(lib));
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  CHECK(!abi_is_loaded(argv[1]));
  for (int round = 0; round < 100; ++round) {
    abi_loaded lib;
    if (!abi_load(&lib, argv[1])) break;
    CHECK(abi_is_loaded(argv[1]));
    lib.engine_close(abi_use(&lib));
    if (round % 10 == 0) { /* thread-local state must not hold it either */
      pthread_t thread;
      CHECK(pthread_create(&thread, NULL, use_in_thread, &lib) == 0);
      CHECK(pthread_join(thread, NULL) == 0);
    }
    CHECK(dlclose(lib.handle) == 0);
    CHECK(!abi_is_loaded(argv[1]));
  }
  return host_result();
}
