#define RECVEIL_RBF_BYTES 32
#include "numerics/rbf_loops.h"

namespace recveil::numerics {

extern const RbfKernels kRbfAvx2;
const RbfKernels kRbfAvx2{row, sums, update, second};

}  // namespace recveil::numerics
