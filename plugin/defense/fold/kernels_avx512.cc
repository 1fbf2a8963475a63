#include "defense/fold/kernels.h"

#if defined(__AVX512F__)
#include "defense/fold/lanes_avx512.h"
// The lanes first: the loops are over them.
#include "defense/fold/kernel_loops.h"

namespace recveil::defense {
namespace {
constinit const Kernels kKernels = kernels_named("avx512");
}
constinit const Kernels *const kAvx512Kernels = &kKernels;

}  // namespace recveil::defense
#else
namespace recveil::defense {

constinit const Kernels *const kAvx512Kernels = nullptr;

}  // namespace recveil::defense
#endif
