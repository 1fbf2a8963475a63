#include "defense/fold/kernels.h"

namespace recveil::defense {

const Kernels *find_kernels(InstructionSet set) noexcept {
  if (!machine_has(set)) return nullptr;
  if (set == InstructionSet::avx512) return kAvx512Kernels;
  if (set == InstructionSet::avx2) return kAvx2Kernels;
  return &kBaselineKernels;
}

const Kernels &best_kernels() noexcept {
  return *best_of(find_kernels);
}

}  // namespace recveil::defense
