// Deliberately wrong: a clock callback that counts its calls without a lock, called by two threads
// through the library. The test passes only if ThreadSanitizer reports it, so that its silence
// about the other tests means something.
#include <thread>

#include "support/host_engine.h"

int main() {
  static uint64_t calls;
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.now = [](void *) { return ++calls; };
  recveil_engine *engine = host_open_with(&options, "keys: {ephemeral: true}");
  const auto route = [engine] {
    for (recveil_user user = 0; user < 1000; ++user) {
      (void)host_route(engine, user, RECVEIL_MEMBERSHIP_MEMBER);
    }
  };
  std::thread other(route);
  route();
  other.join();
  recveil_engine_close(engine);
  return host_result();
}
