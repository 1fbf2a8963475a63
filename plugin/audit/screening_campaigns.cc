#include "audit/screening_campaigns.h"

#include <algorithm>
#include <cmath>

#include "attack/profile_fillers.h"

namespace recveil::audit {
namespace {

constexpr std::string_view kSpread = "spread_targets", kHidano = "hidano_naive";

bool fits(const ScreeningAttack &attack, const TargetKind &target, bool rated) {
  const attack::Push push = attack.profile.push;
  const bool below = push == attack::Push::below_maximum;
  if (!rated && (attack.profile.optimize || below || push == attack::Push::at_minimum))
    return false;
  if (!attack.target.empty() || !target.usual) return attack.target == target.name;
  if (attack.name == kSpread) return target.items > 1 && !target.spread;
  return !target.spread || !(below || (attack.once && !attack.profile.optimize));
}

std::vector<ProfileSize> sizes_of(const ScreeningRequest &request, const ScreeningAttack &attack) {
  std::vector<ProfileSize> out;
  if (attack.name == kHidano) out.push_back({ProfileSize::Kind::published, 0});
  for (const std::uint32_t items : request.sizes) {
    out.push_back({items == 0 ? ProfileSize::Kind::average : ProfileSize::Kind::given, items});
  }
  if (attack.once) out.assign(1, out.back());
  return out;
}

std::size_t items_of(const ProfileSize &size, const TargetKind &target, const Scenery &scenery) {
  const std::size_t decoys = attack::hidano_decoys(scenery.window.rated());
  const std::size_t pushed = target.spread ? 1 : target.items;
  switch (size.kind) {
    case ProfileSize::Kind::given:
      return size.items;
    case ProfileSize::Kind::published:
      return pushed + decoys;
    case ProfileSize::Kind::average:
      break;
  }
  return std::max(scenery.average_size, pushed + decoys);
}

}  // namespace

std::string ProfileSize::name() const {
  if (kind == Kind::given) return std::to_string(items);
  return kind == Kind::average ? "average" : "published";
}

std::vector<ScreeningCell> screening_cells(const ScreeningRequest &request, bool rated) {
  std::vector<ScreeningCell> out;
  for (std::size_t a = 0; a < request.attacks.size(); ++a) {
    const ScreeningAttack &attack = request.attacks[a];
    for (const ProfileSize &size : sizes_of(request, attack)) {
      for (const TargetKind &target : request.targets) {
        if (!fits(attack, target, rated)) continue;
        out.push_back({a, size, target, attack.claimed && !target.spread});
      }
    }
  }
  return out;
}

PlantedCampaign plant(const ScreeningAttack &attack, const ProfileSize &size,
                      const TargetKind &target, const Scenery &scenery, double rate,
                      std::uint64_t seed) {
  PlantedCampaign out;
  out.targets = pick_targets(target, scenery.popularity, scenery.window.size(), seed);
  out.profile_size = items_of(size, target, scenery);
  attack::Profile profile = attack.profile;
  if (target.spread) profile.push = attack::Push::one_each;
  attack::Campaign campaign;
  campaign.fakes = static_cast<std::size_t>(
      std::max(1.0, std::round(rate * static_cast<double>(scenery.all_users))));
  campaign.profile_size = out.profile_size;
  campaign.targets = out.targets;
  campaign.seed = seed;
  out.fakes =
      attack::make_campaign(profile, campaign, scenery.window.accounts, scenery.donors.accounts);
  return out;
}

CampaignOutcome &CampaignOutcome::operator+=(const CampaignOutcome &other) {
  fakes += other.fakes;
  fakes_quarantined += other.fakes_quarantined;
  fakes_deferred += other.fakes_deferred;
  genuine += other.genuine;
  genuine_quarantined += other.genuine_quarantined;
  genuine_deferred += other.genuine_deferred;
  fakes_in_campaign += other.fakes_in_campaign;
  genuine_in_campaign += other.genuine_in_campaign;
  profile_size += other.profile_size;
  return *this;
}

CampaignOutcome outcome_of(std::span<const Decision> decision, std::span<const std::uint8_t> fake,
                           std::span<const std::uint8_t> in_campaign) {
  CampaignOutcome out;
  for (std::size_t u = 0; u < decision.size(); ++u) {
    const std::size_t quarantined = decision[u] == Decision::quarantine ? 1 : 0;
    const std::size_t deferred = decision[u] == Decision::defer ? 1 : 0;
    const std::size_t grouped = !in_campaign.empty() && in_campaign[u] != 0 ? 1 : 0;
    if (fake[u] != 0) {
      ++out.fakes;
      out.fakes_quarantined += quarantined;
      out.fakes_deferred += deferred;
      out.fakes_in_campaign += grouped;
    } else {
      ++out.genuine;
      out.genuine_quarantined += quarantined;
      out.genuine_deferred += deferred;
      out.genuine_in_campaign += grouped;
    }
  }
  return out;
}

std::uint64_t seed_of(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  return Rng(seed, 1000 + a * 1000 + b).below(UINT64_MAX);
}

}  // namespace recveil::audit
