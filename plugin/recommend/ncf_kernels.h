// The inner loops of the net of ncf.h, for the instruction set of the machine.
//
// Each number is one chain of multiply-adds in an order that no register width changes: AVX2 and
// AVX-512 give the same bits, a machine without fused multiply-add differs by rounding. Samples are
// worked on kNcfSlice at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/instruction_set.h"

namespace recveil::recommend {

constexpr std::size_t kNcfSlice = 64;
// A row in memory: 32 numbers of the perceptron, 8 zeros, 8 numbers of the product.
constexpr std::size_t kNcfRow = 48;
constexpr std::size_t kNcfInput = 32;            // of a row, the perceptron's
constexpr std::size_t kNcfRecord = 3 * kNcfRow;  // a row in training, then Adam's m and v of it

// Where the layers are in memory. The third has 16 columns, of which the last 8 are 0, and the
// output reads 8 numbers of the perceptron, then 8 of the product.
namespace ncf {
constexpr std::size_t kW1 = 0, kB1 = kW1 + 64 * 32;
constexpr std::size_t kW2 = kB1 + 32, kB2 = kW2 + 32 * 16;
constexpr std::size_t kW3 = kB2 + 16, kB3 = kW3 + 16 * 16;
constexpr std::size_t kW = kB3 + 16, kB = kW + 16;
constexpr std::size_t kLayers = kB + 16;
// Their transposes, for gradients: 32 x 64, 16 x 32 and 8 x 16.
constexpr std::size_t kT1 = 0, kT2 = kT1 + 32 * 64, kT3 = kT2 + 16 * 32, kTransposed = kT3 + 8 * 16;
}  // namespace ncf

// One step: parameters -= rate m / (sqrt(v) + epsilon), with the bias corrections in both.
struct NcfAdam {
  float rate, epsilon;
};

// Steps without a gradient: parameters -= rate m / (sqrt(v) + epsilon), then m and v decay.
struct NcfIdle {
  float rate, epsilon, m, v;
};

// The samples of one slice. All pointers are valid; a sample that is not there has weight 0.
struct NcfSlice {
  const float *users[kNcfSlice], *items[kNcfSlice];  // rows
  float labels[kNcfSlice], weights[kNcfSlice];       // of the loss
  // Gradients, overwritten: of the inputs (kNcfSlice x 64, the person's first), of the products
  // (kNcfSlice x 16 each, the first 8 are 0) and of the layers.
  float *inputs, *user_products, *item_products, *layers;
  // Of the loss over samples of weight above 0: linear + log(product).
  float linear, product;
};

// Rows that the samples of a batch touch, each once.
struct NcfTouched {
  float *records;                     // of all rows
  const std::uint32_t *rows;          // which
  const std::uint32_t *first, *next;  // the first sample of each; the next of each sample, or none
  const float *inputs, *products;     // gradients of sample s: from s * 64 and s * 16 on
  float pull;                         // each sample adds pull * row to the row's gradient
};
constexpr std::uint32_t kNcfNone = UINT32_MAX;

// Items as serving reads them, in whole slices.
struct NcfItems {
  const float *layers;
  const float *halves;    // 32 an item: q W1 + b1
  const float *products;  // 16 an item: 8 zeros, q'
};

struct NcfKernels {
  const char *name;
  void (*transpose)(const float *layers, float *transposed);
  // Loss and gradients. work: kNcfWork floats.
  void (*slice)(const float *layers, const float *transposed, NcfSlice &slice, float *work);
  // Of n touched rows.
  void (*idle)(const NcfTouched &touched, const NcfIdle *idle, std::size_t n);
  void (*step)(const NcfTouched &touched, NcfAdam adam, std::size_t n);
  // `size` parameters, a multiple of 16, by the sum of n gradients, `apart` floats from one to the
  // next.
  void (*adam)(float *parameters, float *m, float *v, const float *gradients, std::size_t n,
               std::size_t apart, std::size_t size, NcfAdam adam);
  // halves (kNcfSlice x 32) = q W1 + b1 of kNcfSlice rows.
  void (*item_halves)(const float *layers, const float *rows, float *halves);
  // odds of the items of a slice for a person's row. work: kNcfWork floats.
  void (*odds)(const NcfItems &items, const float *row, std::size_t slice, float *odds,
               float *work);
  // gradient (kNcfRow) of a person's row: of the mean loss of n samples, from 1 to kNcfSlice.
  void (*row_gradient)(const NcfItems &items, const float *transposed, const float *row,
                       const std::uint32_t *which, const float *labels, std::size_t n,
                       float *gradient, float *work);
};
constexpr std::size_t kNcfWork = kNcfSlice * (64 + 2 * 32 + 6 * 16);

// The best this machine runs. Any thread.
const NcfKernels &ncf_kernels() noexcept;

// Null where this machine or this build lacks the instructions.
const NcfKernels *ncf_kernels(InstructionSet set) noexcept;

}  // namespace recveil::recommend
