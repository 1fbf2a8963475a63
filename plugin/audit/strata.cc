#include "audit/strata.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "audit/split.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kLeast[] = {kMinHistory, 5, 10, 20};

SplitScores within(const SplitScores &all, double least, double most) {
  SplitScores out;
  out.name = all.name;
  out.blind = all.blind;
  out.threshold = all.threshold;
  const auto take = [&](const std::vector<double> &scores, const std::vector<double> &activity,
                        std::vector<double> &kept) {
    for (std::size_t i = 0; i < activity.size(); ++i) {
      if (activity[i] >= least && activity[i] < most) kept.push_back(scores[i]);
    }
  };
  take(all.members, all.member_activity, out.members);
  take(all.non_members, all.non_member_activity, out.non_members);
  return out;
}

}  // namespace

std::vector<Stratum> judge_strata(const std::vector<std::vector<SplitScores>> &attackers,
                                  const Controls &controls, double margin) {
  std::vector<Stratum> out;
  for (std::size_t s = 0; s < std::size(kLeast); ++s) {
    const bool last = s + 1 == std::size(kLeast);
    Stratum stratum;
    stratum.least = kLeast[s];
    stratum.most = last ? 0 : kLeast[s + 1] - 1;
    // Who knows a part of the histories alone sees still shorter ones.
    const auto least = s == 0 ? 0 : static_cast<double>(kLeast[s]);
    const double end =
        last ? std::numeric_limits<double>::infinity() : static_cast<double>(kLeast[s + 1]);
    for (const std::vector<SplitScores> &splits : attackers) {
      std::vector<SplitScores> people;
      std::size_t members = 0, non_members = 0;
      bool enough = true;
      for (const SplitScores &split : splits) {
        people.push_back(within(split, least, end));
        members += people.back().members.size();
        non_members += people.back().non_members.size();
        enough = enough && std::min(people.back().members.size(),
                                    people.back().non_members.size()) >= kStratumLeast;
      }
      // Some attackers look at a part of the people alone.
      if (members > stratum.members) {
        stratum.members = members;
        stratum.non_members = non_members;
      }
      if (enough) stratum.attackers.push_back(summarize_attacker(people, margin));
    }
    if (stratum.members + stratum.non_members > 0) out.push_back(std::move(stratum));
  }
  for (Stratum &stratum : out) {
    if (stratum.attackers.empty()) continue;
    stratum.judgement = judge_part(stratum.attackers, controls, margin, out.size());
  }
  return out;
}

}  // namespace recveil::audit
