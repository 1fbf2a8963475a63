#include "defense/screen/coordination.h"

#include <algorithm>
#include <cmath>

#include "defense/screen/attribution.h"
#include "defense/screen/coordination_levels.h"
#include "defense/screen/crowding.h"
#include "defense/screen/group_judgement.h"
#include "defense/screen/item_tests.h"

namespace recveil::defense {
namespace {

constexpr const CoordinationLevels &kLevels = kCoordinationLevels;
constexpr std::size_t kLeastGroup = 3;  // quarantined accounts that others are compared with

// What is decided about one account.
struct Sentence {
  std::uint32_t account;
  double posterior;
  bool quarantine, defer, unanimous;
};

class Search {
 public:
  Search(const CoordinationInput &in, BatchSums *sums)
      : in_(in), tests_(in, sums), judge_(in), ordinary_(in.batch.n_items, 0) {
    const std::size_t n = in.batch.size();
    result_.posterior.assign(n, 0);
    result_.quarantine.assign(n, 0);
    result_.defer.assign(n, 0);
    result_.unanimous.assign(n, 0);
    result_.finding.assign(n, -1);
  }

  CoordinationResult run() {
    std::vector<std::uint8_t> done(in_.batch.n_items, 0);
    for (std::size_t round = 0; round < kLevels.max_findings; ++round) {
      const ItemLevels levels = tests_.test_all();
      const std::uint32_t item = tests_.most_suspicious(levels, done);
      if (item == ItemTests::kNone) break;
      done[item] = 1;
      carry_out(judge_.judge(item, tests_, levels));
    }
    return std::move(result_);
  }

  // Each fake of a campaign may push something else: then no item shows it, but its accounts lie
  // close together.
  CoordinationResult run_crowds() {
    tests_.test_all();
    for (std::size_t round = 0; round < kLevels.max_crowds; ++round) {
      const CrowdedGroup group = most_crowded(in_, tests_);
      if (group.p > kLevels.crowded_p) break;
      if (judge_.suspicion(group.accounts) > kLevels.crowded_group_p) break;
      ItemFinding finding = finding_of(group);
      for (const std::uint32_t account : group.accounts) {
        apply({account, 1 - kLevels.same_generator_fdr, true, true, false}, finding);
      }
      attribute(group.accounts, group.p, finding);
      result_.findings.push_back(finding);
    }
    return std::move(result_);
  }

 private:
  void carry_out(GroupJudgement judgement) {
    ItemFinding &finding = judgement.finding;
    ordinary_[finding.item] = finding.kind != FindingKind::attack ? 1 : 0;
    std::vector<std::uint32_t> quarantined;
    for (std::size_t i = 0; i < judgement.accounts.size(); ++i) {
      const double posterior = judgement.posterior[i];
      if (!judgement.likely.defer) break;  // nobody is held up
      GroupJudgement::Sentence sentence;
      if (posterior >= kLevels.member_probability) {
        sentence = judgement.likely;
        if (judgement.unanimous && posterior < kLevels.unanimous_probability) {
          sentence.quarantine = false;
        }
      } else if (posterior >= kLevels.doubt_probability) {
        sentence = judgement.unlikely;
      }
      apply({judgement.accounts[i], posterior, sentence.quarantine, sentence.defer,
             judgement.unanimous},
            finding);
      if (sentence.quarantine) quarantined.push_back(judgement.accounts[i]);
    }
    attribute(quarantined, judgement.p_similarity, finding);
    if (judgement.worth_reporting) result_.findings.push_back(finding);
  }

  // Who else belongs to a group that was quarantined.
  void attribute(std::span<const std::uint32_t> quarantined, double p_similarity,
                 ItemFinding &finding) {
    if (quarantined.size() < kLeastGroup) return;
    for (const auto &[account, posterior] :
         sharing_the_target(in_, tests_, quarantined, ordinary_)) {
      apply({account, posterior, true, true, false}, finding);
    }
    if (p_similarity > kLevels.similarity_p) return;
    for (const auto &[account, posterior] : by_the_same_generator(in_, tests_, quarantined)) {
      apply({account, posterior, true, true, false}, finding);
    }
  }

  // Named by the item that is the greatest surprise: pushed by many of the group, held by few.
  ItemFinding finding_of(const CrowdedGroup &group) const {
    std::vector<std::uint32_t> n_pushing(in_.batch.n_items, 0);
    for (const std::uint32_t u : group.accounts) {
      const AccountRow row = in_.batch.row(u);
      for (std::size_t e = 0; e < row.size(); ++e) {
        if (pushes(row, e, in_.history.scale)) ++n_pushing[row.items[e]];
      }
    }
    ItemFinding out;
    double greatest = -1;
    for (std::uint32_t i = 0; i < in_.batch.n_items; ++i) {
      if (n_pushing[i] == 0) continue;
      const double held = (in_.history.count[0][i] + 1) / (in_.history.accounts + 1);
      const double surprise = -std::log(held) * n_pushing[i];
      if (surprise <= greatest) continue;
      greatest = surprise;
      out.item = i;
    }
    const Excess &excess = tests_.evidence(out.item).excess;
    out.kind = FindingKind::attack;
    out.n_pushing = n_pushing[out.item];
    out.observed = excess.of_push_observed[0];
    out.expected = excess.of_push_expected[0];
    out.p_excess = excess.p;
    out.p_group = group.p;
    return out;
  }

  void apply(const Sentence &sentence, ItemFinding &finding) {
    float &posterior = result_.posterior[sentence.account];
    posterior = std::max(posterior, static_cast<float>(sentence.posterior));
    if (sentence.quarantine || sentence.defer) {
      // Whatever holds up an account is reported.
      result_.finding[sentence.account] = static_cast<std::int32_t>(result_.findings.size());
    }
    if (sentence.quarantine) {
      result_.quarantine[sentence.account] = 1;
      ++finding.n_quarantined;
      tests_.remove(sentence.account);
    } else if (sentence.defer) {
      result_.defer[sentence.account] = 1;
      ++finding.n_deferred;
    }
    if (sentence.unanimous && (sentence.quarantine || sentence.defer)) {
      result_.unanimous[sentence.account] = 1;
    }
  }

  const CoordinationInput &in_;
  ItemTests tests_;
  GroupJudge judge_;
  std::vector<std::uint8_t> ordinary_;  // per item, 1: judged, and no attack
  CoordinationResult result_;
};

}  // namespace

void CoordinationResult::add(const CoordinationResult &other) {
  const auto held_up = [](const CoordinationResult &of, std::size_t u) {
    return of.quarantine[u] != 0 ? 2 : of.defer[u] != 0 ? 1 : 0;
  };
  const auto before = static_cast<std::int32_t>(findings.size());
  for (std::size_t u = 0; u < posterior.size(); ++u) {
    posterior[u] = std::max(posterior[u], other.posterior[u]);
    if (held_up(other, u) <= held_up(*this, u)) continue;
    quarantine[u] = other.quarantine[u];
    defer[u] = other.defer[u];
    unanimous[u] = other.unanimous[u];
    finding[u] = before + other.finding[u];
  }
  findings.insert(findings.end(), other.findings.begin(), other.findings.end());
}

CoordinationResult coordinate(const CoordinationInput &in, BatchSums *sums) {
  return Search(in, sums).run();
}

CoordinationResult coordinate_crowds(const CoordinationInput &in) {
  BatchSums sums;
  return Search(in, &sums).run_crowds();
}

}  // namespace recveil::defense
