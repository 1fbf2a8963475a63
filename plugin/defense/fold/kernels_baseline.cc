#include "defense/fold/lanes_baseline.h"
// The lanes first: the loops are over them.
#include "defense/fold/kernel_loops.h"

namespace recveil::defense {

constinit const Kernels kBaselineKernels = kernels_named("baseline");

}  // namespace recveil::defense
