#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

using Texts = std::vector<std::string>;

TEST(JournalOrders, StandAfterCompletionUntilWithdrawn) {
  const JournalFolder folder;
  auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  EXPECT_EQ(status_of([&] { journal->withdraw({{person(1)}}, {}); }), Status::ok);  // none yet
  carry_out(*journal, 1, 1);
  journal.reset();
  journal = open_journal(folder.file());
  const auto owed = journal->owed({{person(2), person(1)}});
  ASSERT_EQ(owed.size(), 1U);
  EXPECT_EQ(owed[0].index, 1U);
  EXPECT_TRUE(owed[0].owed[0].standing);
  EXPECT_TRUE(owed[0].owed[0].requests.empty());
  EXPECT_EQ(journal->counts().tombstones, 1U);

  journal->submit(ask(2, 1));
  EXPECT_EQ(status_of([&] { journal->withdraw({{person(1)}}, {}); }), Status::state);
  journal->change(request_id(2), Change::cancel);
  EXPECT_EQ(journal->owed({{person(1)}}).size(), 1U);  // the first order still stands
  const Texts other{"age"};
  EXPECT_EQ(journal->withdraw({{person(1)}}, other), 0U);
  EXPECT_EQ(journal->withdraw({{person(1)}}, {}), 1U);
  EXPECT_TRUE(journal->owed({{person(1)}}).empty());
  EXPECT_TRUE(journal->verify().ok);
}

TEST(JournalOrders, ARowStillMappedIsNotMappedAgainAfterWithdrawal) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  carry_out(*journal, 1, 1);
  journal->withdraw({{person(1)}}, {});
  journal->submit(ask(2, 1));
  const RowNow now{person(1), digest_of(*journal, person(1), "mapped v1 of 1")};
  for (const std::uint64_t version : {1U, 2U}) {
    const auto plan = journal->plan("users", version, {{now}});
    ASSERT_EQ(plan.size(), 1U);
    EXPECT_EQ(plan[0].action, RowAction::skip);
  }
}

TEST(JournalOrders, WholePersonsObjectAndAreErased) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  Submission objection = ask(1, 1, {});
  objection.kind = Kind::object;
  journal->submit(objection);
  journal->advance(request_id(1), State::applying);
  journal->advance(request_id(1), State::verifying);
  journal->advance(request_id(1), State::publishing);
  journal->complete(request_id(1), {});
  EXPECT_EQ(journal->owed({{person(1)}})[0].owed[0].kind, Kind::object);
  journal->submit(ask(2, 1, {}));
  journal->change(request_id(2), Change::nobody);
  EXPECT_EQ(journal->owed({{person(1)}})[0].owed[0].kind, Kind::erase);
  EXPECT_EQ(journal->owed({{person(1)}})[0].owed[0].attribute, "");
}

TEST(JournalOrders, RectifyLeavesNoTombstone) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  Submission request = ask(1, 1);
  request.kind = Kind::rectify;
  journal->submit(request);
  carry_out(*journal, 1, 1);
  EXPECT_TRUE(journal->owed({{person(1)}}).empty());
}

TEST(JournalOrders, LabelsAreSealedForSealedOrdersAlone) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));  // leace: no label is kept
  const auto seal = [&](std::uint64_t who, const char *attribute, const std::string &label) {
    const RowWork row{person(who),
                      digest_of(*journal, person(who), "raw"),
                      digest_of(*journal, person(who), "mapped"),
                      {},
                      {"gender"}};
    const SealedLabel sealed{person(who), attribute, label};
    return status_of([&] {
      journal->begin_attempt({"users", 1, snapshot(who)}, {{row}}, {{sealed}});
    });
  };
  EXPECT_EQ(seal(1, "gender", "F"), Status::state);
  EXPECT_EQ(state_of(*journal, 1), State::received);  // the attempt goes with its labels
  EXPECT_EQ(journal->plan("users", 1, {{RowNow{person(1), {}}}})[0].known, false);
  Submission sealed = ask(2, 2);
  sealed.label_policy = LabelPolicy::sealed;
  journal->submit(sealed);
  EXPECT_EQ(seal(2, "age", "F"), Status::state);
  EXPECT_EQ(seal(2, "gender", std::string(61, 'x')), Status::argument);
  EXPECT_FALSE(journal->open_label(person(2), "gender").has_value());
  EXPECT_EQ(state_of(*journal, 2), State::received);
  carry_out(*journal, 2, 2, 1, {"gender"}, {{person(2), "gender", "F"}});
  EXPECT_EQ(journal->open_label(person(2), "gender"), "F");
  journal->shred(person(2));
  EXPECT_EQ(journal->open_label(person(2), "gender"), "F");  // its key is for that alone
  journal->withdraw({{person(2)}}, {});
  EXPECT_FALSE(journal->open_label(person(2), "gender").has_value());
  // A cancelled request takes its label along.
  sealed = ask(3, 3);
  sealed.label_policy = LabelPolicy::sealed;
  journal->submit(sealed);
  EXPECT_EQ(seal(3, "gender", "M"), Status::ok);
  EXPECT_EQ(journal->open_label(person(3), "gender"), "M");
  for (const Change change : {Change::fail, Change::retry, Change::cancel}) {
    journal->change(request_id(3), change);
  }
  EXPECT_FALSE(journal->open_label(person(3), "gender").has_value());
  EXPECT_TRUE(journal->verify().ok);
}

TEST(JournalOrders, ShreddingUnlinksEntriesAndTheChainVerifies) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  EXPECT_EQ(status_of([&] { journal->shred(person(1)); }), Status::state);  // still open
  carry_out(*journal, 1, 1);
  EXPECT_EQ(journal->requests_of(person(1)).size(), 1U);
  EXPECT_TRUE(journal->shred(person(1)));
  EXPECT_FALSE(journal->shred(person(1)));
  EXPECT_TRUE(journal->requests_of(person(1)).empty());
  EXPECT_TRUE(journal->verify().ok);
  EXPECT_EQ(journal->owed({{person(1)}}).size(), 1U);  // the tombstone stays
  // Asked again the request is still known as done, and a new one gets another pseudonym.
  EXPECT_EQ(journal->submit(ask(1, 1)).result, Accepted::already);
  journal->submit(ask(2, 1));
  EXPECT_EQ(journal->requests_of(person(1)), std::vector<RequestId>{request_id(2)});
}

TEST(JournalOrders, ManyRowsOfNobodyCostNoLookup) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  for (std::uint64_t id = 1; id <= 50; ++id) journal->submit(ask(id, id * 100));
  std::vector<Subject> all;
  for (std::uint64_t who = 1; who <= 5000; ++who) all.push_back(person(who));
  const auto owed = journal->owed(all);
  ASSERT_EQ(owed.size(), 50U);
  for (std::size_t i = 0; i < owed.size(); ++i) EXPECT_EQ(owed[i].index, (i + 1) * 100 - 1);
}

}  // namespace
}  // namespace recveil::journal
