/* recveil_engine_start and metrics.listen: nothing runs unless the configuration asks, and what
   runs leaves the host's process as it was. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "recveil/metrics.h"
#include "support/host_engine.h"
#include "support/host_http.h"

static host_text got, wanted;

static int count(const char *path) {
  DIR *folder = opendir(path);
  int entries = 0;
  while (readdir(folder) != NULL) ++entries;
  closedir(folder);
  return entries;
}
static int count_threads(void) {
  return count("/proc/self/task");
}

static const char *config_for(int port) {
  static char yaml[128];
  snprintf(yaml, sizeof yaml, "keys: {ephemeral: true}\nmetrics: {listen: 127.0.0.1:%d}", port);
  return yaml;
}

static void nothing_starts_unless_asked(void) {
  const int threads = count_threads(), port = host_free_port();
  recveil_engine *engine = host_open("keys: {ephemeral: true}");
  CHECK_OK(recveil_engine_start(engine));
  CHECK_EQ(threads, count_threads());
  recveil_engine_close(engine);
  engine = host_open(config_for(port));
  CHECK_EQ(threads, count_threads());
  CHECK(host_connect(port) == -1); /* asked for, but not started */
  recveil_engine_close(engine);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_engine_start(NULL));
}

static void on_pipe(int signal) {
  (void)signal;
}

static void it_serves_until_closed(void) {
  const int threads = count_threads(), port = host_free_port();
  const int descriptors = count("/proc/self/fd");
  signal(SIGPIPE, on_pipe);
  sigset_t mask, mask_after;
  CHECK(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
  recveil_engine *engine = host_open(config_for(port));
  CHECK_OK(recveil_engine_start(engine));
  CHECK(count_threads() > threads);

  /* The host's signals are as they were. */
  CHECK(sigprocmask(SIG_BLOCK, NULL, &mask_after) == 0);
  for (int number = 1; number <= SIGRTMAX; ++number) { /* a set has bytes that nothing fills */
    CHECK_EQ(sigismember(&mask, number), sigismember(&mask_after, number));
  }
  struct sigaction action;
  CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == on_pipe);

  /* What the listener gives is what recveil_metrics_write gives, and its own exposer_ metrics. */
  CHECK_EQ(200, host_get(port, "/metrics", &got));
  CHECK_OK(host_scrape(engine, &wanted));
  const char *ours = strstr(got.bytes, "# HELP recveil_");
  CHECK(ours != NULL && strcmp(ours, wanted.bytes) == 0);
  CHECK(strstr(got.bytes, "# HELP exposer_") != NULL);
  CHECK_EQ(404, host_get(port, "/", &got));
  CHECK_EQ(404, host_get(port, "/etc/passwd", &got));

  CHECK_FAILS(RECVEIL_E_STATE, "started", recveil_engine_start(engine));
  CHECK_FAILS(RECVEIL_E_CONFIG, "metrics", host_reload(engine, "keys: {ephemeral: true}"));
  CHECK_OK(host_reload(engine, config_for(port)));
  recveil_engine *second = host_open(config_for(port));
  CHECK_FAILS(RECVEIL_E_IO, "metrics.listen", recveil_engine_start(second));
  recveil_engine_close(second);

  recveil_engine_close(engine);
  CHECK_EQ(threads, count_threads());
  CHECK_EQ(descriptors, count("/proc/self/fd"));
  CHECK(host_connect(port) == -1);
  CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == on_pipe);
}

/* The answer's status and all of its bytes. */
static int ask(int port, const char *request) {
  const int client = host_connect(port);
  CHECK(send(client, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request));
  got.size = 0;
  for (ssize_t n;
       got.size + 1 < sizeof got.bytes &&
       (n = recv(client, got.bytes + got.size, sizeof got.bytes - got.size - 1, 0)) > 0;) {
    got.size += (size_t)n;
  }
  got.bytes[got.size] = 0;
  close(client);
  int status = 0;
  sscanf(got.bytes, "HTTP/%*s %d", &status);
  return status;
}

/* RFC 9110: HEAD is answered as GET is, without the content; other methods with what is allowed;
   other paths are not found, by any method. */
static void methods_and_paths_are_answered(void) {
  const int port = host_free_port();
  recveil_engine *engine = host_open(config_for(port));
  CHECK_OK(recveil_engine_start(engine));
  CHECK_EQ(200, ask(port, "HEAD /metrics HTTP/1.0\r\n\r\n"));
  CHECK(strstr(got.bytes, "Content-Type: text/plain") != NULL);
  CHECK(strcmp(strstr(got.bytes, "\r\n\r\n"), "\r\n\r\n") == 0);
  CHECK_EQ(405, ask(port, "POST /metrics HTTP/1.0\r\nContent-Length: 0\r\n\r\n"));
  CHECK(strstr(got.bytes, "Allow: GET, HEAD\r\n") != NULL);
  CHECK_EQ(405, ask(port, "OPTIONS /metrics HTTP/1.0\r\n\r\n"));
  CHECK_EQ(404, ask(port, "HEAD /nothing HTTP/1.0\r\n\r\n"));
  CHECK_EQ(404, ask(port, "PUT /nothing HTTP/1.0\r\nContent-Length: 0\r\n\r\n"));
  CHECK_EQ(404, ask(port, "GET /metrics/more HTTP/1.0\r\n\r\n"));
  CHECK_EQ(200, ask(port, "GET /metrics?name[]=up HTTP/1.0\r\n\r\n"));
  /* Of the whole server; and what only a proxy answers. */
  CHECK_EQ(200, ask(port, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(strstr(got.bytes, "Allow: GET, HEAD\r\n") != NULL);
  CHECK_EQ(400, ask(port, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK_EQ(400, ask(port, "GET http://elsewhere.example/ HTTP/1.1\r\nHost: a\r\n\r\n"));
  /* What is no request. */
  CHECK_EQ(400, ask(port, "GET metrics HTTP/1.0\r\n\r\n"));
  CHECK_EQ(400, ask(port, "nothing\r\n\r\n"));
  CHECK_EQ(400, ask(port, "GET /metrics\r\n\r\n"));
  CHECK_EQ(200, ask(port, "GET /metrics HTTP/1.0\r\n\r\n"));
  recveil_engine_close(engine);
}

/* A client that goes away before its answer is written is no signal for the host. */
static void gone_clients_do_no_harm(void) {
  signal(SIGPIPE, SIG_DFL);
  const int port = host_free_port();
  recveil_engine *engine = host_open(config_for(port));
  CHECK_OK(recveil_engine_start(engine));
  const struct linger at_once = {1, 0};
  for (int i = 0; i < 200; ++i) {
    const int client = host_connect(port);
    CHECK(send(client, "GET /metrics HTTP/1.0\r\n\r\n", 25, MSG_NOSIGNAL) == 25);
    setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once); /* RST */
    close(client);
  }
  CHECK_EQ(200, host_get(port, "/metrics", &got));
  recveil_engine_close(engine);
}

/* A child has none of the threads: it can use the engine and close it, and its parent goes on. */
static void a_child_is_not_stuck(void) {
  const int port = host_free_port();
  recveil_engine *engine = host_open(config_for(port));
  CHECK_OK(recveil_engine_start(engine));
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    host_failures = 0;
    CHECK_OK(host_scrape(engine, &got));
    recveil_engine_close(engine);
    _exit(host_result());
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK_EQ(200, host_get(port, "/metrics", &got));
  recveil_engine_close(engine);
}

static void wrong_addresses_are_refused(void) {
  static const char *const wrong[] = {"127.0.0.1",
                                      "19464",
                                      "127.0.0.1:",
                                      "127.0.0.1:0",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:19464s",
                                      "127.0.0.1:09464",
                                      "localhost:19464",
                                      "[::1:19464",
                                      "::1:19464",
                                      "127.0.0.1:+9",
                                      "127.1:19464",
                                      "0.0.0.0:19464",
                                      "[::]:19464",
                                      "10.0.0.1:19464",
                                      "[::2]:19464",
                                      ":19464",
                                      "[127.0.0.1]:80",
                                      "127.0.0.1:80,127.0.0.1:81"};
  char yaml[256];
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    snprintf(yaml, sizeof yaml, "keys: {ephemeral: true}\nmetrics:\n  listen: '%s'", wrong[i]);
    CHECK_FAILS(RECVEIL_E_CONFIG,
                "config:3: metrics.listen: ", recveil_config_check(yaml, strlen(yaml), NULL));
  }
  static const char *const right[] = {"listen: 127.200.3.4:1",
                                      "{listen: 0.0.0.0:19464, allow_remote: true}", "{}"};
  for (size_t i = 0; i < sizeof right / sizeof *right; ++i) {
    snprintf(yaml, sizeof yaml, "keys: {ephemeral: true}\nmetrics:\n  %s", right[i]);
    CHECK_OK(recveil_config_check(yaml, strlen(yaml), NULL));
  }
}

int main(void) {
  nothing_starts_unless_asked();
  it_serves_until_closed();
  methods_and_paths_are_answered();
  gone_clients_do_no_harm();
  a_child_is_not_stuck();
  wrong_addresses_are_refused();
  return host_result();
}
