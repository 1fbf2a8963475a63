// Which instructions this processor has, for loops that are compiled more than once. Every room
// that has such loops asks here, so that one machine never mixes two choices.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace recveil {

// In rising order. avx2 is AVX2 with FMA; avx512 is AVX-512 F, DQ and VL on top of that.
enum class InstructionSet : std::uint8_t { baseline, avx2, avx512 };

inline bool machine_has(InstructionSet set) noexcept {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  switch (set) {
    case InstructionSet::avx512:
      return avx2 && __builtin_cpu_supports("avx512f") != 0 &&
             __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
    case InstructionSet::avx2:
      return avx2;
    default:
      return true;
  }
#else
  return set == InstructionSet::baseline;
#endif
}

// The best that `find(set)` has; it gives null where the build or the processor lacks a set, and
// never for the baseline.
template <class Find>
auto best_of(Find find) {
  for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2}) {
    if (const auto found = find(set); found != nullptr) return found;
  }
  return find(InstructionSet::baseline);
}

}  // namespace recveil
