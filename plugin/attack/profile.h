// Profile injection: fake accounts that make a recommender push chosen items ("shilling"). A
// campaign is some number of fakes that share one set of target items; a profile says what else
// they rate and how, so that they pass for people. Screening is audited against every profile of
// the table here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/interactions.h"

namespace recveil::attack {

// Accounts, genuine or fake. ratings: parallel to histories.items, finite; empty for implicit data.
struct Accounts {
  Interactions histories;
  std::vector<float> ratings;
};

struct Campaign {
  std::size_t fakes = 0;               // at least 1
  std::size_t profile_size = 0;        // items of a fake, its targets among them
  std::vector<std::uint32_t> targets;  // distinct items, at least 1
  std::uint64_t seed = 1;
};

// What a fake does to the targets.
enum class Push {
  at_maximum,     // all of them, at the highest rating of the observed accounts
  below_maximum,  // all of them, one level lower: no pile of highest ratings to count
  one_each,       // fake f pushes target f mod |targets| alone, at the highest rating
  three_each,     // three of the targets at random, at the highest rating
  at_minimum,     // all of them down: at the lowest rating of the observed accounts
};

// How many of `targets` targets a fake pushes.
constexpr std::size_t n_pushed(Push push, std::size_t targets) {
  if (push == Push::one_each) return 1;
  return push == Push::three_each && targets > 3 ? 3 : targets;
}

// Whose rows copies are made of: the accounts that the attacker takes statistics from and that the
// defender holds, or others that the defender has never seen.
enum class Donors { observed, unseen };

// Inside of the room: attack/profile_scene.h and attack/profile_account.h.
struct Scene;
class Account;
class Fillers;

// One way to make fakes. A row of the table may be varied: `unknown_donors` is `template_copy` with
// Donors::unseen, and `user_mix` with Donors::unseen is as good a profile.
struct Profile {
  std::string_view name;
  Fillers (*fillers)(const Scene &);  // what stands next to the targets
  Push push = Push::at_maximum;
  Donors donors = Donors::observed;
  bool optimize = false;  // filler ratings by gradient ascent (attack/profile_pga.h)
};

// All profiles, in a fixed order: random average bandwagon segment average_over_popular
// popularity_sampled template_copy user_mix hidano_naive spread_targets unknown_donors below_max
// pga reverse_bandwagon group_strict group_loose cooccurrence_walk surrogate_top power_user
// influence_mix persona shifting_targets. What they rate stands in attack/profile_fillers.h;
// spread_targets (one_each) and below_max (below_maximum) are average_over_popular with another
// push, unknown_donors is template_copy from unseen donors, and pga learns the ratings of
// `average`.
std::span<const Profile> profiles();

// The profile of that name. Throws Error(Status::argument).
const Profile &find_profile(std::string_view name);

// The fakes, one a row, items of a row in random order without duplicates; ratings are levels that
// occur among the observed ones (so never outside their scale), or empty where those are.
//
// What the attacker knows is `observed`, for popularity, rating statistics and the factorization,
// and as donors; `unseen`, over the same items, is read by Donors::unseen alone. To draw from the
// accounts a defender holds, pass her trusted window as `observed`.
//
// Rows have profile_size items each; fewer only where donors are too short, or two of them have too
// much in common. Fake f is the same whatever the number of fakes, but for `pga`. Same arguments,
// same fakes.
//
// Throws Error(Status::argument) for no targets, for targets that are repeated or outside the
// catalogue, for a size that the targets (and decoys) do not fit in or that the observed items do
// not fill, for accounts that do not fit together, where the profile needs ratings (pga; below_max
// and at_minimum: two levels), unseen accounts or a second target (spread_targets). O(observed
// interactions * log) and then O(n_items) a fake; `pga`: see attack/profile_pga.h.
Accounts make_campaign(const Profile &profile, const Campaign &campaign, const Accounts &observed,
                       const Accounts &unseen = {});

// The mean history length, rounded: the size that does not stand out. REQUIRES: an account.
std::size_t average_profile_size(const Accounts &accounts);

}  // namespace recveil::attack
