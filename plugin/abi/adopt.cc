#include "abi/adopt.h"

#include <string>

#include "core/error.h"

namespace recveil::abi {
namespace {

// No struct will ever be as large: a struct_size above it is a mistake, not a newer client.
constexpr std::size_t kMaxStruct = 4096;
// More than an address space holds: a count above it is a mistake.
constexpr std::size_t kMaxBytes = std::size_t{1} << 47;

[[noreturn]] void refuse(Status status, const char *name, const std::string &what) {
  throw Error(status, std::string(name) + ": " + what);
}

std::uint32_t size_of(const void *given) {
  std::uint32_t size = 0;
  std::memcpy(&size, given, sizeof(size));
  return size;
}

}  // namespace

void check_struct(const void *given, std::size_t first, std::size_t alignment, const char *name) {
  if (given == nullptr) refuse(Status::argument, name, "is NULL");
  if (reinterpret_cast<std::uintptr_t>(given) % alignment != 0) {
    refuse(Status::argument, name, "is not aligned");
  }
  const std::uint32_t size = size_of(given);
  if (size < first || size > kMaxStruct) {
    refuse(Status::argument, name,
           "struct_size is " + std::to_string(size) + ", expected at least " +
               std::to_string(first) + "; set it with the _INIT macro");
  }
}

void check_tail(const void *given, std::size_t known, const char *name) {
  const auto *bytes = static_cast<const unsigned char *>(given);
  for (std::size_t i = known; i < size_of(given); ++i) {
    if (bytes[i] != 0) {
      refuse(Status::unsupported, name, "uses a field this version of the library does not know");
    }
  }
}

void check_array_bytes(const void *data, std::size_t n, std::size_t size, std::size_t alignment,
                       const char *name) {
  if (data == nullptr && n > 0) refuse(Status::argument, name, "is NULL");
  if (reinterpret_cast<std::uintptr_t>(data) % alignment != 0) {
    refuse(Status::argument, name, "is not aligned");
  }
  if (n > kMaxBytes / size) refuse(Status::argument, name, "more elements than memory can hold");
}

std::size_t check_offsets(const std::size_t *offsets, std::size_t n, const char *name) {
  // n + 1 offsets, also where that is more than a number holds.
  check_array(offsets, n < SIZE_MAX ? n + 1 : n, name);
  for (std::size_t i = 0; i < n; ++i) {
    if (offsets[i] > offsets[i + 1]) {
      throw Error(Status::argument, std::string(name) + ": must not fall");
    }
  }
  return offsets[n];
}

void check_flags(std::uint32_t flags, std::uint32_t known, const char *name) {
  if ((flags & ~known) == 0) return;
  throw Error(Status::unsupported, std::string(name) + ".flags: " +
                                       (known == 0 ? "must be 0" : "holds an unknown flag"));
}

}  // namespace recveil::abi
