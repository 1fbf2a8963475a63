#include "core/watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"

namespace recveil {
namespace {

struct Heard {
  std::vector<double> fractions;
  std::string what;
  std::int32_t answer = 0;
};

std::int32_t hear(void *ctx, double fraction, const char *what) {
  auto &heard = *static_cast<Heard *>(ctx);
  heard.fractions.push_back(fraction);
  heard.what = what;
  return heard.answer;
}

template <class Call>
Status status_of(Call call) {
  try {
    call();
  } catch (const Error &error) {
    return error.status();
  }
  return Status::ok;
}

TEST(Watch, NobodyWatchesAtFirst) {
  EXPECT_EQ(current_watch, nullptr);
  pulse();
  report_progress(.5, "nothing");
}

TEST(Watch, ScopesNestAndEnd) {
  Watch outer(nullptr, nullptr, nullptr), inner(nullptr, nullptr, nullptr);
  {
    const WatchScope first(&outer);
    {
      const WatchScope second(&inner);
      EXPECT_EQ(current_watch, &inner);
    }
    EXPECT_EQ(current_watch, &outer);
  }
  EXPECT_EQ(current_watch, nullptr);
}

TEST(Watch, ReportsWhatIsReported) {
  Heard heard;
  Watch watch(hear, &heard, nullptr);
  const WatchScope scope(&watch);
  report_progress(.25, "sweeping");
  EXPECT_EQ(heard.fractions, std::vector<double>{.25});
  EXPECT_EQ(heard.what, "sweeping");
}

TEST(Watch, APulseRepeatsTheLastReportWhenItIsOld) {
  Heard heard;
  Watch watch(hear, &heard, nullptr);
  const WatchScope scope(&watch);
  report_progress(.25, "sweeping");
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(600);
  while (std::chrono::steady_clock::now() < end) pulse();
  // .25 s between two: two repeats in .6 s, and one fewer if the machine paused.
  ASSERT_GE(heard.fractions.size(), 2U);
  EXPECT_LE(heard.fractions.size(), 3U);
  for (const double fraction : heard.fractions) EXPECT_EQ(fraction, .25);
}

TEST(Watch, TheFlagStopsPulsesAndReportsOnEveryThread) {
  std::int32_t cancel = 0;
  Heard heard;
  Watch watch(hear, &heard, &cancel);
  const WatchScope scope(&watch);
  EXPECT_EQ(status_of([] { pulse(); }), Status::ok);
  std::atomic<Status> worker{Status::ok};
  std::thread thread([&] {
    const WatchScope its(&watch);
    worker = status_of([] {
      while (true) pulse();
    });
  });
  __atomic_store_n(&cancel, 1, __ATOMIC_RELAXED);
  thread.join();
  EXPECT_EQ(worker.load(), Status::cancelled);
  EXPECT_EQ(status_of([] { pulse(); }), Status::cancelled);
  EXPECT_EQ(status_of([] { report_progress(1, "done"); }), Status::cancelled);
  EXPECT_TRUE(heard.fractions.empty());
}

TEST(Watch, OnlyTheThreadThatEnteredCallsTheHost) {
  Heard heard;
  Watch watch(hear, &heard, nullptr);
  std::thread([&] {
    const WatchScope its(&watch);
    report_progress(.5, "working");
    pulse();
  }).join();
  EXPECT_TRUE(heard.fractions.empty());
}

TEST(Watch, TheHostsAnswerStopsTheWork) {
  Heard heard;
  heard.answer = 1;
  Watch watch(hear, &heard, nullptr);
  EXPECT_EQ(status_of([&] { watch.report(.5, "working"); }), Status::cancelled);
}

TEST(Watch, ACallbackThatThrowsIsAFaultOfTheHost) {
  Watch watch([](void *, double, const char *) -> std::int32_t { throw std::runtime_error("x"); },
              nullptr, nullptr);
  EXPECT_EQ(status_of([&] { watch.report(.5, "working"); }), Status::host);
}

}  // namespace
}  // namespace recveil
