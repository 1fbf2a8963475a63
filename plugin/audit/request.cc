#include "audit/request.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audit/request_fields.h"
#include "core/serving.h"

namespace recveil::audit {
namespace {

using namespace fields;

// The keys of a cell, in a request or in its list of cells. other: of the keys that are not there.
Cell read_cell(const Json &object, const Cell &other, const Request &request) {
  Cell cell;
  cell.defense = word(object, "defense", other.defense,
                      {"none", "popularity_randomization", "fold_in", "cross_fit"});
  cell.adversary =
      word(object, "adversary", other.adversary, {"naive", "adaptive", "sybil", "crowd"});
  if (cell.adversary == "sybil" && !serves_any_history(cell)) {
    refuse("adversary", "sybil types histories into other accounts, which defence " + cell.defense +
                            " does not serve by a model; fold_in and cross_fit do");
  }
  cell.folds = static_cast<std::uint32_t>(whole(object, "folds", other.folds, 2, 64));
  cell.support_floor =
      static_cast<std::uint32_t>(whole(object, "support_floor", other.support_floor, 1, 1u << 30));
  if (cell.defense == "cross_fit" && request.recommender == "popularity") {
    refuse("defense", "cross_fit needs a recommender that folds in; popularity does not");
  }
  cell.ratio = number(object, "ratio", other.ratio, 1e-3, 1);
  if (std::ceil(request.list_length / cell.ratio) > kMaxPool) {
    refuse("ratio", "list_length / ratio must be at most " + std::to_string(kMaxPool));
  }
  return cell;
}

std::vector<Cell> read_cells(const Json &list, const Cell &other, const Request &request) {
  constexpr std::size_t kMostCells = 1000;
  if (!list.is_array() || list.empty() || list.size() > kMostCells) {
    refuse("cells", "must be a list of 1 to " + std::to_string(kMostCells));
  }
  std::vector<Cell> out;
  for (const Json &entry : list) {
    const std::string at = "request.cells[" + std::to_string(out.size()) + "]";
    if (!entry.is_object()) throw Error(Status::argument, at + ": must be an object");
    try {
      check_keys(entry, {"defense", "adversary", "ratio", "folds", "support_floor"});
      out.push_back(read_cell(entry, other, request));
    } catch (const Error &error) {
      throw Error(error.status(), at + (error.what() + std::string_view("request").size()));
    }
  }
  return out;
}

// What the demo shows: every way of serving, to an attacker who knows it; and the published defence
// to one who does not. The last one is the one to use.
std::vector<Cell> demo_cells(const Cell &other, const Request &request) {
  std::vector<std::pair<const char *, const char *>> rows{{"none", "adaptive"},
                                                          {"popularity_randomization", "naive"},
                                                          {"popularity_randomization", "adaptive"}};
  if (request.recommender != "popularity") {
    rows.push_back({"fold_in", "adaptive"});
    rows.push_back({"cross_fit", "adaptive"});
  }
  std::vector<Cell> out;
  for (const auto &[defense, adversary] : rows) {
    out.push_back(other);
    out.back().defense = defense;
    out.back().adversary = adversary;
  }
  return out;
}

}  // namespace

bool serve_alike(const Cell &a, const Cell &b) {
  const auto probed = [](const Cell &cell) { return cell.adversary == "sybil"; };
  if (a.defense != b.defense || probed(a) != probed(b)) return false;
  if (a.defense == "popularity_randomization") return a.ratio == b.ratio;
  if (a.defense != "cross_fit") return true;
  return a.folds == b.folds && a.support_floor == b.support_floor;
}

bool serves_any_history(const Cell &cell) {
  return cell.defense == "fold_in" || cell.defense == "cross_fit";
}

Request parse_request(std::string_view json) {
  using namespace fields;
  const Json object = object_of(json);
  static const std::vector<std::string> kKeys{
      "audit",      "data",        "recommender", "defense",     "adversary", "seeds",
      "first_seed", "list_length", "ratio",       "margin",      "dimension", "export",
      "activity",   "freshness",   "knowledge",   "later_items", "folds",     "support_floor",
      "cells",      "canaries",    "shadows"};
  check_keys(object, kKeys);
  Request request;
  request.audit = word(object, "audit", request.audit, {"membership", "grid", "demo"});
  request.data = word(object, "data", request.data, {});
  request.recommender =
      word(object, "recommender", request.recommender, {"item_cf", "ials", "als", "popularity"});
  request.activity = word(object, "activity", request.activity, {"balanced", "biased"});
  request.freshness =
      word(object, "freshness", request.freshness, {"trained", "current", "stale_members"});
  request.knowledge = number(object, "knowledge", request.knowledge, 0.01, 1);
  request.later_items = flag(object, "later_items");
  request.export_folder = word(object, "export", "", {});
  request.seeds = static_cast<std::uint32_t>(whole(object, "seeds", request.seeds, 1, 1000));
  request.first_seed = whole(object, "first_seed", request.first_seed, 0, 1u << 30);
  request.list_length =
      static_cast<std::uint32_t>(whole(object, "list_length", request.list_length, 10, 1000));
  request.dimension = static_cast<std::uint32_t>(whole(object, "dimension", 32, 1, 512));
  const Cell cell = read_cell(object, {.defense = "none", .adversary = "adaptive"}, request);
  const bool one = request.audit == "membership";
  if (!one && object.contains("export")) refuse("export", "of an audit of one cell alone");
  if (request.audit != "grid" && object.contains("cells")) refuse("cells", "of the grid alone");
  for (const char *key : {"defense", "adversary"}) {
    if (request.audit == "demo" && object.contains(key)) refuse(key, "the demo runs all of them");
  }
  if (request.audit == "grid") {
    request.cells = read_cells(object.value("cells", Json()), cell, request);
  } else {
    request.cells = one ? std::vector<Cell>{cell} : demo_cells(cell, request);
  }
  request.canaries = static_cast<std::uint32_t>(whole(object, "canaries", 0, 0, 1000));
  if (request.canaries > 0 &&
      std::none_of(request.cells.begin(), request.cells.end(), serves_any_history)) {
    refuse("canaries", "need a model that serves any history: defence fold_in or cross_fit");
  }
  const std::uint32_t ratio = request.recommender == "item_cf" ? 64 : 16;
  request.shadows = static_cast<std::uint32_t>(whole(object, "shadows", one ? ratio : 0, 0, 1000));
  if (request.shadows > 0 && request.shadows < 8) refuse("shadows", "must be 0 or 8 to 1000");
  request.margin = number(object, "margin", request.margin, 0.001, 0.5);
  return request;
}

}  // namespace recveil::audit
