// kill -9 at each statement of the journal, and at random points under load.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <set>
#include <thread>

#include <sqlite3.h>

#include "support/journal_workload.h"
#include "support/sanitized.h"

namespace recveil::journal {
namespace {

// What the child writes to its parent, one write each.
struct Word {
  enum Type : std::int32_t { begin, returned, killed, accepted } type;
  std::int32_t from = 0, to = 0;
  std::uint64_t id = 0;
  char statement[96] = {};
};

int report_to = -1;
long kill_at = 0, statements = 0;
Word doing{};

void say(const Word &word) {
  if (::write(report_to, &word, sizeof word) != sizeof word) ::_exit(9);
}

int at_statement(unsigned, void *, void *, void *sql) {
  const char *text = static_cast<const char *>(sql);
  if (text == nullptr || std::strncmp(text, "--", 2) == 0) return 0;
  if (++statements != kill_at) return 0;
  Word word = doing;
  word.type = Word::killed;
  std::snprintf(word.statement, sizeof word.statement, "%s", text + std::strspn(text, " \n"));
  for (char &c : word.statement) {
    if (c == '\n') c = ' ';
  }
  say(word);
  ::kill(::getpid(), SIGKILL);
  return 0;
}

int watch(sqlite3 *db, const char **, const sqlite3_api_routines *) {
  return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, at_statement, nullptr);
}

// Runs in a child; returns what it wrote before it died. It is killed so long after it wrote so
// many words, if that is asked for.
template <class Body>
std::vector<Word> in_child(Body body, std::size_t kill_after_words = 0,
                           unsigned kill_after_us = 0) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    report_to = ends[1];
    body();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::vector<Word> words;
  Word word;
  while (words.size() < kill_after_words && ::read(ends[0], &word, sizeof word) == sizeof word) {
    words.push_back(word);
  }
  if (kill_after_words > 0) {
    ::usleep(kill_after_us);
    ::kill(child, SIGKILL);
  }
  while (::read(ends[0], &word, sizeof word) == sizeof word) words.push_back(word);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return words;
}

void run_to_kill(const std::string &path, long at) {
  kill_at = at;
  statements = 0;
  // SQLite hands its hook over as a function of no arguments.
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(reinterpret_cast<void *>(watch)));
  const auto journal = open_journal(path);
  for (const Step &step : workload_steps()) {
    doing = {Word::begin,
             static_cast<std::int32_t>(step.from),
             static_cast<std::int32_t>(step.to),
             step.id,
             {}};
    say(doing);
    Ledger ledger;
    step.run(*journal, ledger);
    Word word = doing;
    word.type = Word::returned;
    say(word);
  }
}

Ledger ledger_of(const std::vector<Word> &words) {
  Ledger ledger;
  for (const Word &word : words) {
    const auto to = static_cast<State>(word.to);
    if (word.type == Word::begin) {
      ledger.id = word.id;
      ledger.to = to;
    } else if (word.type == Word::returned) {
      ledger.returned[word.id] = to;
      ledger.to.reset();
    }
  }
  return ledger;
}

TEST(JournalKill, AtEachStatement) {
  std::set<std::pair<std::string, std::string>> points;
  Verdict all;
  int kills = 0;
  for (long at = 1;; at += static_cast<long>(kStride)) {
    const JournalFolder folder;
    const auto words = in_child([&] { run_to_kill(folder.file(), at); });
    const bool killed = !words.empty() && words.back().type == Word::killed;
    if (killed || words.empty()) {
      ++kills;
    }
    if (killed) {
      points.emplace(name_of(static_cast<State>(words.back().from)), words.back().statement);
    }
    try {
      const auto journal = open_journal(folder.file());
      all += judge(*journal, ledger_of(words));
      journal->submit(ask(77, 77));
    } catch (const Error &error) {
      ++all.unreadable;
      all.what = error.what();
    }
    if (!killed && !words.empty()) break;  // it ran to its end
    ASSERT_LT(at, 5000);
  }
  std::string state;
  for (const auto &[from, statement] : points) {
    if (from != state) std::printf("in state %s:\n", from.c_str());
    state = from;
    std::printf("  %s\n", statement.c_str());
  }
  std::printf(
      "%d kills, %zu (state, statement) points: %d lost, %d falsely complete, "
      "%d unreadable\n",
      kills, points.size(), all.lost, all.false_complete, all.unreadable);
  EXPECT_TRUE(all.good()) << all.what;
  EXPECT_GT(points.size(), 100 / kStride);
}

TEST(JournalKill, AtFiftyRandomPointsUnderLoad) {
  const JournalFolder folder("/tmp");  // a disk, and the same journal through all of it
  std::mt19937_64 random(20261128);
  std::set<std::uint64_t> accepted, completed;
  int kills = 0;
  std::uint64_t next = 1000;
  for (int round = 0; round < 50; round += static_cast<int>(kStride)) {
    const std::uint64_t first = next;
    next += 1'000'000;
    const auto words = in_child(
        [&] {
          const auto journal = open_journal(folder.file());
          const auto load = [&](std::uint64_t id, bool carry) {
            for (;; id += 2) {
              if (journal->submit(ask(id, id)).result != Accepted::accepted) ::_exit(8);
              say({Word::accepted, 0, 0, id, {}});
              if (!carry) continue;
              carry_out(*journal, id, id);
              say({Word::returned, 0, static_cast<std::int32_t>(State::completed), id, {}});
            }
          };
          std::thread other([&] { load(first + 1, false); });
          load(first, true);
        },
        1 + random() % 50, static_cast<unsigned>(random() % 3'000));
    ++kills;
    for (const Word &word : words) {
      (word.type == Word::accepted ? accepted : completed).insert(word.id);
    }
    const auto journal = open_journal(folder.file());  // verifies all of it
    for (const std::uint64_t id : accepted) {
      ASSERT_TRUE(journal->status(request_id(id)).has_value()) << "round " << round;
    }
    for (const std::uint64_t id : completed) {
      ASSERT_EQ(state_of(*journal, id), State::completed) << "round " << round;
    }
    // At most the one under way was completed without the caller knowing.
    std::uint64_t unknown = 0;
    std::uint64_t cursor = 0;
    do {
      const ListPage page = journal->list(State::completed, cursor, 1000);
      for (const RequestInfo &info : page.requests) {
        std::uint64_t id = 0;
        for (std::size_t i = 8; i < 16; ++i) id = id << 8 | info.id[i];
        unknown += completed.count(id) == 0;
      }
      cursor = page.next;
    } while (cursor != 0);
    ASSERT_LE(unknown, static_cast<std::uint64_t>(round) + 1);
  }
  std::printf("%d kills under load, %zu accepted, %zu completed, none lost\n", kills,
              accepted.size(), completed.size());
  EXPECT_GT(accepted.size(), 50 / kStride);
  EXPECT_GT(completed.size(), 0U);
}

}  // namespace
}  // namespace recveil::journal
