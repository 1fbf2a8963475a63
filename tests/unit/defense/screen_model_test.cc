#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/watch.h"
#include "defense/screen/screen_model.h"
#include "support/screen_population.h"

namespace recveil::defense {
namespace {

constexpr std::uint32_t kTarget = 395;  // rated by very few

const support::Accounts &window() {
  static const auto people = support::screen_people(900, 11);
  return people;
}

const ScreenModel &model() {
  static const ScreenModel trained = ScreenModel::train(window().view(), {});
  return trained;
}

BatchContext after(const ScreenCarry &carry, double keep) {
  BatchContext out;
  out.carry = &carry;
  out.keep = keep;
  return out;
}

std::size_t count(const ScreenReport &report, ScreenDecision decision, std::size_t from,
                  std::size_t until) {
  return static_cast<std::size_t>(
      std::count_if(report.accounts.begin() + static_cast<std::ptrdiff_t>(from),
                    report.accounts.begin() + static_cast<std::ptrdiff_t>(until),
                    [&](const AccountVerdict &verdict) { return verdict.decision == decision; }));
}

bool same(const ScreenReport &a, const ScreenReport &b) {
  if (a.accounts.size() != b.accounts.size() || a.findings.size() != b.findings.size()) {
    return false;
  }
  for (std::size_t u = 0; u < a.accounts.size(); ++u) {
    if (a.accounts[u].decision != b.accounts[u].decision ||
        a.accounts[u].reasons != b.accounts[u].reasons ||
        a.accounts[u].score != b.accounts[u].score) {
      return false;
    }
  }
  return a.carry.numbers() == b.carry.numbers();
}

// H0: at most 1 % of people are quarantined. 900 of them: more than 9 + 4 * 3 of 900 are seen with
// a probability below 1e-4.
TEST(ScreenModel, LeavesPeopleAlone) {
  const auto people = support::screen_people(900, 12);
  const ScreenReport report = model().screen(people.view());
  EXPECT_LE(count(report, ScreenDecision::quarantine, 0, 900), 21u);
  EXPECT_LE(count(report, ScreenDecision::defer, 0, 900), 21u);
}

TEST(ScreenModel, TakesCampaignsOutAndLeavesTheRest) {
  for (const bool copies : {false, true}) {
    auto batch = support::screen_people(300, 13);
    if (copies) {
      support::append_copies(batch, window(), 15, kTarget, 1);
    } else {
      support::append_random_fakes(batch, 15, kTarget, 30, 1);
    }
    const ScreenReport report = model().screen(batch.view());
    EXPECT_GE(count(report, ScreenDecision::quarantine, 300, 315), 15u) << copies;
    EXPECT_LE(count(report, ScreenDecision::quarantine, 0, 300), 9u) << copies;
    ASSERT_FALSE(report.findings.empty());
    EXPECT_EQ(report.findings[0].item, kTarget);
    EXPECT_EQ(report.findings[0].kind, FindingKind::attack);
    int copied = 0;
    for (std::size_t u = 300; u < 315; ++u) {
      const auto reasons = report.accounts[u].reasons;
      EXPECT_NE(reasons & (kReasonCoordinated | kReasonUnanimous), 0u);
      copied += (reasons & kReasonCopied) != 0 ? 1 : 0;
    }
    EXPECT_EQ(copied >= 10, copies) << copied;
  }
}

// Three of fifteen lack the filler by which the others may be found, and have nothing odd of their
// own: they are taken for the target that all share.
TEST(ScreenModel, TakesWhoSharesTheTarget) {
  auto batch = support::screen_people(300, 33);
  for (std::uint32_t f = 0; f < 12; ++f) {
    std::vector<std::uint32_t> row{kTarget, 391};
    for (std::uint32_t item = 200 + f; row.size() < 30; item += 3) row.push_back(item);
    batch.append(row, std::vector<float>(row.size(), 5), 10'000'000);
  }
  Rng rng(4);
  for (int f = 0; f < 3; ++f) support::append_screen_person(batch, rng, 10'000'000, kTarget, 5);
  const ScreenReport report = model().screen(batch.view());
  EXPECT_EQ(count(report, ScreenDecision::quarantine, 300, 315), 15u);
  EXPECT_LE(count(report, ScreenDecision::quarantine, 0, 300), 9u);
}

// Each pushes an item of its own, so no item has an excess: they are found by lying close together.
// People have the items of a campaign too, as many as ever, and they are not of it. Fakes of five
// items each, two of them liked by one person in ten or so.
TEST(ScreenModel, LeavesPeopleWhoHaveTheItemsOfACampaignAlone) {
  std::size_t quarantined = 0, people = 0;
  for (std::uint64_t seed = 31; seed < 36; ++seed) {
    auto batch = support::screen_people(250, seed);
    for (int fake = 0; fake < 15; ++fake) {
      batch.append({20, 33, kTarget, 301, 350}, {5, 5, 5, 5, 5}, 10'000'000);
    }
    const ScreenReport report = model().screen(batch.view());
    EXPECT_EQ(count(report, ScreenDecision::quarantine, 250, 265), 15u);
    for (std::size_t u = 0; u < 250; ++u) {
      const auto row = batch.view().row(u);
      if (std::none_of(row.items.begin(), row.items.end(),
                       [](std::uint32_t item) { return item == 20 || item == 33; })) {
        continue;
      }
      ++people;
      quarantined += report.accounts[u].decision == ScreenDecision::quarantine ? 1u : 0u;
    }
  }
  // H0: at most 2 % of them. 150 or more: 10 and more are seen with a probability below 1e-3.
  EXPECT_GE(people, 150u);
  EXPECT_LT(quarantined, 10u);
}

TEST(ScreenModel, TakesAGroupThatNoItemShows) {
  auto batch = support::screen_people(300, 35);
  for (std::uint32_t f = 0; f < 15; ++f) {
    support::append_random_fakes(batch, 1, 380 + f, 30, 100 + f);
  }
  const ScreenReport report = model().screen(batch.view());
  EXPECT_GE(count(report, ScreenDecision::quarantine, 300, 315), 14u);
  EXPECT_LE(count(report, ScreenDecision::quarantine, 0, 300), 9u);
  EXPECT_TRUE(
      std::any_of(report.findings.begin(), report.findings.end(), [](const ItemFinding &finding) {
        return finding.kind == FindingKind::attack && finding.n_quarantined >= 10;
      }));
}

// Fakes that give an established item the lowest rating: the same tests, seen from the other end.
TEST(ScreenModel, TakesCampaignsThatPushDownOut) {
  constexpr std::uint32_t kVictim = 40;  // rated by many
  auto batch = support::screen_people(300, 34);
  support::append_random_fakes(batch, 15, kVictim, 30, 6);
  for (std::size_t u = 300; u < 315; ++u)
    batch.ratings[batch.offsets[u]] = 1;  // the target is first
  ScreenModelOptions options;
  options.push_down = false;
  const ScreenReport looking_up = ScreenModel::train(window().view(), options).screen(batch.view());
  EXPECT_TRUE(looking_up.carry_down.empty());
  const ScreenReport report = model().screen(batch.view());
  EXPECT_GE(count(report, ScreenDecision::quarantine, 300, 315), 14u);
  EXPECT_LE(count(report, ScreenDecision::quarantine, 0, 300), 9u);
  EXPECT_TRUE(std::any_of(
      report.findings.begin(), report.findings.end(),
      [](const ItemFinding &finding) { return finding.item == kVictim && finding.down; }));
  EXPECT_FALSE(report.carry_down.empty());
}

TEST(ScreenModel, TakesImplicitCampaignsOut) {
  const auto held = support::screen_people(900, 14, false);
  const ScreenModel implicit = ScreenModel::train(held.view(), {});
  auto batch = support::screen_people(300, 15, false);
  support::append_copies(batch, held, 15, kTarget, 2);
  const ScreenReport report = implicit.screen(batch.view());
  EXPECT_GE(count(report, ScreenDecision::quarantine, 300, 315), 14u);
  EXPECT_LE(count(report, ScreenDecision::quarantine, 0, 300), 9u);
}

// 20 accounts in 10 batches: two in each are no group; together they are.
TEST(ScreenModel, ADripAddsUp) {
  ScreenCarry carry;
  std::size_t with = 0, without = 0;
  for (std::uint64_t b = 0; b < 10; ++b) {
    auto batch = support::screen_people(60, 20 + b);
    support::append_copies(batch, support::screen_people(100, 900), 2, kTarget, 30 + b);
    const ScreenReport report = model().screen(batch.view(), after(carry, .95));
    with += count(report, ScreenDecision::quarantine, 60, 62);
    without += count(model().screen(batch.view()), ScreenDecision::quarantine, 60, 62);
    carry = report.carry;
  }
  EXPECT_GE(with, 8u);
  EXPECT_GE(with, without + 8);
}

// A batch that comes back as it was leaves what it had left, and is judged as it was.
TEST(ScreenModel, WhoComesBackCountsOnce) {
  auto batch = support::screen_people(300, 41);
  support::append_random_fakes(batch, 6, kTarget, 30, 2);
  const double keep = .9;
  const ScreenReport first = model().screen(batch.view(), after({}, keep));
  const auto left = first.carry.numbers();
  const std::vector<float> accounts(batch.size(), 1);
  std::vector<CarriedEntry> entries;
  for (const float rating : batch.ratings) {
    entries.push_back({1, static_cast<std::int8_t>(push_tilt(rating, model().scale()))});
  }
  ScreenReport last = first;
  for (int i = 0; i < 5; ++i) {
    BatchContext again = after(last.carry, keep);
    again.carry_down = &last.carry_down;
    again.carried_accounts = accounts;
    again.carried = entries;
    last = model().screen(batch.view(), again);
  }
  const ScreenReport twice = model().screen(batch.view(), after(first.carry, keep));
  const auto numbers = last.carry.numbers();
  for (std::size_t i = 0; i < left.size(); ++i) EXPECT_NEAR(numbers[i], left[i], 1e-4) << i;
  EXPECT_NEAR(twice.carry.numbers()[0], 1.9 * left[0], 1e-9);
  for (std::size_t u = 0; u < batch.size(); ++u) {
    EXPECT_EQ(last.accounts[u].decision, first.accounts[u].decision) << u;
  }
  BatchContext wrong;
  wrong.carried = std::span(entries).first(3);
  EXPECT_THROW(static_cast<void>(model().screen(batch.view(), wrong)), Error);
}

// People who rate a new item as they rate others are not punished for it, and nor are they where
// they all love it: they wait.
TEST(ScreenModel, ACrowdIsNotAnAttack) {
  // Nobody has the item yet.
  const auto without_target = support::without_item(support::screen_people(900, 16), kTarget);
  const ScreenModel fresh = ScreenModel::train(without_target.view(), {});
  for (const float rating : {0.f, 5.f}) {
    auto batch = support::screen_people(100, 17);
    Rng rng(18);
    for (int u = 0; u < 200; ++u) {
      support::append_screen_person(batch, rng, 10'000'000, kTarget, rating);
    }
    const ScreenReport report = fresh.screen(batch.view());
    EXPECT_LE(count(report, ScreenDecision::quarantine, 0, 300), 6u) << rating;
    ASSERT_FALSE(report.findings.empty()) << rating;
    EXPECT_EQ(report.findings[0].item, kTarget);
    EXPECT_EQ(report.findings[0].kind, rating > 0 ? FindingKind::launch : FindingKind::trend);
  }
}

TEST(ScreenModel, IsDeterministicAndSurvivesItsBytes) {
  auto batch = support::screen_people(100, 19);
  support::append_random_fakes(batch, 6, kTarget, 30, 3);
  for (const ScreenMethod method : {ScreenMethod::full, ScreenMethod::ocsvm}) {
    ScreenModelOptions options;
    options.method = method;
    options.components = 8;
    const auto few = support::screen_people(200, 21);
    const ScreenModel first = ScreenModel::train(few.view(), options);
    const ScreenModel again = ScreenModel::train(few.view(), options);
    const auto bytes = first.bytes();
    EXPECT_EQ(bytes, again.bytes());
    const ScreenModel read = ScreenModel::from_bytes(bytes);
    EXPECT_EQ(read.bytes(), bytes);
    EXPECT_TRUE(same(first.screen(batch.view()), read.screen(batch.view())));
    EXPECT_EQ(read.n_training_accounts(), 200u);
    // Every 97th byte changed, and every length that is too short.
    for (std::size_t at = 0; at < bytes.size(); at += 97) {
      auto broken = bytes;
      broken[at] ^= 0x10;
      EXPECT_THROW((void)ScreenModel::from_bytes(broken), Error) << at;
      EXPECT_THROW((void)ScreenModel::from_bytes(std::span(bytes).first(at)), Error) << at;
    }
  }
}

TEST(ScreenModel, TheOrderOfABatchDoesNotMatter) {
  auto batch = support::screen_people(80, 22);
  support::append_random_fakes(batch, 6, kTarget, 30, 4);
  support::Accounts backwards;
  backwards.n_items = batch.n_items;
  for (std::size_t u = batch.size(); u > 0; --u) {
    const auto row = batch.view().row(u - 1);
    backwards.append({row.items.begin(), row.items.end()}, {row.ratings.begin(), row.ratings.end()},
                     batch.arrived_at[u - 1]);
  }
  const auto a = model().screen(batch.view()), b = model().screen(backwards.view());
  for (std::size_t u = 0; u < batch.size(); ++u) {
    EXPECT_EQ(a.accounts[u].decision, b.accounts[batch.size() - 1 - u].decision);
  }
}

TEST(ScreenModel, SaysNothingOfNothing) {
  support::Accounts batch;
  batch.n_items = support::kScreenItems;
  EXPECT_TRUE(model().screen(batch.view()).accounts.empty());
  batch.append({}, {}, 1);
  const ScreenReport report = model().screen(batch.view());
  EXPECT_EQ(report.accounts[0].decision, ScreenDecision::accept);
  EXPECT_EQ(report.accounts[0].reasons, 0u);
}

TEST(ScreenModel, RefusesWhatIsWrong) {
  const auto refused = [](const ScreenModelOptions &options, const char *field) {
    try {
      (void)ScreenModel::train(window().view(), options);
      ADD_FAILURE() << field;
    } catch (const Error &error) {
      EXPECT_EQ(std::string(error.what()).rfind(field, 0), 0u) << error.what();
    }
  };
  ScreenModelOptions options;
  options.false_positive_rate = 0;
  refused(options, "false_positive_rate");
  options = {};
  options.nu = 1.5;
  refused(options, "nu");
  options = {};
  options.gamma = -1;
  refused(options, "gamma");
  options = {};
  options.components = 0;
  refused(options, "components");
  options = {};
  options.dispersion = -.1;
  refused(options, "dispersion");
  EXPECT_THROW((void)ScreenModel::train(support::screen_people(40, 1).view(), {}), Error);

  auto batch = support::screen_people(5, 2);
  batch.n_items += 1;
  EXPECT_THROW((void)model().screen(batch.view()), Error);
  const auto implicit = support::screen_people(5, 2, false);
  EXPECT_THROW((void)model().screen(implicit.view()), Error);
  EXPECT_THROW((void)model().screen(support::screen_people(5, 2).view(), after({}, 1.5)), Error);
}

TEST(ScreenModel, ProgressRisesAndCancels) {
  struct Told {
    double last = -1;
    bool enough = false;
  } told;
  const auto people = support::screen_people(120, 3);
  const auto hear = [](void *ctx, double fraction, const char *what) -> std::int32_t {
    auto &to = *static_cast<Told *>(ctx);
    EXPECT_GE(fraction, to.last);
    EXPECT_NE(what, nullptr);
    to.last = fraction;
    return to.enough ? 1 : 0;
  };
  Watch watch(hear, &told, nullptr);
  const WatchScope scope(&watch);
  (void)ScreenModel::train(people.view(), {});
  EXPECT_EQ(told.last, 1);
  told = {-1, true};
  EXPECT_THROW((void)ScreenModel::train(people.view(), {}), Error);
  EXPECT_THROW((void)model().screen(people.view()), Error);
}

TEST(ScreenCarry, NumbersAddUpAndAreChecked) {
  auto batch = support::screen_people(50, 5);
  const ScreenCarry first = model().screen(batch.view()).carry;
  const auto numbers = first.numbers();
  EXPECT_EQ(numbers.size(), ScreenCarry::count_of_numbers(support::kScreenItems));
  EXPECT_EQ(ScreenCarry::from_numbers(numbers, support::kScreenItems).numbers(), numbers);
  // keep = .5: half of the first batch and the whole of the second, number by number.
  auto other = support::screen_people(30, 6);
  const auto second = model().screen(other.view()).carry.numbers();
  const auto both = model().screen(other.view(), after(first, .5)).carry.numbers();
  for (std::size_t i = 0; i < both.size(); ++i) {
    EXPECT_NEAR(both[i], .5 * numbers[i] + second[i], 1e-9 * (1 + std::abs(both[i])));
  }
  auto broken = numbers;
  broken.pop_back();
  EXPECT_THROW((void)ScreenCarry::from_numbers(broken, support::kScreenItems), Error);
  broken = numbers;
  broken[7] = std::nan("");
  EXPECT_THROW((void)ScreenCarry::from_numbers(broken, support::kScreenItems), Error);
  broken = numbers;
  broken[0] = -1;
  EXPECT_THROW((void)ScreenCarry::from_numbers(broken, support::kScreenItems), Error);
}

TEST(ScreenReasons, HaveWords) {
  for (std::uint32_t i = 0; i < kScreenReasons; ++i) EXPECT_NE(reason_text(1u << i), nullptr);
  EXPECT_EQ(reason_text(0), nullptr);
  EXPECT_EQ(reason_text(3), nullptr);
  EXPECT_EQ(reason_text(1u << kScreenReasons), nullptr);
}

}  // namespace
}  // namespace recveil::defense
