/* recveil_audit_lists: a report from a host's arrays, and every wrong array refused with its
 * name. */
#include <stdlib.h>

#include "recveil/recveil.h"
#include "support/host_check.h"
#include "support/host_text.h"

enum { USERS = 120, ITEMS = 256, LENGTH = 8 };

/* Everybody has a history of one of eight tastes. Members are shown the rest of their taste, the
   others are shown a fixed list: as plain a leak as there is. */
typedef struct {
  size_t offsets[USERS + 1];
  uint32_t histories[USERS * LENGTH], lists[USERS * LENGTH];
  uint8_t members[USERS];
} People;

static People target, shadow;
static host_text text;

static void make(People *people, uint32_t seed) {
  people->offsets[0] = 0;
  for (size_t u = 0; u < USERS; ++u) {
    seed = seed * 1664525u + 1013904223u;
    const uint32_t taste = seed >> 29;
    people->members[u] = u % 2 == 0;
    people->offsets[u + 1] = (u + 1) * LENGTH;
    for (uint32_t i = 0; i < LENGTH; ++i) {
      /* Items t, t + 8, ... are of taste t, four of them for each place; the last place of a
         history is of the next one. Members are shown what they did not take of their taste, the
         others the first item of every place. */
      const uint32_t taken = (seed >> (2 * i + 8)) % 4, shown = (taken + 1) % 4;
      people->histories[u * LENGTH + i] =
          ((4 * i + taken) * 8 + (i + 1 < LENGTH ? taste : taste + 1)) % ITEMS;
      people->lists[u * LENGTH + i] =
          people->members[u] ? ((4 * i + shown) * 8 + taste) % ITEMS : i * 32 + i % 2;
    }
  }
}

static recveil_audit_population population(const People *people) {
  recveil_audit_population out = RECVEIL_AUDIT_POPULATION_INIT;
  out.n_users = USERS;
  out.n_items = ITEMS;
  out.history_offsets = out.list_offsets = people->offsets;
  out.history_items = people->histories;
  out.list_items = people->lists;
  out.members = people->members;
  return out;
}

static recveil_status audit(const recveil_audit_population *of,
                            const recveil_audit_population *with,
                            const recveil_audit_options *options) {
  text.size = 0;
  text.bytes[0] = '\0';
  const recveil_status status = recveil_audit_lists(of, with, options, host_text_write, &text);
  CHECK(status == RECVEIL_OK || text.size == 0);
  return status;
}

static void says(const char *words) {
  if (strstr(text.bytes, words) != NULL) return;
  host_fail(__FILE__, __LINE__, words);
}

static recveil_audit_options quick(void) {
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.n_seeds = 1;
  options.n_threads = 2;
  return options;
}

static void a_report_with_and_without_a_shadow(void) {
  const recveil_audit_population of = population(&target), with = population(&shadow);
  const recveil_audit_options options = quick();
  CHECK_OK(audit(&of, &with, &options));
  says("\"schema\":\"recveil.audit/1\",\"audit\":\"lists\"");
  says("\"recommender\":\"host\",\"defense\":\"host\"");
  says("\"verdict\":\"leak\"");
  says("\"shadow\":\"given\",\"seeds\":1,");
  says("\"target_members\":60,\"target_non_members\":60");
  says("\"utility\":null");
  CHECK(strstr(text.bytes, "no shadow population") == NULL);
  CHECK_OK(audit(&of, NULL, &options));
  says("\"verdict\":\"leak\"");
  says("\"shadow\":\"halves\"");
  says("no shadow population");
  CHECK_OK(audit(&of, &with, NULL));
  says("\"seeds\":5,\"first_seed\":1,");
}

static void auxiliary_people_have_histories_alone(void) {
  const recveil_audit_population of = population(&target), with = population(&shadow);
  recveil_audit_population people = population(&shadow);
  recveil_audit_options options = quick();
  options.auxiliary = &people;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "auxiliary: has histories alone", audit(&of, &with, &options));
  people.list_offsets = NULL;
  people.list_items = NULL;
  people.members = NULL;
  CHECK_OK(audit(&of, &with, &options));
  says("\"auxiliary\":120");
  people.n_items = ITEMS + 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_items", audit(&of, &with, &options));
  people.n_items = ITEMS;
  people.struct_size = 8;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "auxiliary: struct_size", audit(&of, &with, &options));
}

static void wrong_arrays_are_named(void) {
  const recveil_audit_population good = population(&target);
  recveil_audit_population bad = good;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target: is NULL", audit(NULL, &good, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "write", recveil_audit_lists(&good, NULL, NULL, NULL, NULL));
  bad.flags = 1;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "target.flags", audit(&bad, NULL, NULL));
  bad = good;
  bad.history_offsets = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "shadow.history_offsets: is NULL", audit(&good, &bad, NULL));
  bad = good;
  bad.history_items = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.history_items: is NULL", audit(&bad, NULL, NULL));
  bad = good;
  bad.list_offsets = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.list_offsets: is NULL", audit(&bad, NULL, NULL));
  bad = good;
  bad.list_items = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.list_items: is NULL", audit(&bad, NULL, NULL));
  bad = good;
  bad.members = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.members: is NULL", audit(&bad, NULL, NULL));
  bad = good;
  bad.n_users = SIZE_MAX;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.history_offsets", audit(&bad, NULL, NULL));
  bad = good;
  bad.n_users = 99;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.members: 50 members and 49 others",
              audit(&bad, NULL, NULL));
  bad.n_users = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.n_users", audit(&bad, NULL, NULL));
  bad = good;
  bad.n_items = ITEMS - 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "shadow.history_items: user", audit(&good, &bad, NULL));
  bad.n_items = SIZE_MAX;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "target.n_items", audit(&bad, NULL, NULL));
  bad.n_items = ITEMS + 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_items: the populations", audit(&good, &bad, NULL));
}

static void wrong_options_are_named(void) {
  const recveil_audit_population of = population(&target);
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.n_seeds = 1001;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "seeds", audit(&of, NULL, &options));
  options.n_seeds = 1;
  options.first_seed = (1u << 30) + 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "first_seed", audit(&of, NULL, &options));
  /* They are of this call alone: recveil_audit_run has them in its request. */
  options.first_seed = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "seeds",
              recveil_audit_run("{}", 2, &options, host_text_write, &text));
}

static int32_t stop(void *ctx, double fraction, const char *what) {
  CHECK(fraction >= 0 && fraction <= 1 && what != NULL);
  return ++*(int *)ctx == 2;
}

static int32_t no_room(void *ctx, const char *bytes, size_t n) {
  (void)bytes;
  *(size_t *)ctx = n;
  return 7;
}

static void callbacks_stop_it(void) {
  const recveil_audit_population of = population(&target);
  recveil_audit_options options = quick();
  int calls = 0;
  options.progress.ctx = &calls;
  options.progress.fn = stop;
  options.n_threads = 1;
  CHECK_FAILS(RECVEIL_E_CANCELLED, "progress", audit(&of, NULL, &options));
  CHECK_EQ(2, calls);
  size_t size = 0;
  options.progress.fn = NULL;
  CHECK_FAILS(RECVEIL_E_HOST, "7", recveil_audit_lists(&of, NULL, &options, no_room, &size));
  CHECK(size > 1000);
}

int main(void) {
  make(&target, 1);
  make(&shadow, 2);
  a_report_with_and_without_a_shadow();
  auxiliary_people_have_histories_alone();
  wrong_arrays_are_named();
  wrong_options_are_named();
  callbacks_stop_it();
  return host_result();
}
