/* What the forget loop refuses: each error of forget.h, structs of other sizes, NULL everywhere. */
#include "support/host_forget.h"

static recveil_engine *engine;
static recveil_forget *forget;
static host_table table;

static void nothing_given(void) {
  const recveil_forget_id id = {{0}};
  recveil_forget *out = NULL;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_subject_from_bytes(NULL, NULL, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_subject_from_bytes(engine, "a", 1, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "bytes", recveil_subject_from_bytes(engine, NULL, 1, NULL));
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
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_describe(f, id, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_list(f, 0, NULL, NULL, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_owes(f, NULL, 1, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_plan(f, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_apply(f, NULL, NULL, 0, NULL, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_ack(f, 0, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_evidence(f, &id, 0, NULL, 0, 1, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_evidence(f, NULL, 0, NULL, 1, 1, 0, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_receipt(f, id, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_public_key(f, NULL, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_forget_verify(f, 0, NULL, NULL));
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
  REFUSED("source", r.source = 3);
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
    uint64_t aligned[64];
    unsigned char bytes[512];
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
    uint64_t aligned[64];
    unsigned char bytes[512];
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
  return recveil_forget_plan(forget, &table.table, (recveil_forget_plan_rows *)out);
}
static recveil_status plan_table(const void *in) {
  size_t rows[kRows];
  recveil_forget_plan_rows plan = RECVEIL_FORGET_PLAN_ROWS_INIT;
  plan.capacity = kRows;
  plan.rows = rows;
  return recveil_forget_plan(forget, (const recveil_forget_table *)in, &plan);
}
static recveil_status apply_into(const void *out) {
  return recveil_forget_apply(forget, &table.table, NULL, 0, NULL, NULL,
                              (recveil_forget_applied *)out);
}
static recveil_status verify_into(const void *out) {
  return recveil_forget_verify(forget, 0, NULL, (recveil_forget_report *)out);
}
static recveil_status open_with(const void *in) {
  recveil_forget *second = NULL; /* read-only: beside the one that is open */
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
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "twice", plan_table(&bad));
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
  CHECK_OK(recveil_forget_plan(forget, &table.table, &plan));
  CHECK(plan.count == 1 && rows[0] == 1);
  plan.capacity = 0;
  plan.count = 0;
  CHECK_FAILS(RECVEIL_E_BUFFER, "1", recveil_forget_plan(forget, &table.table, &plan));
  CHECK_EQ(1, plan.count);

  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  const size_t beyond[] = {kRows};
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "beyond",
              recveil_forget_apply(forget, &table.table, beyond, 1, map, NULL, &applied));
  static const char *const age[] = {"age"};
  bad = table.table;
  bad.attributes = age;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "attribute",
              recveil_forget_apply(forget, &bad, NULL, 0, map, NULL, &applied));
  matrix = table.matrix;
  matrix.frozen_tail_cols = 0;
  bad = table.table;
  bad.rows = &matrix;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "columns",
              recveil_forget_apply(forget, &bad, NULL, 0, map, NULL, &applied));
  const int32_t wrong[] = {2};
  const size_t first[] = {1};
  const host_table raw = table;
  recveil_forget_accepted result = 0;
  CHECK_OK(
      host_submit_as(forget, 5, 2, engine, RECVEIL_FORGET_ATTRIBUTE, RECVEIL_LABELS_HOST, &result));
  const size_t second[] = {2};
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "classes",
              recveil_forget_apply(forget, &table.table, second, 1, map, wrong, &applied));
  table.data[2 * kCols] = NAN;
  const int32_t right[] = {0};
  CHECK_FAILS(RECVEIL_E_DATA, "finite",
              recveil_forget_apply(forget, &table.table, second, 1, map, right, &applied));
  memcpy(table.data, raw.data, sizeof table.data);
  CHECK_OK(recveil_forget_apply(forget, &table.table, first, 0, map, right, &applied));
  CHECK_EQ(0, applied.attempt); /* none of the rows named */

  /* Somebody twice. */
  table.subjects[0] = table.subjects[2];
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "twice",
              recveil_forget_apply(forget, &table.table, NULL, 0, map, table.classes, &applied));
  CHECK(memcmp(table.data, raw.data, sizeof table.data) == 0);
  table.subjects[0] = raw.subjects[0];

  CHECK_OK(recveil_forget_apply(forget, &table.table, second, 1, map, right, &applied));
  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "", recveil_forget_ack(forget, 999, &table.table, &acked));
  bad = table.table;
  bad.model_version = 2;
  CHECK_FAILS(RECVEIL_E_STATE, "version",
              recveil_forget_ack(forget, applied.attempt, &bad, &acked));
  recveil_erase_map_close(map);
}

static recveil_status evidence(const char *text, uint32_t flags) {
  const recveil_forget_id id = host_id(5);
  return recveil_forget_evidence(forget, &id, 1, text, strlen(text), 1, flags, NULL);
}

static void bad_evidence(void) {
  const char *good = host_audit_report("no_leak_found");
  CHECK_FAILS(RECVEIL_E_STATE, "applying", evidence(good, 0));
  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  CHECK_OK(recveil_forget_ack(forget, 1, &table.table, &acked));
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", evidence(good, 8));
  CHECK_FAILS(RECVEIL_E_DATA, "report", evidence("{", 0));
  CHECK_FAILS(RECVEIL_E_DATA, "attribute audit", evidence("{\"audit\": \"membership\"}", 0));
  CHECK_FAILS(RECVEIL_E_DATA, "verdict", evidence("{\"audit\": \"attribute\"}", 0));
  CHECK_FAILS(RECVEIL_E_DATA, "no attackers",
              evidence("{\"audit\": \"attribute\", \"verdict\": \"leak\", \"attackers\": [], "
                       "\"attackers_before\": []}",
                       0));
  char other[1024];
  snprintf(other, sizeof other, "%s", good);
  memcpy(strstr(other, "gender"), "height", 6);
  CHECK_FAILS(RECVEIL_E_DATA, "attackers_before", evidence(other, 0));
  memcpy(strstr(other, "gender"), "height", 6);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "attribute", evidence(other, 0));
  recveil_forget_facts facts = RECVEIL_FORGET_FACTS_INIT;
  facts.rebuilt = RECVEIL_STALE_ALL + 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "rebuilt",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  facts.rebuilt = 0;
  facts.method = 99;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "method",
              recveil_forget_complete(forget, host_id(5), &facts, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_STATE, "", recveil_forget_complete(forget, host_id(5), NULL, NULL, NULL));
  CHECK_OK(evidence(good, 0));
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
  CHECK_FAILS(RECVEIL_E_HOST, "", recveil_forget_describe(forget, host_id(5), refuse, NULL));
  /* Completed although nobody takes the receipt. */
  CHECK_FAILS(RECVEIL_E_HOST, "", recveil_forget_complete(forget, host_id(5), NULL, refuse, NULL));
  CHECK_EQ(RECVEIL_FORGET_COMPLETED, host_state(forget, 5));
  what_the_configuration_lacks();
  recveil_forget_close(forget);
  recveil_engine_close(engine);
  return host_finish();
}
