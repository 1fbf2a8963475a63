// Whoever changes the file without the key is found out.
#include <sqlite3.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

void sql(const std::string &path, const std::string &text) {
  sqlite3 *db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char *error = nullptr;
  sqlite3_exec(db, text.c_str(), nullptr, nullptr, &error);
  EXPECT_EQ(error, nullptr) << error << " in " << text;
  sqlite3_free(error);
  sqlite3_close(db);
}

class JournalChain : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto journal = open_journal(folder_.file());
    for (std::uint64_t id = 1; id <= 4; ++id) journal->submit(ask(id, id));
    carry_out(*journal, 1, 1);
    journal->change(request_id(2), Change::hold, "doubt");
    journal->change(request_id(3), Change::cancel);
    head_ = journal->head();
  }
  // After the change, without the note beside the file, which would find some of it by itself.
  VerifyReport after(const std::string &change) {
    const JournalFolder copy;
    std::filesystem::copy_file(folder_.file(), copy.file());
    sql(copy.file(), change);
    Options options;
    options.verify_on_open = false;
    std::unique_ptr<Journal> journal;
    try {
      journal = open_journal(copy.file(), options);
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::data);
      VerifyReport report;
      report.ok = false;
      report.what = error.what();
      return report;
    }
    EXPECT_NE(status_of([&] { open_journal(copy.file()); }), Status::ok);  // it is taken
    const VerifyReport report = journal->verify();
    journal.reset();
    const Status opened = status_of([&] { open_journal(copy.file()); });
    EXPECT_EQ(opened, report.ok ? Status::ok : Status::data) << change;
    return report;
  }

  JournalFolder folder_;
  ChainHead head_;
};

TEST_F(JournalChain, EveryEntryThatIsChangedRemovedOrReordered) {
  EXPECT_TRUE(after("SELECT 1").ok);
  ASSERT_GT(head_.seq, 12U);
  for (std::uint64_t seq = 1; seq <= head_.seq; ++seq) {
    const std::string n = std::to_string(seq), next = std::to_string(seq + 1);
    for (const std::string &change :
         {"UPDATE entry SET content=content||' ' WHERE seq=" + n,
          "UPDATE entry SET at=at+1 WHERE seq=" + n,
          "UPDATE entry SET event=event+1 WHERE seq=" + n,
          "UPDATE entry SET state=state+1 WHERE seq=" + n,
          "UPDATE entry SET request=x'00' WHERE seq=" + n,
          "UPDATE entry SET content=NULL WHERE seq=" + n,
          "UPDATE entry SET content_hash=zeroblob(32) WHERE seq=" + n,
          "UPDATE entry SET hash=zeroblob(32) WHERE seq=" + n, "DELETE FROM entry WHERE seq=" + n,
          // The entry and everything after it.
          "DELETE FROM entry WHERE seq>=" + n}) {
      const VerifyReport report = after(change);
      EXPECT_FALSE(report.ok) << change;
      if (change.find("content=NULL") == std::string::npos) {
        EXPECT_LE(report.bad_seq, seq + 1) << change;
        EXPECT_GE(report.bad_seq, seq) << change;
      }
    }
    if (seq == head_.seq) continue;
    EXPECT_FALSE(after("UPDATE entry SET seq=-1 WHERE seq=" + n + "; UPDATE entry SET seq=" + n +
                       " WHERE seq=" + next + "; UPDATE entry SET seq=" + next + " WHERE seq=-1")
                     .ok)
        << "swapped " << n;
  }
  EXPECT_FALSE(after("INSERT INTO entry SELECT seq+1000,at,event,request,state,content,"
                     "content_hash,hash FROM entry WHERE seq=2")
                   .ok);
}

TEST_F(JournalChain, RowsThatAreChangedRemovedAddedOrPutBack) {
  for (const char *change :
       {"UPDATE request SET state=6, finished_at=5", "UPDATE request SET due_at=due_at+1",
        "UPDATE owed SET attribute='age'", "UPDATE row_state SET covered=''",
        "UPDATE row_state SET digest=zeroblob(16) WHERE covered<>''", "DELETE FROM row_state",
        "DELETE FROM standing", "DELETE FROM request WHERE state=8", "DELETE FROM receipt",
        "DELETE FROM person", "UPDATE person SET wrapped=zeroblob(72)",
        "UPDATE attempt SET model_version=9",
        "UPDATE evidence SET content=replace(content,'0.512','0.5')",
        "UPDATE head SET body=zeroblob(504)", "UPDATE head SET mac=zeroblob(32)",
        "DELETE FROM head", "DROP TABLE standing", "ALTER TABLE standing ADD COLUMN x"}) {
    EXPECT_FALSE(after(change).ok) << change;
  }
}

TEST_F(JournalChain, AChangedRowIsNotReadEvenUnverified) {
  sql(folder_.file(), "UPDATE request SET state=6 WHERE number=2");
  Options options;
  options.verify_on_open = false;
  const auto journal = open_journal(folder_.file(), options);
  EXPECT_EQ(status_of([&] { journal->status(request_id(2)); }), Status::data);
  EXPECT_EQ(status_of([&] { journal->list(State::completed, 0, 10); }), Status::data);
  EXPECT_EQ(state_of(*journal, 3), State::cancelled);
}

TEST_F(JournalChain, AnOldRowWithItsOwnMacPutBack) {
  // The request as it was when it was received, MAC and all.
  {
    const JournalFolder other;
    const auto journal = open_journal(other.file());
    for (std::uint64_t id = 1; id <= 4; ++id) journal->submit(ask(id, id));
    std::filesystem::copy_file(other.file(), folder_.file("old.db"));
    std::filesystem::copy_file(other.file() + "-wal", folder_.file("old.db-wal"));
  }
  const VerifyReport report =
      after("ATTACH '" + folder_.file("old.db") +
            "' AS old; INSERT OR REPLACE INTO request SELECT * FROM old.request WHERE number=3");
  EXPECT_FALSE(report.ok);
  EXPECT_NE(report.what.find("rows of request"), std::string::npos) << report.what;
}

TEST_F(JournalChain, AnOlderCopyIsRefusedByTheNoteBesideIt) {
  std::filesystem::copy_file(folder_.file(), folder_.file("backup.db"));
  {
    const auto journal = open_journal(folder_.file());
    journal->submit(ask(9, 9));
  }
  std::filesystem::copy_file(folder_.file("backup.db"), folder_.file(),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(status_of([&] { open_journal(folder_.file()); }), Status::data);
  std::filesystem::remove(folder_.file());  // gone altogether
  EXPECT_EQ(status_of([&] { open_journal(folder_.file()); }), Status::data);
}

TEST_F(JournalChain, AHeadNotedElsewhere) {
  const auto journal = open_journal(folder_.file());
  EXPECT_TRUE(journal->verify(head_).ok);
  journal->submit(ask(9, 9));
  EXPECT_TRUE(journal->verify(head_).ok);
  ChainHead other = head_;
  other.hash[0] ^= 1;
  EXPECT_EQ(journal->verify(other).bad_seq, head_.seq);
  other = head_;
  other.seq += 100;
  EXPECT_FALSE(journal->verify(other).ok);
}

TEST_F(JournalChain, AnotherKeyOpensNothing) {
  for (const bool note : {true, false}) {
    if (!note) std::filesystem::remove(folder_.file() + "-owner");
    EXPECT_EQ(
        status_of([&] { Journal(folder_.file(), scene_master(9), [] { return scene_now(); }); }),
        Status::data);
  }
}

std::string everything_in(const std::string &folder) {
  std::string all;
  for (const auto &file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}
template <class Data>
std::string as_text(const Data &data) {
  return {data.begin(), data.end()};
}

TEST(JournalPrivacy, NoIdAndNoLabelIsInAnyFile) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  std::vector<std::string> planted{"person-", "PLANTED-LABEL", "raw v1 of 1", "mapped v1 of 1"};
  for (std::uint64_t who = 1; who <= 20; ++who) {
    planted.push_back("person-" + std::to_string(who));  // what person() hashes
    planted.push_back(as_text(person(who)));             // and not the hash either
    planted.push_back(hex(person(who)));
    Submission request = ask(who, who);
    request.label_policy = LabelPolicy::sealed;
    journal->submit(request);
    if (who % 2 == 0) {
      carry_out(*journal, who, who, 1, {"gender"}, {{person(who), "gender", "PLANTED-LABEL"}});
    }
  }
  const auto clean = [&] {
    const std::string all = everything_in(folder.path());
    EXPECT_NE(all.find("gender"), std::string::npos);  // the search works
    for (const std::string &text : planted) EXPECT_EQ(all.find(text), std::string::npos) << text;
  };
  clean();
  journal->purge();
  journal->shred(person(2));
  clean();
}

TEST(JournalPrivacy, WhatIsShreddedOrWithdrawnIsInNoFile) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  Submission request = ask(1, 1);
  request.label_policy = LabelPolicy::sealed;
  journal->submit(request);
  const std::string receipt =
      carry_out(*journal, 1, 1, 1, {"gender"}, {{person(1), "gender", "F"}});
  std::vector<std::string> secrets;  // the wrapped keys, the sealed label
  {
    sqlite3 *db = nullptr;
    ASSERT_EQ(sqlite3_open_v2(folder.file().c_str(), &db, SQLITE_OPEN_READONLY, nullptr),
              SQLITE_OK);
    for (const char *query : {"SELECT wrapped FROM person", "SELECT wrapped FROM label_key",
                              "SELECT sealed FROM label"}) {
      sqlite3_stmt *statement = nullptr;
      sqlite3_prepare_v2(db, query, -1, &statement, nullptr);
      ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
      secrets.emplace_back(static_cast<const char *>(sqlite3_column_blob(statement, 0)),
                           static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
      sqlite3_finalize(statement);
    }
    sqlite3_close(db);
  }
  for (const std::string &secret : secrets) {
    EXPECT_NE(everything_in(folder.path()).find(secret), std::string::npos);
  }
  journal->shred(person(1));
  EXPECT_EQ(everything_in(folder.path()).find(secrets[0]), std::string::npos);
  journal->withdraw({{person(1)}}, {});
  for (const std::string &secret : secrets) {
    EXPECT_EQ(everything_in(folder.path()).find(secret), std::string::npos);
  }
  EXPECT_TRUE(journal->verify().ok);
}

}  // namespace
}  // namespace recveil::journal
