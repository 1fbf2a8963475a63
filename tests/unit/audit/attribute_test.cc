#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "audit/attribute_cells.h"
#include "audit/attribute_host.h"
#include "audit/attribute_request.h"
#include "audit/attribute_shown.h"
#include "audit/attribute_summary.h"
#include "audit/attribute_trial.h"
#include "core/error.h"
#include "core/random.h"

namespace recveil {
namespace {

using audit::AttributeLine;
using audit::Reading;

// ---- cuts

audit::PeopleClasses some_people(std::size_t n, std::uint64_t seed) {
  audit::PeopleClasses out{"kind", {"a", "b", "c"}, {}};
  Rng rng(seed);
  for (std::size_t i = 0; i < n; ++i) {
    out.of_row.push_back(static_cast<std::int32_t>(rng.below(4)) - 1);
  }
  return out;
}

TEST(AttributeCuts, EveryKnownRequesterIsAttackedOnceByOthers) {
  const auto people = some_people(200, 1);
  std::vector<std::uint8_t> requesters(200);
  for (std::size_t i = 0; i < 80; ++i) requesters[i] = 1;
  const audit::Cuts cuts = audit::make_cuts(people, requesters, 3, 7);
  EXPECT_FALSE(cuts.everybody);
  std::multiset<std::uint32_t> attacked;
  for (const audit::Cut &cut : cuts.adaptive) {
    attacked.insert(cut.attacked.begin(), cut.attacked.end());
    for (const std::uint32_t row : cut.attacked) {
      EXPECT_FALSE(std::binary_search(cut.learnt.begin(), cut.learnt.end(), row));
      EXPECT_EQ(requesters[row], 1);
      EXPECT_GE(people.of_row[row], 0);
    }
  }
  std::size_t known = 0;
  for (std::size_t i = 0; i < 80; ++i) known += people.of_row[i] >= 0 ? 1u : 0u;
  EXPECT_EQ(attacked.size(), known);
  EXPECT_EQ(std::set<std::uint32_t>(attacked.begin(), attacked.end()).size(), known);
  // Nobody who asked is learnt from in protocol transfer.
  ASSERT_EQ(cuts.transfer.size(), 1u);
  EXPECT_EQ(cuts.transfer[0].attacked.size(), known);
  for (const std::uint32_t row : cuts.transfer[0].learnt) EXPECT_EQ(requesters[row], 0);
}

TEST(AttributeCuts, WhereAllAskedBothProtocolsHaveTheSameCuts) {
  const auto people = some_people(100, 2);
  const audit::Cuts cuts = audit::make_cuts(people, std::vector<std::uint8_t>(100, 1), 5, 7);
  EXPECT_TRUE(cuts.everybody);
  ASSERT_EQ(cuts.transfer.size(), 5u);
  EXPECT_EQ(cuts.transfer[2].learnt, cuts.adaptive[2].learnt);
}

TEST(AttributeCuts, SmallClassesAreNotCertifiable) {
  audit::PeopleClasses people{"kind", {"a", "b", "c"}, {}};
  people.of_row.assign(100, 0);
  people.of_row.insert(people.of_row.end(), 80, 1);
  people.of_row.insert(people.of_row.end(), 15, 2);
  people.of_row.push_back(-1);
  auto counts = audit::count_classes(people, 10);
  EXPECT_TRUE(counts.certified);
  EXPECT_EQ(counts.certifiable, (std::vector<std::uint8_t>{1, 1, 0}));
  EXPECT_NEAR(counts.majority, 100.0 / 195, 1e-12);
  counts = audit::count_classes(people, 11);  // 88 of a class: one class alone has them
  EXPECT_FALSE(counts.certified);
  EXPECT_EQ(counts.certifiable, (std::vector<std::uint8_t>{1, 1, 1}));
}

// ---- readings

// A stage in other coordinates: mirrored, so that whoever learnt on the first stage reads it the
// wrong way round, and whoever learnt on raw rows in its own coordinates reads it as before.
TEST(AttributeReadings, TransferLearnsOnRawRowsOfTheStagesOwnModel) {
  constexpr std::size_t kRows = 300;
  audit::PeopleClasses people{"kind", {"a", "b"}, {}};
  Matrix rows{kRows, 3, {}};
  Rng rng(5);
  for (std::size_t i = 0; i < kRows; ++i) {
    people.of_row.push_back(static_cast<std::int32_t>(i % 2));
    for (std::size_t c = 0; c < 3; ++c) {
      rows.data.push_back(static_cast<float>(rng.normal() + (c == 0 && i % 2 == 1 ? 1.5 : 0)));
    }
  }
  Matrix mirrored = rows;
  for (float &value : mirrored.data) value = -value;
  const auto counts = audit::count_classes(people, 3);
  const auto cuts = audit::make_cuts(people, std::vector<std::uint8_t>(kRows, 1), 3, 1);
  for (const attack::RowAttack &attack : attack::row_attribute_attacks(false)) {
    if (attack.name != "logistic") continue;
    const auto read = [&](const std::vector<const Matrix *> &raw) {
      return audit::read_attribute(attack, people, counts, cuts, {&rows, &mirrored, &rows}, true, 1,
                                   raw);
    };
    const auto plain = read({}), own = read({&rows, &mirrored, &rows});
    const double auc = plain.transfer[0].auc;
    EXPECT_GT(auc, .8);
    EXPECT_NEAR(plain.transfer[1].auc, 1 - auc, .03);
    EXPECT_NEAR(own.transfer[1].auc, auc, 1e-9);
    for (const std::size_t stage : {0u, 2u}) {
      EXPECT_EQ(own.transfer[stage].auc, plain.transfer[stage].auc);
    }
    for (const std::size_t stage : {0u, 1u, 2u}) {
      EXPECT_EQ(own.adaptive[stage].auc, plain.adaptive[stage].auc);
    }
  }
}

// ---- summaries

std::vector<Reading> readings(const std::vector<double> &aucs, double error) {
  std::vector<Reading> out;
  for (const double auc : aucs) out.push_back({auc, error, auc, error, {auc}, {}, {}});
  return out;
}

AttributeLine line(const std::vector<double> &aucs, double error, const char *attacker = "x",
                   const char *protocol = "adaptive") {
  return audit::summarize_line({attacker, protocol, "embedding", 0}, readings(aucs, error), 1);
}

TEST(AttributeSummary, TheIntervalIsTheWiderOfTwo) {
  // Equal splits: the error within alone, not divided by the splits, because people recur.
  const AttributeLine still = line({0.6, 0.6, 0.6}, 0.01);
  EXPECT_NEAR(still.auc.hi - still.auc.value, 1.959964 * 0.01, 1e-6);
  // A spread of .1 over 3 splits: t(2) = 4.3027, standard error .1 / sqrt(3).
  const AttributeLine wide = line({0.5, 0.6, 0.7}, 0.001);
  EXPECT_NEAR(wide.auc.hi - wide.auc.value, 4.3027 * 0.1 / std::sqrt(3), 1e-4);
  // Nobody twice: three splits are three times the people.
  const auto fresh = audit::summarize_line({"x", "adaptive", "embedding", 0},
                                           readings({0.6, 0.6, 0.6}, 0.03), 1. / 3);
  EXPECT_NEAR(fresh.standard_error, 0.03 / std::sqrt(3), 1e-12);
}

// The same 400 people in four splits, of whose contributions a share of the variance is their own
// in all of them. The error is compared with what means over splits really vary by, over 2,000
// audits: their standard deviation is known to 1 / sqrt(4,000) = 1.6 %, so 8 % is five of these.
TEST(AttributeSummary, WhoIsAttackedAgainCountsOnce) {
  constexpr std::size_t kPeople = 400, kSplits = 4, kAudits = 2000;
  Rng rng(7);
  for (const double shared : {0.0, 0.5, 1.0}) {
    double error = 0, squares = 0;
    for (std::size_t audit = 0; audit < kAudits; ++audit) {
      std::vector<Reading> splits = readings(std::vector<double>(kSplits, 0.5), 0);
      for (Reading &of : splits) of.of_person.resize(kPeople);
      double mean = 0;
      for (std::size_t i = 0; i < kPeople; ++i) {
        const double own = rng.normal();
        for (Reading &of : splits) {
          of.of_person[i] = (std::sqrt(shared) * own + std::sqrt(1 - shared) * rng.normal()) / 400;
          mean += of.of_person[i] / kSplits;
        }
      }
      squares += mean * mean;
      error += audit::summarize_line({"x", "adaptive", "embedding", 0}, splits, 1).standard_error;
    }
    const double real = std::sqrt(squares / kAudits);
    EXPECT_NEAR(error / kAudits / real, 1, 0.08) << shared;
  }
}

TEST(AttributeSummary, TheVerdictGoesByTheSpreadOfAllAttackersOfACell) {
  std::vector<AttributeLine> lines{line({0.48, 0.52}, 0.001, "x"), line({0.50, 0.50}, 0.001, "y"),
                                   line({0.50, 0.50}, 0.001, "z", "transfer")};
  audit::pool_spread(lines);
  // Root mean square over x and y of the variance .0008 and 0, over 2 splits.
  EXPECT_NEAR(lines[0].standard_error, std::sqrt(0.0008 / 2 / 2), 1e-12);
  EXPECT_NEAR(lines[1].standard_error, lines[0].standard_error, 1e-12);
  EXPECT_NEAR(lines[2].standard_error, 0.001, 1e-12);
}

TEST(AttributeSummary, WhatIsAtChanceBeforeIsNothingToErase) {
  std::vector<AttributeLine> raw{line({0.51}, 0.01, "x"), line({0.52}, 0.01, "y"),
                                 line({0.60}, 0.01, "x", "transfer")};
  std::vector<AttributeLine> after = raw;
  audit::mark_nothing_to_erase(raw, after);
  // .52 is two standard errors up: p = .023, corrected for two .046: something there.
  EXPECT_FALSE(after[0].nothing_to_erase);
  raw[1] = line({0.515}, 0.01, "y");
  audit::mark_nothing_to_erase(raw, after);
  EXPECT_TRUE(after[0].nothing_to_erase);
  EXPECT_FALSE(after[2].nothing_to_erase);
}

TEST(AttributeSummary, VerdictsAreTwoSidedAndCorrected) {
  const auto verdict = [&](std::vector<AttributeLine> lines, bool certifiable = true,
                           audit::Controls controls = {1, 0.5, true, true}) {
    return audit::judge_lines(lines, "embedding", controls, certifiable, 0.05).verdict;
  };
  using audit::Verdict;
  EXPECT_EQ(verdict({line({0.60}, 0.01), line({0.50}, 0.01)}), Verdict::leak);
  EXPECT_EQ(verdict({line({0.40}, 0.01), line({0.50}, 0.01)}), Verdict::leak);  // below leaks too
  EXPECT_EQ(verdict({line({0.51}, 0.01), line({0.49}, 0.01)}), Verdict::no_leak_found);
  EXPECT_EQ(verdict({line({0.54}, 0.01), line({0.49}, 0.01)}), Verdict::inconclusive);
  EXPECT_EQ(verdict({line({0.50}, 0.01)}, false), Verdict::inconclusive);
  EXPECT_EQ(verdict({line({0.50}, 0.01)}, true, {0.6, 0.5, false, true}), Verdict::inconclusive);
  EXPECT_EQ(verdict({line({0.90}, 0.01)}, true, {1, 0.9, true, false}), Verdict::inconclusive);
  // .573 is 2.3 errors beyond .55, p = .011 alone: below .025, but not corrected for three lines.
  EXPECT_EQ(verdict({line({0.573}, 0.01)}), Verdict::leak);
  EXPECT_EQ(verdict({line({0.573}, 0.01), line({0.5}, 0.01), line({0.5}, 0.01)}),
            Verdict::inconclusive);
}

// ---- requests

audit::AttributeRequest parse(std::string_view json) {
  return audit::parse_attribute_request(audit::fields::object_of(json));
}

TEST(AttributeRequest, DefaultsAndRefusals) {
  const auto parsed = parse(R"({"audit": "attribute", "share": 0.2})");
  EXPECT_EQ(parsed.defenses, std::vector<std::string>{"none"});
  EXPECT_FALSE(parsed.compared);
  EXPECT_FALSE(parsed.xgboost);
  for (const char *wrong :
       {R"({"defense": "cross_fit"})", R"({"defense": "none", "defenses": ["leace"]})",
        R"({"share": 0})", R"({"attributes": []})", R"({"attributes": ["a", "a"]})",
        R"({"recommender": "item_cf"})", R"({"adversary": "sybil"})", R"({"folds": 1})",
        R"({"attackers": ["nobody"]})", R"({"sources": []})", R"({"unknown": 1})"}) {
    EXPECT_THROW(parse(wrong), Error) << wrong;
  }
}

// ---- a host's rows

struct Host {
  static constexpr std::size_t kRows = 400, kDimension = 6, kStride = 7;
  std::vector<float> before, after;
  std::vector<std::int32_t> classes;
  std::uint32_t n_classes = 2;
  recveil_audit_embeddings given = RECVEIL_AUDIT_EMBEDDINGS_INIT;

  // The class moves a row before by 2; after, nothing of it is left.
  Host() : before(kRows * kStride), after(kRows * kStride) {
    Rng rng(5);
    for (std::size_t i = 0; i < kRows; ++i) {
      classes.push_back(static_cast<std::int32_t>(rng.below(2)));
      for (std::size_t c = 0; c < kDimension; ++c) {
        after[i * kStride + c] = static_cast<float>(rng.normal());
        before[i * kStride + c] = after[i * kStride + c];
      }
      before[i * kStride] += 2 * static_cast<float>(classes.back());
    }
    given.n_rows = kRows;
    given.dimension = kDimension;
    given.row_stride = kStride;
    given.before = before.data();
    given.after = after.data();
    given.n_attributes = 1;
    given.n_classes = &n_classes;
    given.classes = classes.data();
    given.margin = 0.15;
  }
};

const auto kSilent = [](double, const char *) {};

// 400 people: a standard error of .029, and the largest of 14 lines is within 5 of them of .5 with
// probability above 1 - 1e-5; equivalence at .15 holds for the truth.
TEST(AttributeHost, ReadsBeforeAndNotAfter) {
  const Host host;
  audit::HostInput input = audit::host_input(host.given);
  input.seeds = 1;
  const audit::HostAudit found = audit::audit_host(std::move(input), kSilent);
  EXPECT_TRUE(found.controls.positive_passed);
  EXPECT_TRUE(found.controls.negative_passed);
  for (const AttributeLine &each : found.report.before.lines) {
    EXPECT_GT(each.auc.value, 0.75) << each.attacker;
  }
  for (const AttributeLine &each : found.report.after.lines) {
    EXPECT_NEAR(each.auc.value, 0.5, 0.145) << each.attacker;
  }
  EXPECT_NE(found.report.judgement.verdict, audit::Verdict::leak);
}

TEST(AttributeHost, TellsWhoAsked) {
  Host host;
  std::vector<std::uint8_t> asked(Host::kRows);
  for (std::size_t i = 0; i < Host::kRows; i += 3) {
    asked[i] = 1;
    host.after[i * Host::kStride + 2] += 3;  // a mark of the erasure
  }
  for (std::size_t i = 0; i < Host::kRows; ++i) {
    if (asked[i] == 0)
      std::copy_n(&host.before[i * Host::kStride], 6, &host.after[i * Host::kStride]);
  }
  host.given.requesters = asked.data();
  audit::HostInput input = audit::host_input(host.given);
  input.seeds = 1;
  const audit::HostAudit found = audit::audit_host(std::move(input), kSilent);
  ASSERT_EQ(found.report.after.who_asked.size(), 3u);
  for (const AttributeLine &each : found.report.after.who_asked) {
    EXPECT_GT(each.auc.value, 0.85) << each.attacker;
  }
}

TEST(AttributeHost, NamesWhatIsWrong) {
  const auto refused = [](const Host &host, const char *words) {
    try {
      audit::host_input(host.given);
      ADD_FAILURE() << words;
    } catch (const Error &error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  Host host;
  host.before[3 * Host::kStride + 1] = std::numeric_limits<float>::quiet_NaN();
  refused(host, "before: row 3");
  host = Host();
  host.classes[7] = 2;
  host.given.classes = host.classes.data();
  host.given.before = host.before.data();
  host.given.after = host.after.data();
  host.given.n_classes = &host.n_classes;
  refused(host, "classes: row 7");
  std::fill(host.classes.begin(), host.classes.end(), 1);
  refused(host, "fewer than two classes");
  std::vector<std::uint8_t> few(Host::kRows);
  few[0] = 1;
  host.given.requesters = few.data();
  refused(host, "requesters: fewer than 50");
}

// ---- what is shown

TEST(AttributeShown, HiddenItemsAreNotShownAndCostHits) {
  const Matrix rows{2, 1, {1, 1}};
  Matrix items{150, 1, {}};
  for (int i = 0; i < 150; ++i) items.data.push_back(static_cast<float>(200 - i));
  recommend::HoldOut held_out;
  held_out.history.n_items = 150;
  held_out.history.append(std::vector<std::uint32_t>{0});
  held_out.history.append(std::vector<std::uint32_t>{0});
  held_out.item = {1, 1};
  const auto hide = [](std::size_t person, std::vector<std::uint32_t> &away) {
    if (person == 1) away.push_back(1);
  };
  const auto shown = audit::show(rows, items, held_out, 10, 1, hide);
  EXPECT_EQ(shown.lists.row(0)[0], 1u);
  EXPECT_EQ(shown.lists.row(1)[0], 2u);
  EXPECT_EQ(shown.people[0], (std::array<double, 4>{1, 1, 1, 1}));
  EXPECT_EQ(shown.people[1], (std::array<double, 4>{0, 0, 0, 0}));
  const auto change = audit::compare_utility({{shown.people[0], shown.people[0]}},
                                             {{shown.people[0], shown.people[1]}});
  EXPECT_NEAR(change[0].change.value, -0.5, 1e-12);
  EXPECT_LT(change[0].change.lo, -0.5);
}

}  // namespace
}  // namespace recveil
