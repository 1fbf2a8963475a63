// Structs of clients compiled with an older or newer header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "abi/guard.h"

namespace recveil::abi {

// Throws unless `given` is aligned and its struct_size is at least `first`, the size in the first
// release.
void check_struct(const void *given, std::size_t first, std::size_t alignment, const char *name);

// Throws if bytes beyond the `known` ones are not zero: a newer client uses what we do not know.
void check_tail(const void *given, std::size_t known, const char *name);

// The client's input struct over this library's defaults.
template <class Struct>
Struct adopt(const Struct *given, const Struct &defaults, std::size_t first, const char *name) {
  check_struct(given, first, alignof(Struct), name);
  check_tail(given, sizeof(Struct), name);
  Struct out = defaults;
  std::memcpy(&out, given,
              given->struct_size < sizeof(Struct) ? given->struct_size : sizeof(Struct));
  return out;
}

void check_array_bytes(const void *data, std::size_t n, std::size_t size, std::size_t alignment,
                       const char *name);
// Throws unless `data` can hold n elements: NULL (unless n is 0), misaligned, or more bytes than
// exist.
template <class Element>
void check_array(const Element *data, std::size_t n, const char *name) {
  check_array_bytes(data, n, sizeof(Element), alignof(Element), name);
}

// Whether an output struct can be written to, also when the call is refused for something else.
template <class Struct>
bool writable(const Struct *out, std::size_t first) noexcept {
  return out != nullptr && reinterpret_cast<std::uintptr_t>(out) % alignof(Struct) == 0 &&
         out->struct_size >= first;
}

// Throws unless `offsets` holds n + 1 numbers that do not fall. Returns the last of them.
std::size_t check_offsets(const std::size_t *offsets, std::size_t n, const char *name);

// Throws Error(unsupported) unless flags that this library does not know are 0.
void check_flags(std::uint32_t flags, std::uint32_t known, const char *name);

// Writes an output struct, at most as much as the client has room for; struct_size stays.
template <class Struct>
void give(Struct *out, Struct value) {
  value.struct_size = out->struct_size;
  std::memcpy(out, &value, out->struct_size < sizeof(Struct) ? out->struct_size : sizeof(Struct));
}

// Throws unless `out` can be written to: NULL or misaligned.
template <class Value>
void check_out(Value *out, const char *name) {
  check_array_bytes(out, 1, sizeof(Value), alignof(Value), name);
}

}  // namespace recveil::abi
