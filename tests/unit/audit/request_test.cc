#include "audit/request.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "core/error.h"

namespace recveil::audit {
namespace {

Request parse(std::string_view json) {
  return parse_request(fields::object_of(json));
}

std::string error_of(const std::string &json) {
  try {
    parse(json);
  } catch (const Error &error) {
    return error.status() == Status::argument ? error.what() : std::string("another status");
  }
  return "accepted";
}

std::string cells_of(const Request &request) {
  std::string out;
  for (const Cell &cell : request.cells) out += cell.defense + "/" + cell.adversary + " ";
  return out;
}

TEST(AuditRequest, Defaults) {
  const Request request = parse("{}");
  EXPECT_EQ(request.audit, "membership");
  EXPECT_EQ(request.data, "synthetic");
  EXPECT_EQ(request.recommender, "item_cf");
  EXPECT_EQ(cells_of(request), "none/adaptive ");
  EXPECT_EQ(request.seeds, 5u);
  EXPECT_EQ(request.first_seed, 1u);
  EXPECT_EQ(request.list_length, 100u);
  EXPECT_EQ(request.cells[0].ratio, 0.1);
  EXPECT_EQ(request.cells[0].folds, 5u);
  EXPECT_EQ(request.cells[0].support_floor, 0u);
  EXPECT_EQ(request.people, 0u);
  EXPECT_EQ(request.trained_on, "all");
  EXPECT_EQ(request.margin, 0.05);
  EXPECT_EQ(request.dimension, 32u);
  EXPECT_EQ(request.export_folder, "");
}

TEST(AuditRequest, EveryKey) {
  const Request request = parse(
      R"({"audit": "membership", "data": "file.csv", "recommender": "popularity",
          "defense": "popularity_randomization", "adversary": "naive", "seeds": 7,
          "first_seed": 3, "list_length": 20, "ratio": 0.5, "margin": 0.1, "dimension": 64,
          "export": "out", "folds": 8, "support_floor": 3})");
  EXPECT_EQ(request.audit, "membership");
  EXPECT_EQ(request.data, "file.csv");
  EXPECT_EQ(request.recommender, "popularity");
  EXPECT_EQ(cells_of(request), "popularity_randomization/naive ");
  EXPECT_EQ(request.seeds, 7u);
  EXPECT_EQ(request.first_seed, 3u);
  EXPECT_EQ(request.list_length, 20u);
  EXPECT_EQ(request.cells[0].ratio, 0.5);
  EXPECT_EQ(request.cells[0].folds, 8u);
  EXPECT_EQ(request.cells[0].support_floor, 3u);
  EXPECT_EQ(request.margin, 0.1);
  EXPECT_EQ(request.dimension, 64u);
  EXPECT_EQ(request.export_folder, "out");
  for (const char *name : {"item_cf", "ials", "als"}) {
    EXPECT_EQ(parse(std::string(R"({"recommender": ")") + name + "\"}").recommender, name);
  }
  EXPECT_EQ(cells_of(parse(R"({"defense": "fold_in"})")), "fold_in/adaptive ");
  EXPECT_EQ(request.canaries, 0u);
  EXPECT_EQ(parse(R"({"defense": "fold_in", "canaries": 1000})").canaries, 1000u);
  for (const std::string name : {"fold_in", "cross_fit"}) {
    const std::string json = R"({"adversary": "sybil", "defense": ")" + name + "\"}";
    EXPECT_EQ(cells_of(parse(json)), name + "/sybil ");
  }
}

TEST(AuditRequest, TheDemoRunsEveryCell) {
  const Request request = parse(R"({"audit": "demo"})");
  EXPECT_EQ(request.audit, "demo");
  EXPECT_EQ(cells_of(request),
            "none/adaptive popularity_randomization/naive popularity_randomization/adaptive "
            "fold_in/adaptive cross_fit/adaptive private/adaptive ");
  EXPECT_EQ(cells_of(parse(R"({"audit": "demo", "recommender": "popularity"})")),
            "none/adaptive popularity_randomization/naive popularity_randomization/adaptive ");
  EXPECT_EQ(error_of(R"({"audit": "demo", "defense": "none"})"),
            "request.defense: the demo runs all of them");
  EXPECT_EQ(error_of(R"({"audit": "demo", "adversary": "naive"})"),
            "request.adversary: the demo runs all of them");
  EXPECT_EQ(error_of(R"({"audit": "demo", "export": "out"})"),
            "request.export: of an audit of one cell alone");
  EXPECT_EQ(parse(R"({"audit": "demo", "ratio": 0.5})").cells[2].ratio, 0.5);
}

TEST(AuditRequest, AGridHasCellsOfItsOwn) {
  const Request request = parse(
      R"({"audit": "grid", "adversary": "naive", "folds": 8, "ratio": 0.5,
          "cells": [{}, {"defense": "cross_fit", "adversary": "adaptive", "folds": 2},
                    {"defense": "popularity_randomization", "ratio": 0.2, "support_floor": 7}]})");
  ASSERT_EQ(cells_of(request), "none/naive cross_fit/adaptive popularity_randomization/naive ");
  const auto folds = [&](std::size_t c) { return request.cells[c].folds; };
  EXPECT_EQ((std::vector{folds(0), folds(1), folds(2)}), (std::vector{8u, 2u, 8u}));
  EXPECT_EQ(request.cells[1].ratio, 0.5);
  EXPECT_EQ(request.cells[2].ratio, 0.2);
  EXPECT_EQ(request.cells[1].support_floor, 0u);
  EXPECT_EQ(request.cells[2].support_floor, 7u);
}

TEST(AuditRequest, CellsAreServedAlikeByWhatTheirDefenceUses) {
  const auto cell = [](const char *defense, double ratio, std::uint32_t folds,
                       std::uint32_t floor) {
    return Cell{defense, "adaptive", ratio, folds, floor};
  };
  const char *shuffled = "popularity_randomization";
  EXPECT_TRUE(serve_alike(cell("none", .1, 5, 5), cell("none", .2, 4, 3)));
  EXPECT_TRUE(serve_alike(cell("fold_in", .1, 5, 5), cell("fold_in", .2, 4, 3)));
  EXPECT_FALSE(serve_alike(cell("none", .1, 5, 5), cell("fold_in", .1, 5, 5)));
  EXPECT_TRUE(serve_alike(cell(shuffled, .1, 5, 5), cell(shuffled, .1, 4, 3)));
  EXPECT_FALSE(serve_alike(cell(shuffled, .1, 5, 5), cell(shuffled, .2, 5, 5)));
  EXPECT_TRUE(serve_alike(cell("cross_fit", .1, 5, 5), cell("cross_fit", .2, 5, 5)));
  EXPECT_FALSE(serve_alike(cell("cross_fit", .1, 5, 5), cell("cross_fit", .1, 4, 5)));
  EXPECT_FALSE(serve_alike(cell("cross_fit", .1, 5, 5), cell("cross_fit", .1, 5, 3)));
}

TEST(AuditRequest, EdgesOfRanges) {
  EXPECT_EQ(parse(R"({"seeds": 1})").seeds, 1u);
  EXPECT_EQ(parse(R"({"seeds": 1000})").seeds, 1000u);
  EXPECT_EQ(parse(R"({"first_seed": 0})").first_seed, 0u);
  EXPECT_EQ(parse(R"({"first_seed": 1073741824})").first_seed, 1073741824u);
  EXPECT_EQ(parse(R"({"list_length": 10})").list_length, 10u);
  EXPECT_EQ(parse(R"({"list_length": 1000})").list_length, 1000u);
  EXPECT_EQ(parse(R"({"ratio": 1})").cells[0].ratio, 1);
  EXPECT_EQ(parse(R"({"ratio": 0.001, "list_length": 10})").cells[0].ratio, 0.001);
  EXPECT_EQ(parse(R"({"ratio": 0.0625, "list_length": 1000})").list_length, 1000u);
  EXPECT_EQ(parse(R"({"margin": 0.5})").margin, 0.5);
  EXPECT_EQ(parse(R"({"margin": 0.001})").margin, 0.001);
}

TEST(AuditRequest, Errors) {
  struct Case {
    const char *json, *error;
  };
  for (const Case &each : std::initializer_list<Case>{
           {"", "request:1: is not JSON: it ends too early (byte 1 of the line)"},
           {"{", "request:1: is not JSON: it ends too early (byte 2 of the line)"},
           {"[]", "request: not a JSON object"},
           {"5", "request: not a JSON object"},
           {"null", "request: not a JSON object"},
           {"{} {}", "request:1: is not JSON (byte 4 of the line)"},
           {"{'seeds': 1}", "request:1: is not JSON (byte 2 of the line)"},
           {R"({"seeds": 01})", "request:1: is not JSON (byte 12 of the line)"},
           {R"({"seed": 1})", "request: unknown key \"seed\""},
           {R"({"": 1})", "request: unknown key \"\""},
           {R"({"audit": 1})", "request.audit: must be a text"},
           {R"({"audit": null})", "request.audit: must be a text"},
           {R"({"audit": "stealing"})",
            "request.audit: must be one of membership, grid, demo; not \"stealing\""},
           {R"({"data": ["a"]})", "request.data: must be a text"},
           {R"({"recommender": "svd"})",
            "request.recommender: must be one of item_cf, ials, als, lfm, popularity; not \"svd\""},
           {R"({"defense": "None"})",
            "request.defense: must be one of none, popularity_randomization, fold_in, "
            "cross_fit, private; not "
            "\"None\""},
           {R"({"adversary": ""})",
            "request.adversary: must be one of naive, adaptive, sybil, crowd; not \"\""},
           {R"({"adversary": "sybil"})",
            "request.adversary: sybil types histories into other accounts, which defence none does "
            "not serve by a model; fold_in, cross_fit and private do"},
           {R"({"adversary": "sybil", "defense": "popularity_randomization"})",
            "request.adversary: sybil types histories into other accounts, which defence "
            "popularity_randomization does not serve by a model; fold_in, cross_fit and private "
            "do"},
           {R"({"canaries": 10})",
            "request.canaries: need a model that serves any history: defence fold_in, cross_fit or "
            "private"},
           {R"({"defense": "fold_in", "canaries": 1001})",
            "request.canaries: must be from 0 to 1000, not 1001"},
           {R"({"seeds": 0})", "request.seeds: must be from 1 to 1000, not 0"},
           {R"({"seeds": 1001})", "request.seeds: must be from 1 to 1000, not 1001"},
           {R"({"seeds": -1})", "request.seeds: must be a whole number of 0 or more"},
           {R"({"seeds": 5.0})", "request.seeds: must be a whole number of 0 or more"},
           {R"({"seeds": "5"})", "request.seeds: must be a whole number of 0 or more"},
           {R"({"seeds": true})", "request.seeds: must be a whole number of 0 or more"},
           {R"({"first_seed": 1073741825})",
            "request.first_seed: must be from 0 to 1073741824, not 1073741825"},
           {R"({"first_seed": 18446744073709551615})",
            "request.first_seed: must be from 0 to 1073741824, not 18446744073709551615"},
           {R"({"list_length": 9})", "request.list_length: must be from 10 to 1000, not 9"},
           {R"({"list_length": 1001})", "request.list_length: must be from 10 to 1000, not 1001"},
           {R"({"dimension": 0})", "request.dimension: must be from 1 to 512, not 0"},
           {R"({"dimension": 513})", "request.dimension: must be from 1 to 512, not 513"},
           {R"({"export": true})", "request.export: must be a text"},
           {R"({"ratio": "0.1"})", "request.ratio: must be a number"},
           {R"({"ratio": 0})", "request.ratio: must be from 0.001 to 1.0, not 0"},
           {R"({"ratio": 1.5})", "request.ratio: must be from 0.001 to 1.0, not 1.5"},
           {R"({"ratio": -1})", "request.ratio: must be from 0.001 to 1.0, not -1"},
           {R"({"ratio": 0.001})", "request.ratio: list_length / ratio must be at most 16384"},
           {R"({"activity": "high"})",
            "request.activity: must be one of balanced, biased; not \"high\""},
           {R"({"a\nb": 1})", "request: unknown key \"a\\nb\""},
           {R"({"margin": 0})", "request.margin: must be from 0.001 to 0.5, not 0"},
           {R"({"margin": 0.6})", "request.margin: must be from 0.001 to 0.5, not 0.6"},
           {R"({"margin": []})", "request.margin: must be a number"},
           {R"({"cells": [{}]})", "request.cells: of the grid alone"},
           {R"({"audit": "grid"})", "request.cells: must be a list of 1 to 1000"},
           {R"({"audit": "grid", "cells": []})", "request.cells: must be a list of 1 to 1000"},
           {R"({"audit": "grid", "cells": {}})", "request.cells: must be a list of 1 to 1000"},
           {R"({"audit": "grid", "cells": [{}, 1]})", "request.cells[1]: must be an object"},
           {R"({"audit": "grid", "cells": [{"seeds": 1}]})",
            "request.cells[0]: unknown key \"seeds\""},
           {R"({"audit": "grid", "cells": [{}, {"folds": 1}]})",
            "request.cells[1].folds: must be from 2 to 64, not 1"},
           {R"({"audit": "grid", "cells": [{"ratio": 0.001}]})",
            "request.cells[0].ratio: list_length / ratio must be at most 16384"},
           {R"({"recommender": "popularity", "audit": "grid",
               "cells": [{"defense": "cross_fit"}]})",
            "request.cells[0].defense: cross_fit needs a recommender that folds in; popularity "
            "does not"},
           {R"({"audit": "grid", "cells": [{}], "export": "out"})",
            "request.export: of an audit of one cell alone"},
       }) {
    EXPECT_EQ(error_of(each.json), each.error) << each.json;
  }
}

TEST(AuditRequest, SurvivesWhatIsNoText) {
  EXPECT_NE(error_of(std::string(100000, '[')), "accepted");
  EXPECT_NE(error_of("{\"audit\": \"\xff\"}"), "accepted");
  EXPECT_NE(error_of(std::string("{\0}", 3)), "accepted");
}

}  // namespace
}  // namespace recveil::audit
