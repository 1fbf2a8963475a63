#include "audit/request.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audit/request_fields.h"
#include "core/serving.h"

namespace recveil::audit {
namespace {

using namespace fields;

// A cell by the keys of a request or of an entry of its list of cells. cell: the keys not there.
Cell read_cell(const Fields &given, Cell cell, const Request &request) {
  if (given.has("defense")) cell.defense = given.word("defense");
  if (given.has("adversary")) cell.adversary = given.word("adversary");
  if (given.has("folds")) cell.folds = given.whole_32("folds");
  if (given.has("support_floor")) cell.support_floor = given.whole_32("support_floor");
  if (given.has("ratio")) cell.ratio = given.number("ratio");
  if (given.has("epsilon")) cell.epsilon = given.number("epsilon");
  if (cell.adversary == "sybil" && !serves_any_history(cell)) {
    refuse("adversary", "sybil types histories into other accounts, which defence " + cell.defense +
                            " does not serve by a model; fold_in, cross_fit and private do");
  }
  if (cell.defense == "cross_fit" && request.recommender == "popularity") {
    refuse("defense", "cross_fit needs a recommender that folds in; popularity does not");
  }
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
  std::vector<request::Key> keys;
  for (const char *name : {"defense", "adversary", "ratio", "folds", "support_floor", "epsilon"}) {
    keys.push_back(request::key_of(request::keys_of("grid"), name));
  }
  std::vector<Cell> out;
  for (const Json &entry : list) {
    const std::string at = "request.cells[" + std::to_string(out.size()) + "]";
    if (!entry.is_object()) throw Error(Status::argument, at + ": must be an object");
    try {
      out.push_back(read_cell(Fields(entry, keys), other, request));
    } catch (const Error &error) {
      throw Error(error.status(), at + (error.what() + std::string_view("request").size()));
    }
  }
  return out;
}

// What the demo shows: every way of serving, to an attacker who knows it; and the published defence
// to one who does not.
std::vector<Cell> demo_cells(const Cell &other, const Request &request) {
  std::vector<std::pair<const char *, const char *>> rows{{"none", "adaptive"},
                                                          {"popularity_randomization", "naive"},
                                                          {"popularity_randomization", "adaptive"}};
  if (request.recommender != "popularity") {
    rows.push_back({"fold_in", "adaptive"});
    rows.push_back({"cross_fit", "adaptive"});
    rows.push_back({"private", "adaptive"});
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
  if (a.defense == "private") return a.epsilon == b.epsilon;
  if (a.defense != "cross_fit") return true;
  return a.folds == b.folds && a.support_floor == b.support_floor;
}

bool serves_any_history(const Cell &cell) {
  return cell.defense == "fold_in" || !uses_recommender(cell);
}

bool is_informed(const Cell &cell) {
  return cell.defense == "private" && cell.adversary == "sybil";
}

bool uses_recommender(const Cell &cell) {
  return cell.defense != "cross_fit" && cell.defense != "private";
}

Request parse_request(const fields::Json &object) {
  using namespace fields;
  const Fields given(object, request::keys_of("membership"));
  Request request;
  request.audit = given.word("audit");
  request.data = given.word("data");
  request.recommender = given.word("recommender");
  request.activity = given.word("activity");
  request.freshness = given.word("freshness");
  request.knowledge = given.number("knowledge");
  request.later_items = given.flag("later_items");
  request.export_folder = given.word("export");
  request.seeds = given.whole_32("seeds");
  request.first_seed = given.whole("first_seed");
  request.list_length = given.whole_32("list_length");
  request.dimension = given.whole_32("dimension");
  const Cell usual{given.word("defense"),           given.word("adversary"),
                   given.number("ratio"),           given.whole_32("folds"),
                   given.whole_32("support_floor"), given.number("epsilon")};
  const Cell cell = read_cell(given, usual, request);
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
  request.canaries = given.whole_32("canaries");
  if (request.canaries > 0 &&
      std::none_of(request.cells.begin(), request.cells.end(), serves_any_history)) {
    refuse("canaries",
           "need a model that serves any history: defence fold_in, cross_fit or private");
  }
  const std::uint32_t usual_shadows = request.recommender == "item_cf" ? 64 : 16;
  request.shadows = given.has("shadows") ? given.whole_32("shadows") : one ? usual_shadows : 0;
  if (request.shadows > 0 && request.shadows < 8) refuse("shadows", "must be 0 or 8 to 1000");
  request.margin = given.number("margin");
  request.member_share = given.number("member_share");
  request.baselines = given.flag("baselines");
  for (const char *key : {"member_share", "baselines"}) {
    if (object.contains(key) &&
        std::none_of(request.cells.begin(), request.cells.end(), is_informed)) {
      refuse(key, "of defence private and adversary sybil alone");
    }
  }
  request.history_cap = given.whole_32("history_cap");
  request.neighbours = given.whole_32("neighbours");
  if (request.neighbours > 0 && request.recommender != "item_cf") {
    refuse("neighbours", "of item_cf alone, not of " + request.recommender);
  }
  request.people = given.whole_32("people");
  request.trained_on = given.word("trained_on");
  if (request.people > 0 && request.people < 100) refuse("people", "must be 0 or 100 and more");
  if (request.people == 0 && object.contains("trained_on")) {
    refuse("trained_on", "of an audit of a sample alone: set people");
  }
  return request;
}

}  // namespace recveil::audit
