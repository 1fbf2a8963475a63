// The file: who owns it, what version it has, what is purged from it.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

int in_child(const std::function<bool()> &good) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(good() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(JournalFile, HasOneOwner) {
  const JournalFolder folder;
  auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  EXPECT_EQ(status_of([&] { open_journal(folder.file()); }), Status::state);
  EXPECT_EQ(in_child([&] {
              try {
                open_journal(folder.file());
              } catch (const Error &error) {
                return error.status() == Status::state &&
                       std::string(error.what()).find(std::to_string(::getppid())) !=
                           std::string::npos;
              }
              return false;
            }),
            0);
  struct stat info {};
  for (const char *tail : {"", "-wal", "-owner"}) {
    ASSERT_EQ(::stat((folder.file() + tail).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U) << tail;
  }
  journal.reset();
  journal = open_journal(folder.file());
  EXPECT_EQ(journal->status(request_id(1))->state, State::received);
}

// A backup made by the owner itself: closing the copied files must not drop the owner's lock.
TEST(JournalFile, CopyingItsFolderKeepsItsOwner) {
  const JournalFolder folder, backup;
  auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  const auto copy = [&] {
    std::filesystem::copy(folder.path(), backup.path(),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
  };
  copy();
  EXPECT_EQ(status_of([&] { open_journal(folder.file()); }), Status::state);
  const auto refused = [&] {
    return status_of([&] { open_journal(folder.file()); }) == Status::state;
  };
  EXPECT_EQ(in_child(refused), 0);
  journal->submit(ask(2, 2));
  copy();
  EXPECT_EQ(in_child(refused), 0);
  // A reader in another process may come and go, and the owner goes on.
  EXPECT_EQ(in_child([&] {
              Options options;
              options.read_only = true;
              return open_journal(folder.file(), options)->status(request_id(2)).has_value();
            }),
            0);
  for (std::uint64_t id = 3; id <= 40; ++id) journal->submit(ask(id, id));
  EXPECT_TRUE(journal->verify().ok);
  journal.reset();
  EXPECT_TRUE(open_journal(folder.file())->verify().ok);
  // The copy is a journal: of the last copy, or of a state before it.
  const auto copied = open_journal(backup.file());
  EXPECT_TRUE(copied->status(request_id(1)).has_value());
}

// Somebody wrote the file without asking for the lock.
TEST(JournalFile, ASecondWriterIsNamed) {
  const JournalFolder folder;
  auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  std::filesystem::rename(folder.file("journal.db-owner"), folder.file("hidden"));
  open_journal(folder.file())->submit(ask(2, 2));
  std::string what;
  for (const int round : {1, 2}) {
    try {
      journal->submit(ask(3, 3));
      FAIL() << round;
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::state);
      what = error.what();
    }
  }
  EXPECT_NE(what.find("another process wrote this journal"), std::string::npos) << what;
  journal.reset();
  journal = open_journal(folder.file());
  EXPECT_EQ(state_of(*journal, 2), State::received);
  EXPECT_EQ(journal->submit(ask(3, 3)).result, Accepted::accepted);
}

TEST(JournalFile, IsReadInAFolderThatCannotBeWrittenTo) {
  if (::geteuid() == 0 && ::seteuid(65534) != 0) {
    GTEST_SKIP() << "root writes everywhere";
  }
  {
    const JournalFolder folder("/tmp");
    Options options;
    options.read_only = true;
    open_journal(folder.file())->submit(ask(1, 1));
    const auto mode = [&](unsigned bits) {
      std::filesystem::permissions(folder.path(), static_cast<std::filesystem::perms>(bits));
    };
    mode(0500);
    EXPECT_EQ(state_of(*open_journal(folder.file(), options), 1), State::received);
    EXPECT_TRUE(open_journal(folder.file(), options)->verify().ok);
    mode(0700);
    // Not closed, and its log without the file that SQLite reads it with.
    auto journal = open_journal(folder.file());
    journal->submit(ask(2, 2));
    std::filesystem::copy(folder.file("journal.db-wal"), folder.file("log"));
    journal.reset();
    std::filesystem::rename(folder.file("log"), folder.file("journal.db-wal"));
    mode(0500);
    try {
      open_journal(folder.file(), options);
      ADD_FAILURE() << "opened";
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::io);
      EXPECT_NE(std::string(error.what()).find("the folder cannot be written to"),
                std::string::npos)
          << error.what();
    }
    mode(0700);
  }
  if (::getuid() == 0) {
    EXPECT_EQ(::seteuid(0), 0);
  }
}

TEST(JournalFile, AChildHasNoneOfIt) {
  const JournalFolder folder;
  auto journal = open_journal(folder.file());
  EXPECT_EQ(in_child([&] {
              const bool refused =
                  status_of([&] { journal->submit(ask(1, 1)); }) == Status::state &&
                  status_of([&] { journal->status(request_id(1)); }) == Status::state &&
                  status_of([&] { journal->owed({}); }) == Status::state;
              journal.reset();  // leaves the parent's log and lock alone
              return refused && status_of([&] { open_journal(folder.file()); }) == Status::state;
            }),
            0);
  EXPECT_EQ(journal->submit(ask(1, 1)).result, Accepted::accepted);
  EXPECT_EQ(status_of([&] { open_journal(folder.file()); }), Status::state);
  journal.reset();
  // The lock ends with the owner, not with a child that outlives it.
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    const auto theirs = open_journal(folder.file());
    if (::fork() == 0) {
      char byte = 0;
      ::close(ends[1]);
      const auto n = ::read(ends[0], &byte, 1);
      ::_exit(n == 0 ? 0 : 1);
    }
    theirs->submit(ask(2, 2));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(owner, &status, 0);
  journal = open_journal(folder.file());
  EXPECT_TRUE(journal->status(request_id(2)).has_value());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(JournalFile, ReadersSeeWhatIsDurableAndChangeNothing) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  Options options;
  options.read_only = true;
  const auto reader = open_journal(folder.file(), options);
  EXPECT_EQ(reader->status(request_id(1))->state, State::received);
  const std::string receipt = carry_out(*journal, 1, 1);
  EXPECT_EQ(reader->status(request_id(1))->state, State::completed);
  EXPECT_EQ(reader->receipt(request_id(1)), receipt);
  EXPECT_TRUE(reader->verify().ok);
  EXPECT_EQ(reader->head().seq, journal->head().seq);
  EXPECT_EQ(reader->owed({{person(1)}}).size(), 1U);
  EXPECT_EQ(status_of([&] { reader->submit(ask(2, 2)); }), Status::state);
  journal->shred(person(1));  // a reader that is idle is not in the way
  EXPECT_TRUE(reader->verify().ok);
}

TEST(JournalFile, RefusesWhatIsNoJournal) {
  const JournalFolder folder;
  Options options;
  options.create = false;
  EXPECT_EQ(status_of([&] { open_journal(folder.file(), options); }), Status::io);
  EXPECT_FALSE(std::filesystem::exists(folder.file()));
  EXPECT_EQ(status_of([&] { open_journal(folder.file("no/such/folder")); }), Status::io);
  std::ofstream(folder.file("text")) << std::string(10000, 'x');
  EXPECT_EQ(status_of([&] { open_journal(folder.file("text")); }), Status::data);
  const auto make = [&](const char *name, const char *sql) {
    sqlite3 *db = nullptr;
    sqlite3_open(folder.file(name).c_str(), &db);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
  };
  make("other", "CREATE TABLE t(x)");
  EXPECT_EQ(status_of([&] { open_journal(folder.file("other")); }), Status::data);
  { open_journal(folder.file("newer")); }
  for (const char *version : {"PRAGMA user_version=2", "PRAGMA user_version=4"}) {
    make("newer", version);
    EXPECT_EQ(status_of([&] { open_journal(folder.file("newer")); }), Status::version);
  }
}

TEST(JournalFile, PurgesWhatIsOldAndStillVerifies) {
  const JournalFolder folder;
  Options options;
  options.retention_seconds = 100;
  options.keep_model_versions = 2;
  const std::uint64_t start = scene_now();
  auto journal = open_journal(folder.file(), options);
  for (std::uint64_t id = 1; id <= 4; ++id) journal->submit(ask(id, id));
  carry_out(*journal, 1, 1);
  journal->change(request_id(2), Change::cancel);
  EXPECT_EQ(journal->purge().requests, 0U);
  const ChainHead before = journal->head();
  scene_now() += 200;
  carry_out(*journal, 3, 3);  // too new
  const PurgeResult result = journal->purge();
  EXPECT_EQ(result.requests, 2U);
  EXPECT_GT(result.entries, 5U);
  EXPECT_FALSE(journal->status(request_id(1)).has_value());
  EXPECT_EQ(state_of(*journal, 3), State::completed);
  EXPECT_EQ(state_of(*journal, 4), State::received);
  EXPECT_EQ(journal->owed({{person(1)}}).size(), 1U);  // forgotten all the same
  VerifyReport report = journal->verify();
  EXPECT_TRUE(report.ok) << report.what;
  EXPECT_GT(report.purged, 0U);
  EXPECT_TRUE(journal->verify(before).ok);

  // Rows of old models: what they were is gone, and they are not mapped blindly.
  for (std::uint64_t version = 2; version <= 5; ++version) {
    const RowWork row{person(1),
                      digest_of(*journal, person(1), "raw " + std::to_string(version)),
                      digest_of(*journal, person(1), "mapped " + std::to_string(version)),
                      {},
                      {"gender"}};
    const auto attempt = journal->begin_attempt({"users", version, snapshot(version)}, {{row}});
    const RowNow now{person(1), row.after};
    journal->ack(attempt, version, {{now}});
  }
  EXPECT_EQ(journal->purge().row_states, 6U);  // versions 1 to 3, before and after
  const auto action = [&](std::uint64_t version, const std::string &text) {
    const RowNow now{person(1), digest_of(*journal, person(1), text)};
    return journal->plan("users", version, {{now}}).at(0).action;
  };
  EXPECT_EQ(action(5, "mapped 5"), RowAction::skip);
  EXPECT_EQ(action(4, "raw 4"), RowAction::map);
  EXPECT_EQ(action(2, "mapped 2"), RowAction::resurrected);
  EXPECT_EQ(action(6, "raw 6"), RowAction::map);

  // Who withdrew leaves nothing behind once two more models came.
  journal->withdraw({{person(1)}}, {});
  EXPECT_EQ(journal->known_rows(person(1), "users").size(), 4U);
  for (std::uint64_t version = 6; version <= 7; ++version) {
    const RowWork row{person(4),
                      digest_of(*journal, person(4), "raw"),
                      digest_of(*journal, person(4), "mapped"),
                      {},
                      {"gender"}};
    journal->begin_attempt({"users", version, snapshot(version)}, {{row}});
  }
  journal->purge();
  EXPECT_TRUE(journal->known_rows(person(1), "users").empty());
  EXPECT_EQ(journal->known_rows(person(4), "users").size(), 4U);
  journal->change(request_id(4), Change::fail, "never mind");
  journal->change(request_id(4), Change::retry);
  journal->change(request_id(4), Change::cancel);
  scene_now() += 1000;
  EXPECT_EQ(journal->purge().requests, 2U);
  journal.reset();
  journal = open_journal(folder.file(), options);
  report = journal->verify();
  EXPECT_TRUE(report.ok) << report.what;
  EXPECT_LE(report.entries, 3U);  // the beginning of the chain is gone altogether
  EXPECT_EQ(journal->submit(ask(1, 1)).result, Accepted::accepted);
  scene_now() = start;
}

}  // namespace
}  // namespace recveil::journal
