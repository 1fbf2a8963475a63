/* fork() at every allocation and every free inside a publication or reload, as if by another
   thread: the child finds the engine at that step, and can do everything; the parent finishes what
   it was at. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/host_engine.h"
#include "support/host_malloc.h"
#include "support/host_text.h"

static const char *const kYaml[] = {
    "serving: {list_length: 10, ratio: 0.2}\nkeys: {file: key}",
    "serving: {list_length: 10, ratio: 0.2}\nkeys: {file: key}\nstate_dir: state"};
static const char *yaml;
static recveil_engine *engine;
static pid_t worker;

static recveil_status publish_pool(void) {
  static const uint64_t counts[] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7};
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.n_items = 21;
  return recveil_publish_popularity(engine, &popularity);
}

static recveil_status add_users(void) {
  static const recveil_user users[] = {1, 2, 3};
  return recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users, 3);
}

static recveil_status replace_users(void) {
  static const recveil_user users[] = {4, 5};
  return recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_REPLACE, users, 2);
}

static recveil_status reload(void) {
  return host_reload(engine, yaml);
}

static int child(void) {
  static host_text text;
  alarm(20);
  uint32_t positions[10];
  for (int round = 0; round < 2; ++round) {
    const recveil_decision decision = host_route(engine, 99, RECVEIL_MEMBERSHIP_NONMEMBER);
    CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 10, positions));
    CHECK_OK(publish_pool());
    CHECK_OK(add_users());
    CHECK_OK(replace_users());
    CHECK_OK(reload());
    CHECK_OK(host_scrape(engine, &text));
  }
  CHECK_EQ(2, host_info(engine).n_erased);
  recveil_engine_close(engine);
  return host_result();
}

static void fork_here(void) {
  worker = fork();
  if (worker == 0) _exit(child());
}

static void fork_at_every_step(const char *name, recveil_status (*operation)(void)) {
  long steps = 0;
  for (; host_failures == 0; ++steps) {
    worker = -1;
    fflush(NULL);
    host_call_at(steps, fork_here);
    const recveil_status status = operation();
    host_call_at(-1, NULL);
    CHECK_EQ(RECVEIL_OK, status);
    if (worker == -1) break;
    int result = -1;
    CHECK(waitpid(worker, &result, 0) == worker);
    CHECK_EQ(0, result);
  }
  printf("%s: %ld steps\n", name, steps);
  CHECK(host_failures > 0 || steps > 5);
}

int main(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  CHECK(mkdir("state", 0700) == 0);
  for (size_t i = 0; i < sizeof kYaml / sizeof kYaml[0]; ++i) {
    yaml = kYaml[i];
    engine = host_open(yaml);
    CHECK_OK(publish_pool());
    CHECK_OK(publish_pool()); /* from here on each publication frees an old one */
    fork_at_every_step("publish_popularity", publish_pool);
    fork_at_every_step("publish_users, add", add_users);
    fork_at_every_step("publish_users, replace", replace_users);
    fork_at_every_step("reload", reload);
    recveil_engine_close(engine);
  }
  return host_finish();
}
