#include "recommend/ncf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/watch.h"
#include "recommend/ncf_train.h"
#include "support/ncf_case.h"
#include "support/ncf_slow.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::SlowAdam;
using support::SlowNcf;

const Interactions &few() {
  static const Interactions all = support::random_interactions({.users = 50, .items = 60}, 1);
  return all;
}

// |got - expected| over |expected - start|, root mean squares.
double off(const std::vector<float> &got, const support::Numbers &expected,
           const std::vector<float> &start) {
  double gap = 0, moved = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    gap += std::pow(double{got[i]} - expected[i], 2);
    moved += std::pow(expected[i] - double{start[i]}, 2);
  }
  return std::sqrt(gap / moved);
}

// Many steps per row: histories are short, so most rows idle between their samples. Adam divides by
// the size of a gradient, so where a gradient is small its rounding in single precision moves a
// parameter as much as the gradient does; hence the tolerance of rows.
TEST(Ncf, TrainsLikeTheDenseTwin) {
  for (const std::size_t batch : {7u, 64u, 100u}) {
    const NcfOptions options{
        .deviation = .2, .batch = batch, .learning_rate = 3e-3, .regularization = .1};
    const NcfParameters start = initial_ncf(few().n_users(), few().n_items, options);
    Rng rng(2);
    const std::vector<NcfSample> samples = draw_samples(few(), 2, rng);
    SlowNcf net(start);
    SlowAdam adam(net, options.learning_rate);
    const double first = support::slow_pass(net, adam, samples, batch, .1);
    const double second = support::slow_pass(net, adam, samples, batch, .1);
    EXPECT_LT(second, first);
    for (const InstructionSet set :
         {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
      const NcfKernels *kernels = ncf_kernels(set);
      if (kernels == nullptr) continue;
      SCOPED_TRACE(kernels->name);
      NcfTrainer trainer(start, options, *kernels);
      EXPECT_NEAR(trainer.pass(samples), first, 1e-5 * first);
      EXPECT_NEAR(trainer.pass(samples), second, 1e-5 * second);
      const NcfParameters got = trainer.parameters();
      EXPECT_LT(off(got.users.data, net.users, start.users.data), 2e-3);
      EXPECT_LT(off(got.items.data, net.items, start.items.data), 2e-3);
      EXPECT_LT(off(got.layers, net.layers, start.layers), 2e-3);
    }
  }
}

TEST(Ncf, MachinesWithFusedMultiplyAddAgreeToTheBit) {
  const NcfKernels *avx2 = ncf_kernels(InstructionSet::avx2);
  const NcfKernels *avx512 = ncf_kernels(InstructionSet::avx512);
  if (avx2 == nullptr || avx512 == nullptr) return;  // there is one such machine at most here
  const NcfOptions options{};
  const NcfParameters start = initial_ncf(few().n_users(), few().n_items, options);
  Rng rng(3);
  const std::vector<NcfSample> samples = draw_samples(few(), 4, rng);
  NcfTrainer a(start, options, *avx2), b(start, options, *avx512);
  EXPECT_EQ(a.pass(samples), b.pass(samples));
  const NcfParameters x = a.parameters(), y = b.parameters();
  EXPECT_EQ(x.users.data, y.users.data);
  EXPECT_EQ(x.items.data, y.items.data);
  EXPECT_EQ(x.layers, y.layers);
}

TEST(Ncf, DoesNotDependOnTheThreads) {
  std::vector<std::uint32_t> fold(few().n_users());
  for (std::size_t u = 0; u < fold.size(); ++u) fold[u] = static_cast<std::uint32_t>(u % 4);
  const auto one = train_ncf_folds(few(), {fold, 4}, {.epochs = 2});
  for (const unsigned threads : {2u, 3u, 9u}) {
    std::vector<double> told;
    const auto many = train_ncf_folds(few(), {fold, 4}, {.epochs = 2, .threads = threads},
                                      [&](double share) { told.push_back(share); });
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    ASSERT_EQ(many.size(), 4u);
    for (std::size_t f = 0; f < 4; ++f) {
      EXPECT_EQ(many[f]->parameters().users.data, one[f]->parameters().users.data);
      EXPECT_EQ(many[f]->parameters().items.data, one[f]->parameters().items.data);
      EXPECT_EQ(many[f]->parameters().layers, one[f]->parameters().layers);
    }
  }
  const auto other = train_ncf_folds(few(), {fold, 4}, {.epochs = 2, .seed = 2});
  EXPECT_NE(other[0]->parameters().layers, one[0]->parameters().layers);
}

// Losses that PyTorch 2.15.0 (fused Adam, one thread, AVX-512) had from the same start in the same
// order: printed by `ncf_bench PYTHON ncf_peer.py small`. The bar is 5e-4; ours are within 1e-8 of
// them, and 1e-6 leaves room for other machines.
TEST(Ncf, LossesAreThoseOfPyTorch) {
  struct Recorded {
    double deviation, first, second;
  };
  for (const Recorded &recorded :
       {Recorded{.01, 0.6573795, 0.4514760}, Recorded{1, 0.6052651, 0.4905435}}) {
    const support::NcfCase training = support::small_ncf_case(recorded.deviation);
    NcfTrainer trainer(training.start, training.options);
    EXPECT_NEAR(trainer.pass(training.samples), recorded.first, 1e-6 * recorded.first);
    EXPECT_NEAR(trainer.pass(training.samples), recorded.second, 1e-6 * recorded.second);
  }
}

// Parameters may be looked at between passes: rows that are brought up to date stay what they are.
TEST(Ncf, LookingChangesNothingButRounding) {
  const NcfOptions options{.deviation = .2};
  const NcfParameters start = initial_ncf(few().n_users(), few().n_items, options);
  Rng rng(4);
  const std::vector<NcfSample> samples = draw_samples(few(), 1, rng);
  NcfTrainer a(start, options), b(start, options);
  a.pass(samples);
  b.pass(samples);
  const NcfParameters once = a.parameters(), again = a.parameters();
  EXPECT_EQ(once.users.data, again.users.data);
  const double loss = b.pass(samples);
  EXPECT_NEAR(a.pass(samples), loss, 1e-6 * loss);
}

TEST(Ncf, DrawsEveryInteractionAndItemsNobodyTook) {
  Interactions training = support::random_interactions({.users = 30, .items = 20}, 5);
  std::vector<std::uint32_t> all(20);
  std::iota(all.begin(), all.end(), 0u);
  training.append(all);  // has everything: there is nothing left to draw
  all.pop_back();
  training.append(all);  // one item is left
  Rng rng(6);
  const std::vector<NcfSample> samples = draw_samples(training, 3, rng);
  std::vector<std::vector<int>> taken(training.n_users(), std::vector<int>(20, 0));
  std::vector<std::size_t> negatives(training.n_users(), 0);
  std::vector<int> drawn(20, 0);
  bool in_order = true;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const NcfSample &sample = samples[s];
    in_order = in_order && (s == 0 || samples[s - 1].user <= sample.user);
    const auto row = training.row(sample.user);
    const bool has = std::find(row.begin(), row.end(), sample.item) != row.end();
    EXPECT_EQ(has, sample.label == 1);
    if (has) ++taken[sample.user][sample.item];
    if (!has) ++negatives[sample.user], ++drawn[sample.item];
  }
  EXPECT_FALSE(in_order);
  const std::vector<std::uint32_t> from = {2, 3, 5};
  Interactions narrow;
  narrow.n_items = 20;
  narrow.append(std::vector<std::uint32_t>{3});
  narrow.append(from);
  std::vector<int> narrow_drawn(20, 0);
  for (const NcfSample &sample : draw_samples(narrow, 100, rng, from)) {
    if (sample.label == 0) ++narrow_drawn[sample.item];
  }
  EXPECT_EQ(narrow_drawn[2] + narrow_drawn[5], 100) << "and nothing for whom has all of them";
  EXPECT_GT(narrow_drawn[2], 20);
  EXPECT_GT(narrow_drawn[5], 20);
  for (std::uint32_t user = 0; user < training.n_users(); ++user) {
    const auto row = training.row(user);
    for (const std::uint32_t item : row) EXPECT_EQ(taken[user][item], 1);
    EXPECT_EQ(negatives[user], row.size() == 20 ? 0 : 3 * row.size());
  }
  EXPECT_GE(drawn[19], 57);  // all of the last person's
}

TEST(Ncf, LearnsMoreThanPopularity) {
  // Two camps with ten items each; a person has eight of their camp. The other two of the camp
  // must come before all of the other camp, for people folded in too.
  Interactions training;
  training.n_items = 21;  // the last one nobody has
  Rng rng(7);
  for (std::uint32_t user = 0; user < 80; ++user) {
    std::vector<std::uint32_t> row(10);
    std::iota(row.begin(), row.end(), user % 2 * 10);
    rng.shuffle(row);
    row.resize(8);
    training.append(row);
  }
  std::vector<float> scores(21);
  std::vector<std::uint32_t> top;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    // In many more epochs the rows learn the eight by heart, and the two as negatives.
    const auto model =
        train_ncf(training, {.epochs = 10, .batch = 64, .learning_rate = 3e-3, .seed = seed});
    for (std::uint32_t user = 0; user < 160; ++user) {
      const bool folded = user >= 80;
      const auto row = training.row(user % 80);
      if (folded) {
        model->score(row, scores);
      } else {
        model->score_trained(user, row, scores);
      }
      EXPECT_EQ(scores[20], 0) << "an item that nobody had";
      top_k_unseen(scores, row, 2, top);
      ASSERT_EQ(top.size(), 2u);
      for (const std::uint32_t item : top) EXPECT_EQ(item / 10, user % 2) << user << folded;
    }
  }
}

TEST(Ncf, FoldInIsAFunctionOfTheSet) {
  const auto model = train_ncf(few(), {.epochs = 3});
  std::vector<float> alone(kNcfFactors), other(kNcfFactors);
  const std::vector<std::uint32_t> history = {3, 17, 5, 40}, shuffled = {40, 5, 3, 17, 5};
  model->fold_in(history, alone);
  model->fold_in(few().row(1), other);  // somebody else is served in between
  model->fold_in(shuffled, other);
  EXPECT_EQ(alone, other);
  model->fold_in({}, other);
  EXPECT_TRUE(std::equal(other.begin(), other.end(), model->mean_row().begin()));
  EXPECT_NE(alone, other);
}

TEST(Ncf, FoldInKnowsOnlyWhatSomebodyHad) {
  Interactions training = few();
  training.n_items += 2;
  const auto model = train_ncf(training, {.epochs = 3});
  std::vector<float> without(kNcfFactors), with(kNcfFactors);
  model->fold_in(std::vector<std::uint32_t>{3, 17}, without);
  model->fold_in(std::vector<std::uint32_t>{3, training.n_items - 1, 17}, with);
  EXPECT_EQ(with, without);
  model->fold_in(std::vector<std::uint32_t>{training.n_items - 1}, with);
  EXPECT_TRUE(std::equal(with.begin(), with.end(), model->mean_row().begin()));
}

// The pull towards 0 that training has: a row of the fold-in is shorter with more of it.
TEST(Ncf, FoldInIsRegularized) {
  const auto model = train_ncf(few(), {.epochs = 3});
  double last = 0;
  for (const double pull : {1.0, .1, 0.0}) {
    const NcfModel other(model->parameters(), std::vector<std::uint8_t>(few().n_items, 1),
                         {.regularization = pull});
    std::vector<float> row(kNcfFactors);
    other.fold_in(few().row(1), row);
    double square = 0;
    for (const float value : row) square += double{value} * double{value};
    EXPECT_GT(square, last) << pull;
    last = square;
  }
}

// Cross-fit: what a person of fold f is shown does not depend on whether people of fold f trained.
TEST(Ncf, AModelOfAFoldDoesNotKnowTheFold) {
  std::vector<std::uint32_t> fold(few().n_users());
  for (std::size_t u = 0; u < fold.size(); ++u) fold[u] = static_cast<std::uint32_t>(u * 7 % 3);
  const NcfOptions options{.epochs = 2};
  const auto with = train_ncf_folds(few(), {fold, 3}, options);
  ASSERT_EQ(with.size(), 3u);
  for (const std::uint32_t leaves : {0u, 20u, 49u}) {
    std::vector<std::uint32_t> stay, of;
    for (std::uint32_t u = 0; u < few().n_users(); ++u) {
      if (u == leaves) continue;
      stay.push_back(u);
      of.push_back(fold[u]);
    }
    const auto without = train_ncf_folds(few().select(stay), {of, 3}, options);
    std::vector<float> a(few().n_items), b(few().n_items);
    for (std::uint32_t f = 0; f < 3; ++f) {
      with[f]->score(few().row(leaves), a);
      without[f]->score(few().row(leaves), b);
      EXPECT_EQ(a == b, f == fold[leaves]) << "fold " << f;
    }
  }
}

TEST(Ncf, RefusesWhatDoesNotFit) {
  EXPECT_THROW(train_ncf(few(), {.deviation = -1}), Error);
  EXPECT_THROW(train_ncf(few(), {.batch = 0}), Error);
  EXPECT_THROW(train_ncf(few(), {.learning_rate = 0}), Error);
  EXPECT_THROW(train_ncf(few(), {.learning_rate = NAN}), Error);
  EXPECT_THROW(train_ncf(few(), {.regularization = -1}), Error);
  EXPECT_THROW(train_ncf(few(), {.fold_in = {.regularization = NAN}}), Error);
  EXPECT_THROW(train_ncf(few(), {.threads = 0}), Error);
  EXPECT_THROW(train_ncf(few(), {.fold_in = {.learning_rate = 0}}), Error);
  const auto model = train_ncf(few(), {.epochs = 0});
  std::vector<float> scores(few().n_items), row(kNcfFactors), more(few().n_items + 1);
  EXPECT_THROW(model->score_trained(few().n_users(), {}, scores), Error);
  EXPECT_THROW(model->score({}, more), Error);
  EXPECT_THROW(model->fold_in({}, scores), Error);
  const std::vector<std::uint32_t> outside = {few().n_items};
  EXPECT_THROW(model->fold_in(outside, row), Error);
  NcfParameters parameters = model->parameters();
  EXPECT_THROW(NcfModel(parameters, {1}, {}), Error);
  parameters.layers.pop_back();
  EXPECT_THROW(NcfModel(parameters, std::vector<std::uint8_t>(few().n_items), {}), Error);
  EXPECT_THROW(NcfTrainer(parameters, {}), Error);
}

TEST(Ncf, TrainsOnNothing) {
  Interactions nobody;
  nobody.n_items = 3;
  const auto model = train_ncf(nobody, {});
  std::vector<float> scores(3, 1);
  model->score(std::vector<std::uint32_t>{1}, scores);
  EXPECT_EQ(scores, std::vector<float>(3, 0));
}

TEST(Ncf, TellsHowFarItIsAndStops) {
  std::vector<double> told;
  train_ncf(few(), {.epochs = 3}, [&](double share) { told.push_back(share); });
  EXPECT_GE(told.size(), 3u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 1);
  const std::int32_t cancel = 1;
  Watch watch(nullptr, nullptr, &cancel);
  const WatchScope scope(&watch);
  EXPECT_THROW(train_ncf(few(), {}), Error);
  const std::vector<std::uint32_t> fold(few().n_users(), 0);
  EXPECT_THROW(train_ncf_folds(few(), {fold, 2}, {.threads = 2}), Error);
}

}  // namespace
}  // namespace recveil::recommend
