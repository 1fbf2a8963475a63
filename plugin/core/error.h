// The one exception type of the library. Thrown inside, turned into a status at the C boundary
// (plugin/abi/guard.h); the message names the thing that was wrong ("serving.ratio: ...").
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace recveil {

// The values are the RECVEIL_E_* constants of include/recveil/base.h; plugin/abi asserts it.
enum class Status : std::int32_t {
  ok = 0,
  internal = -1,
  argument = -2,
  no_memory = -3,
  config = -4,
  version = -5,
  unsupported = -6,
  buffer = -7,
  state = -8,
  io = -9,
  host = -10,
  not_found = -11,
  cancelled = -12,
  data = -13,
  held = -14,
};

class Error : public std::runtime_error {
 public:
  Error(Status status, const std::string &message) : std::runtime_error(message), status_(status) {}
  Status status() const noexcept { return status_; }

 private:
  Status status_;
};

}  // namespace recveil
