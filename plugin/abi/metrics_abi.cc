#include "recveil/metrics.h"

#include "abi/engine.h"
#include "core/error.h"
#include "hooks/observe/scrape.h"

namespace {

const char *status_name(std::int32_t status) {
  return recveil_status_name(status);
}

}  // namespace

extern "C" recveil_status recveil_metrics_write(recveil_engine *engine, recveil_write_fn write,
                                                void *ctx) noexcept {
  using namespace recveil;
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(write != nullptr, "write: is NULL");
    const std::string text =
        hooks::scrape(*e.serve, e.counters, *e.host, recveil_version(), status_name);
    abi::write_to_host(write, ctx, text);
  });
}
