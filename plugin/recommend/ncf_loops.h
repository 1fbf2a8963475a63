// The loops of ncf_kernels.h over vectors of the compiler, included by one file for each
// instruction set and compiled with its flags; RECVEIL_NCF_BYTES is the width of a register there,
// RECVEIL_NCF_ROWS the rows of a tile of two registers. Everything is local to the including file,
// and nothing but plain declarations is included.
#pragma once

#include "recommend/ncf_kernels.h"

namespace recveil::recommend {
namespace {

constexpr std::size_t kBytes = RECVEIL_NCF_BYTES, kLanes = kBytes / sizeof(float);
constexpr std::size_t kTileRows = RECVEIL_NCF_ROWS;

#define RECVEIL_INLINE [[gnu::always_inline]] inline

using Lanes [[gnu::vector_size(kBytes), gnu::may_alias, gnu::aligned(4)]] = float;
using Value [[gnu::vector_size(kBytes)]] = float;
using Whole [[gnu::vector_size(kBytes)]] = std::int32_t;

RECVEIL_INLINE Value load(const float *from) {
  return *reinterpret_cast<const Lanes *>(from);
}
RECVEIL_INLINE void store(float *to, Value value) {
  *reinterpret_cast<Lanes *>(to) = value;
}
RECVEIL_INLINE Value all(float value) {
  return Value{} + value;
}
// value where `where` > 0, else 0.
RECVEIL_INLINE Value where_positive(Value where, Value value) {
  return where > Value{} ? value : Value{};
}
RECVEIL_INLINE Value positive_part(Value value) {
  return where_positive(value, value);
}
RECVEIL_INLINE Value root(Value value) {
  Value out;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kLanes; ++i) out[i] = __builtin_sqrtf(value[i]);
  return out;
}

// e^x for x in [-87, 88], within 2 units in the last place (Cephes, expf).
RECVEIL_INLINE Value exponential(Value x) {
  const Value shift = all(12582912.0F);  // 1.5 * 2^23: rounds to a whole number
  const Value n = (x * 1.44269504F + shift) - shift;
  const Value r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  Value p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + (r + 1);
  const Whole power = (__builtin_convertvector(n, Whole) + 127) << 23;
  return p * reinterpret_cast<Value>(power);
}

// Rows x Cols: start(column) + A B, A being Rows x Inner with entry (i, k) at a[i RowStep + k
// InnerStep], B Inner x Cols with rows BStep apart. finish(row, column, value) takes the results.
template <std::size_t Rows, std::size_t Inner, std::size_t Cols, std::size_t RowStep,
          std::size_t InnerStep, std::size_t BStep, class Start, class Finish>
RECVEIL_INLINE void product(const float *a, const float *b, Start start, Finish finish) {
  constexpr std::size_t kVectors = Cols >= 2 * kLanes ? 2 : 1;
  constexpr std::size_t kRows = kVectors == 2 ? kTileRows : 2 * kTileRows;
  static_assert(Rows % kRows == 0 && Cols % (kVectors * kLanes) == 0);
  for (std::size_t column = 0; column < Cols; column += kVectors * kLanes) {
    for (std::size_t row = 0; row < Rows; row += kRows) {
      Value sum[kRows][kVectors];
#pragma GCC unroll 2
      for (std::size_t v = 0; v < kVectors; ++v) {
        const Value first = start(column + v * kLanes);
#pragma GCC unroll 16
        for (std::size_t r = 0; r < kRows; ++r) sum[r][v] = first;
      }
      const float *left = a + row * RowStep, *right = b + column;
#pragma GCC unroll 2
      for (std::size_t k = 0; k < Inner; ++k) {
        Value from[kVectors];
#pragma GCC unroll 2
        for (std::size_t v = 0; v < kVectors; ++v) from[v] = load(right + k * BStep + v * kLanes);
#pragma GCC unroll 16
        for (std::size_t r = 0; r < kRows; ++r) {
          const float by = left[r * RowStep + k * InnerStep];
#pragma GCC unroll 2
          for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] += from[v] * by;
        }
      }
#pragma GCC unroll 16
      for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
        for (std::size_t v = 0; v < kVectors; ++v) {
          finish(row + r, column + v * kLanes, sum[r][v]);
        }
      }
    }
  }
}

// to (kNcfSlice x Cols) = relu(from W + bias).
template <std::size_t Inner, std::size_t Cols>
RECVEIL_INLINE void layer(const float *from, const float *w, const float *bias, float *to) {
  product<kNcfSlice, Inner, Cols, Inner, 1, Cols>(
      from, w, [&](std::size_t column) { return load(bias + column); },
      [&](std::size_t row, std::size_t column, Value value) {
        store(to + row * Cols + column, positive_part(value));
      });
}

RECVEIL_INLINE Value zero(std::size_t) {
  return Value{};
}

// to (kNcfSlice x Cols) = (d transposed), where `active` (alike) is above 0, else 0. d: kNcfSlice x
// Inner, rows DStep apart.
template <std::size_t Inner, std::size_t Cols, std::size_t DStep>
RECVEIL_INLINE void back(const float *d, const float *transposed, const float *active, float *to) {
  product<kNcfSlice, Inner, Cols, DStep, 1, Cols>(
      d, transposed, zero, [&](std::size_t row, std::size_t column, Value value) {
        store(to + row * Cols + column, where_positive(load(active + row * Cols + column), value));
      });
}

// Gradients of a layer's weights (Inner x Cols) and bias.
template <std::size_t Inner, std::size_t Cols>
RECVEIL_INLINE void layer_gradient(const float *from, const float *d, float *w, float *bias) {
  product<Inner, kNcfSlice, Cols, 1, Inner, Cols>(
      from, d, zero, [&](std::size_t row, std::size_t column, Value value) {
        store(w + row * Cols + column, value);
      });
  for (std::size_t column = 0; column < Cols; column += kLanes) {
    Value sum{};
    for (std::size_t s = 0; s < kNcfSlice; ++s) sum += load(d + s * Cols + column);
    store(bias + column, sum);
  }
}

// What a slice holds between the first layer and its gradient.
struct Work {
  float *input, *first, *d_first, *second, *d_second, *last, *d_last, *logits, *d_logits;
};
RECVEIL_INLINE Work cut(float *work) {
  constexpr std::size_t n = kNcfSlice;
  float *const narrow = work + n * 128;
  return {work,
          work + n * 64,
          work + n * 96,
          narrow,
          narrow + n * 16,
          narrow + n * 32,
          narrow + n * 48,
          narrow + n * 64,
          narrow + n * 80};
}

// From `first` to logits. product(s, part): of the rows p' and q' of sample s.
template <class Product>
RECVEIL_INLINE void to_logits(const float *layers, const Work &work, Product product_of) {
  layer<32, 16>(work.first, layers + ncf::kW2, layers + ncf::kB2, work.second);
  product<kNcfSlice, 16, 16, 16, 1, 16>(
      work.second, layers + ncf::kW3,
      [&](std::size_t column) { return load(layers + ncf::kB3 + column); },
      [&](std::size_t s, std::size_t column, Value value) {
        store(work.last + s * 16 + column, positive_part(value) + product_of(s, column));
      });
  for (std::size_t s = 0; s < kNcfSlice; ++s) {
    float sum[16];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 16; i += kLanes) {
      store(sum + i, load(work.last + s * 16 + i) * load(layers + ncf::kW + i));
    }
#pragma GCC unroll 4
    for (std::size_t half = 8; half > 0; half /= 2) {
#pragma GCC unroll 8
      for (std::size_t i = 0; i < half; ++i) sum[i] += sum[i + half];
    }
    work.logits[s] = sum[0] + layers[ncf::kB];
  }
}

// d_logits: weight times (probability - label); and the loss.
RECVEIL_INLINE void loss(const Work &work, const float *labels, const float *weights, float &linear,
                         float &product_of) {
  float products[16], sums[16];
  for (std::size_t part = 0; part < 16; part += kLanes) {
    Value total{}, by = all(1);
    for (std::size_t s = part; s < kNcfSlice; s += 16) {
      const Value x = load(work.logits + s), weight = load(weights + s), label = load(labels + s);
      const Value negative = x < Value{} ? x : -x;
      const Value e = exponential(negative > all(-87) ? negative : all(-87));
      const Value over = 1 / (1 + e), probability = x < Value{} ? e * over : over;
      store(work.d_logits + s, weight * (probability - label));
      total += where_positive(weight, positive_part(x) - x * label);
      by *= weight > Value{} ? 1 + e : all(1);
    }
    store(sums + part, total);
    store(products + part, by);
  }
  linear = 0;
  product_of = 1;
  for (std::size_t i = 0; i < 16; ++i) {
    linear += sums[i];
    product_of *= products[i];
  }
}

// From d_logits to d_first. to_products(s, part, gradient of p' * q').
template <class ToProducts>
RECVEIL_INLINE void to_first(const float *layers, const float *transposed, const Work &work,
                             ToProducts to_products) {
  float is_perceptron[16];
  for (std::size_t i = 0; i < 16; ++i) is_perceptron[i] = i < 8 ? 1 : 0;
  for (std::size_t i = 0; i < 16; i += kLanes) {
    const Value w = load(layers + ncf::kW + i), perceptron = load(is_perceptron + i);
    for (std::size_t s = 0; s < kNcfSlice; ++s) {
      const Value d = work.d_logits[s] * w;
      to_products(s, i, d);
      store(work.d_last + s * 16 + i, where_positive(load(work.last + s * 16 + i), d) * perceptron);
    }
  }
  back<8, 16, 16>(work.d_last, transposed + ncf::kT3, work.second, work.d_second);
  back<16, 32, 16>(work.d_second, transposed + ncf::kT2, work.first, work.d_first);
}

void slice(const float *layers, const float *transposed, NcfSlice &slice, float *memory) {
  const Work work = cut(memory);
  for (std::size_t s = 0; s < kNcfSlice; ++s) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kNcfInput; i += kLanes) {
      store(work.input + s * 64 + i, load(slice.users[s] + i));
      store(work.input + s * 64 + kNcfInput + i, load(slice.items[s] + i));
    }
  }
  layer<64, 32>(work.input, layers + ncf::kW1, layers + ncf::kB1, work.first);
  to_logits(layers, work, [&](std::size_t s, std::size_t part) {
    return load(slice.users[s] + kNcfInput + part) * load(slice.items[s] + kNcfInput + part);
  });
  loss(work, slice.labels, slice.weights, slice.linear, slice.product);
  to_first(layers, transposed, work, [&](std::size_t s, std::size_t part, Value d) {
    store(slice.user_products + s * 16 + part, d * load(slice.items[s] + kNcfInput + part));
    store(slice.item_products + s * 16 + part, d * load(slice.users[s] + kNcfInput + part));
  });
  product<kNcfSlice, 32, 64, 32, 1, 64>(work.d_first, transposed + ncf::kT1, zero,
                                        [&](std::size_t s, std::size_t column, Value value) {
                                          store(slice.inputs + s * 64 + column, value);
                                        });
  float *const to = slice.layers;
  layer_gradient<64, 32>(work.input, work.d_first, to + ncf::kW1, to + ncf::kB1);
  layer_gradient<32, 16>(work.first, work.d_second, to + ncf::kW2, to + ncf::kB2);
  layer_gradient<16, 16>(work.second, work.d_last, to + ncf::kW3, to + ncf::kB3);
  for (std::size_t i = 0; i < 16; i += kLanes) {
    Value sum{}, bias{};
    for (std::size_t s = 0; s < kNcfSlice; ++s) {
      sum += work.d_logits[s] * load(work.last + s * 16 + i);
      bias += work.d_logits[s];
    }
    store(to + ncf::kW + i, sum);
    store(to + ncf::kB + i, Value{});
    if (i == 0) to[ncf::kB] = bias[0];
  }
}

void transpose(const float *layers, float *to) {
  for (std::size_t k = 0; k < 64; ++k) {
    for (std::size_t o = 0; o < 32; ++o) to[ncf::kT1 + o * 64 + k] = layers[ncf::kW1 + k * 32 + o];
  }
  for (std::size_t k = 0; k < 32; ++k) {
    for (std::size_t o = 0; o < 16; ++o) to[ncf::kT2 + o * 32 + k] = layers[ncf::kW2 + k * 16 + o];
  }
  for (std::size_t k = 0; k < 16; ++k) {
    for (std::size_t o = 0; o < 8; ++o) to[ncf::kT3 + o * 16 + k] = layers[ncf::kW3 + k * 16 + o];
  }
}

RECVEIL_INLINE void step_lanes(float *parameters, float *m, float *v, Value g, NcfAdam adam) {
  const Value mean = load(m) + 0.1F * (g - load(m));
  const Value square = 0.999F * load(v) + 0.001F * g * g;
  store(m, mean);
  store(v, square);
  store(parameters, load(parameters) - adam.rate * mean / (root(square) + adam.epsilon));
}

void idle(const NcfTouched &touched, const NcfIdle *all_idle, std::size_t n) {
  for (std::size_t at = 0; at < n; ++at) {
    const NcfIdle by = all_idle[at];
    if (by.rate == 0) continue;
    float *const record = touched.records + touched.rows[at] * kNcfRecord;
#pragma GCC unroll 3
    for (std::size_t i = 0; i < kNcfRow; i += kLanes) {
      const Value m = load(record + kNcfRow + i), v = load(record + 2 * kNcfRow + i);
      store(record + i, load(record + i) - by.rate * m / (root(v) + by.epsilon));
      store(record + kNcfRow + i, m * by.m);
      store(record + 2 * kNcfRow + i, v * by.v);
    }
  }
}

void step(const NcfTouched &touched, NcfAdam adam, std::size_t n) {
  for (std::size_t at = 0; at < n; ++at) {
    float *const record = touched.records + touched.rows[at] * kNcfRecord;
#pragma GCC unroll 3
    for (std::size_t i = 0; i < kNcfRow; i += kLanes) {
      const float *const from =
          i < kNcfInput ? touched.inputs + i : touched.products + i - kNcfInput;
      const std::size_t step_of = i < kNcfInput ? 64 : 16;
      std::uint32_t s = touched.first[at];
      Value g = load(from + s * step_of);
      float pull = touched.pull;
      while ((s = touched.next[s]) != kNcfNone) {
        g += load(from + s * step_of);
        pull += touched.pull;
      }
      g += pull * load(record + i);
      step_lanes(record + i, record + kNcfRow + i, record + 2 * kNcfRow + i, g, adam);
    }
  }
}

void adam(float *parameters, float *m, float *v, const float *gradients, std::size_t n,
          std::size_t apart, std::size_t size, NcfAdam by) {
  for (std::size_t i = 0; i < size; i += kLanes) {
    Value g = load(gradients + i);
    for (std::size_t k = 1; k < n; ++k) g += load(gradients + k * apart + i);
    step_lanes(parameters + i, m + i, v + i, g, by);
  }
}

void item_halves(const float *layers, const float *rows, float *halves) {
  product<kNcfSlice, kNcfInput, 32, kNcfRow, 1, 32>(
      rows, layers + ncf::kW1 + kNcfInput * 32,
      [&](std::size_t column) { return load(layers + ncf::kB1 + column); },
      [&](std::size_t row, std::size_t column, Value value) {
        store(halves + row * 32 + column, value);
      });
}

// first = relu(half of the item + half of the person) of samples; item(s) is which.
template <class Item>
RECVEIL_INLINE void add_halves(const NcfItems &items, const float *row, const Work &work,
                               Item item) {
  for (std::size_t column = 0; column < 32; column += kLanes) {
    Value half{};
    for (std::size_t k = 0; k < kNcfInput; ++k) {
      half += row[k] * load(items.layers + ncf::kW1 + k * 32 + column);
    }
    for (std::size_t s = 0; s < kNcfSlice; ++s) {
      store(work.first + s * 32 + column,
            positive_part(load(items.halves + item(s) * 32 + column) + half));
    }
  }
}

void odds(const NcfItems &items, const float *row, std::size_t which, float *to, float *memory) {
  const Work work = cut(memory);
  const auto item = [&](std::size_t s) { return which * kNcfSlice + s; };
  add_halves(items, row, work, item);
  to_logits(items.layers, work, [&](std::size_t s, std::size_t part) {
    return load(row + kNcfInput + part) * load(items.products + item(s) * 16 + part);
  });
  for (std::size_t s = 0; s < kNcfSlice; s += kLanes) {
    const Value x = load(work.logits + s), low = x > all(-87) ? x : all(-87);
    store(to + s, exponential(low < all(88) ? low : all(88)));
  }
}

void row_gradient(const NcfItems &items, const float *transposed, const float *row,
                  const std::uint32_t *which, const float *labels, std::size_t n, float *gradient,
                  float *memory) {
  const Work work = cut(memory);
  float label[kNcfSlice], weight[kNcfSlice];
  std::size_t index[kNcfSlice];
  for (std::size_t s = 0; s < kNcfSlice; ++s) {
    index[s] = s < n ? which[s] : which[0];
    label[s] = s < n ? labels[s] : 0;
    weight[s] = s < n ? 1 / static_cast<float>(n) : 0;
  }
  const auto item = [&](std::size_t s) { return index[s]; };
  add_halves(items, row, work, item);
  to_logits(items.layers, work, [&](std::size_t s, std::size_t part) {
    return load(row + kNcfInput + part) * load(items.products + item(s) * 16 + part);
  });
  float linear = 0, product_of = 0;
  loss(work, label, weight, linear, product_of);
  for (std::size_t i = 0; i < 16; ++i) gradient[kNcfInput + i] = 0;
  to_first(items.layers, transposed, work, [&](std::size_t s, std::size_t part, Value d) {
    float *const to = gradient + kNcfInput + part;
    store(to, load(to) + d * load(items.products + item(s) * 16 + part));
  });
  float sums[32];
  for (std::size_t column = 0; column < 32; column += kLanes) {
    Value sum{};
    for (std::size_t s = 0; s < kNcfSlice; ++s) sum += load(work.d_first + s * 32 + column);
    store(sums + column, sum);
  }
  for (std::size_t k = 0; k < kNcfInput; k += kLanes) {
    Value sum{};
    for (std::size_t o = 0; o < 32; ++o) sum += sums[o] * load(transposed + ncf::kT1 + o * 64 + k);
    store(gradient + k, sum);
  }
}

#undef RECVEIL_INLINE

constexpr NcfKernels kernels_named(const char *name) {
  return {name, transpose, slice, idle, step, adam, item_halves, odds, row_gradient};
}

}  // namespace
}  // namespace recveil::recommend
