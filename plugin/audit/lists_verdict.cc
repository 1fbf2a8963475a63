#include "audit/lists_verdict.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "audit/lists_run.h"
#include "core/hypotenuse.h"
#include "numerics/stats.h"

namespace recveil::audit {

Check planted_leak(const std::vector<AttackerSummary> &attackers, Verdict verdict) {
  Check out{"planted_leak", 0, {}, false};
  double best = 0.5;
  for (const AttackerSummary &attacker : attackers) {
    best = std::max({best, attacker.auc.value, 1 - attacker.auc.value});
  }
  if (best >= 0.5 + kPlantedShare / 4) return out;
  char text[200];
  std::snprintf(
      text, sizeof(text),
      "a leak that was planted in these lists was not read: AUC %.3f, where %.2f is there "
      "to be read. The lists are too short, too alike or too few for these attackers",
      best, 0.5 + kPlantedShare / 2);
  out.warning = text;
  out.voids = verdict != Verdict::leak;
  return out;
}

Check shadow_unlike_target(const std::vector<AttackerSummary> &shadow,
                           const std::vector<AttackerSummary> &target, Verdict verdict) {
  constexpr double kWider = 4.0 / 3, kLeast = 0.03, kAlpha = 0.001;
  Check out{"shadow_unlike_target", 0, {}, false};
  std::vector<double> p;
  for (std::size_t a = 0; a < shadow.size(); ++a) {
    // Which items one system shows its members is no secret to who counts the lists of that system,
    // and another system that is served alike shows other items.
    if (shadow[a].name == "list_counter") {
      p.push_back(1);
      continue;
    }
    const double more = shadow[a].auc.value - target[a].auc.value;
    const double error =
        kWider * hypotenuse(shadow[a].auc.standard_error, target[a].auc.standard_error);
    p.push_back(more < kLeast || error <= 0 ? 1 : 0.5 * std::erfc(more / error / std::sqrt(2.0)));
  }
  const std::vector<double> adjusted = numerics::holm(p);
  const auto least = std::min_element(adjusted.begin(), adjusted.end());
  if (least == adjusted.end() || *least > kAlpha) return out;
  const auto a = static_cast<std::size_t>(least - adjusted.begin());
  char text[300];
  std::snprintf(
      text, sizeof(text),
      "%s reads membership in the shadow at AUC %.3f, but in the target at %.3f: they were "
      "not served alike, or the labels of the target are not those of its lists",
      shadow[a].name.c_str(), shadow[a].auc.value, target[a].auc.value);
  out.warning = text;
  out.voids = verdict != Verdict::leak;
  return out;
}

std::vector<std::string> voiding(const std::vector<Check> &checks) {
  std::vector<std::string> out;
  for (const Check &check : checks) {
    if (check.voids) out.push_back(check.warning);
  }
  return out;
}

}  // namespace recveil::audit
