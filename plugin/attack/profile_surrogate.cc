#include "attack/profile_surrogate.h"

#include <Eigen/Cholesky>
#include <cmath>

#include "core/random.h"

namespace recveil::attack {
namespace {

void solve_users(const CentredRatings &ratings, const Factors &items, double lambda,
                 Factors &users) {
  users.resize(kFactors, static_cast<Eigen::Index>(ratings.rows.n_users()));
  for (std::size_t u = 0; u < ratings.rows.n_users(); ++u) {
    const RowSystem system = row_system(ratings, u, items, lambda);
    users.col(static_cast<Eigen::Index>(u)) = system.gram.llt().solve(system.right);
  }
}

// Adds the ratings to every item's system: block j of `grams`, column j of `rights`.
void add_to_items(const CentredRatings &ratings, const Factors &users, Factors &grams,
                  Factors &rights) {
  for (std::size_t u = 0; u < ratings.rows.n_users(); ++u) {
    const Factor factor = users.col(static_cast<Eigen::Index>(u));
    const FactorGram outer = factor * factor.transpose();
    for (std::uint64_t e = ratings.rows.offsets[u]; e < ratings.rows.offsets[u + 1]; ++e) {
      const auto item = static_cast<Eigen::Index>(ratings.rows.items[e]);
      grams.middleCols<kFactors>(item * kFactors) += outer;
      rights.col(item) += ratings.values[e] * factor;
    }
  }
}

}  // namespace

RowSystem row_system(const CentredRatings &ratings, std::size_t row, const Factors &items,
                     double lambda) {
  RowSystem system{lambda * FactorGram::Identity(), Factor::Zero()};
  for (std::uint64_t e = ratings.rows.offsets[row]; e < ratings.rows.offsets[row + 1]; ++e) {
    const Factor factor = items.col(static_cast<Eigen::Index>(ratings.rows.items[e]));
    system.gram += factor * factor.transpose();
    system.right += ratings.values[e] * factor;
  }
  return system;
}

Surrogate::Surrogate(std::uint32_t n_items, double ridge, std::uint64_t seed)
    : lambda(ridge), items(kFactors, static_cast<Eigen::Index>(n_items)) {
  Rng rng(seed);
  for (double &entry : items.reshaped()) entry = rng.normal() / std::sqrt(kFactors);
}

void Surrogate::sweep(const CentredRatings &genuine, const CentredRatings &fake) {
  solve_users(genuine, items, lambda, users);
  solve_users(fake, items, lambda, fakes);
  Factors grams = Factors::Zero(kFactors, items.cols() * kFactors);
  Factors rights = Factors::Zero(kFactors, items.cols());
  add_to_items(genuine, users, grams, rights);
  add_to_items(fake, fakes, grams, rights);
  for (Eigen::Index j = 0; j < items.cols(); ++j) {
    const FactorGram gram =
        grams.middleCols<kFactors>(j * kFactors) + lambda * FactorGram::Identity();
    items.col(j) = gram.llt().solve(rights.col(j));
  }
}

}  // namespace recveil::attack
