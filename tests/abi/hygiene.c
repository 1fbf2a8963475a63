/* What a process sees of the library: nothing. Its floating-point mode, signal handlers,
   descriptors, threads, environment, locale and output are the same through loading, opening,
   serving, closing and unloading. usage: hygiene LIBRARY */
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "support/abi_loaded.h"

extern char **environ;
enum { kSignals = 65, kText = 1 << 14 };

typedef struct {
  unsigned float_mode;
  double denormal;
  void (*handlers[kSignals])(int);
  char descriptors[kText], threads[64], environment[kText], locale[512];
  char **environ_pointer;
  sigset_t mask;
} State;

/* The number of entries in a folder of /proc/self, and for descriptors what each one is. */
static size_t list(const char *path, char *text, size_t room) {
  size_t entries = 0, used = 0;
  text[0] = '\0';
  DIR *folder = opendir(path);
  CHECK(folder != NULL);
  if (folder == NULL) return 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char name[512], target[256] = "";
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    const ssize_t n = readlink(name, target, sizeof target - 1);
    if (n > 0) target[n] = '\0';
    ++entries;
    const int more = snprintf(text + used, room - used, "%s %s\n", entry->d_name, target);
    if (more > 0 && (size_t)more < room - used) used += (size_t)more;
  }
  closedir(folder);
  return entries;
}

static void look(State *state) {
  memset(state, 0, sizeof *state);
#if defined(__x86_64__)
  state->float_mode = _mm_getcsr() & ~0x3Fu; /* without the sticky exception flags */
#endif
  volatile double small = 4e-308;
  state->denormal = small / 16;
  for (int s = 1; s < kSignals; ++s) {
    struct sigaction action;
    if (sigaction(s, NULL, &action) == 0) state->handlers[s] = action.sa_handler;
  }
  CHECK(sigprocmask(SIG_BLOCK, NULL, &state->mask) == 0);
  list("/proc/self/fd", state->descriptors, sizeof state->descriptors);
  char ignored[kText];
  snprintf(state->threads, sizeof state->threads, "%zu",
           list("/proc/self/task", ignored, sizeof ignored));
  state->environ_pointer = environ;
  size_t used = 0;
  for (char **variable = environ; *variable != NULL; ++variable) {
    const int more = snprintf(state->environment + used, kText - used, "%s\n", *variable);
    if (more > 0 && (size_t)more < kText - used) used += (size_t)more;
  }
  const char *name = setlocale(LC_ALL, NULL);
  snprintf(state->locale, sizeof state->locale, "%s", name != NULL ? name : "");
}

static State first, now;

static void check_same(const char *when) {
  const int before = host_failures;
  look(&now);
  CHECK_EQ(first.float_mode, now.float_mode);
  CHECK(now.denormal > 0 && first.denormal >= now.denormal && now.denormal >= first.denormal);
  for (int s = 1; s < kSignals; ++s) CHECK(first.handlers[s] == now.handlers[s]);
  CHECK(memcmp(&first.mask, &now.mask, sizeof now.mask) == 0);
  CHECK(strcmp(first.descriptors, now.descriptors) == 0);
  CHECK(strcmp(first.threads, now.threads) == 0);
  CHECK(strcmp(first.environment, now.environment) == 0);
  CHECK(first.environ_pointer == now.environ_pointer);
  CHECK(strcmp(first.locale, now.locale) == 0);
  if (host_failures > before) {
    fprintf(stderr, "  after %s; descriptors were\n%sand are\n%s", when, first.descriptors,
            now.descriptors);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  /* Both outputs go to a file that must stay empty, but for what this test itself has to say. */
  char name[] = "/tmp/recveil-test-XXXXXX";
  const int file = mkstemp(name), real_out = dup(1), real_err = dup(2);
  CHECK(file >= 0 && dup2(file, 1) == 1 && dup2(file, 2) == 2);
  look(&first);

  abi_loaded lib;
  struct stat written = {0};
  if (abi_load(&lib, argv[1])) {
    check_same("loading");
    recveil_engine *engine = abi_use(&lib);
    check_same("opening and serving");
    lib.engine_close(engine);
    check_same("closing");
    CHECK(dlclose(lib.handle) == 0);
    check_same("unloading");
  }
  fflush(NULL);
  CHECK(fstat(file, &written) == 0 && written.st_size == 0);
  fflush(NULL);
  char said[kText];
  const ssize_t n = pread(file, said, sizeof said, 0);
  CHECK(dup2(real_out, 1) == 1 && dup2(real_err, 2) == 2);
  if (n > 0) fwrite(said, 1, (size_t)n, stderr);
  unlink(name);
  return host_result();
}
