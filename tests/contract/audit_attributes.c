/* recveil_audit_attributes: a report from a host's rows, and every wrong field refused with its
 * name. */
#include <math.h>

#include "recveil/recveil.h"
#include "support/host_check.h"
#include "support/host_text.h"

enum { ROWS = 240, COLUMNS = 4 };

static float before[ROWS * COLUMNS], after[ROWS * COLUMNS];
static int32_t classes[ROWS];
static const uint32_t n_classes[] = {2};
static const char *const names[] = {"gender"};
static host_text text;

/* Uniform rows; before, the class is the sign of the first column. */
static void make(void) {
  uint32_t seed = 7;
  for (int i = 0; i < ROWS * COLUMNS; ++i) {
    seed = seed * 1664525u + 1013904223u;
    after[i] = before[i] = (float)(seed >> 8) / 8388608.0f - 1;
  }
  for (int r = 0; r < ROWS; ++r) {
    classes[r] = r % 2;
    before[r * COLUMNS] = fabsf(before[r * COLUMNS]) * (classes[r] ? 1.0f : -1.0f);
  }
}

static recveil_audit_embeddings embeddings(void) {
  recveil_audit_embeddings out = RECVEIL_AUDIT_EMBEDDINGS_INIT;
  out.n_rows = ROWS;
  out.dimension = COLUMNS;
  out.before = before;
  out.after = after;
  out.n_attributes = 1;
  out.n_classes = n_classes;
  out.names = names;
  out.classes = classes;
  return out;
}

static recveil_status audit(const recveil_audit_embeddings *in) {
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.n_seeds = 1;
  text.size = 0;
  text.bytes[0] = '\0';
  const recveil_status status =
      recveil_audit_attributes(in, &options, host_text_write, &text, NULL);
  CHECK(status == RECVEIL_OK || text.size == 0);
  return status;
}

static void says(const char *words) {
  if (strstr(text.bytes, words) != NULL) return;
  host_fail(__FILE__, __LINE__, words);
}

static void refused(const recveil_audit_embeddings *in, recveil_status with, const char *words) {
  CHECK(audit(in) == with);
  if (strstr(recveil_last_error(), words) == NULL) {
    host_fail(__FILE__, __LINE__, recveil_last_error());
  }
}

static void a_report(void) {
  recveil_audit_embeddings in = embeddings();
  CHECK_OK(audit(&in));
  says("\"schema\":\"recveil.audit/1\",\"audit\":\"attribute\"");
  says("\"recommender\":\"host\",\"defense\":\"host\"");
  says("\"attackers_before\":[{\"attacker\":\"logistic\",\"protocol\":\"transfer\"");
  says("\"lists\":{\"covered\":false}");
  says("\"who_asked\":null,\"utility\":null");
  says("\"verdict\":\"");
  in.after = NULL;
  CHECK_OK(audit(&in));
  says("\"defense\":\"none\"");
  says("\"verdict\":\"leak\"");
}

/* The same numbers as in the report, typed. */
static void typed_scores(void) {
  const recveil_audit_embeddings in = embeddings();
  static recveil_attribute_score scores[RECVEIL_SCORES_PER_ATTRIBUTE];
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.n_seeds = 1;
  recveil_attribute_evidence evidence = RECVEIL_ATTRIBUTE_EVIDENCE_INIT;
  evidence.scores = scores;
  CHECK(recveil_audit_attributes(&in, &options, NULL, NULL, &evidence) == RECVEIL_E_BUFFER);
  evidence.capacity = RECVEIL_SCORES_PER_ATTRIBUTE;
  text.size = 0;
  CHECK_OK(recveil_audit_attributes(&in, &options, host_text_write, &text, &evidence));
  CHECK(evidence.verdict >= RECVEIL_VERDICT_LEAK &&
        evidence.verdict <= RECVEIL_VERDICT_INCONCLUSIVE);
  CHECK(evidence.n_requesters >= 50 && evidence.n_scores > 4);
  int adaptive = 0;
  for (size_t i = 0; i < evidence.n_scores; ++i) {
    const recveil_attribute_score *score = &scores[i];
    CHECK(score->attribute == 0 && score->source == RECVEIL_SOURCE_EMBEDDING);
    CHECK(score->auc_lo <= score->auc && score->auc <= score->auc_hi);
    CHECK(score->before > 0.6); /* the rows before tell the class */
    adaptive += score->protocol == RECVEIL_PROTOCOL_ADAPTIVE;
    char words[64];
    snprintf(words, sizeof words, "{\"attacker\":\"%s\"", score->attacker);
    says(words);
  }
  CHECK(adaptive > 0 && (size_t)adaptive < evidence.n_scores);
}

static void what_is_wrong_is_named(void) {
  recveil_audit_embeddings in = embeddings();
  in.dimension = 0;
  refused(&in, RECVEIL_E_ARGUMENT, "embeddings.dimension");
  in = embeddings();
  in.row_stride = COLUMNS - 1;
  refused(&in, RECVEIL_E_ARGUMENT, "embeddings.row_stride");
  in = embeddings();
  in.before = NULL;
  refused(&in, RECVEIL_E_ARGUMENT, "embeddings.before");
  in = embeddings();
  in.classes = NULL;
  refused(&in, RECVEIL_E_ARGUMENT, "embeddings.classes");
  in = embeddings();
  in.n_attributes = 17;
  refused(&in, RECVEIL_E_ARGUMENT, "embeddings.n_attributes");
  in = embeddings();
  in.margin = 0.6;
  refused(&in, RECVEIL_E_ARGUMENT, "embeddings.margin");
  in = embeddings();
  in.flags = 2;
  refused(&in, RECVEIL_E_UNSUPPORTED, "embeddings.flags");
  in = embeddings();
  static const int32_t one[ROWS] = {0};
  in.classes = one;
  refused(&in, RECVEIL_E_DATA, "gender");
  CHECK(recveil_audit_attributes(NULL, NULL, host_text_write, &text, NULL) == RECVEIL_E_ARGUMENT);
  in = embeddings();
  CHECK(recveil_audit_attributes(&in, NULL, NULL, NULL, NULL) == RECVEIL_E_ARGUMENT);
}

static int32_t stop(void *ctx, double fraction, const char *what) {
  (void)ctx;
  (void)what;
  return fraction > 0;
}

static void progress_cancels(void) {
  const recveil_audit_embeddings in = embeddings();
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.progress.fn = stop;
  text.size = 0;
  CHECK(recveil_audit_attributes(&in, &options, host_text_write, &text, NULL) ==
        RECVEIL_E_CANCELLED);
  CHECK(text.size == 0);
}

int main(void) {
  make();
  a_report();
  typed_scores();
  what_is_wrong_is_named();
  progress_cancels();
  return host_result();
}
