#include "recommend/ncf_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/random.h"
#include "recommend/ncf_rows.h"
#include "recommend/ncf_train.h"
#include "support/ncf_slow.h"

namespace recveil::recommend {
namespace {

using support::Numbers;
using support::SlowNcf;

std::vector<const NcfKernels *> all_kernels() {
  std::vector<const NcfKernels *> out;
  for (const InstructionSet set :
       {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (ncf_kernels(set) != nullptr) out.push_back(ncf_kernels(set));
  }
  return out;
}

// Rows large enough that every layer has units that are on and units that are off.
NcfParameters some_parameters(std::uint64_t seed) {
  return initial_ncf(12, 9, {.deviation = .5, .seed = seed});
}

std::vector<NcfSample> some_samples(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<NcfSample> out;
  for (std::size_t s = 0; s < n; ++s) {
    out.push_back({static_cast<std::uint32_t>(rng.below(12)),
                   static_cast<std::uint32_t>(rng.below(9)), rng.below(3) == 0 ? 1.0F : 0.0F});
  }
  return out;
}

// What a slice makes of samples, in the form of the slow twin; and the mean loss.
double slice_gradient(const NcfKernels &kernels, const NcfParameters &parameters,
                      const std::vector<NcfSample> &samples, SlowNcf &out) {
  const Floats layers = padded_layers(parameters.layers);
  Floats transposed(ncf::kTransposed), work(kNcfWork), gradient(ncf::kLayers);
  kernels.transpose(layers.data(), transposed.data());
  std::vector<float> users(12 * kNcfRow), items(9 * kNcfRow);
  for (std::size_t i = 0; i < 12; ++i) pad_row(parameters.users.row(i), &users[i * kNcfRow]);
  for (std::size_t i = 0; i < 9; ++i) pad_row(parameters.items.row(i), &items[i * kNcfRow]);
  std::vector<float> inputs(kNcfSlice * 64), of_users(kNcfSlice * 16), of_items(kNcfSlice * 16);
  NcfSlice slice{};
  for (std::size_t s = 0; s < kNcfSlice; ++s) {
    const bool there = s < samples.size();
    const NcfSample &sample = samples[there ? s : 0];
    slice.users[s] = &users[sample.user * kNcfRow];
    slice.items[s] = &items[sample.item * kNcfRow];
    slice.labels[s] = sample.label;
    slice.weights[s] = there ? 1 / static_cast<float>(samples.size()) : 0;
  }
  slice.inputs = inputs.data();
  slice.user_products = of_users.data();
  slice.item_products = of_items.data();
  slice.layers = gradient.data();
  kernels.slice(layers.data(), transposed.data(), slice, work.data());
  out.clear();
  const std::vector<float> plain = plain_layers(gradient);
  out.layers.assign(plain.begin(), plain.end());
  for (std::size_t s = 0; s < samples.size(); ++s) {
    double *p = &out.users[samples[s].user * kNcfFactors];
    double *q = &out.items[samples[s].item * kNcfFactors];
    for (std::size_t i = 0; i < 32; ++i) {
      p[i] += double{inputs[s * 64 + i]};
      q[i] += double{inputs[s * 64 + 32 + i]};
    }
    for (std::size_t i = 0; i < 8; ++i) {
      p[32 + i] += double{of_users[s * 16 + 8 + i]};
      q[32 + i] += double{of_items[s * 16 + 8 + i]};
      EXPECT_EQ(of_users[s * 16 + i], 0);
      EXPECT_EQ(of_items[s * 16 + i], 0);
    }
  }
  return (double{slice.linear} + std::log(double{slice.product})) /
         static_cast<double>(samples.size());
}

void expect_near(const Numbers &got, const Numbers &expected, double relative, const char *what) {
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::fabs(value));
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], expected[i], relative * largest) << what << " " << i;
  }
}

// The loss is smooth but for the kinks of the units that are off, which no step of 1e-6 crosses
// here, so central differences have an error of 1e-10 or so.
TEST(NcfSlow, GradientIsThatOfTheLoss) {
  const SlowNcf start(some_parameters(1));
  const std::vector<NcfSample> samples = some_samples(20, 2);
  SlowNcf gradient = start, spare = start;
  gradient.clear();
  support::slow_gradient(start, samples, gradient);
  Rng rng(3);
  for (std::size_t part = 0; part < 3; ++part) {
    SlowNcf net = start;
    for (int trial = 0; trial < 100; ++trial) {
      Numbers &x = *net.parts()[part];
      const std::size_t i = rng.below(x.size());
      const double before = x[i], h = 1e-6;
      x[i] = before + h;
      const double above = support::slow_gradient(net, samples, spare);
      x[i] = before - h;
      const double below = support::slow_gradient(net, samples, spare);
      x[i] = before;
      ASSERT_NEAR((above - below) / (2 * h), (*gradient.parts()[part])[i], 1e-8);
    }
  }
}

TEST(NcfKernels, SliceHasTheLossAndTheGradientOfTheTwin) {
  for (const std::size_t n : {64u, 63u, 1u}) {
    const NcfParameters parameters = some_parameters(n);
    const SlowNcf net(parameters);
    const std::vector<NcfSample> samples = some_samples(n, n + 1);
    SlowNcf expected = net, got = net;
    expected.clear();
    const double loss = support::slow_gradient(net, samples, expected);
    for (const NcfKernels *kernels : all_kernels()) {
      SCOPED_TRACE(kernels->name);
      EXPECT_NEAR(slice_gradient(*kernels, parameters, samples, got), loss, 2e-6 * loss);
      expect_near(got.users, expected.users, 1e-5, "users");
      expect_near(got.items, expected.items, 1e-5, "items");
      expect_near(got.layers, expected.layers, 1e-5, "layers");
    }
  }
}

// Logits of hundreds: no infinity, no number that is none, and the loss still is the logit.
TEST(NcfKernels, SliceOfExtremeLogits) {
  for (const float bias : {300.0F, -300.0F}) {
    NcfParameters parameters = some_parameters(5);
    parameters.layers.back() = bias;
    const SlowNcf net(parameters);
    const std::vector<NcfSample> samples = some_samples(64, 6);
    SlowNcf expected = net, got = net;
    expected.clear();
    const double loss = support::slow_gradient(net, samples, expected);
    for (const NcfKernels *kernels : all_kernels()) {
      EXPECT_NEAR(slice_gradient(*kernels, parameters, samples, got), loss, 2e-6 * loss);
      expect_near(got.layers, expected.layers, 1e-5, "layers");
    }
  }
}

TEST(NcfKernels, OddsAreThoseOfTheTwin) {
  const NcfParameters parameters = some_parameters(7);
  const SlowNcf net(parameters);
  const NcfModel model(parameters, std::vector<std::uint8_t>(9, 1), {});
  std::vector<float> scores(9);
  for (std::size_t user = 0; user < 12; ++user) {
    model.score_trained(user, {}, scores);
    for (std::size_t item = 0; item < 9; ++item) {
      const double expected = std::exp(support::slow_forward(net, user, item).logit);
      EXPECT_NEAR(double{scores[item]}, expected, 3e-6 * expected);
    }
  }
}

TEST(NcfKernels, RowGradientIsTheTwinsGradientOfThatRow) {
  const NcfParameters parameters = some_parameters(8);
  const SlowNcf net(parameters);
  for (const std::size_t n : {64u, 13u, 1u}) {
    std::vector<NcfSample> samples = some_samples(n, n);
    for (NcfSample &sample : samples) sample.user = 4;
    SlowNcf expected = net;
    expected.clear();
    support::slow_gradient(net, samples, expected);
    const Floats layers = padded_layers(parameters.layers);
    for (const NcfKernels *kernels : all_kernels()) {
      SCOPED_TRACE(kernels->name);
      Floats transposed(ncf::kTransposed), work(kNcfWork);
      kernels->transpose(layers.data(), transposed.data());
      std::vector<float> rows(kNcfSlice * kNcfRow), halves(kNcfSlice * 32),
          products(kNcfSlice * 16);
      for (std::size_t i = 0; i < 9; ++i) {
        pad_row(parameters.items.row(i), &rows[i * kNcfRow]);
        std::copy_n(&rows[i * kNcfRow + kNcfInput], 16, &products[i * 16]);
      }
      kernels->item_halves(layers.data(), rows.data(), halves.data());
      std::vector<std::uint32_t> which;
      std::vector<float> labels;
      for (const NcfSample &sample : samples) {
        which.push_back(sample.item);
        labels.push_back(sample.label);
      }
      float row[kNcfRow], gradient[kNcfRow], plain[kNcfFactors];
      pad_row(parameters.users.row(4), row);
      kernels->row_gradient({layers.data(), halves.data(), products.data()}, transposed.data(), row,
                            which.data(), labels.data(), n, gradient, work.data());
      plain_row(gradient, plain);
      expect_near(Numbers(plain, plain + kNcfFactors),
                  Numbers(expected.users.begin() + 4 * kNcfFactors,
                          expected.users.begin() + 5 * kNcfFactors),
                  1e-5, "row");
    }
  }
}

// Steps without a gradient, one after the other in double, against the closed form, with sqrt(v)
// from far above epsilon to a thousandth of it. The closed form takes 1 / (s + e) at the mean of
// e_i for the mean of 1 / (s + e_i); by Taylor's theorem they differ by at most variance(e_i) / (s
// + min e_i)^3. The rest is rounding to float.
TEST(NcfIdle, ClosedFormIsDenseAdam) {
  const IdleSteps steps(1e-3);
  Rng rng(9);
  for (const std::uint64_t last : {1u, 2u, 10u, 100u, 3000u, 40000u}) {
    for (const std::uint64_t n : {1u, 2u, 3u, 10u, 50u, 400u, 3000u}) {
      const NcfIdle idle = steps.between(last, last + n);
      for (int trial = 0; trial < 20; ++trial) {
        const double v0 = std::pow(10, -22 + 20 * rng.uniform());
        const double m0 = std::sqrt(v0) * (2 * rng.uniform() - 1);
        double m = m0, v = v0, moved = 0;
        double weights = 0, sum = 0, squares = 0, least = 1;
        for (std::uint64_t t = last + 1; t <= last + n; ++t) {
          m *= .9;
          v *= .999;
          const double now = static_cast<double>(t);
          const double root = std::sqrt(1 - std::pow(.999, now));
          moved += 1e-3 / (1 - std::pow(.9, now)) * m / (std::sqrt(v) / root + 1e-8);
          // As a multiple of m0 / (sqrt(v0) + e).
          const double w = m / m0 / (1 - std::pow(.9, now)) * root / std::sqrt(v / v0);
          const double e = 1e-8 * root / std::sqrt(v / v0);
          weights += w;
          sum += w * e;
          squares += w * e * e;
          least = std::min(least, e);
        }
        const double s = std::sqrt(v0), mean = sum / weights;
        const double got = double{idle.rate} * m0 / (s + double{idle.epsilon});
        const double variance = std::max(0.0, squares / weights - mean * mean);
        const double bound = variance * (s + mean) / std::pow(s + least, 3);
        EXPECT_NEAR(got, moved, (1e-6 + bound) * std::fabs(moved))
            << last << " + " << n << ", " << s;
        EXPECT_NEAR(double{idle.m} * m0, m, 1e-6 * std::fabs(m) + 1e-20 * std::fabs(m0));
        EXPECT_NEAR(double{idle.v} * v0, v, 1e-6 * v);
      }
    }
  }
}

}  // namespace
}  // namespace recveil::recommend
