// Campaigns of a screening audit: which are run, and what the defence makes of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "audit/screening_accounts.h"
#include "audit/screening_defense.h"
#include "audit/screening_request.h"

namespace recveil::audit {

// Items of a fake: those of the profile as published (Hidano's targets and decoys), the average of
// the window's accounts, or so many.
struct ProfileSize {
  enum class Kind : std::uint8_t { published, average, given } kind = Kind::average;
  std::uint32_t items = 0;  // given
  std::string name() const;
};

// One kind of campaign; one campaign of it a split.
struct ScreeningCell {
  std::size_t attack = 0;  // place in request.attacks
  ProfileSize size;
  TargetKind target;
  bool claimed = false;  // the attack's, where all fakes share their targets
};

// Attacks x sizes x targets, but for what does not go together: `spread_targets` needs several
// shared targets to spread over; profiles that change ratings need ratings, and none is spread
// twice; `pga` costs minutes and runs at one size. `hidano_naive` also runs at its published size.
std::vector<ScreeningCell> screening_cells(const ScreeningRequest &request, bool rated);

// Who takes part in a split. References: kept by the caller.
struct Scenery {
  const Crowd &window, &batch, &donors;
  std::span<const std::uint32_t> popularity;  // of the window
  std::size_t average_size;                   // of the window's accounts
  std::size_t all_users;
};

struct PlantedCampaign {
  std::vector<std::uint32_t> targets;
  std::size_t profile_size = 0;
  attack::Accounts fakes;
};

// fakes: rounded share of all users, at least 1; the attacker's statistics come from the window.
PlantedCampaign plant(const ScreeningAttack &attack, const ProfileSize &size,
                      const TargetKind &target, const Scenery &scenery, double rate,
                      std::uint64_t seed);

// What became of the accounts of one batch with a campaign in it.
struct CampaignOutcome {
  std::size_t fakes = 0, fakes_quarantined = 0, fakes_deferred = 0;
  std::size_t genuine = 0, genuine_quarantined = 0, genuine_deferred = 0;
  std::size_t fakes_in_campaign = 0, genuine_in_campaign = 0;  // quarantined as part of one
  std::size_t profile_size = 0;
  // At least 95 % of the fakes are quarantined.
  bool caught() const { return fakes > 0 && 20 * fakes_quarantined >= 19 * fakes; }
  CampaignOutcome &operator+=(const CampaignOutcome &other);
};
CampaignOutcome outcome_of(std::span<const Decision> decision, std::span<const std::uint8_t> fake,
                           std::span<const std::uint8_t> in_campaign = {});
inline CampaignOutcome outcome_of(const Screened &screened, std::span<const std::uint8_t> fake) {
  return outcome_of(screened.decision, fake, screened.in_campaign);
}

// A seed for place `a`, `b` of a split's seed: different places, unrelated seeds.
std::uint64_t seed_of(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0);

}  // namespace recveil::audit
