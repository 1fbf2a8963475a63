#include "audit/screening_request.h"

#include <algorithm>
#include <array>

#include "audit/request_fields.h"

namespace recveil::audit {
namespace {

using namespace fields;

constexpr std::array<std::string_view, 9> kClaimed{"random",
                                                   "average",
                                                   "bandwagon",
                                                   "segment",
                                                   "average_over_popular",
                                                   "popularity_sampled",
                                                   "template_copy",
                                                   "user_mix",
                                                   "hidano_naive"};

// Those of `all` that are named, in the order of `all`.
template <class Row>
std::vector<Row> named(const std::vector<Row> &all, const std::vector<std::string> &names) {
  std::vector<Row> out;
  for (const Row &row : all) {
    if (std::find(names.begin(), names.end(), row.name) != names.end()) out.push_back(row);
  }
  return out;
}

template <class Rows>
std::vector<std::string> names_of(const Rows &rows) {
  std::vector<std::string> out;
  for (const auto &row : rows) out.emplace_back(row.name);
  return out;
}

constexpr std::size_t kMostSizes = 10;

std::vector<std::uint32_t> numbers(const Json &object, const std::string &key,
                                   std::vector<std::uint32_t> fallback, std::uint32_t min,
                                   bool average) {
  if (!object.contains(key)) return fallback;
  constexpr std::uint32_t kMost = 100000;
  const Json &list = object[key];
  if (!list.is_array() || list.empty() || list.size() > kMostSizes) {
    refuse(key, "must be a list of 1 to " + std::to_string(kMostSizes));
  }
  std::vector<std::uint32_t> out;
  for (const Json &entry : list) {
    const bool is_average = average && entry == "average";
    if (!is_average && !(entry.is_number_unsigned() && entry >= min && entry <= kMost)) {
      refuse(key, "must be of whole numbers from " + std::to_string(min) + " to " +
                      std::to_string(kMost) + (average ? " or \"average\"" : "") + "; not " +
                      entry.dump());
    }
    out.push_back(is_average ? 0 : entry.get<std::uint32_t>());
  }
  return out;
}

}  // namespace

std::vector<ScreeningAttack> screening_attacks() {
  std::vector<ScreeningAttack> out;
  for (const attack::Profile &profile : attack::profiles()) {
    const bool claimed =
        std::find(kClaimed.begin(), kClaimed.end(), profile.name) != kClaimed.end();
    out.push_back({std::string(profile.name), profile, claimed});
  }
  out.push_back({"unknown_mix", attack::find_profile("user_mix"), false});
  out.back().profile.donors = attack::Donors::unseen;
  for (const std::string_view fillers : {"random", "average", "template_copy"}) {
    out.push_back({"nuke_" + std::string(fillers), attack::find_profile(fillers), false});
    out.back().profile.push = attack::Push::at_minimum;
  }
  return out;
}

ScreeningRequest parse_screening_request(std::string_view json) {
  const Json object = object_of(json);
  check_keys(object, {"audit", "data", "defense", "adversary", "attacks", "sizes", "targets",
                      "injection_rate", "seeds", "first_seed", "repeats", "batches", "scenes",
                      "impact_splits", "recommender", "dimension", "margin"});
  ScreeningRequest request;
  request.data = word(object, "data", request.data, {});
  request.defense = word(object, "defense", request.defense, {"none", "ocsvm", "full"});
  request.adversary = word(object, "adversary", request.adversary, {"naive", "adaptive"});

  const std::vector<ScreeningAttack> all = screening_attacks();
  std::vector<std::string> usual;
  for (const ScreeningAttack &attack : all) {
    if (attack.claimed || request.adversary == "adaptive") usual.push_back(attack.name);
  }
  request.attacks = named(all, words(object, "attacks", usual, names_of(all)));
  const auto kinds = target_kinds();
  const std::vector<std::string> kind_names = names_of(kinds);
  std::vector<std::string> usual_kinds = kind_names;
  if (request.adversary == "naive") usual_kinds.pop_back();  // spread_5
  request.targets = named(std::vector<TargetKind>(kinds.begin(), kinds.end()),
                          words(object, "targets", usual_kinds, kind_names));
  request.sizes = numbers(object, "sizes", request.sizes, 12, true);
  request.injection_rate = number(object, "injection_rate", request.injection_rate, 1e-4, 0.2);
  request.seeds = static_cast<std::uint32_t>(whole(object, "seeds", request.seeds, 1, 1000));
  request.first_seed = whole(object, "first_seed", request.first_seed, 0, 1u << 30);
  request.repeats = static_cast<std::uint32_t>(whole(object, "repeats", request.repeats, 0, 1000));
  request.batches = numbers(object, "batches", request.batches, 20, false);
  if (object.contains("scenes")) request.scenes = flag(object, "scenes");
  request.impact_splits = static_cast<std::uint32_t>(
      whole(object, "impact_splits", request.impact_splits, 0, request.seeds));
  request.recommender =
      word(object, "recommender", request.recommender, {"item_cf", "ials", "als", "popularity"});
  request.dimension =
      static_cast<std::uint32_t>(whole(object, "dimension", request.dimension, 1, 512));
  request.margin = number(object, "margin", request.margin, 0.001, 0.5);
  return request;
}

}  // namespace recveil::audit
