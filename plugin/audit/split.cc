#include "audit/split.h"

#include <string>

#include "core/error.h"
#include "core/random.h"

namespace recveil::audit {

Split split_users(const Interactions &all, std::uint64_t seed) {
  std::vector<std::uint32_t> users;
  for (std::uint32_t u = 0; u < all.n_users(); ++u) {
    if (all.row(u).size() >= kMinHistory) users.push_back(u);
  }
  if (users.size() < 100) {
    throw Error(Status::data, "an audit needs at least 100 users with " +
                                  std::to_string(kMinHistory) + " interactions each, here are " +
                                  std::to_string(users.size()));
  }
  Rng rng(seed);
  rng.shuffle(users);
  Split split;
  const std::size_t fifth = users.size() / 5;
  auto next = users.begin();
  for (auto *part : {&split.shadow_members, &split.shadow_non_members, &split.target_members,
                     &split.target_non_members, &split.auxiliary}) {
    part->assign(next, next + static_cast<std::ptrdiff_t>(fifth));
    next += static_cast<std::ptrdiff_t>(fifth);
  }
  return split;
}

}  // namespace recveil::audit
