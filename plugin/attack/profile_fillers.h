// What fakes rate besides their targets. F is the number of fillers wanted; they are distinct, no
// targets, and drawn from items that some observed account has. N(item) is a normal draw with the
// item's mean and standard deviation of ratings (attack/profile_scene.h says how rare items are
// treated), N(all) one with those of all ratings; both are snapped to the nearest level. Without
// ratings the items are the same and `random` and `average` coincide.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "attack/profile_account.h"
#include "attack/profile_scene.h"

namespace recveil::attack {

// How the fillers of one campaign come about.
class Fillers {
 public:
  // add: fills an account; it may keep a reference to the scene and has what the whole campaign
  // shares. least: the fewest fillers that it can do with.
  explicit Fillers(std::function<void(Account &)> add, std::size_t least = 0)
      : add_(std::move(add)), least_(least) {}
  void add_to(Account &account) const { add_(account); }
  std::size_t least() const { return least_; }

 private:
  std::function<void(Account &)> add_;
  std::size_t least_;
};

// Stream 0 of the seed is the campaign's (a fake has its number plus one).
inline Rng campaign_rng(const Scene &scene) {
  return Rng(scene.campaign.seed, 0);
}

// Random and average attacks (Lam and Riedl, WWW'04): F uniform items, rated N(all) or N(item).
Fillers random_fillers(const Scene &scene);
Fillers average_fillers(const Scene &scene);

// Bandwagon attack (Burke et al., "Limited knowledge shilling attacks", 2005): the 3 most popular
// items at the highest rating, then F - 3 uniform ones, rated N(all). 3 as in the code of AUSH (Lin
// et al., CIKM'20).
Fillers bandwagon_fillers(const Scene &scene);

// Segment attack (Burke et al., "Segment-based injection attacks", 2005): of the 40 items nearest
// to the targets, min(F / 2, 20) at the highest rating; the others uniform at the lowest. Nearness
// c / sqrt(popularity + 5) for c accounts that have the item and a target, counted for each target,
// is ours; where fewer than 10 items have any, the segment is that of a random one of the top fifth
// by popularity.
Fillers segment_fillers(const Scene &scene);

// Average over popular (Hurley, Cheng and Zhang, RecSys'09): uniform among the most popular fifth
// (or the F most popular, where that is more), rated N(item).
Fillers average_over_popular_fillers(const Scene &scene);

// Ours: one after the other with probability proportional to popularity, rated N(item).
Fillers popularity_sampled_fillers(const Scene &scene);

// A donor's items with her ratings, F of them at random. Donors are taken in random order, none
// twice before all have had a turn, from those who have F items; where fewer than 10 have, from the
// 10 who have most, and rows may be shorter. Ours, after the initial profiles of RevAdv (Tang et
// al., RecSys'20) and the templates of AUSH, without their changes to the copy.
Fillers template_copy_fillers(const Scene &scene);

// The same from two donors, F / 2 items of each, the first's share rounded up; each has to have so
// many. Where they have items in common the first makes up for it. Ours, after the mixed users of
// Wu et al. (Infmix, NeurIPS'22), without their selector.
Fillers user_mix_fillers(const Scene &scene);

// Hidano et al. (PETS'20, section 4.4, where fakes start): decoys, which are uniform, the same for
// all fakes and rated highest; the targets are the sensitive items. Their profiles hold no more
// than that: ask for |targets| + hidano_decoys() items. What a larger size leaves room for is
// filled as by popularity_sampled.
Fillers hidano_fillers(const Scene &scene);

// Decoys of a campaign: 5 with ratings, 3 without, as in the paper's two experiments.
constexpr std::size_t hidano_decoys(bool rated) {
  return rated ? 5 : 3;
}

}  // namespace recveil::attack
