/* A state_dir that is missing, read-only, full, or not a folder: E_IO, nothing changed in memory,
   nothing half-written on the disk. */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/host_engine.h"

static const char *const kYaml =
    "serving: {list_length: 100, ratio: 0.5}\nkeys: {file: key}\nstate_dir: state";

static size_t count_files(const char *path) {
  size_t files = 0;
  DIR *folder = opendir(path);
  CHECK(folder != NULL);
  for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
    files += entry->d_name[0] != '.' && strcmp(entry->d_name, "LOCK") != 0;
  }
  if (folder != NULL) closedir(folder);
  return files;
}

static void check_publishing_fails(recveil_engine *engine) {
  const recveil_engine_info before = host_info(engine);
  const recveil_user user = 77;
  CHECK_FAILS(RECVEIL_E_IO, "state", host_publish_items(engine, 300, 5000));
  CHECK_FAILS(RECVEIL_E_IO, "state",
              recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, &user, 1));
  const recveil_engine_info after = host_info(engine);
  CHECK(memcmp(&before, &after, sizeof before) == 0);
  const recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  uint32_t positions[128];
  CHECK_EQ(100, host_serve(engine, &decision, 0, 0, 128, positions));
}

static void missing_or_no_folder(void) {
  recveil_engine *engine = NULL;
  CHECK_FAILS(RECVEIL_E_IO, "state", host_try_open(&engine, NULL, kYaml));
  FILE *file = fopen("state", "w");
  CHECK(file != NULL && fclose(file) == 0);
  CHECK_FAILS(RECVEIL_E_IO, "state", host_try_open(&engine, NULL, kYaml));
  CHECK(unlink("state") == 0);
  CHECK(engine == NULL);
}

static void folder_that_goes_away(void) {
  CHECK(mkdir("state", 0700) == 0);
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 300, 0));
  CHECK(rename("state", "elsewhere") == 0);
  check_publishing_fails(engine);
  CHECK(rename("elsewhere", "state") == 0);
  CHECK_OK(host_publish_items(engine, 300, 1000));
  recveil_engine_close(engine);
  CHECK(system("rm -rf state") == 0);
}

static void full_disk(void) {
  CHECK(mkdir("state", 0700) == 0);
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 300, 0));
  const size_t files = count_files("state");
  struct rlimit limit;
  CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlim_t before = limit.rlim_cur;
  for (rlim_t room = 0; room <= 1024; room += 256) { /* a state is larger than this */
    limit.rlim_cur = room;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    check_publishing_fails(engine);
    CHECK_EQ(files, count_files("state"));
  }
  limit.rlim_cur = 0;
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHECK_FAILS(RECVEIL_E_IO, "new_key", recveil_key_generate("new_key"));
  CHECK(access("new_key", F_OK) != 0);
  limit.rlim_cur = before;
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);

  recveil_engine *other = host_open(kYaml); /* what is there is whole */
  CHECK_EQ(1, host_info(other).pool_version);
  CHECK_OK(host_publish_items(engine, 300, 1000));
  CHECK_OK(recveil_engine_refresh(other, NULL));
  CHECK_EQ(2, host_info(other).pool_version);
  recveil_engine_close(other);
  recveil_engine_close(engine);
  CHECK(system("rm -rf state") == 0);
}

/* Root may write anywhere, so this part is played by a child that is not. */
static int read_only_folder(void) {
  if (geteuid() == 0 && setuid(65534) != 0) return 1;
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  CHECK(mkdir("state", 0700) == 0);
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 300, 0));
  const size_t files = count_files("state");
  CHECK(chmod("state", 0500) == 0);
  check_publishing_fails(engine);
  CHECK_EQ(files, count_files("state"));
  uint32_t changed = 77;
  CHECK_OK(recveil_engine_refresh(engine, &changed)); /* reading is still possible */
  CHECK_EQ(0, changed);
  CHECK(chmod("state", 0700) == 0);
  CHECK_OK(host_publish_items(engine, 300, 0));
  recveil_engine_close(engine);
  return host_finish();
}

int main(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  missing_or_no_folder();
  folder_that_goes_away();
  full_disk();
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) _exit(read_only_folder());
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return host_finish();
}
