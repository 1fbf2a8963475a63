#include "defense/screen/item_tests.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "defense/screen/coordination_levels.h"
#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

constexpr const CoordinationLevels &kLevels = kCoordinationLevels;

}  // namespace

double ItemEvidence::joint() const {
  return fisher(excess.p, group, unanimous);
}

double better_of(double p, double q) {
  return std::min(1.0, 2 * std::min(p, q));
}

ItemTests::ItemTests(const CoordinationInput &in, BatchSums *sums)
    : in_(in), sums_(*sums), active_(in.batch.size(), 1) {
  index_raters();
  for (std::uint32_t u = 0; u < in.explained.size(); ++u) {
    if (in.explained[u] != 0) remove(u);
  }
}

// Median length of the newcomers of the batch over that of the window.
double ItemTests::length_ratio() const {
  std::vector<double> lengths;
  for (std::size_t u = 0; u < in_.batch.size(); ++u) {
    if (in_.judged.known(u)) continue;
    lengths.push_back(static_cast<double>(in_.batch.row(u).size()));
  }
  if (lengths.empty()) return 1;
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return std::clamp(*middle / std::max(1.0, in_.median_length), .5, 2.0);
}

// Of a known account only what it added.
void ItemTests::index_raters() {
  const ScreenAccounts &batch = in_.batch;
  const RatingScale &scale = in_.history.scale;
  const double ratio = length_ratio();
  double accounts = 0;
  weight_.resize(batch.size());
  offsets_.assign(batch.n_items + 1, 0);
  for (std::size_t u = 0; u < batch.size(); ++u) {
    // The lengths of known accounts say nothing about how much is new.
    weight_[u] = in_.judged.weight(u, in_.mean_length * ratio);
    accounts += weight_[u];
    const AccountRow row = batch.row(u);
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (in_.judged.added(u, e)) ++offsets_[row.items[e] + 1];
    }
  }
  for (std::size_t i = 0; i < batch.n_items; ++i) {
    n_rated_items_ += offsets_[i + 1] > 0 ? 1u : 0u;
    offsets_[i + 1] += offsets_[i];
  }
  sums_.counts = ItemCounts(batch.n_items, accounts, ratio);
  sums_.sums.assign(batch.n_items, {});
  raters_.resize(offsets_.back());
  auto next = offsets_;
  for (std::size_t u = 0; u < batch.size(); ++u) {
    pulse();
    const AccountRow row = batch.row(u);
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (!in_.judged.added(u, e)) continue;
      const bool pushed = pushes(row, e, scale);
      const std::uint8_t level = push_level(row, e, scale);
      sums_.counts.add(row.items[e], level);
      raters_[next[row.items[e]]++] = {static_cast<std::uint32_t>(u), pushed, level == 2};
      if (pushed) sums_.sums[row.items[e]].add(in_.z[u]);
    }
  }
  sums_.weights = weight_;
  counts_ = sums_.counts;
  left_ = sums_.sums;
}

const ItemCounts *ItemTests::carried() const {
  return in_.carry != nullptr && !in_.carry->empty() ? &in_.carry->counts() : nullptr;
}

ScoreSums ItemTests::with_carried(ScoreSums sums, std::uint32_t item) const {
  if (carried() == nullptr) return sums;
  const ScoreSums &before = in_.carry->sums(item);
  sums.n += before.n;
  for (std::size_t c = 0; c < kChannels; ++c) sums.sum[c] += before.sum[c];
  return sums;
}

double ItemTests::unanimity(std::uint32_t item) const {
  const ItemCounts *before = carried();
  const double most = counts_.count[2][item] + (before != nullptr ? before->count[2][item] : 0);
  const double all = counts_.count[0][item] + (before != nullptr ? before->count[0][item] : 0);
  return in_.baseline.unanimity(std::floor(most + .5), std::floor(all + .5), item, in_.history);
}

const FeaturePoint *ItemTests::point_of(std::uint32_t account) {
  points_.resize(in_.batch.size());
  auto &point = points_[account];
  if (!point.has_value()) {
    const AccountView view = in_.judged.view(account);
    point = in_.channels.similarity().place(in_.channels.z(view, in_.described), view.own);
  }
  return &*point;
}

// How similar the accounts that push an item are, the item included.
double ItemTests::similarity(std::uint32_t item) {
  std::vector<const FeaturePoint *> group;
  for (const Rater &rater : raters(item)) {
    if (rater.pushes && active(rater.account)) group.push_back(point_of(rater.account));
  }
  return in_.channels.similarity().test(group, in_.side).p;
}

ItemLevels ItemTests::test_all() {
  evidence_.assign(in_.batch.n_items, {});
  std::vector<double> excess, group, joint;
  for (std::uint32_t i = 0; i < in_.batch.n_items; ++i) {
    if (counts_.count[0][i] < 1) continue;
    pulse();
    ItemEvidence &item = evidence_[i];
    item.excess = in_.excess.test(i, in_.history, counts_, carried());
    if (item.excess.p >= 1 && left_[i].n < 3) continue;
    item.group =
        in_.baseline.p(with_carried(left_[i], i), in_.baseline.like(in_.history.count[0][i]));
    if (item.excess.p <= kLevels.hint_p) {
      item.unanimous = unanimity(i);
      item.group = better_of(item.group, similarity(i));
    }
    excess.push_back(item.excess.p);
    group.push_back(item.group);
    joint.push_back(item.joint());
  }
  return {benjamini_hochberg(excess, n_rated_items_, kLevels.excess_fdr),
          benjamini_hochberg(group, n_rated_items_, kLevels.group_fdr),
          benjamini_hochberg(joint, n_rated_items_, kLevels.joint_fdr)};
}

bool ItemTests::candidate(const ItemEvidence &item, const ItemLevels &levels) const {
  return item.excess.p <= levels.excess || item.group <= levels.group ||
         (item.excess.p <= kLevels.hint_p && item.joint() <= levels.joint);
}

std::uint32_t ItemTests::most_suspicious(const ItemLevels &levels,
                                         std::span<const std::uint8_t> done) const {
  std::uint32_t best = kNone;
  for (std::uint32_t i = 0; i < in_.batch.n_items; ++i) {
    if (done[i] != 0 || !candidate(evidence_[i], levels)) continue;
    if (best == kNone || evidence_[i].joint() < evidence_[best].joint()) best = i;
  }
  return best;
}

void ItemTests::remove(std::uint32_t account) {
  active_[account] = 0;
  const AccountRow row = in_.batch.row(account);
  counts_.accounts -= weight_[account];
  for (std::size_t e = 0; e < row.size(); ++e) {
    if (!in_.judged.added(account, e)) continue;
    counts_.add(row.items[e], push_level(row, e, in_.history.scale), -1);
    if (pushes(row, e, in_.history.scale)) left_[row.items[e]].add(in_.z[account], -1);
  }
}

}  // namespace recveil::defense
