// What screening does to people: batches without a fake, and crowds that are no attack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audit/screening_accounts.h"
#include "audit/screening_defense.h"
#include "audit/screening_request.h"
#include "numerics/stats.h"

namespace recveil::audit {

// Decisions on genuine accounts over several repeats, in which the same people may stand again. A
// repeat is one training: its batches are one observation.
class PeopleTally {
 public:
  // A batch of the one repeat that this is. users: of each decision, by number in the data.
  void add(std::span<const std::uint32_t> users, std::span<const Decision> decisions);
  // More batches of that repeat. REQUIRES: at most one repeat in either.
  void join(const PeopleTally &same_repeat);
  // Other repeats.
  PeopleTally &operator+=(const PeopleTally &others);

  // Those of whom `holds` is true, by number in the data. Repeats without any are left out.
  PeopleTally only(const std::function<bool(std::uint32_t)> &holds) const;

  std::size_t repeats() const { return repeats_.size(); }
  std::size_t batches() const { return batches_; }
  std::size_t people() const { return met_.size(); }
  std::size_t screened() const { return sum().screened; }
  std::size_t quarantined() const { return sum().quarantined; }
  std::size_t deferred() const { return sum().deferred; }

  // The share quarantined, with the wider of two intervals: Student's over the repeats, which sees
  // that a wrong alarm takes several people at once; and Clopper-Pearson's with as many trials as
  // there are different people, so that who stands in several repeats counts once. REQUIRES:
  // somebody was screened.
  Estimate quarantine_rate(double alpha = 0.05) const;
  Estimate defer_rate(double alpha = 0.05) const;

 private:
  struct Counts {
    std::size_t screened = 0, quarantined = 0, deferred = 0;
    void operator+=(const Counts &other);
  };
  // One training.
  struct Repeat {
    Counts counts;
    std::vector<std::pair<std::uint32_t, Decision>> decided;  // about whom
  };
  Counts sum() const;
  Estimate rate(std::size_t Counts::*hits, double alpha) const;

  std::set<std::uint32_t> met_;
  std::size_t batches_ = 0;
  std::vector<Repeat> repeats_;
};

struct CleanOutcome {
  std::vector<PeopleTally> by_size;  // as request.batches; no repeats where the data are too few
  // AUC of the scores for labels drawn at random, one account in five, per batch, and its variance
  // if they tell nothing.
  std::vector<double> random_auc, random_variance;
  bool random_caught = false;  // a "campaign" of them counted as caught
};

// The largest batch of the request that leaves twice as many accounts for the window; 0: none does.
std::size_t largest_batch(const ScreeningRequest &request, std::size_t n_users);

// One repeat: trains on the window and screens batches cut from parts.batch, at most two of each
// size.
CleanOutcome screen_clean(const ScreeningRequest &request, const Crowd &all, const Parts &parts,
                          std::uint64_t seed);

}  // namespace recveil::audit
