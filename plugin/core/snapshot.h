// A pointer to an immutable value that many threads read while one replaces it.
//
// Reading claims a cache line of its own (a reader slot) and leaves the pointer there, so readers
// neither lock nor touch a line that other readers write; a writer frees an old value once no slot
// holds it (hazard pointers: Michael, IEEE TPDS 15(6), 2004). Measured against
// std::atomic<std::shared_ptr>, which is a lock in libstdc++ 12.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

#include "core/thread_index.h"

namespace recveil {

// read() from any thread at any time; publish() from one thread at a time (hold a WriterLock).
// Destruction: no reader left. After fork a child may go on; a slot that another thread of the
// parent held at that moment stays taken in the child.
template <class T>
class Snapshot {
 public:
  static constexpr std::size_t kSlots = 64;  // readers at the same moment; more wait for one to end

  class Reader {
   public:
    Reader(const Snapshot &owner, std::size_t slot, const T *value) noexcept
        : owner_(owner), slot_(slot), value_(value) {}
    ~Reader() { owner_.slots_[slot_].held.store(nullptr, std::memory_order_release); }
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;

    const T &operator*() const noexcept { return *value_; }
    const T *operator->() const noexcept { return value_; }
    // Held by this reader alone until it ends: an index for scratch of the caller's own.
    std::size_t slot() const noexcept { return slot_; }

   private:
    const Snapshot &owner_;
    const std::size_t slot_;
    const T *const value_;
  };

  explicit Snapshot(std::unique_ptr<const T> first) : current_(first.release()) {}
  ~Snapshot() {
    delete current_.load();
    for (const T *old : retired_) delete old;
  }
  Snapshot(const Snapshot &) = delete;
  Snapshot &operator=(const Snapshot &) = delete;

  Reader read() const noexcept {
    std::size_t slot = thread_index() % kSlots;
    const T *value = current_.load(std::memory_order_acquire);
    for (std::size_t tries = 1;; ++tries) {
      const T *empty = nullptr;
      if (slots_[slot].held.compare_exchange_strong(empty, value, std::memory_order_seq_cst)) break;
      slot = (slot + 1) % kSlots;
      if (tries % kSlots == 0) std::this_thread::yield();
    }
    // The value may have been replaced, and freed, before the slot said that it is in use.
    for (;;) {
      const T *now = current_.load(std::memory_order_seq_cst);
      if (now == value) return Reader(*this, slot, value);
      value = now;
      slots_[slot].held.store(value, std::memory_order_seq_cst);
    }
  }

  void publish(std::unique_ptr<const T> next) {
    const T *old = current_.exchange(next.release(), std::memory_order_seq_cst);
    *std::find(retired_.begin(), retired_.end(), nullptr) = old;
    for (const T *&retired : retired_) {
      const bool held = std::any_of(slots_.begin(), slots_.end(), [&](const Slot &slot) {
        return slot.held.load(std::memory_order_seq_cst) == retired;
      });
      // Taken off the list before it is freed: a child forked in between must not free it again.
      if (retired != nullptr && !held) delete std::exchange(retired, nullptr);
    }
  }

 private:
  struct alignas(64) Slot {
    std::atomic<const T *> held{nullptr};
  };
  std::atomic<const T *> current_;
  mutable std::array<Slot, kSlots> slots_;
  std::array<const T *, kSlots + 1> retired_{};  // each but the last is held by a slot
};

}  // namespace recveil
