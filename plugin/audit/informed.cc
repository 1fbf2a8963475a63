#include "audit/informed.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "audit/baselines.h"
#include "audit/engine.h"
#include "audit/informed_probe.h"
#include "audit/request.h"
#include "audit/split.h"
#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "defense/private/accountant.h"
#include "defense/private/catalogue.h"
#include "defense/private/denoise.h"
#include "defense/private/model.h"

namespace recveil::audit {
namespace {

constexpr double kNoNoise = 1e-3;  // sd of a matrix that has none
constexpr std::size_t kSmallest = 20;
constexpr std::size_t kTop = 100;                               // as lists usually are
constexpr std::uint64_t kProbeStream = std::uint64_t{1} << 41;  // of a split's seed, one a user
constexpr std::size_t kPairCatalogue = 200;  // fewer items: less noise between them

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

InformedResult attack_informed(const recommend::HoldOut &data, double epsilon, double share,
                               std::uint64_t seed, std::size_t pair_draws, bool baselines) {
  const double mu = defense::mu_of(epsilon, kPrivateDelta);
  const InformedSplit split = split_informed(data.history, share, seed);
  const Users members = split.members();
  const PrivateRelease release = release_of(data.history, members, mu, seed);
  const std::size_t n = release.catalogue.size();
  const double least = defense::least_ridge(told_people(members.size()));
  const auto model = defense::private_weights(release.noisy.matrix, n, release.noisy.sd, least);
  const auto exact = [&](const Triangle &triangle, double ridge) {
    return defense::private_weights(as_matrix(triangle, n), n, kNoNoise, ridge).weights;
  };
  const Triangle known_gram = gram_of(data.history, split.known, release.catalogue);
  const auto reference = exact(known_gram, model.regularization);

  InformedResult out;
  out.members = members.size();
  out.attacked = split.attacked.size();
  out.others = split.others.size();
  out.catalogue = n;
  const InformedScene scene{data.history, split, release.catalogue, seed};
  const auto known = scores_by(reference, n);
  out.learned = learned_scores(scene, scores_by(model.weights, n), known, kInformedAttacker);
  // The recipe with noise of 0: its ridge follows from the noise, and is the least one here. With
  // the ridge that this budget's noise asks for, it says what shrinkage hides without any noise.
  const auto bare = exact(release.exact, least), bare_reference = exact(known_gram, least);
  const auto shrunk = exact(release.exact, model.regularization);
  out.no_noise =
      learned_scores(scene, scores_by(bare, n), scores_by(bare_reference, n), "no_noise");
  out.ridge_alone = learned_scores(scene, scores_by(shrunk, n), known, "ridge_alone");
  std::vector<double> tested = best_test(release, data.history, split.attacked, true);
  const std::vector<double> others = best_test(release, data.history, split.others, false);
  tested.insert(tested.end(), others.begin(), others.end());
  out.best_test = scene.scores("best_test", tested);
  out.best_test.threshold = 0.5;
  RankedLists lists =
      lists_of(data, split.attacked, release.catalogue, scores_by(model.weights, n));
  out.utility_members = utility_of(data, split.attacked, lists).mean();
  const RankedLists more =
      lists_of(data, split.others, release.catalogue, scores_by(model.weights, n));
  out.utility_others = utility_of(data, split.others, more).mean();
  for (std::size_t u = 0; u < more.n_users(); ++u) lists.append(more.row(u));
  out.items_shown = items_shown(lists);
  if (baselines) {
    out.baselines.push_back(
        {"no_noise", {}, {}, out.no_noise, utility_by(data, scene, scores_by(bare, n))});
    add_randomized_response(data, scene, members, epsilon, out.baselines);
    add_perturbed_factors(data, split, epsilon, seed, out.baselines);
  }
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
