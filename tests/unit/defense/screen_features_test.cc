#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "defense/screen/account_features.h"
#include "defense/screen/cover_index.h"
#include "defense/screen/family_fakes.h"
#include "defense/screen/length_norm.h"
#include "support/screen_population.h"
#include "support/screen_slow.h"

namespace recveil::defense {
namespace {

std::vector<std::uint32_t> all_rows(std::size_t n) {
  std::vector<std::uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

// What a row holds of itself.
std::vector<OwnCount> own_of(const AccountRow &row) {
  std::vector<OwnCount> out;
  for (std::size_t e = 0; e < row.size(); ++e) {
    out.push_back({1, row.ratings.empty() ? 0 : row.ratings[e]});
  }
  return out;
}

OwnRows only(const std::uint32_t &row) {
  return {row, {&row, 1}};
}

// A trusted account must look as it would to a history that never saw it.
TEST(ScreenFeatures, OwnInteractionsAreLeftOut) {
  const auto people = support::screen_people(80, 1);
  const ScreenAccounts window = people.view();
  const RatingScale scale = scale_of(window);
  const ItemHistory all(window, scale);
  const TasteAxes axes(window, all_rows(window.size()), 6, 1);
  for (const std::size_t u : {std::size_t{0}, std::size_t{17}, std::size_t{79}}) {
    const support::WithoutOne rest(window, u);
    const FeatureRow fast = behaviour(window.row(u), all, axes, own_of(window.row(u)));
    const FeatureRow slow = behaviour(window.row(u), ItemHistory(rest.view(), scale), axes, {});
    for (std::size_t f = 0; f < kFeatures; ++f) {
      // The overall mean, of which every item mean holds three, still has the account in it.
      EXPECT_NEAR(fast[f], slow[f], 2e-2) << "feature " << f;
    }
    const FeatureRow with_itself = behaviour(window.row(u), all, axes, {});
    EXPECT_GT(std::abs(with_itself[kPopularityMean] - slow[kPopularityMean]), 1e-2);
  }
}

TEST(ScreenFeatures, ByHand) {
  support::Accounts held;
  held.n_items = 4;
  held.append({0, 1}, {5, 1}, 0);
  held.append({0, 2}, {3, 5}, 0);
  const ScreenAccounts window = held.view();
  const ItemHistory history(window, scale_of(window));
  EXPECT_EQ(history.count[0], (std::vector<double>{2, 1, 1, 0}));
  EXPECT_EQ(history.count[1], (std::vector<double>{1, 0, 1, 0}));
  EXPECT_EQ(history.count[2], (std::vector<double>{1, 0, 1, 0}));
  // Nobody has item 3, and of the other three item 1 is the rarest: both are left out.
  const std::vector<std::uint32_t> items{3, 2, 1, 0};
  const std::vector<float> ratings{5, 1, 2, 4};
  const TasteAxes axes(window, all_rows(2), 1, 1);
  const FeatureRow x = behaviour({items, ratings}, history, axes, {});
  const double overall = 14.0 / 4, mean0 = (8 + 3 * overall) / 5, mean2 = (5 + 3 * overall) / 4;
  EXPECT_NEAR(x[kLogLength], std::log(2.0), 1e-12);
  EXPECT_NEAR(x[kPopularityMean], (std::log(3.0) + std::log(2.0)) / 2, 1e-12);
  EXPECT_NEAR(x[kPopularityLeast], std::log(2.0), 1e-12);
  EXPECT_NEAR(x[kLogRdma], std::log(((4 - mean0) / 3 + (mean2 - 1) / 2) / 2 + 1e-4), 1e-9);
  EXPECT_NEAR(x[kRatingMean], 2.5, 1e-12);
  EXPECT_NEAR(x[kLogShareMaximum], std::log(.5 / 4), 1e-12);
  EXPECT_NEAR(x[kLogShareMinimum], std::log(1.5 / 4), 1e-12);
  EXPECT_NEAR(x[kBias], ((4 - mean0) + (1 - mean2)) / 2, 1e-9);
}

// Whoever takes to what nobody had, or to one thing that is rare, looks as before.
TEST(ScreenFeatures, SomethingNewIsNotOdd) {
  const auto people = support::without_item(support::screen_people(80, 1), 399);
  const ScreenAccounts window = people.view();
  const ItemHistory history(window, scale_of(window));
  const TasteAxes axes(window, all_rows(window.size()), 6, 1);
  const auto row = window.row(5);
  std::vector<std::uint32_t> items(row.items.begin(), row.items.end());
  std::vector<float> ratings(row.ratings.begin(), row.ratings.end());
  const FeatureRow before = behaviour(row, history, axes, {});
  items.push_back(399);
  ratings.push_back(5);
  EXPECT_EQ(behaviour({items, ratings}, history, axes, {}), before);
}

// 1 - |V'x|^2 by a dense product, and the mean cosine over pairs, one by one.
TEST(ScreenFeatures, ResidualAndCoherenceAgreeWithPairs) {
  const auto people = support::screen_people(120, 2);
  const ScreenAccounts window = people.view();
  const TasteAxes axes(window, all_rows(window.size()), 5, 3);
  const auto &v = axes.axes();
  for (std::size_t u = 0; u < 10; ++u) {
    const auto items = window.row(u).items;
    double residual = 0, coherence = 0;
    axes.measure(items, &residual, &coherence);
    double explained = 0;
    for (std::size_t j = 0; j < v.cols; ++j) {
      double dot = 0;
      for (const std::uint32_t i : items) dot += static_cast<double>(v.row(i)[j]);
      explained += dot * dot / static_cast<double>(items.size());
    }
    EXPECT_NEAR(residual, 1 - explained, 1e-4);
    double sum = 0, pairs = 0;
    for (const std::uint32_t a : items) {
      for (const std::uint32_t b : items) {
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t j = 0; j < v.cols; ++j) {
          const double x = static_cast<double>(v.row(a)[j]), y = static_cast<double>(v.row(b)[j]);
          ab += x * y, aa += x * x, bb += y * y;
        }
        if (a == b || aa <= 0 || bb <= 0) continue;
        sum += ab / std::sqrt(aa * bb);
        pairs += 1;
      }
    }
    EXPECT_NEAR(coherence, sum / pairs, 1e-4);
  }
}

TEST(ScreenFeatures, WithoutRatingsOnlyWhatTheySayIsUsed) {
  EXPECT_EQ(features_in_use(true).size(), std::size_t{kFeatures});
  for (const std::uint8_t f : features_in_use(false)) {
    EXPECT_FALSE(f >= kLogRdma && f <= kLogBiasDeviation);
  }
  const auto people = support::screen_people(60, 3, false);
  const ItemHistory history(people.view(), scale_of(people.view()));
  EXPECT_EQ(history.pushes(), 1u);
  const TasteAxes axes(people.view(), all_rows(60), 4, 1);
  const FeatureRow x = behaviour(people.view().row(0), history, axes, own_of(people.view().row(0)));
  for (std::size_t f = kLogRdma; f <= kLogBiasDeviation; ++f) EXPECT_EQ(x[f], 0);
}

TEST(ScreenCover, AgreesWithComparingEveryAccount) {
  for (const bool rated : {true, false}) {
    const auto people = support::screen_people(60, 4, rated);
    const auto others = support::screen_people(10, 5, rated);
    const ScreenAccounts window = people.view();
    const CoverIndex index(window, scale_of(window));
    auto scratch = index.scratch();
    for (std::uint32_t u = 0; u < 20; ++u) {
      const bool trusted = u < 10;
      const AccountRow row = trusted ? window.row(u) : others.view().row(u - 10);
      const auto fast = index.cover(row, trusted ? only(u) : OwnRows{}, scratch);
      const auto slow = support::slow_cover(window, row, trusted ? u : SIZE_MAX);
      EXPECT_NEAR(fast.first, slow.first, 1e-5);
      EXPECT_NEAR(fast.second, slow.second, 1e-5);
    }
  }
}

TEST(ScreenCover, CopiesAndMixesStandOut) {
  const auto people = support::screen_people(200, 6);
  const ScreenAccounts window = people.view();
  const CoverIndex index(window, scale_of(window));
  auto scratch = index.scratch();
  double most = 0;
  for (std::uint32_t u = 0; u < window.size(); ++u) {
    most = std::max(most, index.cover(window.row(u), only(u), scratch).second);
  }
  const auto copy = index.cover(window.row(3), {}, scratch);
  EXPECT_GT(copy.first, .75);
  EXPECT_GT(copy.first, most);
}

TEST(ScreenLengthNorm, TrustedAccountsAreNotInTheirOwnWindow) {
  Rng rng(5);
  std::vector<FeatureRow> rows(150);
  for (FeatureRow &row : rows) {
    for (double &x : row) x = rng.normal();
  }
  const LengthNorm norm(rows);
  const auto fast = norm.trusted_z(rows);
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return rows[a][kLogLength] < rows[b][kLogLength];
  });
  constexpr std::size_t kWindow = 40;  // clip(150 / 12, 40, 300)
  for (const std::size_t at : {std::size_t{0}, std::size_t{60}, std::size_t{149}}) {
    const std::size_t from =
        std::min(at > kWindow / 2 ? at - kWindow / 2 : 0, rows.size() - kWindow);
    double sum = 0, squares = 0, all = 0, all_squares = 0;
    for (const FeatureRow &row : rows) all += row[kBias], all_squares += row[kBias] * row[kBias];
    for (std::size_t i = from; i < from + kWindow; ++i) {
      if (i == at) continue;
      const double x = rows[order[i]][kBias];
      sum += x, squares += x * x;
    }
    const double n = kWindow - 1, mean = sum / n, overall = all / 150;
    const double spread = std::sqrt(squares / n - mean * mean) +
                          .05 * std::sqrt(all_squares / 150 - overall * overall) + 1e-6;
    EXPECT_NEAR(fast[order[at]][kBias], (rows[order[at]][kBias] - mean) / spread, 1e-9);
  }
  FeatureRow longest{};
  longest[kLogLength] = 100;
  EXPECT_EQ(norm.z(longest)[kLogLength], 8);
}

TEST(ScreenFakes, EveryFamilyAtEveryLength) {
  const auto people = support::screen_people(150, 8);
  const ScreenAccounts window = people.view();
  const ItemHistory history(window, scale_of(window));
  const auto fakes = family_fakes(window, history, all_rows(150), 4, 1);
  EXPECT_EQ(fakes.size(), 9u * 12 * 4);
  EXPECT_NO_THROW(
      check_accounts(fakes.view(window.n_items), any_ratings(fakes.view(window.n_items)), "fakes"));
  const auto some = family_fakes(window, history, all_rows(150), 4, 1, "popular_fill");
  EXPECT_EQ(some.size(), 7u * 12 * 4);
  for (const float rating : fakes.ratings) {
    EXPECT_TRUE(rating >= 1 && rating <= 5 && rating == std::round(rating));
  }
}

TEST(ScreenAccountsCheck, RefusesWhatIsWrong) {
  const auto refused = [](support::Accounts &accounts, const char *what,
                          Status status = Status::argument) {
    try {
      check_accounts(accounts.view(), any_ratings(accounts.view()), "batch");
      ADD_FAILURE() << "accepted: " << what;
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), status);
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  };
  const auto good = support::screen_people(5, 9);
  auto bad = good;
  bad.items[3] = bad.n_items;
  refused(bad, "batch.items");
  bad = good;
  bad.items[1] = bad.items[0];
  refused(bad, "batch.items");
  bad = good;
  bad.offsets[2] = 0;
  refused(bad, "batch.offsets");
  bad = good;
  bad.ratings[0] = std::nanf("");
  refused(bad, "batch.ratings", Status::data);
  bad = good;
  bad.arrived_at.pop_back();
  refused(bad, "batch.arrived_at");
  bad = good;
  bad.launched_at.assign(3, 0);
  refused(bad, "batch.launched_at");
}

}  // namespace
}  // namespace recveil::defense
