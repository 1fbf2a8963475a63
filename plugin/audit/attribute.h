// The attribute audit: what attackers read of an attribute from the embeddings and the lists of a
// recommender of the library, before and after an erasure.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/attribute_erase.h"
#include "audit/attribute_request.h"
#include "audit/attribute_shown.h"
#include "audit/attribute_trial.h"

namespace recveil::audit {

struct AttributeReport {
  std::string defense;
  StageReport before, after;
  AttributeJudgement judgement;             // of the embeddings, or of lists where asked alone
  std::optional<AttributeJudgement> lists;  // of the lists
  std::vector<AttributeGain> gains;         // of the other sources
  std::optional<std::array<UtilityChange, kUtilities>> utility;
  std::vector<EraseReport> erasures;  // a split
  std::string failure;                // the defence refused: why; nothing else is there
};

struct AttributeAudit {
  std::string data;
  std::size_t users = 0, items = 0, interactions = 0, requesters = 0;  // requesters: of a split
  std::vector<PeopleClasses> attributes;
  std::vector<ClassCounts> counts;
  std::vector<std::string> absent;  // attackers that are not installed
  Controls controls;
  std::vector<AttributeReport> reports;  // one a defence
  double seconds = 0;
};

// progress(fraction, what): on the calling thread; throws to cancel. threads: at least 1, one a
// split. Throws Error(argument) for an attribute that the data do not have, Error(data) for one
// without two classes of 20 people among the requesters.
AttributeAudit audit_attribute(const AttributeRequest &request, unsigned threads,
                               const std::function<void(double, const char *)> &progress);

// Lines and verdicts of one stage: shared with attribute_host.h.
void judge_report(AttributeReport &report, const Controls &controls,
                  const std::vector<ClassCounts> &counts, double margin);

}  // namespace recveil::audit
