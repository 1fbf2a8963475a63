#include "attack/membership.h"

namespace recveil::attack {

std::vector<std::unique_ptr<MembershipAttack>> all_membership_attacks(std::uint64_t seed) {
  std::vector<std::unique_ptr<MembershipAttack>> attacks;
  attacks.push_back(make_difference_mlp(seed));
  attacks.push_back(make_popular_overlap());
  attacks.push_back(make_list_popularity());
  return attacks;
}

}  // namespace recveil::attack
