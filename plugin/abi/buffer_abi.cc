#include <string>

#include "abi/adopt.h"
#include "abi/guard.h"
#include "recveil/base.h"

// Growing text that the library owns, so that a host needs no write callback of its own.
struct recveil_buffer {
  std::string bytes;
};

extern "C" {

recveil_status recveil_buffer_open(recveil_buffer **out) noexcept {
  return recveil::abi::guard([&] {
    recveil::abi::check_out(out, "out");
    *out = new recveil_buffer;
  });
}

int32_t recveil_buffer_write(void *buffer, const char *bytes, size_t n) noexcept {
  return recveil::abi::guard([&] {
    recveil::abi::require(buffer != nullptr, "buffer: is NULL");
    recveil::abi::check_array(bytes, n, "bytes");
    static_cast<recveil_buffer *>(buffer)->bytes.append(bytes, n);
  });
}

recveil_status recveil_buffer_bytes(const recveil_buffer *buffer, const char **bytes,
                                    size_t *n) noexcept {
  return recveil::abi::guard([&] {
    recveil::abi::require(buffer != nullptr, "buffer: is NULL");
    recveil::abi::check_out(bytes, "bytes");
    recveil::abi::check_out(n, "n");
    *bytes = buffer->bytes.c_str();
    *n = buffer->bytes.size();
  });
}

void recveil_buffer_clear(recveil_buffer *buffer) noexcept {
  if (buffer != nullptr) buffer->bytes.clear();
}

void recveil_buffer_close(recveil_buffer *buffer) noexcept {
  delete buffer;
}

}  // extern "C"
