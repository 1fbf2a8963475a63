// What an opaque recveil_engine is.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "abi/guard.h"
#include "config/config.h"
#include "core/host.h"
#include "core/writer_lock.h"
#include "hooks/private/private_hook.h"
#include "hooks/serve/serve_hook.h"
#include "hooks/update/update_hook.h"
#include "metrics/audit_results.h"
#include "metrics/counters.h"
#include "metrics/forget.h"
#include "metrics/listener.h"
#include "recveil/engine.h"

struct recveil_forget;

struct recveil_engine {
  std::unique_ptr<recveil::Host> host;
  recveil::metrics::Counters counters;
  recveil::metrics::AuditResults audits;
  recveil::metrics::ForgetCounters forget_counters;
  recveil::Key master;
  recveil::config::Config config;  // guarded by reload_lock
  std::unique_ptr<recveil::hooks::ServeHook> serve;
  std::unique_ptr<recveil::hooks::UpdateHook> update;
  std::unique_ptr<recveil::hooks::PrivateHook> training;
  recveil::WriterLock reload_lock;
  std::atomic<std::uint64_t> config_loads{1};
  // Handles: the engine's own and its journals'. It lives until the last is closed.
  std::atomic<std::uint32_t> handles{1};
  // The journal whose counts a scrape takes over, guarded by forget_lock.
  mutable recveil::WriterLock forget_lock;
  recveil_forget *forget = nullptr;
  std::unique_ptr<recveil::metrics::Listener> listener;  // last: stops before what it reads
};

namespace recveil::abi {

// Runs `call` on an engine: NULL is refused, a failure is counted.
template <class Call>
recveil_status engine_call(recveil_engine *engine, Call &&call) noexcept {
  const recveil_status status = guard([&] {
    require(engine != nullptr, "engine: is NULL");
    call(*engine);
  });
  if (status != RECVEIL_OK && engine != nullptr) engine->counters.error(status);
  return status;
}

// Closes one handle.
void release_engine(recveil_engine *engine) noexcept;

// Lets the journal of the engine, if this process owns one, bring its metrics up to date.
void refresh_forget(const recveil_engine &engine) noexcept;

// One scrape of everything the engine knows. Any thread.
metrics::Exposition scrape_engine(const recveil_engine &engine);

}  // namespace recveil::abi
