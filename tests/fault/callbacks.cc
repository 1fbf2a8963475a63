// Callbacks that throw or fail, of every kind and at every place: nothing of it passes through the
// C interface, and the engine goes on.
#include <stdexcept>

#include "support/host_engine.h"
#include "support/host_screen.h"
#include "support/host_text.h"

namespace {

enum class Thrown { exception, number, text };

[[noreturn]] void throw_one(Thrown kind) {
  if (kind == Thrown::number) throw 42;
  if (kind == Thrown::text) throw "text";
  throw std::runtime_error("from the host");
}

struct Host {
  Thrown kind = Thrown::exception;
  int logs = 0, clocks = 0, releases = 0, writes = 0;
};

recveil_engine_options throwing(Host *host) {
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.ctx = host;
  options.log = [](void *ctx, uint32_t, const char *) {
    ++static_cast<Host *>(ctx)->logs;
    throw_one(static_cast<Host *>(ctx)->kind);
  };
  options.now = [](void *ctx) -> uint64_t {
    ++static_cast<Host *>(ctx)->clocks;
    throw_one(static_cast<Host *>(ctx)->kind);
  };
  options.release = [](void *ctx) {
    ++static_cast<Host *>(ctx)->releases;
    throw_one(static_cast<Host *>(ctx)->kind);
  };
  return options;
}

constexpr const char *kYaml = "serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}";

void everything_throws(Thrown kind) {
  Host host{kind};
  const recveil_engine_options options = throwing(&host);
  recveil_engine *engine = host_open_with(&options, kYaml);
  CHECK_OK(host_publish_items(engine, 12, 0));  // too small a pool: the library logs a warning
  CHECK(host.logs > 0);
  CHECK(host.clocks > 0);
  const recveil_decision decision = host_route(engine, 5, RECVEIL_MEMBERSHIP_NONMEMBER);
  CHECK_EQ(RECVEIL_PATH_POOL, decision.path);
  // The system's clock instead of the one that throws.
  recveil_engine *plain = host_open(kYaml);
  const uint32_t epoch = host_info(plain).epoch;
  CHECK(decision.epoch == epoch || decision.epoch + 1 == epoch);
  recveil_engine_close(plain);
  uint32_t positions[16];
  CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 16, positions));
  CHECK_OK(host_reload(engine, kYaml));
  CHECK_EQ(0, host.releases);
  recveil_engine_close(engine);
  CHECK_EQ(1, host.releases);

  recveil_engine *none = nullptr;
  CHECK_FAILS(RECVEIL_E_CONFIG, "", host_try_open(&none, &options, "nonsense: 1"));
  CHECK_EQ(2, host.releases);
  CHECK(none == nullptr);
}

void writes_throw(Thrown kind) {
  recveil_engine *engine = host_open(kYaml);
  Host host{kind};
  const recveil_write_fn write = [](void *ctx, const char *, size_t) -> int32_t {
    ++static_cast<Host *>(ctx)->writes;
    throw_one(static_cast<Host *>(ctx)->kind);
  };
  CHECK_FAILS(RECVEIL_E_HOST, "", recveil_metrics_write(engine, write, &host));
  CHECK_EQ(1, host.writes);
  static host_text text;
  CHECK_OK(host_scrape(engine, &text));
  CHECK(text.size > 0);
  recveil_engine_close(engine);
}

void screening_throws(Thrown kind) {
  recveil_engine *engine = host_open(kYaml);
  static host_accounts accounts;
  const host_window window = host_make_window(engine, &accounts);
  Host host{kind};
  recveil_screen_training training = RECVEIL_SCREEN_TRAINING_INIT;
  training.progress.ctx = &host;
  training.progress.fn = [](void *ctx, double, const char *) -> int32_t {
    throw_one(static_cast<Host *>(ctx)->kind);
  };
  CHECK_FAILS(RECVEIL_E_HOST, "progress",
              recveil_screen_train(engine, window.bytes, window.size, &training));
  CHECK_EQ(0, host_screen_info(engine).screen_model_version);
  CHECK_OK(recveil_screen_train(engine, window.bytes, window.size, nullptr));
  const recveil_write_fn write = [](void *ctx, const char *, size_t) -> int32_t {
    throw_one(static_cast<Host *>(ctx)->kind);
  };
  CHECK_FAILS(RECVEIL_E_HOST, "write", recveil_screen_model_write(engine, write, &host));
  free(window.bytes);
  recveil_engine_close(engine);
}

// Callbacks may read what the library offers readers.
struct Reentrant {
  recveil_engine *engine = nullptr;
  int calls = 0;
};

void callbacks_may_read() {
  Reentrant host;
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.ctx = &host;
  options.log = [](void *ctx, uint32_t, const char *) {
    Reentrant &self = *static_cast<Reentrant *>(ctx);
    if (self.engine == nullptr) return;
    ++self.calls;
    (void)host_info(self.engine);
    (void)host_route(self.engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
    static host_text text;
    CHECK_OK(host_scrape(self.engine, &text));
  };
  host.engine = host_open_with(&options, kYaml);
  CHECK_OK(host_publish_items(host.engine, 12, 0));
  CHECK(host.calls > 0);
  recveil_engine_close(host.engine);
}

// Clocks at the ends of time.
void clocks_of_any_value() {
  static uint64_t time;
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.now = [](void *) { return time; };
  recveil_engine *engine = host_open_with(
      &options,
      "serving: {list_length: 10, ratio: 0.5, epoch_seconds: 1, max_pool_age_seconds: 5}\n"
      "keys: {ephemeral: true}");
  for (const uint64_t at : {UINT64_MAX, uint64_t{0}, UINT64_MAX - 3, uint64_t{1} << 40}) {
    time = at;
    CHECK_OK(host_publish_items(engine, 100, 0));
    const recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
    CHECK_EQ(RECVEIL_REASON_NONMEMBER, decision.reason);  // published this second: not stale
    uint32_t positions[16];
    CHECK_EQ(10, host_serve(engine, &decision, 0, 0, 16, positions));
  }
  recveil_engine_close(engine);
}

}  // namespace

int main() {
  for (const Thrown kind : {Thrown::exception, Thrown::number, Thrown::text}) {
    everything_throws(kind);
    writes_throw(kind);
    screening_throws(kind);
  }
  callbacks_may_read();
  clocks_of_any_value();
  return host_result();
}
