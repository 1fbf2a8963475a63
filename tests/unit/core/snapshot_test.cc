#include "core/snapshot.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace recveil {
namespace {

std::atomic<int> live{0};

// Two halves that belong together, and that say so when they are freed.
struct Value {
  explicit Value(std::uint64_t n) : half(n), other(~n) { ++live; }
  ~Value() {
    half = 0;
    other = 0;
    --live;
  }
  Value(const Value &) = delete;
  Value &operator=(const Value &) = delete;
  bool whole() const { return other == ~half; }
  // volatile: the stores of the destructor must happen.
  volatile std::uint64_t half, other;
};

using Values = Snapshot<Value>;

std::unique_ptr<const Value> value(std::uint64_t n) {
  return std::make_unique<const Value>(n);
}

// Holds n readers at once and calls then().
void with_readers(const Values &snapshot, std::size_t n, std::set<std::size_t> &slots,
                  const std::function<void()> &then) {
  if (n == 0) return then();
  const auto reader = snapshot.read();
  slots.insert(reader.slot());
  with_readers(snapshot, n - 1, slots, then);
}

TEST(Snapshot, ReadersSeeWholeValuesInOrder) {
  constexpr std::uint64_t kLast = 50000;
  Values snapshot(value(0));
  std::atomic<int> broken{0}, backwards{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 4; ++t) {
    readers.emplace_back([&] {
      for (std::uint64_t last = 0; last < kLast;) {
        const auto reader = snapshot.read();
        if (!reader->whole()) ++broken;
        if (reader->half < last) ++backwards;
        if (!reader->whole()) ++broken;  // still
        last = reader->half;
      }
    });
  }
  for (std::uint64_t n = 1; n <= kLast; ++n) snapshot.publish(value(n));
  for (std::thread &reader : readers) reader.join();
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(backwards, 0);
}

TEST(Snapshot, FreesWhatNobodyReads) {
  ASSERT_EQ(live, 0);
  {
    Values snapshot(value(1));
    {
      const auto reader = snapshot.read();
      snapshot.publish(value(2));
      snapshot.publish(value(3));
      EXPECT_EQ(live, 2) << "the one that is read, and the newest";
      EXPECT_EQ(reader->half, 1u);
      EXPECT_TRUE(reader->whole());
    }
    snapshot.publish(value(4));
    EXPECT_EQ(live, 1);
    for (std::uint64_t n = 5; n < 100; ++n) snapshot.publish(value(n));
    EXPECT_EQ(live, 1);
  }
  EXPECT_EQ(live, 0);
}

TEST(Snapshot, FreesWhatItHoldsBackWithItself) {
  ASSERT_EQ(live, 0);
  {
    Values snapshot(value(1));
    {
      const auto reader = snapshot.read();
      snapshot.publish(value(2));
    }
    EXPECT_EQ(live, 2);
  }
  EXPECT_EQ(live, 0);
}

TEST(Snapshot, NestedReadersKeepWhatTheyRead) {
  Values snapshot(value(1));
  const auto outer = snapshot.read();
  snapshot.publish(value(2));
  {
    const auto inner = snapshot.read();
    EXPECT_NE(inner.slot(), outer.slot());
    EXPECT_EQ(inner->half, 2u);
    snapshot.publish(value(3));
    EXPECT_TRUE(inner->whole());
    EXPECT_EQ(live, 3);
  }
  EXPECT_EQ(outer->half, 1u);
  EXPECT_TRUE((*outer).whole());
  EXPECT_EQ(snapshot.read()->half, 3u);
}

TEST(Snapshot, MoreReadersThanSlotsWaitForOneToEnd) {
  Values snapshot(value(7));
  std::set<std::size_t> slots;
  std::atomic<bool> got{false};
  std::thread one_more;
  with_readers(snapshot, Values::kSlots, slots, [&] {
    one_more = std::thread([&] {
      const auto reader = snapshot.read();
      got = reader->half == 7;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_FALSE(got);
  });
  one_more.join();
  EXPECT_TRUE(got);
  EXPECT_EQ(slots.size(), Values::kSlots);
  EXPECT_LT(*slots.rbegin(), Values::kSlots);
}

TEST(Snapshot, WorksInAForkedChildWhileTheParentReads) {
  Values snapshot(value(1));
  const auto reader = snapshot.read();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    snapshot.publish(value(2));
    ::_exit(snapshot.read()->half == 2 && reader->whole() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(snapshot.read()->half, 1u);
}

}  // namespace
}  // namespace recveil
