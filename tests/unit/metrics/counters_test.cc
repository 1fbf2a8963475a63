#include "metrics/counters.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

namespace recveil::metrics {
namespace {

constexpr std::size_t kNumbers = sizeof(CounterTotals) / sizeof(std::uint64_t);

std::vector<std::uint64_t> numbers(const CounterTotals &totals) {
  std::vector<std::uint64_t> out(kNumbers);
  std::memcpy(out.data(), &totals, sizeof(totals));
  return out;
}

// Every counter, each by another amount.
void count_all(Counters &counters, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t p = 0; p < kPopulations; ++p) {
      for (std::size_t o = 0; o < kOutcomes; ++o) {
        counters.request(static_cast<Population>(p), static_cast<Outcome>(o));
      }
    }
    counters.items(Origin::host, 3);
    counters.items(Origin::pool, 5);
    for (const std::uint64_t bound : kDurationBounds) counters.duration(bound);
    counters.error(-4);
    counters.rotation(true);
    counters.rotation(false);
    for (std::size_t a = 0; a < kAttacks; ++a) {
      for (std::size_t v = 0; v < kVerdicts; ++v) {
        counters.audit(value_at<Attack>(a), value_at<Verdict>(v));
      }
      counters.audit_suppressed(value_at<Attack>(a));
    }
  }
}

// What count_all(counters, 1) adds `rounds` times.
void expect_rounds(const Counters &counters, std::uint64_t rounds) {
  const CounterTotals totals = counters.totals();
  for (const auto &outcomes : totals.requests) {
    for (const std::uint64_t count : outcomes) EXPECT_EQ(count, rounds);
  }
  EXPECT_EQ(totals.items[0], 3 * rounds);
  EXPECT_EQ(totals.items[1], 5 * rounds);
  std::uint64_t bounds = 0;
  for (const std::uint64_t bound : kDurationBounds) bounds += bound;
  EXPECT_EQ(totals.duration_ns, bounds * rounds);
  for (std::size_t i = 0; i < kDurationBuckets; ++i) {
    EXPECT_EQ(totals.duration[i], i + 1 < kDurationBuckets ? rounds : 0);
  }
  for (std::size_t code = 0; code < kErrorCodes; ++code) {
    EXPECT_EQ(totals.errors[code], code == 4 ? rounds : 0);
  }
  EXPECT_EQ(totals.rotations[0], rounds);
  EXPECT_EQ(totals.rotations[1], rounds);
  for (const auto &verdicts : totals.audits) {
    for (const std::uint64_t count : verdicts) EXPECT_EQ(count, rounds);
  }
  for (const std::uint64_t count : totals.audits_suppressed) EXPECT_EQ(count, rounds);
}

TEST(Counters, StartAtZero) {
  const Counters counters;
  for (const std::uint64_t number : numbers(counters.totals())) EXPECT_EQ(number, 0u);
}

TEST(Counters, EachCountsForItselfAlone) {
  std::size_t checked = 0;
  const auto expect_one = [&checked](auto count, auto value_of) {
    Counters counters;
    count(counters);
    const CounterTotals totals = counters.totals();
    EXPECT_EQ(value_of(totals), 1u);
    std::uint64_t sum = 0;
    for (const std::uint64_t number : numbers(totals)) sum += number;
    EXPECT_EQ(sum, 1 + totals.duration_ns);
    ++checked;
  };
  for (std::size_t p = 0; p < kPopulations; ++p) {
    for (std::size_t o = 0; o < kOutcomes; ++o) {
      expect_one(
          [=](Counters &c) { c.request(static_cast<Population>(p), static_cast<Outcome>(o)); },
          [=](const CounterTotals &t) { return t.requests[p][o]; });
    }
  }
  for (const Origin origin : {Origin::host, Origin::pool}) {
    expect_one([=](Counters &c) { c.items(origin, 1); },
               [=](const CounterTotals &t) { return t.items[origin == Origin::host ? 0 : 1]; });
  }
  for (std::int32_t code = 1; code < 16; ++code) {
    expect_one([=](Counters &c) { c.error(-code); },
               [=](const CounterTotals &t) { return t.errors[code]; });
  }
  expect_one([](Counters &c) { c.error(-1000); },
             [](const CounterTotals &t) { return t.errors[kErrorCodes - 1]; });
  expect_one([](Counters &c) { c.rotation(true); },
             [](const CounterTotals &t) { return t.rotations[0]; });
  expect_one([](Counters &c) { c.rotation(false); },
             [](const CounterTotals &t) { return t.rotations[1]; });
  expect_one([](Counters &c) { c.fold_rotation(true); },
             [](const CounterTotals &t) { return t.fold_rotations[0]; });
  expect_one([](Counters &c) { c.fold_rotation(false); },
             [](const CounterTotals &t) { return t.fold_rotations[1]; });
  for (std::uint8_t outcome = 1; outcome <= kWatchOutcomes; ++outcome) {
    expect_one([=](Counters &c) { c.watch(static_cast<WatchOutcome>(outcome)); },
               [=](const CounterTotals &t) { return t.watched[outcome - 1]; });
  }
  for (std::size_t a = 0; a < kAttacks; ++a) {
    for (std::size_t v = 0; v < kVerdicts; ++v) {
      expect_one([=](Counters &c) { c.audit(value_at<Attack>(a), value_at<Verdict>(v)); },
                 [=](const CounterTotals &t) { return t.audits[a][v]; });
    }
    expect_one([=](Counters &c) { c.audit_suppressed(value_at<Attack>(a)); },
               [=](const CounterTotals &t) { return t.audits_suppressed[a]; });
  }
  for (const Review verdict : {Review::confirmed, Review::overturned, Review::exempt}) {
    expect_one([=](Counters &c) { c.review(verdict, 1); },
               [=](const CounterTotals &t) { return t.reviews[place_of(verdict)]; });
  }
  EXPECT_EQ(checked, 79u);
}

// Decision, bucket and sum of one account; a bound is the largest score of its bucket.
TEST(Counters, ScoresFallIntoTheirBuckets) {
  for (const auto &[score, bucket] : {std::pair{-99.0, 0u},
                                      {-1.0, 0u},
                                      {-0.5, 1u},
                                      {0.0, 2u},
                                      {0.05, 3u},
                                      {0.7, 5u},
                                      {5.0, 9u},
                                      {5.5, 10u},
                                      {99.0, 10u}}) {
    Counters counters;
    counters.screened(ScreenTrigger::batch, ScreenDecision::defer, score);
    const CounterTotals totals = counters.totals();
    EXPECT_EQ(totals.screened[2][2], 1u);
    EXPECT_EQ(totals.scores[bucket], 1u) << score;
    const double held = std::clamp(score, -kMostScore, kMostScore);
    EXPECT_NEAR(kScoreUnit * static_cast<double>(totals.score_units) - kMostScore, held, 2e-6);
    std::uint64_t sum = 0;
    for (const std::uint64_t number : numbers(totals)) sum += number;
    EXPECT_EQ(sum, 2 + totals.score_units);
  }
}

// A bound is the largest duration of its bucket.
TEST(Counters, DurationsFallIntoTheirBuckets) {
  for (std::size_t i = 0; i < kDurationBuckets; ++i) {
    const std::uint64_t lowest = i > 0 ? kDurationBounds[i - 1] + 1 : 0;
    const std::uint64_t highest =
        i < kDurationBounds.size() ? kDurationBounds[i] : std::uint64_t{1} << 60;
    Counters counters;
    counters.duration(lowest);
    counters.duration(highest);
    const CounterTotals totals = counters.totals();
    for (std::size_t j = 0; j < kDurationBuckets; ++j) {
      EXPECT_EQ(totals.duration[j], i == j ? 2u : 0u) << i << " " << j;
    }
    EXPECT_EQ(totals.duration_ns, lowest + highest);
  }
  EXPECT_TRUE(std::is_sorted(kDurationBounds.begin(), kDurationBounds.end()));
}

// 100 threads share 64 shards.
TEST(Counters, ThreadsAddUpExactly) {
  Counters counters;
  std::vector<std::thread> threads;
  for (int t = 0; t < 100; ++t) threads.emplace_back([&] { count_all(counters, 200); });
  for (std::thread &thread : threads) thread.join();
  expect_rounds(counters, 100 * 200);
}

TEST(Counters, ForkedChildrenAddUpExactlyInEachProcess) {
  Counters counters;
  count_all(counters, 10);
  std::vector<pid_t> children;
  for (int child = 0; child < 8; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      count_all(counters, 500);
      ::_exit(0);
    }
    children.push_back(pid);
  }
  count_all(counters, 90);
  for (const pid_t pid : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_EQ(status, 0);
  }
  expect_rounds(counters, 10 + 8 * 500 + 90);
  // A later child sees the same totals.
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(counters.totals().rotations[0] == 10 + 8 * 500 + 90 ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

// Two objects do not share anything.
TEST(Counters, AreOfTheirObject) {
  Counters a;
  const Counters b;
  count_all(a, 1);
  EXPECT_EQ(numbers(b.totals()), std::vector<std::uint64_t>(kNumbers));
}

}  // namespace
}  // namespace recveil::metrics
