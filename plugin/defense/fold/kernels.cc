#include "defense/fold/kernels.h"

#include <string_view>

namespace recveil::defense {
namespace {

bool machine_has_avx2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
  return false;
#endif
}

bool machine_has_avx512() noexcept {
#if defined(__x86_64__)
  return machine_has_avx2() && __builtin_cpu_supports("avx512f") != 0;
#else
  return false;
#endif
}

}  // namespace

const Kernels *find_kernels(const char *name) noexcept {
  const std::string_view wanted = name;
  if (wanted == "avx512") return machine_has_avx512() ? kAvx512Kernels : nullptr;
  if (wanted == "avx2") return machine_has_avx2() ? kAvx2Kernels : nullptr;
  return wanted == "baseline" ? &kBaselineKernels : nullptr;
}

const Kernels &best_kernels() noexcept {
  for (const char *name : {"avx512", "avx2"}) {
    if (const Kernels *found = find_kernels(name)) return *found;
  }
  return kBaselineKernels;
}

}  // namespace recveil::defense
