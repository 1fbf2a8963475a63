#include "audit/limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace recveil::audit {
namespace {

using Texts = std::vector<std::string>;

bool some_begins(const Texts &texts, const std::string &begin) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string &text) { return text.starts_with(begin); });
}

Texts spots(const char *audit, const char *adversary) {
  return limits(audit, Verdict::leak, adversary).at("blind_spots").get<Texts>();
}

TEST(Limits, EachVerdictOfEachAuditSaysWhatItIsNot) {
  for (const char *audit : {"membership", "screening", "inversion"}) {
    std::set<std::string> said;
    for (const Verdict verdict : {Verdict::leak, Verdict::no_leak_found, Verdict::inconclusive}) {
      said.insert(limits(audit, verdict).at("not_says").get<std::string>());
    }
    EXPECT_EQ(said.size(), 3U) << audit;
  }
  const auto said = [](Verdict verdict) {
    return limits("lists", verdict).at("not_says").get<std::string>();
  };
  EXPECT_NE(said(Verdict::no_leak_found).find("not a proof"), std::string::npos);
  EXPECT_NE(said(Verdict::inconclusive).find("not an all-clear"), std::string::npos);
}

TEST(Limits, WhatAnAdversaryDidIsNoBlindSpot) {
  EXPECT_TRUE(some_begins(spots("membership", "adaptive"), "Other accounts."));
  EXPECT_FALSE(some_begins(spots("membership", "sybil"), "Other accounts."));
  EXPECT_TRUE(some_begins(spots("membership", "sybil"), "Accounts that ask otherwise."));
  EXPECT_TRUE(some_begins(spots("membership", "sybil"), "Other people\u2019s lists."));
  EXPECT_FALSE(some_begins(spots("membership", "crowd"), "Other people\u2019s lists."));
}

TEST(Limits, FilesAndSystemsOfOnesOwnHideDifferentThings) {
  EXPECT_TRUE(some_begins(spots("membership", ""), "Your own system."));
  EXPECT_FALSE(some_begins(spots("lists", ""), "Your own system."));
  EXPECT_TRUE(some_begins(spots("lists", ""), "The files do not show whether"));
  EXPECT_TRUE(some_begins(spots("attribute", ""), "The history itself"));
  EXPECT_TRUE(some_begins(spots("screening", ""), "Real spammers."));
}

}  // namespace
}  // namespace recveil::audit
