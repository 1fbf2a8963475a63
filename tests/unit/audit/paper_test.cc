// The tables of Zhang et al. (CCS'21): splits, lists, cells and requests.
#include "audit/paper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "audit/paper_attack.h"
#include "audit/paper_systems.h"
#include "core/error.h"
#include "core/random.h"
#include "data/generate.h"
#include "recommend/popularity.h"

namespace recveil::audit {
namespace {

using fields::Json;
using Items = std::vector<std::uint32_t>;

const Interactions &people() {
  static const Interactions made =
      data::generate({.users = 200, .items = 150, .seed = 3}).interactions;
  return made;
}

Items sorted(std::span<const std::uint32_t> row) {
  Items out(row.begin(), row.end());
  std::sort(out.begin(), out.end());
  return out;
}

TEST(PaperSplit, RecordsOfAPersonAreDealtToAllParts) {
  const PaperSplit split = split_paper(people(), "record", 20, 1);
  ASSERT_EQ(split.shadow.histories.n_users(), split.target.histories.n_users());
  EXPECT_EQ(split.shadow.members, split.shadow.histories.n_users() / 2);
  std::multiset<Items> whole, dealt;
  for (std::size_t u = 0; u < people().n_users(); ++u) {
    if (people().row(u).size() >= 20) whole.insert(sorted(people().row(u)));
  }
  for (std::size_t u = 0; u < split.shadow.histories.n_users(); ++u) {
    Items all;
    for (const Interactions *part :
         {&split.shadow.histories, &split.target.histories, &split.vectors}) {
      const auto row = part->row(u);
      all.insert(all.end(), row.begin(), row.end());
    }
    dealt.insert(sorted(all));
  }
  EXPECT_EQ(dealt, whole);
}

TEST(PaperSplit, PeopleAreDealtToOnePart) {
  const PaperSplit split = split_paper(people(), "user", 20, 1);
  std::multiset<Items> whole, dealt;
  for (std::size_t u = 0; u < people().n_users(); ++u) {
    if (people().row(u).size() >= 20) whole.insert(sorted(people().row(u)));
  }
  for (const Interactions *part :
       {&split.shadow.histories, &split.target.histories, &split.vectors}) {
    for (std::size_t u = 0; u < part->n_users(); ++u) dealt.insert(sorted(part->row(u)));
  }
  EXPECT_EQ(dealt, whole);
  EXPECT_THROW(split_paper(people(), "user", 1000, 1), Error);
}

TEST(PaperSplit, HoldsOutAShareOfEachHistory) {
  for (const double share : {0.0, 0.1, 0.3}) {
    const HeldOutRecords held = hold_out_records(people(), share, 2);
    for (std::size_t u = 0; u < people().n_users(); ++u) {
      const std::size_t all = people().row(u).size(), out = held.records.row(u).size();
      if (all < 2) continue;
      EXPECT_NEAR(static_cast<double>(out), std::max(1.0, share * static_cast<double>(all)),
                  0.5001);
      Items both = sorted(held.records.row(u));
      both.insert(both.end(), held.history.row(u).begin(), held.history.row(u).end());
      EXPECT_EQ(sorted(both), sorted(people().row(u)));
    }
  }
}

TEST(PaperLists, PopularListsAreTheSameForEverybody) {
  const Items order = by_popularity(people());
  const auto counts = recommend::popularity(people());
  for (std::size_t i = 1; i < order.size(); ++i) {
    EXPECT_GE(counts[order[i - 1]], counts[order[i]]);
  }
  const RankedLists same = popular_lists(order, people(), 20, 0, false, 1);
  for (std::size_t u = 0; u < same.n_users(); ++u) {
    EXPECT_TRUE(std::equal(same.row(u).begin(), same.row(u).end(), order.begin()));
    EXPECT_EQ(same.row(u).size(), 20u);
  }
  const RankedLists unseen = popular_lists(order, people(), 20, 0, true, 1);
  for (std::size_t u = 0; u < unseen.n_users(); ++u) {
    const Items mine = sorted(people().row(u));
    for (const std::uint32_t item : unseen.row(u)) {
      EXPECT_FALSE(std::binary_search(mine.begin(), mine.end(), item));
    }
  }
}

// Each of the 80 items of the pool is in a list of 20 with probability 1/4: over 200 lists the
// count is binomial, 50 +- 6.1. Bounds of 5 standard deviations: a false alarm of 80 x 6e-7.
TEST(PaperLists, RandomizedListsAreDrawnFromThePool) {
  const Items order = by_popularity(people());
  const RankedLists drawn = popular_lists(order, people(), 20, 0.25, false, 7);
  ASSERT_EQ(drawn.n_users(), 200u);
  std::map<std::uint32_t, int> count;
  for (std::size_t u = 0; u < drawn.n_users(); ++u) {
    EXPECT_EQ(std::set<std::uint32_t>(drawn.row(u).begin(), drawn.row(u).end()).size(), 20u);
    for (const std::uint32_t item : drawn.row(u)) ++count[item];
  }
  EXPECT_EQ(count.size(), 80u);
  for (std::size_t i = 0; i < 80; ++i) EXPECT_NEAR(count[order[i]], 50, 31);
}

// NCF as published ranks one item of the history and what was drawn of the rest: with 150 items,
// 1,999 draws leave out hardly any of those a person does not have, and all but one of those they
// do.
TEST(PaperLists, PublishedNcfListsHaveAtMostOneItemOfTheHistory) {
  const auto model = train_paper("popularity", people(), 1);
  const RankedLists lists = paper_lists("ncf", *model, people(), 0, "published", 150, 1),
                    unseen = paper_lists("ncf", *model, people(), 0, "unseen", 150, 1),
                    all = paper_lists("lfm", *model, people(), 0, "published", 150, 1);
  std::size_t held = 0;
  for (std::size_t u = 0; u < people().n_users(); ++u) {
    const Items mine = sorted(people().row(u));
    const auto own = [&](const RankedLists &of) {
      return std::count_if(of.row(u).begin(), of.row(u).end(), [&](std::uint32_t item) {
        return std::binary_search(mine.begin(), mine.end(), item);
      });
    };
    EXPECT_LE(own(lists), 1);
    held += static_cast<std::size_t>(own(lists));
    EXPECT_EQ(own(unseen), 0);
    EXPECT_EQ(own(all), static_cast<std::ptrdiff_t>(mine.size()));
  }
  EXPECT_EQ(held, people().n_users());
}

// Rows of two numbers, of which the first tells the label most of the time.
Matrix told(const std::vector<std::uint8_t> &labels) {
  Rng rng(4);
  Matrix out{labels.size(), 2, {}};
  for (const std::uint8_t label : labels) {
    out.data.push_back(static_cast<float>(label + rng.normal()));
    out.data.push_back(static_cast<float>(rng.normal()));
  }
  return out;
}

TEST(PaperAttack, KeepsTheStartThatFitsTheShadowBest) {
  std::vector<std::uint8_t> labels(60, 0);
  std::fill_n(labels.begin(), 30, std::uint8_t{1});
  const Matrix x = told(labels);
  const PublishedAttack plain;
  ASSERT_EQ(network_starts(plain), 5u);
  double least = 1e9, first = 0;
  for (unsigned start = 0; start < 5; ++start) {
    numerics::Mlp network(2, network_options(plain, 5 * 7 + start));
    network.train(x.data, labels);
    const double loss = network.loss(x.data, labels);
    if (start == 0) first = loss;
    least = std::min(least, loss);
  }
  EXPECT_EQ(train_published(plain, x, labels, 7).loss(x.data, labels), least);
  PublishedAttack one;
  one.training = "one_start";
  EXPECT_EQ(train_published(one, x, labels, 7).loss(x.data, labels), first);
  EXPECT_LT(least, first) << "or the test shows nothing";
}

PaperRequest request_of(const Json &json) {
  return parse_paper_request(json);
}

TEST(PaperCells, GridsCrossEverything) {
  const auto cells = paper_cells(request_of({{"recommenders", {"item_cf", "lfm"}}}));
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_EQ(cells[1].shadow.recommender, "item_cf");
  EXPECT_EQ(cells[1].target.recommender, "lfm");
}

TEST(PaperCells, RandomizationIsAttackedKnowingAndNotKnowing) {
  const auto cells = paper_cells(
      request_of({{"table", "randomization"}, {"recommenders", {"lfm"}}, {"ratios", "0.5,0.1"}}));
  ASSERT_EQ(cells.size(), 5u);
  EXPECT_EQ(cells[0].target.ratio, 0);
  EXPECT_EQ(cells[3].target.ratio, .1);
  EXPECT_EQ(cells[3].shadow.ratio, 0);
  EXPECT_EQ(cells[4].shadow.ratio, .1);
}

TEST(PaperNumbers, AreThoseOfThePaper) {
  const auto cells = paper_cells(request_of({{"recommenders", {"item_cf", "ncf_released"}}}));
  EXPECT_EQ(published_attack(cells[0], "ml-1m", "ml-1m"), .998);
  EXPECT_EQ(published_attack(cells[1], "lastfm-2k", "lastfm-2k"), .793);
  EXPECT_EQ(published_attack(cells[1], "synthetic", "synthetic"), std::nullopt);
  EXPECT_EQ(published_attack(cells[0], "adm", "ml-1m"), .525);
  auto randomized = cells[0];
  randomized.target.ratio = .1;
  EXPECT_EQ(published_attack(randomized, "ml-1m", "ml-1m"), std::nullopt);
  EXPECT_EQ(published_quality("lfm", "lastfm-2k"), std::pair(.478, .468));
  EXPECT_EQ(published_quality("popularity", "lastfm-2k"), std::nullopt);
}

TEST(PaperRequest, LeastRecordsAreThePapers) {
  EXPECT_EQ(least_records(request_of(Json::object()), "ml-1m"), 60u);
  EXPECT_EQ(least_records(request_of(Json::object()), "lastfm-2k"), 20u);
  EXPECT_EQ(least_records(request_of({{"split", "user"}}), "ml-1m"), 20u);
  EXPECT_EQ(least_records(request_of({{"least_records", 5u}}), "ml-1m"), 5u);
}

TEST(PaperRequest, RefusesWhatDoesNotGoTogether) {
  const std::vector<std::pair<Json, std::string>> wrong{
      {{{"table", "transfer"}}, "request.other: "},
      {{{"other", "synthetic"}}, "request.other: "},
      {{{"table", "cross_fit"}, {"recommenders", {"lfm_released"}}}, "request.recommenders: "},
      {{{"recommenders", {"popularity"}}}, "request.recommenders: "},
      {{{"table", "quality"}, {"recommenders", {"ncf_one_model"}}}, "request.recommenders: "},
      {{{"ratios", "2"}}, "request.ratios: "},
      {{{"lengths", {0}}}, "request.lengths: "},
      {{{"split", "item"}}, "request.split: "},
      {{{"nothing", 1}}, "request: unknown key"}};
  for (const auto &[json, what] : wrong) {
    try {
      request_of(json);
      ADD_FAILURE() << json;
    } catch (const Error &error) {
      EXPECT_EQ(std::string(error.what()).rfind(what, 0), 0u) << error.what();
    }
  }
}

// The share of people with a held-out record among the first k, counted by sorting everything.
TEST(PaperQuality, AgreesWithTheDefinition) {
  PaperRequest request = request_of({{"table", "quality"}, {"recommenders", {"popularity"}}});
  request.list_length = 10;
  const auto share = paper_quality(request, people(), 20, 1, 2);
  ASSERT_EQ(share.size(), 1u);
  const PaperSplit split = split_paper(people(), "record", 20, 1);
  Interactions members;
  members.n_items = people().n_items;
  for (std::size_t u = 0; u < split.shadow.members; ++u) {
    members.append(split.shadow.histories.row(u));
  }
  const HeldOutRecords held = hold_out_records(members, 0.2, 1);
  const Items order = by_popularity(held.history);
  const auto counts = recommend::popularity(held.history);
  double hits = 0;
  for (std::size_t u = 0; u < members.n_users(); ++u) {
    const Items mine = sorted(held.history.row(u)), out = sorted(held.records.row(u));
    std::size_t shown = 0;
    bool hit = false;
    for (const std::uint32_t item : order) {
      if (counts[item] == 0 || std::binary_search(mine.begin(), mine.end(), item)) continue;
      if (shown++ == 10) break;
      hit = hit || std::binary_search(out.begin(), out.end(), item);
    }
    hits += hit ? 1 : 0;
  }
  EXPECT_DOUBLE_EQ(share[0][4], hits / static_cast<double>(members.n_users()));
  EXPECT_LE(share[0][1], share[0][0] + 1e-9) << "more items to beat";
  EXPECT_LE(share[0][2], share[0][1] + 1e-9) << "and more";
}

}  // namespace
}  // namespace recveil::audit
