#include "audit/screening_request.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "audit/screening_campaigns.h"
#include "core/error.h"

namespace recveil::audit {
namespace {

ScreeningRequest parse(std::string_view json) {
  return parse_screening_request(fields::object_of(json));
}

std::string error_of(const std::string &json) {
  try {
    parse(json);
  } catch (const Error &error) {
    return error.status() == Status::argument ? error.what() : std::string("another status");
  }
  return "accepted";
}

std::string names(const ScreeningRequest &request) {
  std::string out;
  for (const ScreeningAttack &attack : request.attacks) out += attack.name + " ";
  return out;
}

TEST(ScreeningRequest, Defaults) {
  const ScreeningRequest request = parse("{}");
  EXPECT_EQ(request.defense, "full");
  EXPECT_EQ(request.adversary, "adaptive");
  EXPECT_EQ(names(request),
            "random average bandwagon segment average_over_popular popularity_sampled "
            "template_copy user_mix hidano_naive spread_targets unknown_donors below_max pga "
            "reverse_bandwagon group_strict group_loose cooccurrence_walk surrogate_top "
            "power_user influence_mix persona shifting_targets "
            "unknown_mix nuke_random nuke_average nuke_template_copy popular_random "
            "popular_average popular_segment popular_template_copy popular_cooccurrence_walk "
            "popular_surrogate_top ");
  EXPECT_EQ(request.sizes, (std::vector{20u, 100u, 0u}));
  EXPECT_EQ(request.targets.size(), 6u);
  EXPECT_EQ(request.injection_rate, 0.01);
  EXPECT_EQ(std::pair(request.seeds, request.repeats), std::pair(10u, 20u));
  EXPECT_TRUE(request.scenes);
}

TEST(ScreeningRequest, ANaiveAdversaryRunsWhatIsClaimed) {
  const ScreeningRequest request = parse(R"({"adversary": "naive"})");
  ASSERT_EQ(request.attacks.size(), 9u);
  for (const ScreeningAttack &attack : request.attacks) EXPECT_TRUE(attack.claimed);
  ASSERT_EQ(request.targets.size(), 5u);
  for (const TargetKind &kind : request.targets) EXPECT_FALSE(kind.spread);
}

TEST(ScreeningRequest, EveryKey) {
  const ScreeningRequest request = parse(
      R"({"audit": "screening", "data": "ml-1m:x", "defense": "ocsvm", "adversary": "naive",
          "attacks": ["pga", "random"], "sizes": [12, "average"], "targets": ["spread_5"],
          "injection_rate": 0.003, "seeds": 3, "first_seed": 201, "repeats": 0, "batches": [50],
          "scenes": false, "impact_splits": 2, "recommender": "als", "dimension": 16,
          "margin": 0.1})");
  EXPECT_EQ(names(request), "random pga ");
  EXPECT_EQ(request.sizes, (std::vector{12u, 0u}));
  EXPECT_TRUE(request.targets.size() == 1 && request.targets[0].spread);
  EXPECT_EQ(request.injection_rate, 0.003);
  EXPECT_EQ(request.first_seed, 201u);
  EXPECT_EQ(request.batches, (std::vector{50u}));
  EXPECT_FALSE(request.scenes);
  EXPECT_EQ(request.impact_splits, 2u);
  EXPECT_EQ(request.recommender, "als");
  EXPECT_EQ(request.dimension, 16u);
  EXPECT_EQ(request.margin, 0.1);
}

TEST(ScreeningRequest, ErrorsNameTheKey) {
  for (const auto &[json, error] : std::vector<std::pair<std::string, std::string>>{
           {R"([])", "request: not a JSON object"},
           {R"({"attack": "random"})", "request: unknown key \"attack\""},
           {R"({"defense": "full "})",
            "request.defense: must be one of none, ocsvm, full; not \"full \""},
           {R"({"attacks": []})", "request.attacks: must be a list of texts, not empty"},
           {R"({"attacks": ["pga", "pga"]})", "request.attacks: has \"pga\" twice"},
           {R"({"targets": ["popular"]})",
            "request.targets: must be one of these, not \"popular\": unpopular_1, medium_1, "
            "unpopular_5, spread_5, popular_1, unpopular_20"},
           {R"({"sizes": [11]})",
            "request.sizes: must be of whole numbers from 12 to 100000 or \"average\"; not 11"},
           {R"({"sizes": 20})", "request.sizes: must be a list of 1 to 10"},
           {R"({"batches": ["average"]})",
            "request.batches: must be of whole numbers from 20 to 100000; not \"average\""},
           {R"({"injection_rate": 0})",
            "request.injection_rate: must be from 0.0001 to 0.2, not 0"},
           {R"({"seeds": 2, "impact_splits": 3})",
            "request.impact_splits: must be from 0 to 2, not 3"}}) {
    EXPECT_EQ(error_of(json), error);
  }
}

// Which campaigns a request comes to.
std::vector<std::string> cells_of(const std::string &json, bool rated) {
  const ScreeningRequest request = parse(json);
  std::vector<std::string> out;
  for (const ScreeningCell &cell : screening_cells(request, rated)) {
    out.push_back(request.attacks[cell.attack].name + " " + cell.size.name() + " " +
                  std::string(cell.target.name) + (cell.claimed ? " claimed" : ""));
  }
  return out;
}

TEST(ScreeningCells, WhatGoesTogether) {
  EXPECT_EQ(
      cells_of(R"({"attacks": ["random"], "sizes": [20], "targets": ["medium_1", "spread_5"]})",
               true),
      (std::vector<std::string>{"random 20 medium_1 claimed", "random 20 spread_5"}));
  EXPECT_EQ(cells_of(R"({"attacks": ["spread_targets"], "sizes": [20]})", true),
            (std::vector<std::string>{"spread_targets 20 unpopular_5"}));
  EXPECT_EQ(cells_of(R"({"attacks": ["below_max"], "sizes": [20]})", true).size(), 3u);
  EXPECT_EQ(cells_of(R"({"attacks": ["below_max", "pga"], "sizes": [20]})", false).size(), 0u);
  EXPECT_EQ(cells_of(R"({"attacks": ["pga"], "targets": ["medium_1"]})", true),
            (std::vector<std::string>{"pga average medium_1"}));
  EXPECT_EQ(
      cells_of(R"({"attacks": ["hidano_naive"], "sizes": [20], "targets": ["unpopular_1"]})", true),
      (std::vector<std::string>{"hidano_naive published unpopular_1 claimed",
                                "hidano_naive 20 unpopular_1 claimed"}));
}

}  // namespace
}  // namespace recveil::audit
