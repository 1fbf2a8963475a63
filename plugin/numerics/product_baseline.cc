#define RECVEIL_PRODUCT_BYTES 16
#define RECVEIL_PRODUCT_ROWS 4
#include "numerics/product_loops.h"

namespace recveil::numerics {

extern const ProductKernels kProductBaseline;
const ProductKernels kProductBaseline = kernels_here();

}  // namespace recveil::numerics
