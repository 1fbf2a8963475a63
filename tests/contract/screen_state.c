/* screen.h over a state_dir: model, carry-over, quarantine and reviews are those of every
   process; damage changes nothing. */
#include "support/host_screen.h"

static const char *const kYaml =
    "screening: {mode: enforce, false_positive_rate: 0.02}\nserving: {list_length: 4, ratio: 0.5}\n"
    "keys: {file: key}\nstate_dir: state";
static host_accounts accounts;
static host_verdicts verdicts, others;

static int refreshed(recveil_engine *engine) {
  uint32_t changed = 77;
  CHECK_OK(recveil_engine_refresh(engine, &changed));
  return (int)changed;
}

static void check_equal(recveil_engine *a, recveil_engine *b) {
  const recveil_screen_info of_a = host_screen_info(a), of_b = host_screen_info(b);
  CHECK(memcmp(&of_a, &of_b, sizeof of_a) == 0);
  CHECK_EQ(host_info(a).n_quarantined, host_info(b).n_quarantined);
}

static void train(recveil_engine *engine) {
  const host_window window = host_make_window(engine, &accounts);
  CHECK_OK(recveil_screen_train(engine, window.bytes, window.size, NULL));
  free(window.bytes);
}

static void one_trains_and_the_others_screen(void) {
  recveil_engine *a = host_open(kYaml), *b = host_open(kYaml);
  train(a);
  CHECK_FAILS(RECVEIL_E_STATE, "no screening model", host_screen(b, &accounts, &verdicts));
  CHECK_EQ(1, refreshed(b));
  CHECK_EQ(0, refreshed(b));
  check_equal(a, b);
  /* Who screens builds on the newest, refreshed or not. */
  host_batch(&accounts, 21, 10000, HOST_GENUINE, HOST_FAKES);
  CHECK_OK(host_screen(b, &accounts, &verdicts));
  CHECK(verdicts.result.n_quarantined >= HOST_FAKES - 1);
  host_batch(&accounts, 22, 20000, HOST_GENUINE, 0);
  CHECK_OK(host_screen(a, &accounts, &others));
  CHECK_EQ(2, host_screen_info(a).n_batches);
  CHECK_EQ(1, refreshed(b));
  check_equal(a, b);

  const recveil_user person = 10000 + HOST_GENUINE;
  CHECK_OK(recveil_screen_review(a, &person, 1, RECVEIL_REVIEW_OVERTURNED));
  CHECK_EQ(1, refreshed(b));
  check_equal(a, b);
  CHECK_EQ(1, host_screen_info(b).n_overturned);

  /* One opened late starts from what is there; a new model forgets the carry-over. */
  recveil_engine *late = host_open(kYaml);
  check_equal(a, late);
  train(late);
  CHECK_EQ(2, host_screen_info(late).screen_model_version);
  CHECK_EQ(0, host_screen_info(late).n_batches);
  CHECK_EQ(1, host_screen_info(late).n_overturned);
  CHECK_EQ(1, refreshed(a));
  check_equal(a, late);
  recveil_engine_close(a);
  recveil_engine_close(b);
  recveil_engine_close(late);
}

/* One bit anywhere in the newest files: a refresh is refused, and what was known stays. */
/* Three people of a batch love a rare item. */
static void make_few_lovers(recveil_user first) {
  host_people(&accounts, 31, first, 60);
  for (size_t u = 0; u < 3; ++u) {
    size_t end = accounts.offsets[accounts.accounts.n_accounts];
    host_item(&accounts, &end, HOST_TARGET, 5);
    for (uint32_t e = 0; e < 14; ++e) {
      host_item(&accounts, &end, host_random(&accounts, HOST_ITEMS / 3), 1 + e % 5);
    }
    host_close(&accounts, first + 60 + u, end);
  }
}

/* Screened eight times, the three are three; eight times three others are a campaign. */
static void who_comes_back_counts_once(void) {
  uint64_t held[2] = {0, 0};
  for (size_t others_come = 0; others_come < 2; ++others_come) {
    recveil_engine *engine = host_open(kYaml);
    host_people(&accounts, 20, 1, HOST_WINDOW);
    train(engine);
    for (recveil_user turn = 0; turn < 8; ++turn) {
      make_few_lovers(50000 + 1000 * turn * others_come);
      CHECK_OK(host_screen(engine, &accounts, &verdicts));
      held[others_come] = verdicts.result.n_quarantined + verdicts.result.n_deferred;
      if (others_come == 0 && turn == 0) held[1] = held[0];
      if (others_come == 0) CHECK_EQ(held[1], held[0]);
    }
    CHECK_EQ(8, host_screen_info(engine).n_batches);
    recveil_engine_close(engine);
  }
  printf("held back: %u of who came back, %u of others\n", (unsigned)held[0], (unsigned)held[1]);
  CHECK(held[1] >= held[0] + 3);
}

static void damage_is_refused(const char *kind) {
  recveil_engine *a = host_open(kYaml), *b = host_open(kYaml);
  const recveil_screen_info before = host_screen_info(b);
  train(a);
  char command[256];
  snprintf(command, sizeof command,
           "f=state/%s-$(cat state/CURRENT.%s).bin && printf '\\377\\376' | "
           "dd of=$f bs=1 seek=60 conv=notrunc status=none",
           kind, kind);
  CHECK(system(command) == 0);
  CHECK_FAILS(RECVEIL_E_IO, "damaged", recveil_engine_refresh(b, NULL));
  const recveil_screen_info after = host_screen_info(b);
  CHECK(memcmp(&before, &after, sizeof before) == 0);
  train(a); /* a whole one again */
  CHECK_OK(recveil_engine_refresh(b, NULL));
  check_equal(a, b);
  recveil_engine_close(a);
  recveil_engine_close(b);
}

static void a_folder_that_cannot_be_written_changes_nothing(void) {
  recveil_engine *engine = host_open(kYaml);
  const recveil_screen_info before = host_screen_info(engine);
  CHECK(system("mv state elsewhere") == 0);
  const host_window window = host_make_window(engine, &accounts);
  CHECK_FAILS(RECVEIL_E_IO, "state", recveil_screen_train(engine, window.bytes, window.size, NULL));
  free(window.bytes);
  host_batch(&accounts, 23, 30000, HOST_GENUINE, HOST_FAKES);
  CHECK_FAILS(RECVEIL_E_IO, "state", host_screen(engine, &accounts, &verdicts));
  const recveil_user user = 5;
  CHECK_FAILS(RECVEIL_E_IO, "state",
              recveil_screen_review(engine, &user, 1, RECVEIL_REVIEW_CONFIRMED));
  CHECK(system("mv elsewhere state") == 0);
  const recveil_screen_info after = host_screen_info(engine);
  CHECK(memcmp(&before, &after, sizeof before) == 0);
  CHECK_OK(host_screen(engine, &accounts, &verdicts));
  CHECK_EQ(before.n_batches + 1, host_screen_info(engine).n_batches);
  recveil_engine_close(engine);
}

int main(void) {
  host_enter_folder();
  CHECK(system("mkdir -m 700 state") == 0);
  CHECK_OK(recveil_key_generate("key"));
  one_trains_and_the_others_screen();
  who_comes_back_counts_once();
  damage_is_refused("screen_model");
  damage_is_refused("screening");
  a_folder_that_cannot_be_written_changes_nothing();
  return host_finish();
}
