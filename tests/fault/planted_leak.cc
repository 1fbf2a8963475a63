// Deliberately wrong: loses engines. The test passes only if LeakSanitizer reports them, so that
// its silence about the other tests means something. (Several: the last may still be found in a
// register or on the stack.)
#include "support/host_engine.h"

int main() {
  for (int i = 0; i < 5; ++i) CHECK(host_open("keys: {ephemeral: true}") != nullptr);
  return host_result();
}
