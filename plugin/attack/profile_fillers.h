// What fakes rate besides their targets. F is the number of fillers wanted; they are distinct, no
// targets, and drawn from items that some observed account has. N(item) is a normal draw with the
// item's mean and standard deviation of ratings (attack/profile_scene.h says how rare items are
// treated), N(all) one with those of all ratings; both are snapped to the nearest level. Without
// ratings the items are the same and `random` and `average` coincide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

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

// Reverse bandwagon (Burke et al., 2005): the 3 of the most popular fifth with the lowest mean at
// the lowest rating, then uniform items, rated N(all). For targets that are pushed down.
Fillers reverse_bandwagon_fillers(const Scene &scene);

// Groups that keep apart (after GSAGen, SCN 2022): a filler is shared by no two fakes, or by two at
// most, as long as the items last; rated N(item).
Fillers group_strict_fillers(const Scene &scene);
Fillers group_loose_fillers(const Scene &scene);

// Learned templates. A walk (after GOAT): from an item to one that a random account with it has;
// rated N(item). A surrogate's list (after GTA of ARLib, without its outer rounds): half drawn from
// the most popular fifth, half the top of a factorization for the account with those; rated
// N(item).
Fillers cooccurrence_walk_fillers(const Scene &scene);
Fillers surrogate_top_fillers(const Scene &scene);

// Copies of the 50 accounts that have most (Wilson and Seminario, RecSys'13); and mixes of two of
// the 100 for which a factorization predicts most for the targets (after Infmix, NeurIPS'22,
// without its generator).
Fillers power_user_fillers(const Scene &scene);
Fillers influence_mix_fillers(const Scene &scene);

// One taste for all fakes: uniform over the 2 F items nearest to a popular one; rated N(item).
// Ours.
Fillers persona_fillers(const Scene &scene);

// The `most` items with the largest positive c / sqrt(popularity + 5), ties by popularity; c as in
// segment_fillers().
std::vector<std::uint32_t> nearest_items(const Scene &scene, std::span<const std::uint32_t> centres,
                                         std::size_t most);

// Fillers of `parts` donors each, from the `most` donors of greatest value; value: of each donor.
Fillers donated_by_the_first(const Scene &scene, std::span<const double> value, std::size_t most,
                             std::size_t parts);

// Decoys of a campaign: 5 with ratings, 3 without, as in the paper's two experiments.
constexpr std::size_t hidano_decoys(bool rated) {
  return rated ? 5 : 3;
}

}  // namespace recveil::attack
