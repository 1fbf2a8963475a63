#include "core/thread_index.h"

#include <atomic>

namespace recveil {
namespace {

std::atomic<unsigned> next{1};
// Trivially destructible: a destructor here would keep the library mapped after dlclose.
thread_local unsigned index_plus_one = 0;

}  // namespace

unsigned thread_index() noexcept {
  if (index_plus_one == 0) index_plus_one = next.fetch_add(1, std::memory_order_relaxed);
  return index_plus_one - 1;
}

}  // namespace recveil
