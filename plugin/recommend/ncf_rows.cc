#include "recommend/ncf_rows.h"

#include <algorithm>
#include <string>

#include "core/error.h"

namespace recveil::recommend {
namespace {

constexpr std::size_t kProduct = kNcfFactors - kNcfInput;

// Calls copy(plain, padded, n) for each run of numbers that stand together in both forms.
template <class Copy>
void each_run(Copy copy) {
  std::size_t at = 0;
  const auto run = [&](std::size_t padded, std::size_t n) {
    copy(at, padded, n);
    at += n;
  };
  run(ncf::kW1, ncf::kW3);  // two layers without padding
  for (std::size_t k = 0; k < 16; ++k) run(ncf::kW3 + k * 16, 8);
  run(ncf::kB3, 8);
  run(ncf::kW, 16);
  run(ncf::kB, 1);
}

void check_rows(const char *what, const Matrix &rows) {
  if (rows.cols == kNcfFactors && rows.data.size() == rows.rows * rows.cols) return;
  throw Error(Status::argument, std::string("ncf: ") + what + " must have rows of " +
                                    std::to_string(kNcfFactors) + " numbers");
}

}  // namespace

Floats padded_layers(std::span<const float> layers) {
  Floats out(ncf::kLayers, 0);
  each_run([&](std::size_t plain, std::size_t padded, std::size_t n) {
    std::copy_n(layers.begin() + static_cast<std::ptrdiff_t>(plain), n,
                out.begin() + static_cast<std::ptrdiff_t>(padded));
  });
  return out;
}

std::vector<float> plain_layers(std::span<const float> from) {
  std::vector<float> out(kNcfLayers);
  each_run([&](std::size_t plain, std::size_t padded, std::size_t n) {
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(padded), n,
                out.begin() + static_cast<std::ptrdiff_t>(plain));
  });
  return out;
}

void pad_row(const float *row, float *padded) {
  std::copy_n(row, kNcfInput, padded);
  std::fill_n(padded + kNcfInput, kNcfRow - kNcfFactors, 0.0F);
  std::copy_n(row + kNcfInput, kProduct, padded + kNcfRow - kProduct);
}

void plain_row(const float *padded, float *row) {
  std::copy_n(padded, kNcfInput, row);
  std::copy_n(padded + kNcfRow - kProduct, kProduct, row + kNcfInput);
}

void check_parameters(const NcfParameters &parameters) {
  check_rows("users", parameters.users);
  check_rows("items", parameters.items);
  if (parameters.layers.size() != kNcfLayers) {
    throw Error(Status::argument,
                "ncf: there must be " + std::to_string(kNcfLayers) + " numbers in the layers");
  }
}

}  // namespace recveil::recommend
