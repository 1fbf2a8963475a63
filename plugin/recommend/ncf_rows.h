// Parameters of the net as callers have them, and as the kernels read them.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <vector>

#include "recommend/ncf.h"

namespace recveil::recommend {

// Vectors that start on a cache line.
template <class T>
struct CacheLines {
  using value_type = T;
  CacheLines() = default;
  template <class U>
  explicit CacheLines(const CacheLines<U> &) {}
  T *allocate(std::size_t n) {
    return static_cast<T *>(::operator new (n * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T *p, std::size_t) { ::operator delete (p, std::align_val_t{64}); }
  friend bool operator==(const CacheLines &, const CacheLines &) { return true; }
};
using Floats = std::vector<float, CacheLines<float>>;

// layers: kNcfLayers numbers; the result: ncf::kLayers.
Floats padded_layers(std::span<const float> layers);
std::vector<float> plain_layers(std::span<const float> padded);

// kNcfFactors numbers to kNcfRow and back.
void pad_row(const float *row, float *padded);
void plain_row(const float *padded, float *row);

// Throws Error(argument) unless the parameters have the shapes of a net.
void check_parameters(const NcfParameters &parameters);

}  // namespace recveil::recommend
