/* Collects what the library writes through recveil_write_fn, and reads single metrics out of it. */
#ifndef RECVEIL_TESTS_HOST_TEXT_H
#define RECVEIL_TESTS_HOST_TEXT_H

#include <stdlib.h>
#include <string.h>

#include "recveil/metrics.h"
#include "support/host_check.h"

typedef struct host_text {
  size_t size;
  char bytes[1 << 18]; /* a scrape is about 10 KiB, a report 70 */
} host_text;

static inline int32_t host_text_write(void *ctx, const char *bytes, size_t n) {
  host_text *text = HOST_CAST(host_text *, ctx);
  if (text->size + n >= sizeof text->bytes) return 1;
  memcpy(text->bytes + text->size, bytes, n);
  text->size += n;
  text->bytes[text->size] = '\0';
  return 0;
}

static inline recveil_status host_scrape(recveil_engine *engine, host_text *text) {
  text->size = 0;
  text->bytes[0] = '\0';
  return recveil_metrics_write(engine, host_text_write, text);
}

/* The value of the sample whose line starts with `name` and holds both label texts (any order),
   such as ("x_total", "origin=\"pool\"", ""); -1 if there is none. */
static inline double host_metric(const host_text *text, const char *name, const char *label,
                                 const char *label2) {
  const size_t length = strlen(name);
  for (const char *line = text->bytes; *line != '\0';) {
    const char *end = strchr(line, '\n');
    if (end == NULL) return -1;
    char copy[512];
    const size_t whole = HOST_CAST(size_t, end - line);
    const size_t n = whole < sizeof copy ? whole : sizeof copy - 1;
    memcpy(copy, line, n);
    copy[n] = '\0';
    line = end + 1;
    if (strncmp(copy, name, length) != 0 || (copy[length] != '{' && copy[length] != ' ')) continue;
    if (strstr(copy, label) == NULL || strstr(copy, label2) == NULL) continue;
    return strtod(strrchr(copy, ' ') + 1, NULL);
  }
  return -1;
}

#endif
