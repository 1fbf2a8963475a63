// One private release over people of a data set, and what an attacker can do with it.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "core/interactions.h"
#include "core/keys.h"
#include "defense/private/accountant.h"
#include "defense/private/catalogue.h"
#include "defense/private/denoise.h"
#include "defense/private/model.h"
#include "defense/private/release.h"
#include "defense/private/statistics.h"
#include "numerics/logistic.h"
#include "numerics/stats.h"
#include "recommend/evaluate.h"
#include "recommend/recommender.h"

namespace recveil::support {

using Users = std::vector<std::uint32_t>;

struct Split {
  Users members, others;
};

inline Split split_of(std::size_t n_users, std::size_t n_members, std::uint64_t seed) {
  Users order(n_users);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  const auto cut = order.begin() + static_cast<std::ptrdiff_t>(n_members);
  return {{order.begin(), cut}, {cut, order.end()}};
}

// The exact Gram matrix of people, as integers.
inline std::vector<std::int64_t> gram_of(const Interactions &data, const Users &people,
                                         const defense::Catalogue &catalogue) {
  std::vector<std::int64_t> out(defense::triangle_size(catalogue.size()));
  for (const std::uint32_t user : people) defense::add_gram(data.row(user), catalogue, out);
  return out;
}

inline std::vector<double> as_matrix(const std::vector<std::int64_t> &triangle, std::size_t n) {
  std::vector<double> out(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) {
      out[i * n + j] = out[j * n + i] =
          static_cast<double>(triangle[defense::triangle_at(n, i, j)]) / defense::kScale;
    }
  }
  return out;
}

struct Release {
  defense::Catalogue catalogue;
  std::vector<std::int64_t> triangle;  // exact
  defense::NoisyGram gram;
  double mu_gram;
};

inline Release release_of(const Interactions &data, const Users &people, double mu,
                          std::uint64_t number) {
  Key key;
  key.bytes[0] = static_cast<unsigned char>(number);
  key.bytes[1] = static_cast<unsigned char>(number >> 8);
  const auto parts = defense::split_budget(mu);
  std::vector<std::int64_t> counts(data.n_items);
  for (const std::uint32_t user : people) defense::add_counts(data.row(user), counts);
  const auto noisy = defense::noisy_counts(counts, key, number, parts.counts);
  defense::Catalogue catalogue(
      defense::largest_counts(noisy, defense::catalogue_size(people.size(), mu, data.n_items)),
      data.n_items);
  auto triangle = gram_of(data, people, catalogue);
  auto gram = defense::noisy_gram(triangle, catalogue.size(), key, number, parts.gram);
  return {std::move(catalogue), std::move(triangle), std::move(gram), parts.gram};
}

// Scores over a catalogue by item-to-item weights.
inline std::vector<double> scores_of(const std::vector<float> &weights, std::size_t n,
                                     std::span<const std::uint32_t> places) {
  std::vector<double> out(n);
  for (const std::uint32_t j : places) {
    for (std::size_t i = 0; i < n; ++i) out[i] += static_cast<double>(weights[j * n + i]);
  }
  return out;
}

// The ten best of the catalogue outside the history; NDCG of the held-out item among all items.
template <class Score>
recommend::Utility utility_of(const recommend::HoldOut &data, const Users &users,
                              const defense::Catalogue &catalogue, Score score) {
  recommend::Utility sum;
  std::vector<float> all(data.history.n_items);
  std::vector<std::uint32_t> list;
  for (const std::uint32_t user : users) {
    if (data.item[user] == recommend::kNoItem) continue;
    const auto history = data.history.row(user);
    const std::vector<double> scores = score(catalogue.places(history));
    std::fill(all.begin(), all.end(), -1e30f);
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
      all[catalogue.items()[i]] = static_cast<float>(scores[i]);
    }
    recommend::top_k_unseen(all, history, 10, list);
    recommend::add_list(sum, list, data.item[user]);
  }
  return sum;
}

// The user row that weight 1 on every pair and this ridge give, times the factors.
inline std::vector<double> factor_scores(const defense::PrivateModel &model,
                                         std::span<const std::uint32_t> places) {
  const auto y = [&](std::size_t i, std::size_t f) {
    return static_cast<double>(model.factors.row(i)[f]);
  };
  const std::size_t n = model.factors.rows, k = model.factors.cols;
  std::vector<double> gram(k), x(k), out(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t f = 0; f < k; ++f) {  // Y'Y is diagonal: the factors are scaled eigenvectors
      gram[f] += y(i, f) * y(i, f);
    }
  }
  for (const std::uint32_t place : places) {
    for (std::size_t f = 0; f < k; ++f) x[f] += y(place, f);
  }
  for (std::size_t f = 0; f < k; ++f) x[f] /= gram[f] + model.regularization;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t f = 0; f < k; ++f) out[i] += x[f] * y(i, f);
  }
  return out;
}

// What somebody sees of a model who types in a history but for a fifth, five times: the share of
// the fifth among the 100 best, and its mean standardized score.
struct Probe {
  double hits = 0, score = 0;
};
inline Probe probe(const std::vector<float> &weights, std::size_t n, Users places,
                   std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::shuffle(places.begin(), places.end(), random);
  Probe out;
  double hidden_items = 0;
  for (std::size_t fold = 0; fold < 5; ++fold) {
    Users kept, hidden;
    for (std::size_t i = 0; i < places.size(); ++i) {
      (i % 5 == fold ? hidden : kept).push_back(places[i]);
    }
    if (hidden.empty() || kept.empty()) continue;
    const std::vector<double> scores = scores_of(weights, n, kept);
    std::vector<char> typed(n);
    for (const std::uint32_t place : kept) typed[place] = 1;
    std::vector<double> open;
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (typed[i] != 0) continue;
      open.push_back(scores[i]);
      mean += scores[i], square += scores[i] * scores[i];
    }
    const auto m = static_cast<double>(open.size());
    mean /= m;
    const double sd = std::sqrt(std::max(1e-30, square / m - mean * mean));
    const std::size_t top = std::min<std::size_t>(100, open.size()) - 1;
    std::nth_element(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(top), open.end(),
                     std::greater<>());
    for (const std::uint32_t place : hidden) {
      out.hits += scores[place] >= open[top] ? 1 : 0;
      out.score += (scores[place] - mean) / sd;
    }
    hidden_items += static_cast<double>(hidden.size());
  }
  if (hidden_items > 0) out.hits /= hidden_items, out.score /= hidden_items;
  return out;
}

// The sybil who knows all members but the targets: probes of the attacked model and of a reference
// that the attacker trained without noise on everybody else, told apart by a logistic regression
// that learns on four fifths of the targets and is asked about the rest.
inline Estimate learned_sybil(const std::vector<float> &attacked,
                              const std::vector<float> &reference, const Interactions &data,
                              const defense::Catalogue &catalogue, const Users &in,
                              const Users &out) {
  const std::size_t n = catalogue.size(), people = in.size() + out.size();
  Matrix x{people, 6, std::vector<float>(people * 6)};
  std::vector<std::uint8_t> y(people);
  for (std::size_t p = 0; p < people; ++p) {
    const std::uint32_t user = p < in.size() ? in[p] : out[p - in.size()];
    y[p] = p < in.size() ? 1 : 0;
    const Users places = catalogue.places(data.row(user));
    const Probe of = probe(attacked, n, places, user), by = probe(reference, n, places, user);
    const double row[] = {of.hits,  by.hits,  of.hits - by.hits,
                          of.score, by.score, of.score - by.score};
    for (std::size_t f = 0; f < 6; ++f) x.row(p)[f] = static_cast<float>(row[f]);
  }
  for (std::size_t f = 0; f < 6; ++f) {
    const auto value = [&](std::size_t p) { return static_cast<double>(x.row(p)[f]); };
    double mean = 0, square = 0;
    for (std::size_t p = 0; p < people; ++p) mean += value(p) / static_cast<double>(people);
    for (std::size_t p = 0; p < people; ++p) square += std::pow(value(p) - mean, 2);
    const double sd = std::sqrt(std::max(1e-30, square / static_cast<double>(people)));
    for (std::size_t p = 0; p < people; ++p) {
      x.row(p)[f] = static_cast<float>((value(p) - mean) / sd);
    }
  }
  std::vector<double> members, others;
  for (std::size_t fold = 0; fold < 5; ++fold) {
    Matrix train{0, 6, {}};
    std::vector<std::uint8_t> labels;
    for (std::size_t p = 0; p < people; ++p) {
      if (p % 5 == fold) continue;
      train.data.insert(train.data.end(), x.row(p), x.row(p) + 6);
      labels.push_back(y[p]);
      ++train.rows;
    }
    const numerics::Logistic fitted = numerics::fit_logistic(train, labels, 1);
    for (std::size_t p = fold; p < people; p += 5) {
      (y[p] == 1 ? members : others).push_back(fitted.decision({x.row(p), 6}));
    }
  }
  return numerics::auc(members, others);
}

// <noisy - (the exact sum without the person), x x'> for everybody: the best test there is.
inline std::vector<double> best_test(const Release &release, const Interactions &data,
                                     const Users &people, bool are_members) {
  const std::size_t n = release.catalogue.size();
  std::vector<double> out;
  for (const std::uint32_t user : people) {
    const Users places = release.catalogue.places(data.row(user));
    const auto h = static_cast<std::int64_t>(places.size());
    double sum = 0;
    for (const std::uint32_t i : places) {
      for (const std::uint32_t j : places) {
        std::int64_t exact =
            release.triangle[defense::triangle_at(n, std::min(i, j), std::max(i, j))];
        if (are_members) exact -= defense::kScale / h;
        sum += release.gram.matrix[i * n + j] - static_cast<double>(exact) / defense::kScale;
      }
    }
    out.push_back(h > 0 ? sum / static_cast<double>(h) : 0);
  }
  return out;
}

}  // namespace recveil::support
