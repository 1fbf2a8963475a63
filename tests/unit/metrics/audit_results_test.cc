#include "metrics/audit_results.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

namespace recveil::metrics {
namespace {

// Every number of it is told by n, so that a mixture of two results is seen.
AuditResult result_of(std::uint64_t n, Attack attack = Attack::membership, bool defended = true,
                      Adversary adversary = Adversary::adaptive) {
  const double x = static_cast<double>(n);
  AuditResult result{};
  result.attack = attack;
  result.adversary = adversary;
  result.defended = defended;
  result.members = n;
  result.non_members = n + 1;
  result.auc = {x, x + 1, x + 2};
  result.blind_auc = x;
  result.tpr = {x, x, x};
  result.limit = x;
  result.ndcg10_members = x;
  result.ndcg10_non_members = x;
  result.finished = n;
  result.seconds = x;
  return result;
}

bool is_whole(const AuditResult &got) {
  const AuditResult wanted = result_of(got.members, got.attack, got.defended, got.adversary);
  return got.non_members == wanted.non_members && got.auc.value == wanted.auc.value &&
         got.auc.lo == wanted.auc.lo && got.auc.hi == wanted.auc.hi &&
         got.tpr.hi == wanted.tpr.hi && got.limit == wanted.limit &&
         got.ndcg10_non_members == wanted.ndcg10_non_members && got.finished == wanted.finished &&
         got.seconds == wanted.seconds;
}

std::optional<AuditResult> get(const AuditResults &results) {
  return results.get(Attack::membership, true, Adversary::adaptive);
}

TEST(AuditResults, AreNoneAtFirst) {
  const AuditResults results;
  EXPECT_FALSE(get(results).has_value());
}

TEST(AuditResults, KeepTheNewestOfEachKindApart) {
  AuditResults results;
  for (std::uint64_t round = 1; round <= 20; ++round) {
    std::uint64_t n = 1000 * round;
    for (std::size_t a = 0; a < kAttacks; ++a) {
      for (const bool defended : {false, true}) {
        for (std::size_t v = 0; v < kAdversaries; ++v) {
          results.set(result_of(++n, value_at<Attack>(a), defended, value_at<Adversary>(v)));
        }
      }
    }
    n = 1000 * round;
    for (std::size_t a = 0; a < kAttacks; ++a) {
      for (const bool defended : {false, true}) {
        for (std::size_t v = 0; v < kAdversaries; ++v) {
          const auto got = results.get(value_at<Attack>(a), defended, value_at<Adversary>(v));
          ASSERT_TRUE(got.has_value());
          EXPECT_EQ(got->members, ++n);
          EXPECT_TRUE(is_whole(*got));
          EXPECT_EQ(got->attack, value_at<Attack>(a));
        }
      }
    }
  }
}

// Three writers, fewer than there are copies: no reader sees a mixture, or nothing.
TEST(AuditResults, AreReadWholeWhileTheyAreWritten) {
  AuditResults results;
  results.set(result_of(1));
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (std::uint64_t w = 0; w < 3; ++w) {
    writers.emplace_back([&results, &stop, w] {
      for (std::uint64_t n = 1000 * w + 1; !stop; ++n) results.set(result_of(n));
    });
  }
  std::uint64_t torn = 0, none = 0;
  for (int read = 0; read < 2000000; ++read) {
    const auto got = get(results);
    if (!got) {
      ++none;
    } else if (!is_whole(*got)) {
      ++torn;
    }
  }
  stop = true;
  for (std::thread &writer : writers) writer.join();
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(none, 0u);
}

// Forked writers that are killed at any moment leave a whole result, and others can go on writing.
TEST(AuditResults, SurviveKilledWriters) {
  AuditResults results;
  results.set(result_of(1));
  for (int round = 0; round < 60; ++round) {
    const pid_t writer = ::fork();
    if (writer == 0) {
      for (std::uint64_t n = 1;; ++n) results.set(result_of(n));
    }
    ::usleep(static_cast<useconds_t>(100 + 97 * round));
    ASSERT_EQ(::kill(writer, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    const auto got = get(results);
    ASSERT_TRUE(got.has_value());
    EXPECT_TRUE(is_whole(*got));
    results.set(result_of(7));
    ASSERT_EQ(get(results)->members, 7u);
  }
}

}  // namespace
}  // namespace recveil::metrics
