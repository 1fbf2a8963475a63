#include "defense/screen/coordination.h"

#include <algorithm>

#include "defense/screen/attribution.h"
#include "defense/screen/coordination_levels.h"
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

 private:
  void carry_out(GroupJudgement judgement) {
    ItemFinding &finding = judgement.finding;
    ordinary_[finding.item] = finding.kind != FindingKind::attack ? 1 : 0;
    std::vector<std::uint32_t> quarantined;
    for (std::size_t i = 0; i < judgement.accounts.size(); ++i) {
      const double posterior = judgement.posterior[i];
      const auto &sentence =
          posterior >= kLevels.member_probability ? judgement.likely : judgement.unlikely;
      if (!judgement.likely.defer) break;  // nobody is held up
      apply({judgement.accounts[i], posterior, sentence.quarantine, sentence.defer,
             judgement.unanimous},
            finding);
      if (sentence.quarantine) quarantined.push_back(judgement.accounts[i]);
    }
    if (quarantined.size() >= kLeastGroup) {
      for (const auto &[account, posterior] :
           sharing_the_target(in_, tests_, quarantined, ordinary_)) {
        apply({account, posterior, true, true, false}, finding);
      }
      if (judgement.p_similarity <= kLevels.similarity_p) {
        for (const auto &[account, posterior] : by_the_same_generator(in_, tests_, quarantined)) {
          apply({account, posterior, true, true, false}, finding);
        }
      }
    }
    if (judgement.worth_reporting) result_.findings.push_back(finding);
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

}  // namespace recveil::defense
