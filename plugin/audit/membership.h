// The membership audit: a dataset, a recommender, defences and adversaries, over several
// user-disjoint splits, with a control that must leak and one that must not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "abi/audit_module.h"
#include "audit/canaries.h"
#include "audit/floor.h"
#include "audit/informed_report.h"
#include "audit/request.h"
#include "audit/served_system.h"
#include "audit/strata.h"
#include "audit/summary.h"
#include "recommend/evaluate.h"

namespace recveil::audit {

struct CellReport {
  Cell cell;
  std::vector<AttackerSummary> attackers;
  Controls controls;
  Judgement judgement;
  std::optional<Judgement> at_equal_activity;
  std::vector<std::string> reasons;  // of an inconclusive verdict, most important first
  // To settle a verdict that is open for want of people alone: either so many more users of each
  // class in every split, or so many more splits.
  std::optional<std::size_t> more_users, more_seeds;
  std::vector<Stratum> strata;       // people by activity
  std::optional<FloorChoice> floor;  // how the support floor was chosen; none: it was asked for
  FloorCost floor_cost;
  UtilityPair full, sampled_99;
  double items_shown = 0;  // different items in the first ten places of all lists, mean of systems
  std::optional<CanaryCounts> canaries;  // of the first split
  std::optional<InformedReport> informed;
  // Of a crowd, besides its attackers: the control, then who joined and who left between two
  // trainings, by number of lists. Else empty.
  std::vector<AttackerSummary> crowd;
  std::vector<std::uint32_t> host_ns, pool_ns;  // route and serve, per slate
};

struct MembershipReport {
  std::string data;
  std::size_t users = 0;     // who take part in a split
  std::size_t left_out = 0;  // of the data, who have too few interactions
  std::size_t items = 0, interactions = 0;
  std::size_t trained = 0;  // members that a model is trained on
  // Looked at, in a split; the shadow has as many.
  std::size_t target_members = 0, target_non_members = 0;
  std::vector<CellReport> cells;
  double load_seconds = 0, seconds = 0;
};

// progress(fraction, what): on the calling thread; throws to cancel. threads: at least 1.
MembershipReport audit_membership(const recveil_audit_services &library, const Request &request,
                                  unsigned threads,
                                  const std::function<void(double, const char *)> &progress);

}  // namespace recveil::audit
