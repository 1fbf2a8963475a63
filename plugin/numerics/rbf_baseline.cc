#define RECVEIL_RBF_BYTES 16
#include "numerics/rbf_loops.h"

namespace recveil::numerics {

extern const RbfKernels kRbfBaseline;
const RbfKernels kRbfBaseline{row, sums, update, second};

}  // namespace recveil::numerics
