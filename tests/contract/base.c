/* base.h: version, features, names of statuses, and the text of the last error. */
#include "recveil/base.h"

#include <pthread.h>

#include "support/host_engine.h"

static void version_is_that_of_the_header(void) {
  char wanted[64];
  snprintf(wanted, sizeof wanted, "%d.%d.%d", RECVEIL_VERSION_MAJOR, RECVEIL_VERSION_MINOR,
           RECVEIL_VERSION_PATCH);
  CHECK(strcmp(recveil_version(), wanted) == 0);
  CHECK(recveil_version() == recveil_version());
  CHECK_EQ(RECVEIL_ABI_MAJOR, recveil_abi_version());
}

static void features_named_in_the_header_are_there(void) {
  static const char *const names[] = {"serve.popularity", "serve.popularity_randomization",
                                      "state_dir", "audit.membership", "audit.lists"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
    CHECK_EQ(1, recveil_has_feature(names[i]));
  }
  CHECK_EQ(0, recveil_has_feature(NULL));
  CHECK_EQ(0, recveil_has_feature(""));
  CHECK_EQ(0, recveil_has_feature("serve"));
  CHECK_EQ(0, recveil_has_feature("serve.popularity_"));
  CHECK_EQ(0, recveil_has_feature("SERVE.POPULARITY"));
}

static void every_status_has_its_name(void) {
  static const char *const names[] = {
      "RECVEIL_OK",          "RECVEIL_E_INTERNAL", "RECVEIL_E_ARGUMENT",    "RECVEIL_E_NOMEM",
      "RECVEIL_E_CONFIG",    "RECVEIL_E_VERSION",  "RECVEIL_E_UNSUPPORTED", "RECVEIL_E_BUFFER",
      "RECVEIL_E_STATE",     "RECVEIL_E_IO",       "RECVEIL_E_HOST",        "RECVEIL_E_NOT_FOUND",
      "RECVEIL_E_CANCELLED", "RECVEIL_E_DATA",     "RECVEIL_E_HELD"};
  for (int i = 0; i < (int)(sizeof names / sizeof names[0]); ++i) {
    CHECK(strcmp(recveil_status_name(-i), names[i]) == 0);
  }
  static const recveil_status unknown[] = {1, -15, -1000, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; ++i) {
    const char *name = recveil_status_name(unknown[i]);
    CHECK(name != NULL && name[0] != '\0');
    for (size_t j = 0; j < sizeof names / sizeof names[0]; ++j) CHECK(strcmp(name, names[j]) != 0);
  }
}

static void text_stays_until_the_next_failing_call(void) {
  CHECK_FAILS(RECVEIL_E_CONFIG, "serving.ratio",
              recveil_config_check("serving: {ratio: 2}\nkeys: {ephemeral: true}", 43, NULL));
  char before[512];
  snprintf(before, sizeof before, "%s", recveil_last_error());
  CHECK_OK(recveil_config_check("keys: {ephemeral: true}", 23, NULL));
  CHECK(strcmp(before, recveil_last_error()) == 0);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_config_check(NULL, 5, NULL));
  CHECK(strcmp(before, recveil_last_error()) != 0);
}

static void a_buffer_takes_what_a_write_callback_takes(void) {
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "out", recveil_buffer_open(NULL));
  recveil_buffer *buffer = NULL;
  CHECK_OK(recveil_buffer_open(&buffer));
  const char *bytes = NULL;
  size_t n = 1;
  CHECK_OK(recveil_buffer_bytes(buffer, &bytes, &n));
  CHECK_EQ(0, n);
  CHECK(bytes != NULL && bytes[0] == '\0');

  const recveil_write_fn write = recveil_buffer_write;
  CHECK_EQ(0, write(buffer, "one\0", 4));
  CHECK_EQ(0, write(buffer, "two", 3));
  CHECK_EQ(0, write(buffer, NULL, 0));
  CHECK_OK(recveil_buffer_bytes(buffer, &bytes, &n));
  CHECK_EQ(7, n);
  CHECK(memcmp(bytes, "one\0two", 8) == 0);

  CHECK_FAILS(RECVEIL_E_ARGUMENT, "buffer", write(NULL, "x", 1));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "bytes", write(buffer, NULL, 1));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "buffer", recveil_buffer_bytes(NULL, &bytes, &n));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "bytes", recveil_buffer_bytes(buffer, NULL, &n));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n", recveil_buffer_bytes(buffer, &bytes, NULL));

  recveil_buffer_clear(buffer);
  CHECK_OK(recveil_buffer_bytes(buffer, &bytes, &n));
  CHECK_EQ(0, n);
  recveil_buffer_close(buffer);
  recveil_buffer_clear(NULL);
  recveil_buffer_close(NULL);
}

static void metrics_go_into_a_buffer(void) {
  static const char yaml[] = "keys: {ephemeral: true}";
  recveil_engine *engine = NULL;
  CHECK_OK(recveil_engine_open(yaml, sizeof yaml - 1, NULL, &engine));
  recveil_buffer *buffer = NULL;
  CHECK_OK(recveil_buffer_open(&buffer));
  CHECK_OK(recveil_metrics_write(engine, recveil_buffer_write, buffer));
  const char *bytes = NULL;
  size_t n = 0;
  CHECK_OK(recveil_buffer_bytes(buffer, &bytes, &n));
  CHECK_EQ(strlen(bytes), n);
  CHECK(strstr(bytes, "recveil_build_info") != NULL);
  recveil_buffer_close(buffer);
  recveil_engine_close(engine);
}

static void *other_thread(void *ctx) {
  (void)ctx;
  CHECK(recveil_last_error() != NULL);
  CHECK(strcmp(recveil_last_error(), "") == 0);
  CHECK_FAILS(RECVEIL_E_CONFIG, "other_thread_key",
              recveil_config_check("other_thread_key: 1", 19, NULL));
  return NULL;
}

static void text_belongs_to_the_thread(void) {
  CHECK_FAILS(RECVEIL_E_CONFIG, "main_thread_key",
              recveil_config_check("main_thread_key: 1", 18, NULL));
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, other_thread, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(strstr(recveil_last_error(), "main_thread_key") != NULL);
}

static void long_text_is_cut_at_511_bytes(void) {
  char yaml[900]; /* YAML ends a key after 1,024 bytes */
  memset(yaml, 'k', sizeof yaml);
  memcpy(yaml + sizeof yaml - 4, ": 1\n", 4);
  CHECK_FAILS(RECVEIL_E_CONFIG, "kkkk", recveil_config_check(yaml, sizeof yaml, NULL));
  CHECK(strlen(recveil_last_error()) <= 511);
  CHECK(strlen(recveil_last_error()) > 400);
}

int main(void) {
  version_is_that_of_the_header();
  features_named_in_the_header_are_there();
  every_status_has_its_name();
  text_stays_until_the_next_failing_call();
  a_buffer_takes_what_a_write_callback_takes();
  metrics_go_into_a_buffer();
  text_belongs_to_the_thread();
  long_text_is_cut_at_511_bytes();
  return host_result();
}
