/* screen.h: train, screen, review, in shadow and in enforce mode. */
#include "support/host_screen.h"
#include "support/host_text.h"

static host_accounts accounts;
static host_verdicts verdicts;
static host_text text;

#define KEYS "\nkeys: {file: key}\nserving: {list_length: 4, ratio: 0.5}"
static const char *const kMethods[] = {"ocsvm, nu: 0.01", "full, false_positive_rate: 0.02"};
enum { kFirst = 10000 };

static recveil_engine *open_method(const char *method, const char *mode) {
  char yaml[256];
  snprintf(yaml, sizeof yaml, "screening: {mode: %s, method: %s}" KEYS, mode, method);
  return host_open(yaml);
}

static recveil_engine *trained(const char *method, const char *mode) {
  recveil_engine *engine = open_method(method, mode);
  CHECK_OK(host_publish_items(engine, 20, 0));
  const host_window window = host_make_window(engine, &accounts);
  CHECK_OK(recveil_screen_train(engine, window.bytes, window.size, NULL));
  free(window.bytes);
  return engine;
}

static int quarantined(recveil_engine *engine, recveil_user user) {
  const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_MEMBER);
  uint8_t mask = 7;
  CHECK_OK(recveil_screen_accepted(engine, &user, 1, &mask));
  CHECK_EQ(decision.reason == RECVEIL_REASON_QUARANTINED ? 0 : 1, mask);
  return mask == 0;
}

static void counts_add_up(const host_accounts *batch) {
  uint64_t kinds[4] = {0};
  for (size_t u = 0; u < batch->accounts.n_accounts; ++u) {
    CHECK(verdicts.verdicts[u] >= 1 && verdicts.verdicts[u] <= 3);
    ++kinds[verdicts.verdicts[u]];
    CHECK(verdicts.scores[u] >= -1 && verdicts.scores[u] <= 6);
    CHECK((verdicts.verdicts[u] == RECVEIL_SCREEN_ACCEPT) ||
          (verdicts.reasons[u] & ~(uint32_t)RECVEIL_SCREEN_OVERTURNED) != 0);
    CHECK(verdicts.reasons[u] < 256);
  }
  CHECK_EQ(kinds[RECVEIL_SCREEN_ACCEPT], verdicts.result.n_accepted);
  CHECK_EQ(kinds[RECVEIL_SCREEN_QUARANTINE], verdicts.result.n_quarantined);
  CHECK_EQ(kinds[RECVEIL_SCREEN_DEFER], verdicts.result.n_deferred);
}

/* Fakes that nobody would miss; nearly all genuine accounts pass. */
static void it_finds_fakes(void) {
  size_t fakes = 0, people = 0;
  for (size_t u = 0; u < accounts.accounts.n_accounts; ++u) {
    if (verdicts.verdicts[u] != RECVEIL_SCREEN_QUARANTINE) continue;
    ++*(u < HOST_GENUINE ? &people : &fakes);
  }
  CHECK(fakes >= HOST_FAKES - 1);
  CHECK(people <= HOST_GENUINE / 10);
}

static void shadow_mode_is_the_default_and_quarantines_nobody(void) {
  recveil_engine *engine = host_open("screening: {}" KEYS);
  CHECK_EQ(0, host_screen_info(engine).enforced);
  recveil_engine_close(engine);
  for (size_t m = 0; m < 2; ++m) {
    engine = trained(kMethods[m], "shadow");
    host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
    CHECK_OK(host_screen(engine, &accounts, &verdicts));
    counts_add_up(&accounts);
    it_finds_fakes();
    CHECK_EQ(0, verdicts.result.enforced);
    CHECK_EQ(1, verdicts.result.screen_model_version);
    CHECK_EQ(0, host_info(engine).n_quarantined);
    for (size_t u = 0; u < accounts.accounts.n_accounts; ++u) {
      CHECK_EQ(1, verdicts.accepted[u]);
      CHECK(!quarantined(engine, accounts.users[u]));
    }
    const recveil_screen_info info = host_screen_info(engine);
    CHECK_EQ(verdicts.result.n_quarantined, info.n_flagged);
    CHECK_EQ(1, info.n_batches);
    CHECK_EQ(HOST_WINDOW, info.n_training_accounts);
    CHECK(info.n_support_vectors > 0 && info.trained_at > 0 && info.training_seconds > 0);
    recveil_engine_close(engine);
  }
}

static void enforce_mode_quarantines_and_reviews_release(void) {
  for (size_t m = 0; m < 2; ++m) {
    recveil_engine *engine = trained(kMethods[m], "enforce");
    host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
    CHECK_OK(host_screen(engine, &accounts, &verdicts));
    it_finds_fakes();
    CHECK_EQ(1, verdicts.result.enforced);
    CHECK_EQ(verdicts.result.n_quarantined, host_info(engine).n_quarantined);
    size_t flagged = accounts.accounts.n_accounts;
    for (size_t u = 0; u < accounts.accounts.n_accounts; ++u) {
      const int held = verdicts.verdicts[u] == RECVEIL_SCREEN_QUARANTINE;
      CHECK_EQ(verdicts.verdicts[u] == RECVEIL_SCREEN_ACCEPT, verdicts.accepted[u]);
      CHECK_EQ(held, quarantined(engine, accounts.users[u]));
      if (held) flagged = u;
    }
    CHECK(flagged < accounts.accounts.n_accounts);

    /* It was a person. The same evidence does not come back; the others stay. */
    const recveil_user person = accounts.users[flagged];
    const uint64_t others = host_info(engine).n_quarantined - 1;
    CHECK_OK(recveil_screen_review(engine, &person, 1, RECVEIL_REVIEW_OVERTURNED));
    CHECK(!quarantined(engine, person));
    CHECK_EQ(others, host_info(engine).n_quarantined);
    CHECK_EQ(1, host_screen_info(engine).n_overturned);
    CHECK_EQ(others, host_screen_info(engine).n_flagged);
    CHECK_OK(host_screen(engine, &accounts, &verdicts));
    CHECK_EQ(RECVEIL_SCREEN_ACCEPT, verdicts.verdicts[flagged]);
    CHECK((verdicts.reasons[flagged] & RECVEIL_SCREEN_OVERTURNED) != 0);
    CHECK_EQ(1, verdicts.accepted[flagged]);
    CHECK(!quarantined(engine, person));

    /* It was a fake after all. */
    CHECK_OK(recveil_screen_review(engine, &person, 1, RECVEIL_REVIEW_CONFIRMED));
    CHECK(quarantined(engine, person));
    CHECK_EQ(0, host_screen_info(engine).n_overturned);

    CHECK_OK(host_scrape(engine, &text));
    CHECK(host_metric(&text, "recveil_screen_reviews_total", "confirmed", "") == 1);
    CHECK(host_metric(&text, "recveil_screen_reviews_total", "overturned", "") == 1);
    CHECK(host_metric(&text, "recveil_screen_mode", "enforce", "") == 1);
    CHECK(host_metric(&text, "recveil_screen_score_count", "", "") ==
          2 * (HOST_GENUINE + HOST_FAKES));
    CHECK(host_metric(&text, "recveil_screen_accounts_total", "quarantine", "new") > 0);
    recveil_engine_close(engine);
  }
}

static void empty_accounts_and_batches_are_accepted(void) {
  recveil_engine *engine = trained(kMethods[1], "enforce");
  host_batch(&accounts, 21, kFirst, 5, 0);
  for (size_t u = 0; u < 5; ++u) accounts.offsets[u + 1] = 0;
  CHECK_OK(host_screen(engine, &accounts, &verdicts));
  CHECK_EQ(5, verdicts.result.n_accepted);
  accounts.accounts.n_accounts = 0;
  CHECK_OK(host_screen(engine, &accounts, &verdicts));
  CHECK_EQ(0, verdicts.result.n_accepted);
  recveil_engine_close(engine);
}

static int32_t cancel_at(void *ctx, double fraction, const char *what) {
  int *left = (int *)ctx;
  CHECK(fraction >= 0 && fraction <= 1 && what != NULL);
  return (*left)-- <= 0;
}

static void training_can_be_cancelled_and_leaves_the_model_before(void) {
  recveil_engine *engine = trained(kMethods[1], "shadow");
  const host_window window = host_make_window(engine, &accounts);
  int left = 0;
  recveil_screen_training training = RECVEIL_SCREEN_TRAINING_INIT;
  training.progress.ctx = &left;
  training.progress.fn = cancel_at;
  CHECK_FAILS(RECVEIL_E_CANCELLED, "progress",
              recveil_screen_train(engine, window.bytes, window.size, &training));
  CHECK_EQ(1, host_screen_info(engine).screen_model_version);
  left = 1 << 20;
  CHECK_OK(recveil_screen_train(engine, window.bytes, window.size, &training));
  CHECK(left < 1 << 20);
  CHECK_EQ(2, host_screen_info(engine).screen_model_version);
  training.flags = 1;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags",
              recveil_screen_train(engine, window.bytes, window.size, &training));
  ((unsigned char *)window.bytes)[9] ^= 1;
  CHECK_FAILS(RECVEIL_E_DATA, "window",
              recveil_screen_train(engine, window.bytes, window.size, NULL));
  const host_window few = host_empty_window(host_shape());
  CHECK_FAILS(RECVEIL_E_DATA, "window", recveil_screen_train(engine, few.bytes, few.size, NULL));
  CHECK_EQ(2, host_screen_info(engine).screen_model_version);
  free(few.bytes);
  free(window.bytes);
  recveil_engine_close(engine);
}

static char taken[1 << 24];
static size_t taken_size;
static int32_t take(void *ctx, const char *data, size_t n) {
  (void)ctx;
  if (n > sizeof taken - taken_size) return 1;
  memcpy(taken + taken_size, data, n);
  taken_size += n;
  return 0;
}

/* Bytes of one engine give the same verdicts in another. */
static void models_travel(void) {
  for (size_t m = 0; m < 2; ++m) {
    recveil_engine *from = trained(kMethods[m], "shadow"), *to = open_method(kMethods[m], "shadow");
    taken_size = 0;
    CHECK_OK(recveil_screen_model_write(from, take, NULL));
    CHECK_OK(recveil_publish_screen_model(to, taken, taken_size));
    host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
    CHECK_OK(host_screen(from, &accounts, &verdicts));
    static host_verdicts there;
    CHECK_OK(host_screen(to, &accounts, &there));
    const size_t n = accounts.accounts.n_accounts;
    CHECK(memcmp(verdicts.verdicts, there.verdicts, n) == 0);
    CHECK(memcmp(verdicts.scores, there.scores, n * sizeof(float)) == 0);
    CHECK(memcmp(verdicts.reasons, there.reasons, n * sizeof(uint32_t)) == 0);
    recveil_engine *stranger = host_open("keys: {ephemeral: true}");
    CHECK_FAILS(RECVEIL_E_DATA, "another key",
                recveil_publish_screen_model(stranger, taken, taken_size));
    recveil_engine_close(stranger);
    taken[taken_size / 2] ^= 1;
    CHECK_FAILS(RECVEIL_E_DATA, "damaged", recveil_publish_screen_model(to, taken, taken_size));
    CHECK_FAILS(RECVEIL_E_DATA, "cut short", recveil_publish_screen_model(to, taken, 20));
    taken[7] ^= 1;
    CHECK_FAILS(RECVEIL_E_VERSION, "", recveil_publish_screen_model(to, taken, taken_size));
    CHECK_EQ(1, host_screen_info(to).screen_model_version);
    recveil_engine_close(from);
    recveil_engine_close(to);
  }
}

static void wrong_calls_are_refused(void) {
  recveil_engine *engine = open_method(kMethods[1], "enforce");
  host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
  CHECK_FAILS(RECVEIL_E_STATE, "no screening model", host_screen(engine, &accounts, &verdicts));
  CHECK_FAILS(RECVEIL_E_STATE, "no screening model",
              recveil_screen_model_write(engine, host_text_write, &text));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "write", recveil_screen_model_write(engine, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "window", recveil_screen_train(engine, NULL, 0, NULL));
  recveil_engine_close(engine);

  engine = trained(kMethods[1], "enforce");
  host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
  recveil_screen_result result = RECVEIL_SCREEN_RESULT_INIT;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "verdicts",
              recveil_screen(engine, &accounts.accounts, RECVEIL_TRIGGER_NEW, NULL, &result));
  result.verdicts = verdicts.verdicts;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "trigger",
              recveil_screen(engine, &accounts.accounts, 0, NULL, &result));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "trigger",
              recveil_screen(engine, &accounts.accounts, 4, NULL, &result));
  result.flags = 1;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags",
              recveil_screen(engine, &accounts.accounts, RECVEIL_TRIGGER_NEW, NULL, &result));
  accounts.ratings[0] = 9;
  CHECK_FAILS(RECVEIL_E_DATA, "account 0", host_screen(engine, &accounts, &verdicts));
  accounts.ratings[0] = 4;
  accounts.items[0] = HOST_ITEMS;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "account 0", host_screen(engine, &accounts, &verdicts));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "verdict", recveil_screen_review(engine, NULL, 0, 4));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "users",
              recveil_screen_review(engine, NULL, 1, RECVEIL_REVIEW_CONFIRMED));
  uint8_t mask;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "users", recveil_screen_accepted(engine, NULL, 1, &mask));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "mask", recveil_screen_accepted(engine, accounts.users, 1, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL", recveil_screen_get_info(engine, NULL));
  CHECK_EQ(0, host_screen_info(engine).n_batches);
  CHECK_EQ(0, host_info(engine).n_quarantined);
  recveil_engine_close(engine);
}

static void every_reason_has_words(void) {
  for (uint32_t bit = 1; bit <= RECVEIL_SCREEN_EXEMPT; bit *= 2) {
    CHECK(strcmp(recveil_screen_reason_text(bit), "unknown reason") != 0);
  }
  CHECK(strcmp(recveil_screen_reason_text(0), "unknown reason") == 0);
  CHECK(strcmp(recveil_screen_reason_text(3), "unknown reason") == 0);
  CHECK(strcmp(recveil_screen_reason_text(512), "unknown reason") == 0);
  CHECK(recveil_has_feature("screen.ocsvm") && recveil_has_feature("screen.full"));
}

/* Shadow today, enforce tomorrow: a reload, and the reviews of today count. */
static void a_reload_enforces(void) {
  recveil_engine *engine = trained(kMethods[1], "shadow");
  host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
  CHECK_OK(host_screen(engine, &accounts, &verdicts));
  const recveil_user last = accounts.users[accounts.accounts.n_accounts - 1];
  CHECK_OK(recveil_screen_review(engine, &last, 1, RECVEIL_REVIEW_OVERTURNED));
  CHECK_EQ(0, host_info(engine).n_quarantined);
  CHECK_OK(host_reload(engine, "screening: {mode: enforce}" KEYS));
  CHECK_OK(host_screen(engine, &accounts, &verdicts));
  CHECK(host_info(engine).n_quarantined >= HOST_FAKES - 2);
  CHECK(!quarantined(engine, last));
  recveil_engine_close(engine);
}

/* A tenth of the window comes back with one event more, with either trigger, and with what it came
   back with before: nobody is quarantined for looking like himself. */
static void known_accounts_are_not_copies_of_themselves(void) {
  enum { kBack = HOST_WINDOW / 10 };
  recveil_engine *engine = trained(kMethods[1], "enforce");
  host_people(&accounts, 11, 1, HOST_WINDOW);
  accounts.accounts.n_accounts = kBack;
  for (size_t more = 0; more < 3; ++more) {
    /* One more item each, at the end of the row; the rows move up. */
    for (size_t u = kBack; u-- > 0;) {
      const size_t first = accounts.offsets[u], end = accounts.offsets[u + 1];
      memmove(accounts.items + first + u, accounts.items + first, (end - first) * sizeof(uint32_t));
      memmove(accounts.ratings + first + u, accounts.ratings + first,
              (end - first) * sizeof(float));
      uint32_t item = HOST_CAST(uint32_t, (u * 7 + more * 3) % HOST_ITEMS);
      for (size_t e = first; e < end; ++e) {
        if (accounts.items[e + u] == item) {
          item = (item + 1) % HOST_ITEMS;
          e = first - 1;
        }
      }
      accounts.items[end + u] = item;
      accounts.ratings[end + u] = 3;
    }
    for (size_t u = 0; u < kBack; ++u) accounts.offsets[u + 1] += u + 1;
    verdicts.result.verdicts = verdicts.verdicts;
    CHECK_OK(recveil_screen(engine, &accounts.accounts,
                            more == 1 ? RECVEIL_TRIGGER_UPDATE : RECVEIL_TRIGGER_BATCH, NULL,
                            &verdicts.result));
    CHECK_EQ(kBack, verdicts.result.n_accepted);
  }
  recveil_engine_close(engine);
}

static int32_t no_evidence(void *ctx, const char *text_bytes, size_t n) {
  (void)ctx, (void)text_bytes, (void)n;
  return 1;
}

/* Weights go with the verdicts, and every flagged account has its line. */
static void weights_and_evidence(void) {
  recveil_engine *engine = trained(kMethods[1], "shadow");
  host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
  static float weights[HOST_MOST];
  recveil_buffer *evidence = NULL;
  CHECK_OK(recveil_buffer_open(&evidence));
  recveil_screen_result result = RECVEIL_SCREEN_RESULT_INIT;
  result.verdicts = verdicts.verdicts;
  result.weights = weights;
  result.write_evidence = recveil_buffer_write;
  result.evidence_ctx = evidence;
  CHECK_OK(recveil_screen(engine, &accounts.accounts, RECVEIL_TRIGGER_NEW, NULL, &result));
  double genuine = 0, fake = 0;
  for (size_t u = 0; u < HOST_GENUINE + HOST_FAKES; ++u) {
    CHECK(weights[u] >= 0 && weights[u] <= 1);
    *(u < HOST_GENUINE ? &genuine : &fake) += (double)weights[u];
  }
  CHECK(genuine > .95 * HOST_GENUINE && fake < .1 * HOST_FAKES);
  const char *bytes = NULL;
  size_t n = 0, lines = 0, items = 0;
  CHECK_OK(recveil_buffer_bytes(evidence, &bytes, &n));
  for (size_t at = 0; at < n; ++at) {
    if (at > 0 && bytes[at - 1] != '\n') continue;
    lines += n - at > 8 && memcmp(bytes + at, "account ", 8) == 0;
    items += n - at > 9 && memcmp(bytes + at, "item 295:", 9) == 0;
  }
  CHECK_EQ(result.n_quarantined + result.n_deferred, lines);
  CHECK_EQ(1, items); /* HOST_TARGET */
  recveil_buffer_close(evidence);
  result.write_evidence = no_evidence;
  CHECK_FAILS(RECVEIL_E_HOST, "",
              recveil_screen(engine, &accounts.accounts, RECVEIL_TRIGGER_NEW, NULL, &result));
  recveil_engine_close(engine);
}

/* Staff and verified people: never flagged, until somebody says otherwise. */
static void the_exempt_are_never_flagged(void) {
  recveil_engine *engine = trained(kMethods[1], "enforce");
  host_batch(&accounts, 21, kFirst, HOST_GENUINE, HOST_FAKES);
  const size_t last = HOST_GENUINE + HOST_FAKES - 1;
  const recveil_user user = accounts.users[last];
  CHECK_OK(recveil_screen_review(engine, &user, 1, RECVEIL_REVIEW_EXEMPT));
  CHECK_EQ(1, host_screen_info(engine).n_exempt);
  CHECK_OK(host_screen(engine, &accounts, &verdicts));
  CHECK_EQ(RECVEIL_SCREEN_ACCEPT, verdicts.verdicts[last]);
  CHECK((verdicts.reasons[last] & RECVEIL_SCREEN_EXEMPT) != 0);
  CHECK(!quarantined(engine, user));
  CHECK_OK(recveil_screen_review(engine, &user, 1, RECVEIL_REVIEW_CONFIRMED));
  CHECK(quarantined(engine, user));
  CHECK_EQ(0, host_screen_info(engine).n_exempt);
  recveil_engine_close(engine);
}

int main(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  shadow_mode_is_the_default_and_quarantines_nobody();
  enforce_mode_quarantines_and_reviews_release();
  empty_accounts_and_batches_are_accepted();
  training_can_be_cancelled_and_leaves_the_model_before();
  models_travel();
  wrong_calls_are_refused();
  every_reason_has_words();
  a_reload_enforces();
  known_accounts_are_not_copies_of_themselves();
  weights_and_evidence();
  the_exempt_are_never_flagged();
  return host_finish();
}
