// What every injected profile keeps to, and what is refused.
#include "attack/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "support/attack_ratings.h"
#include "support/data_files.h"

namespace recveil {
namespace attack {

static void PrintTo(const Profile &profile, std::ostream *out) {
  *out << profile.name;
}

}  // namespace attack

namespace {

using attack::Accounts;
using attack::Campaign;
using attack::Profile;
using attack::Push;

class EveryProfile : public testing::TestWithParam<Profile> {
 protected:
  Accounts make(const Campaign &campaign) const {
    return attack::make_campaign(GetParam(), campaign, observed_, unseen_);
  }
  const Accounts observed_ = support::rated_accounts(1), unseen_ = support::rated_accounts(2);
  const std::vector<std::uint32_t> targets_{399, 200, 7};
};

float pushed_rating(Push push) {
  return push == Push::below_maximum ? 4.5f : push == Push::at_minimum ? 1.0f : 5.0f;
}

// Sizes 20 and 60, three targets: rows have the size, no item twice, targets at the level that the
// push says, ratings among the observed ones, and targets are not always at one end of the row.
TEST_P(EveryProfile, KeepsToSizeScaleAndPush) {
  for (const std::size_t size : {std::size_t{20}, std::size_t{60}}) {
    const Accounts fakes = make({30, size, targets_, 5});
    ASSERT_EQ(fakes.histories.n_users(), 30u);
    EXPECT_EQ(fakes.histories.n_items, 400u);
    ASSERT_EQ(fakes.ratings.size(), fakes.histories.size());
    const std::set<float> levels(observed_.ratings.begin(), observed_.ratings.end());
    for (const float rating : fakes.ratings) EXPECT_EQ(levels.count(rating), 1u) << rating;
    std::set<std::size_t> places;
    for (std::size_t f = 0; f < 30; ++f) {
      const auto row = fakes.histories.row(f);
      EXPECT_EQ(row.size(), size);
      EXPECT_EQ(std::set<std::uint32_t>(row.begin(), row.end()).size(), row.size());
      for (std::size_t t = 0; t < targets_.size(); ++t) {
        const float rating = support::rating_of(fakes, f, targets_[t]);
        if (GetParam().push == Push::one_each && f % 3 != t) {
          EXPECT_TRUE(std::isnan(rating));
        } else {
          EXPECT_EQ(rating, pushed_rating(GetParam().push));
          places.insert(static_cast<std::size_t>(std::find(row.begin(), row.end(), targets_[t]) -
                                                 row.begin()));
        }
      }
    }
    EXPECT_GT(places.size(), 10u);  // 30 to 90 uniform places of 20 or more: below 11 once in 1e5
  }
}

TEST_P(EveryProfile, DependsOnTheSeedAlone) {
  const Campaign campaign{20, 20, targets_, 5};
  const Accounts fakes = make(campaign), again = make(campaign);
  EXPECT_EQ(fakes.histories.items, again.histories.items);
  EXPECT_EQ(fakes.ratings, again.ratings);
  EXPECT_NE(make({20, 20, targets_, 6}).histories.items, fakes.histories.items);

  const Accounts fewer = make({7, 20, targets_, 5});
  EXPECT_TRUE(std::equal(fewer.histories.items.begin(), fewer.histories.items.end(),
                         fakes.histories.items.begin()));
  if (!GetParam().optimize) {
    EXPECT_TRUE(std::equal(fewer.ratings.begin(), fewer.ratings.end(), fakes.ratings.begin()));
  }
}

TEST_P(EveryProfile, DoesWithoutRatingsWhereItNeedsNone) {
  const Accounts observed{observed_.histories, {}}, unseen{unseen_.histories, {}};
  const auto make = [&] {
    return attack::make_campaign(GetParam(), {20, 20, targets_, 5}, observed, unseen);
  };
  if (GetParam().name == "pga" || GetParam().name == "below_max" ||
      GetParam().push == attack::Push::at_minimum) {
    EXPECT_THROW(make(), Error);
    return;
  }
  const Accounts fakes = make();
  EXPECT_EQ(fakes.histories.size(), 400u);
  EXPECT_TRUE(fakes.ratings.empty());
}

// Items that no observed account has are no fillers: they would give the fakes away.
TEST_P(EveryProfile, RatesWhatOthersRate) {
  Accounts observed = observed_, unseen = unseen_;
  observed.histories.n_items = unseen.histories.n_items = 500;
  const std::vector<std::uint32_t> targets{450, 451};
  const Accounts fakes = attack::make_campaign(GetParam(), {20, 60, targets, 5}, observed, unseen);
  for (const std::uint32_t item : fakes.histories.items) EXPECT_TRUE(item <= 451) << item;
}

INSTANTIATE_TEST_SUITE_P(Profiles, EveryProfile,
                         testing::ValuesIn(attack::profiles().begin(), attack::profiles().end()),
                         [](const auto &instance) { return std::string(instance.param.name); });

TEST(Profiles, AreTheNamesOfTheInterface) {
  std::string names;
  for (const Profile &profile : attack::profiles()) {
    names += std::string(profile.name) + " ";
    EXPECT_EQ(attack::find_profile(profile.name).name, profile.name);
  }
  EXPECT_EQ(names,
            "random average bandwagon segment average_over_popular popularity_sampled "
            "template_copy user_mix hidano_naive spread_targets unknown_donors below_max pga "
            "reverse_bandwagon group_strict group_loose cooccurrence_walk surrogate_top "
            "power_user influence_mix persona shifting_targets ");
}

TEST(Profiles, AverageSizeIsRounded) {
  Accounts accounts;
  accounts.histories.n_items = 9;
  accounts.histories.append(std::vector<std::uint32_t>{1, 2, 3});
  accounts.histories.append(std::vector<std::uint32_t>{4, 5});
  EXPECT_EQ(attack::average_profile_size(accounts), 3u);
  accounts.histories.append(std::vector<std::uint32_t>{4, 5});
  EXPECT_EQ(attack::average_profile_size(accounts), 2u);
}

struct Refused {
  const char *what, *profile;
  Campaign campaign;
  const char *message;
};

TEST(Profiles, RefuseWhatCannotBe) {
  const Accounts observed = support::rated_accounts(1);
  const std::vector<Refused> cases{
      {"no fakes", "random", {0, 20, {1}, 1}, "-2: fakes: a campaign needs some"},
      {"no targets", "random", {3, 20, {}, 1}, "-2: targets: a campaign needs at least one"},
      {"twice", "random", {3, 20, {4, 4}, 1}, "-2: targets: item 4 stands twice"},
      {"outside",
       "random",
       {3, 20, {400}, 1},
       "-2: targets: item 400 is outside the catalogue of 400"},
      {"no room", "random", {3, 2, {1, 2, 3}, 1}, "-2: profile_size: 2 has no room for 3 targets"},
      {"no decoys",
       "hidano_naive",
       {3, 5, {1}, 1},
       "-2: hidano_naive: profile_size 5 has no room for 5 decoys besides the targets"},
      {"one target",
       "spread_targets",
       {3, 20, {1}, 1},
       "-2: spread_targets: needs two targets to spread over"},
      {"nobody unseen",
       "unknown_donors",
       {3, 20, {1}, 1},
       "-2: unseen accounts: the profile copies some, there are none"}};
  for (const Refused &refused : cases) {
    EXPECT_EQ(support::error_of([&] {
                attack::make_campaign(attack::find_profile(refused.profile), refused.campaign,
                                      observed);
              }),
              refused.message)
        << refused.what;
  }
  const std::string unknown = support::error_of([] { attack::find_profile("randm"); });
  EXPECT_EQ(unknown.substr(0, 53), "-2: there is no injected profile \"randm\"; there are r");
  const std::string large = support::error_of([&] {
    attack::make_campaign(attack::find_profile("random"), {3, 500, {1}, 1}, observed);
  });
  EXPECT_EQ(large.substr(0, 72),
            "-2: profile_size: 499 items besides the targets, but the observed accoun");
}

TEST(Profiles, RefuseAccountsThatDoNotFit) {
  const Accounts good = support::rated_accounts(1);
  const auto error = [](const Accounts &observed, const Accounts &unseen) {
    return support::error_of([&] {
      attack::make_campaign(attack::find_profile("unknown_donors"), {3, 20, {1}, 1}, observed,
                            unseen);
    });
  };
  Accounts bad = good;
  bad.ratings.pop_back();
  EXPECT_EQ(error(bad, good).substr(0, 23), "-2: observed accounts: ");
  bad = good;
  bad.ratings[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error(bad, good), "-2: observed accounts: a rating is not finite");
  EXPECT_EQ(error(good, bad), "-2: donors: a rating is not finite");
  bad = good;
  bad.histories.items[0] = 400;
  EXPECT_EQ(error(bad, good), "-2: observed accounts: item 400 is outside the catalogue of 400");
  bad = good;
  bad.histories.n_items = 500;
  EXPECT_EQ(error(good, bad).substr(0, 44), "-2: unseen accounts: not over the same items");
  EXPECT_EQ(error({good.histories, {}}, good).substr(0, 44),
            "-2: unseen accounts: not over the same items");
  EXPECT_EQ(error({}, good), "-2: observed accounts: there is no interaction");
}

}  // namespace
}  // namespace recveil
