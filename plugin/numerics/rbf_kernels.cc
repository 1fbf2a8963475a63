#include "numerics/rbf_kernels.h"

namespace recveil::numerics {

extern const RbfKernels kRbfBaseline;
#ifdef RECVEIL_X86
extern const RbfKernels kRbfAvx2, kRbfAvx512;
#endif

const RbfKernels *rbf_kernels(InstructionSet set) {
  if (!machine_has(set)) return nullptr;
#ifdef RECVEIL_X86
  if (set == InstructionSet::avx512) return &kRbfAvx512;
  if (set == InstructionSet::avx2) return &kRbfAvx2;
#endif
  return &kRbfBaseline;
}

const RbfKernels &rbf_kernels() {
  return *best_of([](InstructionSet set) { return rbf_kernels(set); });
}

RbfScale rbf_scale(double gamma) {
  const double scale = gamma * 1.4426950408889634;  // log2(e)
  const auto high = static_cast<float>(scale);
  return {high, static_cast<float>(scale - static_cast<double>(high)), 126 / high};
}

}  // namespace recveil::numerics
