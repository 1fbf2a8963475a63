#include "audit/sybil.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "support/audit_sybil.h"

namespace recveil::audit {
namespace {

constexpr std::uint32_t kItems = 60;

// Histories of 0 to 12 items: fewer than a fifth each, even fifths, uneven ones.
Interactions histories() {
  Interactions out;
  out.n_items = kItems;
  for (std::uint32_t u = 0; u < 13; ++u) {
    std::vector<std::uint32_t> row;
    for (std::uint32_t i = 0; i < u; ++i) row.push_back((7 * i + 11 * u) % kItems);
    out.append(row);
  }
  return out;
}

std::vector<std::uint64_t> ids(const Interactions &known) {
  std::vector<std::uint64_t> out(known.n_users());
  std::iota(out.begin(), out.end(), 1000);
  return out;
}

struct Probed {
  std::vector<support::Question> asked;
  Probes probes;
};

Probed probe_one(std::uint32_t folds, const Interactions &known, std::uint32_t u) {
  support::HashService service(folds, kItems);
  const Probes probes =
      probe_everybody(service.accounts(), {ids(known)[u]}, known.select(std::vector{u}), 5);
  return {service.asked, probes};
}

std::vector<support::Question> in_fold(const std::vector<support::Question> &asked,
                                       std::uint32_t folds, std::uint32_t fold) {
  const support::HashService service(folds, kItems);
  std::vector<support::Question> out;
  for (const auto &each : asked) {
    if (service.fold_of(each.user) == fold) out.push_back(each);
  }
  return out;
}

// In every fold each item is left out once, and the parts left out differ by one at most.
TEST(Sybil, HidesEachFifthOnce) {
  const Interactions known = histories();
  for (const std::uint32_t folds : {1u, 2u, 5u}) {
    for (std::uint32_t u = 0; u < known.n_users(); ++u) {
      const auto asked = probe_one(folds, known, u).asked;
      const std::size_t n = known.row(u).size();
      for (std::uint32_t fold = 0; fold < folds; ++fold) {
        const auto here = in_fold(asked, folds, fold);
        EXPECT_EQ(here.size(), std::min(kProbes, n));
        EXPECT_EQ(support::times_hidden(here, known.row(u)), std::vector<std::size_t>(n, 1));
        for (const auto &each : here) {
          EXPECT_GE(n - each.typed.size(), n / kProbes);
          EXPECT_LE(n - each.typed.size(), (n + kProbes - 1) / kProbes);
          EXPECT_GE(each.user, std::uint64_t{1} << 32) << "nobody's account";
        }
      }
    }
  }
}

TEST(Sybil, CountsAsTheSlowTwinDoes) {
  const Interactions known = histories();
  for (const std::uint32_t folds : {1u, 2u, 5u}) {
    const support::HashService service(folds, kItems);
    for (std::uint32_t u = 0; u < known.n_users(); ++u) {
      const auto [asked, probes] = probe_one(folds, known, u);
      std::vector<double> share;
      for (std::uint32_t fold = 0; fold < folds; ++fold) {
        share.push_back(support::share_returned(in_fold(asked, folds, fold), known.row(u)));
      }
      ASSERT_EQ(probes.one.size(), 1u);
      if (folds == 1) {
        EXPECT_DOUBLE_EQ(probes.one[0], share[0]);
        EXPECT_TRUE(probes.paired.empty());
        continue;
      }
      const std::uint32_t own = service.fold_of(ids(known)[u]);
      EXPECT_DOUBLE_EQ(probes.one[0], share[(own + 1) % folds]);
      double others = 0;
      for (std::uint32_t fold = 0; fold < folds; ++fold) others += fold == own ? 0 : share[fold];
      ASSERT_EQ(probes.paired.size(), 1u);
      EXPECT_NEAR(probes.paired[0], others / (folds - 1.0) - share[own], 1e-12);
    }
  }
}

// Everybody at once is everybody alone, whoever else is there.
TEST(Sybil, PeopleDoNotDependOnEachOther) {
  const Interactions known = histories();
  support::HashService service(5, kItems);
  const Probes all = probe_everybody(service.accounts(), ids(known), known, 5);
  ASSERT_EQ(all.one.size(), known.n_users());
  ASSERT_EQ(all.paired.size(), known.n_users());
  for (std::uint32_t u = 0; u < known.n_users(); ++u) {
    const Probes alone = probe_one(5, known, u).probes;
    EXPECT_EQ(all.one[u], alone.one[0]);
    EXPECT_EQ(all.paired[u], alone.paired[0]);
  }
}

TEST(Sybil, OpensOneAccountInEachFold) {
  support::HashService service(64, kItems);
  const auto accounts = open_accounts(service.accounts());
  ASSERT_EQ(accounts.size(), 64u);
  for (std::uint32_t fold = 0; fold < 64; ++fold) EXPECT_EQ(service.fold_of(accounts[fold]), fold);
}

// Direction and threshold are the shadow's; the target's labels only sort its scores.
TEST(Sybil, LearnsDirectionAndThresholdOnTheShadow) {
  Interactions known;
  known.n_items = kItems;
  for (std::uint32_t u = 0; u < 4; ++u) known.append(std::vector<std::uint32_t>(u + 1, 0));
  const std::vector<std::uint8_t> member{1, 1, 0, 0};
  const Probes shadow{{0.1, 0.2, 0.6, 0.8}, {0.5, 0.25, 0.05, 0.15}};
  const Probes target{{0.3, 0.7, 0.1, 0.9}, {0.4, 0.1, 0.2, 0.0}};
  const auto scores = sybil_scores({shadow, member, known}, {target, member, known});
  ASSERT_EQ(scores.size(), std::size(kSybilAttackers));
  // Members of the shadow have the lower values of the first, and the higher of the second.
  EXPECT_EQ(scores[0].members, (std::vector<double>{-0.3, -0.7}));
  EXPECT_EQ(scores[0].non_members, (std::vector<double>{-0.1, -0.9}));
  EXPECT_DOUBLE_EQ(scores[0].threshold, -0.4);
  EXPECT_EQ(scores[1].members, (std::vector<double>{0.4, 0.1}));
  EXPECT_EQ(scores[1].non_members, (std::vector<double>{0.2, 0.0}));
  EXPECT_DOUBLE_EQ(scores[1].threshold, 0.2);
  EXPECT_EQ(scores[0].member_activity, (std::vector<double>{1, 2}));
  EXPECT_EQ(scores[0].non_member_activity, (std::vector<double>{3, 4}));
  EXPECT_EQ(sybil_scores({{{0.1, 0.2, 0.6, 0.8}, {}}, member, known},
                         {{{0.3, 0.7, 0.1, 0.9}, {}}, member, known})
                .size(),
            1u);
}

}  // namespace
}  // namespace recveil::audit
