// One sweep of sliced optimal transport: along each axis, each class onto a target group's
// quantiles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"

namespace recveil::defense {

// p-th quantiles of n values from a histogram of 1024 cells over [low, high]: linear within a cell.
// Within a cell's width of the exact ones for values in that range.
void histogram_quantiles(const std::uint32_t *counts, float low, float high, double n,
                         std::span<const double> p, std::span<double> out);
constexpr std::size_t kHistogramCells = 1024;

// A class_tables stage for these rows (padded_floats(width) apart): class k moves from its
// quantiles (n_k / 20 of them, at most 100) to those of the k-th group of `targets`, linearly
// between; what is beyond the outermost quantiles moves like them. Classes with moved[k] == 0 stay.
// O(rows width + K width 1024).
Stage quantile_tables(const float *rows, std::size_t width, const ByClass &classes,
                      const ByClass *targets, std::span<const std::uint8_t> moved,
                      std::uint32_t attribute);

}  // namespace recveil::defense
