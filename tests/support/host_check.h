/*
 * Checks for tests of the C interface written as a host would write them: plain C11, no framework.
 * A failed check prints itself and the test goes on; host_result() is main's exit status.
 */
#ifndef RECVEIL_TESTS_HOST_CHECK_H
#define RECVEIL_TESTS_HOST_CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "recveil/base.h"

/* These headers are C that is also C++. */
#ifdef __cplusplus
#define HOST_CAST(type, value) static_cast<type>(value)
#else
#define HOST_CAST(type, value) ((type)(value))
#endif

static int host_failures;

static inline void host_fail(const char *file, int line, const char *what) {
  ++host_failures;
  fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
}

static inline int host_result(void) {
  if (host_failures > 0) fprintf(stderr, "%d checks failed\n", host_failures);
  return host_failures == 0 ? 0 : 1;
}

static inline void host_check_u64(const char *file, int line, const char *what, uint64_t wanted,
                                  uint64_t got) {
  if (wanted == got) return;
  host_fail(file, line, what);
  fprintf(stderr, "  wanted %" PRIu64 ", got %" PRIu64 "\n", wanted, got);
}

/* A failed call must leave a text of one line that holds `words`. */
static inline void host_check_status(const char *file, int line, const char *what,
                                     recveil_status wanted, const char *words, recveil_status got) {
  const char *text = recveil_last_error();
  if (wanted != got) {
    host_fail(file, line, what);
    fprintf(stderr, "  wanted %s, got %s; last error: %s\n", recveil_status_name(wanted),
            recveil_status_name(got), text);
  } else if (got != RECVEIL_OK && (text[0] == '\0' || strchr(text, '\n') != NULL ||
                                   strlen(text) > 511 || strstr(text, words) == NULL)) {
    host_fail(file, line, what);
    fprintf(stderr, "  wanted one line with \"%s\", got: %s\n", words, text);
  }
}

#define CHECK(condition) ((condition) ? (void)0 : host_fail(__FILE__, __LINE__, #condition))
#define CHECK_EQ(wanted, got)                                                          \
  host_check_u64(__FILE__, __LINE__, #wanted " == " #got, HOST_CAST(uint64_t, wanted), \
                 HOST_CAST(uint64_t, got))
#define CHECK_OK(call) host_check_status(__FILE__, __LINE__, #call, RECVEIL_OK, "", call)
#define CHECK_FAILS(status, words, call) \
  host_check_status(__FILE__, __LINE__, #call, status, words, call)

#endif
