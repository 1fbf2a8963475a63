/* recveil_metrics_set_audit: what a scrape shows of the audits the host ran. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "recveil/metrics.h"
#include "support/host_engine.h"
#include "support/host_text.h"

static host_text text;
static recveil_engine *engine;

static uint64_t noon(void *ctx) {
  (void)ctx;
  return 1700000000;
}

static void open_engine(void) {
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.now = noon;
  engine =
      host_open_with(&options, "serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
}

static recveil_audit_result leak(void) {
  recveil_audit_result result = RECVEIL_AUDIT_RESULT_INIT;
  result.attack = RECVEIL_ATTACK_MEMBERSHIP;
  result.adversary = RECVEIL_ADVERSARY_ADAPTIVE;
  result.verdict = RECVEIL_VERDICT_LEAK;
  result.defended = 1;
  result.positive_control = 1;
  result.n_members = 300;
  result.n_non_members = 200;
  result.auc = 0.75;
  result.auc_lo = 0.625;
  result.auc_hi = 0.875;
  return result;
}

static double value(const char *name, const char *label, const char *label2) {
  CHECK_OK(host_scrape(engine, &text));
  return host_metric(&text, name, label, label2);
}

static void there_is_nothing_before_an_audit(void) {
  open_engine();
  CHECK_OK(host_scrape(engine, &text));
  CHECK(strstr(text.bytes, "recveil_audit_membership_auc") == NULL);
  CHECK(strstr(text.bytes, "recveil_audit_verdict") == NULL);
  CHECK(strstr(text.bytes, "recveil_utility_ndcg_ratio") == NULL);
  CHECK(value("recveil_audit_runs_total", "attack=\"membership\"", "verdict=\"leak\"") == 0);
  recveil_engine_close(engine);
}

static void attribute_inference_shows_its_balanced_accuracy(void) {
  open_engine();
  recveil_audit_result result = leak();
  result.attack = RECVEIL_ATTACK_ATTRIBUTE;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  const char *on = "defense=\"on\"";
  CHECK(value("recveil_audit_attribute_balanced_accuracy_ratio", on, "") == -1); /* not known */
  result.balanced_accuracy = 0.75;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  CHECK(value("recveil_audit_attribute_balanced_accuracy_ratio", on, "") == 0.75);
  recveil_engine_close(engine);
}

static void screening_shows_what_it_found_of_what_was_planted(void) {
  open_engine();
  recveil_audit_result result = leak();
  result.attack = RECVEIL_ATTACK_SCREENING;
  result.auc = result.auc_lo = result.auc_hi = -1;
  result.precision = 0.75;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  const char *on = "defense=\"on\"";
  CHECK(value("recveil_audit_screening_precision_ratio", on, "") == 0.75);
  CHECK(value("recveil_audit_screening_recall_ratio", on, "") == -1); /* not known */
  result.recall = 0.25;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  CHECK(value("recveil_audit_screening_recall_ratio", on, "") == 0.25);
  CHECK(value("recveil_audit_membership_auc", "", "") == -1);
  recveil_engine_close(engine);
}

static void a_result_is_shown(void) {
  open_engine();
  recveil_audit_result result = leak();
  result.blind_auc = 0.5625;
  result.tpr_01 = 0.25;
  result.tpr_01_hi = 0.5;
  result.tpr_01_lo = nan("");
  result.ndcg10_members = 0.375;
  result.ndcg10_non_members = 0.125;
  result.limit = 0.6;
  result.seconds = 12.5;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  const char *on = "defense=\"on\"", *adaptive = "adversary=\"adaptive\"";
  CHECK(value("recveil_audit_membership_auc", on, adaptive) == 0.75);
  CHECK(value("recveil_audit_membership_auc_lower_bound", on, adaptive) == 0.625);
  CHECK(value("recveil_audit_membership_auc_upper_bound", on, adaptive) == 0.875);
  CHECK(value("recveil_audit_membership_blind_auc", on, adaptive) == 0.5625);
  CHECK(value("recveil_audit_membership_tpr_ratio", on, "fpr=\"0.01\"") == 0.25);
  CHECK(value("recveil_audit_membership_tpr_ratio_upper_bound", on, adaptive) == 0.5);
  CHECK(value("recveil_audit_membership_tpr_ratio_lower_bound", on, adaptive) ==
        -1); /* not known */
  CHECK(value("recveil_audit_verdict", "\"leak\"", adaptive) == 1);
  CHECK(value("recveil_audit_verdict", "\"no_leak_found\"", adaptive) == 0);
  CHECK(value("recveil_audit_verdict", "\"inconclusive\"", adaptive) == 0);
  const char *membership = "attack=\"membership\"";
  CHECK(value("recveil_audit_control_passed", membership, "\"positive\"") == 1);
  CHECK(value("recveil_audit_control_passed", membership, "\"negative\"") == 0);
  CHECK(value("recveil_audit_runs_total", membership, "\"leak\"") == 1);
  CHECK(value("recveil_audit_last_success_timestamp_seconds", membership, "") == 1700000000);
  CHECK(value("recveil_audit_samples", membership, "") == 500);
  CHECK(value("recveil_audit_duration_seconds", membership, "") == 12.5);
  CHECK(value("recveil_audit_limit", "attack=\"membership\"", "") == 0.6);
  CHECK(value("recveil_utility_ndcg_ratio", on, "\"member\"") == 0.375);
  CHECK(value("recveil_utility_ndcg_ratio", on, "\"nonmember\"") == 0.125);
  CHECK(value("recveil_audit_attribute_auc", "", "") == -1);
  recveil_engine_close(engine);
}

/* Of each attack, defence and adversary the newest; and what is told by attack alone comes from the
   one that finished last. */
static void the_newest_is_shown(void) {
  open_engine();
  recveil_audit_result result = leak();
  result.finished_at = 2000;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  result.auc = 0.65;
  result.verdict = RECVEIL_VERDICT_NO_LEAK_FOUND;
  result.finished_at = 5000;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  result.defended = 0;
  result.auc = 0.85;
  result.n_members = 1000;
  result.finished_at = 4000;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  result.attack = RECVEIL_ATTACK_ATTRIBUTE;
  result.adversary = RECVEIL_ADVERSARY_SYBIL;
  result.auc = 0.7;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  CHECK(value("recveil_audit_membership_auc", "defense=\"on\"", "") == 0.65);
  CHECK(value("recveil_audit_membership_auc", "defense=\"off\"", "") == 0.85);
  CHECK(value("recveil_audit_attribute_auc", "defense=\"off\"", "\"sybil\"") == 0.7);
  CHECK(value("recveil_audit_verdict", "defense=\"on\"", "\"leak\"") == 0);
  CHECK(value("recveil_audit_verdict", "defense=\"on\"", "\"no_leak_found\"") == 1);
  CHECK(value("recveil_audit_runs_total", "\"membership\"", "\"leak\"") == 1);
  CHECK(value("recveil_audit_runs_total", "\"membership\"", "\"no_leak_found\"") == 2);
  CHECK(value("recveil_audit_last_success_timestamp_seconds", "\"membership\"", "") == 5000);
  CHECK(value("recveil_audit_samples", "\"membership\"", "") == 500);
  recveil_engine_close(engine);
}

static void small_cohorts_and_unfinished_audits_are_only_counted(void) {
  open_engine();
  recveil_audit_result result = leak();
  for (int side = 0; side < 2; ++side) {
    result.n_members = side == 0 ? 19 : 20;
    result.n_non_members = side == 0 ? 20 : 19;
    CHECK_OK(recveil_metrics_set_audit(engine, &result));
  }
  result = leak();
  result.verdict = RECVEIL_VERDICT_ERROR;
  result.n_members = result.n_non_members = 0;
  result.auc = -1;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  CHECK(value("recveil_audit_suppressed_total", "\"membership\"", "") == 2);
  CHECK(value("recveil_audit_runs_total", "\"membership\"", "\"error\"") == 1);
  CHECK(value("recveil_audit_runs_total", "\"membership\"", "\"leak\"") == 0);
  CHECK(strstr(text.bytes, "recveil_audit_membership_auc") == NULL);
  CHECK(strstr(text.bytes, "recveil_audit_last_success") == NULL);
  result = leak();
  result.n_members = result.n_non_members = 20;
  CHECK_OK(recveil_metrics_set_audit(engine, &result));
  CHECK(value("recveil_audit_membership_auc", "", "") == 0.75);
  recveil_engine_close(engine);
}

/* A worker audits; its siblings and its parent show it. */
static void every_process_shows_it(void) {
  open_engine();
  fflush(NULL);
  for (int worker = 0; worker < 2; ++worker) {
    const pid_t child = fork();
    if (child == 0) {
      host_failures = 0;
      const recveil_audit_result result = leak();
      if (worker == 0) CHECK_OK(recveil_metrics_set_audit(engine, &result));
      CHECK(value("recveil_audit_membership_auc", "", "") == 0.75);
      _exit(host_result());
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
  }
  CHECK(value("recveil_audit_membership_auc", "", "") == 0.75);
  CHECK(value("recveil_audit_runs_total", "\"membership\"", "\"leak\"") == 1);
  recveil_engine_close(engine);
}

#define REFUSED(word, change)                               \
  do {                                                      \
    recveil_audit_result wrong = leak();                    \
    change;                                                 \
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "audit_result" word,    \
                recveil_metrics_set_audit(engine, &wrong)); \
  } while (0)

static void wrong_results_are_refused(void) {
  open_engine();
  REFUSED(": struct_size", wrong.struct_size = 8);
  REFUSED(".attack", wrong.attack = 0);
  REFUSED(".attack", wrong.attack = 5);
  REFUSED(".adversary", wrong.adversary = 0);
  REFUSED(".adversary", wrong.adversary = 5);
  REFUSED(".verdict", wrong.verdict = 0);
  REFUSED(".verdict", wrong.verdict = 5);
  REFUSED(".defended", wrong.defended = 2);
  REFUSED(".positive_control", wrong.positive_control = 2);
  REFUSED(".negative_control", wrong.negative_control = 2);
  REFUSED(".auc", wrong.auc = 1.5);
  REFUSED(".auc", wrong.auc = 0.5);    /* below its interval */
  REFUSED(".auc", wrong.auc_hi = 0.7); /* above its interval */
  REFUSED(".auc", wrong.auc_lo = nan(""));
  REFUSED(".blind_auc", wrong.blind_auc = INFINITY);
  REFUSED(".tpr_01", (wrong.tpr_01 = 0.2, wrong.tpr_01_lo = 0.3));
  REFUSED(".limit", wrong.limit = 0.49);
  REFUSED(".limit", wrong.limit = nan(""));
  REFUSED(".ndcg10_members", wrong.ndcg10_members = 2);
  REFUSED(".ndcg10_non_members", wrong.ndcg10_non_members = 2);
  REFUSED(".seconds", wrong.seconds = -1);
  REFUSED(".seconds", wrong.seconds = INFINITY);
  REFUSED(".precision", wrong.precision = 1.5);
  REFUSED(".recall", wrong.recall = INFINITY);
  REFUSED(".balanced_accuracy", wrong.balanced_accuracy = 1.5);
  recveil_audit_result result = leak();
  result.flags = 1;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", recveil_metrics_set_audit(engine, &result));
  result = leak();
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_metrics_set_audit(NULL, &result));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "audit_result", recveil_metrics_set_audit(engine, NULL));
  CHECK_OK(host_scrape(engine, &text));
  CHECK(strstr(text.bytes, "recveil_audit_membership_auc") == NULL);
  CHECK(value("recveil_audit_runs_total", "\"membership\"", "\"leak\"") == 0);
  CHECK(value("recveil_api_errors_total", "RECVEIL_E_ARGUMENT", "") == 26);
  recveil_engine_close(engine);
}

static atomic_int stop;
static void *serve(void *ctx) {
  (void)ctx;
  uint32_t positions[10];
  for (recveil_user user = 0; !stop; ++user) {
    const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_NONMEMBER);
    CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 10, positions));
  }
  return NULL;
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* With a result of every kind, and two threads serving. The bound on the time is loose, for slow
   machines: here a scrape takes well below 1 ms. */
static void a_full_scrape_is_small_and_fast(void) {
  open_engine();
  CHECK_OK(host_publish_items(engine, 40, 0));
  for (int kind = 0; kind < 4 * 2 * 3; ++kind) {
    recveil_audit_result result = leak();
    result.attack = (recveil_attack)(1 + kind / 6);
    result.defended = (uint32_t)(kind / 3 % 2);
    result.adversary = (recveil_adversary)(1 + kind % 3);
    result.blind_auc = result.tpr_01 = result.tpr_01_lo = result.tpr_01_hi = 0.5;
    result.ndcg10_members = result.ndcg10_non_members = 0.5;
    CHECK_OK(recveil_metrics_set_audit(engine, &result));
  }
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, serve, NULL) == 0);
  enum { kScrapes = 101 };
  double seconds[kScrapes];
  for (int i = 0; i < kScrapes; ++i) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    CHECK_OK(host_scrape(engine, &text));
    clock_gettime(CLOCK_MONOTONIC, &to);
    seconds[i] = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
  }
  stop = 1;
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  qsort(seconds, kScrapes, sizeof *seconds, by_value);
  size_t series = 0;
  for (const char *line = text.bytes; *line != '\0'; line = strchr(line, '\n') + 1) {
    series += *line != '#';
  }
  printf("%zu series, %zu bytes; a scrape takes %.3f ms (median of %d), at most %.3f ms\n", series,
         text.size, 1e3 * seconds[kScrapes / 2], kScrapes, 1e3 * seconds[kScrapes - 1]);
  CHECK(series < 300);
  CHECK(seconds[kScrapes / 2] < 0.010);
  recveil_engine_close(engine);
}

int main(void) {
  there_is_nothing_before_an_audit();
  attribute_inference_shows_its_balanced_accuracy();
  screening_shows_what_it_found_of_what_was_planted();
  a_result_is_shown();
  the_newest_is_shown();
  small_cohorts_and_unfinished_audits_are_only_counted();
  every_process_shows_it();
  wrong_results_are_refused();
  a_full_scrape_is_small_and_fast();
  return host_result();
}
