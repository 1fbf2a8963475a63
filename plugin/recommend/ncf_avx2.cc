#define RECVEIL_NCF_BYTES 32
#define RECVEIL_NCF_ROWS 4
#include "recommend/ncf_loops.h"

namespace recveil::recommend {

extern const NcfKernels kNcfAvx2;
const NcfKernels kNcfAvx2 = kernels_named("avx2");

}  // namespace recveil::recommend
