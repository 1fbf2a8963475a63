/* Threads that each open, use and close engines of their own at the same time, and more threads
   than there are reader slots. */
#include <pthread.h>

#include "support/host_engine.h"

enum { kThreads = 4, kLives = 50, kCrowd = 150 };

static void serve_some(recveil_engine *engine, recveil_user user) {
  const recveil_decision decision = host_route(engine, user, RECVEIL_MEMBERSHIP_NONMEMBER);
  uint32_t positions[10];
  CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 10, positions));
  CHECK(host_distinct_below(positions, 10, 20));
}

static void *live(void *ctx) {
  (void)ctx;
  for (int life = 0; life < kLives; ++life) {
    recveil_engine *engine =
        host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
    CHECK_OK(host_publish_items(engine, 40, 0));
    for (recveil_user user = 0; user < 20; ++user) serve_some(engine, user);
    CHECK_FAILS(RECVEIL_E_CONFIG, "", host_reload(engine, "serving: {ratio: 3}"));
    recveil_engine_close(engine);
  }
  return NULL;
}

static void *visit(void *ctx) {
  for (recveil_user user = 0; user < 50; ++user) serve_some((recveil_engine *)ctx, user);
  return NULL;
}

int main(void) {
  pthread_t threads[kCrowd];
  for (size_t t = 0; t < kThreads; ++t) {
    CHECK(pthread_create(&threads[t], NULL, live, NULL) == 0);
  }
  for (size_t t = 0; t < kThreads; ++t) CHECK(pthread_join(threads[t], NULL) == 0);

  recveil_engine *engine =
      host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
  CHECK_OK(host_publish_items(engine, 40, 0));
  for (size_t t = 0; t < kCrowd; ++t) {
    CHECK(pthread_create(&threads[t], NULL, visit, engine) == 0);
  }
  for (size_t t = 0; t < kCrowd; ++t) CHECK(pthread_join(threads[t], NULL) == 0);
  recveil_engine_close(engine);
  return host_result();
}
