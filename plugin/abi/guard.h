// The C boundary: exceptions become statuses, and their text becomes recveil_last_error().
#pragma once

#include <string_view>

#include "recveil/base.h"

namespace recveil::abi {

// Remembers the text for this thread, cut to 511 bytes. Never fails, never allocates.
void set_last_error(std::string_view text) noexcept;

// Turns the exception being handled into its status and remembers its text.
recveil_status caught() noexcept;

// Runs `call`; OK if it returns.
template <class Call>
recveil_status guard(Call &&call) noexcept {
  try {
    call();
    return RECVEIL_OK;
  } catch (...) {
    return caught();
  }
}

// Throws Error(Status::argument, what) unless `condition`.
void require(bool condition, const char *what);

// Hands text to the host's callback. Throws Error(Status::host) if that fails or throws.
void write_to_host(recveil_write_fn write, void *ctx, std::string_view text);

}  // namespace recveil::abi
