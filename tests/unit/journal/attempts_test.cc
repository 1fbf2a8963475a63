#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

using Texts = std::vector<std::string>;

class JournalAttempts : public ::testing::Test {
 protected:
  JournalFolder folder_;
  std::unique_ptr<Journal> journal_ = open_journal(folder_.file());

  Digest row(std::uint64_t who, const std::string &text) {
    return digest_of(*journal_, person(who), text);
  }
  PlannedRow plan(std::uint64_t who, std::uint64_t version, const std::string &text) {
    const auto all = journal_->plan("users", version, {{RowNow{person(who), row(who, text)}}});
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }
  std::uint64_t begin(std::uint64_t who, std::uint64_t version, const std::string &before,
                      const std::string &after, Texts covered_before, Texts covered_after) {
    const RowWork work{person(who), row(who, before), row(who, after), std::move(covered_before),
                       std::move(covered_after)};
    return journal_->begin_attempt({"users", version, snapshot(version)}, {{work}});
  }
  AckResult ack(std::uint64_t attempt, std::uint64_t who, std::uint64_t version,
                const std::string &text) {
    return journal_->ack(attempt, version, {{RowNow{person(who), row(who, text)}}});
  }
};

TEST_F(JournalAttempts, MapsOnceAndOnlyOnce) {
  journal_->submit(ask(1, 1));
  EXPECT_EQ(plan(1, 1, "raw").action, RowAction::map);
  const auto attempt = begin(1, 1, "raw", "mapped", {}, {"gender"});
  EXPECT_EQ(state_of(*journal_, 1), State::applying);
  EXPECT_EQ(plan(1, 1, "raw").action, RowAction::map);  // journaled, not written: a crash
  EXPECT_EQ(plan(1, 1, "mapped").action, RowAction::skip);
  EXPECT_EQ(plan(1, 2, "mapped").action, RowAction::skip);  // the same row, published again
  EXPECT_EQ(plan(1, 1, "other").action, RowAction::resurrected);
  EXPECT_EQ(plan(1, 2, "other").action, RowAction::map);  // a new model

  EXPECT_EQ(status_of([&] { ack(attempt, 1, 2, "mapped"); }), Status::state);  // fenced off
  EXPECT_EQ(status_of([&] { ack(attempt + 1, 1, 1, "mapped"); }), Status::not_found);
  EXPECT_EQ(ack(attempt, 1, 1, "raw").unwritten, 1U);
  EXPECT_EQ(ack(attempt, 1, 1, "torn").resurrected, 1U);
  EXPECT_EQ(journal_->counts().resurrected_rows, 1U);
  EXPECT_EQ(status_of([&] { journal_->advance(request_id(1), State::verifying); }), Status::state);
  const AckResult done = ack(attempt, 1, 1, "mapped");
  EXPECT_EQ(done.confirmed, 1U);
  EXPECT_EQ(done.rows_left, 0U);
  EXPECT_EQ(done.done, std::vector<RequestId>{request_id(1)});
  EXPECT_EQ(ack(attempt, 1, 1, "mapped").confirmed, 1U);  // again
  EXPECT_EQ(ack(attempt, 2, 1, "mapped").unknown, 1U);    // somebody else
  journal_->advance(request_id(1), State::verifying);
  EXPECT_EQ(status_of([&] { journal_->advance(request_id(1), State::publishing); }),
            Status::state);  // no evidence
  EXPECT_TRUE(journal_->verify().ok);
}

TEST_F(JournalAttempts, ASecondAttributeIsMappedAlone) {
  journal_->submit(ask(1, 1));
  carry_out(*journal_, 1, 1);
  journal_->submit(ask(2, 1, {"age", "gender"}));
  const PlannedRow owed = plan(1, 1, "mapped v1 of 1");
  EXPECT_EQ(owed.action, RowAction::map);
  EXPECT_EQ(owed.attributes, Texts{"age"});
  EXPECT_EQ(owed.covered_before, Texts{"gender"});
  begin(1, 1, "mapped v1 of 1", "both", {"gender"}, {"age", "gender"});
  // A crash before the write, and an old model put back: what is missing, each time.
  EXPECT_EQ(plan(1, 1, "mapped v1 of 1").attributes, Texts{"age"});
  EXPECT_EQ(plan(1, 1, "raw v1 of 1").attributes, (Texts{"age", "gender"}));
  EXPECT_EQ(plan(1, 1, "both").action, RowAction::skip);
}

TEST_F(JournalAttempts, ANewModelTakesOverTheOldAttempt) {
  journal_->submit(ask(1, 1));
  journal_->submit(ask(2, 2));
  const std::vector<RowWork> both{{person(1), row(1, "raw"), row(1, "mapped"), {}, {"gender"}},
                                  {person(2), row(2, "raw"), row(2, "mapped"), {}, {"gender"}}};
  const auto first = journal_->begin_attempt({"users", 1, snapshot(1)}, both);
  ack(first, 2, 1, "mapped");
  const auto second = begin(1, 2, "raw 2", "mapped 2", {}, {"gender"});
  EXPECT_EQ(ack(first, 1, 1, "mapped").rows_left, 0U);  // taken over, and as it should be
  EXPECT_TRUE(ack(second, 1, 2, "mapped 2").rows_left == 0U);
  journal_->advance(request_id(1), State::verifying);
  journal_->advance(request_id(2), State::verifying);
  journal_->record_evidence({{request_id(1), request_id(2)}}, some_evidence());
  journal_->advance(request_id(1), State::publishing);
  // Yet another model while publishing: evidence of the old one does not count.
  const auto third = begin(1, 3, "raw 3", "mapped 3", {}, {"gender"});
  EXPECT_EQ(state_of(*journal_, 1), State::applying);
  ack(third, 1, 3, "mapped 3");
  journal_->advance(request_id(1), State::verifying);
  EXPECT_EQ(status_of([&] { journal_->advance(request_id(1), State::publishing); }), Status::state);
  journal_->record_evidence({{request_id(1)}}, some_evidence());
  journal_->advance(request_id(1), State::publishing);
  const std::string receipt = journal_->complete(request_id(1), {});
  EXPECT_NE(receipt.find("\"model_version\":\"3\""), std::string::npos);
  EXPECT_EQ(receipt.find("\"model_version\":\"1\",\"rows\""), std::string::npos);
  EXPECT_TRUE(journal_->verify().ok);
}

TEST_F(JournalAttempts, RowsThatNeedNothingAreRecorded) {
  journal_->submit(ask(1, 1));
  carry_out(*journal_, 1, 1);
  journal_->submit(ask(2, 1));  // asks again for what is gone
  EXPECT_EQ(plan(1, 1, "mapped v1 of 1").action, RowAction::skip);
  const auto attempt = begin(1, 1, "mapped v1 of 1", "mapped v1 of 1", {"gender"}, {"gender"});
  EXPECT_EQ(ack(attempt, 1, 1, "mapped v1 of 1").done, std::vector<RequestId>{request_id(2)});
  journal_->advance(request_id(2), State::verifying);
}

TEST_F(JournalAttempts, BadOnesChangeNothing) {
  journal_->submit(ask(1, 1));
  const ChainHead before = journal_->head();
  EXPECT_EQ(status_of([&] { begin(2, 1, "raw", "mapped", {}, {"gender"}); }), Status::argument);
  EXPECT_EQ(status_of([&] { begin(1, 1, "raw", "mapped", {"age"}, {"gender"}); }),
            Status::argument);
  EXPECT_EQ(status_of([&] {
              begin(1, 1, "raw", "mapped", {}, {"gender", "age"});
            }),
            Status::argument);
  const RowWork work{person(1), row(1, "raw"), row(1, "mapped"), {}, {"gender"}};
  EXPECT_EQ(status_of([&] {
              journal_->begin_attempt({"users", 1, snapshot(1)}, std::vector{work, work});
            }),
            Status::argument);
  EXPECT_EQ(status_of([&] {
              journal_->begin_attempt({"", 1, snapshot(1)}, {{work}});
            }),
            Status::argument);
  EXPECT_EQ(journal_->head().seq, before.seq);
  EXPECT_EQ(plan(1, 1, "raw").action, RowAction::map);
}

}  // namespace
}  // namespace recveil::journal
