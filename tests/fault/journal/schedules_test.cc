// Never twice: 1,000 random schedules of requests, crashes, replays, double publications, new
// models and old ones put back. After each event every owed attribute was mapped out of every row
// exactly once, bit by bit.
#include <cstdio>
#include <map>
#include <random>
#include <set>

#include "support/crash_vfs.h"
#include "support/journal_scene.h"
#include "support/sanitized.h"

namespace recveil::journal {
namespace {

constexpr std::size_t kPeople = 4;
constexpr std::uint64_t kSchedules = kStride == 1 ? 1000 : 50;
using Table = std::vector<std::string>;  // a row is its raw text and what was done to it

struct Model {
  std::uint64_t version = 0;
  Table rows;
  std::set<std::size_t> foreign;  // rows that somebody else wrote
};

struct Totals {
  int passes = 0, crashes = 0, mapped = 0, skipped = 0, resurrected = 0, completed = 0;
};

class Schedule {
 public:
  Schedule(std::uint64_t seed, Totals &totals) : random_(seed), totals_(totals) {
    CrashVfs::instance().format();
    train();
    reopen();
  }

  void run(int events) {
    for (int i = 0; i < events; ++i) {
      event();
      if (pick(2) == 0) crashing_pass();
      pass(0);
      check();
      pass(0);  // replayed, published twice
      check();
    }
    EXPECT_TRUE(journal_->verify().ok);
  }

 private:
  std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  void train() {
    model_.version = ++last_version_;
    model_.rows.clear();
    for (std::size_t who = 0; who < kPeople; ++who) {
      model_.rows.push_back("raw " + std::to_string(model_.version) + " " + std::to_string(who));
    }
    model_.foreign.clear();
    saved_.push_back(model_);
  }
  void reopen() {
    journal_.reset();
    Options options;
    options.vfs = CrashVfs::kName;
    options.verify_on_open = false;
    journal_ = open_journal(folder_.file(), options);
  }

  void event() {
    switch (pick(6)) {
      case 0:
      case 1: {
        const std::uint64_t who = pick(kPeople);
        std::vector<std::string> attributes{pick(2) == 0 ? "age" : "gender"};
        if (pick(3) == 0) attributes = {"age", "gender"};
        journal_->submit(ask(++last_request_, who, attributes));
        for (const std::string &attribute : attributes) owed_[who].insert(attribute);
        break;
      }
      case 2:
        train();
        break;
      case 3:  // any model file that ever was, raw or mapped
        model_ = saved_[pick(saved_.size())];
        break;
      case 4:
        saved_.push_back(model_);
        break;
      case 5: {  // somebody else writes a row that was handled
        const std::uint64_t who = pick(kPeople);
        if (owed_[who].empty()) break;
        model_.rows[who] = "foreign " + std::to_string(random_());
        model_.foreign.insert(who);
        break;
      }
    }
  }

  // The host's loop. pass(0) stops nowhere; else after so many writes of rows.
  bool pass(std::uint64_t stop_after) {
    ++totals_.passes;
    std::vector<RowNow> now;
    for (std::size_t who = 0; who < kPeople; ++who) {
      now.push_back({person(who), digest(who, model_.rows[who])});
    }
    std::vector<RowWork> work;
    std::vector<std::pair<std::size_t, std::string>> writes;
    const std::uint64_t fit = ++last_fit_;
    for (const PlannedRow &row : journal_->plan("users", model_.version, now)) {
      if (row.action == RowAction::resurrected) {
        ++totals_.resurrected;
        EXPECT_TRUE(model_.foreign.count(row.index)) << model_.rows[row.index];
        continue;  // never mapped blindly
      }
      std::string mapped = model_.rows[row.index];
      for (const std::string &attribute : row.attributes) {
        mapped += "|" + attribute + " by " + std::to_string(fit);
      }
      bool asked = false;
      for (const OwedAttribute &item : row.owed) asked = asked || !item.requests.empty();
      totals_.skipped += row.action == RowAction::skip;
      totals_.mapped += row.action != RowAction::skip;
      if (row.action == RowAction::skip && !asked) continue;
      std::vector<std::string> covered = row.covered_before;
      covered.insert(covered.end(), row.attributes.begin(), row.attributes.end());
      std::sort(covered.begin(), covered.end());
      work.push_back({person(row.index), digest(row.index, model_.rows[row.index]),
                      digest(row.index, mapped), row.covered_before, covered});
      writes.emplace_back(row.index, std::move(mapped));
    }
    if (work.empty()) return finish();
    const auto attempt = journal_->begin_attempt({"users", model_.version, snapshot(fit)}, work);
    for (const auto &[who, mapped] : writes) {
      if (stop_after != 0 && --stop_after == 0) return false;
      model_.rows[who] = mapped;
    }
    for (std::size_t who = 0; who < kPeople; ++who) now[who].now = digest(who, model_.rows[who]);
    journal_->ack(attempt, model_.version, now);
    return finish();
  }

  bool finish() {
    for (const State state : {State::applying, State::verifying, State::publishing}) {
      for (const RequestInfo &info : journal_->list(state, 0, 1000).requests) {
        if (state == State::applying) {
          try {
            journal_->advance(info.id, State::verifying);
          } catch (const Error &error) {
            if (error.status() != Status::state) throw;
            continue;  // a row of theirs is somebody else's
          }
        }
        if (state <= State::verifying) {
          journal_->record_evidence({{info.id}}, some_evidence());
          journal_->advance(info.id, State::publishing);
        }
        saved_.push_back(model_);
        journal_->complete(info.id, {});
        ++totals_.completed;
      }
    }
    return true;
  }

  // The machine stops somewhere in a pass; the host comes back with its memory or with a file.
  void crashing_pass() {
    CrashVfs &vfs = CrashVfs::instance();
    const bool in_journal = pick(2) == 0;
    if (in_journal) vfs.crash_at = vfs.operations() + 1 + pick(60);
    try {
      pass(in_journal ? 0 : 1 + pick(kPeople));
    } catch (const Error &error) {
      ASSERT_EQ(error.status(), Status::io) << error.what();
    }
    ++totals_.crashes;
    vfs.crash_at = vfs.operations();  // nothing more is written
    journal_.reset();
    vfs.restart(static_cast<Unsynced>(pick(3)), random_);
    reopen();
    if (pick(3) == 0) {
      model_ = saved_[pick(saved_.size())];
    }
  }

  void check() {
    for (std::size_t who = 0; who < kPeople; ++who) {
      const std::string &row = model_.rows[who];
      if (model_.foreign.count(who) != 0) {
        EXPECT_EQ(row.find('|'), std::string::npos) << row;
        continue;
      }
      const std::string raw = "raw " + std::to_string(model_.version) + " " + std::to_string(who);
      EXPECT_EQ(row.substr(0, row.find('|')), raw);
      for (const std::string attribute : {"age", "gender"}) {
        std::size_t times = 0;
        const std::string mark = "|" + attribute + " by ";
        for (std::size_t at = 0; (at = row.find(mark, at)) != std::string::npos; ++at) ++times;
        ASSERT_EQ(times, owed_[who].count(attribute)) << row << ": " << attribute;
      }
    }
  }

  Digest digest(std::size_t who, const std::string &row) {
    return digest_of(*journal_, person(who), row);
  }

  std::mt19937_64 random_;
  Totals &totals_;
  JournalFolder folder_;
  std::unique_ptr<Journal> journal_;
  Model model_;
  std::vector<Model> saved_;
  std::map<std::size_t, std::set<std::string>> owed_;
  std::uint64_t last_version_ = 0, last_request_ = 0, last_fit_ = 0;
};

TEST(JournalSchedules, EachRowIsMappedExactlyOnce) {
  Totals totals;
  for (std::uint64_t seed = 201; seed < 201 + kSchedules && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Schedule(seed, totals).run(6);
  }
  std::printf(
      "%d schedules: %d passes, %d crashes, %d rows mapped, %d left as they were, "
      "%d found resurrected, %d requests completed\n",
      static_cast<int>(kSchedules), totals.passes, totals.crashes, totals.mapped, totals.skipped,
      totals.resurrected, totals.completed);
  const int scale = static_cast<int>(kSchedules);
  EXPECT_GT(totals.crashes, scale);
  EXPECT_GT(totals.mapped, 3 * scale);
  EXPECT_GT(totals.skipped, 3 * scale);
  EXPECT_GT(totals.resurrected, scale / 10);
  EXPECT_GT(totals.completed, scale);
}

}  // namespace
}  // namespace recveil::journal
