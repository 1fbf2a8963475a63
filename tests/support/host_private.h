/*
 * Private training for tests of the C interface: a crowd of people with two tastes, an engine with
 * a ledger in the working directory, and the two passes over the crowd.
 */
#ifndef RECVEIL_TESTS_HOST_PRIVATE_H
#define RECVEIL_TESTS_HOST_PRIVATE_H

#include "support/host_engine.h"

enum { CROWD_PEOPLE = 600, CROWD_ITEMS = 60, CROWD_CATALOGUE = 40, CROWD_MOST = 12 };

typedef struct host_crowd {
  size_t offsets[CROWD_PEOPLE + 1];
  uint32_t items[CROWD_PEOPLE * CROWD_MOST];
} host_crowd;

/* The first half of the items for people with an even number, the second for the others; some have
   nothing. */
static inline void host_make_crowd(host_crowd *out, uint32_t seed) {
  uint32_t state = seed;
  size_t n = 0;
  out->offsets[0] = 0;
  for (uint32_t u = 0; u < CROWD_PEOPLE; ++u) {
    uint32_t held[CROWD_ITEMS] = {0};
    const uint32_t wanted = u % 50 == 0 ? 0 : 4 + u % (CROWD_MOST - 4);
    for (uint32_t i = 0; i < wanted; ++i) {
      state = state * 1664525u + 1013904223u;
      const uint32_t item = (state >> 8) % (CROWD_ITEMS / 2) + u % 2 * (CROWD_ITEMS / 2);
      if (held[item]++ == 0) out->items[n++] = item;
    }
    out->offsets[u + 1] = n;
  }
}

typedef struct host_stats {
  void *bytes;
  size_t size;
} host_stats;

static inline host_stats host_empty_stats(const uint32_t *catalogue, uint32_t n) {
  recveil_private_shape shape = RECVEIL_PRIVATE_SHAPE_INIT;
  shape.n_items = CROWD_ITEMS;
  shape.n_catalogue = n;
  shape.catalogue = catalogue;
  host_stats out = {NULL, 0};
  CHECK_OK(recveil_private_stats_size(&shape, &out.size));
  out.bytes = malloc(out.size);
  CHECK_OK(recveil_private_stats_init(&shape, out.bytes, out.size));
  return out;
}

static inline void host_add_people(host_stats stats, const host_crowd *crowd, size_t first,
                                   size_t n) {
  CHECK_OK(
      recveil_private_stats_add(stats.bytes, stats.size, crowd->offsets + first, crowd->items, n));
}

static inline host_stats host_count_crowd(const host_crowd *crowd) {
  const host_stats out = host_empty_stats(NULL, 0);
  host_add_people(out, crowd, 0, CROWD_PEOPLE);
  return out;
}

#define HOST_PRIVATE_YAML                                   \
  "serving: {mode: private, list_length: 10, ratio: 0.5}\n" \
  "keys: {file: key}\n"                                     \
  "private: {ledger: ledger, mu: 8, releases: 4, people: 500, catalogue: 40}\n"

static inline void host_private_folder(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
}

/* Both passes of one release. The caller frees the statistics. */
typedef struct host_release {
  host_stats counts, gram;
  uint32_t catalogue[CROWD_CATALOGUE];
} host_release;

static inline host_release host_collect(recveil_engine *engine, uint64_t release,
                                        const host_crowd *crowd) {
  host_release out;
  memset(&out, 0, sizeof out);
  out.counts = host_count_crowd(crowd);
  size_t n = 0;
  CHECK_OK(recveil_private_catalogue(engine, release, out.counts.bytes, out.counts.size, NULL,
                                     out.catalogue, CROWD_CATALOGUE, &n));
  CHECK_EQ(CROWD_CATALOGUE, n);
  out.gram = host_empty_stats(out.catalogue, CROWD_CATALOGUE);
  host_add_people(out.gram, crowd, 0, CROWD_PEOPLE);
  return out;
}

static inline void host_free_release(host_release *release) {
  free(release->counts.bytes);
  free(release->gram.bytes);
}

static inline recveil_status host_train(recveil_engine *engine, uint64_t number,
                                        recveil_fold_kind kind, const host_release *release,
                                        recveil_private_model **out) {
  recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
  training.release = number;
  training.kind = kind;
  return recveil_private_train(engine, &training, release->counts.bytes, release->counts.size,
                               release->gram.bytes, release->gram.size, out);
}

static inline recveil_private_model_info host_model_info(const recveil_private_model *model) {
  recveil_private_model_info info = RECVEIL_PRIVATE_MODEL_INFO_INIT;
  CHECK_OK(recveil_private_model_get_info(model, &info));
  return info;
}

static inline recveil_private_budget host_budget(recveil_engine *engine) {
  recveil_private_budget budget = RECVEIL_PRIVATE_BUDGET_INIT;
  CHECK_OK(recveil_private_get_budget(engine, &budget));
  return budget;
}

#endif
