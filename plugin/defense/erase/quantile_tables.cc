#include "defense/erase/quantile_tables.h"

#include <algorithm>
#include <cmath>

#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::uint32_t kCells = 128;     // of a table
constexpr std::size_t kRowsPerKnot = 20;  // a quantile of fewer rows is noise
constexpr std::size_t kMaxKnots = 100;
constexpr float kReach = 5;  // standard deviations that the histogram covers

struct Axis {
  float low, high, scale;
};

std::vector<Axis> axes_of(const float *rows, std::size_t width, const ByClass &classes) {
  const std::size_t step = numerics::padded_floats(width);
  std::vector<double> sum(width), squares(width);
  for (const std::uint32_t i : classes.all()) {
    for (std::size_t c = 0; c < width; ++c) {
      const double value = static_cast<double>(rows[i * step + c]);
      sum[c] += value;
      squares[c] += value * value;
    }
  }
  const auto n = static_cast<double>(classes.all().size());
  std::vector<Axis> out(width);
  for (std::size_t c = 0; c < width; ++c) {
    const double mean = sum[c] / n;
    const double deviation = std::sqrt(std::max(squares[c] / n - mean * mean, 1e-20));
    const double reach = static_cast<double>(kReach) * deviation;
    out[c] = {static_cast<float>(mean - reach), static_cast<float>(mean + reach),
              static_cast<float>(static_cast<double>(kHistogramCells) / (2 * reach))};
  }
  return out;
}

// counts: width x kHistogramCells.
void count_rows(const float *rows, std::size_t width, std::span<const std::uint32_t> which,
                const std::vector<Axis> &axes, std::vector<std::uint32_t> &counts) {
  const std::size_t step = numerics::padded_floats(width);
  constexpr auto kLast = static_cast<float>(kHistogramCells - 1);
  std::fill(counts.begin(), counts.end(), 0);
  for (const std::uint32_t i : which) {
    const float *row = rows + i * step;
    for (std::size_t c = 0; c < width; ++c) {
      float at = (row[c] - axes[c].low) * axes[c].scale;
      at = at > 0 ? at : 0;
      at = at < kLast ? at : kLast;
      ++counts[c * kHistogramCells + static_cast<std::size_t>(static_cast<std::int32_t>(at))];
    }
  }
}

// The piecewise linear displacement `to - from` at `from` on a table's even grid.
void put_table(std::span<const double> from, std::span<const double> to, float *table) {
  const double low = from.front(), high = from.back();
  const double width = high - low;
  table[0] = static_cast<float>(low);
  table[1] = width > 0 ? static_cast<float>((kCells - 1) / width) : 0;
  std::size_t knot = 0;
  for (std::uint32_t cell = 0; cell < kCells; ++cell) {
    const double at = low + width * cell / (kCells - 1);
    while (knot + 2 < from.size() && from[knot + 1] < at) ++knot;
    double moved = to[knot] - from[knot];
    if (from.size() > 1 && from[knot + 1] > from[knot]) {
      const double share = std::clamp((at - from[knot]) / (from[knot + 1] - from[knot]), 0.0, 1.0);
      moved += share * (to[knot + 1] - from[knot + 1] - moved);
    }
    table[2 + cell] = static_cast<float>(moved);
  }
}

}  // namespace

void histogram_quantiles(const std::uint32_t *counts, float low, float high, double n,
                         std::span<const double> p, std::span<double> out) {
  const double width =
      (static_cast<double>(high) - static_cast<double>(low)) / static_cast<double>(kHistogramCells);
  std::size_t cell = 0;
  double below = 0;
  for (std::size_t q = 0; q < p.size(); ++q) {
    const double wanted = p[q] * n;
    while (cell + 1 < kHistogramCells && below + counts[cell] < wanted) below += counts[cell++];
    const double inside =
        counts[cell] > 0 ? std::clamp((wanted - below) / counts[cell], 0.0, 1.0) : 0;
    out[q] = static_cast<double>(low) + (static_cast<double>(cell) + inside) * width;
  }
}

Stage quantile_tables(const float *rows, std::size_t width, const ByClass &classes,
                      const ByClass *targets, std::span<const std::uint8_t> moved,
                      std::uint32_t attribute) {
  Stage stage;
  stage.kind = StageKind::class_tables;
  stage.attribute = attribute;
  stage.count = static_cast<std::uint32_t>(classes.classes());
  stage.cells = kCells;
  const std::size_t size = stage.size_of_class(width);
  stage.values.resize(stage.count * size);

  const std::vector<Axis> axes = axes_of(rows, width, classes);
  std::vector<std::uint32_t> counts(width * kHistogramCells);
  for (std::int32_t k = 0; k < classes.classes(); ++k) {
    if (moved[static_cast<std::size_t>(k)] == 0) continue;
    const auto own = classes.of(k), target = targets != nullptr ? targets->of(k) : classes.all();
    const std::size_t knots = std::clamp<std::size_t>(own.size() / kRowsPerKnot, 1, kMaxKnots);
    std::vector<double> p(knots), from(knots * width), to(knots * width);
    for (std::size_t q = 0; q < knots; ++q) {
      p[q] = (static_cast<double>(q) + 0.5) / static_cast<double>(knots);
    }
    const auto quantiles_of = [&](std::span<const std::uint32_t> which, std::vector<double> &out) {
      count_rows(rows, width, which, axes, counts);
      for (std::size_t c = 0; c < width; ++c) {
        histogram_quantiles(counts.data() + c * kHistogramCells, axes[c].low, axes[c].high,
                            static_cast<double>(which.size()), p,
                            std::span(out).subspan(c * knots, knots));
      }
    };
    quantiles_of(own, from);
    quantiles_of(target, to);
    float *tables = stage.values.data() + static_cast<std::size_t>(k) * size;
    for (std::size_t c = 0; c < width; ++c, tables += 2 + kCells) {
      put_table(std::span(from).subspan(c * knots, knots), std::span(to).subspan(c * knots, knots),
                tables);
    }
  }
  return stage;
}

}  // namespace recveil::defense
