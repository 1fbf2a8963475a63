// One of everything a journal does, step by step, and what must be true wherever it was stopped.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/journal_scene.h"

namespace recveil::journal {

// What a caller knows: what returned, and what was under way.
struct Ledger {
  std::map<std::uint64_t, State> returned;  // the state that the last call on it promised
  std::map<std::uint64_t, std::string> receipts;
  std::uint64_t id = 0;  // under way
  std::optional<State> to;
};

struct Step {
  std::uint64_t id;
  State from, to;
  std::function<void(Journal &, Ledger &)> run;
};

inline std::vector<Step> workload_steps() {
  using enum State;
  std::vector<Step> steps;
  const auto step = [&](std::uint64_t id, State from, State to,
                        std::function<void(Journal &, Ledger &)> run) {
    steps.push_back({id, from, to, std::move(run)});
  };
  const auto rows = [](Journal &journal, std::uint64_t who) {
    return RowWork{person(who),
                   digest_of(journal, person(who), "raw"),
                   digest_of(journal, person(who), "mapped"),
                   {},
                   {"gender"}};
  };
  for (std::uint64_t id = 1; id <= 4; ++id) {
    step(id, received, received, [id](Journal &journal, Ledger &) {
      Submission request = ask(id, id);
      request.label_policy = id == 1 ? LabelPolicy::sealed : LabelPolicy::leace;
      journal.submit(request);
    });
  }
  step(2, received, held,
       [](auto &journal, auto &) { journal.change(request_id(2), Change::hold, "doubt"); });
  step(2, held, received,
       [](auto &journal, auto &) { journal.change(request_id(2), Change::release); });
  step(3, received, cancelled,
       [](auto &journal, auto &) { journal.change(request_id(3), Change::cancel); });
  step(1, received, applying, [rows](auto &journal, auto &) {
    const SealedLabel label{person(1), "gender", "F"};
    journal.begin_attempt({"users", 1, snapshot(1)}, {{rows(journal, 1)}}, {{label}});
  });
  step(1, applying, applying, [rows](auto &journal, auto &) {
    const RowNow now{person(1), rows(journal, 1).after};
    journal.ack(1, 1, {{now}});
  });
  step(1, applying, verifying,
       [](auto &journal, auto &) { journal.advance(request_id(1), verifying); });
  step(1, verifying, verifying,
       [](auto &journal, auto &) { journal.record_evidence({{request_id(1)}}, some_evidence()); });
  step(1, verifying, publishing,
       [](auto &journal, auto &) { journal.advance(request_id(1), publishing); });
  step(1, publishing, completed, [](auto &journal, auto &ledger) {
    const std::string receipt = journal.complete(request_id(1), {});
    ledger.receipts[1] = receipt;
  });
  step(2, received, failed,
       [](auto &journal, auto &) { journal.change(request_id(2), Change::fail, "store"); });
  step(2, failed, received,
       [](auto &journal, auto &) { journal.change(request_id(2), Change::retry); });
  step(4, received, noop,
       [](auto &journal, auto &) { journal.change(request_id(4), Change::nobody); });
  step(4, noop, noop, [](auto &journal, auto &) { journal.withdraw({{person(4)}}, {}); });
  step(1, completed, completed, [](auto &journal, auto &) { journal.shred(person(1)); });
  step(5, received, received, [](auto &journal, auto &) { journal.submit(ask(5, 5)); });
  return steps;
}

// Runs steps until one throws; true if all ran. before: called before each.
template <class Before>
bool run_steps(Journal &journal, Ledger &ledger, Before before) {
  for (const Step &step : workload_steps()) {
    ledger.id = step.id;
    ledger.to = step.to;
    before(step);
    try {
      step.run(journal, ledger);
    } catch (const Error &) {
      return false;
    }
    ledger.returned[step.id] = step.to;
    ledger.to.reset();
  }
  return true;
}

struct Verdict {
  int lost = 0;            // accepted requests that are not there, or went back
  int false_complete = 0;  // reported complete, and are not known to be
  int unreadable = 0;      // the journal does not open or verify
  std::string what;
  bool good() const { return lost + false_complete + unreadable == 0; }
  Verdict &operator+=(const Verdict &more) {
    lost += more.lost;
    false_complete += more.false_complete;
    unreadable += more.unreadable;
    if (what.empty()) what = more.what;
    return *this;
  }
};

inline Verdict judge(const Journal &journal, const Ledger &ledger) {
  Verdict verdict;
  const auto under_way = [&](std::uint64_t id, State state) {
    return ledger.to && ledger.id == id && *ledger.to == state;
  };
  for (const auto &[id, promised] : ledger.returned) {
    const auto info = journal.status(request_id(id));
    if (!info || (info->state != promised && !under_way(id, info->state))) {
      ++verdict.lost;
      verdict.what = "request " + std::to_string(id) + " is not " + std::string(name_of(promised));
    } else if (promised == State::completed && ledger.receipts.count(id) != 0 &&
               journal.receipt(request_id(id)) != ledger.receipts.at(id)) {
      ++verdict.lost;
      verdict.what = "another receipt";
    }
  }
  for (const RequestInfo &info : journal.list(State::completed, 0, 1000).requests) {
    bool known = false;
    for (const auto &[id, promised] : ledger.returned) {
      known = known || (info.id == request_id(id) && promised == State::completed);
    }
    if (!known && !(info.id == request_id(ledger.id) && ledger.to == State::completed)) {
      ++verdict.false_complete;
      verdict.what = "a request is completed that was not";
    }
  }
  const VerifyReport report = journal.verify();
  if (!report.ok) {
    ++verdict.unreadable;
    verdict.what = report.what;
  }
  return verdict;
}

}  // namespace recveil::journal
