/* metrics.h: the text is what Prometheus reads, counts what was served, and names nobody. */
#include "recveil/metrics.h"

#include "support/host_engine.h"
#include "support/host_text.h"

static host_text text;

static recveil_engine *open_engine(const char *more) {
  char yaml[HOST_TEXT];
  snprintf(yaml, sizeof yaml, "serving: {list_length: 10, ratio: 0.5%s}\nkeys: {ephemeral: true}",
           more);
  recveil_engine *engine = host_open(yaml);
  CHECK_OK(host_publish_items(engine, 40, 987654321));
  return engine;
}

static double requests(const char *population, const char *outcome) {
  char one[64], two[64];
  snprintf(one, sizeof one, "population=\"%s\"", population);
  snprintf(two, sizeof two, "outcome=\"%s\"", outcome);
  return host_metric(&text, "recveil_serving_requests_total", one, two);
}

/* Lines are comments, or NAME[{labels}] VALUE with a # TYPE line for the name before them. */
static void text_is_well_formed(void) {
  recveil_engine *engine = open_engine("");
  CHECK_OK(host_scrape(engine, &text));
  CHECK(text.size > 0 && text.bytes[text.size - 1] == '\n');
  char family[256] = "";
  size_t samples = 0;
  for (char *line = text.bytes; *line != '\0';) {
    char *end = strchr(line, '\n');
    *end = '\0';
    if (strncmp(line, "# TYPE ", 7) == 0) {
      CHECK(sscanf(line, "# TYPE %255s", family) == 1);
      CHECK(strncmp(family, "recveil_", 8) == 0);
    } else if (strncmp(line, "# HELP ", 7) != 0) {
      CHECK(family[0] != '\0' && strncmp(line, family, strlen(family)) == 0);
      const char *value = strrchr(line, ' ');
      char *rest = NULL;
      CHECK(value != NULL);
      if (value != NULL) (void)strtod(value + 1, &rest);
      CHECK(rest != NULL && rest != value + 1 && *rest == '\0');
      ++samples;
    }
    *end = '\n';
    line = end + 1;
  }
  CHECK(samples > 20);
  recveil_engine_close(engine);
}

static void requests_and_items_are_counted(void) {
  recveil_engine *engine = open_engine("");
  CHECK_OK(host_scrape(engine, &text));
  CHECK(requests("member", "passthrough") == 0); /* there before the first request */
  CHECK(requests("nonmember", "randomized") == 0);
  uint32_t positions[16];
  for (recveil_user user = 0; user < 30; ++user) {
    const recveil_decision decision = host_route(
        engine, user, user < 12 ? RECVEIL_MEMBERSHIP_MEMBER : RECVEIL_MEMBERSHIP_NONMEMBER);
    host_serve(engine, &decision, 5, 0, 4, positions);
  }
  CHECK_OK(host_scrape(engine, &text));
  CHECK(requests("member", "passthrough") == 12);
  CHECK(requests("nonmember", "randomized") == 18);
  CHECK(host_metric(&text, "recveil_serving_items_total", "origin=\"host\"", "") == 48);
  CHECK(host_metric(&text, "recveil_serving_items_total", "origin=\"pool\"", "") == 72);
  recveil_engine_close(engine);
}

static void failures_and_dry_runs_are_counted(void) {
  recveil_engine *engine = open_engine(", on_error: closed");
  (void)host_route(engine, 1, RECVEIL_MEMBERSHIP_ASK); /* no members yet */
  CHECK_OK(host_scrape(engine, &text));
  CHECK(requests("nonmember", "failsafe") == 1);
  recveil_engine_close(engine);

  engine = open_engine(", dry_run: true");
  CHECK_EQ(RECVEIL_PATH_HOST, host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER).path);
  CHECK_OK(host_scrape(engine, &text));
  CHECK(requests("nonmember", "randomized") == 1); /* what would have been done */
  CHECK(requests("member", "passthrough") == 0);
  recveil_engine_close(engine);
}

static void batches_count_like_single_calls(void) {
  recveil_engine *engine = open_engine("");
  const recveil_user users[] = {1, 2, 3};
  const recveil_membership membership[] = {RECVEIL_MEMBERSHIP_MEMBER, RECVEIL_MEMBERSHIP_NONMEMBER,
                                           RECVEIL_MEMBERSHIP_NONMEMBER};
  const uint32_t n_host[] = {9, 0, 0};
  recveil_path paths[3];
  uint32_t counts[3], positions[3 * 4];
  recveil_batch batch;
  memset(&batch, 0, sizeof batch);
  batch.struct_size = sizeof batch;
  batch.n_users = 3;
  batch.users = users;
  batch.membership = membership;
  batch.n_host = n_host;
  batch.k = 4;
  batch.paths = paths;
  batch.n_filled = counts;
  batch.positions = positions;
  CHECK_OK(recveil_route_batch(engine, &batch));
  CHECK_OK(recveil_serve_batch(engine, &batch));
  CHECK_OK(host_scrape(engine, &text));
  CHECK(requests("member", "passthrough") == 1);
  CHECK(requests("nonmember", "randomized") == 2);
  CHECK(host_metric(&text, "recveil_serving_items_total", "origin=\"host\"", "") == 4);
  CHECK(host_metric(&text, "recveil_serving_items_total", "origin=\"pool\"", "") == 8);
  recveil_engine_close(engine);
}

static void nobody_is_named(void) {
  recveil_engine *engine = open_engine("");
  const recveil_user user = 123456789012345;
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, &user, 1));
  uint32_t positions[16];
  const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_NONMEMBER);
  host_serve(engine, &decision, 0, 0, 10, positions);
  CHECK_OK(host_scrape(engine, &text));
  CHECK(strstr(text.bytes, "12345678") == NULL);
  CHECK(strstr(text.bytes, "98765432") == NULL);
  recveil_engine_close(engine);
}

static int32_t fail_at_once(void *ctx, const char *bytes, size_t n) {
  (void)bytes;
  (void)n;
  ++*(int *)ctx;
  return -5;
}

static void wrong_calls_are_refused(void) {
  recveil_engine *engine = open_engine("");
  int calls = 0;
  CHECK_FAILS(RECVEIL_E_HOST, "write", recveil_metrics_write(engine, fail_at_once, &calls));
  CHECK_EQ(1, calls); /* not called again after it failed */
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "write", recveil_metrics_write(engine, NULL, &calls));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_metrics_write(NULL, fail_at_once, &calls));
  CHECK_EQ(1, calls);
  recveil_engine_close(engine);
}

int main(void) {
  text_is_well_formed();
  requests_and_items_are_counted();
  failures_and_dry_runs_are_counted();
  batches_count_like_single_calls();
  nobody_is_named();
  wrong_calls_are_refused();
  return host_result();
}
