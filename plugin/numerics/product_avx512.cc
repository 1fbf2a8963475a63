#define RECVEIL_PRODUCT_BYTES 64
#define RECVEIL_PRODUCT_ROWS 8
#include "numerics/product_loops.h"

namespace recveil::numerics {

extern const ProductKernels kProductAvx512;
const ProductKernels kProductAvx512 = kernels_here();

}  // namespace recveil::numerics
