#include "numerics/quantize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"

namespace recveil {
namespace {

using numerics::Quantized;

TEST(Quantize, CutsMidwayBetweenFewValues) {
  const Quantized q = numerics::quantize(Matrix{5, 2, {3, 7, 1, 7, 1, 7, 8, 7, 3, 7}}, 64);
  ASSERT_EQ(q.cols(), 2u);
  EXPECT_EQ(q.cuts[0], (std::vector<double>{2, 5.5}));
  EXPECT_EQ(std::vector<std::uint8_t>(q.column(0), q.column(0) + 5),
            (std::vector<std::uint8_t>{1, 0, 0, 2, 1}));
  EXPECT_TRUE(q.cuts[1].empty());  // one value
  EXPECT_EQ(std::vector<std::uint8_t>(q.column(1), q.column(1) + 5),
            std::vector<std::uint8_t>(5, 0));
}

// numpy.percentile(v, [25, 50, 75], method='midpoint'), NumPy 1.24.2, for v = squares of 0 .. 9 and
// of 0 .. 8 (whose quartiles lie on values); and one of them where most values are the same.
TEST(Quantize, CutsManyValuesAtQuantiles) {
  Matrix ten{10, 1, {}}, nine{9, 1, {}}, tied{10, 1, {0, 0, 0, 0, 0, 0, 1, 2, 3, 4}};
  for (int i = 0; i < 10; ++i) ten.data.push_back(static_cast<float>(i * i));
  for (int i = 0; i < 9; ++i) nine.data.push_back(static_cast<float>(i * i));
  EXPECT_EQ(numerics::quantize(ten, 4).cuts[0], (std::vector<double>{6.5, 20.5, 42.5}));
  EXPECT_EQ(numerics::quantize(nine, 4).cuts[0], (std::vector<double>{4, 16, 36}));
  const Quantized at_cuts = numerics::quantize(nine, 4);  // a value at a cut is below it
  EXPECT_EQ(at_cuts.codes, (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(numerics::quantize(tied, 4).cuts[0], (std::vector<double>{0, 1.5}));
}

TEST(Quantize, CodesAreTheNumberOfCutsBelow) {
  Rng rng(1);
  Matrix x{300, 3, {}};
  for (std::size_t i = 0; i < 900; ++i) x.data.push_back(static_cast<float>(rng.normal()));
  for (const std::size_t bins : {2u, 64u, 256u}) {
    const Quantized q = numerics::quantize(x, bins);
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_EQ(q.cuts[j].size(), bins - 1);
      for (std::size_t i = 0; i < 300; ++i) {
        const auto value = static_cast<double>(x.row(i)[j]);
        EXPECT_EQ(q.column(j)[i], std::count_if(q.cuts[j].begin(), q.cuts[j].end(),
                                                [&](double cut) { return cut < value; }));
      }
    }
  }
}

}  // namespace
}  // namespace recveil
