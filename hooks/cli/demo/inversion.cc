#include "demo/inversion.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "audit/run.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDecoys = 3;

// Those who are shown all decoys.
const Json &strictest(const Json &rows) {
  for (const Json &row : rows) {
    if (row.at("threshold") == kDecoys) return row;
  }
  throw std::runtime_error("the report has no row for all decoys");
}

std::vector<std::string> row(const std::string &what, const Json &found) {
  const auto flagged = found.at("flagged").get<std::size_t>();
  const auto percent = [](const Json &share) {
    return share.is_null() ? std::string("-")
                           : fmt::format("{:.1f} %", 100 * share.at("value").get<double>());
  };
  return {what,
          percent(found.at("detection_rate")),
          percent(found.at("people_held_up")),
          std::to_string(flagged),
          flagged == 0 ? "-" : percent(found.at("precision")),
          percent(found.at("recall"))};
}

}  // namespace

Json run_demo_inversion(const Api &api, unsigned threads, recveil_engine *metrics) {
  const auto audit = [&](const char *screening) {
    return run_audit(api,
                     {{"audit", "inversion"},
                      {"data", "synthetic:users=1200,items=1200,histories=2..19"},
                      {"binary", true},
                      {"recommender", "item_cf"},
                      {"adversary", "naive"},
                      {"alphas", "0.05"},
                      {"n_decoys", kDecoys},
                      {"screening", screening},
                      {"seeds", 5}},
                     threads, metrics);
  };
  return {{"undefended", audit("none")}, {"screened", audit("full")}};
}

std::string demo_inversion_text(const Json &inversion) {
  const Json &open = inversion.at("undefended"), &screened = inversion.at("screened");
  std::vector<std::vector<std::string>> rows{{"the model is trained on", "fakes held up",
                                              "people held up", "people exposed", "of them right",
                                              "of those with the item"}};
  rows.push_back(row("everybody, no fakes", strictest(open.at("clean"))));
  rows.push_back(row("everybody", strictest(open.at("results"))));
  rows.push_back(row("who passes the screening", strictest(screened.at("results"))));
  return fmt::format(
      "\nFake accounts, {:g} for every hundred people, that have an item and {} decoys: are people "
      "with\n"
      "the item given away by the decoys in their lists?\n\n{}\n"
      "  Made-up data of short histories ({} people), Item-CF, {} repeats with one item each; a\n"
      "  person is exposed who is shown all decoys. No way of serving hides it: screening does, "
      "and\n"
      "  serving.watch_items tells when a model has learned such a tie (docs/inversion.md).\n",
      100 * strictest(open.at("results")).at("alpha").get<double>(), kDecoys, columns(rows),
      grouped(open.at("n").at("users").get<std::uint64_t>()), open.at("seeds").get<int>());
}

}  // namespace recveil::cli
