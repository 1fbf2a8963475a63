#include "audit/paper_attack.h"

#include <utility>

#include "attack/learner.h"
#include "audit/attackers.h"
#include "core/watch.h"

namespace recveil::audit {
namespace {

constexpr unsigned kStarts = 5;

SplitScores split_of(std::string name, bool blind, double threshold,
                     const std::vector<double> &scores, const std::vector<std::uint8_t> &member) {
  SplitScores out;
  out.name = std::move(name);
  out.blind = blind;
  out.threshold = threshold;
  for (std::size_t u = 0; u < scores.size(); ++u) {
    (member[u] != 0 ? out.members : out.non_members).push_back(scores[u]);
  }
  return out;
}

std::vector<double> decisions(const numerics::Mlp &network, const Matrix &z) {
  std::vector<double> out;
  for (std::size_t u = 0; u < z.rows; ++u) {
    if (u % 256 == 0) pulse();
    out.push_back(network.decision({z.row(u), z.cols}));
  }
  return out;
}

Attackers quick_attackers(std::uint64_t seed) {
  Attackers out;
  out.push_back(attack::make_difference_mlp(seed));
  out.push_back(attack::make_shadow_free());
  out.push_back(attack::make_popular_overlap());
  out.push_back(attack::make_list_popularity());
  out.push_back(attack::make_list_counter(seed));
  return out;
}

}  // namespace

numerics::MlpOptions network_options(const PublishedAttack &attack, std::uint64_t seed) {
  numerics::MlpOptions out;
  out.batch = 1;
  out.seed = seed;
  out.shuffled = attack.training == "plain" || attack.training == "one_start";
  out.softmax_twice = attack.training == "released";
  if (attack.training == "released") out.momentum = 0.9;
  return out;
}

unsigned network_starts(const PublishedAttack &attack) {
  return attack.training == "plain" ? kStarts : 1;
}

numerics::Mlp train_published(const PublishedAttack &attack, const Matrix &x,
                              const std::vector<std::uint8_t> &y, std::uint64_t seed) {
  const auto trained = [&](unsigned start) {
    numerics::Mlp network(x.cols, network_options(attack, kStarts * seed + start));
    network.train(x.data, y);
    return network;
  };
  numerics::Mlp best = trained(0);
  double least = best.loss(x.data, y);
  for (unsigned start = 1; start < network_starts(attack); ++start) {
    numerics::Mlp network = trained(start);
    const double loss = network.loss(x.data, y);
    if (!(loss < least)) continue;
    least = loss;
    best = std::move(network);
  }
  return best;
}

attack::Evidence see(const std::shared_ptr<const attack::Knowledge> &knowledge,
                     attack::Population people, bool all) {
  if (all) return attack::observe(knowledge, std::move(people));
  auto seen = std::make_shared<const attack::Population>(std::move(people));
  Matrix difference = attack::difference_vectors(*seen, knowledge->item_vectors);
  return std::make_shared<const attack::Observation>(
      attack::Observation{.knowledge = knowledge,
                          .seen = std::move(seen),
                          .difference = std::move(difference),
                          .features = {}});
}

std::vector<std::vector<SplitScores>> paper_scores(const PaperSeen &shadow,
                                                   const std::vector<PaperSeen> &targets,
                                                   const PublishedAttack &published,
                                                   PaperAttackers attackers, std::uint64_t seed) {
  std::vector<std::vector<SplitScores>> out(targets.size());
  const auto vectors_of = [&](const PaperSeen &seen) {
    return attack::difference_vectors(seen.evidence->people, *seen.vectors, published.weights);
  };
  const numerics::Mlp network =
      train_published(published, vectors_of(shadow), shadow.evidence->people.member, seed);
  for (std::size_t t = 0; t < targets.size(); ++t) {
    out[t].push_back(split_of("published", false, 0, decisions(network, vectors_of(targets[t])),
                              targets[t].evidence->people.member));
  }
  if (attackers == PaperAttackers::published) return out;
  if (attackers == PaperAttackers::networks) {
    const attack::LogOdds standardized = attack::train_mlp(*shadow.evidence, seed);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      const attack::Observation &seen = *targets[t].evidence;
      out[t].push_back(
          split_of("difference_mlp", false, 0, standardized(seen), seen.people.member));
    }
    return out;
  }
  const Attackers ours = attackers == PaperAttackers::all ? attack::all_membership_attacks(seed)
                                                          : quick_attackers(seed);
  for (const auto &attacker : ours) {
    attacker->fit(shadow.evidence);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      out[t].push_back(split_of(attacker->name(), attacker->blind(), attacker->threshold(),
                                attacker->score(targets[t].evidence),
                                targets[t].evidence->people.member));
    }
  }
  return out;
}

}  // namespace recveil::audit
