// What the host lends the library: a log and a clock. Callbacks may be C++ functions that throw;
// nothing they do gets further than here.
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>

namespace recveil {

enum class LogLevel : std::uint32_t { error = 1, warning = 2, info = 3 };

class Host {
 public:
  using LogFn = void (*)(void *ctx, std::uint32_t level, const char *message);
  using NowFn = std::uint64_t (*)(void *ctx);
  using ReleaseFn = void (*)(void *ctx);

  Host(void *ctx, LogFn log_fn, NowFn now_fn, ReleaseFn release_fn) noexcept
      : ctx_(ctx), log_(log_fn), now_(now_fn), release_(release_fn) {}
  ~Host() {
    if (release_ != nullptr) guarded([this] { release_(ctx_); });
  }
  Host(const Host &) = delete;
  Host &operator=(const Host &) = delete;

  // Allocates nothing: what was done must not turn into a failure because it cannot be told.
  void log(LogLevel level, const char *message) const noexcept {
    if (log_ == nullptr) return;
    guarded([&] { log_(ctx_, static_cast<std::uint32_t>(level), message); });
  }

  // Unix seconds; the system's clock if the host has none or its own throws.
  std::uint64_t now() const noexcept {
    std::uint64_t seconds = 0;
    if (now_ != nullptr && guarded([&] { seconds = now_(ctx_); })) return seconds;
    timespec time{};
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return static_cast<std::uint64_t>(time.tv_sec);
  }

  // Callbacks that threw.
  std::uint64_t callback_errors() const noexcept { return callback_errors_.load(); }

 private:
  template <class Call>
  bool guarded(Call call) const noexcept {
    try {
      call();
      return true;
    } catch (...) {
      ++callback_errors_;
      return false;
    }
  }

  void *ctx_;
  LogFn log_;
  NowFn now_;
  ReleaseFn release_;
  mutable std::atomic<std::uint64_t> callback_errors_{0};
};

}  // namespace recveil
