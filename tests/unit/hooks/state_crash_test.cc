// A publisher that dies at any moment leaves a folder that reads as the old state or the new one.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/random.h"
#include "hooks/serve/state_store.h"
#include "support/data_folder.h"
#include "support/state_sample.h"

namespace recveil::hooks {
namespace {

using support::same_state;
using support::sample_state;
using support::state_test_key;
using support::TempFolder;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kSize = 3000;

// One publication after another, as ServeHook does it, until the process is killed.
[[noreturn]] void publish_forever(const StateStore &store) {
  ::alarm(60);
  std::uint64_t version = 0;
  for (;;) {
    const StateStore::PublisherLock lock(store);
    if (const auto newer = store.newer_than(version)) version = newer->version;
    store.write(sample_state(++version, kSize));
  }
}

TEST(StateCrash, AKilledPublisherLeavesAWholeState) {
  const TempFolder folder;
  const StateStore store(folder.path(), state_test_key());
  // Children live for up to four publications, however slow this disk is.
  const auto start = Clock::now();
  store.write(sample_state(1, kSize));
  const auto publication = Clock::now() - start + std::chrono::milliseconds(2);
  Rng rng(1);
  std::uint64_t seen = 0, reads = 0, stalled = 0;
  // Throws for a damaged folder.
  const auto read = [&] {
    const auto newer = store.newer_than(seen);
    if (!newer) return;
    ++reads;
    EXPECT_GT(newer->version, seen);
    EXPECT_TRUE(same_state(*newer, sample_state(newer->version, kSize))) << newer->version;
    seen = newer->version;
  };
  // Until 60 are killed and 40 states published by them.
  for (int round = 0; round < 60 || seen < 40; ++round) {
    ASSERT_LT(round, 1000) << "the children publish nothing";
    const pid_t child = ::fork();
    if (child == 0) publish_forever(store);
    // On a busy machine a child may not come to publish in that time: the next ones live longer.
    const double patience = 4 + 0.2 * static_cast<double>(stalled);
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        rng.uniform() * patience * publication);
    const std::uint64_t before = seen;
    while (Clock::now() < end) ASSERT_NO_THROW(read()) << "while one publishes";
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    ASSERT_NO_THROW(read()) << "after kill " << round;
    stalled = seen == before ? stalled + 1 : 0;
  }
  EXPECT_GT(reads, 20u);
  // The next publisher goes on from where the killed ones stopped.
  const StateStore::PublisherLock lock(store);
  store.write(sample_state(seen + 1, kSize));
  EXPECT_TRUE(same_state(store.newer_than(seen).value(), sample_state(seen + 1, kSize)));
}

// The moments between the steps of a publication, each made by hand.
TEST(StateCrash, EveryStepLeavesTheOldState) {
  const TempFolder folder;
  const StateStore store(folder.path(), state_test_key());
  store.write(sample_state(2, 50));
  std::string next;
  {
    const TempFolder side;
    StateStore(side.path(), state_test_key()).write(sample_state(3, 50));
    std::ifstream file(side / "state-3.bin", std::ios::binary);
    next.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto old_state = [&] {
    return same_state(store.newer_than(0).value(), sample_state(2, 50)) && !store.newer_than(2);
  };
  for (const std::size_t n : {std::size_t{0}, next.size() / 2, next.size()}) {
    folder.write("state-3.bin.new", next.substr(0, n));
    EXPECT_TRUE(old_state()) << "after " << n << " bytes";
  }
  std::filesystem::rename(folder / "state-3.bin.new", folder / "state-3.bin");
  EXPECT_TRUE(old_state());
  for (const std::string text : {"", "3", "3\n"}) {
    folder.write("CURRENT.new", text);
    EXPECT_TRUE(old_state());
  }
  std::filesystem::rename(folder / "CURRENT.new", folder / "CURRENT");
  EXPECT_TRUE(same_state(store.newer_than(2).value(), sample_state(3, 50)));
}

}  // namespace
}  // namespace recveil::hooks
