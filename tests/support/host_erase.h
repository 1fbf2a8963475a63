/*
 * Rows with an attribute in them, and maps that take it out, for tests of the C interface.
 */
#ifndef RECVEIL_TESTS_HOST_ERASE_H
#define RECVEIL_TESTS_HOST_ERASE_H

#include "recveil/erase_stats.h"
#include "recveil/standing.h"
#include "support/host_engine.h"

/* A buffer that grows, and a recveil_write_fn that fills it. */
typedef struct host_bytes {
  char *data;
  size_t n, calls;
  int32_t answer; /* what the callback returns */
} host_bytes;

static inline int32_t host_collect(void *ctx, const char *bytes, size_t n) {
  host_bytes *out = HOST_CAST(host_bytes *, ctx);
  ++out->calls;
  if (out->answer != 0) return out->answer;
  char *grown = HOST_CAST(char *, realloc(out->data, out->n + n));
  if (grown == NULL) return 1;
  memcpy(grown + out->n, bytes, n);
  out->data = grown;
  out->n += n;
  return 0;
}

static inline float host_noise(uint32_t *state) {
  float sum = 0; /* of twelve uniform numbers: nearly normal, the same everywhere */
  for (int i = 0; i < 12; ++i) {
    *state = *state * 1664525u + 1013904223u;
    sum += HOST_CAST(float, *state >> 8) / 16777216.0f;
  }
  return sum - 6;
}

/* n rows of `cols`, of classes 0 and 1 by turns; class 1 is moved and stretched. */
static inline void host_make_rows(float *rows, int32_t *classes, size_t n, size_t cols,
                                  uint32_t seed) {
  for (size_t r = 0; r < n; ++r) {
    classes[r] = HOST_CAST(int32_t, r % 2);
    for (size_t c = 0; c < cols; ++c) {
      const float x = host_noise(&seed);
      rows[r * cols + c] = classes[r] == 0 ? x : 1.0f + x * (c % 2 == 0 ? 2.0f : 0.5f);
    }
  }
}

static inline recveil_matrix host_matrix(float *rows, size_t n, size_t cols) {
  recveil_matrix out = RECVEIL_MATRIX_INIT;
  out.data = rows;
  out.n_rows = n;
  out.n_cols = cols;
  return out;
}

static inline recveil_erase_options host_erase_options(recveil_erase_method method) {
  static const uint32_t two[] = {2};
  recveil_erase_options out = RECVEIL_ERASE_OPTIONS_INIT;
  out.method = method;
  out.n_classes = two;
  return out;
}

/* A map of these rows, or the end of the test. */
static inline recveil_erase_map *host_fit(recveil_erase_method method, const recveil_matrix *rows,
                                          const int32_t *classes) {
  const recveil_erase_options options = host_erase_options(method);
  recveil_erase_map *map = NULL;
  if (recveil_erase_fit(&options, rows, classes, &map) != RECVEIL_OK) {
    fprintf(stderr, "cannot fit a map: %s\n", recveil_last_error());
    exit(1);
  }
  return map;
}

#endif
