#include "recommend/lfm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "support/recommend_factors.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::dense;

Interactions some(std::uint64_t seed) {
  return support::random_interactions({.users = 40, .items = 30, .mean_extra = 6, .least = 2},
                                      seed);
}

double objective(const std::vector<double> &u, const std::vector<double> &v, double y, double reg) {
  const double error = y - std::inner_product(u.begin(), u.end(), v.begin(), 0.0);
  const auto norm = [](const std::vector<double> &x) {
    return std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
  };
  return error * error / 2 + reg * (norm(u) + norm(v)) / 2;
}

// Central differences of a quadratic in each coordinate are exact but for rounding.
TEST(Lfm, AStepGoesAgainstTheGradient) {
  constexpr std::size_t d = 11;
  constexpr double rate = 0.25, reg = 0.3, h = 1e-4;
  Rng rng(3);
  for (const double y : {0.0, 1.0}) {
    std::vector<double> at[2];
    std::vector<float> stepped[2];
    for (std::size_t side = 0; side < 2; ++side) {
      for (std::size_t c = 0; c < d; ++c) stepped[side].push_back(static_cast<float>(rng.normal()));
      at[side].assign(stepped[side].begin(), stepped[side].end());
    }
    lfm_step(stepped[0], stepped[1], static_cast<float>(y), 0.25f, 0.3f);
    for (std::size_t side = 0; side < 2; ++side) {
      for (std::size_t c = 0; c < d; ++c) {
        std::vector<double> up[2] = {at[0], at[1]}, down[2] = {at[0], at[1]};
        up[side][c] += h;
        down[side][c] -= h;
        const double slope =
            (objective(up[0], up[1], y, reg) - objective(down[0], down[1], y, reg)) / (2 * h);
        EXPECT_NEAR((static_cast<double>(stepped[side][c]) - at[side][c]) / rate, -slope, 2e-5);
      }
    }
  }
}

// The definition, in double, with the same draws.
void slow_lfm(const Interactions &training, const LfmOptions &options, std::vector<double> &users,
              std::vector<double> &items) {
  const auto d = options.d;
  const auto start = [&](std::size_t rows, bool user_side, Rng &rng) {
    std::vector<double> out(rows * d);
    for (double &value : out) {
      value = options.start == LfmStart::small  ? 0.1 * rng.normal()
              : options.start == LfmStart::unit ? rng.uniform() / std::sqrt(static_cast<double>(d))
              : user_side                       ? rng.uniform()
                                                : rng.normal();
    }
    return out;
  };
  Rng first(options.seed, 0x6C666D00), rng(options.seed, 0x6C666D01);
  users = start(training.n_users(), true, first);
  items = start(training.n_items, false, first);
  struct Pair {
    std::uint32_t user, item;
  };
  std::vector<Pair> pairs;
  for (std::uint32_t u = 0; u < training.n_users(); ++u) {
    std::vector<std::uint32_t> row(training.row(u).begin(), training.row(u).end());
    std::sort(row.begin(), row.end());
    for (const std::uint32_t item : row) pairs.push_back({u, item});
  }
  double rate = options.learning_rate;
  for (unsigned epoch = 0; epoch < options.epochs; ++epoch) {
    if (options.shuffled) rng.shuffle(pairs);
    for (const Pair &pair : pairs) {
      const auto row = training.row(pair.user);
      for (unsigned n = 0; n <= options.negatives; ++n) {
        std::uint32_t item = pair.item;
        while (n > 0 && std::find(row.begin(), row.end(), item) != row.end()) {
          item = static_cast<std::uint32_t>(rng.below(training.n_items));
        }
        double *u = &users[pair.user * d], *v = &items[item * d];
        const double error = (n == 0 ? 1.0 : 0.0) - std::inner_product(u, u + d, v, 0.0);
        for (std::size_t c = 0; c < d; ++c) {
          const double before = u[c];
          u[c] += rate * (error * v[c] - options.regularization * before);
          v[c] += rate * (error * before - options.regularization * v[c]);
        }
      }
    }
    rate *= options.decay;
  }
}

TEST(Lfm, AgreesWithTheDefinition) {
  const Interactions training = some(1);
  LfmOptions given;
  given.d = 12;
  given.epochs = 5;
  LfmOptions published = published_lfm(), vectors = vectors_lfm();
  for (LfmOptions options : {given, published, released_lfm(), vectors}) {
    options.d = 12;
    options.seed = 5;
    std::vector<double> users, items;
    slow_lfm(training, options, users, items);
    const auto model = train_lfm(training, options);
    for (std::size_t k = 0; k < users.size(); ++k) {
      ASSERT_NEAR(model->user_factors().data[k], users[k], 1e-4 * (1 + std::abs(users[k])));
    }
    for (std::size_t k = 0; k < items.size(); ++k) {
      ASSERT_NEAR(model->item_factors().data[k], items[k], 1e-4 * (1 + std::abs(items[k])));
    }
  }
}

TEST(Lfm, SameSeedSameBits) {
  const Interactions training = some(2);
  const auto a = train_lfm(training, {.d = 8, .epochs = 2, .seed = 7}),
             b = train_lfm(training, {.d = 8, .epochs = 2, .seed = 7}),
             c = train_lfm(training, {.d = 8, .epochs = 2, .seed = 8});
  EXPECT_EQ(a->item_factors().data, b->item_factors().data);
  EXPECT_EQ(a->user_factors().data, b->user_factors().data);
  EXPECT_NE(a->item_factors().data, c->item_factors().data);
}

// What the order of a history's items is does not matter: the rows are sorted first.
TEST(Lfm, AHistoryIsASet) {
  Interactions training = some(3), turned = training;
  for (std::size_t u = 0; u < turned.n_users(); ++u) {
    std::reverse(turned.items.begin() + static_cast<std::ptrdiff_t>(turned.offsets[u]),
                 turned.items.begin() + static_cast<std::ptrdiff_t>(turned.offsets[u + 1]));
  }
  EXPECT_EQ(train_lfm(training, {.d = 8, .epochs = 2})->item_factors().data,
            train_lfm(turned, {.d = 8, .epochs = 2})->item_factors().data);
}

TEST(Lfm, SomebodyWithTheWholeCatalogueHasNoNegatives) {
  Interactions training;
  training.n_items = 3;
  training.append(std::vector<std::uint32_t>{0, 1, 2});
  training.append(std::vector<std::uint32_t>{1});
  training.append(std::vector<std::uint32_t>{});
  const auto model = train_lfm(training, {.d = 4, .epochs = 200});
  std::vector<float> scores(3);
  model->score_trained(0, {}, scores);
  for (const float score : scores) EXPECT_GT(score, 0.5f);
  model->score_trained(1, {}, scores);
  EXPECT_GT(scores[1], 0.5f);
  EXPECT_LT(scores[0], scores[1]);
}

// argmin_u sum_H (1 - u.v)^2 + negatives |H| / (n - |H|) sum_{not H} (u.v_j)^2
// + reg (1 + negatives) |H| |u|^2 is where the expected steps cancel, here for the mean length.
TEST(Lfm, FoldInIsWhereTheExpectedStepsCancel) {
  Interactions training;
  training.n_items = 30;
  for (std::uint32_t u = 0; u < 40; ++u) {  // all of length 5, the mean
    std::vector<std::uint32_t> row;
    for (std::uint32_t k = 0; k < 5; ++k) row.push_back((u * 7 + k * k + 3 * k) % 30);
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
    while (row.size() < 5) row.push_back(row.back() + 1);
    training.append(row);
  }
  const LfmOptions options{.d = 6, .negatives = 3, .epochs = 10};
  const auto model = train_lfm(training, options);
  const support::DenseRows v = dense(model->item_factors());
  const std::vector<std::uint32_t> history{2, 3, 11, 17, 29};
  std::vector<float> row(6);
  model->fold_in(history, row);
  support::DenseRows system = support::DenseRows::Zero(6, 6), right(6, 1);
  right.setZero();
  for (std::uint32_t item = 0; item < 30; ++item) {
    const bool has = std::find(history.begin(), history.end(), item) != history.end();
    system += (has ? 1.0 : 3.0 * 5 / 25) * v.row(item).transpose() * v.row(item);
    if (has) right += v.row(item).transpose();
  }
  system.diagonal().array() += options.regularization * 4 * 5;
  const support::DenseRows expected = system.ldlt().solve(right);
  for (Eigen::Index c = 0; c < 6; ++c) {
    EXPECT_NEAR(row[static_cast<std::size_t>(c)], expected(c, 0), 1e-4);
  }
}

TEST(Lfm, RefusesOptionsOutOfRange) {
  const Interactions training = some(4);
  const std::vector<LfmOptions> wrong{{.d = 0},        {.learning_rate = 0}, {.learning_rate = NAN},
                                      {.decay = 0},    {.decay = 1.1},       {.regularization = 0},
                                      {.negatives = 0}};
  for (const LfmOptions &options : wrong) EXPECT_THROW(train_lfm(training, options), Error);
}

}  // namespace
}  // namespace recveil::recommend
