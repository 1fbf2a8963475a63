// Private training on MovieLens 1M, 5,000 members and 1,040 others: what it costs, and what an
// attacker finds who knows everybody else. Minutes; skipped (77) without RECVEIL_DATA_DIR.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "data/load.h"
#include "numerics/symmetric.h"
#include "recommend/popularity.h"
#include "support/private_release.h"

namespace recveil {
namespace {

using defense::Catalogue;
using support::Users;

constexpr std::size_t kMembers = 5000, kTargets = 1000;
constexpr double kDelta = 1e-6;
constexpr double kNoNoise = 1e-3;  // sd of a matrix that has none

const recommend::HoldOut &movies() {
  static const recommend::HoldOut data = [] {
    const data::Dataset all =
        data::load(std::string("ml-1m:") + std::getenv("RECVEIL_DATA_DIR") + "/ml-1m");
    return recommend::hold_out_last(all.interactions, all.times, 1);
  }();
  return data;
}

// EASE as published (Steck, WWW'19), on all items: -P / diag P, P = (X'X + 300)^-1.
std::vector<float> ease(const Interactions &data, const Users &people) {
  const std::size_t n = data.n_items;
  numerics::SquareMatrix gram(n * n);
  for (const std::uint32_t user : people) {
    for (const std::uint32_t i : data.row(user)) {
      for (const std::uint32_t j : data.row(user)) gram[i * n + j] += 1;
    }
  }
  for (std::size_t i = 0; i < n; ++i) gram[i * n + i] += 300;
  const auto inverse = numerics::log_det(gram, n);
  std::vector<float> out(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      if (i == j) continue;
      out[j * n + i] =
          static_cast<float>(-inverse->inverse[j * n + i] / inverse->inverse[i * n + i]);
    }
  }
  return out;
}

struct Both {
  recommend::Utility in, out;
  double all() const {
    recommend::Utility sum = in;
    sum += out;
    return sum.mean().ndcg10;
  }
};

template <class Score>
Both measure(const support::Split &split, const Catalogue &catalogue, Score score) {
  // Of the members a half, so that neither group drowns the other.
  const Users half(split.members.begin(), split.members.begin() + kMembers / 2);
  return {support::utility_of(movies(), half, catalogue, score),
          support::utility_of(movies(), split.others, catalogue, score)};
}

// Shares of EASE's NDCG@10 and multiples of popularity's in the mean of five splits, of seeds that
// nothing was chosen on.
TEST(PrivateSweep, KeepsItsShareOfTheBestModel) {
  const Interactions &data = movies().history;
  struct Row {
    double epsilon, of_ease, of_popularity;
    double weights = 0, factors = 0;
    recommend::Utility in{}, out{};
    std::size_t items = 0;
  } rows[] = {{1, .55, 1.3}, {2, .62, 1.3}, {4, .70, 1.8}, {8, .75, 1.8}};
  double best = 0, popular = 0;
  constexpr std::uint64_t kSeeds[] = {61, 62, 63, 64, 65};
  for (const std::uint64_t seed : kSeeds) {
    const support::Split split = support::split_of(data.n_users(), kMembers, seed);
    Users everything(data.n_items);
    std::iota(everything.begin(), everything.end(), 0);
    const Catalogue all(everything, data.n_items);
    {
      const std::vector<float> weights = ease(data, split.members);
      best += measure(split, all,
                      [&](const Users &places) {
                        return support::scores_of(weights, all.size(), places);
                      })
                  .all() /
              std::size(kSeeds);
    }
    const auto counts = recommend::popularity(data.select(split.members));
    popular +=
        measure(split, all,
                [&](const Users &) { return std::vector<double>(counts.begin(), counts.end()); })
            .all() /
        std::size(kSeeds);
    for (Row &row : rows) {
      const double mu = defense::mu_of(row.epsilon, kDelta);
      const auto release = support::release_of(data, split.members, mu, seed);
      const std::size_t n = release.catalogue.size();
      row.items = n;
      const auto model = defense::private_weights(release.gram.matrix, n, release.gram.sd, 3);
      const Both by_weights = measure(split, release.catalogue, [&](const Users &places) {
        return support::scores_of(model.weights, n, places);
      });
      row.weights += by_weights.all() / std::size(kSeeds);
      row.in += by_weights.in;
      row.out += by_weights.out;
      const auto factors = defense::private_factors(
          release.gram.matrix, n, std::min<std::size_t>(64, n), release.gram.sd, 3);
      row.factors +=
          measure(split, release.catalogue,
                  [&](const Users &places) { return support::factor_scores(factors, places); })
              .all() /
          std::size(kSeeds);
    }
  }
  std::printf("EASE %.4f, popularity %.4f (%.2f of EASE)\n", best, popular, popular / best);
  for (const Row &row : rows) {
    const double in = row.in.mean().ndcg10, out = row.out.mean().ndcg10;
    std::printf(
        "epsilon %g: %zu items, weights %.4f = %.2f of EASE, %.2f of popularity; factors "
        "%.4f = %.2f of EASE; members %.4f, others %.4f\n",
        row.epsilon, row.items, row.weights, row.weights / best, row.weights / popular, row.factors,
        row.factors / best, in, out);
    EXPECT_GE(row.weights / best, row.of_ease) << row.epsilon;
    EXPECT_GE(row.weights / popular, row.of_popularity) << row.epsilon;
    // NDCG@10 has a standard deviation of about .16 a person. The five samples of 1,040 others and
    // 2,500 members are drawn from 6,040 people: at least .16 sqrt(1 / 3,000 + 1 / 5,500).
    EXPECT_NEAR(in, out, 2 * .16 * std::sqrt(1. / 3000 + 1. / 5500)) << row.epsilon;
  }
}

// Of what EASE has over popularity, the share that is kept among generated people; in the mean of
// four draws of noise, for 4,000 others.
void keeps_its_share_of_the_gap(std::uint32_t people,
                                std::initializer_list<std::pair<double, double>> bars) {
  const data::Dataset all =
      data::load("synthetic:users=" + std::to_string(people + 4000) + ",items=2000,seed=81");
  const recommend::HoldOut data = recommend::hold_out_last(all.interactions, all.times, 1);
  const support::Split split = support::split_of(data.history.n_users(), people, 81);
  Users everything(data.history.n_items);
  std::iota(everything.begin(), everything.end(), 0);
  const Catalogue whole(everything, data.history.n_items);
  const std::vector<float> weights = ease(data.history, split.members);
  const double best =
      support::utility_of(
          data, split.others, whole,
          [&](const Users &places) { return support::scores_of(weights, whole.size(), places); })
          .mean()
          .ndcg10;
  const auto counts = recommend::popularity(data.history.select(split.members));
  const double popular =
      support::utility_of(
          data, split.others, whole,
          [&](const Users &) { return std::vector<double>(counts.begin(), counts.end()); })
          .mean()
          .ndcg10;
  std::printf("%u generated people: EASE %.4f, popularity %.4f\n", people, best, popular);
  for (const auto &[epsilon, bar] : bars) {
    double mean = 0;
    std::size_t n = 0;
    for (const std::uint64_t draw : {1u, 2u, 3u, 4u}) {
      const auto release =
          support::release_of(data.history, split.members, defense::mu_of(epsilon, kDelta), draw);
      n = release.catalogue.size();
      const auto model = defense::private_weights(release.gram.matrix, n, release.gram.sd,
                                                  defense::least_ridge(people));
      mean += support::utility_of(
                  data, split.others, release.catalogue,
                  [&](const Users &places) { return support::scores_of(model.weights, n, places); })
                  .mean()
                  .ndcg10 /
              4;
    }
    const double share = (mean - popular) / (best - popular);
    std::printf("epsilon %g: %zu items, NDCG@10 %.4f, %.2f of EASE, share of the gap %.2f\n",
                epsilon, n, mean, mean / best, share);
    EXPECT_GE(share, bar) << epsilon;
  }
}

TEST(PrivateSweep, KeepsItsShareOfTheGapOf50000People) {
  keeps_its_share_of_the_gap(50000, {{1, 0}, {2, 0}, {4, .68}, {8, .72}});
}
TEST(PrivateSweep, KeepsItsShareOfTheGapOf200000People) {
  keeps_its_share_of_the_gap(200000, {{1, 0}, {2, .80}, {4, .85}, {8, 0}});
}

// The learned sybil stays below the ceiling with its whole interval, and reads the same recipe
// without noise.
TEST(PrivateSweep, TheSybilWhoKnowsEverybodyElseStaysBelowTheCeiling) {
  const Interactions &data = movies().history;
  const double epsilons[] = {1, 2, 4, 8};
  constexpr std::uint64_t kSeeds[] = {71, 72, 73};
  double no_noise = 0;
  for (const double epsilon : epsilons) {
    const double mu = defense::mu_of(epsilon, kDelta), ceiling = defense::auc_ceiling(mu);
    double mean = 0, best = 0, highest = 0;
    for (const std::uint64_t seed : kSeeds) {
      const support::Split split = support::split_of(data.n_users(), kMembers, seed);
      const Users targets(split.members.begin(), split.members.begin() + kTargets);
      const Users known(split.members.begin() + kTargets, split.members.end());
      const auto release = support::release_of(data, split.members, mu, seed);
      const std::size_t n = release.catalogue.size();
      const auto attacked = defense::private_weights(release.gram.matrix, n, release.gram.sd, 3);
      const auto reference = defense::private_weights(
          support::as_matrix(support::gram_of(data, known, release.catalogue), n), n, kNoNoise,
          attacked.regularization);
      const Estimate learned = support::learned_sybil(attacked.weights, reference.weights, data,
                                                      release.catalogue, targets, split.others);
      mean += learned.value / std::size(kSeeds);
      highest = std::max(highest, learned.hi);
      best += numerics::auc(support::best_test(release, data, targets, true),
                            support::best_test(release, data, split.others, false))
                  .value /
              std::size(kSeeds);
      if (epsilon == 8) {
        const auto exact = defense::private_weights(support::as_matrix(release.triangle, n), n,
                                                    kNoNoise, attacked.regularization);
        no_noise += support::learned_sybil(exact.weights, reference.weights, data,
                                           release.catalogue, targets, split.others)
                        .value /
                    std::size(kSeeds);
      }
    }
    const double matrix_ceiling = defense::auc_ceiling(defense::split_budget(mu).gram);
    std::printf(
        "epsilon %g: ceiling %.3f, learned sybil %.3f (highest upper end %.3f), best test "
        "%.3f, its ceiling %.3f\n",
        epsilon, ceiling, mean, highest, best, matrix_ceiling);
    EXPECT_LE(mean, ceiling) << epsilon;
    // People of one draw share noise, so that the AUC of a draw is off by more than its interval.
    EXPECT_NEAR(best, matrix_ceiling, .02) << epsilon;
    if (epsilon >= 4) {
      EXPECT_LE(highest, ceiling) << epsilon;
    }
  }
  std::printf("the recipe of epsilon 8 without noise: learned sybil %.3f\n", no_noise);
  EXPECT_GE(no_noise, .95);
}

}  // namespace
}  // namespace recveil

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  const char *folder = std::getenv("RECVEIL_DATA_DIR");
  if (folder == nullptr || *folder == '\0') {
    std::puts("skipped: RECVEIL_DATA_DIR is not set");
    return 77;
  }
  return RUN_ALL_TESTS();
}
