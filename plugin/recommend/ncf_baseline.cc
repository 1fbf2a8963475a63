#define RECVEIL_NCF_BYTES 16
#define RECVEIL_NCF_ROWS 4
#include "recommend/ncf_loops.h"

namespace recveil::recommend {

extern const NcfKernels kNcfBaseline;
const NcfKernels kNcfBaseline = kernels_named("baseline");

}  // namespace recveil::recommend
