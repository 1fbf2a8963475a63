#include "demo/erasure.h"

#include <fmt/core.h>

#include <cmath>
#include <vector>

#include "audit/run.h"
#include "report/words.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// The line furthest from .5, which is what an attacker gets; below .5 tells as much as above.
const Json &worst(const Json &lines, const char *source) {
  const Json *out = nullptr;
  const auto distance = [](const Json &line) {
    return std::abs(line.at("auc").at("value").get<double>() - 0.5);
  };
  for (const Json &line : lines) {
    if (line.at("source") != source || line.at("auc").is_null()) continue;
    if (out == nullptr || distance(line) > distance(*out)) out = &line;
  }
  if (out == nullptr) throw std::runtime_error("the report attacked no " + std::string(source));
  return *out;
}

std::vector<std::string> row(const std::string &what, const Json &report, const char *lines,
                             const char *when) {
  const Json &embedding = worst(report.at(lines), "embedding");
  return {what, rate_interval(embedding.at("auc")), embedding.at("attacker").get<std::string>(),
          rate_interval(worst(report.at(lines), "list").at("auc")),
          rate(report.at("utility").at("ndcg10").at(when))};
}

}  // namespace

Json run_demo_erasure(const Api &api, const std::string &data, unsigned threads,
                      recveil_engine *metrics) {
  try {
    Json out = run_audit(api,
                         {{"audit", "attribute"},
                          {"data", data},
                          {"recommender", "ials"},
                          {"defenses", {"score_transport", "optimal_transport"}},
                          {"share", 0.5},
                          {"seeds", 1},
                          {"dimension", 16},
                          {"list_length", 100},
                          {"decoys", true}},
                         threads, metrics);
    // A shop, where most people have few purchases and share their rows with others.
    out["short_histories"] = run_audit(api,
                                       {{"audit", "attribute"},
                                        {"data", "synthetic:users=2000,items=300,histories=2..19"},
                                        {"defense", "optimal_transport"},
                                        {"sources", {"embedding", "row+history"}},
                                        {"attackers", {"logistic", "row_lookup", "boosted_trees"}},
                                        {"seeds", 1},
                                        {"dimension", 16}},
                                       threads, nullptr);
    return out;
  } catch (const StatusError &error) {
    // Data of people of whom nothing is known has nothing to take out.
    if (error.status() == RECVEIL_E_CANCELLED) throw;
    return {{"skipped", error.what()}};
  }
}

std::string demo_erasure_text(const Json &erasure) {
  if (erasure.contains("skipped")) {
    return fmt::format("\nErasing an attribute from embeddings was skipped: {}\n",
                       erasure.at("skipped").get<std::string>());
  }
  const Json &audits = erasure.at("audits");
  const Json &last = audits.back();
  const std::string attribute = last.at("attackers").at(0).at("attribute");
  std::vector<std::vector<std::string>> rows{
      {"their embeddings", "AUC, worst attack [95 %]", "by", "from their lists", "NDCG@10"}};
  rows.push_back(row("as trained", last, "attackers_before", "before"));
  for (const Json &audit : audits) {
    if (audit.contains("failure")) continue;
    rows.push_back(row(audit.at("defense"), audit, "attackers", "after"));
  }
  const Json &shop = erasure.at("short_histories");
  const Json &known = shop.at("gains").at(0);
  const auto auc_of = [](const Json &line) { return rate(line.at("auc").at("value")); };
  const std::string shop_text = fmt::format(
      "  In a made-up shop where most people have bought one or two things, and share their row "
      "with\n"
      "  others, optimal_transport with cells: AUC {} to {}. Who knows the person's history reads "
      "{}:\n"
      "  a map of classes gives the class away to them, score_transport (the default) does not.\n",
      auc_of(worst(shop.at("attackers_before"), "embedding")),
      auc_of(worst(shop.at("attackers"), "embedding")), auc_of(known.at("after")));
  return fmt::format(
      "\nCan an outsider read \"{}\" from the embeddings of {} people who asked to have it taken "
      "out?\n\n{}\n"
      "  Attackers learn on raw rows of the others, and on rows erased like those they read. "
      "Lists\n"
      "  hide keyed decoys, without which they tell about as much as before; they still tell "
      "some.\n"
      "{}"
      "  An attribute leaves the embedding; the person does not, and each new model needs it "
      "again\n"
      "  (docs/erasure.md; `recveil erase` does it to your files).\n",
      attribute, grouped(last.at("n").at("requesters").get<std::uint64_t>()), columns(rows),
      shop_text);
}

}  // namespace recveil::cli
