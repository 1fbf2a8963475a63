#include "core/watch.h"

#include "core/error.h"

namespace recveil {
namespace {

constexpr std::chrono::milliseconds kBetweenReports{250};

}  // namespace

Watch::Watch(Fn fn, void *ctx, const std::int32_t *cancel) noexcept
    : fn_(fn),
      ctx_(ctx),
      cancel_(cancel),
      owner_(&current_watch),
      called_(std::chrono::steady_clock::now()) {}

void Watch::throw_if_cancelled() const {
  // The host sets the flag from another thread, in whatever language it is written.
  if (cancel_ != nullptr && __atomic_load_n(cancel_, __ATOMIC_RELAXED) != 0) {
    throw Error(Status::cancelled, "stopped by the cancel flag");
  }
}

void Watch::call(double fraction, const char *what) {
  std::int32_t stop = 0;
  try {
    stop = fn_(ctx_, fraction, what);
  } catch (...) {
    throw Error(Status::host, "the progress callback threw");
  }
  called_ = std::chrono::steady_clock::now();
  if (stop != 0) throw Error(Status::cancelled, "stopped by the progress callback");
}

void Watch::report(double fraction, const char *what) {
  throw_if_cancelled();
  if (fn_ == nullptr || owner_ != &current_watch) return;
  fraction_ = fraction;
  what_ = what;
  call(fraction, what);
}

void Watch::pulse() {
  throw_if_cancelled();
  if (fn_ == nullptr || owner_ != &current_watch) return;
  if (std::chrono::steady_clock::now() - called_ >= kBetweenReports) call(fraction_, what_);
}

}  // namespace recveil
