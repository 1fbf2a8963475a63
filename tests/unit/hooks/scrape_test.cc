#include "hooks/observe/scrape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "recveil/serve.h"
#include "support/state_sample.h"
#include "unit/metrics/prometheus_text.h"

namespace recveil::hooks {
namespace {

using support::Families;
using support::Family;
using support::Sample;

// No number of a scrape has these digits by chance.
constexpr std::uint64_t kUser = 918273645546372819;
constexpr std::uint32_t kItem = 3817263544;

const char *status_name(std::int32_t status) {
  static const char *const kNames[] = {"E0", "E1", "E2",  "E3",  "E4",  "E5",  "E6", "E7",
                                       "E8", "E9", "E10", "E11", "E12", "E13", "E14"};
  return kNames[-status];
}

recveil_request request_of(std::uint64_t user) {
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = user;
  return request;
}

class Scrape : public testing::Test {
 protected:
  static std::uint64_t now(void *ctx) { return *static_cast<std::uint64_t *>(ctx); }
  static ServePolicy policy() {
    ServePolicy policy;
    policy.list_length = 3;
    policy.ratio = 0.5;
    policy.epoch_seconds = 100;
    policy.max_pool_age_seconds = 50;
    return policy;
  }

  void publish() {
    hook_.publish_popularity(std::vector<std::uint64_t>{5, 4, 3, 2},
                             std::vector<std::uint32_t>{kItem, kItem + 1, kItem + 2, kItem + 3});
    hook_.publish_users(UserSetName::members, SetChange::add,
                        std::vector<std::uint64_t>{kUser, kUser + 1});
    hook_.publish_users(UserSetName::erased, SetChange::add, std::vector<std::uint64_t>{kUser + 2});
  }
  std::string text() const {
    return scrape(hook_, update_, counters_, audits_, forget_, host_, "9.8.7", status_name).text();
  }
  Families families() const { return support::parse_prometheus(text()); }
  // Of the sample with these labels; -1 if there is none.
  double value(const std::string &name,
               const std::map<std::string, std::string> &labels = {}) const {
    const Families all = families();
    for (const Sample &sample : all.at(name).samples) {
      if (sample.labels == labels) return sample.value;
    }
    return -1;
  }

  std::uint64_t time_ = 12345;
  const Host host_{&time_, nullptr, now, nullptr};
  metrics::Counters counters_;
  metrics::AuditResults audits_;
  metrics::ForgetCounters forget_;
  ServeHook hook_{policy(), support::state_test_key(), "", host_, counters_};
  UpdateHook update_{{}, support::state_test_key(), "", host_, counters_, hook_};
};

// Every metric, and what its samples are told apart by.
TEST_F(Scrape, HasEveryMetricWithEveryLabel) {
  const std::map<std::string, std::pair<std::string, std::size_t>> wanted{
      {"recveil_build_info", {"gauge", 1}},
      {"recveil_screen_accounts_total", {"counter", 3 * 3}},
      {"recveil_screen_score", {"histogram", 11 + 2}},
      {"recveil_screen_reviews_total", {"counter", 3}},
      {"recveil_screen_mode", {"gauge", 2}},
      {"recveil_screen_unreviewed_accounts", {"gauge", 1}},
      {"recveil_screen_nu_ratio", {"gauge", 1}},
      {"recveil_screen_expected_quarantine_ratio", {"gauge", 1}},
      {"recveil_screen_version", {"gauge", 1}},
      {"recveil_screen_support_vectors", {"gauge", 1}},
      {"recveil_screen_training_accounts", {"gauge", 1}},
      {"recveil_screen_training_duration_seconds", {"gauge", 1}},
      {"recveil_screen_trained_timestamp_seconds", {"gauge", 1}},
      {"recveil_serving_requests_total", {"counter", 5 * 6}},
      {"recveil_serving_items_total", {"counter", 2}},
      {"recveil_serving_duration_seconds", {"histogram", 13 + 2}},
      {"recveil_popularity_pool_rotations_total", {"counter", 2}},
      {"recveil_popularity_pool_items", {"gauge", 1}},
      {"recveil_popularity_pool_wanted_items", {"gauge", 1}},
      {"recveil_popularity_pool_list_length", {"gauge", 1}},
      {"recveil_popularity_pool_version", {"gauge", 1}},
      {"recveil_fold_erasures", {"gauge", 1}},
      {"recveil_fold_erasures_version", {"gauge", 1}},
      {"recveil_fold_model_version", {"gauge", 1}},
      {"recveil_fold_models_updated_timestamp_seconds", {"gauge", 1}},
      {"recveil_fold_rotations_total", {"counter", 2}},
      {"recveil_popularity_pool_epoch", {"gauge", 1}},
      {"recveil_popularity_pool_updated_timestamp_seconds", {"gauge", 1}},
      {"recveil_serving_users", {"gauge", 3}},
      {"recveil_serving_state_version", {"gauge", 1}},
      {"recveil_serving_dry_run", {"gauge", 1}},
      {"recveil_failsafe_active", {"gauge", 1}},
      {"recveil_api_errors_total", {"counter", 14}},
      {"recveil_callback_errors_total", {"counter", 1}},
      {"recveil_audit_runs_total", {"counter", 4 * 4}},
      {"recveil_audit_suppressed_total", {"counter", 4}},
  };
  for (const bool published : {false, true}) {
    if (published) publish();
    std::map<std::string, std::pair<std::string, std::size_t>> got;
    const Families all = families();
    for (const auto &[name, family] : all) {
      got[name] = {family.type, family.samples.size()};
      EXPECT_GT(family.help.size(), 10u) << name;
      EXPECT_EQ(family.help.back(), '.') << name;
      EXPECT_EQ(family.type == "counter", name.ends_with("_total")) << name;
    }
    EXPECT_EQ(got, wanted);
  }
}

TEST_F(Scrape, NamesNoUserAndNoItem) {
  publish();
  const auto session = hook_.session();
  std::vector<std::uint32_t> positions(3);
  for (std::uint64_t user = kUser; user < kUser + 4; ++user) {
    const recveil_decision decided = session.route(request_of(user));
    session.serve({.user = user,
                   .path = static_cast<Path>(decided.path),
                   .epoch = decided.epoch,
                   .n_host = 5,
                   .seen = {},
                   .positions = positions,
                   .origins = {}});
  }
  const std::string scraped = text();
  const HashKey key = id_key(support::state_test_key());
  for (std::uint64_t i = 0; i < 4; ++i) {
    for (const std::uint64_t planted : {kUser + i, kItem + i, hash_user(key, kUser + i)}) {
      EXPECT_EQ(scraped.find(std::to_string(planted)), std::string::npos);
    }
  }
  // Every label value is a word of the documentation, a bound, or the version.
  const std::set<std::string> words{
      "9.8.7",      "member",       "nonmember",  "quarantined", "erased",      "ok",
      "rejected",   "passthrough",  "randomized", "popular",     "refused",     "host",
      "members",    "quarantined",  "failsafe",   "everybody",   "folded",      "pool",
      "membership", "inversion",    "attribute",  "screening",   "leak",        "no_leak_found",
      "error",      "inconclusive", "new",        "update",      "batch",       "accept",
      "quarantine", "defer",        "confirmed",  "overturned",  "exempt",      "shadow",
      "enforce",    "unchanged",    "changed",    "held",        "not_compared"};
  const Families all = families();
  for (const auto &[name, family] : all) {
    for (const Sample &sample : family.samples) {
      for (const auto &[label, value] : sample.labels) {
        if (label == "le" || label == "code") continue;
        EXPECT_TRUE(words.contains(value)) << name << " " << label << "=" << value;
      }
    }
  }
}

TEST_F(Scrape, TellsWhatWasPublished) {
  EXPECT_EQ(value("recveil_failsafe_active"), 1);
  EXPECT_EQ(value("recveil_popularity_pool_version"), 0);
  EXPECT_EQ(value("recveil_popularity_pool_updated_timestamp_seconds"), 0);
  publish();
  EXPECT_EQ(value("recveil_build_info", {{"version", "9.8.7"}}), 1);
  EXPECT_EQ(value("recveil_failsafe_active"), 0);
  EXPECT_EQ(value("recveil_popularity_pool_items"), 4);
  EXPECT_EQ(value("recveil_popularity_pool_wanted_items"), 6);
  EXPECT_EQ(value("recveil_popularity_pool_list_length"), 3);
  EXPECT_EQ(value("recveil_popularity_pool_version"), 1);
  EXPECT_EQ(value("recveil_popularity_pool_epoch"), 123);
  EXPECT_EQ(value("recveil_popularity_pool_updated_timestamp_seconds"), 12345);
  EXPECT_EQ(value("recveil_serving_users", {{"set", "members"}}), 2);
  EXPECT_EQ(value("recveil_serving_users", {{"set", "quarantined"}}), 0);
  EXPECT_EQ(value("recveil_serving_users", {{"set", "erased"}}), 1);
  EXPECT_EQ(value("recveil_serving_state_version"), 3);
  EXPECT_EQ(value("recveil_serving_dry_run"), 0);
  EXPECT_EQ(value("recveil_popularity_pool_rotations_total", {{"outcome", "ok"}}), 1);
  EXPECT_EQ(value("recveil_popularity_pool_rotations_total", {{"outcome", "rejected"}}), 0);
  time_ += 50;
  EXPECT_EQ(value("recveil_failsafe_active"), 0);
  time_ += 1;
  EXPECT_EQ(value("recveil_failsafe_active"), 1) << "the pool is stale";
  EXPECT_ANY_THROW(hook_.publish_popularity(std::vector<std::uint64_t>{0}, {}));
  EXPECT_EQ(value("recveil_popularity_pool_rotations_total", {{"outcome", "rejected"}}), 1);
}

TEST_F(Scrape, CountsRequests) {
  publish();
  const auto route = [&](std::uint64_t user) { return hook_.session().route(request_of(user)); };
  for (int i = 0; i < 3; ++i) route(kUser);
  for (int i = 0; i < 4; ++i) route(kUser + 100);
  route(kUser + 2);
  counters_.error(-4);
  counters_.duration(700);
  const auto requests = [&](const char *population, const char *outcome) {
    return value("recveil_serving_requests_total",
                 {{"population", population}, {"outcome", outcome}});
  };
  EXPECT_EQ(requests("member", "passthrough"), 3);
  EXPECT_EQ(requests("nonmember", "randomized"), 4);
  EXPECT_EQ(requests("erased", "randomized"), 1);
  EXPECT_EQ(requests("quarantined", "randomized"), 0);
  EXPECT_EQ(value("recveil_api_errors_total", {{"code", "E4"}}), 1);
  EXPECT_EQ(value("recveil_api_errors_total", {{"code", "E5"}}), 0);
  const Families all = families();
  for (const Sample &sample : all.at("recveil_serving_duration_seconds").samples) {
    if (sample.name.ends_with("_sum")) {
      EXPECT_DOUBLE_EQ(sample.value, 7e-7);
    }
    if (sample.labels.contains("le")) {
      const std::string le = sample.labels.at("le");
      EXPECT_EQ(sample.value, le == "+Inf" || std::stod(le) > 7e-7 ? 1 : 0) << le;
    }
  }
}

TEST_F(Scrape, ShowsWhatScreeningDid) {
  EXPECT_EQ(value("recveil_screen_mode", {{"mode", "shadow"}}), 1);
  EXPECT_EQ(value("recveil_screen_mode", {{"mode", "enforce"}}), 0);
  EXPECT_EQ(value("recveil_screen_expected_quarantine_ratio"), 0.01);
  EXPECT_EQ(value("recveil_screen_nu_ratio"), 0.03);
  counters_.screened(ScreenTrigger::update, ScreenDecision::defer, 2.5);
  counters_.screened(ScreenTrigger::update, ScreenDecision::accept, -0.5);
  counters_.screened(ScreenTrigger::batch, ScreenDecision::quarantine, 6);
  counters_.review(Review::overturned, 4);
  const auto count = [&](const char *trigger, const char *decision) {
    return value("recveil_screen_accounts_total", {{"trigger", trigger}, {"decision", decision}});
  };
  EXPECT_EQ(count("update", "defer"), 1);
  EXPECT_EQ(count("update", "accept"), 1);
  EXPECT_EQ(count("batch", "quarantine"), 1);
  EXPECT_EQ(count("new", "quarantine"), 0);
  EXPECT_EQ(value("recveil_screen_reviews_total", {{"verdict", "overturned"}}), 4);
  EXPECT_NE(text().find("recveil_screen_score_sum 8\n"), std::string::npos) << text();
  ScreenPolicy policy;
  policy.mode = ScreenMode::enforce;
  policy.method = ScreenMethod::ocsvm;
  policy.nu = 0.02;
  update_.set_policy(policy);
  EXPECT_EQ(value("recveil_screen_mode", {{"mode", "enforce"}}), 1);
  EXPECT_EQ(value("recveil_screen_expected_quarantine_ratio"), 0.02);
}

}  // namespace
}  // namespace recveil::hooks
