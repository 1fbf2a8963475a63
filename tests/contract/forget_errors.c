/* What the forget loop refuses: each error of forget.h, structs of other sizes, NULL everywhere. */
#include "support/host_forget.h"

static recveil_engine *engine;
static recveil_forget *forget;
static host_table table;

static void nothing_given(void) {
  const recveil_forget_id id = {{0}};
  recveil_forget *out = NULL;
  const size_t one[] = {0, 1}, empty[] = {0, 1, 1}, falling[] = {0, 2, 1};
  recveil_subject two[2];
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_subjects_from_bytes(NULL, NULL, NULL, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "out", recveil_subjects_from_bytes(engine, "a", one, 1, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "bytes", recveil_subjects_from_bytes(engine, NULL, one, 1, two));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "offsets",
              recveil_subjects_from_bytes(engine, "a", NULL, 1, two));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "id 1 is empty",
              recveil_subjects_from_bytes(engine, "ab", empty, 2, two));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "id 1 ends before",
              recveil_subjects_from_bytes(engine, "ab", falling, 2, two));
  CHECK_OK(recveil_subjects_from_bytes(engine, NULL, NULL, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_open(NULL, NULL, &out));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "out", recveil_forget_open(engine, NULL, NULL));
  recveil_forget_close(NULL);
  for (int handle = 0; handle < 2; ++handle) {
    recveil_forget *f = handle == 0 ? NULL : forget;
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_submit(f, NULL, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_submit(f, NULL, 1, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_change(f, id, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "",
                recveil_forget_withdraw(f, NULL, 0, NULL, 0, NULL, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_status(f, id, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_list(f, 0, NULL, NULL, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_owes(f, NULL, 1, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_plan(f, NULL, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "",
                recveil_forget_apply(f, NULL, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_ack(f, 0, NULL, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_evidence(f, &id, 0, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_evidence(f, NULL, 1, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_unmatched(f, NULL, 1, NULL, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_receipt(f, id, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_public_key(f, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_verify(f, 0, NULL, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_shred(f, NULL, NULL));
  }
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_purge(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_complete(NULL, id, NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "", recveil_forget_complete(forget, id, NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_receipt_verify(NULL, 0, NULL));
  const uint8_t key[32] = {1};
  CHECK_FAILS(RECVEIL_E_DATA, "receipt", recveil_receipt_verify("{}", 2, key));
}

static recveil_status submit(const void *in) {
  const recveil_forget_request *const all[] = {(const recveil_forget_request *)in};
  return recveil_forget_submit(forget, all, 1, NULL);
}

static recveil_subject subject;
static recveil_forget_request good_request(void) {
  recveil_forget_request request = RECVEIL_FORGET_REQUEST_INIT;
  request.id = host_id(1);
  request.n_attributes = 1;
  request.attributes = kGender;
  request.subjects = &subject;
  request.n_subjects = 1;
  return request;
}

#define REFUSED(words, change)                          \
  do {                                                  \
    recveil_forget_request r = good_request();          \
    change;                                             \
    CHECK_FAILS(RECVEIL_E_ARGUMENT, words, submit(&r)); \
  } while (0)

static void bad_requests(void) {
  static const char *const missing[] = {NULL};
  static const char *const bad_text[] = {"\xff\xfe"};
  static char long_name[80];
  memset(long_name, 'a', sizeof long_name - 1);
  const char *const too_long[] = {long_name};
  REFUSED("kind", r.kind = 0);
  REFUSED("kind", r.kind = 5);
  REFUSED("regulation", r.regulation = 4);
  REFUSED("label_policy", r.label_policy = 4);
  REFUSED("source", r.source = 4);
  REFUSED("requests[0].received_at", r.received_at = (uint64_t)1 << 40);
  REFUSED("due_at", (r.received_at = 1000, r.due_at = 999));
  REFUSED("n_subjects", r.n_subjects = 0);
  REFUSED("n_subjects", r.n_subjects = 257);
  REFUSED("subjects", r.subjects = NULL);
  REFUSED("users", r.n_users = 1);
  REFUSED("attributes", r.n_attributes = 0);
  REFUSED("attributes", r.attributes = NULL);
  REFUSED("attributes", r.attributes = missing);
  REFUSED("attribute", r.attributes = bad_text);
  REFUSED("attribute", r.attributes = too_long);
  REFUSED("attributes", r.kind = RECVEIL_FORGET_ERASE);
  REFUSED("id", memset(&r.id, 0, sizeof r.id));
  recveil_forget_request flagged = good_request();
  flagged.flags = 1;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", submit(&flagged));
  /* All or none of a batch. */
  const recveil_forget_request good = good_request(), *const batch[] = {&good, &flagged};
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "", recveil_forget_submit(forget, batch, 2, NULL));
  recveil_forget_info info = RECVEIL_FORGET_INFO_INIT;
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "", recveil_forget_status(forget, host_id(1), &info));
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "",
              recveil_forget_change(forget, host_id(1), RECVEIL_FORGET_HOLD, ""));
}

/* A struct that starts with its size: too small, too large, with a tail in use. */
static void check_sizes(const char *name, recveil_status (*call)(const void *), const void *good,
                        uint32_t size) {
  union {
    uint64_t aligned[512];
    unsigned char bytes[4096];
  } in;
  const int before = host_failures;
  for (uint32_t wrong = 0; wrong < size; wrong += 4) {
    memset(&in, 0, sizeof in);
    memcpy(&in, good, size);
    memcpy(&in, &wrong, sizeof wrong);
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "struct_size", call(&in));
  }
  const uint32_t larger = size + 16;
  memset(&in, 0, sizeof in);
  memcpy(&in, good, size);
  memcpy(&in, &larger, sizeof larger);
  CHECK_OK(call(&in));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", call(in.bytes + 1));
  if (host_failures > before) fprintf(stderr, "  for %s\n", name);
}
static void check_tail(recveil_status (*call)(const void *), const void *good, uint32_t size) {
  union {
    uint64_t aligned[512];
    unsigned char bytes[4096];
  } in;
  const uint32_t larger = size + 16;
  memset(&in, 0, sizeof in);
  memcpy(&in, good, size);
  memcpy(&in, &larger, sizeof larger);
  in.bytes[size + 3] = 1;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "", call(&in));
}

static recveil_status status(const void *out) {
  return recveil_forget_status(forget, host_id(1), (recveil_forget_info *)out);
}
static recveil_status plan_into(const void *out) {
  return recveil_forget_plan(forget, &table.table, (recveil_forget_plan_rows *)out, NULL);
}
static recveil_status plan_table(const void *in) {
  size_t rows[kRows];
  recveil_forget_plan_rows plan = RECVEIL_FORGET_PLAN_ROWS_INIT;
  plan.capacity = kRows;
  plan.rows = rows;
  return recveil_forget_plan(forget, (const recveil_forget_table *)in, &plan, NULL);
}
static recveil_status apply_into(const void *out) {
  return recveil_forget_apply(forget, &table.table, NULL, 0, NULL, NULL,
                              (recveil_forget_applied *)out, NULL);
}
static recveil_status verify_into(const void *out) {
  return recveil_forget_verify(forget, 0, NULL, (recveil_forget_report *)out, NULL);
}
static recveil_status open_with(const void *in) {
  recveil_forget *second = NULL; /* read-only: next to the one that is open */
  const recveil_status got =
      recveil_forget_open(engine, (const recveil_forget_options *)in, &second);
  recveil_forget_close(second);
  return got;
}

static void structs_grow(void) {
  const recveil_forget_request request = good_request();
  check_sizes("recveil_forget_request", submit, &request, sizeof request);
  check_tail(submit, &request, sizeof request);
  recveil_forget_options options = RECVEIL_FORGET_OPTIONS_INIT;
  options.flags = RECVEIL_FORGET_READ_ONLY;
  check_sizes("recveil_forget_options", open_with, &options, sizeof options);
  check_tail(open_with, &options, sizeof options);
  options.flags = 64;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", open_with(&options));
  const recveil_forget_info info = RECVEIL_FORGET_INFO_INIT;
  check_sizes("recveil_forget_info", status, &info, sizeof info);
  size_t rows[4];
  recveil_forget_plan_rows plan = RECVEIL_FORGET_PLAN_ROWS_INIT;
  plan.capacity = 4;
  plan.rows = rows;
  check_sizes("recveil_forget_plan_rows", plan_into, &plan, sizeof plan);
  check_tail(plan_into, &plan, sizeof plan);
  check_sizes("recveil_forget_table", plan_table, &table.table, sizeof table.table);
  check_tail(plan_table, &table.table, sizeof table.table);
  const recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  check_sizes("recveil_forget_applied", apply_into, &applied, sizeof applied);
  const recveil_forget_report report = RECVEIL_FORGET_REPORT_INIT;
  check_sizes("recveil_forget_report", verify_into, &report, sizeof report);
}

static void bad_tables(void) {
  recveil_forget_table bad = table.table;
  bad.name = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "name", plan_table(&bad));
  bad.name = "a name of more than 64 bytes, which no table of any host would ever have";
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "table", plan_table(&bad));
  bad = table.table;
  bad.model_version = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "model_version", plan_table(&bad));
  bad = table.table;
  bad.subjects = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "subjects", plan_table(&bad));
  bad = table.table;
  bad.n_attributes = 17;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_attributes", plan_table(&bad));
  static const char *const twice[] = {"gender", "gender"};
  bad.n_attributes = 2;
  bad.attributes = twice;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "duplicate", plan_table(&bad));
  recveil_matrix matrix = table.matrix;
  matrix.row_stride = 2;
  bad = table.table;
  bad.rows = &matrix;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "row_stride", plan_table(&bad));

  /* One place for one row that owes something, and then none. */
  size_t rows[1] = {99};
  recveil_forget_plan_rows plan = RECVEIL_FORGET_PLAN_ROWS_INIT;
  plan.capacity = 1;
  plan.rows = rows;
  CHECK_OK(recveil_forget_plan(forget, &table.table, &plan, NULL));
  CHECK(plan.n_rows == 1 && rows[0] == 1);
  plan.capacity = 0;
  plan.n_rows = 0;
  CHECK_FAILS(RECVEIL_E_BUFFER, "1", recveil_forget_plan(forget, &table.table, &plan, NULL));
  CHECK_EQ(1, plan.n_rows);

  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  const size_t beyond[] = {kRows};
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "is not below 240",
              recveil_forget_apply(forget, &table.table, beyond, 1, map, NULL, &applied, NULL));
  static const char *const age[] = {"age"};
  bad = table.table;
  bad.attributes = age;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "attribute",
              recveil_forget_apply(forget, &bad, NULL, 0, map, NULL, &applied, NULL));
  matrix = table.matrix;
  matrix.frozen_tail_cols = 0;
  bad = table.table;
  bad.rows = &matrix;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "columns",
              recveil_forget_apply(forget, &bad, NULL, 0, map, NULL, &applied, NULL));
  const int32_t wrong[] = {2};
  const size_t first[] = {1};
  const host_table raw = table;
  recveil_forget_accepted result = 0;
  CHECK_OK(
      host_submit_as(forget, 5, 2, engine, RECVEIL_FORGET_ATTRIBUTE, RECVEIL_LABELS_HOST, &result));
  const size_t second[] = {2};
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "classes",
              recveil_forget_apply(forget, &table.table, second, 1, map, wrong, &applied, NULL));
  table.data[2 * kCols] = NAN;
  const int32_t right[] = {0};
  CHECK_FAILS(RECVEIL_E_DATA, "finite",
              recveil_forget_apply(forget, &table.table, second, 1, map, right, &applied, NULL));
  memcpy(table.data, raw.data, sizeof table.data);
  CHECK_OK(recveil_forget_apply(forget, &table.table, first, 0, map, right, &applied, NULL));
  CHECK_EQ(0, applied.attempt); /* none of the rows named */

  CHECK_OK(recveil_forget_apply(forget, &table.table, second, 1, map, right, &applied, NULL));
  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "", recveil_forget_ack(forget, 999, &table.table, &acked, NULL));
  bad = table.table;
  bad.model_version = 2;
  CHECK_FAILS(RECVEIL_E_STATE, "version",
              recveil_forget_ack(forget, applied.attempt, &bad, &acked, NULL));
  recveil_erase_map_close(map);
}

static recveil_status evidence(recveil_attribute_evidence in) {
  const recveil_forget_id id = host_id(5);
  return recveil_forget_evidence(forget, &id, 1, &in, NULL);
}

#define BAD_EVIDENCE(words, change)                                                 \
  do {                                                                              \
    recveil_attribute_evidence e = host_evidence(1, RECVEIL_VERDICT_NO_LEAK_FOUND); \
    recveil_attribute_score score = e.scores[0];                                    \
    e.scores = &score;                                                              \
    change;                                                                         \
    CHECK_FAILS(RECVEIL_E_ARGUMENT, words, evidence(e));                            \
  } while (0)

static void bad_evidence(void) {
  const recveil_attribute_evidence good = host_evidence(1, RECVEIL_VERDICT_NO_LEAK_FOUND);
  CHECK_FAILS(RECVEIL_E_STATE, "applying", evidence(good));
  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  CHECK_OK(recveil_forget_ack(forget, 1, &table.table, &acked, NULL));
  recveil_attribute_evidence flagged = good;
  flagged.flags = 8;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", evidence(flagged));
  static const char *const height[] = {"height"};
  BAD_EVIDENCE("struct_size", e.struct_size = 8);
  BAD_EVIDENCE("verdict", e.verdict = 0);
  BAD_EVIDENCE("verdict", e.verdict = RECVEIL_VERDICT_ERROR);
  BAD_EVIDENCE("model_version", e.model_version = 0);
  BAD_EVIDENCE("n_attributes", e.n_attributes = 0);
  BAD_EVIDENCE("attributes", e.attributes = NULL);
  BAD_EVIDENCE("INCONCLUSIVE", e.n_scores = 0);
  BAD_EVIDENCE("n_scores", e.n_scores = 1000);
  BAD_EVIDENCE("scores", e.scores = NULL);
  BAD_EVIDENCE("scores[0].attribute", score.attribute = 1);
  BAD_EVIDENCE("scores[0].source", score.source = 0);
  BAD_EVIDENCE("scores[0].protocol", score.protocol = 3);
  BAD_EVIDENCE("scores[0].attacker", score.attacker[0] = 0);
  BAD_EVIDENCE("scores[0].attacker", memset(score.attacker, 'a', sizeof score.attacker));
  BAD_EVIDENCE("scores[0]: an AUC", score.auc_hi = NAN);
  BAD_EVIDENCE("lacks one of its attributes", e.attributes = height);
  recveil_forget_facts facts = RECVEIL_FORGET_FACTS_INIT;
  recveil_forget_table_facts users = {"users", 64, 0};
  facts.n_tables = 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "tables",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  facts.tables = &users;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "tables[0].rebuilt",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  users.rebuilt = RECVEIL_STALE_ANN_INDEX;
  users.index = 4;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "tables[0].index",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  users.index = RECVEIL_INDEX_ROWS_ONLY; /* and rebuilt names the index */
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "tables[0]: rebuilt names the index",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  users.table = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "tables[0].table",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  facts.n_tables = 0;
  facts.method = 99;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "method",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_STATE, "", recveil_forget_complete(forget, host_id(5), NULL, NULL, NULL));
  CHECK_OK(evidence(good));
}

static int32_t refuse(void *ctx, const char *bytes, size_t n) {
  (void)ctx, (void)bytes, (void)n;
  return 1;
}

static void what_the_configuration_lacks(void) {
  recveil_forget *out = NULL;
  recveil_engine *other = host_open("keys: {file: key}");
  CHECK_FAILS(RECVEIL_E_CONFIG, "forget.journal", recveil_forget_open(other, NULL, &out));
  recveil_engine_close(other);
  recveil_engine *none = NULL;
  CHECK_FAILS(RECVEIL_E_CONFIG, "keys.file",
              host_try_open(&none, NULL, "keys: {ephemeral: true}\nforget: {journal: j.db}"));
  static const struct {
    const char *yaml, *words;
  } kWrong[] = {{"forget: {label_policy: none}", "label_policy"},
                {"forget: {deadline_days: {gdpr: 0}}", "deadline_days.gdpr"},
                {"forget: {deadline_days: {gpdr: 3}}", "gdpr"},
                {"forget: {retention_days: 0}", "retention_days"},
                {"forget: {receipt_key_version: 0}", "receipt_key_version"},
                {"forget: {jornal: a}", "journal"}};
  for (size_t i = 0; i < sizeof kWrong / sizeof kWrong[0]; ++i) {
    char yaml[128];
    snprintf(yaml, sizeof yaml, "keys: {file: key}\n%s", kWrong[i].yaml);
    CHECK_FAILS(RECVEIL_E_CONFIG, kWrong[i].words, host_try_open(&none, NULL, yaml));
  }
  other = host_open("keys: {file: key}\nforget: {journal: other.db}");
  recveil_forget_options options = RECVEIL_FORGET_OPTIONS_INIT;
  options.flags = RECVEIL_FORGET_NO_CREATE;
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "other.db", recveil_forget_open(other, &options, &out));
  recveil_engine_close(other);
  /* Of another key: nothing of it is read. */
  CHECK_OK(recveil_key_generate("key2"));
  other = host_open("keys: {file: key2}\nforget: {journal: forget.db}");
  options.flags = RECVEIL_FORGET_READ_ONLY;
  const recveil_status got = recveil_forget_open(other, &options, &out);
  CHECK(got == RECVEIL_E_DATA || got == RECVEIL_E_CONFIG);
  recveil_engine_close(other);
}

int main(void) {
  engine = host_forget_engine();
  forget = host_forget_open(engine);
  host_table_init(&table, engine, 1);
  subject = table.subjects[1];
  nothing_given();
  bad_requests();
  structs_grow();
  bad_tables();
  bad_evidence();
  /* Completed although nobody takes the receipt. */
  CHECK_FAILS(RECVEIL_E_HOST, "", recveil_forget_complete(forget, host_id(5), NULL, refuse, NULL));
  CHECK_EQ(RECVEIL_FORGET_COMPLETED, host_state(forget, 5));
  what_the_configuration_lacks();
  recveil_forget_close(forget);
  recveil_engine_close(engine);
  return host_finish();
}
