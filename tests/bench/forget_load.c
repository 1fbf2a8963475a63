/* 10,000 requests through the forget loop on a table of MovieLens-1M's size (6,040 x 64): time of
   each submit, throughput of submit, plan, apply and ack, and the memory it took.
   usage: forget_load FOLDER [requests]   (the journal syncs: choose the disk that counts) */
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "support/host_engine.h"
#include "support/host_text.h"

enum { kUsers = 6040, kDim = 64, kBatch = 100 };
static float data[kUsers * kDim];
static int32_t classes[kUsers];
static recveil_subject subjects[kUsers];
static double *times;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}
static double peak(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024;
}
static recveil_forget_request request_of(uint32_t number, const char *const *attribute,
                                         recveil_user *user) {
  recveil_forget_request request = RECVEIL_FORGET_REQUEST_INIT;
  memcpy(request.id.bytes, &number, sizeof number);
  request.id.bytes[15] = 1;
  request.label_policy = RECVEIL_LABELS_HOST;
  request.n_attributes = 1;
  request.attributes = attribute;
  request.subjects = &subjects[number % kUsers];
  request.n_subjects = 1;
  *user = number % kUsers;
  request.users = user;
  request.n_users = 1;
  return request;
}

int main(int argc, char **argv) {
  if (argc < 2 || chdir(argv[1]) != 0) return 2;
  const uint32_t n = argc > 2 ? (uint32_t)atoi(argv[2]) : 10000;
  times = malloc(n * sizeof *times);
  CHECK_OK(recveil_key_generate("key"));
  recveil_engine *engine = host_open("keys: {file: key}\nforget: {journal: forget.db}");
  recveil_forget *forget = NULL;
  CHECK_OK(recveil_forget_open(engine, NULL, &forget));
  srand(1);
  for (uint32_t u = 0; u < kUsers; ++u) {
    classes[u] = (int32_t)(u % 2);
    static const size_t offsets[] = {0, sizeof u};
    CHECK_OK(recveil_subjects_from_bytes(engine, &u, offsets, 1, &subjects[u]));
    for (uint32_t i = 0; i < kDim; ++i) {
      data[u * kDim + i] = (float)rand() / (float)RAND_MAX + (i == 0 ? (float)(u % 2) : 0);
    }
  }
  static const char *const names[] = {"gender", "age"};
  const double before = peak();

  /* One by one, each durable when it returns. The second of a person asks for another attribute. */
  double start = now();
  for (uint32_t i = 0; i < n; ++i) {
    recveil_user user;
    const recveil_forget_request request = request_of(i, &names[i / kUsers % 2], &user);
    const recveil_forget_request *const all[] = {&request};
    const double began = now();
    CHECK_OK(recveil_forget_submit(forget, all, 1, NULL));
    times[i] = now() - began;
  }
  const double submitted = now() - start;
  qsort(times, n, sizeof *times, ascending);
  printf("submit, one by one: %.0f/s, p50 %.2f ms, p99 %.2f ms, max %.1f ms\n", n / submitted,
         1e3 * times[n / 2], 1e3 * times[n - 1 - n / 100], 1e3 * times[n - 1]);
  start = now();
  for (uint32_t i = n; i < 2 * n; i += kBatch) { /* in batches: one sync for a hundred */
    static recveil_forget_request batch[kBatch];
    static recveil_user users[kBatch];
    const recveil_forget_request *all[kBatch];
    for (uint32_t b = 0; b < kBatch; ++b) {
      batch[b] = request_of(i + b, &names[0], &users[b]);
      all[b] = &batch[b];
    }
    CHECK_OK(recveil_forget_submit(forget, all, kBatch, NULL));
  }
  printf("submit, %d at a time: %.0f/s\n", kBatch, n / (now() - start));

  recveil_matrix matrix = RECVEIL_MATRIX_INIT;
  matrix.data = data;
  matrix.n_rows = kUsers;
  matrix.n_cols = kDim;
  recveil_forget_table table = RECVEIL_FORGET_TABLE_INIT;
  table.name = "users";
  table.model_version = 1;
  table.rows = &matrix;
  table.subjects = subjects;
  table.n_attributes = 1;
  table.attributes = names;
  static size_t rows[kUsers];
  recveil_forget_plan_rows plan = RECVEIL_FORGET_PLAN_ROWS_INIT;
  plan.capacity = kUsers;
  plan.rows = rows;
  start = now();
  CHECK_OK(recveil_forget_plan(forget, &table, &plan, NULL));
  printf("plan: %zu rows in %.2f s\n", plan.n_rows, now() - start);

  static const uint32_t two[] = {2};
  recveil_erase_options options = RECVEIL_ERASE_OPTIONS_INIT;
  options.method = RECVEIL_ERASE_GAUSSIAN_TRANSPORT;
  options.n_classes = two;
  options.names = names;
  recveil_erase_map *map = NULL;
  CHECK_OK(recveil_erase_fit(&options, &matrix, classes, &map));
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  start = now();
  CHECK_OK(recveil_forget_apply(forget, &table, NULL, 0, map, classes, &applied, NULL));
  printf("apply: %zu rows in %.2f s\n", applied.n_mapped, now() - start);
  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  start = now();
  CHECK_OK(recveil_forget_ack(forget, applied.attempt, &table, &acked, NULL));
  printf("ack: %zu rows, %zu requests on to verification, in %.2f s\n", acked.n_confirmed,
         acked.n_verifying, now() - start);
  recveil_forget_report report = RECVEIL_FORGET_REPORT_INIT;
  start = now();
  CHECK_OK(recveil_forget_verify(forget, 0, NULL, &report, NULL));
  printf("verify: %llu entries in %.2f s; journal %.1f MiB; memory %.0f MiB, %.0f before\n",
         (unsigned long long)report.n_entries, now() - start, (double)report.file_bytes / 1048576,
         peak(), before);
  recveil_erase_map_close(map);
  recveil_forget_close(forget);
  recveil_engine_close(engine);
  return host_result();
}
