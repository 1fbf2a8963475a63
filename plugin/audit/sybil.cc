#include "audit/sybil.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "attack/orient.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

using Items = std::vector<std::uint32_t>;

// Streams of a split's seed that nothing else uses, one a user.
constexpr std::uint64_t kStream = std::uint64_t{1} << 40;

struct Probe {
  Items typed, hidden;
};

std::array<Probe, kProbes> deal_fifths(std::span<const std::uint32_t> known, Rng rng) {
  Items items(known.begin(), known.end());
  rng.shuffle(items);
  std::array<Probe, kProbes> out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t p = 0; p < kProbes; ++p) {
      (i % kProbes == p ? out[p].hidden : out[p].typed).push_back(items[i]);
    }
  }
  for (Probe &probe : out) std::sort(probe.hidden.begin(), probe.hidden.end());
  return out;
}

std::size_t returned(const Items &shown, const Items &hidden) {
  return static_cast<std::size_t>(std::count_if(shown.begin(), shown.end(), [&](auto item) {
    return std::binary_search(hidden.begin(), hidden.end(), item);
  }));
}

SplitScores scores_of(const std::vector<double> &shadow_values, const ProbedPeople &shadow,
                      const std::vector<double> &values, const ProbedPeople &target,
                      const char *name) {
  const attack::Orientation rule = attack::orient(shadow_values, shadow.member);
  SplitScores out;
  out.name = name;
  out.threshold = rule.threshold;
  for (std::size_t u = 0; u < values.size(); ++u) {
    const bool member = target.member[u] != 0;
    (member ? out.members : out.non_members).push_back(rule.sign * values[u]);
    (member ? out.member_activity : out.non_member_activity)
        .push_back(static_cast<double>(target.known.row(u).size()));
  }
  return out;
}

}  // namespace

Probes probe_everybody(const Accounts &accounts, const std::vector<std::uint64_t> &users,
                       const Interactions &known, std::uint64_t seed) {
  const std::vector<std::uint64_t> account = open_accounts(accounts);
  const std::uint32_t n = accounts.folds;
  Probes out;
  Items shown;
  for (std::size_t u = 0; u < users.size(); ++u) {
    const auto row = known.row(u);
    const auto probes = deal_fifths(row, Rng(seed, kStream + users[u]));
    std::vector<double> share(n, 0);  // of each fold
    for (std::uint32_t fold = 0; fold < n; ++fold) {
      std::size_t count = 0;
      for (const Probe &probe : probes) {
        if (probe.hidden.empty()) continue;
        accounts.ask(account[fold], probe.typed, shown);
        count += returned(shown, probe.hidden);
      }
      if (!row.empty()) share[fold] = static_cast<double>(count) / static_cast<double>(row.size());
    }
    if (n == 1) {
      out.one.push_back(share[0]);
      continue;
    }
    const std::uint32_t own = accounts.fold_of(users[u]);
    const double others = std::accumulate(share.begin(), share.end(), 0.0) - share[own];
    out.one.push_back(share[(own + 1) % n]);
    out.paired.push_back(others / (n - 1) - share[own]);
  }
  return out;
}

std::vector<SplitScores> sybil_scores(const ProbedPeople &shadow, const ProbedPeople &target) {
  std::vector<SplitScores> out{
      scores_of(shadow.probes.one, shadow, target.probes.one, target, kSybilAttackers[0])};
  if (!target.probes.paired.empty()) {
    out.push_back(
        scores_of(shadow.probes.paired, shadow, target.probes.paired, target, kSybilAttackers[1]));
  }
  return out;
}

}  // namespace recveil::audit
