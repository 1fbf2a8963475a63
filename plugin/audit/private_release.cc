#include "audit/private_release.h"

#include <algorithm>

#include "audit/engine.h"
#include "core/random.h"
#include "core/watch.h"
#include "defense/private/accountant.h"
#include "defense/private/catalogue.h"
#include "recommend/recommender.h"

namespace recveil::audit {

PrivateRelease release_of(const Interactions &data, const Users &people, double mu,
                          std::uint64_t seed, std::uint64_t number) {
  Key key;
  Rng rng(seed, 19);
  for (unsigned char &byte : key.bytes) byte = static_cast<unsigned char>(rng.below(256));
  const auto parts = defense::split_budget(mu);
  Triangle counts(data.n_items);
  for (const std::uint32_t user : people) defense::add_counts(data.row(user), counts);
  const auto noisy = defense::noisy_counts(counts, key, number, parts.counts);
  const std::size_t n = defense::catalogue_size(told_people(people.size()), mu, data.n_items);
  defense::Catalogue catalogue(defense::largest_counts(noisy, n), data.n_items);
  Triangle exact = gram_of(data, people, catalogue);
  auto gram = defense::noisy_gram(exact, n, key, number, parts.gram);
  return {std::move(catalogue), std::move(exact), std::move(gram), parts.gram};
}

Triangle gram_of(const Interactions &data, const Users &people,
                 const defense::Catalogue &catalogue) {
  Triangle out(defense::triangle_size(catalogue.size()));
  for (std::size_t p = 0; p < people.size(); ++p) {
    if (p % 64 == 0) pulse();
    defense::add_gram(data.row(people[p]), catalogue, out);
  }
  return out;
}

std::vector<double> as_matrix(const Triangle &triangle, std::size_t n) {
  std::vector<double> out(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) {
      out[i * n + j] = out[j * n + i] =
          static_cast<double>(triangle[defense::triangle_at(n, i, j)]) / defense::kScale;
    }
  }
  return out;
}

std::vector<double> scores_of(const std::vector<float> &weights, std::size_t n,
                              std::span<const std::uint32_t> places) {
  std::vector<double> out(n);
  for (const std::uint32_t j : places) {
    for (std::size_t i = 0; i < n; ++i) out[i] += static_cast<double>(weights[j * n + i]);
  }
  return out;
}

PlaceScores scores_by(const std::vector<float> &weights, std::size_t n) {
  return [&weights, n](std::span<const std::uint32_t> places) {
    return scores_of(weights, n, places);
  };
}

RankedLists lists_of(const recommend::HoldOut &data, const Users &users,
                     const defense::Catalogue &catalogue, const PlaceScores &score) {
  RankedLists out;
  out.n_items = data.history.n_items;
  std::vector<float> all(out.n_items);
  std::vector<std::uint32_t> list;
  const std::size_t n = catalogue.size();
  for (std::size_t u = 0; u < users.size(); ++u) {
    if (u % 64 == 0) pulse();
    const auto history = data.history.row(users[u]);
    const std::vector<double> scores = score(catalogue.places(history));
    std::fill(all.begin(), all.end(), -1e30f);
    for (std::size_t i = 0; i < n; ++i) all[catalogue.items()[i]] = static_cast<float>(scores[i]);
    recommend::top_k_unseen(all, history, std::min<std::size_t>(10, n), list);
    out.append(list);
  }
  return out;
}

recommend::Utility utility_of(const recommend::HoldOut &data, const Users &users,
                              const RankedLists &lists) {
  recommend::Utility sum;
  for (std::size_t u = 0; u < users.size(); ++u) {
    if (data.item[users[u]] == recommend::kNoItem) continue;
    recommend::add_list(sum, lists.row(u), data.item[users[u]]);
  }
  return sum;
}

std::size_t items_shown(const RankedLists &lists) {
  std::vector<bool> shown(lists.n_items);
  for (std::size_t u = 0; u < lists.n_users(); ++u) {
    const auto row = lists.row(u);
    for (const std::uint32_t item : row.first(std::min<std::size_t>(10, row.size()))) {
      shown[item] = true;
    }
  }
  return static_cast<std::size_t>(std::count(shown.begin(), shown.end(), true));
}

std::vector<double> best_test(const PrivateRelease &release, const Interactions &data,
                              const Users &people, bool are_members) {
  const std::size_t n = release.catalogue.size();
  std::vector<double> out;
  for (const std::uint32_t user : people) {
    pulse();
    const Users places = release.catalogue.places(data.row(user));
    const auto h = static_cast<std::int64_t>(places.size());
    double sum = 0;
    for (const std::uint32_t i : places) {
      for (const std::uint32_t j : places) {
        std::int64_t exact = release.exact[defense::triangle_at(n, std::min(i, j), std::max(i, j))];
        if (are_members) exact -= defense::kScale / h;
        sum += release.noisy.matrix[i * n + j] - static_cast<double>(exact) / defense::kScale;
      }
    }
    out.push_back(h > 0 ? sum / static_cast<double>(h) : 0);
  }
  return out;
}

}  // namespace recveil::audit
