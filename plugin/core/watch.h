// The watch over a long call: it tells the host how far the work is, and stops the work when the
// host asks. It belongs to the thread, so that a loop deep inside can be stopped without a
// parameter on the whole way down: such a loop calls pulse().
#pragma once

#include <chrono>
#include <cstdint>

namespace recveil {

class Watch {
 public:
  // Returns 0 to go on. fraction is in [0, 1]; what is static text.
  using Fn = std::int32_t (*)(void *ctx, double fraction, const char *what);

  // Made on the thread that entered the library, which alone calls `fn`. `fn` may be null; so may
  // `cancel`, a flag that any thread sets to something other than 0.
  Watch(Fn fn, void *ctx, const std::int32_t *cancel) noexcept;

  // Tells the host. Throws Error(cancelled) if it asks to stop, Error(host) if `fn` throws.
  void report(double fraction, const char *what);

  // Throws Error(cancelled) once the flag is set. On the thread that entered the library it also
  // repeats the last report, so that `fn` is called about four times a second.
  void pulse();

 private:
  void throw_if_cancelled() const;
  void call(double fraction, const char *what);

  Fn fn_;
  void *ctx_;
  const std::int32_t *cancel_;
  const void *owner_;  // the address of `current_watch` on the thread that entered the library
  double fraction_ = 0;
  const char *what_ = "starting";
  std::chrono::steady_clock::time_point called_;
};

// The watch of this thread; null if nobody watches.
inline constinit thread_local Watch *current_watch = nullptr;

// Makes `watch` this thread's while it lives. A task pool gives its threads the watch of the thread
// that made it.
class WatchScope {
 public:
  explicit WatchScope(Watch *watch) noexcept : before_(current_watch) { current_watch = watch; }
  ~WatchScope() { current_watch = before_; }
  WatchScope(const WatchScope &) = delete;
  WatchScope &operator=(const WatchScope &) = delete;

 private:
  Watch *before_;
};

// For the inside of long loops, at most 50 ms apart. Cost: a load and a branch if nobody watches,
// else about 30 ns.
inline void pulse() {
  if (current_watch != nullptr) current_watch->pulse();
}

// Tells the host how far the work is, if somebody watches.
inline void report_progress(double fraction, const char *what) {
  if (current_watch != nullptr) current_watch->report(fraction, what);
}

}  // namespace recveil
