/*
 * What a small host needs around an engine: a folder that goes away, a configuration as text, a
 * popularity whose pool is known, and one request from route to slate.
 */
#ifndef RECVEIL_TESTS_HOST_ENGINE_H
#define RECVEIL_TESTS_HOST_ENGINE_H

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "recveil/recveil.h"
#include "support/host_check.h"

enum { HOST_TEXT = 4096 };

static char host_folder[64];

static inline void host_remove_folder(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", host_folder);
  if (system(command) != 0) fprintf(stderr, "%s is left\n", host_folder);
}

/* A new folder becomes the working directory: in memory where that is possible, because the library
   syncs what it publishes. host_finish() removes it. */
static inline void host_enter_folder(void) {
  const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(host_folder, sizeof host_folder, "%s/recveil-test-XXXXXX", root);
  if (mkdtemp(host_folder) == NULL || chdir(host_folder) != 0) {
    perror(host_folder);
    exit(1);
  }
}

static inline int host_finish(void) {
  if (host_folder[0] != '\0') host_remove_folder();
  return host_result();
}

static inline recveil_status host_try_open(recveil_engine **out,
                                           const recveil_engine_options *options,
                                           const char *yaml) {
  return recveil_engine_open(yaml, strlen(yaml), options, out);
}

/* An engine, or the end of the test. */
static inline recveil_engine *host_open_with(const recveil_engine_options *options,
                                             const char *yaml) {
  recveil_engine *engine = NULL;
  if (host_try_open(&engine, options, yaml) != RECVEIL_OK) {
    fprintf(stderr, "cannot open an engine: %s\n  from: %s\n", recveil_last_error(), yaml);
    exit(1);
  }
  return engine;
}
static inline recveil_engine *host_open(const char *yaml) {
  return host_open_with(NULL, yaml);
}

static inline recveil_status host_reload(recveil_engine *engine, const char *yaml) {
  return recveil_engine_reload(engine, yaml, strlen(yaml));
}

/* n items, item i chosen n - i times and numbered first + i: the pool is a prefix of them, in
 * order. */
static inline recveil_status host_publish_items(recveil_engine *engine, size_t n, uint64_t first) {
  uint64_t *counts = HOST_CAST(uint64_t *, malloc(n * (sizeof(uint64_t) + sizeof(uint32_t))));
  if (counts == NULL) return RECVEIL_E_NOMEM;
  uint32_t *items = HOST_CAST(uint32_t *, HOST_CAST(void *, counts + n));
  for (size_t i = 0; i < n; ++i) {
    counts[i] = n - i;
    items[i] = HOST_CAST(uint32_t, first + i);
  }
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.items = items;
  popularity.n_items = n;
  const recveil_status status = recveil_publish_popularity(engine, &popularity);
  free(counts);
  return status;
}

static inline recveil_engine_info host_info(recveil_engine *engine) {
  recveil_engine_info info = RECVEIL_ENGINE_INFO_INIT;
  CHECK_OK(recveil_engine_get_info(engine, &info));
  return info;
}

static inline recveil_decision host_route(recveil_engine *engine, recveil_user user,
                                          recveil_membership membership) {
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = user;
  request.membership = membership;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  CHECK_OK(recveil_route(engine, &request, &decision));
  return decision;
}

/* Places [offset, offset + k) for a decision; n_host is only used on the HOST path. Returns how
   many there are. */
static inline uint32_t host_serve(recveil_engine *engine, const recveil_decision *decision,
                                  uint32_t n_host, uint32_t offset, uint32_t k,
                                  uint32_t *positions) {
  recveil_page page = RECVEIL_PAGE_INIT;
  page.n_host = decision->path == RECVEIL_PATH_HOST ? n_host : 0;
  page.offset = offset;
  page.k = k;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  CHECK_OK(recveil_serve(engine, decision, &page, &slate));
  return slate.n_filled;
}

static inline int host_distinct_below(const uint32_t *positions, uint32_t n, uint64_t limit) {
  for (uint32_t i = 0; i < n; ++i) {
    if (positions[i] >= limit) return 0;
    for (uint32_t j = 0; j < i; ++j) {
      if (positions[i] == positions[j]) return 0;
    }
  }
  return 1;
}

#endif
