#define RECVEIL_PRODUCT_BYTES 32
#define RECVEIL_PRODUCT_ROWS 4
#include "numerics/product_loops.h"

namespace recveil::numerics {

extern const ProductKernels kProductAvx2;
const ProductKernels kProductAvx2 = kernels_here();

}  // namespace recveil::numerics
