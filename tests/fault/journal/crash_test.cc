// The machine stops at every write and every sync of every step; the disk is full at every write.
// This file is built a second time over a journal with synchronous=OFF: then it must fail.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <set>

#include "support/crash_vfs.h"
#include "support/journal_workload.h"
#include "support/sanitized.h"

namespace recveil::journal {
namespace {

Options in_memory() {
  Options options;
  options.vfs = CrashVfs::kName;
  return options;
}

// A run up to the crash, and what the next boot finds.
Verdict crash_once(std::uint64_t crash_at, Unsynced unsynced, bool keep_note, std::uint64_t seed,
                   std::set<std::pair<State, State>> &points) {
  const JournalFolder folder;
  CrashVfs &vfs = CrashVfs::instance();
  std::mt19937_64 random(seed);
  vfs.format();
  vfs.crash_at = crash_at;
  Ledger ledger;
  std::pair<State, State> at{State::received, State::received};
  try {
    const auto journal = open_journal(folder.file(), in_memory());
    run_steps(*journal, ledger, [&](const Step &step) { at = {step.from, step.to}; });
  } catch (const Error &) {  // while it was created
  }
  if (vfs.crashed()) points.insert(at);
  vfs.restart(unsynced, random);
  if (!keep_note) std::filesystem::remove(folder.file() + "-owner");
  Verdict verdict;
  try {
    const auto journal = open_journal(folder.file(), in_memory());
    verdict = judge(*journal, ledger);
    // It goes on: the same request is accepted or known, and another one is accepted.
    if (ledger.returned.count(2) != 0) {
      Submission again = ask(2, 2);
      if (journal->submit(again).result != Accepted::already) ++verdict.lost;
    }
    journal->submit(ask(77, 77));
  } catch (const Error &error) {
    ++verdict.unreadable;
    verdict.what = error.what();
  }
  return verdict;
}

std::uint64_t operations_of_a_run() {
  const JournalFolder folder;
  CrashVfs::instance().format();
  Ledger ledger;
  {
    const auto journal = open_journal(folder.file(), in_memory());
    EXPECT_TRUE(run_steps(*journal, ledger, [](const Step &) {}));
    EXPECT_TRUE(judge(*journal, ledger).good());
  }
  return CrashVfs::instance().operations();
}

TEST(JournalCrash, NothingIsLostWhereverTheMachineStops) {
  const std::uint64_t operations = operations_of_a_run();
  ASSERT_GT(operations, 150U);
  std::set<std::pair<State, State>> points;
  Verdict all;
  int runs = 0;
  for (std::uint64_t at = 1; at <= operations; at += kStride) {
    for (const Unsynced unsynced : {Unsynced::lost, Unsynced::torn, Unsynced::kept}) {
      // With and without the note of the last entry beside the database.
      all += crash_once(at, unsynced, (at & 1) != 0, at, points);
      ++runs;
    }
  }
  std::printf(
      "%d crashes at %llu operations in %zu kinds of steps: %d lost, %d falsely complete, "
      "%d unreadable %s\n",
      runs, static_cast<unsigned long long>(operations), points.size(), all.lost,
      all.false_complete, all.unreadable, all.what.c_str());
  EXPECT_TRUE(all.good()) << all.what;
  EXPECT_EQ(points.size(), 15U);
}

TEST(JournalCrash, AFullDiskRefusesAndLosesNothing) {
  const std::uint64_t operations = operations_of_a_run();
  int refused = 0;
  for (std::uint64_t at = 1; at <= operations; at += kStride) {
    const JournalFolder folder;
    CrashVfs &vfs = CrashVfs::instance();
    vfs.format();
    vfs.fail_at = at;
    vfs.fail_for = (at & 1) != 0 ? 1 : std::uint64_t{1} << 40;  // one write, or all from there on
    Ledger ledger;
    std::unique_ptr<Journal> journal;
    const auto open = [&] { journal = open_journal(folder.file(), in_memory()); };
    Status status = status_of(open);
    if (status == Status::ok) {
      for (const Step &step : workload_steps()) {
        ledger.id = step.id;
        ledger.to = step.to;
        status = status_of([&] { step.run(*journal, ledger); });
        if (status != Status::ok) break;
        ledger.returned[step.id] = step.to;
        ledger.to.reset();
      }
    }
    if (status != Status::ok) {
      ++refused;
      EXPECT_EQ(status, Status::io) << "at " << at;
      vfs.fail_at = 0;  // somebody makes room
      if (journal == nullptr) open();
      // The same handle reads what it read, and takes requests again.
      EXPECT_TRUE(judge(*journal, ledger).good()) << "at " << at;
      EXPECT_EQ(journal->submit(ask(77, 77)).result, Accepted::accepted) << "at " << at;
    }
    journal.reset();
    vfs.fail_at = 0;
    open();
    const Verdict verdict = judge(*journal, ledger);
    EXPECT_TRUE(verdict.good()) << "at " << at << ": " << verdict.what;
  }
  std::printf("%d calls refused by a full disk\n", refused);
  EXPECT_GT(refused, 200 / static_cast<int>(kStride));
}

#ifdef RECVEIL_UNSYNCED_TEST
// The control: the same test over a journal that does not sync must fail, by losing requests.
TEST(JournalCrash, WithoutSyncingItFails) {
  FILE *control =
      ::popen(RECVEIL_UNSYNCED_TEST " --gtest_filter=*WhereverTheMachineStops 2>&1", "r");
  ASSERT_NE(control, nullptr);
  std::string text;
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), control)) > 0;) {
    text.append(buffer.data(), n);
  }
  const int status = ::pclose(control);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1) << text;
  const std::size_t line = text.find(" crashes at ");
  ASSERT_NE(line, std::string::npos) << text;
  const std::string counts = text.substr(text.rfind('\n', line) + 1, 200);
  std::printf("control: %s\n", counts.substr(0, counts.find('\n')).c_str());
  int runs = 0, lost = 0, kinds = 0;
  unsigned long long operations = 0;
  ASSERT_EQ(std::sscanf(counts.c_str(), "%d crashes at %llu operations in %d kinds of steps: %d",
                        &runs, &operations, &kinds, &lost),
            4);
  EXPECT_GT(lost, 20);
}
#endif

}  // namespace
}  // namespace recveil::journal
