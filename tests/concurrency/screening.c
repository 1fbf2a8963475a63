/* Screening while models, reviews, popularities and configurations are published, in one engine
   and over a state_dir: every batch is whole, and none is lost. */
#include <pthread.h>
#include <stdatomic.h>

#include "support/host_screen.h"
#include "support/host_text.h"

enum { kThreads = 3, kRounds = 12 };

typedef struct {
  recveil_engine *engine;
  recveil_user first;
  host_accounts accounts;
  host_verdicts verdicts;
} Job;
static Job jobs[kThreads];
static atomic_int stop;

static void *screen(void *ctx) {
  Job *job = (Job *)ctx;
  for (uint64_t round = 0; round < kRounds; ++round) {
    host_batch(&job->accounts, 40 + round, job->first + 100 * round, 30, 3);
    CHECK_OK(host_screen(job->engine, &job->accounts, &job->verdicts));
    const recveil_screen_result *result = &job->verdicts.result;
    CHECK_EQ(33, result->n_accepted + result->n_quarantined + result->n_deferred);
    CHECK(result->screen_model_version > 0);
    const recveil_user user = job->first;
    CHECK_OK(recveil_screen_review(
        job->engine, &user, 1,
        round % 2 == 0 ? RECVEIL_REVIEW_CONFIRMED : RECVEIL_REVIEW_OVERTURNED));
  }
  return NULL;
}

static void *read_all(void *ctx) {
  recveil_engine *engine = (recveil_engine *)ctx;
  static host_text text;
  while (!stop) {
    uint8_t mask[3];
    const recveil_user users[3] = {jobs[0].first, jobs[1].first, jobs[2].first};
    CHECK_OK(recveil_screen_accepted(engine, users, 3, mask));
    const recveil_screen_info info = host_screen_info(engine);
    CHECK(info.n_batches <= kThreads * kRounds);
    (void)host_route(engine, users[0], RECVEIL_MEMBERSHIP_MEMBER);
    CHECK_OK(host_scrape(engine, &text));
  }
  return NULL;
}

static void run(recveil_engine *const *engines, recveil_engine *publisher, int trains,
                const char *yaml) {
  static host_accounts scratch;
  const host_window window = host_make_window(publisher, &scratch);
  CHECK_OK(recveil_screen_train(publisher, window.bytes, window.size, NULL));
  for (size_t t = 0; t < kThreads; ++t) {
    if (engines[t] != publisher) CHECK_OK(recveil_engine_refresh(engines[t], NULL));
  }
  pthread_t threads[kThreads], reader;
  stop = 0;
  for (size_t t = 0; t < kThreads; ++t) {
    jobs[t].engine = engines[t];
    jobs[t].first = 100000 * (t + 1);
    CHECK(pthread_create(&threads[t], NULL, screen, &jobs[t]) == 0);
  }
  CHECK(pthread_create(&reader, NULL, read_all, publisher) == 0);
  for (int round = 0; round < trains; ++round) {
    CHECK_OK(recveil_screen_train(publisher, window.bytes, window.size, NULL));
    CHECK_OK(host_publish_items(publisher, 30, 1));
    CHECK_OK(host_reload(publisher, yaml));
  }
  for (size_t t = 0; t < kThreads; ++t) CHECK(pthread_join(threads[t], NULL) == 0);
  stop = 1;
  CHECK(pthread_join(reader, NULL) == 0);
  free(window.bytes);
  CHECK_EQ(1 + trains, host_screen_info(publisher).screen_model_version);
}

int main(void) {
  static const char memory[] =
      "screening: {mode: enforce, method: ocsvm, nu: 0.05}\nkeys: {ephemeral: true}";
  recveil_engine *engine = host_open(memory);
  recveil_engine *same[kThreads] = {engine, engine, engine};
  run(same, engine, 3, memory);
  recveil_engine_close(engine);

  /* No training in between: every batch of every process is in the carry-over. */
  static const char disk[] =
      "screening: {mode: enforce, method: ocsvm, nu: 0.05}\nkeys: {file: key}\nstate_dir: state";
  host_enter_folder();
  CHECK(system("mkdir -m 700 state") == 0);
  CHECK_OK(recveil_key_generate("key"));
  recveil_engine *two[kThreads] = {host_open(disk), host_open(disk), NULL};
  two[2] = two[0];
  run(two, two[0], 0, disk);
  CHECK_OK(recveil_engine_refresh(two[0], NULL));
  CHECK_OK(recveil_engine_refresh(two[1], NULL));
  CHECK_EQ(kThreads * kRounds, host_screen_info(two[0]).n_batches);
  CHECK_EQ(kThreads * kRounds, host_screen_info(two[1]).n_batches);
  CHECK_EQ(host_info(two[0]).n_quarantined, host_info(two[1]).n_quarantined);
  recveil_engine_close(two[0]);
  recveil_engine_close(two[1]);
  return host_finish();
}
