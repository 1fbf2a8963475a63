/* Whoever asks, recveil_recommend, recveil_route and recveil_fold_rank run the same instructions in
   the same number: a child is single-stepped through requests of members and of others with the
   same history and fold. And one recveil_recommend takes at most 1.05 times the instructions of the
   three calls that it replaces. Needs ptrace; where that is not permitted the test is skipped. */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "support/host_folds.h"

enum { kUsers = 8, kSkipped = 77, kPlaces = 6 };
static recveil_user users[kUsers]; /* even places: members */
static const uint32_t history[] = {3, 11, 24, 30, 999};

static uint64_t one_time(void *ctx) {
  (void)ctx;
  return 1700000000;
}

static recveil_engine *open_engine(const char *yaml) {
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.now = one_time; /* the system's clock takes as many instructions as it likes */
  recveil_engine *engine = host_open_with(&options, yaml);
  CHECK_OK(host_publish_items(engine, 40, 0));
  return engine;
}

static void choose_users(recveil_engine *engine) {
  recveil_user members[kUsers / 2];
  size_t n = 0;
  for (recveil_user user = 1; n < kUsers; ++user) {
    uint16_t fold = 99;
    CHECK_OK(recveil_fold_of(engine, user, &fold));
    if (fold == 1) users[n++] = user;
  }
  for (size_t i = 0; i < kUsers / 2; ++i) members[i] = users[2 * i];
  CHECK_OK(
      recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, members, kUsers / 2));
}

typedef enum { kRoute, kRank, kThreeCalls, kOneCall } Way;

static void ask_in_one(recveil_engine *engine, recveil_user user, void *scratch, size_t size) {
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  request.user = user;
  request.history.items = history;
  request.history.n_items = 5;
  request.k = kPlaces;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  uint32_t items[kPlaces];
  float scores[kPlaces];
  size_t count = 0;
  if (recveil_recommend(engine, &request, &decision, items, scores, &count, scratch, size) !=
          RECVEIL_OK ||
      count != kPlaces) {
    _exit(1);
  }
}

static void ask(recveil_engine *engine, recveil_user user, Way way) {
  static unsigned char scratch[1 << 14];
  if (way == kOneCall) {
    ask_in_one(engine, user, scratch, sizeof scratch);
    return;
  }
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = user;
  request.n_history = 5;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  if (recveil_route(engine, &request, &decision) != RECVEIL_OK) _exit(1);
  uint32_t items[kPlaces], positions[kPlaces];
  float scores[kPlaces];
  size_t count = 0;
  if (way == kRoute) return;
  const recveil_history known = host_history(history, 5);
  if (recveil_fold_rank(engine, &decision, &known, kPlaces, items, scores, &count, NULL, scratch,
                        sizeof scratch) != RECVEIL_OK) {
    _exit(1);
  }
  if (way == kRank) return;
  recveil_page page = RECVEIL_PAGE_INIT;
  page.n_host = (uint32_t)count;
  page.k = kPlaces;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  if (recveil_serve(engine, &decision, &page, &slate) != RECVEIL_OK) _exit(1);
}

/* Runs `ask` for each user in a traced child. Returns 0 if tracing is not permitted. */
static int count_steps(recveil_engine *engine, Way way, long steps[kUsers]) {
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(kSkipped);
    for (int warm = 0; warm < 3; ++warm) ask(engine, users[0], way);
    for (size_t i = 0; i < kUsers; ++i) {
      raise(SIGUSR1);
      ask(engine, users[i], way);
      raise(SIGUSR2);
    }
    _exit(0);
  }
  int status = 0;
  size_t at = 0;
  long counted = -1; /* -1: between requests */
  while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    const int stop = WSTOPSIG(status);
    if (stop == SIGUSR1) {
      counted = 0;
    } else if (stop == SIGUSR2) {
      if (at < kUsers) steps[at++] = counted;
      counted = -1;
    } else if (counted >= 0) {
      ++counted;
    }
    if (ptrace(counted >= 0 ? PTRACE_SINGLESTEP : PTRACE_CONT, child, NULL, NULL) != 0) break;
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kSkipped) return 0;
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK_EQ(kUsers, at);
  return 1;
}

int main(void) {
  static host_folds folds;
  long steps[kUsers];
  for (recveil_fold_kind kind = 1; kind <= 2; ++kind) {
    recveil_engine *engine = open_engine(HOST_FOLDS_YAML);
    choose_users(engine);
    host_make_folds(&folds, kind, 1, 1);
    CHECK_OK(recveil_publish_folds(engine, &folds.folds));
    long mean[kOneCall + 1] = {0};
    for (Way way = kRank; way <= kOneCall; ++way) {
      if (!count_steps(engine, way, steps)) {
        fprintf(stderr, "skipped: ptrace is not permitted\n");
        return kSkipped;
      }
      CHECK(steps[0] > 1000);
      for (size_t i = 1; i < kUsers; ++i) {
        /* recveil_serve and recveil_recommend read the time and choose a bucket by it. */
        if (way == kRank) CHECK_EQ(steps[0], steps[i]);
        mean[way] += steps[i];
      }
    }
    printf("%s: %ld instructions for each of %d users; three calls %ld, one call %ld: %.3f\n",
           kind == 1 ? "factors" : "item-item", mean[kRank] / (kUsers - 1), kUsers,
           mean[kThreeCalls] / (kUsers - 1), mean[kOneCall] / (kUsers - 1),
           (double)mean[kOneCall] / (double)mean[kThreeCalls]);
    CHECK(100 * mean[kOneCall] <= 105 * mean[kThreeCalls]);
    recveil_engine_close(engine);
  }
  /* It can tell: without cross-fit the two groups take different ways. */
  recveil_engine *engine =
      open_engine("serving: {list_length: 10, ratio: 0.5, folds: 3}\nkeys: {ephemeral: true}");
  choose_users(engine);
  CHECK(count_steps(engine, kRoute, steps) == 1);
  long members = 0, others = 0;
  for (size_t i = 0; i < kUsers; i += 2) {
    members += steps[i];
    others += steps[i + 1];
  }
  CHECK(members != others);
  recveil_engine_close(engine);
  return host_finish();
}
