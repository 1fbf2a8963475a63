// A lock for writers that a fork cannot leave locked: a child takes over the lock of a thread of
// its parent that does not exist in it. What it guards must be consistent at every step (a snapshot
// that is built aside and then swapped is).
#pragma once

#include <unistd.h>

#include <atomic>
#include <thread>

namespace recveil {

class WriterLock {
 public:
  void lock() noexcept {
    const pid_t self = ::getpid();
    for (pid_t holder = 0; !holder_.compare_exchange_weak(holder, self, std::memory_order_acquire);
         holder = holder == self ? 0 : holder) {
      if (holder == self) std::this_thread::yield();
    }
  }
  void unlock() noexcept { holder_.store(0, std::memory_order_release); }

 private:
  std::atomic<pid_t> holder_{0};
};

}  // namespace recveil
