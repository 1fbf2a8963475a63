#include "audit/request.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/serving.h"

namespace recveil::audit {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string &key, const std::string &what) {
  throw Error(Status::argument, "request." + key + ": " + what);
}

std::string word(const Json &object, const std::string &key, const std::string &fallback,
                 const std::vector<std::string> &allowed) {
  if (!object.contains(key)) return fallback;
  if (!object[key].is_string()) refuse(key, "must be a text");
  const std::string value = object[key];
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    std::string list;
    for (const std::string &name : allowed) list += (list.empty() ? "" : ", ") + name;
    refuse(key, "must be one of " + list + "; not " + object[key].dump());
  }
  return value;
}

template <class Number>
Number within(const Json &object, const std::string &key, Number min, Number max) {
  const Number value = object[key];
  if (!(value >= min && value <= max)) {
    refuse(key, "must be from " + Json(min).dump() + " to " + Json(max).dump() + ", not " +
                    object[key].dump());
  }
  return value;
}

double number(const Json &object, const std::string &key, double fallback, double min, double max) {
  if (!object.contains(key)) return fallback;
  if (!object[key].is_number()) refuse(key, "must be a number");
  return within(object, key, min, max);
}

std::uint64_t whole(const Json &object, const std::string &key, std::uint64_t fallback,
                    std::uint64_t min, std::uint64_t max) {
  if (!object.contains(key)) return fallback;
  if (!object[key].is_number_unsigned()) refuse(key, "must be a whole number of 0 or more");
  return within(object, key, min, max);
}

bool flag(const Json &object, const std::string &key) {
  if (!object.contains(key)) return false;
  if (!object[key].is_boolean()) refuse(key, "must be true or false");
  return object[key];
}

}  // namespace

bool serves_any_history(const Cell &cell) {
  return cell.defense == "fold_in" || cell.defense == "cross_fit";
}

Request parse_request(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) throw Error(Status::argument, "request: not a JSON object");
  static const std::vector<std::string> kKeys{
      "audit",       "data",       "recommender",   "defense",   "adversary",
      "seeds",       "first_seed", "list_length",   "ratio",     "margin",
      "dimension",   "export",     "activity",      "freshness", "knowledge",
      "later_items", "folds",      "support_floor", "canaries"};
  for (const auto &[key, value] : object.items()) {
    // Quoted, so that a newline in it does not break the line.
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      throw Error(Status::argument, "request: unknown key " + Json(key).dump());
    }
  }
  Request request;
  request.audit = word(object, "audit", request.audit, {"membership", "demo"});
  request.data = word(object, "data", request.data, {});
  request.recommender =
      word(object, "recommender", request.recommender, {"item_cf", "ials", "als", "popularity"});
  const Cell cell{
      word(object, "defense", "none", {"none", "popularity_randomization", "fold_in", "cross_fit"}),
      word(object, "adversary", "adaptive", {"naive", "adaptive", "sybil"})};
  if (request.audit == "demo") {
    for (const char *key : {"defense", "adversary", "export"}) {
      if (object.contains(key)) refuse(key, "the demo runs all of them");
    }
    request.cells = {{"none", "naive"},
                     {"none", "adaptive"},
                     {"popularity_randomization", "naive"},
                     {"popularity_randomization", "adaptive"}};
  } else {
    request.cells = {cell};
  }
  if (cell.adversary == "sybil" && !serves_any_history(cell)) {
    refuse("adversary", "sybil types histories into other accounts, which defence " + cell.defense +
                            " does not serve by a model; fold_in and cross_fit do");
  }
  request.activity = word(object, "activity", request.activity, {"balanced", "biased"});
  request.freshness =
      word(object, "freshness", request.freshness, {"trained", "current", "stale_members"});
  request.knowledge = number(object, "knowledge", request.knowledge, 0.01, 1);
  request.later_items = flag(object, "later_items");
  request.folds = static_cast<std::uint32_t>(whole(object, "folds", request.folds, 2, 64));
  request.support_floor = static_cast<std::uint32_t>(
      whole(object, "support_floor", request.support_floor, 1, 1u << 30));
  if (cell.defense == "cross_fit" && request.recommender == "popularity") {
    refuse("defense", "cross_fit needs a recommender that folds in; popularity does not");
  }
  request.export_folder = word(object, "export", "", {});
  request.seeds = static_cast<std::uint32_t>(whole(object, "seeds", request.seeds, 1, 1000));
  request.first_seed = whole(object, "first_seed", request.first_seed, 0, 1u << 30);
  request.list_length =
      static_cast<std::uint32_t>(whole(object, "list_length", request.list_length, 10, 1000));
  request.dimension = static_cast<std::uint32_t>(whole(object, "dimension", 32, 1, 512));
  request.ratio = number(object, "ratio", request.ratio, 1e-3, 1);
  if (std::ceil(request.list_length / request.ratio) > kMaxPool) {
    refuse("ratio", "list_length / ratio must be at most " + std::to_string(kMaxPool));
  }
  request.canaries = static_cast<std::uint32_t>(whole(object, "canaries", 0, 0, 1000));
  if (request.canaries > 0 &&
      std::none_of(request.cells.begin(), request.cells.end(), serves_any_history)) {
    refuse("canaries", "need a model that serves any history: defence fold_in or cross_fit");
  }
  request.margin = number(object, "margin", request.margin, 0.001, 0.5);
  return request;
}

}  // namespace recveil::audit
