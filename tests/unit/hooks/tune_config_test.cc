#include "tune/config.h"

#include <gtest/gtest.h>

#include "config/config.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

Json report(const char *defense) {
  return {{"data", "a: \"b\"\n# c"},
          {"ceiling", .53},
          {"chosen", 1},
          {"audits",
           {{{"defense", "none"}},
            {{"defense", defense},
             {"recommender", "ials"},
             {"seeds", 8},
             {"list_length", 50},
             {"ratio", .25},
             {"folds", 4},
             {"support_floor", 3},
             {"training_units", 3.0},
             {"epsilon", 4.0},
             {"n", {{"trained", 2500}}},
             {"auc_upper_bound", .5214},
             {"utility", {{"ndcg10", {{"members", .2}, {"non_members", .19}}}}}}}}};
}

config::Config parsed(const char *defense, const std::string &key = "") {
  return config::parse(tune_config(report(defense), key, "0.1.0"), "a.yaml", "");
}

TEST(TuneConfig, IsTheChosenSetting) {
  const ServePolicy folds = parsed("cross_fit").serving;
  EXPECT_EQ(folds.mode, ServingMode::cross_fit);
  EXPECT_EQ(folds.list_length, 50u);
  EXPECT_EQ(folds.folds, 4u);
  EXPECT_EQ(folds.support_floor, 3u);
  EXPECT_EQ(parsed("none").serving.mode, ServingMode::popularity);
  EXPECT_EQ(parsed("none").serving.list_length, 50u);
  const ServePolicy random = parsed("popularity_randomization").serving;
  EXPECT_EQ(random.mode, ServingMode::popularity_randomization);
  EXPECT_EQ(random.ratio, .25);
  const config::Config one_model = parsed("private", "key");
  EXPECT_EQ(one_model.serving.mode, ServingMode::private_model);
  EXPECT_EQ(one_model.training.epsilon, 4);
  EXPECT_EQ(one_model.training.people, 2500u);
  EXPECT_EQ(one_model.training.ledger, "private.db");
  EXPECT_EQ(parsed("private").training.ledger, "") << "without a key file";
  EXPECT_EQ(parsed("fold_in").serving.mode, ServingMode::popularity_randomization);
}

TEST(TuneConfig, KeysAreNamedOrEphemeral) {
  EXPECT_TRUE(parsed("cross_fit").ephemeral_key);
  EXPECT_EQ(parsed("cross_fit", "a \"b\"\\c").key_file, "a \"b\"\\c");
  EXPECT_FALSE(parsed("cross_fit", "key").ephemeral_key);
}

TEST(TuneConfig, SaysWhy) {
  const std::string yaml = tune_config(report("cross_fit"), "", "0.1.0");
  for (const char *words : {"ials, 8 splits", "cross-fit, 4 folds, floor 3", ".521", ".530",
                            ".200 for members, .190 for others", "3 times"}) {
    EXPECT_NE(yaml.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(setting_name(report("fold_in")["audits"][1]), "fold-in, one model");
  EXPECT_EQ(setting_name(report("popularity_randomization")["audits"][1]),
            "popularity randomization, ratio .250");
  EXPECT_EQ(setting_name(report("private")["audits"][1]), "private, epsilon 4");
  EXPECT_EQ(setting_name(report("none")["audits"][1]), "no defence");
}

}  // namespace
}  // namespace recveil::cli
