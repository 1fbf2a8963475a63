/* The forget loop from a request to its receipt, and that it stays done. */
#include <sys/wait.h>

#include "support/host_forget.h"

static recveil_engine *engine;
static recveil_forget *forget;
static host_table table;
static host_text text;

static void start(void) {
  engine = host_forget_engine();
  forget = host_forget_open(engine);
  CHECK_OK(host_publish_items(engine, 30, 0));
  host_table_init(&table, engine, 1);
}
static void stop(void) {
  recveil_forget_close(forget);
  recveil_engine_close(engine);
  CHECK(chdir("/") == 0);
  host_remove_folder();
}

static recveil_forget_plan_rows plan(size_t *rows, recveil_row_action *actions, uint16_t *bits,
                                     uint16_t *asked) {
  recveil_forget_plan_rows out = RECVEIL_FORGET_PLAN_ROWS_INIT;
  out.capacity = kRows;
  out.rows = rows;
  out.actions = actions;
  out.attributes = bits;
  out.asked = asked;
  CHECK_OK(recveil_forget_plan(forget, &table.table, &out, NULL));
  return out;
}

static void from_a_request_to_its_receipt(void) {
  start();
  host_submit(forget, 1, 7, engine);
  host_submit(forget, 2, 100, engine);
  CHECK_EQ(RECVEIL_FORGET_RECEIVED, host_state(forget, 1));
  /* Served as configured at once. */
  CHECK_EQ(RECVEIL_REASON_ERASED, host_route(engine, 1007, RECVEIL_MEMBERSHIP_MEMBER).reason);
  CHECK_EQ(RECVEIL_REASON_MEMBER, host_route(engine, 1008, RECVEIL_MEMBERSHIP_MEMBER).reason);

  size_t rows[kRows];
  recveil_row_action actions[kRows];
  uint16_t bits[kRows], asked[kRows];
  recveil_forget_plan_rows planned = plan(rows, actions, bits, asked);
  CHECK_EQ(2, planned.n_rows);
  CHECK(rows[0] == 7 && rows[1] == 100 && actions[0] == RECVEIL_ROW_MAP);
  CHECK(bits[0] == 1 && asked[0] == 1);

  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  host_table raw = table;
  const int32_t classes[] = {table.classes[7], table.classes[100]};
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  CHECK_OK(recveil_forget_apply(forget, &table.table, rows, 2, map, classes, &applied, NULL));
  CHECK_EQ(2, applied.n_mapped);
  CHECK(applied.stale == RECVEIL_STALE_ALL && applied.attempt != 0 && applied.shift > 0);
  CHECK_EQ(RECVEIL_FORGET_APPLYING, host_state(forget, 1));
  /* The map's own result, and no other byte of the table. */
  for (uint32_t r = 0; r < kRows; ++r) {
    const float *now = table.data + r * kCols, *before = raw.data + r * kCols;
    CHECK((memcmp(now, before, kD * sizeof *now) != 0) == (r == 7 || r == 100));
    CHECK(now[kD] == before[kD]);
  }

  /* Again: nothing is mapped twice. */
  host_table once = table;
  applied = host_apply(forget, &table, map);
  CHECK(applied.n_mapped == 0 && applied.n_skipped == 2 && applied.stale == 0);
  CHECK(memcmp(once.data, table.data, sizeof table.data) == 0);

  /* Read back before it was stored: unwritten. After: confirmed, and on to verification. */
  memcpy(table.data, raw.data, sizeof table.data);
  recveil_forget_acked acked = host_ack(forget, &table, 1);
  memcpy(table.data, once.data, sizeof table.data);
  CHECK(acked.n_unwritten == 2 && acked.n_left == 2 && acked.n_verifying == 0);
  acked = host_ack(forget, &table, 1);
  CHECK(acked.n_confirmed == 2 && acked.n_left == 0 && acked.n_verifying == 2);
  CHECK_EQ(RECVEIL_FORGET_VERIFYING, host_state(forget, 1));

  CHECK_FAILS(RECVEIL_E_STATE, "", recveil_forget_complete(forget, host_id(1), NULL, NULL, NULL));
  const recveil_attribute_evidence evidence = host_evidence(1, RECVEIL_VERDICT_NO_LEAK_FOUND);
  size_t advanced = 0;
  CHECK_OK(recveil_forget_evidence(forget, NULL, 0, &evidence, &advanced));
  CHECK_EQ(2, advanced);
  CHECK_EQ(RECVEIL_FORGET_PUBLISHING, host_state(forget, 2));

  recveil_forget_facts facts = RECVEIL_FORGET_FACTS_INIT;
  static const char *const backups[] = {"backups until 2027-02"};
  facts.method = RECVEIL_ERASE_GAUSSIAN_TRANSPORT;
  const recveil_forget_table_facts users = {"users", RECVEIL_STALE_NORMS | RECVEIL_STALE_GRAM,
                                            RECVEIL_INDEX_REASSIGNED};
  facts.n_tables = 1;
  facts.tables = &users;
  facts.n_not_touched = 1;
  facts.not_touched = backups;
  text.size = 0;
  CHECK_OK(recveil_forget_complete(forget, host_id(1), &facts, host_text_write, &text));
  for (const char *const *words =
           (const char *const[]){"\"gaussian_transport\"", "\"ann_index\"", "\"cached_lists\"",
                                 "backups until 2027-02", "\"no_leak_found\"", "0.84", "0.57",
                                 "\"label_policy\":\"host\"", "\"index\":\"reassigned\"",
                                 "\"strongest\":{", "\"optimizer\"", NULL};
       *words != NULL; ++words) {
    if (strstr(text.bytes, *words) == NULL) fprintf(stderr, "no %s in %s\n", *words, text.bytes);
    CHECK(strstr(text.bytes, *words) != NULL);
  }
  CHECK(strstr(text.bytes, "\"norms\"") == NULL);
  uint8_t key[32];
  uint32_t version = 0;
  CHECK_OK(recveil_forget_public_key(forget, key, &version));
  CHECK_EQ(1, version);
  CHECK_OK(recveil_receipt_verify(text.bytes, text.size, key));
  for (size_t i = 0; i < text.size; ++i) { /* any byte */
    text.bytes[i] ^= 1;
    CHECK(recveil_receipt_verify(text.bytes, text.size, key) == RECVEIL_E_DATA);
    text.bytes[i] ^= 1;
  }
  static host_text again;
  again.size = 0;
  CHECK_OK(recveil_forget_receipt(forget, host_id(1), host_text_write, &again));
  CHECK(again.size == text.size && memcmp(again.bytes, text.bytes, text.size) == 0);
  CHECK_OK(recveil_forget_complete(forget, host_id(1), NULL, NULL, NULL)); /* the same receipt */
  CHECK_EQ(RECVEIL_FORGET_COMPLETED, host_state(forget, 1));

  /* It stays forgotten: in the next model, and when an old file is restored. */
  host_train(&table, 2);
  planned = plan(rows, actions, bits, asked);
  CHECK(planned.n_rows == 2 && actions[0] == RECVEIL_ROW_MAP);
  recveil_erase_map *second = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  applied = host_apply(forget, &table, second);
  CHECK_EQ(2, applied.n_mapped);
  acked = host_ack(forget, &table, applied.attempt);
  CHECK_EQ(2, acked.n_confirmed);
  memcpy(table.data, raw.data, sizeof table.data);
  table.table.model_version = 1;
  applied = host_apply(forget, &table, map);
  CHECK_EQ(2, applied.n_mapped);
  CHECK(memcmp(once.data, table.data, sizeof table.data) == 0);

  /* Somebody writes an erased row without a new version. */
  table.data[7 * kCols] += 1;
  once = table;
  planned = plan(rows, actions, bits, asked);
  CHECK(planned.n_rows == 2 && actions[0] == RECVEIL_ROW_RESURRECTED);
  applied = host_apply(forget, &table, map);
  CHECK(applied.n_resurrected == 1 && applied.n_mapped == 0);
  CHECK(memcmp(once.data, table.data, sizeof table.data) == 0);
  CHECK_OK(host_scrape(engine, &text));
  CHECK(host_metric(&text, "recveil_forget_resurrected_users_total", "", "") == 1);
  CHECK(host_metric(&text, "recveil_forget_requests", "completed", "") == 1);
  CHECK(host_metric(&text, "recveil_forget_requests", "applying", "") == 1);
  CHECK(host_metric(&text, "recveil_forget_requests_accepted_total", "api", "attribute") == 2);
  CHECK(host_metric(&text, "recveil_forget_embeddings_rewritten_total", "", "") == 6);
  CHECK(host_metric(&text, "recveil_forget_receipts_total", "", "") == 1);
  CHECK(host_metric(&text, "recveil_journal_fsync_duration_seconds_count", "", "") >= 8);

  recveil_forget_report found = RECVEIL_FORGET_REPORT_INIT;
  CHECK_OK(recveil_forget_verify(forget, 0, NULL, &found, NULL));
  CHECK(found.n_entries > 5 && found.head_seq > 0 && found.n_resurrected == 1);
  CHECK(found.n_standing == 1 && found.n_in_state[RECVEIL_FORGET_COMPLETED - 1] == 1);
  recveil_forget_report later = RECVEIL_FORGET_REPORT_INIT;
  CHECK_OK(recveil_forget_verify(forget, found.head_seq, found.head_hash, &later, NULL));
  found.head_hash[3] ^= 1;
  CHECK_FAILS(RECVEIL_E_DATA, "",
              recveil_forget_verify(forget, found.head_seq, found.head_hash, &later, NULL));
  recveil_erase_map_close(map);
  recveil_erase_map_close(second);
  stop();
}

static void where_the_class_comes_from(void) {
  start();
  recveil_forget_accepted result = 0;
  CHECK_OK(host_submit_as(forget, 1, 1, engine, RECVEIL_FORGET_ATTRIBUTE, RECVEIL_LABELS_SEALED,
                          &result));
  CHECK_OK(
      host_submit_as(forget, 2, 2, engine, RECVEIL_FORGET_ATTRIBUTE, RECVEIL_LABELS_HOST, &result));
  /* forget.label_policy: leace */
  CHECK_OK(host_submit_as(forget, 3, 3, engine, RECVEIL_FORGET_ATTRIBUTE, 0, &result));
  size_t rows[kRows];
  recveil_row_action actions[kRows];
  uint16_t bits[kRows], asked[kRows];
  CHECK_EQ(3, plan(rows, actions, bits, asked).n_rows);
  CHECK(asked[0] == 1 && asked[1] == 1 && asked[2] == 0);

  recveil_erase_map *transport = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  recveil_erase_map *leace = host_fit(&table, RECVEIL_ERASE_LEACE);
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  CHECK_OK(recveil_forget_apply(forget, &table.table, NULL, 0, transport, NULL, &applied, NULL));
  CHECK(applied.n_no_class == 2 && applied.n_wrong_map == 1 && applied.n_mapped == 0);
  applied = host_apply(forget, &table, transport);
  CHECK(applied.n_mapped == 2 && applied.n_wrong_map == 1);
  CHECK_OK(recveil_forget_apply(forget, &table.table, NULL, 0, leace, NULL, &applied, NULL));
  CHECK_EQ(1, applied.n_mapped);

  /* The next model: the sealed class is known, the host's is not. */
  host_train(&table, 2);
  CHECK_EQ(3, plan(rows, actions, bits, asked).n_rows);
  CHECK(asked[0] == 0 && asked[1] == 1 && asked[2] == 0);
  recveil_erase_map *next = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  const host_table raw = table;
  CHECK_OK(recveil_forget_apply(forget, &table.table, NULL, 0, next, NULL, &applied, NULL));
  CHECK(applied.n_mapped == 1 && applied.n_no_class == 1 && applied.n_wrong_map == 1);
  CHECK(memcmp(table.data + kCols, raw.data + kCols, kD * sizeof(float)) != 0);
  recveil_erase_map_close(transport);
  recveil_erase_map_close(leace);
  recveil_erase_map_close(next);
  stop();
}

static void whole_persons(void) {
  start();
  recveil_forget_accepted result = 0;
  CHECK_OK(host_submit_as(forget, 1, 5, engine, RECVEIL_FORGET_ERASE, 0, &result));
  CHECK_OK(host_submit_as(forget, 2, 6, engine, RECVEIL_FORGET_OBJECT, 0, &result));
  host_submit(forget, 3, 9, engine);
  uint8_t owes[kRows];
  CHECK_OK(recveil_forget_owes(forget, table.subjects, kRows, owes));
  CHECK(owes[4] == 0 && owes[5] == RECVEIL_OWES_ERASE && owes[6] == RECVEIL_OWES_OBJECT &&
        owes[9] == RECVEIL_OWES_ATTRIBUTE);
  const host_table raw = table;
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  CHECK_OK(recveil_forget_apply(forget, &table.table, NULL, 0, NULL, NULL, &applied, NULL));
  CHECK(applied.n_mapped == 1 && applied.n_wrong_map == 1);
  static const float nothing[kD];
  CHECK(memcmp(table.data + 5 * kCols, nothing, sizeof nothing) == 0);
  CHECK(memcmp(table.data + 6 * kCols, raw.data + 6 * kCols, (kRows - 6) * kCols * 4) == 0);
  const recveil_forget_acked acked = host_ack(forget, &table, applied.attempt);
  CHECK_EQ(2, acked.n_verifying);
  size_t advanced = 0;
  CHECK_OK(recveil_forget_evidence(forget, NULL, 0, NULL, &advanced)); /* none needed */
  CHECK_EQ(2, advanced);
  CHECK_OK(recveil_forget_complete(forget, host_id(1), NULL, NULL, NULL));
  CHECK_OK(recveil_forget_complete(forget, host_id(2), NULL, NULL, NULL));

  /* The objection is withdrawn: served again. Erasure stands. */
  const recveil_user users[] = {1006};
  uint64_t withdrawn = 0;
  CHECK_EQ(RECVEIL_REASON_ERASED, host_route(engine, 1006, RECVEIL_MEMBERSHIP_MEMBER).reason);
  CHECK_OK(recveil_forget_withdraw(forget, &table.subjects[6], 1, users, 1, NULL, 0, &withdrawn));
  CHECK_EQ(1, withdrawn);
  CHECK_EQ(RECVEIL_REASON_MEMBER, host_route(engine, 1006, RECVEIL_MEMBERSHIP_MEMBER).reason);
  CHECK_OK(recveil_forget_owes(forget, table.subjects, kRows, owes));
  CHECK(owes[5] == RECVEIL_OWES_ERASE && owes[6] == 0);
  uint32_t shredded = 0;
  CHECK_OK(recveil_forget_shred(forget, &table.subjects[6], &shredded));
  CHECK_EQ(1, shredded);
  CHECK_FAILS(RECVEIL_E_STATE, "open", recveil_forget_shred(forget, &table.subjects[9], NULL));
  uint64_t purged = 7;
  CHECK_OK(recveil_forget_purge(forget, &purged));
  CHECK_EQ(0, purged);
  recveil_forget_report report = RECVEIL_FORGET_REPORT_INIT;
  CHECK_OK(recveil_forget_verify(forget, 0, NULL, &report, NULL));
  stop();
}

static void requests_that_take_another_way(void) {
  start();
  for (uint32_t i = 1; i <= 6; ++i) host_submit(forget, i, i, engine);
  CHECK_OK(recveil_forget_change(forget, host_id(1), RECVEIL_FORGET_HOLD, "litigation 4711"));
  CHECK_EQ(RECVEIL_FORGET_HELD, host_state(forget, 1));
  CHECK_OK(recveil_forget_change(forget, host_id(2), RECVEIL_FORGET_CANCEL, NULL));
  CHECK_OK(recveil_forget_change(forget, host_id(3), RECVEIL_FORGET_REJECT, "not them"));
  CHECK_OK(recveil_forget_change(forget, host_id(4), RECVEIL_FORGET_NOBODY, NULL));
  CHECK_OK(recveil_forget_change(forget, host_id(5), RECVEIL_FORGET_FAIL, "no table"));
  size_t rows[kRows];
  recveil_forget_plan_rows planned = plan(rows, NULL, NULL, NULL);
  CHECK(planned.n_rows == 2 && rows[0] == 4 && rows[1] == 6); /* the one of nobody stands */
  CHECK_OK(recveil_forget_change(forget, host_id(1), RECVEIL_FORGET_RELEASE, NULL));
  CHECK_OK(recveil_forget_change(forget, host_id(5), RECVEIL_FORGET_RETRY, NULL));
  CHECK_EQ(4, plan(rows, NULL, NULL, NULL).n_rows);
  CHECK_FAILS(RECVEIL_E_STATE, "cancelled",
              recveil_forget_change(forget, host_id(2), RECVEIL_FORGET_HOLD, ""));

  recveil_forget_info rejected = RECVEIL_FORGET_INFO_INIT;
  CHECK_OK(recveil_forget_status(forget, host_id(3), &rejected));
  CHECK_EQ(RECVEIL_FORGET_REJECTED, rejected.state);
  CHECK(strcmp(rejected.reason, "not them") == 0);
  CHECK(rejected.n_attributes == 1 && strcmp(rejected.attributes, "gender") == 0);
  recveil_forget_id nobody[4];
  size_t n_nobody = 0;
  CHECK_OK(recveil_forget_unmatched(forget, table.subjects, kRows, NULL, 0, &n_nobody));
  CHECK_EQ(0, n_nobody);
  CHECK_OK(recveil_forget_unmatched(forget, table.subjects + 6, kRows - 6, nobody, 4, &n_nobody));
  CHECK_EQ(2, n_nobody); /* 1 and 5: the others are not open, or in the rows */
  CHECK(memcmp(&nobody[0], (const recveil_forget_id[]){host_id(1)}, sizeof nobody[0]) == 0);
  CHECK(memcmp(&nobody[1], (const recveil_forget_id[]){host_id(5)}, sizeof nobody[1]) == 0);
  uint64_t cursor = 0;
  recveil_forget_id ids[4];
  size_t count = 0;
  CHECK_OK(recveil_forget_list(forget, 0, &cursor, ids, 4, &count));
  CHECK(count == 4 && cursor != 0 && memcmp(&ids[0], &(recveil_forget_id){{0}}, 16) != 0);
  CHECK_OK(recveil_forget_list(forget, 0, &cursor, ids, 4, &count));
  CHECK(count == 2 && cursor == 0);
  CHECK_OK(recveil_forget_list(forget, RECVEIL_FORGET_RECEIVED, &cursor, ids, 4, &count));
  CHECK_EQ(3, count);

  /* The same again, another one under the same id. */
  recveil_forget_accepted result = 0;
  CHECK_OK(
      host_submit_as(forget, 6, 6, engine, RECVEIL_FORGET_ATTRIBUTE, RECVEIL_LABELS_HOST, &result));
  CHECK_EQ(RECVEIL_FORGET_ALREADY, result);
  CHECK_OK(host_submit_as(forget, 6, 60, engine, RECVEIL_FORGET_ATTRIBUTE, RECVEIL_LABELS_HOST,
                          &result));
  CHECK_EQ(RECVEIL_FORGET_CONFLICT, result);
  CHECK_EQ(RECVEIL_REASON_MEMBER, host_route(engine, 1060, RECVEIL_MEMBERSHIP_MEMBER).reason);
  recveil_forget_info info = RECVEIL_FORGET_INFO_INIT;
  CHECK_OK(recveil_forget_status(forget, host_id(6), &info));
  CHECK(info.due_at == info.received_at + 30 * 86400 && info.n_attributes == 1 &&
        info.n_subjects == 1 && info.regulation == RECVEIL_REGULATION_GDPR);
  stop();
}

static void a_leak_sends_back(void) {
  start();
  host_submit(forget, 1, 7, engine);
  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  recveil_forget_applied applied = host_apply(forget, &table, map);
  host_ack(forget, &table, applied.attempt);
  recveil_attribute_evidence evidence = host_evidence(1, RECVEIL_VERDICT_LEAK);
  size_t advanced = 9;
  CHECK_OK(recveil_forget_evidence(forget, NULL, 0, &evidence, &advanced));
  CHECK_EQ(0, advanced);
  CHECK_EQ(RECVEIL_FORGET_APPLYING, host_state(forget, 1));
  const uint64_t first = applied.attempt;
  CHECK_EQ(1, host_ack(forget, &table, first).n_verifying);
  const recveil_forget_id id = host_id(1);
  evidence.flags = RECVEIL_EVIDENCE_ADMIT_LEAK;
  CHECK_OK(recveil_forget_evidence(forget, &id, 1, &evidence, &advanced));
  CHECK_EQ(1, advanced);
  text.size = 0;
  CHECK_OK(recveil_forget_complete(forget, id, NULL, host_text_write, &text));
  CHECK(strstr(text.bytes, "\"verdict\":\"leak\"") != NULL);
  CHECK_OK(host_scrape(engine, &text));
  CHECK(host_metric(&text, "recveil_forget_verification_failures_total", "probe", "") == 2);
  CHECK(host_metric(&text, "recveil_forget_verification_failures_total", "cache", "") == 1);
  recveil_erase_map_close(map);
  stop();
}

/* Accounts that were merged: two rows of one person, each mapped once. */
static void a_person_with_two_rows(void) {
  start();
  table.subjects[20] = table.subjects[7];
  host_submit(forget, 1, 7, engine);
  size_t rows[kRows];
  CHECK_EQ(2, plan(rows, NULL, NULL, NULL).n_rows);
  CHECK(rows[0] == 7 && rows[1] == 20);
  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  const host_table raw = table;
  recveil_forget_applied applied = host_apply(forget, &table, map);
  CHECK_EQ(2, applied.n_mapped);
  const host_table once = table;
  CHECK(memcmp(once.data + 20 * kCols, raw.data + 20 * kCols, kD * sizeof(float)) != 0);
  CHECK_EQ(2, host_apply(forget, &table, map).n_skipped);
  /* One of them was not stored. */
  memcpy(table.data + 20 * kCols, raw.data + 20 * kCols, kCols * sizeof(float));
  recveil_forget_acked acked = host_ack(forget, &table, applied.attempt);
  CHECK(acked.n_confirmed == 1 && acked.n_unwritten == 1 && acked.n_verifying == 0);
  /* Only the second row is presented: it is still the second one. */
  const size_t second[] = {20};
  recveil_forget_applied again = RECVEIL_FORGET_APPLIED_INIT;
  CHECK_OK(
      recveil_forget_apply(forget, &table.table, second, 1, map, &table.classes[20], &again, NULL));
  CHECK(again.n_mapped == 1 && memcmp(once.data, table.data, sizeof table.data) == 0);
  acked = host_ack(forget, &table, again.attempt);
  CHECK(acked.n_resurrected == 0 && acked.n_verifying == 1);
  /* The rows change places: both are still known. */
  memcpy(table.data + 7 * kCols, once.data + 20 * kCols, kCols * sizeof(float));
  memcpy(table.data + 20 * kCols, once.data + 7 * kCols, kCols * sizeof(float));
  CHECK_EQ(2, host_apply(forget, &table, map).n_skipped);
  table.data[20 * kCols] += 1;
  CHECK_EQ(1, host_apply(forget, &table, map).n_resurrected);
  recveil_erase_map_close(map);
  stop();
}

/* All tables applied, then all acked: nothing is verified before the last row is read back. */
static void several_tables(void) {
  start();
  static host_table ads;
  host_table_init(&ads, engine, 1);
  ads.table.name = "ads";
  ads.data[0] += 1;
  host_submit(forget, 1, 7, engine);
  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  const recveil_forget_applied users = host_apply(forget, &table, map);
  const recveil_forget_applied shown = host_apply(forget, &ads, map);
  CHECK_EQ(0, host_ack(forget, &table, users.attempt).n_verifying);
  CHECK_EQ(RECVEIL_FORGET_APPLYING, host_state(forget, 1));
  CHECK_EQ(1, host_ack(forget, &ads, shown.attempt).n_verifying);
  CHECK_EQ(RECVEIL_FORGET_VERIFYING, host_state(forget, 1));
  recveil_erase_map_close(map);
  stop();
}

static int32_t stop_at_once(void *ctx, double fraction, const char *what) {
  (void)ctx, (void)fraction, (void)what;
  return 1;
}

static void a_call_is_cancelled_before_it_wrote(void) {
  start();
  host_submit(forget, 1, 7, engine);
  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  const host_table raw = table;
  const int32_t set = 1;
  recveil_progress cancelled = RECVEIL_PROGRESS_INIT, refused = RECVEIL_PROGRESS_INIT;
  cancelled.cancel = &set;
  refused.fn = stop_at_once;
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  CHECK(recveil_forget_apply(forget, &table.table, NULL, 0, map, table.classes, &applied,
                             &cancelled) == RECVEIL_E_CANCELLED);
  CHECK(recveil_forget_apply(forget, &table.table, NULL, 0, map, table.classes, &applied,
                             &refused) == RECVEIL_E_CANCELLED);
  recveil_forget_report report = RECVEIL_FORGET_REPORT_INIT;
  CHECK(recveil_forget_verify(forget, 0, NULL, &report, &cancelled) == RECVEIL_E_CANCELLED);
  CHECK_EQ(RECVEIL_FORGET_RECEIVED, host_state(forget, 1));
  CHECK(memcmp(raw.data, table.data, sizeof table.data) == 0);
  CHECK_EQ(1, host_apply(forget, &table, map).n_mapped);
  recveil_erase_map_close(map);
  stop();
}

static void it_survives_a_restart_and_one_process_owns_it(void) {
  start();
  host_submit(forget, 1, 7, engine);
  recveil_forget *other = NULL;
  CHECK_FAILS(RECVEIL_E_STATE, "", recveil_forget_open(engine, NULL, &other));
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) { /* inherited: refused, and closing takes nothing away */
    recveil_forget_info info = RECVEIL_FORGET_INFO_INIT;
    host_failures = 0;
    CHECK_FAILS(RECVEIL_E_STATE, "", recveil_forget_status(forget, host_id(1), &info));
    CHECK_FAILS(RECVEIL_E_STATE, "",
                host_submit_as(forget, 9, 9, engine, RECVEIL_FORGET_ATTRIBUTE, 0, NULL));
    CHECK_FAILS(RECVEIL_E_STATE, "", recveil_forget_open(engine, NULL, &other));
    CHECK_OK(host_scrape(engine, &text)); /* the owner's numbers */
    CHECK(host_metric(&text, "recveil_forget_requests", "received", "") == 1);
    recveil_forget_close(forget);
    recveil_engine_close(engine);
    _exit(host_result());
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  host_submit(forget, 2, 8, engine);

  recveil_forget_options options = RECVEIL_FORGET_OPTIONS_INIT;
  options.flags = RECVEIL_FORGET_READ_ONLY;
  CHECK_OK(recveil_forget_open(engine, &options, &other));
  CHECK_EQ(RECVEIL_FORGET_RECEIVED, host_state(other, 2));
  CHECK_FAILS(RECVEIL_E_STATE, "",
              recveil_forget_change(other, host_id(2), RECVEIL_FORGET_CANCEL, NULL));
  recveil_forget_close(other);

  /* The engine may go first. */
  recveil_engine_close(engine);
  CHECK_EQ(RECVEIL_FORGET_RECEIVED, host_state(forget, 2));
  recveil_forget_close(forget);
  engine = host_open(kForgetYaml);
  forget = host_forget_open(engine);
  CHECK_EQ(RECVEIL_FORGET_RECEIVED, host_state(forget, 1));
  CHECK_EQ(RECVEIL_REASON_ERASED, host_route(engine, 1007, RECVEIL_MEMBERSHIP_MEMBER).reason);
  stop();
}

int main(void) {
  from_a_request_to_its_receipt();
  where_the_class_comes_from();
  whole_persons();
  requests_that_take_another_way();
  a_leak_sends_back();
  a_person_with_two_rows();
  several_tables();
  a_call_is_cancelled_before_it_wrote();
  it_survives_a_restart_and_one_process_owns_it();
  return host_result();
}
