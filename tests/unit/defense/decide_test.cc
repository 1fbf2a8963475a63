// decide() over every policy and every state of the facts, against a table of rules in words.
#include "defense/serve/decide.h"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <set>
#include <string>

namespace recveil::defense {
namespace {

constexpr std::initializer_list<Treatment> kTreatments{Treatment::pool, Treatment::host,
                                                       Treatment::refuse};

// The words of include/recveil/serve.h and of the metrics.
std::string word(Treatment treatment) {
  return std::array{"pool", "host", "refuse"}[static_cast<std::size_t>(treatment)];
}
std::string word(Path path) {
  return std::array{"", "refuse", "host", "pool", "fold"}[static_cast<std::size_t>(path)];
}
std::string word(OnError on_error) {
  return std::array{"pool", "closed", "open"}[static_cast<std::size_t>(on_error)];
}
std::string word(Reason reason) {
  return std::array{"none",      "member",     "nonmember",    "quarantined", "erased",
                    "dry_run",   "no_pool",    "stale_pool",   "no_members",  "no_folds",
                    "cross_fit", "no_history", "private_model"}[static_cast<std::size_t>(reason)];
}
std::string word(Population population) {
  return std::array{"member", "nonmember", "quarantined", "erased",
                    "everybody"}[static_cast<std::size_t>(population)];
}
std::string word(Outcome outcome) {
  return std::array{"passthrough", "randomized", "popular", "refused", "failsafe", "folded"}
      [static_cast<std::size_t>(outcome)];
}

// What someone is to get, what the pool is like, what on_error says: path, reason ("": that of the
// person) and outcome. "*" is anything; the first line that fits counts.
struct Rule {
  const char *wish, *pool, *on_error;
  const char *path, *reason, *outcome;
};
constexpr Rule kRules[] = {
    {"host", "*", "*", "host", "", "passthrough"},
    {"refuse", "*", "*", "refuse", "", "refused"},
    {"pool", "fresh", "*", "pool", "", "drawn"},
    {"pool", "none", "pool", "refuse", "no_pool", "failsafe"},
    {"pool", "none", "closed", "refuse", "no_pool", "failsafe"},
    {"pool", "none", "open", "host", "no_pool", "failsafe"},
    {"pool", "stale", "pool", "pool", "stale_pool", "failsafe"},
    {"pool", "stale", "closed", "refuse", "stale_pool", "failsafe"},
    {"pool", "stale", "open", "host", "stale_pool", "failsafe"},
    {"fold", "*", "*", "fold", "", "folded"},
    {"unknown", "none", "pool", "refuse", "", "failsafe"},
    {"unknown", "fresh", "pool", "pool", "", "failsafe"},
    {"unknown", "stale", "pool", "pool", "", "failsafe"},
    {"unknown", "*", "closed", "refuse", "", "failsafe"},
    {"unknown", "*", "open", "host", "", "failsafe"},
};

bool fits(const std::string &pattern, const std::string &value) {
  return pattern == "*" || pattern == value;
}

// "path reason population outcome".
std::string wanted(const ServePolicy &policy, const Facts &facts) {
  std::string wish = "unknown", person = "no_members", population = "nonmember";
  if (facts.membership == Membership::member) wish = "host", person = population = "member";
  if (facts.membership == Membership::nonmember) wish = "pool", person = population = "nonmember";
  const bool one_model = policy.mode == ServingMode::private_model;
  const bool folds_in = one_model || policy.mode == ServingMode::cross_fit;
  if (folds_in) {  // whoever it is
    population = "everybody";
    wish = !facts.has_history ? "pool" : facts.has_folds ? "fold" : "unknown";
    person = !facts.has_history ? "no_history"
             : facts.has_folds  ? one_model ? "private_model" : "cross_fit"
                                : "no_folds";
  }
  if (facts.quarantined) {
    wish = word(policy.quarantined), person = "quarantined", population = "quarantined";
  }
  if (facts.erased) wish = word(policy.erased), person = population = "erased";
  const std::string pool = !facts.has_pool ? "none" : facts.pool_stale ? "stale" : "fresh";
  for (const Rule &rule : kRules) {
    if (!fits(rule.wish, wish) || !fits(rule.pool, pool)) continue;
    if (!fits(rule.on_error, word(policy.on_error))) continue;
    std::string path = rule.path, reason = rule.reason, outcome = rule.outcome;
    if (reason.empty()) reason = person;
    if (outcome == "drawn") {
      const bool in_order = policy.mode == ServingMode::popularity ||
                            (folds_in && policy.no_history == NoHistory::popularity);
      outcome = in_order ? "popular" : "randomized";
    }
    if (policy.dry_run) path = "host", reason = "dry_run";
    return path + " " + reason + " " + population + " " + outcome;
  }
  return "no rule";
}

std::string decided(const ServePolicy &policy, const Facts &facts) {
  const Routing got = decide(policy, facts);
  return word(got.path) + " " + word(got.reason) + " " + word(got.population) + " " +
         word(got.outcome);
}

template <class Call>
void for_all_policies(Call call) {
  struct Mode {
    ServingMode mode;
    NoHistory no_history;
  };
  for (const auto &[mode, no_history] :
       {Mode{ServingMode::popularity, NoHistory::randomization},
        {ServingMode::popularity_randomization, NoHistory::popularity},
        {ServingMode::cross_fit, NoHistory::popularity},
        {ServingMode::cross_fit, NoHistory::randomization},
        {ServingMode::private_model, NoHistory::popularity},
        {ServingMode::private_model, NoHistory::randomization}}) {
    for (const OnError on_error : {OnError::pool, OnError::closed, OnError::open}) {
      for (const Treatment quarantined : kTreatments) {
        for (const Treatment erased : kTreatments) {
          for (const bool dry_run : {false, true}) {
            ServePolicy policy;
            policy.mode = mode;
            policy.no_history = no_history;
            policy.on_error = on_error;
            policy.quarantined = quarantined;
            policy.erased = erased;
            policy.dry_run = dry_run;
            call(policy);
          }
        }
      }
    }
  }
}

TEST(Decide, AgreesWithTheRules) {
  int cases = 0;
  for_all_policies([&](const ServePolicy &policy) {
    for (int bits = 0; bits < 64; ++bits) {
      for (const Membership membership :
           {Membership::ask, Membership::member, Membership::nonmember}) {
        const Facts facts{.membership = membership,
                          .quarantined = (bits & 1) != 0,
                          .erased = (bits & 2) != 0,
                          .has_pool = (bits & 4) != 0,
                          .pool_stale = (bits & 8) != 0,
                          .has_history = (bits & 16) != 0,
                          .has_folds = (bits & 32) != 0};
        ASSERT_EQ(decided(policy, facts), wanted(policy, facts))
            << "policy: " << word(policy.on_error) << ", quarantined " << word(policy.quarantined)
            << ", erased " << word(policy.erased) << ", dry run " << policy.dry_run
            << "; membership " << static_cast<int>(membership) << ", facts " << bits;
        ++cases;
      }
    }
  });
  EXPECT_EQ(cases, 6 * 3 * 3 * 3 * 2 * 64 * 3);
}

// The promise of the library, said once more by itself: whatever is missing, a non-member sees the
// host's list only if the operator wrote `open`, `host` or `dry_run`.
TEST(Decide, ShowsTheHostsListOnlyToMembersUnlessToldTo) {
  for_all_policies([](const ServePolicy &policy) {
    if (policy.dry_run || policy.on_error == OnError::open) return;
    for (int bits = 0; bits < 64; ++bits) {
      for (const Membership membership : {Membership::ask, Membership::nonmember}) {
        const Facts facts{membership,      (bits & 1) != 0,  (bits & 2) != 0, (bits & 4) != 0,
                          (bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0};
        if (facts.erased ? policy.erased == Treatment::host
                         : facts.quarantined && policy.quarantined == Treatment::host) {
          continue;
        }
        ASSERT_NE(decide(policy, facts).path, Path::host);
      }
    }
  });
}

// Cross-fit decides the same for members and for everybody else.
TEST(Decide, CrossFitDoesNotLookAtMembership) {
  for_all_policies([](const ServePolicy &policy) {
    if (policy.mode != ServingMode::cross_fit) return;
    for (int bits = 0; bits < 64; ++bits) {
      std::set<std::string> decisions;
      for (const Membership membership :
           {Membership::ask, Membership::member, Membership::nonmember}) {
        decisions.insert(
            decided(policy, {membership, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
                             (bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0}));
      }
      ASSERT_EQ(decisions.size(), 1u) << bits;
    }
  });
}

}  // namespace
}  // namespace recveil::defense
