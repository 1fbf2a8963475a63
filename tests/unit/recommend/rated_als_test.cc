#include "recommend/rated_als.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "recommend/item_neighbors.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using Dense = Eigen::MatrixXd;

Eigen::Index at(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

struct Problem {
  Interactions rows = support::random_interactions({.users = 40, .items = 24, .least = 3}, 5);
  std::vector<float> ratings;
  Dense values = Dense::Zero(40, 24), observed = Dense::Zero(40, 24);
};

Problem problem(bool rated) {
  Problem out;
  Rng rng(3);
  if (rated) {
    for (std::size_t e = 0; e < out.rows.size(); ++e) {
      out.ratings.push_back(static_cast<float>(1 + rng.below(5)));
    }
  }
  for (std::size_t u = 0; u < out.rows.n_users(); ++u) {
    for (std::uint64_t e = out.rows.offsets[u]; e < out.rows.offsets[u + 1]; ++e) {
      out.values(at(u), at(out.rows.items[e])) = rated ? double{out.ratings[e]} : 1.0;
      out.observed(at(u), at(out.rows.items[e])) = 1;
    }
  }
  return out;
}

Dense dense(std::span<const double> factors, std::size_t d) {
  Dense out(at(factors.size() / d), at(d));
  for (std::size_t i = 0; i < factors.size(); ++i) out(at(i / d), at(i % d)) = factors[i];
  return out;
}

// One side by a general solver, entry by entry.
Dense slow_half(const Dense &values, const Dense &weights, const Dense &fixed, double lambda) {
  Dense out = Dense::Zero(values.rows(), fixed.cols());
  for (Eigen::Index u = 0; u < values.rows(); ++u) {
    Dense gram = lambda * Dense::Identity(fixed.cols(), fixed.cols());
    Eigen::VectorXd right = Eigen::VectorXd::Zero(fixed.cols());
    for (Eigen::Index i = 0; i < values.cols(); ++i) {
      gram += weights(u, i) * fixed.row(i).transpose() * fixed.row(i);
      right += weights(u, i) * values(u, i) * fixed.row(i).transpose();
    }
    out.row(u) = gram.fullPivLu().solve(right).transpose();
  }
  return out;
}

// The same start and the same sweeps, written out over the whole matrix.
TEST(RatedAls, DoesWhatItsSlowTwinDoes) {
  for (const Zeros zeros : {Zeros::observed, Zeros::missing}) {
    for (const bool rated : {false, true}) {
      const Problem given = problem(rated);
      const RatedAlsOptions options{.d = 4, .regularization = .3, .zeros = zeros, .sweeps = 5};
      const RatedModel model(given.rows, given.ratings, options);
      Rng rng(options.seed, 0x72616C73);
      Dense items(24, 4);
      for (Eigen::Index i = 0; i < 24; ++i) {
        for (Eigen::Index f = 0; f < 4; ++f) items(i, f) = rng.uniform() / 2;
      }
      const Dense weights =
          zeros == Zeros::observed ? Dense(Dense::Ones(40, 24)) : Dense(given.observed);
      Dense users;
      for (int sweep = 0; sweep < 5; ++sweep) {
        users = slow_half(given.values, weights, items, .3);
        items = slow_half(given.values.transpose(), weights.transpose(), users, .3);
      }
      users = slow_half(given.values, weights, items, .3);
      EXPECT_LT((dense(model.items(), 4) - items).norm(), 1e-9 * items.norm());
      EXPECT_LT((dense(model.users(), 4) - users).norm(), 1e-9 * users.norm());
    }
  }
}

// With zeros observed the minimum is known: the singular values less lambda.
TEST(RatedAls, OfTheWholeMatrixIsTheSoftThresholdedSvd) {
  const Problem given = problem(true);
  const double lambda = 4;
  const RatedModel model(given.rows, given.ratings,
                         {.d = 24, .regularization = lambda, .sweeps = 2000});
  const Eigen::JacobiSVD<Dense> svd(given.values, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::VectorXd less = (svd.singularValues().array() - lambda).max(0).matrix();
  const Dense expected = svd.matrixU() * less.asDiagonal() * svd.matrixV().transpose();
  const Dense found = dense(model.users(), 24) * dense(model.items(), 24).transpose();
  EXPECT_LT((found - expected).norm(), 1e-4 * expected.norm());
}

TEST(RatedAls, ScoresATrainedRowAsItsHistory) {
  const Problem given = problem(true);
  for (const Zeros zeros : {Zeros::observed, Zeros::missing}) {
    const RatedModel model(given.rows, given.ratings,
                           {.d = 3, .regularization = 1, .zeros = zeros});
    std::vector<float> trained(24), folded(24);
    for (std::size_t u = 0; u < 40; ++u) {
      model.score_trained(u, given.rows.row(u), trained);
      model.score_rated(given.rows.row(u),
                        {given.ratings.data() + given.rows.offsets[u], given.rows.row(u).size()},
                        folded);
      for (std::size_t i = 0; i < 24; ++i) EXPECT_NEAR(trained[i], folded[i], 1e-5);
    }
  }
}

TEST(RatedAls, RefusesWhatDoesNotFit) {
  const Problem given = problem(true);
  const std::vector<float> few{1};
  EXPECT_THROW(RatedModel(given.rows, few, {}), Error);
  EXPECT_THROW(RatedModel(given.rows, {}, {.d = 0}), Error);
  EXPECT_THROW(RatedModel(given.rows, {}, {.regularization = 0}), Error);
  EXPECT_THROW(RatedModel(given.rows, {}, {.sweeps = 0}), Error);
  std::vector<float> wrong = given.ratings;
  wrong.back() = NAN;
  EXPECT_THROW(RatedModel(given.rows, wrong, {}), Error);
}

// All pairs by hand, the best by a full sort.
TEST(ItemNeighbors, DoesWhatItsSlowTwinDoes) {
  const Problem given = problem(false);
  const Dense counts = given.values.transpose() * given.values;
  for (const std::size_t most : {1u, 3u, 100u}) {
    for (const double shrinkage : {0.0, 10.0}) {
      const ItemNeighbors model(given.rows, {most, shrinkage});
      Dense kept = Dense::Zero(24, 24);
      for (Eigen::Index i = 0; i < 24; ++i) {
        std::vector<std::pair<float, Eigen::Index>> row;
        for (Eigen::Index j = 0; j < 24; ++j) {
          if (j == i || counts(i, j) == 0) continue;
          const double similarity =
              counts(i, j) / (std::sqrt(counts(i, i) * counts(j, j)) + shrinkage);
          row.emplace_back(-static_cast<float>(similarity), j);
        }
        std::sort(row.begin(), row.end());
        row.resize(std::min(row.size(), most));
        for (const auto &[negative, j] : row) kept(i, j) = -double{negative};
      }
      const Dense expected = given.values * kept.transpose();
      std::vector<float> scores(24);
      for (std::size_t u = 0; u < 40; ++u) {
        model.score(given.rows.row(u), scores);
        for (std::size_t i = 0; i < 24; ++i) {
          EXPECT_NEAR(scores[i], expected(at(u), at(i)), 1e-5) << most << " " << i;
        }
      }
    }
  }
  EXPECT_THROW(ItemNeighbors(given.rows, {0, 1}), Error);
  EXPECT_THROW(ItemNeighbors(given.rows, {1, -1}), Error);
}

}  // namespace
}  // namespace recveil::recommend
