// Is a suspicious item the target of an attack, a trend or a launch, and which of the accounts that
// push it belong to the campaign? Second step of the coordination test.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "defense/screen/item_tests.h"

namespace recveil::defense {

struct GroupJudgement {
  ItemFinding finding;
  bool worth_reporting = false;
  double p_similarity = 1;
  std::vector<std::uint32_t> accounts;  // that push the item
  std::vector<double> posterior;        // of each, of being part of a campaign
  // For each account whose posterior reaches CoordinationLevels::member_probability, and for the
  // others.
  struct Sentence {
    bool quarantine = false, defer = false;
  } likely, unlikely;
  bool unanimous = false;  // the accounts are ordinary, and only their unanimity speaks
};

// Shares of the accounts that push an item that its history does not explain: of those at the
// maximum, and of those below it. A campaign gives one rating, people give several.
struct UnexplainedShares {
  double at_maximum = 0, below = 0;
  double of(bool maximum) const { return maximum ? at_maximum : below; }
};
UnexplainedShares unexplained_shares(const Excess &excess, const RatingScale &scale);

// Not thread-safe.
class GroupJudge {
 public:
  // Outlives it.
  explicit GroupJudge(const CoordinationInput &in);
  // levels: of the items as `tests` stands. O(accounts that push the item), each described anew
  // without it.
  GroupJudgement judge(std::uint32_t item, const ItemTests &tests, const ItemLevels &levels);
  // P(accounts as suspicious for themselves together), among ordinary ones or among this batch,
  // whichever is the larger.
  double suspicion(std::span<const std::uint32_t> accounts) const;

 private:
  struct Member {
    std::uint32_t account;
    bool at_maximum;
    ChannelRow z;  // normal scores, without the item
    FeaturePoint point;
  };
  std::vector<Member> members_of(std::uint32_t item, const ItemTests &tests);
  ChannelBaseline batch_baseline() const;
  const ChannelBaseline &least_suspicious_among(const ScoreSums &sums, std::uint32_t item) const;

  const CoordinationInput &in_;
  ChannelBaseline batch_{};
  CoverIndex::Scratch scratch_;
  std::vector<std::uint32_t> items_left_;
  std::vector<float> ratings_left_;
  std::vector<OwnCount> counts_left_;
};

}  // namespace recveil::defense
