/* Many publishers at once, in one engine and in two that share a state_dir: nothing is lost, and
   who refreshes sees whole states only. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "support/host_engine.h"

enum { kThreads = 4, kRounds = 400, kDiskRounds = 40 };

typedef struct {
  recveil_engine *engine;
  recveil_user first;
  int rounds;
} Job;

/* Adds its own users one by one, and a pool now and then. */
static void *publish(void *ctx) {
  const Job *job = (const Job *)ctx;
  for (int round = 0; round < job->rounds; ++round) {
    const recveil_user user = job->first + (recveil_user)round;
    CHECK_OK(recveil_publish_users(job->engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, &user, 1));
    if (round % 4 == 0) CHECK_OK(host_publish_items(job->engine, 30, user));
  }
  return NULL;
}

static void check_everybody_is_there(recveil_engine *engine, const Job *jobs) {
  const uint64_t rounds = (uint64_t)jobs[0].rounds;
  const recveil_engine_info info = host_info(engine);
  CHECK_EQ(kThreads * rounds, info.n_members);
  CHECK_EQ(kThreads * rounds / 4, info.pool_version);
  CHECK_EQ(kThreads * rounds * 5 / 4, info.state_version);
  for (size_t t = 0; t < kThreads; ++t) {
    for (recveil_user user = jobs[t].first; user < jobs[t].first + rounds; ++user) {
      CHECK_EQ(RECVEIL_REASON_MEMBER, host_route(engine, user, RECVEIL_MEMBERSHIP_ASK).reason);
    }
  }
}

static void in_one_engine(void) {
  recveil_engine *engine =
      host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
  Job jobs[kThreads];
  pthread_t threads[kThreads];
  for (size_t t = 0; t < kThreads; ++t) {
    jobs[t] = (Job){engine, 10000 * t, kRounds};
    CHECK(pthread_create(&threads[t], NULL, publish, &jobs[t]) == 0);
  }
  for (size_t t = 0; t < kThreads; ++t) CHECK(pthread_join(threads[t], NULL) == 0);
  check_everybody_is_there(engine, jobs);
  recveil_engine_close(engine);
}

static atomic_int stop;

static void *refresh(void *ctx) {
  recveil_engine *engine = (recveil_engine *)ctx;
  uint64_t last = 0;
  while (!stop) {
    CHECK_OK(recveil_engine_refresh(engine, NULL));
    const recveil_engine_info info = host_info(engine);
    CHECK(info.state_version >= last);
    CHECK_EQ(info.state_version, info.n_members + info.pool_version); /* what makes a whole state */
    last = info.state_version;
  }
  return NULL;
}

static void over_one_folder(void) {
  static const char yaml[] =
      "serving: {list_length: 10, ratio: 0.5}\nkeys: {file: key}\nstate_dir: state";
  CHECK(mkdir("state", 0700) == 0);
  recveil_engine *engines[2] = {host_open(yaml), host_open(yaml)}, *reader = host_open(yaml);
  Job jobs[kThreads];
  pthread_t threads[kThreads], refresher;
  CHECK(pthread_create(&refresher, NULL, refresh, reader) == 0);
  for (size_t t = 0; t < kThreads; ++t) {
    jobs[t] = (Job){engines[t % 2], 10000 * t, kDiskRounds};
    CHECK(pthread_create(&threads[t], NULL, publish, &jobs[t]) == 0);
  }
  for (size_t t = 0; t < kThreads; ++t) CHECK(pthread_join(threads[t], NULL) == 0);
  stop = 1;
  CHECK(pthread_join(refresher, NULL) == 0);
  CHECK_OK(recveil_engine_refresh(reader, NULL));
  check_everybody_is_there(reader, jobs);
  for (size_t i = 0; i < 2; ++i) {
    CHECK_OK(recveil_engine_refresh(engines[i], NULL));
    check_everybody_is_there(engines[i], jobs);
    recveil_engine_close(engines[i]);
  }
  recveil_engine_close(reader);
}

int main(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  in_one_engine();
  over_one_folder();
  return host_finish();
}
