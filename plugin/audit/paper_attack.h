// The attackers of the tables of Zhang et al. (CCS'21): theirs as published, and ours.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "attack/evidence.h"
#include "attack/membership.h"
#include "audit/summary.h"
#include "numerics/mlp.h"

namespace recveil::audit {

// The published attack: a network on difference vectors as they are.
struct PublishedAttack {
  std::uint32_t vectors = 100;  // l
  attack::ListWeights weights = attack::ListWeights::falling;
  // plain: shuffled, logits, momentum .7, and of five starts the one that fits the shadow best;
  // one_start: the first of these; unshuffled: one start, members first; released: one start,
  // members first, a softmax before the softmax of the loss, momentum .9, as the authors' script.
  std::string training = "plain";
  auto operator<=>(const PublishedAttack &) const = default;
};

// A batch of one in all of them.
numerics::MlpOptions network_options(const PublishedAttack &attack, std::uint64_t seed);

// How often the network starts. Steps of one row leave it anywhere around the optimum, and some
// starts are dead: with one, the balanced accuracy on the shadow itself is .50 to .95.
unsigned network_starts(const PublishedAttack &attack);

// The network with the least loss on (x, y), the difference vectors and labels of the shadow, of
// the starts. x: one row a label, row-major.
numerics::Mlp train_published(const PublishedAttack &attack, const Matrix &x,
                              const std::vector<std::uint8_t> &y, std::uint64_t seed);

// A population as the attackers see it. vectors: for the published attack.
struct PaperSeen {
  attack::Evidence evidence;
  const Matrix *vectors = nullptr;
};

// all: with the features that the stronger attackers need.
attack::Evidence see(const std::shared_ptr<const attack::Knowledge> &knowledge,
                     attack::Population people, bool all);

// Which attackers look.
enum class PaperAttackers : std::uint8_t {
  published,  // the published one alone
  networks,   // and the one on standardized SVD vectors: the items may be others in the target
  quick,      // and those that need no features
  all,
};

// Fits once and scores every target.
std::vector<std::vector<SplitScores>> paper_scores(const PaperSeen &shadow,
                                                   const std::vector<PaperSeen> &targets,
                                                   const PublishedAttack &published,
                                                   PaperAttackers attackers, std::uint64_t seed);

}  // namespace recveil::audit
