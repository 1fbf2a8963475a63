#include "defense/screen/attribution.h"

#include <array>

#include "core/watch.h"
#include "defense/screen/coordination_levels.h"
#include "defense/screen/group_judgement.h"
#include "defense/screen/hidden_share.h"
#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

constexpr const CoordinationLevels &kLevels = kCoordinationLevels;

// Of what most of the group push and people do not, the item with the greatest excess; or kNone.
std::uint32_t common_target(const CoordinationInput &in, const ItemTests &tests,
                            std::span<const std::uint32_t> group,
                            std::span<const std::uint8_t> ordinary) {
  const RatingScale &scale = in.history.scale;
  std::vector<std::uint32_t> n_pushing(in.batch.n_items, 0);
  for (const std::uint32_t u : group) {
    const AccountRow row = in.batch.row(u);
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (in.judged.added(u, e) && pushes(row, e, scale)) ++n_pushing[row.items[e]];
    }
  }
  const double most = kLevels.shared_push_share * static_cast<double>(group.size());
  const std::size_t push = scale.rated ? 1 : 0;
  std::uint32_t item = ItemTests::kNone;
  double greatest = 0;
  for (std::uint32_t i = 0; i < in.batch.n_items; ++i) {
    if (n_pushing[i] < most || ordinary[i] != 0) continue;
    const Excess &excess = tests.evidence(i).excess;
    const double observed = excess.of_push_observed[push];
    const double beyond = observed - excess.of_push_expected[push];
    if (beyond < kLevels.shared_push_share * observed || beyond <= greatest) continue;
    item = i;
    greatest = beyond;
  }
  return item;
}

}  // namespace

std::vector<AttributedAccount> sharing_the_target(const CoordinationInput &in,
                                                  const ItemTests &tests,
                                                  std::span<const std::uint32_t> group,
                                                  std::span<const std::uint8_t> ordinary) {
  std::vector<AttributedAccount> out;
  const std::uint32_t item = common_target(in, tests, group, ordinary);
  if (item == ItemTests::kNone) return out;
  // Those who were found, and how many of the others their number and the item's history leave.
  const UnexplainedShares shares =
      unexplained_shares(tests.evidence(item).excess, in.history.scale);
  std::vector<std::uint8_t> found(in.batch.size(), 0);
  for (const std::uint32_t account : group) found[account] = 1;
  std::array<PushingAccounts, 2> pushing{};
  for (const ItemTests::Rater &rater : tests.raters(item)) {
    const bool of_group = found[rater.account] != 0;
    if (!rater.pushes || !(of_group || tests.active(rater.account))) continue;
    PushingAccounts &kind = pushing[rater.at_maximum ? 1 : 0];
    (of_group ? kind.odd : kind.ordinary) += 1;
    kind.expected += 1 - shares.of(rater.at_maximum);
    kind.size = 1 / in.excess.alpha();
  }
  const std::array<double, 2> share{hidden_share(pushing[0]), hidden_share(pushing[1])};
  for (const ItemTests::Rater &rater : tests.raters(item)) {
    const double posterior = share[rater.at_maximum ? 1 : 0];
    if (!rater.pushes || !tests.active(rater.account) || posterior < kLevels.member_probability) {
      continue;
    }
    out.push_back({rater.account, posterior});
  }
  return out;
}

std::vector<AttributedAccount> by_the_same_generator(const CoordinationInput &in, ItemTests &tests,
                                                     std::span<const std::uint32_t> group) {
  std::vector<const FeaturePoint *> caught, candidates;
  std::vector<std::uint32_t> accounts;
  for (const std::uint32_t u : group) caught.push_back(tests.point_of(u));
  for (std::uint32_t u = 0; u < in.batch.size(); ++u) {
    // The profile of a known account is that of its trusted past.
    if (!tests.active(u) || in.batch.row(u).size() == 0 || in.judged.known(u)) continue;
    pulse();
    accounts.push_back(u);
    candidates.push_back(tests.point_of(u));
  }
  const auto p = in.channels.similarity().same_generator(caught, candidates);
  const double level = benjamini_hochberg(p, p.size(), kLevels.same_generator_fdr);
  std::vector<AttributedAccount> out;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] <= level) out.push_back({accounts[i], 1 - kLevels.same_generator_fdr});
  }
  return out;
}

}  // namespace recveil::defense
