#include "numerics/resample.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/ranks.h"

namespace recveil::numerics {
namespace {

// Mid-ranks of members, then non-members.
std::vector<double> joint_ranks(std::span<const double> members,
                                std::span<const double> non_members, std::size_t replicates) {
  if (replicates == 0) throw Error(Status::argument, "resampling: no replicates");
  if (members.empty() || non_members.empty()) {
    throw Error(Status::argument, "resampling: a group is empty");
  }
  std::vector<double> all(members.begin(), members.end());
  all.insert(all.end(), non_members.begin(), non_members.end());
  if (!std::all_of(all.begin(), all.end(), [](double s) { return std::isfinite(s); })) {
    throw Error(Status::argument, "resampling: a score is not finite");
  }
  return mid_ranks(all);
}

// The q quantile of sorted values, linear between neighbours (NumPy's default).
double quantile(const std::vector<double> &sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// AUC of people drawn so many times each. level[i]: who ties whom, ascending with the score.
class Resampled {
 public:
  Resampled(const std::vector<double> &ranks, std::size_t n1)
      : n1_(n1), n0_(ranks.size() - n1), level_(ranks.size()), drawn_(2 * ranks.size()) {
    // Twice a mid-rank is a whole number below 2 n + 1.
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      level_[i] = static_cast<std::size_t>(2 * ranks[i]) - 2;
    }
  }
  double auc(Rng &rng) {
    pulse();
    std::fill(drawn_.begin(), drawn_.end(), Drawn{});
    for (std::size_t i = 0; i < n1_; ++i) ++drawn_[level_[rng.below(n1_)]].members;
    for (std::size_t j = 0; j < n0_; ++j) ++drawn_[level_[n1_ + rng.below(n0_)]].non_members;
    std::uint64_t below = 0, twice_wins = 0;
    for (const Drawn &at : drawn_) {
      twice_wins += at.members * (2 * below + at.non_members);
      below += at.non_members;
    }
    return static_cast<double>(twice_wins) / 2 / static_cast<double>(n1_) /
           static_cast<double>(n0_);
  }

 private:
  struct Drawn {
    std::uint64_t members = 0, non_members = 0;
  };
  std::size_t n1_, n0_;
  std::vector<std::size_t> level_;
  std::vector<Drawn> drawn_;  // per level
};

}  // namespace

Estimate bootstrap_auc(std::span<const double> members, std::span<const double> non_members,
                       std::size_t replicates, std::uint64_t seed, double alpha) {
  Resampled resampled(joint_ranks(members, non_members, replicates), members.size());
  Rng rng(seed);
  std::vector<double> aucs(replicates);
  for (double &value : aucs) value = resampled.auc(rng);
  std::sort(aucs.begin(), aucs.end());
  return {auc(members, non_members).value, quantile(aucs, alpha / 2),
          quantile(aucs, 1 - alpha / 2)};
}

double permutation_p_value(std::span<const std::uint8_t> labels, std::size_t replicates,
                           std::uint64_t seed,
                           const std::function<double(std::span<const std::uint8_t>)> &statistic) {
  if (replicates == 0) throw Error(Status::argument, "resampling: no replicates");
  const double observed = statistic(labels);
  std::vector<std::uint8_t> shuffled(labels.begin(), labels.end());
  Rng rng(seed);
  std::size_t as_large = 1;  // the labels as they are, one of the labellings
  for (std::size_t b = 0; b < replicates; ++b) {
    pulse();
    rng.shuffle(shuffled);
    if (statistic(shuffled) >= observed) ++as_large;
  }
  return static_cast<double>(as_large) / static_cast<double>(replicates + 1);
}

double auc_permutation_p_value(std::span<const double> members, std::span<const double> non_members,
                               std::size_t replicates, std::uint64_t seed) {
  const std::vector<double> ranks = joint_ranks(members, non_members, replicates);
  const auto n1 = static_cast<double>(members.size());
  // The sum of the members' ranks with nothing to tell; its distance from that is proportional to
  // |AUC - .5|, and exact.
  const double centre = n1 * (static_cast<double>(ranks.size()) + 1) / 2;
  std::vector<std::uint8_t> labels(ranks.size(), 0);
  std::fill_n(labels.begin(), members.size(), std::uint8_t{1});
  return permutation_p_value(labels, replicates, seed, [&](std::span<const std::uint8_t> of) {
    double sum = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) sum += of[i] != 0 ? ranks[i] : 0;
    return std::abs(sum - centre);
  });
}

}  // namespace recveil::numerics
