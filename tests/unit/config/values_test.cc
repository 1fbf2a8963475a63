#include <gtest/gtest.h>

#include <string>

#include "config/config.h"
#include "config_error.h"

namespace recveil::config {
namespace {

const std::string kKeys = "keys: {ephemeral: true}\n";

Config parsed(const std::string &yaml, const std::string &folder = "") {
  return parse(yaml, "c.yaml", folder);
}
ServePolicy serving(const std::string &text) {
  return parsed("serving: {" + text + "}\n" + kKeys).serving;
}

TEST(ConfigValues, Defaults) {
  const Config config = parsed(kKeys);
  EXPECT_EQ(config.serving.mode, ServingMode::popularity_randomization);
  EXPECT_EQ(config.serving.list_length, 100u);
  EXPECT_EQ(config.serving.ratio, 0.1);
  EXPECT_EQ(config.serving.epoch_seconds, 86400u);
  EXPECT_EQ(config.serving.on_error, OnError::pool);
  EXPECT_EQ(config.serving.quarantined, Treatment::pool);
  EXPECT_EQ(config.serving.erased, Treatment::pool);
  EXPECT_FALSE(config.serving.dry_run);
  EXPECT_EQ(config.serving.max_pool_age_seconds, 0u);
  EXPECT_EQ(config.serving.folds, 5u);
  EXPECT_EQ(config.serving.support_floor, 5u);
  EXPECT_EQ(config.serving.no_history, NoHistory::randomization);
  EXPECT_FALSE(config.serving.decoys);
  EXPECT_EQ(config.screening.method, ScreenMethod::full);
  EXPECT_EQ(config.screening.mode, ScreenMode::shadow);
  EXPECT_EQ(config.screening.nu_in_use(), 0.03);
  EXPECT_EQ(config.screening.false_positive_rate, 0.01);
  EXPECT_EQ(config.screening.components, 30u);
  EXPECT_EQ(config.screening.carry_over, 0.9);
  EXPECT_EQ(config.key_file, "");
  EXPECT_TRUE(config.ephemeral_key);
  EXPECT_EQ(config.state_dir, "");
  EXPECT_EQ(config.training.ledger, "");
  EXPECT_EQ(config.training.mu, 0);
  EXPECT_EQ(config.training.delta, 1e-6);
  EXPECT_EQ(config.training.releases, 1u);
}

TEST(ConfigValues, PrivateTraining) {
  const Config config = parsed(R"(serving: {mode: private}
private:
  ledger: l.db
  epsilon: 4
  delta: 1e-7
  releases: 12
  people: 5000
  catalogue: 300
keys: {file: key}
)",
                               "folder");
  EXPECT_EQ(config.serving.mode, ServingMode::private_model);
  EXPECT_EQ(config.serving.folds, 1u);
  EXPECT_EQ(config.serving.support_floor, 1u);
  EXPECT_EQ(config.training.ledger, "folder/l.db");
  EXPECT_EQ(config.training.epsilon, 4);
  EXPECT_EQ(config.training.delta, 1e-7);
  EXPECT_EQ(config.training.releases, 12u);
  EXPECT_EQ(config.training.people, 5000u);
  EXPECT_EQ(config.training.catalogue, 300u);
  EXPECT_EQ(serving("mode: private, support_floor: 7").support_floor, 7u);
}

TEST(ConfigValues, EveryKey) {
  const Config config = parsed(R"(# a comment
serving:
  mode: popularity
  list_length: 20
  ratio: 0.25   # of the pool
  epoch_seconds: 3600
  on_error: closed
  quarantined: refuse
  erased: host
  dry_run: true
  max_pool_age_seconds: 172800
  folds: 8
  support_floor: 3
  no_history: popularity
  decoys: true
  watch_items: {items: [907, 12], false_alarm_rate: 0.01, on_change: hold}
screening:
  method: ocsvm
  mode: enforce
  nu: 0.25
  false_positive_rate: 0.002
  components: 64
  carry_over: 1
keys:
  file: secret/key
  ephemeral: false
state_dir: "state"
)");
  EXPECT_EQ(config.serving.mode, ServingMode::popularity);
  EXPECT_EQ(config.serving.list_length, 20u);
  EXPECT_EQ(config.serving.ratio, 0.25);
  EXPECT_EQ(config.serving.epoch_seconds, 3600u);
  EXPECT_EQ(config.serving.on_error, OnError::closed);
  EXPECT_EQ(config.serving.quarantined, Treatment::refuse);
  EXPECT_EQ(config.serving.erased, Treatment::host);
  EXPECT_TRUE(config.serving.dry_run);
  EXPECT_EQ(config.serving.max_pool_age_seconds, 172800u);
  EXPECT_EQ(config.serving.folds, 8u);
  EXPECT_EQ(config.serving.support_floor, 3u);
  EXPECT_EQ(config.serving.no_history, NoHistory::popularity);
  EXPECT_TRUE(config.serving.decoys);
  EXPECT_EQ(config.serving.watch_items.items, (std::vector<std::uint32_t>{12, 907}));
  EXPECT_EQ(config.serving.watch_items.false_alarm_rate, .01);
  EXPECT_EQ(config.serving.watch_items.on_change, OnChange::hold);
  EXPECT_EQ(config.screening.method, ScreenMethod::ocsvm);
  EXPECT_EQ(config.screening.mode, ScreenMode::enforce);
  EXPECT_EQ(config.screening.nu_in_use(), 0.25);
  EXPECT_EQ(config.screening.expected_share(), 0.25);
  EXPECT_EQ(config.screening.false_positive_rate, 0.002);
  EXPECT_EQ(config.screening.components, 64u);
  EXPECT_EQ(config.screening.carry_over, 1);
  EXPECT_EQ(config.key_file, "secret/key");
  EXPECT_FALSE(config.ephemeral_key);
  EXPECT_EQ(config.state_dir, "state");
}

TEST(ConfigValues, EveryWord) {
  EXPECT_EQ(serving("mode: popularity_randomization").mode, ServingMode::popularity_randomization);
  EXPECT_EQ(serving("mode: 'popularity'").mode, ServingMode::popularity);
  EXPECT_EQ(serving("mode: cross_fit").mode, ServingMode::cross_fit);
  EXPECT_EQ(serving("no_history: randomization").no_history, NoHistory::randomization);
  EXPECT_EQ(serving("on_error: pool").on_error, OnError::pool);
  EXPECT_EQ(serving("on_error: open").on_error, OnError::open);
  for (const auto &[word, treatment] : {std::pair{"pool", Treatment::pool},
                                        {"host", Treatment::host},
                                        {"refuse", Treatment::refuse}}) {
    EXPECT_EQ(serving(std::string("quarantined: ") + word).quarantined, treatment);
    EXPECT_EQ(serving(std::string("erased: ") + word).erased, treatment);
  }
  EXPECT_FALSE(serving("dry_run: false").dry_run);
}

TEST(ConfigValues, EdgesOfRanges) {
  EXPECT_EQ(serving("list_length: 1").list_length, 1u);
  EXPECT_EQ(serving("list_length: 1000").list_length, 1000u);
  EXPECT_EQ(serving("ratio: 1").ratio, 1);
  EXPECT_EQ(serving("ratio: 1.0").ratio, 1);
  EXPECT_EQ(serving("ratio: 1e-1").ratio, 0.1);
  EXPECT_EQ(serving("epoch_seconds: 1").epoch_seconds, 1u);
  EXPECT_EQ(serving("epoch_seconds: 31622400").epoch_seconds, 31622400u);
  EXPECT_EQ(serving("folds: 2").folds, 2u);
  EXPECT_EQ(serving("folds: 64").folds, 64u);
  EXPECT_EQ(serving("support_floor: 1").support_floor, 1u);
  EXPECT_EQ(serving("support_floor: 4294967295").support_floor, 4294967295u);
  EXPECT_EQ(serving("max_pool_age_seconds: 0").max_pool_age_seconds, 0u);
  EXPECT_EQ(serving("max_pool_age_seconds: 4294967295").max_pool_age_seconds, 4294967295u);
  // The largest pool: 1 / 2^-14 and 1000 / (1000 / 2^14) items.
  EXPECT_EQ(serving("list_length: 1, ratio: 0.00006103515625").ratio, 1.0 / 16384);
  EXPECT_EQ(serving("list_length: 1000, ratio: 0.06103515625").ratio, 1000.0 / 16384);
}

TEST(ConfigValues, RelativePathsAreRelativeToTheFolder) {
  const std::string yaml = "keys: {file: key}\nstate_dir: down/state\n";
  EXPECT_EQ(parsed(yaml, "/etc/shop").key_file, "/etc/shop/key");
  EXPECT_EQ(parsed(yaml, "/etc/shop").state_dir, "/etc/shop/down/state");
  EXPECT_EQ(parsed(yaml, "conf").key_file, "conf/key");
  EXPECT_EQ(parsed(yaml, "").key_file, "key");
  EXPECT_EQ(parsed(yaml, "").state_dir, "down/state");
  const std::string absolute = "keys: {file: /k}\nstate_dir: /s\n";
  EXPECT_EQ(parsed(absolute, "/etc/shop").key_file, "/k");
  EXPECT_EQ(parsed(absolute, "/etc/shop").state_dir, "/s");
}

TEST(ConfigValues, FormsOfTheSameYaml) {
  for (const std::string &yaml :
       {std::string("keys:\n  ephemeral: true\nserving:\n  ratio: 0.5\n"),
        std::string("---\nserving: {ratio: 0.5}\nkeys: {ephemeral: true}\n...\n"),
        std::string("serving: {ratio: 0.5}\r\nkeys: {ephemeral: true}\r\n"),
        std::string("\xEF\xBB\xBFserving: {ratio: .5}\nkeys: {ephemeral: true}"),
        std::string("{\"serving\": {\"ratio\": 0.5}, \"keys\": {\"ephemeral\": true}}")}) {
    EXPECT_EQ(parsed(yaml).serving.ratio, 0.5) << yaml;
    EXPECT_TRUE(parsed(yaml).ephemeral_key) << yaml;
  }
}

TEST(ConfigValues, ALongTextIsRead) {
  std::string yaml = kKeys;
  for (int i = 0; i < 100000; ++i) yaml += "# a line that says nothing\n";
  yaml += "serving: {ratio: 0.5}\n";
  EXPECT_EQ(parsed(yaml).serving.ratio, 0.5);
  yaml += "oops: 1\n";
  EXPECT_EQ(error_of(yaml), "c.yaml:100003: oops: unknown key");
}

}  // namespace
}  // namespace recveil::config
