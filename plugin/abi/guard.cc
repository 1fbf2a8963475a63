#include "abi/guard.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "core/error.h"

namespace recveil::abi {
namespace {

// An array, not a std::string: a thread-local destructor would keep the library mapped after
// dlclose, and this works when memory is exhausted.
thread_local char last_error[512];

}  // namespace

void set_last_error(std::string_view text) noexcept {
  const std::size_t n = std::min(text.size(), sizeof(last_error) - 1);
  std::memcpy(last_error, text.data(), n);
  last_error[n] = '\0';
}

recveil_status caught() noexcept {
  try {
    throw;
  } catch (const Error &error) {
    set_last_error(error.what());
    return static_cast<recveil_status>(error.status());
  } catch (const std::bad_alloc &) {
    set_last_error("out of memory");
    return RECVEIL_E_NOMEM;
  } catch (const std::exception &error) {
    set_last_error(error.what());
    return RECVEIL_E_INTERNAL;
  } catch (...) {
    set_last_error("unknown exception");
    return RECVEIL_E_INTERNAL;
  }
}

void require(bool condition, const char *what) {
  if (!condition) throw Error(Status::argument, what);
}

void write_to_host(recveil_write_fn write, void *ctx, std::string_view text) {
  std::int32_t code = 0;
  try {
    code = write(ctx, text.data(), text.size());
  } catch (...) {
    throw Error(Status::host, "the write callback threw");
  }
  if (code != 0) {
    throw Error(Status::host, "the write callback returned " + std::to_string(code));
  }
}

}  // namespace recveil::abi

extern "C" const char *recveil_last_error(void) noexcept {
  return recveil::abi::last_error;
}
