// How much of a long test a sanitizer build runs: every 7th case.
#pragma once

#include <cstdint>

namespace recveil {

#ifdef RECVEIL_SANITIZED
constexpr std::uint64_t kStride = 7;
#else
constexpr std::uint64_t kStride = 1;
#endif

}  // namespace recveil
