#include "audit/task_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::audit {
namespace {

void ignore(double) {}

std::string failure_of(std::size_t n, unsigned threads,
                       const std::function<void(std::size_t)> &task,
                       const std::function<void(double)> &progress) {
  try {
    run_tasks(n, threads, task, progress);
  } catch (const std::runtime_error &error) {
    return error.what();
  }
  return "none";
}

void pause() {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(TaskPool, RunsEveryTaskOnce) {
  for (const unsigned threads : {0u, 1u, 2u, 8u}) {
    for (const std::size_t n : {0u, 1u, 2u, 100u}) {
      std::vector<std::atomic<int>> runs(n);
      run_tasks(
          n, threads, [&](std::size_t i) { ++runs[i]; }, ignore);
      for (const auto &count : runs) EXPECT_EQ(count, 1) << threads << " " << n;
    }
  }
}

TEST(TaskPool, UsesAsManyThreadsAsItMay) {
  for (const int threads : {1, 2, 4}) {
    std::atomic<int> now{0}, most{0};
    run_tasks(
        40, static_cast<unsigned>(threads),
        [&](std::size_t) {
          const int running = ++now;
          for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
          }
          pause();
          --now;
        },
        ignore);
    EXPECT_LE(most, threads);
    if (threads > 1) {
      EXPECT_GT(most, 1);
    }
  }
}

TEST(TaskPool, ReportsOnTheCallingThreadUpToOne) {
  for (const unsigned threads : {1u, 4u}) {
    std::vector<double> fractions;
    const auto caller = std::this_thread::get_id();
    run_tasks(
        50, threads, [](std::size_t) { pause(); },
        [&](double fraction) {
          EXPECT_EQ(std::this_thread::get_id(), caller);
          fractions.push_back(fraction);
        });
    EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
    EXPECT_GE(fractions.front(), 0);
    EXPECT_EQ(fractions.back(), 1);
    if (threads == 1) {
      EXPECT_EQ(fractions.size(), 51u);
    }
  }
}

TEST(TaskPool, ThrowsWhatATaskThrowsAndStopsTheRest) {
  for (const unsigned threads : {1u, 4u}) {
    std::atomic<int> started{0}, running{0};
    const auto task = [&](std::size_t i) {
      ++started;
      ++running;
      pause();
      --running;
      if (i == 10) throw std::runtime_error("task 10");
    };
    EXPECT_EQ(failure_of(10000, threads, task, ignore), "task 10");
    EXPECT_LT(started, 5000);
    EXPECT_EQ(running, 0) << "a thread outlived the call";
  }
}

// From every thread: the one that throws need not be the caller's.
TEST(TaskPool, ThrowsOneOfManyFailures) {
  std::atomic<int> thrown{0};
  EXPECT_EQ(failure_of(
                100, 4,
                [&](std::size_t) {
                  ++thrown;
                  pause();
                  throw std::runtime_error("every task");
                },
                ignore),
            "every task");
  EXPECT_GE(thrown, 1);
  EXPECT_LE(thrown, 4);
}

TEST(TaskPool, ProgressCancels) {
  for (const unsigned threads : {1u, 4u}) {
    std::atomic<int> started{0};
    const auto task = [&](std::size_t) {
      ++started;
      pause();
    };
    EXPECT_EQ(failure_of(10000, threads, task,
                         [](double fraction) {
                           if (fraction >= 0.01) throw std::runtime_error("stop");
                         }),
              "stop");
    EXPECT_LT(started, 5000);
  }
}

// A task that would never end but for its watch.
[[noreturn]] void pulse_for_ever() {
  for (;;) {
    pulse();
    pause();
  }
}

TEST(TaskPool, AFailureStopsTasksThatPulse) {
  EXPECT_EQ(failure_of(
                3, 3,
                [caller = std::this_thread::get_id()](std::size_t) {
                  if (std::this_thread::get_id() != caller) pulse_for_ever();
                  throw std::runtime_error("the caller's task");
                },
                ignore),
            "the caller's task");
}

// The caller has no task of its own left: it looks at the flag, and reports, while it waits.
TEST(TaskPool, TheFlagStopsTasksThatPulseWhileTheCallerWaits) {
  std::int32_t flag = 0, calls = 0;
  std::atomic<bool> begun{false};
  const auto count = [](void *ctx, double, const char *) {
    ++*static_cast<std::int32_t *>(ctx);
    return std::int32_t{0};
  };
  Watch watch(count, &calls, &flag);
  const WatchScope scope(&watch);
  std::jthread host([&flag] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
  });
  try {
    run_tasks(
        2, 2,
        [&begun, caller = std::this_thread::get_id()](std::size_t) {
          if (std::this_thread::get_id() == caller) {
            while (!begun) pause();  // or it would take both tasks
          } else {
            begun = true;
            pulse_for_ever();
          }
        },
        ignore);
    ADD_FAILURE() << "not stopped";
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), Status::cancelled);
  }
  EXPECT_GE(calls, 1);
}

}  // namespace
}  // namespace recveil::audit
