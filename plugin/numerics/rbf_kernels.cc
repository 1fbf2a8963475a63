#include "numerics/rbf_kernels.h"

#include <initializer_list>

namespace recveil::numerics {

extern const RbfKernels kRbfBaseline;
#ifdef RECVEIL_X86
extern const RbfKernels kRbfAvx2, kRbfAvx512;
#endif

const RbfKernels *rbf_kernels(InstructionSet set) {
  switch (set) {
    case InstructionSet::baseline:
      return &kRbfBaseline;
#ifdef RECVEIL_X86
    case InstructionSet::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kRbfAvx2 : nullptr;
    case InstructionSet::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512vl")
                 ? &kRbfAvx512
                 : nullptr;
#endif
    default:
      return nullptr;
  }
}

const RbfKernels &rbf_kernels() {
  for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2}) {
    if (const RbfKernels *kernels = rbf_kernels(set)) return *kernels;
  }
  return kRbfBaseline;
}

RbfScale rbf_scale(double gamma) {
  const double scale = gamma * 1.4426950408889634;  // log2(e)
  const auto high = static_cast<float>(scale);
  return {high, static_cast<float>(scale - static_cast<double>(high)), 126 / high};
}

}  // namespace recveil::numerics
