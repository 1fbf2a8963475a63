/* engine.h: a state_dir shared by two engines; damage and foreign files change nothing. */
#include <dirent.h>
#include <sys/stat.h>

#include "support/host_engine.h"

static const char *const kYaml =
    "serving: {list_length: 4, ratio: 0.5}\nkeys: {file: key}\nstate_dir: state";
enum { kBytes = 1 << 16 };

static int refreshed(recveil_engine *engine) {
  uint32_t changed = 77;
  CHECK_OK(recveil_engine_refresh(engine, &changed));
  return changed == 77 ? -1 : (int)changed;
}

static void make_state_dir(void) {
  CHECK(system("rm -rf state && mkdir -m 700 state") == 0);
}

static void check_equal(recveil_engine *a, recveil_engine *b) {
  const recveil_engine_info of_a = host_info(a), of_b = host_info(b);
  CHECK_EQ(of_a.state_version, of_b.state_version);
  CHECK_EQ(of_a.pool_version, of_b.pool_version);
  CHECK_EQ(of_a.n_pool_items, of_b.n_pool_items);
  CHECK_EQ(of_a.n_members, of_b.n_members);
  CHECK_EQ(of_a.n_quarantined, of_b.n_quarantined);
  CHECK_EQ(of_a.n_erased, of_b.n_erased);
  CHECK_EQ(of_a.flags, of_b.flags);
  for (recveil_user user = 0; user < 20; ++user) {
    const recveil_decision da = host_route(a, user, RECVEIL_MEMBERSHIP_ASK);
    const recveil_decision db = host_route(b, user, RECVEIL_MEMBERSHIP_ASK);
    CHECK(da.path == db.path && da.reason == db.reason && da.pool_version == db.pool_version);
    uint32_t slate_a[8] = {0}, slate_b[8] = {0};
    CHECK_EQ(host_serve(a, &da, 9, 0, 8, slate_a), host_serve(b, &db, 9, 0, 8, slate_b));
    CHECK(memcmp(slate_a, slate_b, sizeof slate_a) == 0);
  }
  uint32_t items_a[8] = {0}, items_b[8] = {1};
  const recveil_status status = recveil_pool_read(a, 0, items_a, 8, NULL, NULL);
  CHECK(status == recveil_pool_read(b, 0, items_b, 8, NULL, NULL));
  if (status == RECVEIL_OK) CHECK(memcmp(items_a, items_b, sizeof items_a) == 0);
}

static void one_publishes_and_the_other_takes_over(void) {
  make_state_dir();
  recveil_engine *a = host_open(kYaml), *b = host_open(kYaml);
  CHECK_EQ(0, refreshed(b));
  CHECK_OK(host_publish_items(a, 9, 100));
  const recveil_user users[] = {1, 2, 3, 4};
  CHECK_OK(recveil_publish_users(a, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users, 3));
  CHECK_OK(recveil_publish_users(a, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, users + 2, 1));
  CHECK_OK(recveil_publish_users(a, RECVEIL_USERS_QUARANTINED, RECVEIL_SET_ADD, users + 3, 1));
  CHECK_EQ(RECVEIL_INFO_NO_POOL, host_info(b).flags & RECVEIL_INFO_NO_POOL);
  CHECK_EQ(1, refreshed(b));
  check_equal(a, b);
  CHECK_EQ(0, refreshed(b));
  CHECK_EQ(0, refreshed(a)); /* nothing newer than its own */

  CHECK_OK(host_publish_items(a, 7, 200));
  CHECK_OK(recveil_engine_refresh(b, NULL));
  check_equal(a, b);
  uint32_t items[8];
  CHECK_OK(recveil_pool_read(b, host_info(b).pool_version - 1, items, 8, NULL, NULL));
  CHECK_EQ(100, items[0]); /* the pool before it came along */

  /* A third, opened late, starts from what is there. */
  recveil_engine *late = host_open(kYaml);
  CHECK(refreshed(late) >= 0);
  check_equal(a, late);
  recveil_engine_close(a);
  recveil_engine_close(late);
  recveil_engine *alone = host_open(kYaml);
  CHECK(refreshed(alone) >= 0);
  check_equal(b, alone);
  recveil_engine_close(b);
  recveil_engine_close(alone);
}

/* Whoever publishes builds on the newest, also on one it has not taken over yet. */
static void publishers_take_turns(void) {
  make_state_dir();
  recveil_engine *a = host_open(kYaml), *b = host_open(kYaml);
  const recveil_user users[] = {1, 2};
  CHECK_OK(recveil_publish_users(a, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users, 2));
  CHECK_OK(recveil_publish_users(a, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, users, 1));
  CHECK_OK(host_publish_items(b, 9, 100));
  CHECK_EQ(1, refreshed(a));
  CHECK_EQ(2, host_info(a).n_members);
  CHECK_EQ(1, host_info(a).n_erased);
  CHECK_EQ(8, host_info(a).n_pool_items);
  (void)refreshed(b);
  check_equal(a, b);
  recveil_engine_close(a);
  recveil_engine_close(b);
}

static size_t read_bytes(const char *path, char *bytes) {
  FILE *file = fopen(path, "rb");
  CHECK(file != NULL);
  if (file == NULL) return 0;
  const size_t n = fread(bytes, 1, kBytes, file);
  CHECK(n < kBytes && fclose(file) == 0);
  return n;
}

static void write_bytes(const char *path, const char *bytes, size_t n) {
  FILE *file = fopen(path, "wb");
  CHECK(file != NULL);
  if (file == NULL) return;
  CHECK(fwrite(bytes, 1, n, file) == n && fclose(file) == 0);
}

static void check_refresh_fails(recveil_engine *engine, const char *path, const char *how,
                                size_t at) {
  const recveil_engine_info before = host_info(engine);
  uint32_t changed = 77;
  const recveil_status status = recveil_engine_refresh(engine, &changed);
  const recveil_engine_info after = host_info(engine);
  if (status != RECVEIL_E_IO && status != RECVEIL_E_VERSION) {
    CHECK(!"a damaged state_dir was taken");
    fprintf(stderr, "  %s, %s at %zu: %s\n", path, how, at, recveil_status_name(status));
  }
  CHECK_EQ(77, changed);
  CHECK(memcmp(&before, &after, sizeof before) == 0);
}

/* Each byte of the file flipped in two ways, every length shorter, and one byte more. */
static void damage(recveil_engine *engine, const char *path) {
  static char good[kBytes], bad[kBytes];
  const size_t n = read_bytes(path, good);
  CHECK(n > 0);
  for (size_t i = 0; i < n; ++i) {
    memcpy(bad, good, n);
    bad[i] = (char)(good[i] ^ 1);
    write_bytes(path, bad, n);
    check_refresh_fails(engine, path, "bit 0 flipped", i);
    bad[i] = (char)(good[i] ^ 0x80);
    write_bytes(path, bad, n);
    check_refresh_fails(engine, path, "bit 7 flipped", i);
    write_bytes(path, good, i);
    check_refresh_fails(engine, path, "cut", i);
  }
  memcpy(bad, good, n);
  bad[n] = 'x';
  write_bytes(path, bad, n + 1);
  check_refresh_fails(engine, path, "a byte more", n);
  CHECK(unlink(path) == 0);
  CHECK(mkdir(path, 0700) == 0);
  check_refresh_fails(engine, path, "a folder instead", 0);
  CHECK(rmdir(path) == 0);
  write_bytes(path, good, n);
}

static void damage_changes_nothing(void) {
  make_state_dir();
  recveil_engine *a = host_open(kYaml), *b = host_open(kYaml);
  CHECK_OK(host_publish_items(a, 9, 100));
  const recveil_user users[] = {1, 2, 3};
  CHECK_OK(recveil_publish_users(a, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users, 3));
  CHECK_EQ(1, refreshed(b));
  CHECK_OK(host_publish_items(a, 7, 200));
  CHECK_OK(host_publish_items(a, 8, 300)); /* CURRENT is 4: one bit from 5, which is not there */

  const char *newest = "state/state-4.bin";
  damage(b, "state/CURRENT");
  damage(b, newest);
  CHECK(rename(newest, "state/away") == 0);
  check_refresh_fails(b, newest, "missing", 0);
  CHECK(rename("state/away", newest) == 0);

  CHECK_EQ(1, refreshed(b)); /* whole again */
  check_equal(a, b);
  recveil_engine_close(a);
  recveil_engine_close(b);
}

static void states_of_another_key_are_refused(void) {
  make_state_dir();
  const char *other =
      "serving: {list_length: 4, ratio: 0.5}\nkeys: {file: other_key}\nstate_dir: state";
  recveil_engine *a = host_open(kYaml), *stranger = host_open(other);
  CHECK_OK(host_publish_items(a, 9, 100));
  check_refresh_fails(stranger, "state", "of another key", 0);
  recveil_engine *opened = NULL;
  const recveil_status status = host_try_open(&opened, NULL, other);
  CHECK(status == RECVEIL_E_IO || status == RECVEIL_E_CONFIG || status == RECVEIL_E_VERSION);
  CHECK(opened == NULL);
  /* What it cannot read it does not overwrite either. */
  CHECK(host_publish_items(stranger, 5, 300) != RECVEIL_OK);
  recveil_engine *b = host_open(kYaml);
  (void)refreshed(b);
  check_equal(a, b);
  recveil_engine_close(a);
  recveil_engine_close(b);
  recveil_engine_close(stranger);
}

static void nothing_piles_up(void) {
  make_state_dir();
  recveil_engine *a = host_open(kYaml);
  for (uint64_t i = 0; i < 50; ++i) CHECK_OK(host_publish_items(a, 9, 100 * i));
  size_t files = 0;
  DIR *folder = opendir("state");
  while (folder != NULL && readdir(folder) != NULL) ++files;
  if (folder != NULL) closedir(folder);
  CHECK(files <= 2 + 5); /* . and .., and a few that others may still be reading */
  recveil_engine_close(a);
}

int main(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  CHECK_OK(recveil_key_generate("other_key"));
  one_publishes_and_the_other_takes_over();
  publishers_take_turns();
  damage_changes_nothing();
  states_of_another_key_are_refused();
  nothing_piles_up();
  return host_finish();
}
