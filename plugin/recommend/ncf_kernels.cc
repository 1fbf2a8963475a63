#include "recommend/ncf_kernels.h"

namespace recveil::recommend {

extern const NcfKernels kNcfBaseline;
#ifdef RECVEIL_X86
extern const NcfKernels kNcfAvx2, kNcfAvx512;
#endif

const NcfKernels *ncf_kernels(InstructionSet set) noexcept {
  if (!machine_has(set)) return nullptr;
#ifdef RECVEIL_X86
  if (set == InstructionSet::avx512) return &kNcfAvx512;
  if (set == InstructionSet::avx2) return &kNcfAvx2;
#endif
  return &kNcfBaseline;
}

const NcfKernels &ncf_kernels() noexcept {
  return *best_of([](InstructionSet set) { return ncf_kernels(set); });
}

}  // namespace recveil::recommend
