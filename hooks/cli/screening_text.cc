#include "screening_text.h"

#include <fmt/core.h>

#include <vector>

#include "audit_commands.h"
#include "report_text.h"
#include "screening_words.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

std::string of(const Json &part, const Json &all) {
  return part.dump() + " of " + all.dump();
}

std::string attacks(const Json &report) {
  Rows rows{{"attack", "campaigns caught [95 %]", "fakes taken", "deferred", "people taken beside",
             "finding"}};
  for (const bool claimed : {true, false}) {
    for (const Json &row : report.at("by_attack")) {
      if (row.at("claimed").get<bool>() != claimed) continue;
      rows.push_back({attack_words(row),
                      of(row.at("campaigns_caught"), row.at("campaigns")) + "  " +
                          interval_text(row.at("caught")),
                      rate(row.at("detection_rate")), rate(row.at("deferred_rate")),
                      rate(row.at("attacked_batch_fpr")),
                      claimed ? row.at("finding").get<std::string>() : "reported"});
    }
  }
  return columns(rows) + "\n";
}

std::string clean(const Json &report) {
  if (report.at("clean").empty()) return "";
  Rows rows{{"batches without a fake", "batches", "people", "quarantined [95 %]", "deferred"}};
  for (const Json &row : report.at("clean")) {
    rows.push_back(
        {fmt::format("{} accounts, {}", row.at("batch").dump(), row.at("order").get<std::string>()),
         row.at("batches").dump(), row.at("people").dump(), interval_text(row.at("fpr")),
         rate(row.at("deferred_rate").at("value"))});
  }
  return columns(rows) + "\n";
}

std::string scenes(const Json &report) {
  if (report.at("scenes").empty()) return "";
  Rows rows{{"scene", "accounts", "quarantined [95 %]", "deferred", "campaigns caught"}};
  for (const Json &row : report.at("scenes")) {
    const Json &caught = row.at("campaigns_caught");
    rows.push_back({scene_words(row.at("scene")), row.at("accounts").dump(),
                    interval_text(row.at("quarantined_rate")), rate(row.at("deferred_rate")),
                    caught.is_null() ? "people" : of(caught, row.at("runs"))});
  }
  return columns(rows) + "\n";
}

std::string impact(const Json &report) {
  if (report.at("impact").empty()) return "";
  Rows rows{{"people shown a target", "top 10: clean", "poisoned", "screened", "top 100: clean",
             "poisoned", "screened", "NDCG@10: clean", "poisoned", "screened"}};
  for (const Json &row : report.at("impact")) {
    rows.push_back({words(row.at("attack"))});
    for (const char *what : {"shown10", "shown100", "ndcg10"}) {
      for (const char *stage : {"clean", "poisoned", "screened"}) {
        rows.back().push_back(rate(row.at(what).at(stage)));
      }
    }
  }
  return columns(rows) + "\n";
}

}  // namespace

std::string screening_text(const Json &report) {
  const VerdictWords told = screening_verdict(report);
  std::string out = fmt::format("{}\n", told.title);
  for (const std::string &says : told.says) out += "  " + says + "\n";
  const Json &n = report.at("n");
  out += fmt::format(
      "\n  data      {}\n"
      "  screened  defence {}, adversary {}, {} splits: window {}, batch {}, fakes {:g} % of all\n",
      data_text(report), report.at("defense").get<std::string>(),
      report.at("adversary").get<std::string>(), report.at("seeds").get<int>(),
      grouped(n.at("window")), grouped(n.at("batch")),
      100 * report.at("injection_rate").get<double>());
  for (const char *name : {"positive", "negative"}) {
    const Json &control = report.at("controls").at(name);
    out += fmt::format("  {} control  AUC {}: {}\n", name, rate(control.at("auc")),
                       control.at("passed").get<bool>() ? "passed" : "FAILED");
  }
  out += "\n" + attacks(report) + clean(report) + scenes(report) + impact(report);
  if (const Json &marked = report.at("marked"); !marked.is_null()) {
    out += fmt::format(
        "  fakes marked in the data: {} quarantined, {} deferred, AUC of the scores {}\n\n",
        rate(marked.at("detection_rate")), rate(marked.at("deferred_rate")),
        rate(marked.at("auc")));
  }
  return out + fmt::format("  {:.1f} s, {} MiB\n", report.at("seconds").get<double>(),
                           report.at("peak_rss_bytes").get<std::uint64_t>() >> 20);
}

}  // namespace recveil::cli
