// One journal, several threads: submitting, planning, carrying out, reading.
#include <atomic>
#include <thread>

#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

TEST(JournalThreads, CallsWaitForEachOther) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  constexpr std::uint64_t kEach = 25;
  std::atomic<std::uint64_t> accepted{0}, already{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers, readers;
  for (std::uint64_t t = 0; t < 3; ++t) {
    writers.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        // Every request comes from two threads: one of them is the first.
        for (const std::uint64_t id : {i * 10 + t, i * 10 + (t + 1) % 3}) {
          const SubmitResult result = journal->submit(ask(id, id));
          ++(result.result == Accepted::accepted ? accepted : already);
        }
        carry_out(*journal, i * 10 + t, i * 10 + t);
      }
    });
  }
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!stop) {
        const RowNow now{person(10), digest_of(*journal, person(10), "raw")};
        journal->plan("users", 1, {{now}});
        journal->list(std::nullopt, 0, 10);
        journal->counts();
      }
    });
  }
  for (std::thread &thread : writers) thread.join();
  stop = true;
  for (std::thread &thread : readers) thread.join();
  EXPECT_EQ(accepted, 3 * kEach);
  EXPECT_EQ(already, 3 * kEach);
  EXPECT_EQ(journal->counts().in_state[static_cast<std::size_t>(State::completed) - 1], 3 * kEach);
  EXPECT_TRUE(journal->verify().ok);
}

}  // namespace
}  // namespace recveil::journal
