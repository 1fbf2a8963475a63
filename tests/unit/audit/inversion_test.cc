#include "audit/inversion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "audit/inversion_system.h"
#include "core/error.h"

namespace recveil::audit {
namespace {

using fields::Json;

// with[s], without[s]: people shown s of two decoys.
InversionCount count(std::vector<std::size_t> with, std::vector<std::size_t> without) {
  InversionCount out;
  out.with = std::move(with);
  out.without = std::move(without);
  return out;
}

TEST(InversionRows, CountWhoIsShownEnough) {
  const std::vector<InversionCount> repeats{count({2, 1, 7}, {900, 60, 30}),
                                            count({4, 0, 6}, {980, 10, 0})};
  const auto rows = inversion_rows({0, .05}, repeats, .01, .05, 2);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].hits, 14u);
  EXPECT_EQ(rows[0].flagged, 114u);
  EXPECT_EQ(rows[1].hits, 13u);
  EXPECT_EQ(rows[1].flagged, 43u);
  EXPECT_EQ(rows[1].with, 20u);
  EXPECT_DOUBLE_EQ(rows[1].recall.value, .65);
  EXPECT_DOUBLE_EQ(rows[1].precision->value, 13.0 / 43);
  EXPECT_DOUBLE_EQ(*rows[1].mean_precision, (7.0 / 37 + 1) / 2);
  EXPECT_EQ(rows[1].finding, Verdict::leak);
  // Neighbouring pairs by hand: 14 of 20 with the item are above 980 without, and so on.
  InversionCount all = repeats[0];
  all += repeats[1];
  double better = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      better += static_cast<double>(all.with[a] * all.without[b]) * (a > b ? 1 : a == b ? .5 : 0);
    }
  }
  EXPECT_DOUBLE_EQ(inversion_auc(all), better / (20.0 * 1980));
}

TEST(InversionRows, AreJudgedByPrecisionAndByRecall) {
  const auto finding = [](const InversionCount &one) {
    return inversion_rows({0, .05}, {one}, .01, .05, 10).front().finding;
  };
  // Nobody of 100 is found: no leak. Nobody of 10 is: too few people to tell.
  EXPECT_EQ(finding(count({100, 0}, {9900, 0})), Verdict::no_leak_found);
  EXPECT_EQ(finding(count({10, 0}, {990, 0})), Verdict::inconclusive);
  // Half of all people are flagged, with the item or without: nothing is learnt of anybody.
  EXPECT_EQ(finding(count({50, 50}, {5000, 5000})), Verdict::no_leak_found);
  // Of those flagged a tenth has the item, which is ten times chance.
  EXPECT_EQ(finding(count({60, 40}, {9540, 360})), Verdict::leak);
  // One person flagged, and rightly: that can be luck.
  EXPECT_EQ(finding(count({9, 1}, {990, 0})), Verdict::inconclusive);
}

TEST(InversionRequest, ReadsListsOfNumbers) {
  const auto request = parse_inversion_request({{"audit", "inversion"},
                                                {"fakes", {"naive", "descent"}},
                                                {"mu", "0,10"},
                                                {"beta", "1,0.5"},
                                                {"alphas", "0.05"},
                                                {"sensitive", "a,b"}});
  ASSERT_EQ(request.fakes.size(), 5u);
  EXPECT_EQ(request.fakes[4].mu, 10);
  EXPECT_EQ(request.fakes[4].beta, .5);
  EXPECT_EQ(request.sensitive, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(inversion_cells(request).size(), 5u);
  EXPECT_EQ(parse_inversion_request({{"adversary", "naive"}}).fakes.size(), 1u);
  EXPECT_EQ(parse_inversion_request(Json::object()).fakes.size(), 2u);
}

TEST(InversionRequest, RefusesWhatItCannotDo) {
  const std::vector<std::pair<Json, std::string>> wrong{
      {{{"alphas", "0.05,x"}},
       "request.alphas: must be numbers from 0.0001 to 0.5 with commas "
       "between, not \"x\""},
      {{{"alphas", "0.05,0.05"}}, "request.alphas: has \"0.05\" twice"},
      {{{"alphas", ""}}, "request.alphas: must be 1 to 10 numbers"},
      {{{"mu", "1"}}, "request.mu: is of the fakes \"descent\" alone"},
      {{{"n_decoys", 6u}}, "request.n_decoys: must be at most list_length, which is 5"},
      {{{"least_people", 30u}}, "request.least_people: must be at most most_people, which is 25"},
      {{{"binary", true}, {"rating_at_least", 4}},
       "request.rating_at_least: needs ratings, which binary leaves out"},
      {{{"beta", "2"}, {"fakes", {"descent"}}},
       "request.beta: must be numbers from 0.001 to 1.0 with commas between, not \"2\""}};
  for (const auto &[request, what] : wrong) {
    try {
      parse_inversion_request(request);
      ADD_FAILURE() << request;
    } catch (const Error &error) {
      EXPECT_EQ(error.what(), what);
    }
  }
}

// The published attack on data of its kind: what must leak leaks, and what must not does not, with
// no people told apart where there are no fakes.
TEST(InversionAudit, ExposesAnUndefendedSystemAndNoneWithoutFakes) {
  InversionRequest request = parse_inversion_request({{"data", "synthetic:users=500,items=450"},
                                                      {"alphas", "0.05"},
                                                      {"adversary", "naive"},
                                                      {"recommender", "ials"},
                                                      {"decoys", "rare"},
                                                      {"list_length", 20u},
                                                      {"seeds", 4u}});
  const InversionReport report = audit_inversion(request, 1, [](double, const char *) {});
  EXPECT_EQ(report.verdict, Verdict::leak);
  EXPECT_TRUE(report.controls.positive_passed);
  EXPECT_TRUE(report.controls.negative_passed);
  EXPECT_EQ(report.clean.fakes, 0u);
  EXPECT_EQ(report.cells.front().fakes, 4u * 25);
  EXPECT_EQ(report.cells.front().fakes_held_up, 0u);
  EXPECT_EQ(report.clean.n_with() + report.clean.n_without(), 4u * 500);
  const InversionReport again = audit_inversion(request, 2, [](double, const char *) {});
  EXPECT_EQ(again.rows.back().hits, report.rows.back().hits);
}

// What is computed without injecting is what injecting does: on sparse data as many fakes as half
// of the people need expose about half, and far fewer expose next to nobody.
// in_taste: the share of the items of their taste that people have.
void exposure_is_what_injecting_does(const std::string &recommender, double in_taste) {
  Crowd people;
  people.accounts.histories.n_items = 400;
  Rng rng(7);
  for (int user = 0; user < 900; ++user) {
    std::vector<std::uint32_t> row;
    const auto taste = static_cast<std::uint32_t>(user % 20);
    for (std::uint32_t i = 0; i < 400; ++i) {
      if (rng.uniform() < (i % 20 == taste ? in_taste : .012)) row.push_back(i);
    }
    people.accounts.histories.append(row);
  }
  InversionRequest request;
  request.recommender = recommender;
  auto table = item_exposure(request, people, 15);
  std::erase_if(table, [](const ItemExposure &one) { return !one.fakes_half; });
  ASSERT_GT(table.size(), 30u);
  const attack::Accounts &all = people.accounts;
  const auto exposed = [&](std::uint32_t item, std::size_t fakes) {
    Rng draw(item);
    attack::InversionTargets targets{{item}, {}};
    targets.decoys =
        attack::choose_decoys(attack::Decoys::random, all.histories, targets.sensitive, 3, draw);
    attack::Accounts poisoned = all;
    const auto more = attack::naive_fakes(targets, fakes, 400, false, 1);
    for (std::size_t f = 0; f < fakes; ++f) poisoned.histories.append(more.histories.row(f));
    const auto shown = attack::decoys_shown(
        shown_lists(request, recommender, "none", poisoned, people.size(), 1), targets.decoys);
    const auto has = people_with(people, item, 0);
    const auto found = attack::infer(shown, has, 3);
    return static_cast<double>(found.hits) /
           static_cast<double>(std::count(has.begin(), has.end(), 1));
  };
  double at_half = 0, at_quarter_of_it = 0;
  constexpr std::size_t kTried = 12;
  for (std::size_t i = 0; i < kTried; ++i) {
    const ItemExposure &one = table[i * table.size() / kTried];
    EXPECT_LE(*one.fakes_tenth, *one.fakes_half);
    at_half += exposed(one.item, *one.fakes_half) / kTried;
    at_quarter_of_it += exposed(one.item, *one.fakes_half / 4) / kTried;
  }
  EXPECT_GT(at_half, .25);
  EXPECT_LT(at_half, .85);
  EXPECT_LT(at_quarter_of_it, at_half / 2);
}

TEST(InversionExposure, IsWhatInjectingIntoItemCfDoes) {
  exposure_is_what_injecting_does("item_cf", .3);
}

TEST(InversionExposure, IsWhatInjectingIntoFactorsDoes) {
  exposure_is_what_injecting_does("als", .12);
}

TEST(InversionExposure, IsWhatInjectingIntoWeightedFactorsDoes) {
  exposure_is_what_injecting_does("ials", .12);
}

TEST(InversionExposure, OfRatingsAloneIsNotComputed) {
  InversionRequest request;
  request.recommender = "als_observed";
  EXPECT_TRUE(item_exposure(request, {}, 5).empty());
}

TEST(InversionAudit, NamesAnItemThatIsNotThere) {
  InversionRequest request = parse_inversion_request(
      {{"data", "synthetic:users=200,items=100"}, {"sensitive", "nowhere"}});
  EXPECT_THROW(audit_inversion(request, 1, [](double, const char *) {}), Error);
}

// Every way of serving shows everybody as many unseen items, and nobody what they have.
TEST(InversionSystem, ShowsUnseenItems) {
  attack::Accounts accounts;
  accounts.histories.n_items = 60;
  Rng rng(1);
  for (int user = 0; user < 300; ++user) {
    std::vector<std::uint32_t> row;
    for (std::uint32_t i = 0; i < 60; ++i) {
      if (rng.uniform() < (i % 3 == static_cast<std::uint32_t>(user % 3) ? .3 : .05)) {
        row.push_back(i);
      }
    }
    accounts.histories.append(row);
  }
  for (const char *recommender : {"item_cf", "als", "als_observed", "ials"}) {
    for (const char *defense : {"none", "cross_fit", "private"}) {
      InversionRequest request;
      request.dimension = 5;
      const RankedLists lists = shown_lists(request, recommender, defense, accounts, 200, 3);
      ASSERT_EQ(lists.n_users(), 200u);
      for (std::size_t u = 0; u < 200; ++u) {
        const auto history = accounts.histories.row(u);
        EXPECT_TRUE(lists.row(u).size() == 5 || history.size() < 3) << recommender << defense;
        for (const std::uint32_t item : lists.row(u)) {
          EXPECT_EQ(std::count(history.begin(), history.end(), item), 0);
        }
      }
    }
  }
}

}  // namespace
}  // namespace recveil::audit
