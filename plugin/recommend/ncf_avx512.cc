#define RECVEIL_NCF_BYTES 64
#define RECVEIL_NCF_ROWS 8
#include "recommend/ncf_loops.h"

namespace recveil::recommend {

extern const NcfKernels kNcfAvx512;
const NcfKernels kNcfAvx512 = kernels_named("avx512");

}  // namespace recveil::recommend
