#include "recommend/ials.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.h"
#include "support/recommend_factors.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::at;
using support::dense;
using Items = std::vector<std::uint32_t>;

Interactions rows_of(std::uint32_t n_items, const std::vector<Items> &rows) {
  Interactions out;
  out.n_items = n_items;
  for (const Items &row : rows) out.append(row);
  return out;
}

std::vector<float> scores_of(const FactorModel &model, const Items &history) {
  std::vector<float> scores(model.n_items(), -1);
  model.score(history, scores);
  return scores;
}

TEST(Ials, LossNeverRises) {
  const Interactions training = support::random_interactions({.users = 80, .items = 50}, 1);
  const support::DenseRows x = dense(training);
  for (const SquaredLoss &loss :
       {SquaredLoss{}, SquaredLoss{5, 1, 1, 0}, SquaredLoss{1, 0, 0.01, 1}}) {
    double before = support::slow_loss(x, support::DenseRows::Zero(80, 8),
                                       support::DenseRows::Zero(50, 8), loss);
    const double nothing = before;
    for (unsigned sweeps = 1; sweeps <= 12; ++sweeps) {
      const auto model = train_ials(training, {.d = 8, .loss = loss, .sweeps = sweeps});
      const double after =
          support::slow_loss(x, dense(model->user_factors()), dense(model->item_factors()), loss);
      EXPECT_LE(after, before * (1 + 1e-5)) << "sweep " << sweeps;
      before = after;
    }
    EXPECT_LT(before, 0.7 * nothing);  // and it falls
  }
}

// Every half step against the other side in double, from the model's own start.
TEST(Ials, ASweepAgreesWithTheDefinition) {
  const Interactions training = support::random_interactions({.users = 50, .items = 30}, 2);
  const support::DenseRows x = dense(training);
  const SquaredLoss loss{2, 0.5, 0.1, 0.5};
  const auto before = train_ials(training, {.d = 6, .loss = loss, .sweeps = 3});
  const auto after = train_ials(training, {.d = 6, .loss = loss, .sweeps = 4});
  const support::DenseRows users = dense(before->user_factors());
  support::DenseRows items(30, 6);
  for (Eigen::Index i = 0; i < 30; ++i) items.row(i) = support::slow_row(users, x.col(i), loss);
  support::DenseRows again(50, 6);
  for (Eigen::Index u = 0; u < 50; ++u) again.row(u) = support::slow_row(items, x.row(u), loss);
  EXPECT_LE((dense(after->item_factors()) - items).norm(), 1e-3 * items.norm());
  EXPECT_LE((dense(after->user_factors()) - again).norm(), 1e-3 * again.norm());
}

TEST(Ials, TrainedRowIsTheFoldInOfItsHistory) {
  const Interactions training = support::random_interactions({}, 3);
  const auto model = train_ials(training, {.d = 8, .sweeps = 3});
  ASSERT_EQ(model->user_factors().rows, training.n_users());
  const RowSolver half_step(model->item_factors(), SquaredLoss{});
  EXPECT_EQ(model->item_gram().data, numerics::gram(model->item_factors()).data);
  numerics::RidgeScratch scratch(8);
  for (std::size_t user = 0; user < training.n_users(); ++user) {
    const float *trained = model->user_factors().row(user);
    std::vector<float> folded(8), solved(8), scores(training.n_items), by_row(training.n_items);
    model->fold_in(training.row(user), folded);
    half_step.solve(training.row(user), scratch, solved);
    ASSERT_EQ(folded, std::vector<float>(trained, trained + 8));
    ASSERT_EQ(folded, solved);
    model->score(training.row(user), scores);
    model->score_trained(user, {}, by_row);
    ASSERT_EQ(scores, by_row);
    for (std::size_t item = 0; item < scores.size(); ++item) {
      const double expected = dense(model->user_factors())
                                  .row(at(user))
                                  .dot(dense(model->item_factors()).row(at(item)));
      ASSERT_NEAR(static_cast<double>(scores[item]), expected, 1e-5);
    }
  }
}

TEST(Ials, ThreadsDoNotMatterAndTheSeedDoes) {
  const Interactions training = support::random_interactions({.users = 90}, 4);
  const IalsOptions options{.d = 12, .sweeps = 3, .seed = 5};
  const auto model = train_ials(training, options);
  for (const unsigned threads : {1u, 2u, 3u, 7u, 200u}) {
    IalsOptions other = options;
    other.threads = threads;
    const auto again = train_ials(training, other);
    EXPECT_EQ(again->user_factors().data, model->user_factors().data) << threads;
    EXPECT_EQ(again->item_factors().data, model->item_factors().data) << threads;
  }
  IalsOptions other = options;
  other.seed = 6;
  EXPECT_NE(train_ials(training, other)->item_factors().data, model->item_factors().data);
}

// Two communities without a bridge: what one has is proposed to its own members.
TEST(Ials, FindsCommunities) {
  const Interactions training = rows_of(
      8, {{0, 1, 2}, {1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {4, 5, 6}, {5, 6, 7}, {4, 6, 7}, {4, 5, 7}});
  const auto model = train_ials(training, {.d = 2});
  for (const Items &history : {Items{0, 1}, Items{5, 7}, Items{2}}) {
    std::vector<float> scores = scores_of(*model, history);
    Items list;
    top_k_unseen(scores, history, 4 - history.size(), list);
    ASSERT_EQ(list.size(), 4 - history.size());
    for (const std::uint32_t item : list) EXPECT_EQ(item / 4, history[0] / 4);
  }
}

TEST(Ials, NothingToGoBy) {
  // Item 3 is nobody's, user 2 has nothing, and there are more factors than items.
  const Interactions training = rows_of(4, {{0, 1}, {1, 2, 0}, {}, {2}});
  for (const double unobserved_weight : {0.0, 0.1, 1.0}) {
    const auto model =
        train_ials(training, {.d = 20, .loss = {.unobserved_weight = unobserved_weight}});
    EXPECT_EQ(scores_of(*model, {}), std::vector<float>(4, 0));
    EXPECT_EQ(scores_of(*model, {0, 2})[3], 0);
    EXPECT_GT(scores_of(*model, {0})[1], 0);
    std::vector<float> scores(4, 7);
    model->score_trained(2, {}, scores);
    EXPECT_EQ(scores, std::vector<float>(4, 0));
  }
  EXPECT_EQ(scores_of(*train_ials(rows_of(3, {}), {.d = 2}), {1}), std::vector<float>(3, 0));
  const IalsOptions equal_weights{.d = 2, .loss = {.unobserved_weight = 1}};
  EXPECT_EQ(scores_of(*train_ials(rows_of(3, {}), equal_weights), {1}), std::vector<float>(3, 0));
  EXPECT_EQ(scores_of(*train_ials(rows_of(3, {{}, {}}), {.d = 2}), {1}), std::vector<float>(3, 0));
  EXPECT_TRUE(scores_of(*train_ials(rows_of(0, {{}}), {.d = 2}), {}).empty());
}

template <class Call>
void expect_refused(Status status, Call call) {
  try {
    call();
    ADD_FAILURE() << "accepted";
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), status) << error.what();
  }
}

TEST(Ials, RefusesOptionsOutOfRange) {
  const Interactions training = rows_of(2, {{0}, {1}});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<IalsOptions> wrong{{.d = 0},
                                       {.sweeps = 0},
                                       {.threads = 0},
                                       {.loss = {.observed_weight = 0, .unobserved_weight = 0}},
                                       {.loss = {.observed_weight = 0.5, .unobserved_weight = 0.6}},
                                       {.loss = {.observed_weight = nan}},
                                       {.loss = {.observed_weight = infinity}},
                                       {.loss = {.unobserved_weight = -0.1}},
                                       {.loss = {.unobserved_weight = nan}},
                                       {.loss = {.regularization = 0}},
                                       {.loss = {.regularization = nan}},
                                       {.loss = {.regularization = infinity}},
                                       {.loss = {.regularization_exponent = nan}}};
  for (const IalsOptions &options : wrong) {
    expect_refused(Status::argument, [&] { train_ials(training, options); });
  }
}

// On worker threads too: nothing but the Error comes out.
TEST(Ials, RefusesTooLittleRegularization) {
  const Interactions training = support::random_interactions({}, 5);
  for (const unsigned threads : {1u, 3u}) {
    const IalsOptions options{
        .d = 100, .loss = {.regularization = 1e-30}, .sweeps = 4, .threads = threads};
    expect_refused(Status::data, [&] { train_ials(training, options); });
  }
}

TEST(FactorModelTest, RefusesWhatIsNotThere) {
  const auto model = train_ials(rows_of(3, {{0, 1}, {1}}), {.d = 2});
  std::vector<float> scores(3), few(2), row(2), long_row(3);
  expect_refused(Status::argument, [&] { model->score(Items{3}, scores); });
  expect_refused(Status::argument, [&] { model->score(Items{0}, few); });
  expect_refused(Status::argument, [&] { model->score_trained(0, {}, few); });
  expect_refused(Status::argument, [&] { model->score_trained(2, {}, scores); });
  expect_refused(Status::argument, [&] { model->fold_in(Items{3}, row); });
  expect_refused(Status::argument, [&] { model->fold_in(Items{0}, long_row); });
}

}  // namespace
}  // namespace recveil::recommend
