#include "numerics/product_kernels.h"

#include <algorithm>

namespace recveil::numerics {

extern const ProductKernels kProductBaseline;
#ifdef RECVEIL_X86
extern const ProductKernels kProductAvx2, kProductAvx512;
#endif

const ProductKernels *product_kernels(InstructionSet set) {
  switch (set) {
    case InstructionSet::baseline:
      return &kProductBaseline;
#ifdef RECVEIL_X86
    // The same processors as for the other loops.
    case InstructionSet::avx2:
      return rbf_kernels(set) != nullptr ? &kProductAvx2 : nullptr;
    case InstructionSet::avx512:
      return rbf_kernels(set) != nullptr ? &kProductAvx512 : nullptr;
#endif
    default:
      return nullptr;
  }
}

const ProductKernels &product_kernels() {
  static const ProductKernels &best = [&]() -> const ProductKernels & {
    for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2}) {
      if (const ProductKernels *kernels = product_kernels(set)) return *kernels;
    }
    return kProductBaseline;
  }();
  return best;
}

void multiply(const ProductTask<float> &task) {
  product_kernels().set_float(task);
}
void multiply(const ProductTask<double> &task) {
  product_kernels().set_double(task);
}
void multiply_add(const ProductTask<float> &task) {
  product_kernels().add_float(task);
}
void multiply_add(const ProductTask<double> &task) {
  product_kernels().add_double(task);
}

void add_gram(const double *x, std::size_t n, std::size_t d, double *sums) {
  const std::size_t step = padded_doubles(d);
  constexpr std::size_t kRowsAtOnce = 16;  // of sums: a multiple of every tile and of 8
  constexpr std::size_t kBlock = 512;      // rows of x that stay in the cache meanwhile
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const double *from = x + begin * step;
    for (std::size_t i = 0; i < d; i += kRowsAtOnce) {
      multiply_add({from + i, 1, step, std::min(kRowsAtOnce, d - i), std::min(kBlock, n - begin),
                    from + i, step, step - i, sums + i * step + i, step});
    }
  }
}

}  // namespace recveil::numerics
