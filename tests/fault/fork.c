/* fork() at any moment, while other threads publish, reload and serve: the child can do everything.
   A child that hangs is killed by its alarm and fails the test. usage: fork [state_dir] */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/host_engine.h"
#include "support/host_text.h"

enum { kForks = 300, kForksOnDisk = 20 };
static recveil_engine *engine;
static const char *yaml;
static atomic_int stop;

static void *publish(void *ctx) {
  (void)ctx;
  for (uint64_t round = 0; !stop; ++round) {
    const recveil_user users[] = {round % 64, round % 64 + 1};
    CHECK_OK(host_publish_items(engine, 30 + round % 20, round));
    CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users, 2));
  }
  return NULL;
}

static void *reload(void *ctx) {
  (void)ctx;
  while (!stop) CHECK_OK(host_reload(engine, yaml));
  return NULL;
}

static void serve_once(recveil_user user) {
  const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_NONMEMBER);
  uint32_t positions[10];
  CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 10, positions));
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  recveil_decision decided = RECVEIL_DECISION_INIT;
  size_t n = 0;
  request.user = user;
  request.membership = RECVEIL_MEMBERSHIP_NONMEMBER;
  request.k = 10;
  CHECK_OK(recveil_recommend(engine, &request, &decided, positions, NULL, &n, NULL, 0));
  CHECK_EQ(10, n);
}

static void *serve(void *ctx) {
  (void)ctx;
  for (recveil_user user = 0; !stop; ++user) serve_once(user);
  return NULL;
}

static int child(void) {
  alarm(20);
  host_failures = 0;
  static host_text text;
  const recveil_user users[] = {1, 2, 3};
  for (recveil_user user = 0; user < 100; ++user) serve_once(user);
  for (int round = 0; round < 3; ++round) {
    CHECK_OK(host_publish_items(engine, 77, 5));
    CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_REPLACE, users, 3));
    CHECK_OK(host_reload(engine, yaml));
  }
  serve_once(1);
  CHECK_OK(host_scrape(engine, &text));
  CHECK_EQ(3, host_info(engine).n_erased);
  recveil_engine_close(engine);
  return host_result();
}

int main(int argc, char **argv) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  CHECK(mkdir("state", 0700) == 0);
  const int on_disk = argc > 1 && strcmp(argv[1], "state_dir") == 0;
  const int forks = on_disk ? kForksOnDisk : kForks;
  yaml = on_disk ? "serving: {list_length: 10, ratio: 0.2}\nkeys: {file: key}\nstate_dir: state"
                 : "serving: {list_length: 10, ratio: 0.2}\nkeys: {file: key}";
  engine = host_open(yaml);
  CHECK_OK(host_publish_items(engine, 30, 0));
  pthread_t threads[3];
  CHECK(pthread_create(&threads[0], NULL, publish, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, reload, NULL) == 0);
  CHECK(pthread_create(&threads[2], NULL, serve, NULL) == 0);
  for (int i = 0; i < forks && host_failures == 0; ++i) {
    fflush(NULL);
    const pid_t worker = fork();
    if (worker == 0) _exit(child());
    int status = -1;
    CHECK(waitpid(worker, &status, 0) == worker);
    CHECK_EQ(0, status);
  }
  /* The parent, too, if a publication of its own was cut by a fork. */
  alarm(20);
  stop = 1;
  for (size_t i = 0; i < 3; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  recveil_engine_close(engine);
  return host_finish();
}
