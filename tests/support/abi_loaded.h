/* The library loaded at run time, as a plugin host does: the functions a serving host calls, by
 * name. */
#ifndef RECVEIL_TESTS_ABI_LOADED_H
#define RECVEIL_TESTS_ABI_LOADED_H

#include <dlfcn.h>
#include <string.h>

#include "recveil/recveil.h"
#include "support/host_check.h"

typedef struct abi_loaded {
  void *handle;
  __typeof__(&recveil_engine_open) engine_open;
  __typeof__(&recveil_engine_close) engine_close;
  __typeof__(&recveil_publish_popularity) publish_popularity;
  __typeof__(&recveil_publish_users) publish_users;
  __typeof__(&recveil_route) route;
  __typeof__(&recveil_serve) serve;
  __typeof__(&recveil_metrics_write) metrics_write;
  __typeof__(&recveil_last_error) last_error;
} abi_loaded;

/* ISO C has no conversion from void * to a function pointer; POSIX promises equal representations.
 */
static inline void abi_find(void *handle, const char *name, void *function) {
  void *symbol = dlsym(handle, name);
  CHECK(symbol != NULL);
  memcpy(function, &symbol, sizeof symbol);
}

static inline int abi_load(abi_loaded *loaded, const char *path) {
  memset(loaded, 0, sizeof *loaded);
  loaded->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (loaded->handle == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    CHECK(!"dlopen");
    return 0;
  }
  abi_find(loaded->handle, "recveil_engine_open", &loaded->engine_open);
  abi_find(loaded->handle, "recveil_engine_close", &loaded->engine_close);
  abi_find(loaded->handle, "recveil_publish_popularity", &loaded->publish_popularity);
  abi_find(loaded->handle, "recveil_publish_users", &loaded->publish_users);
  abi_find(loaded->handle, "recveil_route", &loaded->route);
  abi_find(loaded->handle, "recveil_serve", &loaded->serve);
  abi_find(loaded->handle, "recveil_metrics_write", &loaded->metrics_write);
  abi_find(loaded->handle, "recveil_last_error", &loaded->last_error);
  return 1;
}

/* Is the library still mapped? */
static inline int abi_is_loaded(const char *path) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  if (handle == NULL) return 0;
  dlclose(handle);
  return 1;
}

static inline int32_t abi_ignore_text(void *ctx, const char *bytes, size_t n) {
  (void)bytes;
  *(size_t *)ctx += n;
  return 0;
}

/* One life of an engine: open, publish, route, serve, write metrics, fail once; close it
 * afterwards. */
static inline recveil_engine *abi_use(const abi_loaded *lib) {
  static const char yaml[] = "serving: {list_length: 5, ratio: 0.5}\nkeys: {ephemeral: true}";
  recveil_engine *engine = NULL;
  CHECK(lib->engine_open(yaml, sizeof yaml - 1, NULL, &engine) == RECVEIL_OK);
  if (engine == NULL) return NULL;
  static const uint64_t counts[] = {9, 8, 7, 6, 5, 4, 3, 2, 2, 1};
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.n_items = 10;
  CHECK(lib->publish_popularity(engine, &popularity) == RECVEIL_OK);
  static const recveil_user members[] = {1, 2, 3};
  CHECK(lib->publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, members, 3) ==
        RECVEIL_OK);
  for (recveil_user user = 0; user < 6; ++user) {
    recveil_request request = RECVEIL_REQUEST_INIT;
    request.user = user;
    recveil_decision decision = RECVEIL_DECISION_INIT;
    CHECK(lib->route(engine, &request, &decision) == RECVEIL_OK);
    uint32_t positions[5];
    recveil_page page = RECVEIL_PAGE_INIT;
    page.n_host = 5;
    page.k = 5;
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions;
    CHECK(lib->serve(engine, &decision, &page, &slate) == RECVEIL_OK);
    CHECK_EQ(5, slate.n_filled);
  }
  size_t written = 0;
  CHECK(lib->metrics_write(engine, abi_ignore_text, &written) == RECVEIL_OK);
  CHECK(written > 0);
  CHECK(lib->route(engine, NULL, NULL) == RECVEIL_E_ARGUMENT);
  CHECK(lib->last_error()[0] != '\0');
  recveil_engine *none = NULL;
  CHECK(lib->engine_open("x: [", 4, NULL, &none) == RECVEIL_E_CONFIG);
  return engine;
}

#endif
