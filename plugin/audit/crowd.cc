#include "audit/crowd.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random.h"

namespace recveil::audit {
namespace {

void add(SplitScores &to, double score, bool member, std::size_t activity) {
  (member ? to.members : to.non_members).push_back(score);
  (member ? to.member_activity : to.non_member_activity).push_back(static_cast<double>(activity));
}

SplitScores scores_by(const CrowdScene &scene, std::size_t lists) {
  SplitScores out;
  out.name = "crowd_" + std::to_string(lists);
  for (const attack::SystemLists &attacked : scene.attacked) {
    const std::vector<double> scores =
        attack::crowd_ratios({scene.known, scene.shown, attacked, scene.shadows}, lists);
    for (std::size_t u = 0; u < scores.size(); ++u) {
      add(out, scores[u], attacked.member[u] != 0, scene.known.row(u).size());
    }
  }
  return out;
}

void append(std::vector<double> &to, const std::vector<double> &more) {
  to.insert(to.end(), more.begin(), more.end());
}

// How much more each person's items stand in the lists of others after than before, each item by
// the reciprocal of how many people have it.
std::vector<double> changes(const CrowdChange &change, std::size_t lists) {
  lists = std::min(lists, change.shown.size());
  std::vector<double> held(change.known.n_items, 0);
  for (const std::uint32_t item : change.known.items) held[item] += 1;
  // Of every item, by list: what it counts now minus what it counted.
  std::vector<std::vector<std::pair<std::uint32_t, double>>> moved(change.known.n_items);
  const auto add_lists = [&](const RankedLists &rows, double sign) {
    for (std::uint32_t r = 0; r < lists; ++r) {
      const auto row = rows.row(r);
      for (std::size_t place = 0; place < row.size(); ++place) {
        const double value =
            1.0 - 0.5 * static_cast<double>(place) / static_cast<double>(row.size());
        moved[row[place]].emplace_back(change.shown[r], sign * value);
      }
    }
  };
  add_lists(change.before.lists, -1);
  add_lists(change.after.lists, 1);
  std::vector<double> out;
  for (std::uint32_t u = 0; u < change.known.n_users(); ++u) {
    double sum = 0;
    for (const std::uint32_t item : change.known.row(u)) {
      double here = 0;
      for (const auto &[whose, value] : moved[item]) here += whose == u ? 0 : value;
      sum += here / held[item];
    }
    out.push_back(sum);
  }
  return out;
}

SplitScores change_scores(const CrowdChange &change, std::size_t lists, bool were_members) {
  const std::vector<double> scores = changes(change, lists);
  SplitScores out;
  out.name = (were_members ? "left_" : "joined_") + std::to_string(lists);
  for (std::size_t u = 0; u < scores.size(); ++u) {
    const bool before = change.before.member[u] != 0, after = change.after.member[u] != 0;
    if (before != were_members) continue;
    add(out, before ? -scores[u] : scores[u], before != after, change.known.row(u).size());
  }
  return out;
}

}  // namespace

std::vector<SplitScores> crowd_scores(const CrowdScene &scene) {
  std::vector<SplitScores> out;
  for (const std::size_t lists : kCrowdLists) {
    if (lists <= scene.shown.size()) out.push_back(scores_by(scene, lists));
  }
  return out;
}

SplitScores crowd_control(CrowdScene scene, std::uint64_t seed) {
  Rng rng(seed, 16);
  SplitScores out;
  for (std::size_t c = 0; c < kCrowdControls; ++c) {
    for (std::vector<attack::SystemLists> *systems : {&scene.shadows, &scene.attacked}) {
      for (attack::SystemLists &system : *systems) rng.shuffle(system.member);
    }
    const std::size_t lists = std::min(scene.shown.size(), kMostCrowdLists);
    SplitScores one = scores_by(scene, lists);
    out.name = one.name;
    append(out.members, one.members);
    append(out.non_members, one.non_members);
    append(out.member_activity, one.member_activity);
    append(out.non_member_activity, one.non_member_activity);
  }
  return out;
}

SplitScores own_list_scores(const CrowdScene &scene) {
  SplitScores out;
  out.name = "shadow_ratio";
  for (const attack::SystemLists &attacked : scene.attacked) {
    const std::vector<double> scores =
        attack::own_ratios({scene.known, scene.shown, attacked, scene.shadows});
    for (std::size_t r = 0; r < scores.size(); ++r) {
      const std::uint32_t u = scene.shown[r];
      add(out, scores[r], attacked.member[u] != 0, scene.known.row(u).size());
    }
  }
  return out;
}

SplitScores joined_scores(const CrowdChange &change, std::size_t lists) {
  return change_scores(change, lists, false);
}

SplitScores left_scores(const CrowdChange &change, std::size_t lists) {
  return change_scores(change, lists, true);
}

}  // namespace recveil::audit
