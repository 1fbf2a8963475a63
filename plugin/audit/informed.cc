#include "audit/informed.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "attack/standardize.h"
#include "audit/engine.h"
#include "audit/split.h"
#include "audit/sybil.h"
#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "defense/private/accountant.h"
#include "defense/private/catalogue.h"
#include "defense/private/denoise.h"
#include "defense/private/model.h"
#include "numerics/logistic.h"

namespace recveil::audit {
namespace {

constexpr double kNoNoise = 1e-3;  // sd of a matrix that has none
constexpr std::size_t kSmallest = 20;
constexpr std::size_t kTop = 100;                               // as lists usually are
constexpr std::uint64_t kProbeStream = std::uint64_t{1} << 41;  // of a split's seed, one a user
constexpr std::size_t kPairCatalogue = 200;  // fewer items: less noise between them

// What somebody sees of a model who types in a history but for a fifth, five times: the share of
// the fifth among the best, and its mean standardized score.
struct Seen {
  double hits = 0, score = 0;
};

Seen probe(const std::vector<float> &weights, std::size_t n, Users places, Rng rng) {
  rng.shuffle(places);
  Seen out;
  double hidden_items = 0;
  std::vector<double> open;
  for (std::size_t fold = 0; fold < kProbes; ++fold) {
    Users kept, hidden;
    for (std::size_t i = 0; i < places.size(); ++i) {
      (i % kProbes == fold ? hidden : kept).push_back(places[i]);
    }
    if (hidden.empty() || kept.empty()) continue;
    const std::vector<double> scores = scores_of(weights, n, kept);
    std::vector<char> typed(n);
    for (const std::uint32_t place : kept) typed[place] = 1;
    open.clear();
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (typed[i] != 0) continue;
      open.push_back(scores[i]);
      mean += scores[i], square += scores[i] * scores[i];
    }
    const auto m = static_cast<double>(open.size());
    mean /= m;
    const double sd = std::sqrt(std::max(1e-30, square / m - mean * mean));
    const std::size_t last = std::min(kTop, open.size()) - 1;
    std::nth_element(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(last), open.end(),
                     std::greater<>());
    for (const std::uint32_t place : hidden) {
      out.hits += scores[place] >= open[last] ? 1 : 0;
      out.score += (scores[place] - mean) / sd;
    }
    hidden_items += static_cast<double>(hidden.size());
  }
  if (hidden_items > 0) out.hits /= hidden_items, out.score /= hidden_items;
  return out;
}

struct Scene {
  const Interactions &data;
  const InformedSplit &split;
  const defense::Catalogue &catalogue;
  std::uint64_t seed;

  std::size_t people() const { return split.attacked.size() + split.others.size(); }
  bool is_member(std::size_t p) const { return p < split.attacked.size(); }
  std::uint32_t user(std::size_t p) const {
    return is_member(p) ? split.attacked[p] : split.others[p - split.attacked.size()];
  }
  // values: one a person.
  SplitScores scores(const char *name, const std::vector<double> &values) const {
    SplitScores out;
    out.name = name;
    for (std::size_t p = 0; p < people(); ++p) {
      (is_member(p) ? out.members : out.non_members).push_back(values[p]);
      (is_member(p) ? out.member_activity : out.non_member_activity)
          .push_back(static_cast<double>(data.row(user(p)).size()));
    }
    return out;
  }
};

SplitScores learned(const Scene &scene, const std::vector<float> &attacked,
                    const std::vector<float> &reference, const char *name) {
  constexpr std::size_t kColumns = 6, kFolds = 5;
  const std::size_t people = scene.people();
  Matrix raw{people, kColumns, std::vector<float>(people * kColumns)};
  for (std::size_t p = 0; p < people; ++p) {
    pulse();
    const Users places = scene.catalogue.places(scene.data.row(scene.user(p)));
    const Rng rng(scene.seed, kProbeStream + scene.user(p));
    const std::size_t n = scene.catalogue.size();
    const Seen of = probe(attacked, n, places, rng), by = probe(reference, n, places, rng);
    const double row[] = {of.hits,  by.hits,  of.hits - by.hits,
                          of.score, by.score, of.score - by.score};
    std::transform(std::begin(row), std::end(row), raw.row(p),
                   [](double value) { return static_cast<float>(value); });
  }
  const Matrix x = attack::Standardizer(raw)(raw);
  std::vector<double> values(people);
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    Matrix train{0, kColumns, {}};
    std::vector<std::uint8_t> labels;
    for (std::size_t p = 0; p < people; ++p) {
      if (p % kFolds == fold) continue;
      train.data.insert(train.data.end(), x.row(p), x.row(p) + kColumns);
      labels.push_back(scene.is_member(p) ? 1 : 0);
      ++train.rows;
    }
    const numerics::Logistic fitted = numerics::fit_logistic(train, labels, 1);
    for (std::size_t p = fold; p < people; p += kFolds) {
      values[p] = fitted.decision({x.row(p), kColumns});
    }
  }
  return scene.scores(name, values);
}

}  // namespace

Users InformedSplit::members() const {
  Users out = attacked;
  out.insert(out.end(), known.begin(), known.end());
  return out;
}

InformedSplit split_informed(const Interactions &all, double share, std::uint64_t seed) {
  Users users;
  for (std::uint32_t u = 0; u < all.n_users(); ++u) {
    if (all.row(u).size() >= kMinHistory) users.push_back(u);
  }
  Rng(seed, 20).shuffle(users);
  const auto members =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(users.size())));
  if (members / 5 < kSmallest || users.size() - members < kSmallest) {
    throw Error(Status::data, "an attacker who knows everybody else needs at least " +
                                  std::to_string(kSmallest) +
                                  " members to attack, a fifth of all, and as many others; of " +
                                  std::to_string(users.size()) + " users " +
                                  std::to_string(members) + " would be members");
  }
  const auto at = [&](std::size_t n) { return users.begin() + static_cast<std::ptrdiff_t>(n); };
  return {{at(0), at(members / 5)}, {at(members / 5), at(members)}, {at(members), users.end()}};
}

InformedResult attack_informed(const recommend::HoldOut &data, double mu, double share,
                               std::uint64_t seed, std::size_t pair_draws) {
  const InformedSplit split = split_informed(data.history, share, seed);
  const Users members = split.members();
  const PrivateRelease release = release_of(data.history, members, mu, seed);
  const std::size_t n = release.catalogue.size();
  const double least = defense::least_ridge(told_people(members.size()));
  const auto model = defense::private_weights(release.noisy.matrix, n, release.noisy.sd, least);
  const auto exact = [&](const Triangle &triangle) {
    return defense::private_weights(as_matrix(triangle, n), n, kNoNoise, model.regularization)
        .weights;
  };
  const auto reference = exact(gram_of(data.history, split.known, release.catalogue));

  InformedResult out;
  out.members = members.size();
  out.attacked = split.attacked.size();
  out.others = split.others.size();
  out.catalogue = n;
  const Scene scene{data.history, split, release.catalogue, seed};
  out.learned = learned(scene, model.weights, reference, kInformedAttacker);
  out.no_noise = learned(scene, exact(release.exact), reference, "no_noise");
  std::vector<double> tested = best_test(release, data.history, split.attacked, true);
  const std::vector<double> others = best_test(release, data.history, split.others, false);
  tested.insert(tested.end(), others.begin(), others.end());
  out.best_test = scene.scores("best_test", tested);
  out.best_test.threshold = 0.5;
  RankedLists lists = lists_of(data, split.attacked, release.catalogue, model.weights);
  out.utility_members = utility_of(data, split.attacked, lists).mean();
  const RankedLists more = lists_of(data, split.others, release.catalogue, model.weights);
  out.utility_others = utility_of(data, split.others, more).mean();
  for (std::size_t u = 0; u < more.n_users(); ++u) lists.append(more.row(u));
  out.items_shown = items_shown(lists);
  if (pair_draws > 0) out.pair = draw_pairs(data.history, members, mu, seed, pair_draws);
  return out;
}

PairDraws draw_pairs(const Interactions &data, const Users &members, double mu, std::uint64_t seed,
                     std::size_t draws) {
  // Two items more, which one person has and nothing else.
  const std::uint32_t a = data.n_items, b = data.n_items + 1;
  Triangle counts(data.n_items);
  for (const std::uint32_t user : members) defense::add_counts(data.row(user), counts);
  Users items =
      defense::largest_counts(counts, std::min<std::size_t>(kPairCatalogue - 2, data.n_items));
  items.insert(items.end(), {a, b});
  const defense::Catalogue catalogue(items, data.n_items + 2);
  const std::size_t n = catalogue.size();
  const auto place_a = static_cast<std::uint32_t>(n - 2);
  const std::size_t place_b = n - 1;
  const Triangle without = gram_of(data, members, catalogue);
  Triangle with = without;
  defense::add_gram(std::vector{a, b}, catalogue, with);
  Key key;
  Rng rng(seed, 21);
  for (unsigned char &byte : key.bytes) byte = static_cast<unsigned char>(rng.below(256));
  const double least = defense::least_ridge(told_people(members.size()));
  const double mu_gram = defense::split_budget(mu).gram;
  PairDraws out;
  out.draws = draws;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    for (const bool is_member : {true, false}) {
      const auto noisy = defense::noisy_gram(is_member ? with : without, n, key, draw + 1, mu_gram);
      const auto model = defense::private_weights(noisy.matrix, n, noisy.sd, least);
      std::vector<double> scores = scores_of(model.weights, n, {&place_a, 1});
      const double score = scores[place_b];
      scores[place_a] = -1e30;
      const auto above =
          std::count_if(scores.begin(), scores.end(), [&](double other) { return other > score; });
      (is_member ? out.members_shown : out.others_shown) += above < 10 ? 1 : 0;
      (is_member ? out.member_scores : out.other_scores).push_back(score);
    }
  }
  return out;
}

}  // namespace recveil::audit
