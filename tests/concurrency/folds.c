/* Three threads route, rank and fold in while one publishes models and gives old ones back. Every
   answer is that of one version as a whole, and no reader sees a model that was given back: the
   arrays of a released version are overwritten, and a list with its traces would be another one. */
#include <pthread.h>
#include <stdatomic.h>

#include "support/host_folds.h"

enum { kReaders = 3, kRounds = 1500, kSets = 6, kUsers = 30, kPlaces = 8, kLists = 100 };
static recveil_engine *engine;
static atomic_int stop;
static atomic_ulong lists, forgotten;
static host_folds sets[kSets];
static const uint32_t history[] = {3, 11, 24, 30};
/* wanted[set][fold]: each version is one of kSets. */
static uint32_t wanted[kSets][HOST_FOLDS][kPlaces];
static size_t wanted_counts[kSets][HOST_FOLDS];
static atomic_int in_use[kSets];

static void released(void *ctx) {
  host_folds *all = ctx;
  memset(all->factors, 0, sizeof all->factors);
  memset(all->support, 0, sizeof all->support);
  atomic_store(&in_use[all - sets], 0);
}

static void make(uint32_t set, uint64_t version) {
  host_make_folds(&sets[set], RECVEIL_FOLD_FACTORS, version, set + 1);
  sets[set].folds.release = released;
  atomic_store(&in_use[set], 1);
}

static recveil_status rank(recveil_engine *on, const recveil_decision *decision, uint32_t *items,
                           size_t *count) {
  unsigned char scratch[1 << 14];
  return host_fold_rank(on, decision, history, 4, kPlaces, items, NULL, count, NULL, scratch,
                        sizeof scratch);
}

/* One call has one snapshot: no version can be forgotten in the middle of it. */
static void recommend(recveil_user user) {
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  uint32_t items[kPlaces];
  size_t n = 0;
  request.user = user;
  request.history = host_history(history, 4);
  request.k = kPlaces;
  CHECK_OK(recveil_recommend(engine, &request, &decision, items, NULL, &n, NULL, 0));
  const size_t set = decision.model_version % kSets;
  CHECK_EQ(wanted_counts[set][decision.fold], n);
  CHECK(memcmp(items, wanted[set][decision.fold], n * sizeof *items) == 0);
}

static void *read_all(void *ctx) {
  (void)ctx;
  for (recveil_user user = 0; !stop; user = (user + 1) % kUsers) {
    recommend(user);
    const recveil_decision decision = host_route_fold(engine, user, RECVEIL_MEMBERSHIP_ASK, 0);
    CHECK_EQ(RECVEIL_PATH_FOLD, decision.path);
    uint32_t items[kPlaces];
    size_t count = 0;
    const recveil_status status = rank(engine, &decision, items, &count);
    if (status == RECVEIL_E_STATE) { /* two versions came between route and rank */
      atomic_fetch_add(&forgotten, 1);
      continue;
    }
    CHECK_EQ(RECVEIL_OK, status);
    const size_t set = decision.model_version % kSets;
    CHECK_EQ(wanted_counts[set][decision.fold], count);
    CHECK(memcmp(items, wanted[set][decision.fold], count * sizeof *items) == 0);
    atomic_fetch_add(&lists, 1);
  }
  return NULL;
}

int main(void) {
  for (uint32_t set = 0; set < kSets; ++set) { /* what each of them says, alone */
    make(set, 1);
    recveil_engine *alone = host_open(HOST_FOLDS_YAML);
    CHECK_OK(recveil_publish_folds(alone, &sets[set].folds));
    recveil_decision decision = host_route_fold(alone, 1, RECVEIL_MEMBERSHIP_ASK, 0);
    for (decision.fold = 0; decision.fold < HOST_FOLDS; ++decision.fold) {
      CHECK_OK(
          rank(alone, &decision, wanted[set][decision.fold], &wanted_counts[set][decision.fold]));
    }
    recveil_engine_close(alone);
  }
  engine = host_open(HOST_FOLDS_YAML);
  make(1, 1);
  CHECK_OK(recveil_publish_folds(engine, &sets[1].folds));
  pthread_t threads[kReaders];
  for (size_t i = 0; i < kReaders; ++i) {
    CHECK(pthread_create(&threads[i], NULL, read_all, NULL) == 0);
  }
  /* A machine that is busy may let the readers run late: it goes on until they have read. */
  for (uint64_t version = 2; (version < kRounds || lists <= kLists) && host_failures == 0;
       ++version) {
    const uint32_t set = (uint32_t)(version % kSets);
    if (atomic_load(&in_use[set])) continue; /* a reader still holds the snapshot */
    make(set, version);
    CHECK_OK(recveil_publish_folds(engine, &sets[set].folds));
  }
  stop = 1;
  for (size_t i = 0; i < kReaders; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  printf("%lu lists, %lu of versions already forgotten\n", lists, forgotten);
  CHECK(lists > kLists);
  recveil_engine_close(engine);
  for (uint32_t set = 0; set < kSets; ++set) CHECK_EQ(0, atomic_load(&in_use[set]));
  return host_result();
}
