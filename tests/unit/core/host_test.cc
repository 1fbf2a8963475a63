#include "core/host.h"

#include <gtest/gtest.h>

#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

namespace recveil {
namespace {

struct Calls {
  std::vector<std::string> lines;
  std::uint64_t time = 0;
  int released = 0;
  bool throws = false;
};

void log_line(void *ctx, std::uint32_t level, const char *message) {
  auto &calls = *static_cast<Calls *>(ctx);
  if (calls.throws) throw std::runtime_error("log");
  calls.lines.push_back(std::to_string(level) + " " + message);
}

std::uint64_t now(void *ctx) {
  const auto &calls = *static_cast<Calls *>(ctx);
  if (calls.throws) throw 1;
  return calls.time;
}

void release(void *ctx) {
  auto &calls = *static_cast<Calls *>(ctx);
  ++calls.released;
  if (calls.throws) throw 1;
}

std::uint64_t system_now() {
  return static_cast<std::uint64_t>(std::time(nullptr));
}

TEST(Host, PassesOnWhatItIsTold) {
  Calls calls;
  calls.time = 1234567;
  {
    const Host host(&calls, log_line, now, release);
    host.log(LogLevel::error, "a");
    host.log(LogLevel::warning, "b");
    host.log(LogLevel::info, "c");
    EXPECT_EQ(host.now(), 1234567u);
    EXPECT_EQ(host.callback_errors(), 0u);
    EXPECT_EQ(calls.released, 0);
  }
  EXPECT_EQ(calls.lines, (std::vector<std::string>{"1 a", "2 b", "3 c"}));
  EXPECT_EQ(calls.released, 1);
}

TEST(Host, SurvivesCallbacksThatThrow) {
  Calls calls;
  calls.throws = true;
  {
    const Host host(&calls, log_line, now, release);
    host.log(LogLevel::error, "a");
    EXPECT_EQ(host.callback_errors(), 1u);
    // A coarse clock may lag by a tick; a minute allows for a stopped machine.
    EXPECT_NEAR(static_cast<double>(host.now()), static_cast<double>(system_now()), 60);
    EXPECT_EQ(host.callback_errors(), 2u);
  }
  EXPECT_EQ(calls.released, 1);
}

TEST(Host, NeedsNoCallbacks) {
  const Host host(nullptr, nullptr, nullptr, nullptr);
  host.log(LogLevel::error, "a");
  EXPECT_NEAR(static_cast<double>(host.now()), static_cast<double>(system_now()), 60);
  EXPECT_EQ(host.callback_errors(), 0u);
}

}  // namespace
}  // namespace recveil
