// What Zhang et al. (CCS'21) printed: tables 2 to 5; across data sets, the panel of DL-MIA (KDD'22)
// whose cells within a data set are those of the paper.
#include <algorithm>
#include <iterator>
#include <string_view>

#include "audit/paper.h"

namespace recveil::audit {
namespace {

// item_cf, lfm, ncf: 0, 1, 2.
int family(std::string_view recommender) {
  if (recommender == "item_cf") return 0;
  return recommender.starts_with("lfm") ? 1 : recommender.starts_with("ncf") ? 2 : -1;
}

// lastfm-2k, ml-1m, adm: 0, 1, 2.
int place(std::string_view data) {
  constexpr std::string_view kData[] = {"lastfm-2k", "ml-1m", "adm"};
  const auto *at = std::find(std::begin(kData), std::end(kData), data);
  return at == std::end(kData) ? -1 : static_cast<int>(at - std::begin(kData));
}

// [data][shadow][target]
constexpr double kGrid[3][3][3] = {{{.939, .796, .793}, {.732, .777, .774}, {.827, .809, .916}},
                                   {{.998, .792, .706}, {.931, .871, .670}, {.976, .914, .998}},
                                   {{.926, .885, .750}, {.843, .775, .554}, {.513, .494, .987}}};
// Shadow of Amazon Digital Music against ml-1m, and the other way.
constexpr double kFromAdm[3][3] = {{.525, .524, .516}, {.510, .510, .501}, {.502, .500, .512}};
constexpr double kToAdm[3][3] = {{.583, .590, .498}, {.608, .578, .510}, {.549, .504, .537}};
// [data][recommender]: shadow, target.
constexpr double kQuality[3][3][2] = {{{.652, .650}, {.478, .468}, {.625, .637}},
                                      {{.943, .951}, {.856, .860}, {.721, .713}},
                                      {{.222, .224}, {.119, .204}, {.116, .123}}};

}  // namespace

std::optional<double> published_attack(const PaperCell &cell, const std::string &shadow_data,
                                       const std::string &target_data) {
  const int shadow = family(cell.shadow.recommender), target = family(cell.target.recommender);
  const int from = place(shadow_data), to = place(target_data);
  if (shadow < 0 || target < 0 || from < 0 || to < 0 || !cell.serving.empty()) return {};
  const PublishedAttack usual;
  const bool same = cell.target.list_length == 100 && cell.attack.vectors == usual.vectors &&
                    cell.attack.weights == usual.weights && cell.shadow.ratio == 0 &&
                    cell.target.ratio == 0;
  if (!same) return {};
  if (from == to) return kGrid[from][shadow][target];
  if (from == 2 && to == 1) return kFromAdm[shadow][target];
  if (from == 1 && to == 2) return kToAdm[shadow][target];
  return {};
}

std::optional<std::pair<double, double>> published_quality(const std::string &recommender,
                                                           const std::string &data) {
  const int which = family(recommender), of = place(data);
  if (which < 0 || of < 0) return {};
  return std::pair{kQuality[of][which][0], kQuality[of][which][1]};
}

}  // namespace recveil::audit
