#include "attack/profile.h"

#include <array>
#include <string>

#include "attack/profile_account.h"
#include "attack/profile_fillers.h"
#include "attack/profile_pga.h"
#include "attack/profile_scene.h"
#include "core/error.h"

namespace recveil::attack {
namespace {

// Evasions of the push stand on average_over_popular, the hardest of the model-free fillers for a
// detector that has not been shown it; on `pga`'s rows only the ratings are learnt.
constexpr std::array<Profile, 22> kProfiles{{
    {"random", random_fillers},
    {"average", average_fillers},
    {"bandwagon", bandwagon_fillers},
    {"segment", segment_fillers},
    {"average_over_popular", average_over_popular_fillers},
    {"popularity_sampled", popularity_sampled_fillers},
    {"template_copy", template_copy_fillers},
    {"user_mix", user_mix_fillers},
    {"hidano_naive", hidano_fillers},
    {"spread_targets", average_over_popular_fillers, Push::one_each},
    {"unknown_donors", template_copy_fillers, Push::at_maximum, Donors::unseen},
    {"below_max", average_over_popular_fillers, Push::below_maximum},
    {"pga", average_fillers, Push::at_maximum, Donors::observed, true},
    {"reverse_bandwagon", reverse_bandwagon_fillers, Push::at_minimum},
    {"group_strict", group_strict_fillers},
    {"group_loose", group_loose_fillers},
    {"cooccurrence_walk", cooccurrence_walk_fillers},
    {"surrogate_top", surrogate_top_fillers},
    {"power_user", power_user_fillers},
    {"influence_mix", influence_mix_fillers},
    {"persona", persona_fillers},
    {"shifting_targets", average_over_popular_fillers, Push::three_each},
}};

void check_profile(const Profile &profile, const Scene &scene, const Fillers &fillers) {
  const std::string name(profile.name);
  if (scene.campaign.fakes == 0) throw Error(Status::argument, "fakes: a campaign needs some");
  if (scene.fillers < fillers.least()) {
    throw Error(Status::argument, name + ": profile_size " +
                                      std::to_string(scene.campaign.profile_size) +
                                      " has no room for " + std::to_string(fillers.least()) +
                                      " decoys besides the targets");
  }
  if (profile.push == Push::one_each && scene.campaign.targets.size() < 2) {
    throw Error(Status::argument, name + ": needs two targets to spread over");
  }
  const bool levels = profile.push == Push::below_maximum || profile.push == Push::at_minimum;
  if (levels && scene.levels.size() < 2) {
    throw Error(Status::argument, name + ": needs ratings of two levels");
  }
  if (profile.optimize && scene.levels.size() < 2) {
    throw Error(Status::argument, name + ": needs ratings to learn");
  }
}

void push_targets(Push push, const Scene &scene, Account &account) {
  const std::vector<std::uint32_t> &targets = scene.campaign.targets;
  const auto highest = static_cast<float>(scene.highest());
  if (push == Push::one_each) {
    account.push(targets[account.fake() % targets.size()], highest);
    return;
  }
  if (push == Push::three_each) {
    std::vector<std::uint32_t> order = targets;
    account.rng().shuffle(order);
    for (std::size_t i = 0; i < n_pushed(push, order.size()); ++i) account.push(order[i], highest);
    return;
  }
  float rating = highest;
  if (push == Push::below_maximum) rating = scene.levels[scene.levels.size() - 2];
  if (push == Push::at_minimum) rating = scene.levels.front();
  for (const std::uint32_t target : targets) account.push(target, rating);
}

}  // namespace

std::span<const Profile> profiles() {
  return kProfiles;
}

const Profile &find_profile(std::string_view name) {
  std::string names;
  for (const Profile &profile : kProfiles) {
    if (profile.name == name) return profile;
    names += " " + std::string(profile.name);
  }
  throw Error(Status::argument,
              "there is no injected profile \"" + std::string(name) + "\"; there are" + names);
}

Accounts make_campaign(const Profile &profile, const Campaign &campaign, const Accounts &observed,
                       const Accounts &unseen) {
  const Scene scene(profile, campaign, observed, unseen);
  const Fillers fillers = profile.fillers(scene);
  check_profile(profile, scene, fillers);
  Accounts fakes;
  fakes.histories.n_items = observed.histories.n_items;
  for (std::size_t fake = 0; fake < campaign.fakes; ++fake) {
    Account account(scene, fake);
    fillers.add_to(account);
    push_targets(profile.push, scene, account);
    account.append_to(fakes);
  }
  if (profile.optimize) ascend(scene, fakes);
  return fakes;
}

std::size_t average_profile_size(const Accounts &accounts) {
  const std::size_t users = accounts.histories.n_users();
  return (accounts.histories.size() + users / 2) / users;
}

}  // namespace recveil::attack
