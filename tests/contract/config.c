/* The configuration as a host meets it: what is refused, and that the text says where and what. */
#include <sys/stat.h>

#include "support/host_engine.h"

typedef struct {
  const char *yaml;
  const char *words; /* the error names the key */
} Refused;

static const Refused kRefused[] = {
    {"", "keys"},
    {"serving: {}", "keys"},
    {"keys: {}", "keys"},
    {"keys: {file: a, ephemeral: true}", "keys"},
    {"keys: {ephemeral: true}\nkeys: {ephemeral: true}", "keys"},
    {"keys: {ephemeral: maybe}", "keys.ephemeral"},
    {"keys: {ephemeral: true}\nservng: {}", "servng"},
    {"keys: {ephemeral: true}\nserving: {list_lenght: 5}", "list_lenght"},
    {"keys: {ephemeral: true}\nserving: {list_length: 0}", "serving.list_length"},
    {"keys: {ephemeral: true}\nserving: {list_length: 1001}", "serving.list_length"},
    {"keys: {ephemeral: true}\nserving: {list_length: -5}", "serving.list_length"},
    {"keys: {ephemeral: true}\nserving: {list_length: 1e2}", "serving.list_length"},
    {"keys: {ephemeral: true}\nserving: {list_length: ten}", "serving.list_length"},
    {"keys: {ephemeral: true}\nserving: {list_length: [1]}", "serving.list_length"},
    {"keys: {ephemeral: true}\nserving: {ratio: 0}", "serving.ratio"},
    {"keys: {ephemeral: true}\nserving: {ratio: 1.01}", "serving.ratio"},
    {"keys: {ephemeral: true}\nserving: {ratio: .nan}", "serving.ratio"},
    {"keys: {ephemeral: true}\nserving: {ratio: -0.1}", "serving.ratio"},
    {"keys: {ephemeral: true}\nserving: {list_length: 1000, ratio: 0.061}", "serving.ratio"},
    {"keys: {ephemeral: true}\nserving: {mode: random}", "serving.mode"},
    {"keys: {ephemeral: true}\nserving: {on_error: refuse}", "serving.on_error"},
    {"keys: {ephemeral: true}\nserving: {quarantined: open}", "serving.quarantined"},
    {"keys: {ephemeral: true}\nserving: {erased: closed}", "serving.erased"},
    {"keys: {ephemeral: true}\nserving: {dry_run: 2}", "serving.dry_run"},
    {"keys: {ephemeral: true}\nserving: {epoch_seconds: 0}", "serving.epoch_seconds"},
    {"keys: {ephemeral: true}\nserving: {max_pool_age_seconds: -1}",
     "serving.max_pool_age_seconds"},
    {"keys: {ephemeral: true}\nserving: {ratio: 0.1, ratio: 0.2}", "ratio"},
    {"keys: [1, 2]", "keys"},
    {"- 1", ""},
    {"keys: {ephemeral: true", ""},
    {"keys: {ephemeral: true}\n---\nkeys: {ephemeral: true}", ""},
    {"a: &a [*a]", ""},
};

static void wrong_configurations_are_refused_by_all_three_entries(void) {
  recveil_engine *engine = host_open("keys: {ephemeral: true}");
  for (size_t i = 0; i < sizeof kRefused / sizeof kRefused[0]; ++i) {
    const char *yaml = kRefused[i].yaml;
    recveil_engine *opened = engine;
    CHECK_FAILS(RECVEIL_E_CONFIG, kRefused[i].words, host_try_open(&opened, NULL, yaml));
    CHECK(opened == engine);
    CHECK_FAILS(RECVEIL_E_CONFIG, kRefused[i].words,
                recveil_config_check(yaml, strlen(yaml), NULL));
    CHECK_FAILS(RECVEIL_E_CONFIG, kRefused[i].words, host_reload(engine, yaml));
    if (host_failures > 0) fprintf(stderr, "  after configuration %zu: %s\n", i, yaml);
  }
  CHECK_EQ(1, host_info(engine).n_config_loads);
  recveil_engine_close(engine);
}

static void limits_themselves_are_accepted(void) {
  static const char *const accepted[] = {
      "keys: {ephemeral: true}\nserving: {list_length: 1, ratio: 1}",
      "keys: {ephemeral: true}\nserving: {list_length: 1000, ratio: 1.0}",
      "keys: {ephemeral: true}\nserving: {list_length: 1000, ratio: 0.0625}",
      "keys: {ephemeral: true}\nserving: {list_length: 512, ratio: 0.03125}", /* 16384 exactly */
      "{serving: {mode: popularity, list_length: 100, ratio: 0.1, epoch_seconds: 86400, "
      "on_error: pool, quarantined: pool, erased: pool, dry_run: false, max_pool_age_seconds: 0}, "
      "keys: {ephemeral: true}}",
      "# a comment\nkeys:\n  ephemeral: true\n",
  };
  for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; ++i) {
    CHECK_OK(recveil_config_check(accepted[i], strlen(accepted[i]), NULL));
    recveil_engine_close(host_open(accepted[i]));
  }
  recveil_engine *engine =
      host_open("keys: {ephemeral: true}\nserving: {list_length: 512, ratio: 0.03125}");
  CHECK_EQ(16384, host_info(engine).n_pool_wanted);
  recveil_engine_close(engine);
}

static void defaults_are_those_of_the_paper(void) {
  recveil_engine *engine = host_open("keys: {ephemeral: true}");
  CHECK_EQ(100, host_info(engine).list_length);
  CHECK_EQ(1000, host_info(engine).n_pool_wanted);
  recveil_engine_close(engine);
}

static void error_names_text_and_line(void) {
  const char *yaml = "keys: {ephemeral: true}\nserving:\n  list_length: 0\n";
  CHECK_FAILS(RECVEIL_E_CONFIG, "mine.yaml:3",
              recveil_config_check(yaml, strlen(yaml), "mine.yaml"));
  CHECK_FAILS(RECVEIL_E_CONFIG, "config:3", recveil_config_check(yaml, strlen(yaml), NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "yaml", recveil_config_check(NULL, 3, NULL));
}

static void only_the_given_bytes_are_read(void) {
  const char *yaml = "keys: {ephemeral: true}\n: nonsense [";
  CHECK_OK(recveil_config_check(yaml, 24, NULL));
  /* A NUL inside the text is not its end. */
  CHECK_FAILS(RECVEIL_E_CONFIG, "",
              recveil_config_check("keys: {ephemeral: true}\n\0: x", 28, NULL));
}

static void key_files_are_checked(void) {
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "path", recveil_key_generate(NULL));
  CHECK_FAILS(RECVEIL_E_IO, "no/such/folder", recveil_key_generate("no/such/folder/key"));
  CHECK_OK(recveil_key_generate("key"));
  struct stat info;
  CHECK(stat("key", &info) == 0);
  CHECK_EQ(32, info.st_size);
  CHECK_EQ(0600, info.st_mode & 07777);

  unsigned char before[32] = {0}, after[32] = {1}, zeros[32] = {0};
  FILE *file = fopen("key", "rb");
  CHECK(file != NULL && fread(before, 1, 32, file) == 32 && fclose(file) == 0);
  CHECK(memcmp(before, zeros, 32) != 0);
  CHECK_FAILS(RECVEIL_E_IO, "key", recveil_key_generate("key"));
  file = fopen("key", "rb");
  CHECK(file != NULL && fread(after, 1, 32, file) == 32 && fclose(file) == 0);
  CHECK(memcmp(before, after, 32) == 0);

  const char *yaml = "keys: {file: key}";
  CHECK_OK(recveil_config_check(yaml, strlen(yaml), NULL));
  recveil_engine *engine = NULL;
  CHECK(chmod("key", 0640) == 0);
  CHECK_FAILS(RECVEIL_E_CONFIG, "key", host_try_open(&engine, NULL, yaml));
  CHECK(chmod("key", 0600) == 0);
  CHECK(truncate("key", 31) == 0);
  CHECK_FAILS(RECVEIL_E_CONFIG, "32", host_try_open(&engine, NULL, yaml));
  CHECK_FAILS(RECVEIL_E_CONFIG, "32", recveil_config_check(yaml, strlen(yaml), NULL));
  CHECK(unlink("key") == 0);
  CHECK_FAILS(RECVEIL_E_IO, "key", host_try_open(&engine, NULL, yaml));
  CHECK_FAILS(RECVEIL_E_IO, "key", recveil_config_check(yaml, strlen(yaml), NULL));
  CHECK(engine == NULL);
}

int main(void) {
  host_enter_folder();
  wrong_configurations_are_refused_by_all_three_entries();
  limits_themselves_are_accepted();
  defaults_are_those_of_the_paper();
  error_names_text_and_line();
  only_the_given_bytes_are_read();
  key_files_are_checked();
  return host_finish();
}
