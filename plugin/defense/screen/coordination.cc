#include "defense/screen/coordination.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kMostItems = 12;
constexpr double kRate = .01;    // Benjamini and Hochberg, over items
constexpr double kHint = .5;     // an excess that other evidence may be looked for behind
constexpr double kGroup = 1e-3;  // of the group's oddness and unanimity together
constexpr double kAlone = 1e-6;  // without any
constexpr double kLittle = .01;  // of a group whose minds alone decide
// Of people among those that lie near a campaign by chance: as alike to it as this many deviations.
constexpr double kKinSpread = 2.5;
// False discovery rate of those that are taken for their make alone.
constexpr double kOneMake = .05;
// Of the kinship of a group whose make others are compared with.
constexpr double kKin = 1e-4;
// Of the accounts that were caught, how many push what they have in common; of all that push that,
// how many people do not account for.
constexpr double kShared = .75;
// Of the accounts of a campaign, the share that looks like people: found by what they push alone.
constexpr double kPlain = .2;
// Of ordinary accounts that are not of one mind a trend is made, and nobody is held up for it.
constexpr double kDoubt = .05;

struct ItemState {
  Excess excess;
  double group = 1, unanimous = 1;  // over all accounts that push it, item and all
  double joint() const { return fisher(excess.p, group, unanimous); }
};

// Levels that p values must reach, of all items of the batch.
struct Levels {
  double excess = -1, group = -1, joint = -1;
};

class Coordination {
 public:
  Coordination(const CoordinationInput &in, BatchSums *sums)
      : in_(in), sums_(*sums), active_(in.batch.size(), 1), scratch_(in.channels.scratch()) {
    const std::size_t n = in.batch.size();
    result_.posterior.assign(n, 0);
    result_.quarantine.assign(n, 0);
    result_.defer.assign(n, 0);
    result_.unanimous.assign(n, 0);
    index_raters();
    crowd_ = crowd_baseline();
  }

  CoordinationResult run() {
    std::vector<std::uint8_t> done(in_.batch.n_items, 0);
    for (std::size_t round = 0; round < kMostItems; ++round) {
      const Levels levels = test_items();
      const std::uint32_t item = most_suspicious(levels, done);
      if (item == kNone) break;
      done[item] = 1;
      judge(item, levels);
    }
    return std::move(result_);
  }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  // Per item the accounts that have it, and the batch's counts and sums.
  void index_raters() {
    const ScreenAccounts &batch = in_.batch;
    std::vector<double> lengths;
    for (std::size_t u = 0; u < batch.size(); ++u) {
      lengths.push_back(static_cast<double>(batch.row(u).size()));
    }
    double ratio = 1;
    if (!lengths.empty()) {
      std::nth_element(lengths.begin(),
                       lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2),
                       lengths.end());
      ratio = std::clamp(lengths[lengths.size() / 2] / std::max(1.0, in_.median_length), .5, 2.0);
    }
    sums_.counts = ItemCounts(batch.n_items, static_cast<double>(batch.size()), ratio);
    sums_.sums.assign(batch.n_items, {});
    offsets_.assign(batch.n_items + 1, 0);
    for (const std::uint32_t item : batch.items) ++offsets_[item + 1];
    for (std::size_t i = 0; i < batch.n_items; ++i) {
      rated_items_ += offsets_[i + 1] > 0 ? 1u : 0u;
      offsets_[i + 1] += offsets_[i];
    }
    raters_.resize(batch.items.size());
    auto next = offsets_;
    for (std::size_t u = 0; u < batch.size(); ++u) {
      const AccountRow row = batch.row(u);
      sums_.counts.add(row, in_.history.scale);
      for (std::size_t e = 0; e < row.size(); ++e) {
        const bool high = pushes(row, e, in_.history.scale);
        const bool most = in_.history.scale.rated && row.ratings[e] >= in_.history.scale.highest;
        raters_[next[row.items[e]]++] = {static_cast<std::uint32_t>(u), high, most};
        if (high) sums_.sums[row.items[e]].add(in_.z[u]);
      }
    }
    counts_ = sums_.counts;
    live_ = sums_.sums;
  }

  // Scores of the accounts of this very batch: where the whole of it is odd, as after a change of
  // the shop, nobody in it is odd for that. Median and deviation around it, so that a campaign of
  // less than half hardly moves them.
  ChannelBaseline crowd_baseline() const {
    ChannelBaseline out{};
    const std::size_t n = in_.z.size();
    if (n < 20) return out;
    for (std::size_t c = 0; c < kChannels; ++c) {
      std::vector<double> z(n);
      for (std::size_t u = 0; u < n; ++u) z[u] = in_.z[u][c];
      const auto middle = z.begin() + static_cast<std::ptrdiff_t>(n / 2);
      std::nth_element(z.begin(), middle, z.end());
      const double median = *middle;
      for (double &value : z) value = std::abs(value - median);
      std::nth_element(z.begin(), middle, z.end());
      out[c] = {std::clamp(median, 0.0, 1.5), std::clamp(1.4826 * *middle, 1.0, 2.0)};
    }
    return out;
  }

  const ItemCounts *carried() const {
    return in_.carry != nullptr && !in_.carry->empty() ? &in_.carry->counts() : nullptr;
  }
  ScoreSums with_carried(ScoreSums sums, std::uint32_t item) const {
    if (carried() == nullptr) return sums;
    const ScoreSums &before = in_.carry->sums(item);
    sums.n += before.n;
    for (std::size_t c = 0; c < kChannels; ++c) sums.sum[c] += before.sum[c];
    return sums;
  }
  double unanimity(std::uint32_t item) const {
    const ItemCounts *before = carried();
    const double most = counts_.count[2][item] + (before != nullptr ? before->count[2][item] : 0);
    const double all = counts_.count[0][item] + (before != nullptr ? before->count[0][item] : 0);
    return in_.baseline.unanimity(std::floor(most + .5), std::floor(all + .5), item, in_.history);
  }

  Levels test_items() {
    items_.assign(in_.batch.n_items, {});
    std::vector<double> excess, group, joint;
    for (std::uint32_t i = 0; i < in_.batch.n_items; ++i) {
      if (counts_.count[0][i] < 1) continue;
      ItemState &item = items_[i];
      item.excess = in_.excess.test(i, in_.history, counts_, carried());
      if (item.excess.p >= 1 && live_[i].n < 3) continue;
      item.group =
          in_.baseline.p(with_carried(live_[i], i), in_.baseline.like(in_.history.count[0][i]));
      if (item.excess.p <= kHint) {
        item.unanimous = unanimity(i);
        item.group = either(item.group, kinship(i));
      }
      excess.push_back(item.excess.p);
      group.push_back(item.group);
      joint.push_back(item.joint());
    }
    return {benjamini_hochberg(excess, rated_items_, kRate),
            benjamini_hochberg(group, rated_items_, .01 * kRate),
            benjamini_hochberg(joint, rated_items_, kRate)};
  }

  static double either(double p, double q) { return std::min(1.0, 2 * std::min(p, q)); }

  // How alike the accounts that push an item are, item and all.
  double kinship(std::uint32_t item) {
    std::vector<const KinPlace *> group;
    for (std::uint64_t at = offsets_[item]; at < offsets_[item + 1]; ++at) {
      const std::uint32_t u = raters_[at].account;
      if (raters_[at].high && active_[u] != 0) group.push_back(place_of(u));
    }
    return in_.channels.kin().test(group).p;
  }

  const KinPlace *place_of(std::uint32_t account) {
    places_.resize(in_.batch.size());
    auto &place = places_[account];
    if (!place.has_value()) {
      place = in_.channels.kin().place(in_.channels.z(in_.batch.row(account), in_.history));
    }
    return &*place;
  }

  // Whoever else in the batch is of the make of a group that was caught pushing an item, whatever
  // it pushes itself: a campaign that spreads over items shows in one of them first. By Benjamini
  // and Hochberg, so where the batch holds no more such accounts than the window, nobody is.
  void take_of_one_make(const std::vector<std::uint32_t> &caught, ItemFinding &finding) {
    std::vector<const KinPlace *> group, candidates;
    std::vector<std::uint32_t> accounts;
    for (const std::uint32_t u : caught) group.push_back(place_of(u));
    for (std::uint32_t u = 0; u < in_.batch.size(); ++u) {
      if (active_[u] == 0 || in_.batch.row(u).size() == 0) continue;
      accounts.push_back(u);
      candidates.push_back(place_of(u));
    }
    const auto p = in_.channels.kin().of_one_make(group, candidates);
    const double level = benjamini_hochberg(p, p.size(), kOneMake);
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (p[i] <= level) set(accounts[i], 1 - kOneMake, true, true, false, finding);
    }
  }

  // Whoever else pushes what a group that was caught has in common and people hardly have: a group
  // may be found by a filler, which some of its accounts lack.
  void take_who_share(const std::vector<std::uint32_t> &caught, ItemFinding &finding) {
    std::vector<std::uint32_t> pushing(in_.batch.n_items, 0);
    for (const std::uint32_t u : caught) {
      const AccountRow row = in_.batch.row(u);
      for (std::size_t e = 0; e < row.size(); ++e) {
        if (pushes(row, e, in_.history.scale)) ++pushing[row.items[e]];
      }
    }
    // Of what most of them push and people do not, that which most push.
    const double most = kShared * static_cast<double>(caught.size());
    std::uint32_t item = kNone;
    double beyond = 0;
    for (std::uint32_t i = 0; i < in_.batch.n_items; ++i) {
      if (pushing[i] < most) continue;
      const std::size_t push = in_.history.scale.rated ? 1 : 0;
      const double observed = items_[i].excess.of_push_observed[push];
      const double excess = observed - items_[i].excess.of_push_expected[push];
      if (excess >= kShared * observed && excess > beyond) item = i, beyond = excess;
    }
    if (item == kNone) return;
    const Shares shares = shares_in_excess(items_[item].excess);  // with the caught
    for (std::uint64_t at = offsets_[item]; at < offsets_[item + 1]; ++at) {
      const Rater &rater = raters_[at];
      const double share = rater.most ? shares.at_maximum : shares.below;
      if (!rater.high || active_[rater.account] == 0 || share < kShared) continue;
      set(rater.account, share, true, true, false, finding);
    }
  }

  bool candidate(const ItemState &item, const Levels &levels) const {
    return item.excess.p <= levels.excess || item.group <= levels.group ||
           (item.excess.p <= kHint && item.joint() <= levels.joint);
  }

  std::uint32_t most_suspicious(const Levels &levels, const std::vector<std::uint8_t> &done) const {
    std::uint32_t best = kNone;
    for (std::uint32_t i = 0; i < in_.batch.n_items; ++i) {
      if (done[i] != 0 || !candidate(items_[i], levels)) continue;
      if (best == kNone || items_[i].joint() < items_[best].joint()) best = i;
    }
    return best;
  }

  struct Pusher {
    std::uint32_t account;
    bool at_maximum;
    ChannelRow z;  // normal scores, without the item
    KinPlace place;
  };

  // Without the item itself, or an account would look odd for what is being tested.
  std::vector<Pusher> pushers_of(std::uint32_t item) {
    std::vector<Pusher> out;
    for (std::uint64_t at = offsets_[item]; at < offsets_[item + 1]; ++at) {
      const Rater &rater = raters_[at];
      if (!rater.high || active_[rater.account] == 0) continue;
      const AccountRow row = in_.batch.row(rater.account);
      items_left_.clear();
      ratings_left_.clear();
      for (std::size_t e = 0; e < row.size(); ++e) {
        if (row.items[e] == item) continue;
        items_left_.push_back(row.items[e]);
        if (!row.ratings.empty()) ratings_left_.push_back(row.ratings[e]);
      }
      FeatureRow features;
      ChannelRow scores =
          in_.channels.scores({items_left_, ratings_left_}, in_.history, scratch_, &features);
      for (std::size_t c = 0; c < kChannels; ++c) scores[c] -= in_.shift[c];
      const ChannelRow p = in_.channels.p(scores);
      Pusher pusher{rater.account, rater.most, {}, in_.channels.kin().place(features)};
      for (std::size_t c = 0; c < kChannels; ++c) pusher.z[c] = normal_score(p[c]);
      out.push_back(pusher);
    }
    return out;
  }

  // Scores of the pushers and of those before them.
  ScoreSums sums_of(const std::vector<Pusher> &pushers, std::uint32_t item) const {
    ScoreSums sums;
    for (const Pusher &pusher : pushers) sums.add(pusher.z);
    return with_carried(sums, item);
  }

  // Ordinary accounts, those that have such items, or this batch: that among which the group looks
  // least odd.
  const ChannelBaseline &least_odd_among(const ScoreSums &sums, std::uint32_t item) const {
    static constexpr ChannelBaseline kOrdinary{};
    const ChannelBaseline *best = nullptr;
    double most = -1;
    for (const ChannelBaseline *one :
         {&kOrdinary, &in_.baseline.like(in_.history.count[0][item]), &crowd_}) {
      const double p = in_.baseline.p(sums, *one);
      if (p > most) most = p, best = one;
    }
    return *best;
  }

  // Shares of the pushers that the history does not explain: of those at the maximum, and of those
  // below it. A campaign gives one rating, people give several.
  struct Shares {
    double at_maximum = 0, below = 0;
    double of(const Pusher &pusher) const { return pusher.at_maximum ? at_maximum : below; }
  };
  Shares shares_in_excess(const Excess &excess) const {
    const auto share = [](double observed, double expected) {
      return std::clamp(1 - expected / std::max(1.0, observed), 0.0, 1.0);
    };
    const auto &observed = excess.of_push_observed, &expected = excess.of_push_expected;
    if (!in_.history.scale.rated) {
      return {0, share(observed[0], expected[0])};
    }
    return {share(observed[2], expected[2]),
            share(observed[1] - observed[2], std::max(0.0, expected[1] - expected[2]))};
  }

  void judge(std::uint32_t item, const Levels &levels) {
    const ItemState state = items_[item];
    const std::vector<Pusher> pushers = pushers_of(item);
    if (pushers.empty()) return;
    const ScoreSums sums = sums_of(pushers, item);
    const ChannelBaseline &among = least_odd_among(sums, item);
    std::vector<const KinPlace *> places;
    for (const Pusher &pusher : pushers) places.push_back(&pusher.place);
    const KinGroup kin = in_.channels.kin().test(places);
    const double by_channels = in_.baseline.p(sums, among);
    const bool hinted = state.excess.p <= kHint;
    const double group = hinted ? either(by_channels, kin.p) : by_channels;
    const double unanimous = in_.history.scale.rated ? unanimity(item) : 1;
    const double minds = in_.history.scale.rated ? fisher(group, unanimous) : group;
    const bool in_excess = state.excess.p <= levels.excess;
    const bool joint = hinted && fisher(state.excess.p, group, unanimous) <= levels.joint;
    const bool attack = ((in_excess || joint) && minds <= kGroup) ||
                        (state.group <= levels.group && group <= kAlone);
    // Where the accounts are ordinary people, a new item that they all love is one as well.
    const bool by_group = group <= kLittle;
    const bool launch = attack && !by_group && in_.established[item] == 0;
    Shares shares = shares_in_excess(state.excess);
    if (!hinted && group <= kAlone) shares = {.5, .5};

    ItemFinding finding;
    finding.item = item;
    finding.kind = !attack  ? FindingKind::trend
                   : launch ? FindingKind::launch
                            : FindingKind::attack;
    finding.pushers = static_cast<std::uint32_t>(pushers.size());
    finding.observed = state.excess.observed;
    finding.expected = state.excess.expected;
    finding.p_excess = state.excess.p;
    finding.p_group = group;
    finding.p_unanimous = unanimous;
    std::vector<double> posterior;
    for (const Pusher &pusher : pushers) posterior.push_back(shares.of(pusher));
    if (attack && by_group) {
      const ChannelRow weights = in_.baseline.weights(sums, among);
      // Both kinds of evidence, by how much each says of the group.
      const double own = std::max(0.0, normal_score(by_channels));
      const double alike = std::max(0.0, normal_score(kin.p));
      std::vector<double> score;
      for (std::size_t i = 0; i < pushers.size(); ++i) {
        double z = 0;
        for (std::size_t c = 0; c < kChannels; ++c) {
          z += weights[c] * (pushers[i].z[c] - among[c].mean) / among[c].deviation;
        }
        score.push_back((own * z + alike * kin.member[i] / kKinSpread) /
                        std::max(1e-9, std::hypot(own, alike)));
      }
      posterior = mixture(score, posterior);
    }
    const bool doubted = attack || (in_excess && minds <= kDoubt);
    for (std::size_t i = 0; i < pushers.size() && doubted; ++i) {
      const bool likely = posterior[i] >= .5;
      set(pushers[i].account, posterior[i], attack && !launch && likely,
          by_group ? attack || likely : likely, !by_group, finding);
    }
    std::vector<std::uint32_t> caught;
    for (const Pusher &pusher : pushers) {
      if (active_[pusher.account] == 0) caught.push_back(pusher.account);
    }
    if (caught.size() >= 3) {
      take_who_share(caught, finding);
      if (kin.p <= kKin) take_of_one_make(caught, finding);
    }
    if (attack || in_excess) result_.findings.push_back(finding);
  }

  // Responsibilities of a normal mixture: of each pusher a share is of the campaign before its
  // score is seen, and the others are standard normal, as is kPlain of the campaign. By expectation
  // and maximization, 25 steps.
  static std::vector<double> mixture(const std::vector<double> &score,
                                     const std::vector<double> &shares) {
    double mean = std::accumulate(score.begin(), score.end(), 0.0), deviation = 1;
    mean = std::max(1.0, mean / static_cast<double>(score.size()));
    std::vector<double> odds(score.size());
    for (int step = 0; step < 25; ++step) {
      double sum = 1e-9, first = 0;
      for (std::size_t i = 0; i < score.size(); ++i) {
        const double weight = std::clamp(shares[i], .02, .98);
        const double x = score[i], away = (x - mean) / deviation;
        const double ordinary = (1 - weight) * std::exp(-x * x / 2);
        double odd = weight * std::exp(-away * away / 2) / deviation;
        // Beyond the mean is no less odd, however narrow the odd ones lie together.
        if (x > mean) odd = std::max(odd, weight / deviation);
        odd = (1 - kPlain) * odd + kPlain * weight * std::exp(-x * x / 2);
        odds[i] = odd / (odd + ordinary + 1e-12);
        sum += odds[i];
        first += odds[i] * x;
      }
      mean = std::max(.5, first / sum);
      double second = 1;
      for (std::size_t i = 0; i < score.size(); ++i) {
        second += odds[i] * (score[i] - mean) * (score[i] - mean);
      }
      deviation = std::clamp(std::sqrt(second / (sum + 1)), 1.0, 2.0);
    }
    return odds;
  }

  void set(std::uint32_t account, double posterior, bool quarantine, bool defer, bool unanimous,
           ItemFinding &finding) {
    result_.posterior[account] =
        std::max(result_.posterior[account], static_cast<float>(posterior));
    if (quarantine) {
      result_.quarantine[account] = 1;
      ++finding.quarantined;
      remove(account);
    } else if (defer) {
      result_.defer[account] = 1;
      ++finding.deferred;
    }
    if (unanimous && (quarantine || defer)) result_.unanimous[account] = 1;
  }

  void remove(std::uint32_t account) {
    active_[account] = 0;
    const AccountRow row = in_.batch.row(account);
    counts_.add(row, in_.history.scale, -1);
    counts_.accounts -= 1;
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (pushes(row, e, in_.history.scale)) live_[row.items[e]].add(in_.z[account], -1);
    }
  }

  struct Rater {
    std::uint32_t account;
    bool high, most;
  };

  const CoordinationInput &in_;
  BatchSums &sums_;
  std::vector<std::uint64_t> offsets_;
  std::vector<Rater> raters_;
  std::size_t rated_items_ = 0;
  std::vector<std::uint8_t> active_;
  ItemCounts counts_;            // of accounts that are still active
  std::vector<ScoreSums> live_;  // likewise
  std::vector<ItemState> items_;
  ChannelBaseline crowd_{};
  std::vector<std::optional<KinPlace>> places_;  // of accounts that push a suspicious item
  CoverIndex::Scratch scratch_;
  std::vector<std::uint32_t> items_left_;
  std::vector<float> ratings_left_;
  CoordinationResult result_;
};

}  // namespace

CoordinationResult coordinate(const CoordinationInput &in, BatchSums *sums) {
  return Coordination(in, sums).run();
}

}  // namespace recveil::defense
