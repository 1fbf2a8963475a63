#include "numerics/quantize.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"

namespace recveil::numerics {
namespace {

double middle(float a, float b) {
  return 0.5 * (static_cast<double>(a) + static_cast<double>(b));
}

std::vector<double> make_cuts(std::vector<float> values, std::size_t max_bins) {
  std::sort(values.begin(), values.end());
  std::vector<float> distinct;
  std::unique_copy(values.begin(), values.end(), std::back_inserter(distinct));
  std::vector<double> cuts;
  if (distinct.size() <= max_bins) {
    for (std::size_t i = 1; i < distinct.size(); ++i) {
      cuts.push_back(middle(distinct[i - 1], distinct[i]));
    }
    return cuts;
  }
  for (std::size_t bin = 1; bin < max_bins; ++bin) {
    // Place bin / max_bins * (n - 1) in whole numbers: no rounding decides what lies next to it.
    const std::size_t place = bin * (values.size() - 1);
    const std::size_t below = place / max_bins, above = below + (place % max_bins != 0 ? 1 : 0);
    cuts.push_back(middle(values[below], values[above]));
  }
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

}  // namespace

Quantized quantize(const Matrix &x, std::size_t max_bins) {
  Quantized out;
  out.rows = x.rows;
  out.codes.resize(x.rows * x.cols);
  std::vector<float> values(x.rows);
  for (std::size_t j = 0; j < x.cols; ++j) {
    pulse();
    for (std::size_t i = 0; i < x.rows; ++i) values[i] = x.row(i)[j];
    const std::vector<double> &cuts = out.cuts.emplace_back(make_cuts(values, max_bins));
    for (std::size_t i = 0; i < x.rows; ++i) {
      const auto cut = std::lower_bound(cuts.begin(), cuts.end(), static_cast<double>(values[i]));
      out.codes[j * x.rows + i] = static_cast<std::uint8_t>(cut - cuts.begin());
    }
  }
  return out;
}

}  // namespace recveil::numerics
