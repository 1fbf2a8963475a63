/*
 * What a small host of the forget loop needs: an engine with a journal in a new folder, a table of
 * rows whose class shows in their columns, a map, and requests.
 */
#ifndef RECVEIL_TESTS_HOST_FORGET_H
#define RECVEIL_TESTS_HOST_FORGET_H

#include <math.h>
#include <sys/stat.h>

#include "support/host_engine.h"
#include "support/host_text.h"

enum { kRows = 240, kD = 4, kCols = kD + 1 };
static const char *const kForgetYaml =
    "serving: {list_length: 4, ratio: 0.5}\nkeys: {file: key}\nstate_dir: state\n"
    "forget: {journal: forget.db}";
static const char *const kGender[] = {"gender"};

typedef struct host_table {
  float data[kRows * kCols]; /* the last column is a bias */
  int32_t classes[kRows];
  recveil_subject subjects[kRows];
  recveil_matrix matrix;
  recveil_forget_table table;
} host_table;

/* A new folder with a key, and an engine on it. */
static inline recveil_engine *host_forget_engine(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  CHECK(mkdir("state", 0700) == 0);
  return host_open(kForgetYaml);
}

static inline recveil_forget *host_forget_open(recveil_engine *engine) {
  recveil_forget *forget = NULL;
  if (recveil_forget_open(engine, NULL, &forget) != RECVEIL_OK) {
    fprintf(stderr, "cannot open a journal: %s\n", recveil_last_error());
    exit(1);
  }
  return forget;
}

static inline recveil_subject host_subject(recveil_engine *engine, uint32_t row) {
  char id[32];
  snprintf(id, sizeof id, "planted-id-%" PRIu32, row);
  recveil_subject subject;
  const size_t offsets[] = {0, strlen(id)};
  CHECK_OK(recveil_subjects_from_bytes(engine, id, offsets, 1, &subject));
  return subject;
}

static inline uint64_t host_mix(uint64_t x) { /* SplitMix64 */
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}
static inline float host_normal(uint64_t seed) { /* nearly */
  float sum = 0;
  for (uint64_t i = 0; i < 4; ++i) {
    sum += (float)(host_mix(seed * 4 + i) >> 40) / (float)(1 << 24) - 0.5F;
  }
  return sum;
}

/* Rows of a model version, as a trainer would leave them. */
static inline void host_train(host_table *t, uint64_t version) {
  for (uint32_t r = 0; r < kRows; ++r) {
    t->classes[r] = (int32_t)(r % 2);
    for (uint32_t c = 0; c < kCols; ++c) {
      t->data[r * kCols + c] =
          host_normal(version * 1000003 + r * kCols + c) + (c == 0 ? (float)(r % 2) : 0.25F);
    }
  }
  t->table.model_version = version;
}

static inline void host_table_init(host_table *t, recveil_engine *engine, uint64_t version) {
  const recveil_matrix matrix = RECVEIL_MATRIX_INIT;
  const recveil_forget_table table = RECVEIL_FORGET_TABLE_INIT;
  t->matrix = matrix;
  t->table = table;
  host_train(t, version);
  for (uint32_t r = 0; r < kRows; ++r) t->subjects[r] = host_subject(engine, r);
  t->matrix.data = t->data;
  t->matrix.n_rows = kRows;
  t->matrix.n_cols = kCols;
  t->matrix.frozen_tail_cols = 1;
  t->table.name = "users";
  t->table.rows = &t->matrix;
  t->table.subjects = t->subjects;
  t->table.n_attributes = 1;
  t->table.attributes = kGender;
}

/* A map of the whole table as it is. */
static inline recveil_erase_map *host_fit(const host_table *t, recveil_erase_method method) {
  static const uint32_t two[] = {2};
  recveil_erase_options options = RECVEIL_ERASE_OPTIONS_INIT;
  options.method = method;
  options.n_classes = two;
  options.names = kGender;
  recveil_erase_map *map = NULL;
  CHECK_OK(recveil_erase_fit(&options, &t->matrix, t->classes, &map));
  return map;
}

static inline recveil_forget_id host_id(uint32_t number) {
  recveil_forget_id id = {{0}};
  id.bytes[0] = 0xAA;
  id.bytes[6] = 0x40;
  memcpy(id.bytes + 12, &number, sizeof number);
  return id;
}

/* Request `number` of the person of a row: user 1000 + row. */
static inline recveil_status host_submit_as(recveil_forget *forget, uint32_t number, uint32_t row,
                                            recveil_engine *engine, recveil_forget_kind kind,
                                            recveil_label_policy labels,
                                            recveil_forget_accepted *result) {
  const recveil_subject subject = host_subject(engine, row);
  const recveil_user user = 1000 + row;
  recveil_forget_request request = RECVEIL_FORGET_REQUEST_INIT;
  request.id = host_id(number);
  request.kind = kind;
  request.label_policy = labels;
  request.regulation = RECVEIL_REGULATION_GDPR;
  const int named = kind == RECVEIL_FORGET_ATTRIBUTE || kind == RECVEIL_FORGET_RECTIFY;
  request.n_attributes = named ? 1 : 0;
  request.attributes = named ? kGender : NULL;
  request.subjects = &subject;
  request.n_subjects = 1;
  request.users = &user;
  request.n_users = 1;
  const recveil_forget_request *const all[] = {&request};
  return recveil_forget_submit(forget, all, 1, result);
}
static inline void host_submit(recveil_forget *forget, uint32_t number, uint32_t row,
                               recveil_engine *engine) {
  recveil_forget_accepted result = 0;
  CHECK_OK(host_submit_as(forget, number, row, engine, RECVEIL_FORGET_ATTRIBUTE,
                          RECVEIL_LABELS_HOST, &result));
  CHECK_EQ(RECVEIL_FORGET_ACCEPTED, result);
}

static inline recveil_forget_state host_state(recveil_forget *forget, uint32_t number) {
  recveil_forget_info info = RECVEIL_FORGET_INFO_INIT;
  CHECK_OK(recveil_forget_status(forget, host_id(number), &info));
  return info.state;
}

/* Applies all of a table with its classes. */
static inline recveil_forget_applied host_apply(recveil_forget *forget, host_table *t,
                                                const recveil_erase_map *map) {
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  CHECK_OK(recveil_forget_apply(forget, &t->table, NULL, 0, map, t->classes, &applied, NULL));
  return applied;
}
static inline recveil_forget_acked host_ack(recveil_forget *forget, host_table *t,
                                            uint64_t attempt) {
  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  CHECK_OK(recveil_forget_ack(forget, attempt, &t->table, &acked, NULL));
  return acked;
}

/* What an audit with one attacker finds. */
static inline recveil_attribute_evidence host_evidence(uint64_t version, recveil_verdict verdict) {
  static recveil_attribute_score score;
  recveil_attribute_evidence out = RECVEIL_ATTRIBUTE_EVIDENCE_INIT;
  score.source = RECVEIL_SOURCE_EMBEDDING;
  score.protocol = RECVEIL_PROTOCOL_TRANSFER;
  snprintf(score.attacker, sizeof score.attacker, "logistic_regression");
  score.auc = 0.51;
  score.auc_lo = 0.45;
  score.auc_hi = 0.57;
  score.before = 0.84;
  score.before_lo = 0.8;
  score.before_hi = 0.88;
  out.model_version = version;
  out.verdict = verdict;
  out.n_requesters = 120;
  out.n_attributes = 1;
  out.attributes = kGender;
  out.n_scores = 1;
  out.scores = &score;
  return out;
}

#endif
