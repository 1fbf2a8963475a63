// Callbacks of the host: progress of a long call, and pieces of output.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/watch.h"
#include "recveil/base.h"

namespace recveil::abi {

// Throws Error(argument) naming `field` unless the cancel flag is aligned.
void check_progress(const recveil_progress &progress, const char *field);

// A long call of the host: while it lives, its progress and its cancel flag are the watch of this
// thread (core/watch.h). Throws Error(cancelled) at once if the flag is set already.
class LongCall {
 public:
  explicit LongCall(const recveil_progress &progress);
  explicit LongCall(const recveil_progress *progress);  // NULL: nobody watches

  // For rooms that take their progress as a function.
  std::function<void(double, const char *)> reporter();

 private:
  Watch watch_;
  WatchScope scope_;
};

// Hands bytes to the host's callback in pieces of at most 1 MiB. Throws Error(host) if that fails
// or throws.
void write_bytes(recveil_write_fn write, void *ctx, std::span<const std::uint8_t> bytes);

}  // namespace recveil::abi
