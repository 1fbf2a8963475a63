// All attackers on all attributes over several splits, whatever the rows come from: of the
// library's own recommender (attribute.h) or of a host (attribute_host.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "attack/attribute.h"
#include "audit/attribute_cells.h"
#include "audit/attribute_sources.h"
#include "audit/attribute_summary.h"

namespace recveil::audit {

struct AttributeAttackers {
  std::vector<attack::RowAttack> rows;
  std::vector<attack::ListAttack> lists;
  std::vector<attack::RowAttack> joined_rows;    // of JoinedSource::rows
  std::vector<attack::ListAttack> joined_lists;  // of JoinedSource::lists
  std::vector<std::string> absent;               // asked for, but not installed: "xgboost"
};
// names: empty for all. sources: of attribute_request.h.
AttributeAttackers attribute_attackers(const std::vector<std::string> &names,
                                       const std::vector<std::string> &sources, bool xgboost);

// What there is to see of one split. Stage 0 is raw, the others one a defence. lists: as many
// stages, or none; a stage without lists has no rows and is not attacked.
struct AttributeEvidence {
  std::vector<Matrix> rows;
  std::vector<Interactions> lists;
  std::vector<std::uint8_t> requesters;  // of each person
  std::vector<JoinedSource> joined;
  // Of each stage, or none: what protocol transfer learns on instead of stage 0, where the rows are
  // of another model.
  std::vector<Matrix> raw{};
};

// What was read of it: a line each attacker, protocol and attribute, in the order of keys.
struct AttributeSplit {
  std::vector<LineKey> keys;
  std::vector<std::vector<Reading>> readings;  // [key][stage]; empty where a stage was not attacked
  std::vector<std::vector<Reading>> who_asked;       // [attacker][stage - 1]; none where all asked
  std::vector<std::vector<std::uint32_t>> attacked;  // people of each attribute
};

struct TrialOptions {
  std::size_t folds = 5;
  bool adaptive = true;  // besides transfer
};

// seed: of the cuts and the attackers. Who asked: three attackers tell requesters' rows (as erased)
// from those of the others (raw), two cuts. step(): called after each attacker, may throw.
AttributeSplit read_split(const AttributeEvidence &evidence,
                          const std::vector<PeopleClasses> &attributes,
                          const AttributeAttackers &attackers, const TrialOptions &options,
                          std::uint64_t seed, const std::function<void()> &step);
// The names of who_asked's attackers.
std::vector<std::string> who_asked_attackers();

// Controls of all row attackers on the first attribute, protocol adaptive. positive: the class is
// written into the rows, eight standard deviations along a random direction of each class, and the
// weakest attacker must read it (AUC .9 or more). negative: raw rows and permuted classes, where no
// attacker may be surely beyond the margin, by Holm. Of lists where no row attacker runs: five
// items a class that it alone is shown.
Controls attribute_controls(const AttributeEvidence &evidence,
                            const std::vector<PeopleClasses> &attributes,
                            const AttributeAttackers &attackers, const TrialOptions &options,
                            std::uint64_t seed, double margin);

// One stage over all splits.
struct StageReport {
  std::vector<AttributeLine> lines;
  std::vector<AttributeLine> who_asked;  // attribute and source mean nothing
};
// spread pooled, nothing_to_erase marked against stage 0.
std::vector<StageReport> summarize_stages(const std::vector<AttributeSplit> &splits,
                                          std::size_t stages);

}  // namespace recveil::audit
