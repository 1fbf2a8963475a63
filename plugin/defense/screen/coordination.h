// The coordination test: which items of a batch are the targets of a campaign, and which accounts
// belong to it. Greedy with explaining-away: the most suspicious item is judged first, its accounts
// are taken out, and the items are tested again. Ours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "defense/screen/account_channels.h"
#include "defense/screen/carry.h"
#include "defense/screen/coordination_levels.h"
#include "defense/screen/excess.h"
#include "defense/screen/group_evidence.h"
#include "defense/screen/judged_part.h"

namespace recveil::defense {

enum class FindingKind : std::uint8_t {
  attack = 1,  // accounts that push it are quarantined
  trend = 2,   // more raters than expected, and they are ordinary people: deferred at most
  launch = 3,  // a new item that everybody loves: ordinary people or an attack, so deferred
};

// For operators. It names an item, so it belongs in no log.
struct ItemFinding {
  std::uint32_t item = 0;
  FindingKind kind = FindingKind::trend;
  bool down = false;                  // pushed down
  std::uint32_t n_pushing = 0;        // accounts of the batch that push it
  double observed = 0, expected = 0;  // raters
  double p_excess = 1, p_group = 1, p_unanimous = 1;
  std::uint32_t n_quarantined = 0, n_deferred = 0;
};

// What the test says about each account, parallel to the batch.
struct CoordinationResult {
  std::vector<float> posterior;          // of being part of a campaign; 0 where none was found
  std::vector<std::uint8_t> quarantine;  // 1: yes
  std::vector<std::uint8_t> defer;
  std::vector<std::uint8_t> unanimous;  // 1: quarantined or deferred for unanimity alone
  std::vector<std::int32_t> finding;    // place of the one that it was held up for; -1: none
  std::vector<ItemFinding> findings;    // in the order in which they were found

  // The findings of both, and for each account the graver of the two.
  void add(const CoordinationResult &other);
};

// Batch, history, excess and baseline may all be mirrored: then the test is for items that are
// pushed down. Accounts are described as they are by `judged` and `described`.
struct CoordinationInput {
  const ScreenAccounts &batch;
  const JudgedPart &judged;
  const ItemHistory &described;
  const ItemHistory &history;
  const AccountChannels &channels;
  const ExcessTest &excess;
  const GroupBaseline &baseline;
  std::span<const std::uint8_t> established;  // per item: known before the last part of the window
  ChannelRow shift{};                         // taken off scores before their p
  std::span<const ChannelRow> z;              // normal scores of the accounts
  double median_length = 1, mean_length = 1;  // of the window
  const ScreenCarry *carry = nullptr;         // may be null
  std::span<const std::uint8_t>
      explained{};  // per account, 1: of a campaign that was found already
  const CoordinationLevels &levels = kCoordinationLevels;
  Side side = Side::up;
};

// Counts and sums of the batch, which go to the carry.
struct BatchSums {
  ItemCounts counts;
  std::vector<ScoreSums> sums;  // of accounts that push the item
  std::vector<double> weights;  // of the accounts, in newcomers
};

// O(interactions + 12 n_items), and the features of the accounts that push a suspicious item, once
// more without it.
CoordinationResult coordinate(const CoordinationInput &in, BatchSums *sums);

// Groups that no item shows (crowding.h), among the accounts that are not explained. For ratings
// seen from below too, once.
CoordinationResult coordinate_crowds(const CoordinationInput &in);

}  // namespace recveil::defense
