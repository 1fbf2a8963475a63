#include "journal/transitions.h"
#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

TEST(JournalRequests, AcceptedOnceKnownAgainAndConflicting) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  EXPECT_EQ(journal->submit(ask(1, 1)).result, Accepted::accepted);
  EXPECT_EQ(journal->submit(ask(1, 1)).result, Accepted::already);
  Submission later = ask(1, 1);
  later.received_at = scene_now() + 5;  // a retry is stamped anew
  EXPECT_EQ(journal->submit(later).result, Accepted::already);
  EXPECT_EQ(journal->submit(ask(1, 2)).result, Accepted::conflict);
  EXPECT_EQ(journal->submit(ask(1, 1, {"age"})).result, Accepted::conflict);
  Submission two = ask(1, 1);
  two.subjects.push_back(person(2));
  EXPECT_EQ(journal->submit(two).result, Accepted::conflict);
  journal->change(request_id(1), Change::hold, "identity in doubt");
  const SubmitResult again = journal->submit(ask(1, 1));
  EXPECT_EQ(again.result, Accepted::already);
  EXPECT_EQ(again.state, State::held);
}

TEST(JournalRequests, KeepsWhatWasAsked) {
  const JournalFolder folder;
  {
    const auto journal = open_journal(folder.file());
    Submission request = ask(5, 5, {"gender", "age", "gender"});
    request.regulation = Regulation::ccpa;
    request.label_policy = LabelPolicy::sealed;
    request.received_at = 1000;
    journal->submit(request);
  }
  const auto journal = open_journal(folder.file());
  const RequestInfo info = journal->status(request_id(5)).value();
  EXPECT_EQ(info.attributes, (std::vector<std::string>{"age", "gender"}));
  EXPECT_EQ(info.due_at, 1000U + 45 * 86400);
  EXPECT_EQ(info.label_policy, LabelPolicy::sealed);
  EXPECT_EQ(info.policy, ask(5, 5).policy);
  EXPECT_EQ(info.finished_at, 0U);
  EXPECT_EQ(journal->requests_of(person(5)), std::vector<RequestId>{request_id(5)});
  EXPECT_FALSE(journal->status(request_id(6)).has_value());
}

TEST(JournalRequests, BadOnesChangeNothing) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  const ChainHead before = journal->head();
  std::vector<Submission> bad(7, ask(1, 1));
  bad[0].subjects.clear();
  bad[1].attributes.clear();
  bad[2].kind = Kind::erase;
  bad[3].attributes = {"bad\nname"};
  bad[4].policy = "\xff";
  bad[5].kind = static_cast<Kind>(9);
  bad[6].subjects.assign(257, person(1));
  for (const Submission &request : bad) {
    EXPECT_EQ(status_of([&] { journal->submit(request); }), Status::argument);
    // With a good one before it in one call: all or none.
    EXPECT_EQ(status_of([&] {
                journal->submit(std::vector{ask(2, 2), request});
              }),
              Status::argument);
  }
  EXPECT_EQ(journal->head().seq, before.seq);
  EXPECT_FALSE(journal->status(request_id(2)).has_value());
  EXPECT_TRUE(journal->owed({{person(2)}}).empty());
}

TEST(JournalRequests, StatesFollowAsDrawn) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  for (std::uint64_t id = 1; id <= 6; ++id) journal->submit(ask(id, id));
  journal->change(request_id(1), Change::hold, "legal hold");
  EXPECT_EQ(status_of([&] { journal->change(request_id(1), Change::retry); }), Status::state);
  EXPECT_TRUE(journal->owed({{person(1)}}).empty());  // held: nothing is done
  journal->change(request_id(1), Change::release);
  EXPECT_EQ(journal->owed({{person(1)}}).size(), 1U);
  EXPECT_EQ(status_of([&] { journal->change(request_id(1), Change::release); }), Status::state);
  journal->change(request_id(1), Change::cancel);
  EXPECT_TRUE(journal->owed({{person(1)}}).empty());
  EXPECT_EQ(status_of([&] { journal->change(request_id(1), Change::hold, ""); }), Status::state);
  journal->change(request_id(2), Change::reject, "exempt");
  EXPECT_EQ(journal->status(request_id(2))->reason, "exempt");
  journal->change(request_id(3), Change::nobody);  // unknown to the host, yet not to come back
  EXPECT_TRUE(journal->owed({{person(3)}})[0].owed[0].standing);
  journal->change(request_id(4), Change::fail, "store down");
  EXPECT_EQ(journal->status(request_id(4))->finished_at, 0U);
  EXPECT_EQ(status_of([&] { journal->change(request_id(4), Change::release); }), Status::state);
  journal->change(request_id(4), Change::retry);
  EXPECT_EQ(journal->status(request_id(4))->n_retries, 1U);
  EXPECT_EQ(status_of([&] { journal->advance(request_id(5), State::applying); }), Status::state);
  EXPECT_EQ(status_of([&] { journal->complete(request_id(5), {}); }), Status::state);
  carry_out(*journal, 6, 6);
  EXPECT_EQ(status_of([&] { journal->change(request_id(6), Change::cancel); }), Status::state);
  EXPECT_EQ(status_of([&] { journal->change(request_id(99), Change::cancel); }), Status::not_found);
  EXPECT_STREQ(open_dsr_status(State::failed), "in_progress");
  EXPECT_TRUE(journal->verify().ok);
}

// The whole table of transitions, written out again: 18 of 100 are allowed.
TEST(JournalRequests, Transitions) {
  int allowed = 0;
  for (int from = 1; from <= 10; ++from) {
    for (int to = 1; to <= 10; ++to) {
      const bool may = may_follow(static_cast<State>(from), static_cast<State>(to));
      allowed += may;
      if (is_finished(static_cast<State>(from))) {
        EXPECT_FALSE(may);
      }
      // Nothing becomes completed that was not published.
      if (may && to == static_cast<int>(State::completed)) {
        EXPECT_EQ(from, static_cast<int>(State::publishing));
      }
    }
  }
  EXPECT_EQ(allowed, 18);
}

TEST(JournalRequests, ListsInPagesAndCounts) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  std::vector<Submission> many;
  for (std::uint64_t id = 1; id <= 25; ++id) {
    many.push_back(ask(id, id));
    many.back().due_at = scene_now() + 1000 - id;
  }
  journal->submit(many);
  journal->change(request_id(25), Change::cancel);
  std::vector<RequestId> seen;
  std::uint64_t cursor = 0;
  int pages = 0;
  do {
    const ListPage page = journal->list(State::received, cursor, 10);
    for (const RequestInfo &info : page.requests) seen.push_back(info.id);
    cursor = page.next;
    ++pages;
  } while (cursor != 0);
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(seen.size(), 24U);
  EXPECT_EQ(seen.front(), request_id(1));
  EXPECT_EQ(seen.back(), request_id(24));
  EXPECT_EQ(journal->list(std::nullopt, 0, 1000).requests.size(), 25U);
  const Counts counts = journal->counts();
  EXPECT_EQ(counts.in_state[0], 24U);
  EXPECT_EQ(counts.in_state[7], 1U);
  EXPECT_EQ(counts.next_due_at, scene_now() + 1000 - 24);
  EXPECT_EQ(counts.oldest_open_at, scene_now());
  EXPECT_EQ(counts.overdue, 0U);
  EXPECT_EQ(status_of([&] { journal->list(std::nullopt, 0, 0); }), Status::argument);
}

TEST(JournalRequests, UuidsAndNames) {
  const RequestId id = parse_uuid("F81D4FAE-7dec-11d0-a765-00a0c91e6bf6");
  EXPECT_EQ(format_uuid(id), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  for (const char *bad :
       {"", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bfg", "f81d4fae-7dec-11d0-a765-00a0c91e6bf66"}) {
    EXPECT_EQ(status_of([&] { parse_uuid(bad); }), Status::argument) << bad;
  }
  for (int i = 1; i <= 10; ++i) {
    const auto state = static_cast<State>(i);
    EXPECT_EQ(state_from_name(name_of(state)), state);
  }
  EXPECT_EQ(kind_from_name("object"), Kind::object);
  EXPECT_EQ(regulation_from_name("ccpa"), Regulation::ccpa);
  EXPECT_EQ(label_policy_from_name("host"), LabelPolicy::host);
  EXPECT_EQ(status_of([] { kind_from_name("eraze"); }), Status::argument);
}

}  // namespace
}  // namespace recveil::journal
