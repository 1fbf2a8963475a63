#include "defense/fold/kernels.h"

#if defined(__AVX2__)
#include "defense/fold/lanes_avx2.h"
// The lanes first: the loops are over them.
#include "defense/fold/kernel_loops.h"

namespace recveil::defense {
namespace {
constinit const Kernels kKernels = kernels_named("avx2");
}
constinit const Kernels *const kAvx2Kernels = &kKernels;

}  // namespace recveil::defense
#else
namespace recveil::defense {

constinit const Kernels *const kAvx2Kernels = nullptr;

}  // namespace recveil::defense
#endif
