/* engine.h: opening and closing, ownership of ctx, information, reloading, ids from bytes. */
#include "recveil/engine.h"

#include <sys/stat.h>
#include <time.h>

#include "support/host_engine.h"

typedef struct {
  uint64_t now;
  int released, logs;
} Lent;

static void release(void *ctx) {
  ++((Lent *)ctx)->released;
}
static uint64_t now(void *ctx) {
  return ((Lent *)ctx)->now;
}
static void count_log(void *ctx, uint32_t level, const char *message) {
  CHECK(level >= RECVEIL_LOG_ERROR && level <= RECVEIL_LOG_INFO);
  CHECK(message != NULL && strchr(message, '\n') == NULL);
  ++((Lent *)ctx)->logs;
}

static recveil_engine_options lend(Lent *lent) {
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.ctx = lent;
  options.log = count_log;
  options.now = now;
  options.release = release;
  return options;
}

static const char *const kYaml =
    "serving: {list_length: 10, ratio: 0.5, epoch_seconds: 100}\nkeys: {ephemeral: true}";

static void ctx_is_released_once(void) {
  Lent lent = {.now = 250};
  recveil_engine_options options = lend(&lent);
  recveil_engine *engine = host_open_with(&options, kYaml);
  CHECK_EQ(0, lent.released);
  CHECK_OK(host_reload(engine, kYaml));
  CHECK_EQ(0, lent.released);
  recveil_engine_close(engine);
  CHECK_EQ(1, lent.released);

  engine = NULL;
  CHECK_FAILS(RECVEIL_E_CONFIG, "keys", host_try_open(&engine, &options, "serving: {}"));
  CHECK_EQ(2, lent.released);
  CHECK_FAILS(RECVEIL_E_IO, "absent", host_try_open(&engine, &options, "keys: {file: absent}"));
  CHECK_EQ(3, lent.released);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "yaml", recveil_engine_open(NULL, 3, &options, &engine));
  CHECK_EQ(4, lent.released);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "out", host_try_open(NULL, &options, kYaml));
  CHECK_EQ(5, lent.released);
  CHECK_FAILS(RECVEIL_E_IO, "absent.yaml",
              recveil_engine_open_file("absent.yaml", &options, &engine));
  CHECK_EQ(6, lent.released);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "path", recveil_engine_open_file(NULL, &options, &engine));
  CHECK_EQ(7, lent.released);
  /* A newer client with an option this library does not know. */
  struct {
    recveil_engine_options known;
    uint64_t unknown;
  } newer = {options, 1};
  newer.known.struct_size = sizeof newer;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "", host_try_open(&engine, &newer.known, kYaml));
  CHECK_EQ(8, lent.released);
  CHECK(engine == NULL);
}

static void unknown_flags_are_refused(void) {
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.flags = 1;
  recveil_engine *engine = NULL;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", host_try_open(&engine, &options, kYaml));
  CHECK(engine == NULL);
}

static void closing_null_is_nothing(void) {
  recveil_engine_close(NULL);
}

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void file_paths_are_relative_to_the_file(void) {
  CHECK(mkdir("conf", 0700) == 0);
  CHECK_OK(recveil_key_generate("conf/key"));
  write_text("conf/host.yaml", "keys: {file: key}\nserving: {list_length: 7}\n");
  recveil_engine *engine = NULL;
  CHECK_OK(recveil_engine_open_file("conf/host.yaml", NULL, &engine));
  CHECK_EQ(7, host_info(engine).list_length);
  write_text("conf/host.yaml", "keys: {file: key}\nserving: {list_length: 0}\n");
  CHECK_FAILS(RECVEIL_E_CONFIG, "conf/host.yaml:2",
              recveil_engine_reload_file(engine, "conf/host.yaml"));
  write_text("conf/host.yaml", "keys: {file: key}\nserving: {dry_run: true}\n");
  CHECK_OK(recveil_engine_reload_file(engine, "conf/host.yaml"));
  CHECK_EQ(RECVEIL_INFO_DRY_RUN, host_info(engine).flags & RECVEIL_INFO_DRY_RUN);
  CHECK_EQ(2, host_info(engine).n_config_loads);
  CHECK_FAILS(RECVEIL_E_IO, "absent", recveil_engine_reload_file(engine, "absent"));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "path", recveil_engine_reload_file(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_engine_reload_file(NULL, "conf/host.yaml"));
  recveil_engine_close(engine);
  /* The same text by bytes looks for the key in the working directory. */
  CHECK_FAILS(RECVEIL_E_IO, "key", host_try_open(&engine, NULL, "keys: {file: key}"));
}

static void info_tells_how_the_engine_stands(void) {
  Lent lent = {.now = 250};
  recveil_engine_options options = lend(&lent);
  recveil_engine *engine = host_open_with(&options, kYaml);
  recveil_engine_info info = host_info(engine);
  CHECK_EQ(RECVEIL_INFO_NO_POOL | RECVEIL_INFO_NO_MEMBERS, info.flags);
  CHECK_EQ(0, info.pool_version);
  CHECK_EQ(0, info.n_pool_items);
  CHECK_EQ(20, info.n_pool_wanted);
  CHECK_EQ(0, info.n_members + info.n_quarantined + info.n_erased);
  CHECK_EQ(1, info.n_config_loads);
  CHECK_EQ(10, info.list_length);
  CHECK_EQ(2, info.epoch);

  CHECK_OK(host_publish_items(engine, 19, 0));
  const recveil_engine_info one = host_info(engine);
  CHECK_EQ(RECVEIL_INFO_POOL_TOO_SMALL | RECVEIL_INFO_NO_MEMBERS, one.flags);
  CHECK_EQ(19, one.n_pool_items);
  CHECK(one.pool_version != 0);
  CHECK_EQ(info.state_version + 1, one.state_version);

  const recveil_user users[] = {3, 1, 2, 3};
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, users, 4));
  CHECK_OK(host_publish_items(engine, 30, 0));
  lent.now = 301;
  info = host_info(engine);
  CHECK_EQ(0, info.flags);
  CHECK_EQ(20, info.n_pool_items);
  CHECK(info.pool_version > one.pool_version);
  CHECK_EQ(3, info.n_members);
  CHECK_EQ(3, info.epoch);
  CHECK_EQ(one.state_version + 2, info.state_version);

  CHECK_FAILS(RECVEIL_E_ARGUMENT, "info", recveil_engine_get_info(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_engine_get_info(NULL, &info));
  recveil_engine_close(engine);
}

static void system_clock_is_the_default(void) {
  recveil_engine *engine = host_open(kYaml);
  const uint64_t before = (uint64_t)time(NULL) / 100;
  const uint32_t epoch = host_info(engine).epoch;
  CHECK(epoch >= before - 1 && epoch <= (uint64_t)time(NULL) / 100);
  recveil_engine_close(engine);
}

static void reload_is_all_or_nothing(void) {
  CHECK_OK(recveil_key_generate("key_a"));
  CHECK_OK(recveil_key_generate("key_b"));
  CHECK(mkdir("state", 0700) == 0);
  recveil_engine *engine = host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {file: key_a}");
  CHECK_OK(host_publish_items(engine, 100, 0));
  const recveil_engine_info before = host_info(engine);
  CHECK_FAILS(RECVEIL_E_CONFIG, "keys", host_reload(engine, "keys: {file: key_b}"));
  CHECK_FAILS(RECVEIL_E_CONFIG, "keys", host_reload(engine, "keys: {ephemeral: true}"));
  CHECK_FAILS(RECVEIL_E_CONFIG, "state_dir",
              host_reload(engine, "keys: {file: key_a}\nstate_dir: state"));
  CHECK_FAILS(RECVEIL_E_CONFIG, "serving.ratio",
              host_reload(engine, "serving: {dry_run: true, ratio: 7}\nkeys: {file: key_a}"));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "yaml", recveil_engine_reload(engine, NULL, 1));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_engine_reload(NULL, "", 0));
  const recveil_engine_info same = host_info(engine);
  CHECK(memcmp(&before, &same, sizeof before) == 0);
  CHECK_EQ(RECVEIL_PATH_POOL, host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER).path);

  /* list_length and ratio wait for the next popularity; the rest is there at once. */
  CHECK_OK(host_reload(engine,
                       "serving: {list_length: 4, ratio: 0.1, dry_run: true}\n"
                       "keys: {file: key_a}"));
  CHECK_EQ(RECVEIL_PATH_HOST, host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER).path);
  CHECK_EQ(20, host_info(engine).n_pool_items);
  CHECK_OK(host_reload(engine, "serving: {list_length: 4, ratio: 0.1}\nkeys: {file: key_a}"));
  uint32_t positions[64];
  recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 64, positions));
  CHECK_OK(host_publish_items(engine, 100, 0));
  CHECK_EQ(40, host_info(engine).n_pool_items);
  decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  CHECK_EQ(4, host_serve(engine, &decision, 0, 0, 64, positions));
  CHECK_EQ(before.n_config_loads + 2, host_info(engine).n_config_loads);
  recveil_engine_close(engine);
}

static void bytes_become_users(void) {
  CHECK_OK(recveil_key_generate("key_c"));
  recveil_engine *one = host_open("keys: {file: key_c}");
  recveil_engine *two = host_open("keys: {file: key_c}");
  recveil_engine *other = host_open("keys: {ephemeral: true}");
  recveil_user a = 1, b = 2, c = 3, d = 4, empty = 5;
  CHECK_OK(recveil_user_from_bytes(one, "ann", 3, &a));
  CHECK_OK(recveil_user_from_bytes(two, "ann", 3, &b));
  CHECK_OK(recveil_user_from_bytes(other, "ann", 3, &c));
  CHECK_OK(recveil_user_from_bytes(one, "ann\0", 4, &d));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "bytes", recveil_user_from_bytes(one, "", 0, &empty));
  CHECK_EQ(5, empty);
  CHECK_EQ(a, b);
  CHECK(a != c && a != d);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "bytes", recveil_user_from_bytes(one, NULL, 3, &a));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "out", recveil_user_from_bytes(one, "ann", 3, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_user_from_bytes(NULL, "ann", 3, &a));
  CHECK_EQ(b, a); /* untouched by the failures */
  recveil_engine_close(one);
  recveil_engine_close(two);
  recveil_engine_close(other);
}

static void refresh_needs_a_state_dir(void) {
  recveil_engine *engine = host_open(kYaml);
  uint32_t changed = 77;
  CHECK_FAILS(RECVEIL_E_STATE, "state_dir", recveil_engine_refresh(engine, &changed));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_engine_refresh(NULL, &changed));
  CHECK_EQ(77, changed);
  recveil_engine_close(engine);
}

int main(void) {
  host_enter_folder();
  ctx_is_released_once();
  unknown_flags_are_refused();
  closing_null_is_nothing();
  file_paths_are_relative_to_the_file();
  info_tells_how_the_engine_stands();
  system_clock_is_the_default();
  reload_is_all_or_nothing();
  bytes_become_users();
  refresh_needs_a_state_dir();
  return host_finish();
}
