#include "demo/screening.h"

#include <fmt/core.h>

#include "audit/run.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string percent(const Json &share) {
  return fmt::format("{:.1f} %", 100 * share.get<double>());
}

const Json *row_of(const Json &rows, const Json &attack) {
  for (const Json &row : rows) {
    if (row.at("attack") == attack) return &row;
  }
  return nullptr;
}

std::vector<std::string> row(const Json &impact, const Json &attacks) {
  const Json *found = row_of(attacks, impact.at("attack"));
  const Json &shown = impact.at("shown100");
  return {impact.at("attack"),
          std::to_string(impact.at("profile_size").get<std::size_t>()),
          found != nullptr ? rate(found->at("detection_rate").get<double>()) : "-",
          percent(shown.at("clean")),
          percent(shown.at("poisoned")),
          percent(shown.at("screened")),
          rate(impact.at("ndcg10").at("clean").get<double>()),
          rate(impact.at("ndcg10").at("screened").get<double>())};
}

}  // namespace

nlohmann::json demo_screening(const Api &api, const std::string &data, unsigned threads,
                              recveil_engine *metrics) {
  try {
    return run_audit(api,
                     {{"audit", "screening"},
                      {"data", data},
                      {"recommender", "ials"},
                      {"defense", "full"},
                      {"adversary", "naive"},
                      {"attacks", {"bandwagon", "average_over_popular"}},
                      {"sizes", {"average"}},
                      {"targets", {"medium_1"}},
                      {"injection_rate", 0.03},
                      {"seeds", 1},
                      {"repeats", 0},
                      {"scenes", false},
                      {"impact_splits", 1}},
                     threads, metrics);
  } catch (const StatusError &error) {
    if (error.status() != RECVEIL_E_DATA) throw;
    return nullptr;  // too few people to hold a window, a batch and donors
  }
}

void print_screening(const nlohmann::json &report) {
  fmt::print("\nThe second loop: fake accounts that push an item few people have.\n\n");
  if (report.is_null()) {
    fmt::print("  The data are too few for it.\n");
    return;
  }
  const Json &n = report.at("n");
  fmt::print(
      "  {} people are trusted; {} new ones come, and with them the fakes of one campaign, {} of\n"
      "  every hundred accounts. The batch goes through the screening that recveil_screen runs,\n"
      "  and a model (iALS; Item-CF hardly moves) is trained without what it takes out.\n\n",
      grouped(n.at("window")), grouped(n.at("batch")),
      100 * report.at("injection_rate").get<double>());
  std::vector<std::vector<std::string>> rows{{"how fakes are filled", "items", "fakes found",
                                              "shown the item: clean", "poisoned", "screened",
                                              "NDCG@10 clean", "screened"}};
  for (const Json &impact : report.at("impact")) rows.push_back(row(impact, report.at("attacks")));
  fmt::print("{}\n", columns(rows));
  fmt::print(
      "  shown the item: of people who do not have it, how many get it in their top 100.\n"
      "What it says. One split each: `recveil audit screening` measures all attacks, what gets\n"
      "past, and how many people are held back by mistake (docs/screening.md). In production\n"
      "screening begins in shadow mode: it counts and holds nobody back until you say so.\n");
}

}  // namespace recveil::cli
