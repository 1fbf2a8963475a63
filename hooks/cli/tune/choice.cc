#include "tune/choice.h"

#include <algorithm>
#include <tuple>

namespace recveil::cli {
namespace {

// The floor before NDCG@10, which among these is nearly the same: no attack on one's own list
// shows what a floor is good for, so it would be chosen by noise.
auto cost(const Measured &setting) {
  return std::tuple(setting.training_units, !setting.exact, setting.models,
                    -static_cast<double>(setting.support_floor), -setting.ndcg10);
}

}  // namespace

Choice choose(const std::vector<Measured> &settings, double loss) {
  double best = 0;
  bool any_under = false, any_unsettled = false;
  for (const Measured &setting : settings) {
    any_unsettled = any_unsettled || setting.standing == Standing::unsettled;
    if (setting.standing != Standing::under) continue;
    any_under = true;
    best = std::max(best, setting.ndcg10);
  }
  if (!any_under) return {any_unsettled ? Outcome::inconclusive : Outcome::none, std::nullopt};
  Choice out{Outcome::found, std::nullopt};
  for (std::size_t s = 0; s < settings.size(); ++s) {
    const Measured &setting = settings[s];
    if (setting.standing != Standing::under || setting.ndcg10 < (1 - loss) * best) continue;
    if (!out.index || cost(setting) < cost(settings[*out.index])) out.index = s;
  }
  return out;
}

}  // namespace recveil::cli
