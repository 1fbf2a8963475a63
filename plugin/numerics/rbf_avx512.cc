#define RECVEIL_RBF_BYTES 64
#include "numerics/rbf_loops.h"

namespace recveil::numerics {

extern const RbfKernels kRbfAvx512;
const RbfKernels kRbfAvx512{row, sums, update, second};

}  // namespace recveil::numerics
