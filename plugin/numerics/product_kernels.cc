#include "numerics/product_kernels.h"

#include <algorithm>

namespace recveil::numerics {

extern const ProductKernels kProductBaseline;
#ifdef RECVEIL_X86
extern const ProductKernels kProductAvx2, kProductAvx512;
#endif

const ProductKernels *product_kernels(InstructionSet set) {
  if (!machine_has(set)) return nullptr;
#ifdef RECVEIL_X86
  if (set == InstructionSet::avx512) return &kProductAvx512;
  if (set == InstructionSet::avx2) return &kProductAvx2;
#endif
  return &kProductBaseline;
}

const ProductKernels &product_kernels() {
  static const ProductKernels &best =
      *best_of([](InstructionSet set) { return product_kernels(set); });
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
