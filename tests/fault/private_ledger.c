/* The ledger of private releases: a process that is killed at any point has paid for all noise that
   it has drawn, a retry gives the same bytes, and a ledger that is damaged, foreign, missing or
   cannot be written releases nothing. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/host_private.h"

static host_crowd crowd, other;

#define ONE_RELEASE                               \
  "serving: {mode: private}\nkeys: {file: key}\n" \
  "private: {ledger: ledger, mu: 4, people: 500, catalogue: 40}\n"

static recveil_status choose(recveil_engine *engine, uint64_t number, const host_crowd *from,
                             const recveil_progress *progress, uint32_t *items) {
  const host_stats counts = host_count_crowd(from);
  size_t n = 0;
  const recveil_status status = recveil_private_catalogue(engine, number, counts.bytes, counts.size,
                                                          progress, items, CROWD_CATALOGUE, &n);
  free(counts.bytes);
  return status;
}

/* Kills the process at the report with this number. */
static int32_t die_at(void *ctx, double fraction, const char *what) {
  (void)fraction;
  (void)what;
  int *left = (int *)ctx;
  if ((*left)-- == 0) kill(getpid(), SIGKILL);
  return 0;
}

/* One release from the first pass to the model, in a process that dies at the report `kill_at`; -1:
   in none. Whether it lived. */
static int whole_release_in_child(int kill_at) {
  const pid_t child = fork();
  if (child == 0) {
    recveil_engine *engine = host_open(ONE_RELEASE);
    host_release release;
    memset(&release, 0, sizeof release);
    recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
    training.release = 1;
    if (kill_at >= 0) {
      training.progress.fn = die_at;
      training.progress.ctx = &kill_at;
    }
    CHECK_OK(choose(engine, 1, &crowd, &training.progress, release.catalogue));
    release.counts = host_count_crowd(&crowd);
    release.gram = host_empty_stats(release.catalogue, CROWD_CATALOGUE);
    host_add_people(release.gram, &crowd, 0, CROWD_PEOPLE);
    recveil_private_model *model = NULL;
    CHECK_OK(recveil_private_train(engine, &training, release.counts.bytes, release.counts.size,
                                   release.gram.bytes, release.gram.size, &model));
    recveil_private_model_close(model);
    recveil_engine_close(engine);
    host_free_release(&release);
    _exit(host_result());
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGKILL);
  return WIFEXITED(status);
}

/* Every report of a release, one after the other. */
static void killed_at_every_report(void) {
  uint32_t wanted[CROWD_CATALOGUE], items[CROWD_CATALOGUE];
  recveil_engine *engine = host_open(ONE_RELEASE);
  CHECK_OK(choose(engine, 1, &crowd, NULL, wanted));
  CHECK(unlink("ledger") == 0);
  int kill_at = 0;
  for (; !whole_release_in_child(kill_at); ++kill_at) {
    const uint64_t booked = host_budget(engine).n_releases;
    /* The first report comes before anything is written, the second after the ledger was. */
    CHECK_EQ(kill_at == 0 ? 0 : 1, booked);
    if (booked == 1) {
      CHECK_FAILS(RECVEIL_E_ARGUMENT, "booked for other statistics",
                  choose(engine, 1, &other, NULL, items));
      CHECK_FAILS(RECVEIL_E_STATE, "release 2: over budget",
                  choose(engine, 2, &other, NULL, items));
    }
    CHECK_OK(choose(engine, 1, &crowd, NULL, items));
    CHECK(memcmp(items, wanted, sizeof items) == 0);
    CHECK_EQ(0, host_budget(engine).n_left);
    CHECK(unlink("ledger") == 0);
  }
  printf("killed at %d reports\n", kill_at);
  CHECK(kill_at >= 6);
  CHECK_EQ(1, host_budget(engine).n_releases);
  recveil_engine_close(engine);
  CHECK(unlink("ledger") == 0);
}

/* A process books release after release until it is killed at no particular point. Whatever it said
   that it drew noise for is in the ledger. */
static void killed_at_any_time(void) {
  static const char *const yaml =
      "keys: {file: key}\nprivate: {ledger: ledger, mu: 4, people: 500, releases: 100000, "
      "catalogue: 40}\n";
  for (unsigned round = 0; round < 12; ++round) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
      recveil_engine *engine = host_open(yaml);
      uint32_t items[CROWD_CATALOGUE];
      for (uint64_t number = host_budget(engine).n_releases + 1;; ++number) {
        if (choose(engine, number, number % 2 == 0 ? &crowd : &other, NULL, items) != RECVEIL_OK) {
          _exit(1);
        }
        if (write(ends[1], &number, sizeof number) != sizeof number) _exit(2);
      }
    }
    close(ends[1]);
    usleep(20000 + 7919 * round);
    CHECK(kill(child, SIGKILL) == 0);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    uint64_t last = 0, number = 0;
    while (read(ends[0], &number, sizeof number) == sizeof number) last = number;
    close(ends[0]);
    recveil_engine *engine = host_open(yaml);
    const uint64_t booked = host_budget(engine).n_releases;
    CHECK(booked == last || booked == last + 1 || last == 0);
    recveil_engine_close(engine);
  }
  recveil_engine *engine = host_open(yaml);
  printf("%d releases booked under fire\n", (int)host_budget(engine).n_releases);
  CHECK(host_budget(engine).n_releases > 12);
  recveil_engine_close(engine);
  CHECK(unlink("ledger") == 0);
}

static void flip(const char *path, long at) {
  FILE *file = fopen(path, "r+b");
  CHECK(file != NULL && fseek(file, at, SEEK_SET) == 0);
  const int byte = fgetc(file);
  CHECK(fseek(file, at, SEEK_SET) == 0 && fputc(byte ^ 1, file) != EOF);
  CHECK(fclose(file) == 0);
}

static void wrong_ledgers_release_nothing(void) {
  uint32_t items[CROWD_CATALOGUE];
  recveil_engine *engine = host_open(HOST_PRIVATE_YAML);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "there is no ledger", choose(engine, 2, &crowd, NULL, items));
  CHECK_OK(choose(engine, 1, &crowd, NULL, items));
  CHECK_OK(choose(engine, 2, &crowd, NULL, items));
  struct stat info;
  CHECK(stat("ledger", &info) == 0 && (info.st_mode & 077) == 0);

  /* The lowest bit of every byte of the two entries, which lie at the end of the last page. */
  recveil_private_budget budget = RECVEIL_PRIVATE_BUDGET_INIT;
  int seen = 0;
  for (long at = info.st_size - 173; at < info.st_size; ++at) {
    flip("ledger", at);
    seen += recveil_private_get_budget(engine, &budget) == RECVEIL_E_DATA;
    flip("ledger", at);
  }
  CHECK(seen >= 165); /* the type of a text or a blob changes nothing */
  flip("ledger", info.st_size - 40);
  CHECK_FAILS(RECVEIL_E_DATA, "is damaged", choose(engine, 3, &crowd, NULL, items));
  flip("ledger", info.st_size - 40);
  CHECK_OK(recveil_key_generate("other_key"));
  recveil_engine *stranger = host_open(
      "keys: {file: other_key}\nprivate: {ledger: ledger, mu: 8, releases: 4, people: 500, "
      "catalogue: 40}\n");
  CHECK_FAILS(RECVEIL_E_DATA, "another key", choose(stranger, 3, &crowd, NULL, items));
  recveil_engine_close(stranger);

  CHECK(rename("ledger", "kept") == 0);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "there is no ledger", choose(engine, 3, &crowd, NULL, items));
  CHECK(mkdir("ledger", 0700) == 0);
  CHECK_FAILS(RECVEIL_E_IO, "ledger", choose(engine, 1, &crowd, NULL, items));
  CHECK(rmdir("ledger") == 0);
  FILE *file = fopen("ledger", "w");
  CHECK(file != NULL && fputs("not a database, but long enough to be looked at", file) >= 0 &&
        fclose(file) == 0);
  CHECK_FAILS(RECVEIL_E_DATA, "ledger", choose(engine, 1, &crowd, NULL, items));
  CHECK(unlink("ledger") == 0);
  CHECK(rename("kept", "ledger") == 0);
  if (geteuid() != 0) { /* root writes to everything */
    CHECK(chmod("ledger", 0400) == 0);
    CHECK_FAILS(RECVEIL_E_IO, "ledger", choose(engine, 3, &crowd, NULL, items));
    CHECK(chmod("ledger", 0600) == 0);
  }
  /* A full disk: no file may grow. */
  CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  struct rlimit before, none;
  CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
  none = before;
  none.rlim_cur = 0;
  CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
  const recveil_status status = choose(engine, 3, &crowd, NULL, items);
  CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK_FAILS(RECVEIL_E_IO, "ledger", status);
  CHECK_EQ(2, host_budget(engine).n_releases);
  CHECK_OK(choose(engine, 3, &crowd, NULL, items));
  recveil_engine_close(engine);
}

/* The ledger is put back from a copy, or deleted, or another one is in its place: with a state_dir
   that is noticed, without one an old copy is not. What was spent since is not forgotten. */
#define REMEMBERED                                                  \
  "serving: {mode: private}\nkeys: {file: key}\nstate_dir: state\n" \
  "private: {ledger: ledger, mu: 8, releases: 4, people: 500, catalogue: 40}\n"

static void copy(const char *from, const char *to) {
  static char bytes[1 << 20];
  FILE *in = fopen(from, "rb");
  CHECK(in != NULL);
  const size_t n = fread(bytes, 1, sizeof bytes, in);
  CHECK(fclose(in) == 0);
  FILE *out = fopen(to, "wb");
  CHECK(out != NULL && fwrite(bytes, 1, n, out) == n && fclose(out) == 0);
}

static void old_copies_are_noticed(void) {
  uint32_t items[CROWD_CATALOGUE];
  recveil_private_budget budget = RECVEIL_PRIVATE_BUDGET_INIT;
  CHECK(unlink("ledger") == 0 && mkdir("state", 0700) == 0);
  recveil_engine *engine = host_open(REMEMBERED);
  CHECK_OK(choose(engine, 1, &crowd, NULL, items));
  copy("ledger", "old");
  CHECK_OK(choose(engine, 2, &other, NULL, items));
  copy("ledger", "new");
  CHECK_EQ(2, host_budget(engine).n_releases);
  copy("old", "ledger");
  CHECK_FAILS(RECVEIL_E_DATA, "is an old copy or another ledger",
              choose(engine, 2, &crowd, NULL, items));
  CHECK_FAILS(RECVEIL_E_DATA, "remembers 2 entries", recveil_private_get_budget(engine, &budget));
  CHECK(unlink("ledger") == 0);
  CHECK_FAILS(RECVEIL_E_DATA, "is missing", choose(engine, 1, &crowd, NULL, items));
  CHECK_FAILS(RECVEIL_E_DATA, "is missing", recveil_private_get_budget(engine, &budget));
  recveil_engine_close(engine);
  /* Another process, and after a restart. */
  copy("old", "ledger");
  engine = host_open(REMEMBERED);
  CHECK_FAILS(RECVEIL_E_DATA, "is an old copy", choose(engine, 2, &crowd, NULL, items));
  recveil_engine *forgetful = host_open(
      "keys: {file: key}\nprivate: {ledger: ledger, mu: 8, releases: 4, people: 500, "
      "catalogue: 40}\n");
  CHECK_EQ(1, host_budget(forgetful).n_releases);
  recveil_engine_close(forgetful);
  copy("new", "ledger");
  CHECK_EQ(2, host_budget(engine).n_releases);
  CHECK_OK(choose(engine, 3, &crowd, NULL, items));
  /* Both put back together: nobody can tell. */
  recveil_engine_close(engine);
}

/* One release ever, also if the configuration is changed after it. */
static void the_only_release_has_no_other(void) {
  uint32_t items[CROWD_CATALOGUE];
  static const char *const once =
      "keys: {file: key}\nprivate: {ledger: once, mu: 4, people: 500, catalogue: 40, "
      "train_once: true}\n";
  recveil_engine *engine = host_open(once);
  CHECK_EQ(1, host_budget(engine).n_left);
  CHECK_OK(choose(engine, 1, &crowd, NULL, items));
  CHECK_OK(choose(engine, 1, &crowd, NULL, items));
  CHECK_EQ(0, host_budget(engine).n_left);
  CHECK_FAILS(RECVEIL_E_STATE, "private.train_once promised",
              choose(engine, 2, &other, NULL, items));
  recveil_engine_close(engine);
  engine = host_open(
      "keys: {file: key}\nprivate: {ledger: once, mu: 40, releases: 100, people: 500, catalogue: "
      "40}\n");
  CHECK_EQ(0, host_budget(engine).n_left);
  CHECK_FAILS(RECVEIL_E_STATE, "private.train_once promised",
              choose(engine, 2, &other, NULL, items));
  recveil_engine_close(engine);
}

int main(void) {
  host_private_folder();
  host_make_crowd(&crowd, 1);
  host_make_crowd(&other, 2);
  killed_at_every_report();
  killed_at_any_time();
  wrong_ledgers_release_nothing();
  old_copies_are_noticed();
  the_only_release_has_no_other();
  return host_finish();
}
