// The utility of a private model on MovieLens 1M; skipped (77) without RECVEIL_DATA_DIR.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>

#include "data/load.h"
#include "defense/private/catalogue.h"
#include "defense/private/denoise.h"
#include "defense/private/release.h"
#include "defense/private/statistics.h"
#include "recommend/evaluate.h"
#include "recommend/popularity.h"
#include "recommend/recommender.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kMembers = 5000;
constexpr std::size_t kFactors = 64;

struct Split {
  std::vector<std::uint32_t> members, others;
};

Split split_of(std::size_t n_users, std::uint64_t seed) {
  std::vector<std::uint32_t> order(n_users);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  return {{order.begin(), order.begin() + kMembers}, {order.begin() + kMembers, order.end()}};
}

// The user row that every pair of weight 1 and this ridge gives, times the factors, for everybody.
recommend::Utility evaluate(const PrivateModel &model, const Catalogue &catalogue,
                            const recommend::HoldOut &data,
                            const std::vector<std::uint32_t> &users) {
  recommend::Utility sum;
  const std::size_t k = model.factors.cols;
  const auto factor = [&](std::size_t place, std::size_t f) {
    return static_cast<double>(model.factors.row(place)[f]);
  };
  std::vector<double> gram(k);  // Y'Y is diagonal: the factors are scaled eigenvectors
  for (std::size_t i = 0; i < model.factors.rows; ++i) {
    for (std::size_t f = 0; f < k; ++f) gram[f] += factor(i, f) * factor(i, f);
  }
  std::vector<float> scores(data.history.n_items);
  std::vector<std::uint32_t> list;
  for (const std::uint32_t user : users) {
    if (data.item[user] == recommend::kNoItem) continue;
    std::vector<double> x(k);
    for (const std::uint32_t place : catalogue.places(data.history.row(user))) {
      for (std::size_t f = 0; f < k; ++f) x[f] += factor(place, f);
    }
    for (std::size_t f = 0; f < k; ++f) x[f] /= gram[f] + model.regularization;
    std::fill(scores.begin(), scores.end(), 0.0f);
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
      double score = 0;
      for (std::size_t f = 0; f < k; ++f) score += x[f] * factor(i, f);
      scores[catalogue.items()[i]] = static_cast<float>(score);
    }
    recommend::top_k_unseen(scores, data.history.row(user), 10, list);
    recommend::add_list(sum, list, data.item[user]);
  }
  return sum;
}

// At least 1.3 and 1.8 times the NDCG@10 of popularity at epsilon 1 and 4 (delta 1e-6), in the mean
// of two splits of seeds that nothing was tuned on (five are in the sweep). Measured on five: 1.83
// and 2.20, popularity .0179.
TEST(PrivateData, IsMorePersonalThanPopularity) {
  const data::Dataset dataset =
      data::load(std::string("ml-1m:") + std::getenv("RECVEIL_DATA_DIR") + "/ml-1m");
  const recommend::HoldOut data = recommend::hold_out_last(dataset.interactions, dataset.times, 1);
  const std::uint32_t n_items = dataset.interactions.n_items;
  constexpr std::uint64_t kSeeds[] = {51, 52};
  recommend::Utility popular_sum;
  for (const std::uint64_t seed : kSeeds) {
    const Split split = split_of(data.history.n_users(), seed);
    const auto popular = recommend::train_popularity(data.history.select(split.members));
    std::vector<float> scores(n_items);
    std::vector<std::uint32_t> list;
    for (std::size_t user = 0; user < data.item.size(); ++user) {
      if (data.item[user] == recommend::kNoItem) continue;
      popular->score(data.history.row(user), scores);
      recommend::top_k_unseen(scores, data.history.row(user), 10, list);
      recommend::add_list(popular_sum, list, data.item[user]);
    }
  }
  for (const auto &[epsilon, bar] : {std::pair{1.0, 1.3}, {4.0, 1.8}}) {
    const double mu = mu_of(epsilon, 1e-6);
    const BudgetParts parts = split_budget(mu);
    recommend::Utility model_sum, members_sum, others_sum;
    for (const std::uint64_t seed : kSeeds) {
      const Split split = split_of(data.history.n_users(), seed);
      Key key;
      key.bytes[0] = static_cast<unsigned char>(seed);
      std::vector<std::int64_t> counts(n_items);
      for (const std::uint32_t user : split.members) add_counts(data.history.row(user), counts);
      const auto noisy = noisy_counts(counts, key, 1, parts.counts);
      const Catalogue catalogue(largest_counts(noisy, catalogue_size(kMembers, mu, n_items)),
                                n_items);
      std::vector<std::int64_t> triangle(triangle_size(catalogue.size()));
      for (const std::uint32_t user : split.members) {
        add_gram(data.history.row(user), catalogue, triangle);
      }
      const NoisyGram gram = noisy_gram(triangle, catalogue.size(), key, 1, parts.gram);
      const PrivateModel model =
          private_factors(gram.matrix, catalogue.size(), kFactors, gram.sd, 3);
      EXPECT_GE(model.n_above, 4u);
      const auto in = evaluate(model, catalogue, data, split.members);
      const auto out = evaluate(model, catalogue, data, split.others);
      members_sum += in, others_sum += out;
      model_sum += in, model_sum += out;
    }
    const double ndcg = model_sum.mean().ndcg10, popular = popular_sum.mean().ndcg10;
    std::printf(
        "epsilon %g: NDCG@10 %.4f (members %.4f, others %.4f), popularity %.4f, ratio %.2f\n",
        epsilon, ndcg, members_sum.mean().ndcg10, others_sum.mean().ndcg10, popular,
        ndcg / popular);
    EXPECT_GE(ndcg / popular, bar) << "epsilon " << epsilon;
    // Members and others get the same: 1,040 others a split, some of them in both, NDCG@10 with a
    // standard deviation of .16 a person: two standard errors of .16 / sqrt 1040.
    EXPECT_NEAR(members_sum.mean().ndcg10, others_sum.mean().ndcg10, 2 * .005);
  }
}

}  // namespace
}  // namespace recveil::defense

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  const char *folder = std::getenv("RECVEIL_DATA_DIR");
  if (folder == nullptr || *folder == '\0') {
    std::puts("skipped: RECVEIL_DATA_DIR is not set");
    return 77;
  }
  return RUN_ALL_TESTS();
}
