#include "audit/inversion_exposure_report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "numerics/ranks.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kExposureRows = 20;
constexpr std::size_t kLeastRanked = 5;  // items, to correlate ranks over

Json or_null(const std::optional<std::size_t> &fakes) {
  return fakes ? Json(*fakes) : Json(nullptr);
}

// What naive fakes were injected into, and how much they found of it.
struct Injected {
  const ItemExposure *expected = nullptr;
  std::string id;
  std::size_t with = 0;            // people, over the repeats
  std::vector<std::size_t> found;  // of them, at each rate: shown all decoys
};

std::vector<Injected> injected(const InversionRequest &request, const InversionReport &report) {
  std::map<std::uint32_t, Injected> out;
  for (std::size_t i = 0; i < report.exposure.size(); ++i) {
    const ItemExposure &one = report.exposure[i];
    out[one.item] = {&one, report.exposure_ids[i], 0, {}};
  }
  const std::vector<InversionCell> cells = inversion_cells(request);
  for (const InversionRepeat &repeat : report.repeats) {
    const auto at = out.find(repeat.item);
    if (at == out.end()) continue;
    at->second.with += repeat.clean.n_with();
    at->second.found.resize(request.alphas.size(), 0);
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (request.fakes[cells[c].recipe].kind != FakeKind::naive) continue;
      at->second.found[c % request.alphas.size()] += repeat.cells[c].hits(request.n_decoys);
    }
  }
  std::vector<Injected> of_repeats;
  for (auto &[item, one] : out) {
    if (one.with > 0) of_repeats.push_back(std::move(one));
  }
  std::sort(of_repeats.begin(), of_repeats.end(),
            [](const Injected &a, const Injected &b) { return a.expected < b.expected; });
  return of_repeats;
}

Json injected_json(const InversionRequest &request, const InversionReport &report) {
  const bool naive =
      std::any_of(request.fakes.begin(), request.fakes.end(),
                  [](const FakeRecipe &recipe) { return recipe.kind == FakeKind::naive; });
  if (!naive || request.screening != "none" || request.defense != "none") return nullptr;
  const std::vector<Injected> all = injected(request, report);
  const auto share = [](const Injected &one, std::size_t rate) {
    return static_cast<double>(one.found[rate]) / static_cast<double>(one.with);
  };
  Json items = Json::array(), correlations = Json::array();
  std::vector<double> few;  // the fewer fakes are expected to expose it, the larger
  for (const Injected &one : all) {
    Json found = Json::array();
    for (std::size_t rate = 0; rate < request.alphas.size(); ++rate) {
      found.push_back({{"alpha", request.alphas[rate]}, {"recall", share(one, rate)}});
    }
    items.push_back({{"item", one.id},
                     {"people", one.expected->people},
                     {"fakes_tenth", or_null(one.expected->fakes_tenth)},
                     {"fakes_half", or_null(one.expected->fakes_half)},
                     {"found", std::move(found)}});
    few.push_back(one.expected->fakes_half ? -static_cast<double>(*one.expected->fakes_half)
                                           : -static_cast<double>(report.users));
  }
  for (std::size_t rate = 0; rate < request.alphas.size(); ++rate) {
    std::vector<double> recalls;
    for (const Injected &one : all) recalls.push_back(share(one, rate));
    const std::optional<double> value =
        all.size() < kLeastRanked ? std::nullopt : numerics::rank_correlation(few, recalls);
    correlations.push_back(
        {{"alpha", request.alphas[rate]}, {"value", value ? Json(*value) : Json(nullptr)}});
  }
  return {{"items", std::move(items)}, {"rank_correlation", std::move(correlations)}};
}

}  // namespace

Json exposure_json(const InversionRequest &request, const InversionReport &report) {
  if (!has_exposure(request)) return nullptr;
  Json items = Json::array(), rates = Json::array();
  for (std::size_t i = 0; i < std::min(report.exposure.size(), kExposureRows); ++i) {
    const ItemExposure &one = report.exposure[i];
    items.push_back({{"item", report.exposure_ids[i]},
                     {"people", one.people},
                     {"fakes_tenth", or_null(one.fakes_tenth)},
                     {"fakes_half", or_null(one.fakes_half)}});
  }
  for (const double alpha : request.alphas) {
    const auto within = [&](const ItemExposure &one) {
      return one.fakes_half &&
             static_cast<double>(*one.fakes_half) <= alpha * static_cast<double>(report.users);
    };
    rates.push_back(
        {{"alpha", alpha},
         {"items", std::count_if(report.exposure.begin(), report.exposure.end(), within)}});
  }
  return {{"catalogue", report.exposure.size()},
          {"least_people", kLeastExposed},
          {"rates", std::move(rates)},
          {"items", std::move(items)},
          {"injected", injected_json(request, report)}};
}

}  // namespace recveil::audit
