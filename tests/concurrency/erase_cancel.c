/* A flag that another thread sets stops a fit and an application within a second of work, and
   progress comes at least once a second. Seconds are of processor time: a busy machine is no fault.
 */
#include <pthread.h>
#include <time.h>

#include "support/host_erase.h"

enum { kRows = 60000, kD = 64 };
static float *rows, *before;
static int32_t classes[kRows];
static int32_t cancel;
static int calls;
static double last_call, longest_gap;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int32_t listen(void *ctx, double fraction, const char *what) {
  (void)ctx;
  CHECK(fraction >= 0 && fraction <= 1 && what != NULL);
  const double at = now();
  if (__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) > 0 && at - last_call > longest_gap) {
    longest_gap = at - last_call;
  }
  last_call = at;
  return 0;
}

/* Sets the flag once the call is at work, and says when it did. */
static void *set_the_flag(void *ctx) {
  const struct timespec a_while = {0, 1000000};
  while (__atomic_load_n(&calls, __ATOMIC_RELAXED) < 4) nanosleep(&a_while, NULL);
  *(double *)ctx = now();
  __atomic_store_n(&cancel, 1, __ATOMIC_RELAXED);
  return NULL;
}

static const recveil_progress watched = {listen, NULL, &cancel};

/* Starts the clock; `stop` ends it and checks what a caller may rely on. */
static pthread_t start(double *set) {
  __atomic_store_n(&cancel, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&calls, 0, __ATOMIC_RELAXED);
  longest_gap = 0;
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, set_the_flag, set) == 0);
  return thread;
}
static void stop(pthread_t thread, const double *set) {
  const double returned = now();
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(returned - *set < 1);
  CHECK(returned > *set); /* the flag stopped it: it was still at work */
  CHECK(longest_gap < 1);
}

static recveil_matrix all(size_t n) {
  recveil_matrix out = host_matrix(rows, n, kD);
  return out;
}

static void a_fit_is_stopped(void) {
  recveil_erase_options options = host_erase_options(RECVEIL_ERASE_OPTIMAL_TRANSPORT);
  options.n_sweeps = 200;
  options.progress = watched;
  const recveil_matrix matrix = all(kRows);
  recveil_erase_map *map = NULL;
  double set = 0;
  const pthread_t thread = start(&set);
  CHECK_FAILS(RECVEIL_E_CANCELLED, "cancel", recveil_erase_fit(&options, &matrix, classes, &map));
  stop(thread, &set);
  CHECK(map == NULL);
  CHECK(memcmp(rows, before, sizeof(float) * kRows * kD) == 0);
  /* A flag that is set already: nothing is begun. */
  CHECK_FAILS(RECVEIL_E_CANCELLED, "cancel", recveil_erase_fit(&options, &matrix, classes, &map));
}

static void an_application_is_stopped(void) {
  recveil_erase_options options = host_erase_options(RECVEIL_ERASE_OPTIMAL_TRANSPORT);
  options.n_sweeps = 50;
  options.min_class_rows = 1;
  const recveil_matrix some = all(2000), matrix = all(kRows);
  recveil_erase_map *map = NULL;
  CHECK_OK(recveil_erase_fit(&options, &some, classes, &map));
  recveil_erase_result result = RECVEIL_ERASE_RESULT_INIT;
  double set = 0;
  const pthread_t thread = start(&set);
  CHECK_FAILS(RECVEIL_E_CANCELLED, "cancel",
              recveil_erase_apply(map, &matrix, classes, &result, &watched));
  stop(thread, &set);
  const size_t done = (size_t)result.n_done;
  CHECK(done > 0 && done < kRows);
  CHECK_EQ(done, result.n_mapped);
  CHECK_EQ(RECVEIL_STALE_ALL, result.stale);
  CHECK(memcmp(rows + done * kD, before + done * kD, sizeof(float) * (kRows - done) * kD) == 0);
  /* The rows done are those of a call that was not stopped: each of them, bit for bit. */
  float *whole = malloc(sizeof(float) * done * kD);
  if (whole == NULL) exit(1);
  memcpy(whole, before, sizeof(float) * done * kD);
  const recveil_matrix first = host_matrix(whole, done < 3000 ? done : 3000, kD);
  CHECK_OK(recveil_erase_apply(map, &first, classes, NULL, NULL));
  CHECK(memcmp(whole, rows, sizeof(float) * first.n_rows * kD) == 0);
  free(whole);

  /* A flag that is set already: nothing is begun, and the result says so. */
  memcpy(rows, before, sizeof(float) * kRows * kD);
  CHECK_FAILS(RECVEIL_E_CANCELLED, "cancel",
              recveil_erase_apply(map, &matrix, classes, &result, &watched));
  CHECK_EQ(0, result.n_done);
  CHECK_EQ(0, result.stale);
  CHECK(memcmp(rows, before, sizeof(float) * kRows * kD) == 0);
  recveil_erase_map_close(map);
}

int main(void) {
  rows = malloc(sizeof(float) * kRows * kD);
  before = malloc(sizeof(float) * kRows * kD);
  if (rows == NULL || before == NULL) return 1;
  host_make_rows(rows, classes, kRows, kD, 3);
  memcpy(before, rows, sizeof(float) * kRows * kD);
  a_fit_is_stopped();
  an_application_is_stopped();
  free(rows);
  free(before);
  return host_finish();
}
