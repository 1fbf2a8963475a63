#include "defense/screen/group_judgement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/hypotenuse.h"
#include "core/watch.h"
#include "defense/screen/coordination_levels.h"
#include "defense/screen/hidden_share.h"
#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

constexpr const CoordinationLevels &kLevels = kCoordinationLevels;

// What is known of a member before its score is seen.
struct Prior {
  bool at_maximum = false;
  double share = 0;  // of accounts that push the item so that its history does not explain
};

// Probabilities of being part of the campaign. Odd accounts, whose scores are high, are part of it;
// the others are standard normal, and hidden_share() says how many of those are. By expectation and
// maximization, 25 steps. size: of the number of people, as of PushingAccounts.
std::vector<double> mixture(const std::vector<double> &score, const std::vector<Prior> &priors,
                            double size) {
  double mean = std::accumulate(score.begin(), score.end(), 0.0), deviation = 1;
  mean = std::max(1.0, mean / static_cast<double>(score.size()));
  std::vector<double> odds(score.size()), share(score.size());
  for (std::size_t i = 0; i < share.size(); ++i) share[i] = std::clamp(priors[i].share, .02, .98);
  std::array<double, 2> hidden{}, plain{kLevels.ordinary_share, kLevels.ordinary_share};
  for (int step = 0; step < 25; ++step) {
    double sum = 1e-9, first = 0;
    std::array<PushingAccounts, 2> pushing{};
    std::array<double, 2> of_campaign{}, of_people{};
    for (std::size_t i = 0; i < score.size(); ++i) {
      const double x = score[i], away = (x - mean) / deviation;
      const std::size_t kind = priors[i].at_maximum ? 1 : 0;
      double odd = share[i] * std::exp(-away * away / 2) / deviation;
      // Beyond the mean is no less suspicious, however close together the suspicious ones are.
      if (x > mean) odd = std::max(odd, share[i] / deviation);
      odd *= 1 - plain[kind];
      const double alike = (1 - share[i] + share[i] * plain[kind]) * std::exp(-x * x / 2);
      odds[i] = odd / (odd + alike + 1e-12);
      sum += odds[i];
      first += odds[i] * x;
      pushing[kind].odd += odds[i];
      pushing[kind].ordinary += 1 - odds[i];
      pushing[kind].expected += 1 - share[i];
      of_campaign[kind] += share[i];
      of_people[kind] += 1 - share[i];
    }
    for (std::size_t kind = 0; kind < 2; ++kind) {
      if (of_campaign[kind] <= 0) continue;
      pushing[kind].size = size;
      hidden[kind] = hidden_share(pushing[kind]);
      const double rest = hidden[kind] * of_people[kind] / (1.0001 - hidden[kind]);
      plain[kind] = std::clamp(rest / of_campaign[kind], .01, .5);
    }
    mean = std::max(.5, first / sum);
    double second = 1;
    for (std::size_t i = 0; i < score.size(); ++i) {
      second += odds[i] * (score[i] - mean) * (score[i] - mean);
    }
    deviation = std::clamp(std::sqrt(second / (sum + 1)), 1.0, 2.0);
  }
  for (std::size_t i = 0; i < odds.size(); ++i) {
    odds[i] += (1 - odds[i]) * hidden[priors[i].at_maximum ? 1 : 0];
  }
  return odds;
}

}  // namespace

UnexplainedShares unexplained_shares(const Excess &excess, const RatingScale &scale) {
  const auto share = [](double observed, double expected) {
    return std::clamp(1 - expected / std::max(1.0, observed), 0.0, 1.0);
  };
  const auto &observed = excess.of_push_observed, &expected = excess.of_push_expected;
  if (!scale.rated) return {0, share(observed[0], expected[0])};
  return {share(observed[2], expected[2]),
          share(observed[1] - observed[2], std::max(0.0, expected[1] - expected[2]))};
}

GroupJudge::GroupJudge(const CoordinationInput &in)
    : in_(in), batch_(batch_baseline()), scratch_(in.channels.scratch()) {}

// Scores of the accounts of this very batch: where all of it is unusual, as after a change of the
// shop, nobody in it is suspicious for that. Median and deviation around it, so that a campaign of
// less than half of the batch hardly moves them.
ChannelBaseline GroupJudge::batch_baseline() const {
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

// Each without the item itself, or an account would look suspicious for what is being tested.
std::vector<GroupJudge::Member> GroupJudge::members_of(std::uint32_t item, const ItemTests &tests) {
  std::vector<Member> out;
  for (const ItemTests::Rater &rater : tests.raters(item)) {
    if (!rater.pushes || !tests.active(rater.account)) continue;
    pulse();
    const AccountView whole = in_.judged.view(rater.account);
    items_left_.clear();
    ratings_left_.clear();
    counts_left_.clear();
    for (std::size_t e = 0; e < whole.row.size(); ++e) {
      if (whole.row.items[e] == item) continue;
      items_left_.push_back(whole.row.items[e]);
      if (!whole.row.ratings.empty()) ratings_left_.push_back(whole.row.ratings[e]);
      if (!whole.counts.empty()) counts_left_.push_back(whole.counts[e]);
    }
    FeatureRow features;
    ChannelRow scores = in_.channels.scores({{items_left_, ratings_left_}, whole.own, counts_left_},
                                            in_.described, scratch_, &features);
    for (std::size_t c = 0; c < kChannels; ++c) scores[c] -= in_.shift[c];
    Member member{rater.account, rater.at_maximum, in_.channels.judged(scores, whole.own).z,
                  in_.channels.similarity().place(features, whole.own)};
    out.push_back(member);
  }
  return out;
}

// Of ordinary accounts, those who have items as popular, and this batch: the one among which the
// group looks least suspicious.
const ChannelBaseline &GroupJudge::least_suspicious_among(const ScoreSums &sums,
                                                          std::uint32_t item) const {
  static constexpr ChannelBaseline kOrdinary{};
  const ChannelBaseline *best = nullptr;
  double most = -1;
  for (const ChannelBaseline *one :
       {&kOrdinary, &in_.baseline.like(in_.history.count[0][item]), &batch_}) {
    const double p = in_.baseline.p(sums, *one);
    if (p > most) {
      most = p;
      best = one;
    }
  }
  return *best;
}

double GroupJudge::suspicion(std::span<const std::uint32_t> accounts) const {
  ScoreSums sums;
  for (const std::uint32_t account : accounts) sums.add(in_.z[account]);
  return std::max(in_.baseline.p(sums, ChannelBaseline{}), in_.baseline.p(sums, batch_));
}

GroupJudgement GroupJudge::judge(std::uint32_t item, const ItemTests &tests,
                                 const ItemLevels &levels) {
  const ItemEvidence &evidence = tests.evidence(item);
  GroupJudgement out;
  out.finding.item = item;
  const std::vector<Member> members = members_of(item, tests);
  if (members.empty()) return out;
  ScoreSums own;
  std::vector<const FeaturePoint *> points;
  for (const Member &member : members) {
    own.add(member.z);
    points.push_back(&member.point);
  }
  const ScoreSums sums = tests.with_carried(own, item);
  const ChannelBaseline &among = least_suspicious_among(sums, item);
  const GroupSimilarity similarity = in_.channels.similarity().test(points, in_.side);
  const double by_channels = in_.baseline.p(sums, among);
  const bool rated = in_.history.scale.rated;
  const bool hinted = evidence.excess.p <= kLevels.hint_p;
  const double group = hinted ? better_of(by_channels, similarity.p) : by_channels;
  const double unanimous = rated ? tests.unanimity(item) : 1;
  const double together = rated ? fisher(group, unanimous) : group;
  const bool in_excess = evidence.excess.p <= levels.excess;
  const bool joint = hinted && fisher(evidence.excess.p, group, unanimous) <= levels.joint;
  const bool attack = group <= in_.levels.attack_group_p &&
                      fisher(evidence.excess.p, group, unanimous) <= in_.levels.attack_joint_p &&
                      (((in_excess || joint) && together <= kLevels.attack_p) ||
                       (evidence.group <= levels.group && group <= kLevels.group_alone_p));
  // Where the accounts are ordinary people, a new item that they all love is ordinary as well.
  const bool suspicious = group <= kLevels.suspicious_group_p;
  const bool launch = attack && !suspicious && in_.established[item] == 0;

  UnexplainedShares shares = unexplained_shares(evidence.excess, in_.history.scale);
  if (!hinted && group <= kLevels.group_alone_p) shares = {.5, .5};
  for (const Member &member : members) {
    out.accounts.push_back(member.account);
    out.posterior.push_back(shares.of(member.at_maximum));
  }
  if (attack && suspicious) {
    const ChannelRow weights = in_.baseline.weights(sums, among);
    // Both kinds of evidence, by how much each says about the group.
    const double by_score = std::max(0.0, normal_score(by_channels));
    const double by_similarity = std::max(0.0, normal_score(similarity.p));
    std::vector<double> score;
    for (std::size_t i = 0; i < members.size(); ++i) {
      double z = 0;
      for (std::size_t c = 0; c < kChannels; ++c) {
        z += weights[c] * (members[i].z[c] - among[c].mean) / among[c].deviation;
      }
      score.push_back(
          (by_score * z + by_similarity * similarity.member[i] / kLevels.similarity_spread) /
          std::max(1e-9, hypotenuse(by_score, by_similarity)));
    }
    std::vector<Prior> priors;
    for (std::size_t i = 0; i < members.size(); ++i) {
      priors.push_back({members[i].at_maximum, out.posterior[i]});
    }
    out.posterior = mixture(score, priors, 1 / in_.excess.alpha());
  }
  out.p_similarity = similarity.p;
  out.worth_reporting = attack || in_excess;
  out.unanimous = !suspicious;
  if (attack || (in_excess && together <= in_.levels.doubt_p)) {
    out.likely = {attack && !launch, true};
    out.unlikely = {false, attack && suspicious};
  }
  out.finding.kind = !attack  ? FindingKind::trend
                     : launch ? FindingKind::launch
                              : FindingKind::attack;
  out.finding.n_pushing = static_cast<std::uint32_t>(members.size());
  out.finding.observed = evidence.excess.observed;
  out.finding.expected = evidence.excess.expected;
  out.finding.p_excess = evidence.excess.p;
  out.finding.p_group = group;
  out.finding.p_unanimous = unanimous;
  return out;
}

}  // namespace recveil::defense
