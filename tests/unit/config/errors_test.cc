#include <gtest/gtest.h>

#include "config_error.h"

namespace recveil::config {
namespace {

constexpr const char *kNoKey =
    "keys: missing: give file: PATH (recveil key generate PATH makes one), or ephemeral: true to "
    "try out";

void expect_errors(std::initializer_list<Case> cases) {
  for (const Case &each : cases) EXPECT_EQ(error_of(each.yaml), each.error) << each.yaml;
}

TEST(ConfigErrors, WatchedItems) {
  expect_errors({
      {"serving: {watch_items: [3]}", "c.yaml:1: serving.watch_items: must be a map of keys"},
      {"serving:\n  watch_items:\n    items: 3\n",
       "c.yaml:3: serving.watch_items.items: must be a list of item numbers, such as [12, 907]"},
      {"serving: {watch_items: {items: [3, -1]}}",
       "c.yaml:1: serving.watch_items.items: must be item numbers below 4294967295, not -1"},
      {"serving: {watch_items: {items: [3, 3]}}",
       "c.yaml:1: serving.watch_items.items: 3 is listed twice"},
      {"serving: {watch_items: {on_change: stop}}",
       "c.yaml:1: serving.watch_items.on_change: must be one of report, hold; not stop"},
      {"serving: {mode: private, watch_items: {items: [3]}}",
       "c.yaml:1: serving.watch_items: mode private is not watched; leave it out"},
  });
}

TEST(ConfigErrors, Numbers) {
  expect_errors({
      {"serving: {list_length: 0}", "c.yaml:1: serving.list_length: must be from 1 to 1000, not 0"},
      {"serving: {list_length: 1001}",
       "c.yaml:1: serving.list_length: must be from 1 to 1000, not 1001"},
      {"serving: {list_length: 99999999999999999999999}",
       "c.yaml:1: serving.list_length: must be from 1 to 1000, not 99999999999999999999999"},
      {"serving: {epoch_seconds: 0}",
       "c.yaml:1: serving.epoch_seconds: must be from 1 to 31622400, not 0"},
      {"serving: {epoch_seconds: 31622401}",
       "c.yaml:1: serving.epoch_seconds: must be from 1 to 31622400, not 31622401"},
      {"serving: {max_pool_age_seconds: 4294967296}",
       "c.yaml:1: serving.max_pool_age_seconds: must be from 0 to 4294967295, not 4294967296"},
      {"serving: {ratio: 0}", "c.yaml:1: serving.ratio: must be above 0 and at most 1, not 0"},
      {"serving: {ratio: -0}", "c.yaml:1: serving.ratio: must be above 0 and at most 1, not -0"},
      {"serving: {ratio: -0.5}",
       "c.yaml:1: serving.ratio: must be above 0 and at most 1, not -0.5"},
      {"serving: {ratio: 1.0000001}",
       "c.yaml:1: serving.ratio: must be above 0 and at most 1, not 1.0000001"},
      {"serving:\n  list_length: 1000\n  ratio: 0.05\n",
       "c.yaml:3: serving.ratio: list_length / ratio must be at most 16384 pool items, not 20000"},
      {"serving:\n  ratio: 0.061035\n  list_length: 1000\n",
       "c.yaml:2: serving.ratio: list_length / ratio must be at most 16384 pool items, not 16385"},
  });
}

TEST(ConfigErrors, PrivateTraining) {
  expect_errors({
      {"private: {mu: 0}", "c.yaml:1: private.mu: must be above 0 and at most 100, not 0"},
      {"private: {mu: 1,\n epsilon: 4, people: 9}",
       "c.yaml:1: private.mu: give either mu or epsilon, not both"},
      {"private:\n  epsilon: 4\n",
       "c.yaml:2: private.people: missing: give the least number of people that a model is made "
       "from; it is public, so never give the exact one"},
      {"private:\n  epsilon: 4\n  people: 1000\n  delta: 1e-3\n",
       "c.yaml:4: private.delta: must be below 1 / private.people: such a delta allows publishing "
       "a whole person"},
      {"private: {catalogue: 8193}",
       "c.yaml:1: private.catalogue: must be from 3 to 8192, not 8193"},
      {"private: {train_once: true, releases: 2}",
       "c.yaml:1: private.train_once: is for one release: leave private.releases out"},
      {"private: {ledgr: x}", "c.yaml:1: private.ledgr: unknown key; did you mean private.ledger?"},
      {"serving: {mode: private, folds: 5}",
       "c.yaml:1: serving.folds: mode private has one model; leave it out"},
      {"private: {ledger: x}\nkeys: {ephemeral: true}",
       "c.yaml:1: private: ledger needs keys.file: what one ephemeral key wrote no other reads"},
  });
}

TEST(ConfigErrors, Screening) {
  expect_errors({
      {"screening: {mode: on}", "c.yaml:1: screening.mode: must be one of shadow, enforce; not on"},
      {"screening: {method: svm}",
       "c.yaml:1: screening.method: must be one of ocsvm, full; not svm"},
      {"screening: {nu: 0}", "c.yaml:1: screening.nu: must be above 0 and at most 0.5, not 0"},
      {"screening: {false_positive_rate: 0.2}",
       "c.yaml:1: screening.false_positive_rate: must be above 0 and at most 0.1, not 0.2"},
      {"screening: {components: 0}",
       "c.yaml:1: screening.components: must be from 1 to 512, not 0"},
      {"screening: {carry_over: 1.5}",
       "c.yaml:1: screening.carry_over: must be above 0 and at most 1, not 1.5"},
      {"screening: {mod: enforce}",
       "c.yaml:1: screening.mod: unknown key; did you mean screening.mode?"},
      {"screening: enforce", "c.yaml:1: screening: must be a map of keys"},
  });
}

// A ratio whose pool no number can hold: nothing undefined, and no nonsense in the text.
TEST(ConfigErrors, TinyRatios) {
  for (const char *ratio : {"1e-18", "1e-30", "1e-310"}) {
    const std::string error = error_of(std::string("serving: {ratio: ") + ratio + "}");
    EXPECT_EQ(error.rfind("c.yaml:1: serving.ratio: ", 0), 0u) << error;
    EXPECT_EQ(error.find("not 0"), std::string::npos) << error;
  }
}

TEST(ConfigErrors, NotQuiteNumbers) {
  for (const char *text : {"0x10", "0o17", "1_000", "1,000", "1e2", "1.0", "+5", "-1", "-0", "ten",
                           "1 0", "5s", "0b1", "1e", "--1", ".inf", ".nan", "true"}) {
    EXPECT_EQ(error_of(std::string("serving:\n  list_length: ") + text + "\n"),
              std::string("c.yaml:2: serving.list_length: must be a whole number, not ") + text);
  }
  for (const char *text : {"0x1p-1", "0x1", "0_1", "0,1", "+0.5", "half", ".inf", ".nan", "-.inf",
                           "inf", "nan", "infinity", "1e400", "1e-400", "0.5f", "50%", "1/2"}) {
    EXPECT_EQ(error_of(std::string("serving:\n  ratio: ") + text + "\n"),
              std::string("c.yaml:2: serving.ratio: must be a number, not ") + text);
  }
  for (const char *text : {"010", "00", "007", "01_0"}) {
    const std::string error = error_of(std::string("serving: {list_length: ") + text + "}");
    EXPECT_EQ(error.rfind("c.yaml:1: serving.list_length: must be a ", 0), 0u) << error;
  }
  expect_errors({
      {"serving: {list_length: 010}",
       "c.yaml:1: serving.list_length: must be a number without leading zeros, not 010"},
      {"serving: {ratio: 00.5}",
       "c.yaml:1: serving.ratio: must be a number without leading zeros, not 00.5"},
      {"serving: {ratio: -01}",
       "c.yaml:1: serving.ratio: must be a number without leading zeros, not -01"},
  });
}

TEST(ConfigErrors, QuotedNumbersAreTexts) {
  expect_errors({
      {"serving: {list_length: '100'}",
       "c.yaml:1: serving.list_length: must be a whole number, not 100"},
      {"serving: {list_length: \"100\"}",
       "c.yaml:1: serving.list_length: must be a whole number, not 100"},
      {"serving: {ratio: \"0.1\"}", "c.yaml:1: serving.ratio: must be a number, not 0.1"},
      {"serving: {dry_run: 'true'}", "c.yaml:1: serving.dry_run: must be true or false, not true"},
      {"keys: {ephemeral: \"true\"}", "c.yaml:1: keys.ephemeral: must be true or false, not true"},
  });
}

TEST(ConfigErrors, Booleans) {
  for (const char *text : {"yes", "no", "on", "off", "True", "TRUE", "y", "1", "0"}) {
    EXPECT_EQ(error_of(std::string("serving:\n\n  dry_run: ") + text + "\n"),
              std::string("c.yaml:3: serving.dry_run: must be true or false, not ") + text);
  }
}

TEST(ConfigErrors, Words) {
  expect_errors({
      {"serving: {mode: popular}",
       "c.yaml:1: serving.mode: must be one of popularity, popularity_randomization, cross_fit, "
       "private; not popular"},
      {"serving: {on_error: Pool}",
       "c.yaml:1: serving.on_error: must be one of pool, closed, open; not Pool"},
      {"serving: {quarantined: open}",
       "c.yaml:1: serving.quarantined: must be one of pool, host, refuse; not open"},
      {"serving: {erased: ''}",
       "c.yaml:1: serving.erased: must be one of pool, host, refuse; not "},
  });
}

TEST(ConfigErrors, TypesOfValues) {
  expect_errors({
      {"serving: 5", "c.yaml:1: serving: must be a map of keys"},
      {"serving: [1]", "c.yaml:1: serving: must be a map of keys"},
      {"keys: secret.key", "c.yaml:1: keys: must be a map of keys"},
      {"serving: {list_length: [1]}", "c.yaml:1: serving.list_length: must be a whole number"},
      {"serving: {list_length: }", "c.yaml:1: serving.list_length: must be a whole number"},
      {"serving: {ratio: {a: 1}}", "c.yaml:1: serving.ratio: must be a number"},
      {"serving: {ratio: ~}", "c.yaml:1: serving.ratio: must be a number"},
      {"serving: {dry_run: [true]}", "c.yaml:1: serving.dry_run: must be true or false"},
      {"serving: {mode: }", "c.yaml:1: serving.mode: must be a word"},
      {"serving: {mode: [popularity]}", "c.yaml:1: serving.mode: must be a word"},
      {"keys: {file: }", "c.yaml:1: keys.file: must be a text"},
      {"keys: {file: null}", "c.yaml:1: keys.file: must be a text"},
      {"keys: {file: [a]}", "c.yaml:1: keys.file: must be a text"},
      {"keys: {file: ''}", "c.yaml:1: keys.file: must not be empty"},
      {"keys: {file: k}\nstate_dir: {}", "c.yaml:2: state_dir: must be a text"},
      {"keys: {file: k}\nstate_dir: \"\"", "c.yaml:2: state_dir: must not be empty"},
      {"keys: {file: \"k\\0l\"}", "c.yaml:1: keys.file: must not hold a NUL"},
  });
}

TEST(ConfigErrors, UnknownKeys) {
  expect_errors({
      {"serving: {ratoi: 0.5}",
       "c.yaml:1: serving.ratoi: unknown key; did you mean serving.ratio?"},
      {"serving:\n  ratio: 0.5\n  list_lenght: 5\n",
       "c.yaml:3: serving.list_lenght: unknown key; did you mean serving.list_length?"},
      {"servign: {}", "c.yaml:1: servign: unknown key; did you mean serving?"},
      {"keys: {flie: x}", "c.yaml:1: keys.flie: unknown key; did you mean keys.file?"},
      {"keys: {ephemeral: true}\nstate-dir: x",
       "c.yaml:2: state-dir: unknown key; did you mean state_dir?"},
      {"serving: {Ratio: 0.5}",
       "c.yaml:1: serving.Ratio: unknown key; did you mean serving.ratio?"},
      {"serving:\n  zebra: 1\n", "c.yaml:2: serving.zebra: unknown key"},
      {"ratio: 0.5", "c.yaml:1: ratio: unknown key"},
      {"<<: {serving: {}}", "c.yaml:1: <<: unknown key"},
      {"'': 1", "c.yaml:1: : unknown key"},
  });
}

std::string no_key(int line) {
  return "c.yaml:" + std::to_string(line) + ": " + kNoKey;
}

TEST(ConfigErrors, Keys) {
  for (const char *yaml :
       {"", "  \n# nothing\n", "{}", "~", "serving: {}", "keys: {}", "keys: {ephemeral: false}"}) {
    EXPECT_EQ(error_of(yaml), no_key(1)) << yaml;
  }
  EXPECT_EQ(error_of("serving: {}\nkeys:\n  ephemeral: false\n"), no_key(2));
  expect_errors({
      {"keys: {file: a, ephemeral: true}",
       "c.yaml:1: keys: give either file or ephemeral, not both"},
      {"keys: {ephemeral: true}\nstate_dir: x",
       "c.yaml:2: state_dir: needs keys.file: what one ephemeral key wrote no other process reads"},
      {"keys: {file: a, ephemeral: false}", "accepted"},
  });
}

// Errors are one line, whatever the text quotes.
TEST(ConfigErrors, AreOneLine) {
  for (const char *yaml : {"\"a\\nb\": 5", "serving: {mode: \"popu\\nlar\"}",
                           "serving: {\"ra\\ntio\": 5}", "serving: {ratio: \"0\\n1\"}"}) {
    const std::string error = error_of(yaml);
    EXPECT_NE(error, "accepted");
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace recveil::config
