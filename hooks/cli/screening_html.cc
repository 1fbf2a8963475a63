#include "screening_html.h"

#include <fmt/core.h>

#include <string>
#include <vector>

#include "report_page.h"
#include "report_tables.h"
#include "report_text.h"
#include "screening_words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string estimate(const Json &value) {
  return fmt::format("{}<small>{} to {}</small>", percent(value.at("value")),
                     percent(value.at("lo")), percent(value.at("hi")));
}

std::string of(const Json &part, const Json &all) {
  return part.dump() + " of " + all.dump();
}

std::string finding(const Json &row) {
  if (!row.at("claimed").get<bool>()) return "reported";
  const std::string found = row.at("finding");
  if (found == "holds") return "<span class=\"word clear\">holds</span>";
  if (found == "fails") return "<span class=\"word leak\">gets through</span>";
  return "<span class=\"word unsettled\">inconclusive</span>";
}

std::string attacks(const Json &report) {
  std::vector<Cells> rows;
  for (const bool claimed : {true, false}) {
    for (const Json &row : report.at("by_attack")) {
      if (row.at("claimed").get<bool>() != claimed) continue;
      rows.push_back(
          {escape(attack_words(row)), of(row.at("campaigns_caught"), row.at("campaigns")),
           estimate(row.at("caught")), percent(row.at("detection_rate")),
           percent(row.at("deferred_rate")), percent(row.at("attacked_batch_fpr")), finding(row)});
    }
  }
  return table(
      "A campaign is caught when 95 % of its fakes are quarantined; at least 95 % of the campaigns "
      "of a claimed attack must be. The others are reported: screening is not claimed to catch "
      "them.",
      {"attack", "caught", "share caught", "fakes quarantined", "fakes deferred",
       "people quarantined beside", "finding"},
      rows);
}

std::string people(const Json &report) {
  std::vector<Cells> rows;
  for (const Json &row : report.at("clean")) {
    rows.push_back({fmt::format("{} accounts, {}", row.at("batch").dump(),
                                escape(row.at("order").get<std::string>())),
                    row.at("batches").dump(), row.at("people").dump(), estimate(row.at("fpr")),
                    estimate(row.at("deferred_rate"))});
  }
  return table("Batches without a fake. At most 1 % of the accounts may be quarantined.",
               {"batch", "batches", "different people", "quarantined", "deferred"}, rows);
}

std::string scenes(const Json &report) {
  std::vector<Cells> rows;
  for (const Json &row : report.at("scenes")) {
    const Json &caught = row.at("campaigns_caught");
    rows.push_back({escape(scene_words(row.at("scene"))), row.at("accounts").dump(),
                    estimate(row.at("quarantined_rate")), percent(row.at("deferred_rate")),
                    percent(row.at("others_quarantined_rate")),
                    caught.is_null() ? "people, no campaign" : of(caught, row.at("runs"))});
  }
  return table(
      "Of people who come together as many as of any others may be quarantined; the campaigns are "
      "reported.",
      {"scene", "accounts", "quarantined", "deferred", "others quarantined", "campaigns caught"},
      rows);
}

std::string impact(const Json &report) {
  std::vector<Cells> rows;
  for (const Json &row : report.at("impact")) {
    Cells cells{escape(words(row.at("attack")))};
    for (const char *what : {"shown10", "shown100"}) {
      for (const char *stage : {"clean", "poisoned", "screened"}) {
        cells.push_back(percent(row.at(what).at(stage)));
      }
    }
    for (const char *stage : {"clean", "poisoned", "screened"}) {
      cells.push_back(decimal(row.at("ndcg10").at(stage)));
    }
    rows.push_back(std::move(cells));
  }
  return table(
      "Of genuine accounts without a target, how many are shown one in their first ten and hundred "
      "items, and NDCG@10 of all: trained without the fakes, with them, and with those that the "
      "screening accepted. Without screening an attack achieves what stands under poisoned.",
      {"attack", "top 10, clean", "top 10, poisoned", "top 10, screened", "top 100, clean",
       "top 100, poisoned", "top 100, screened", "NDCG@10, clean", "NDCG@10, poisoned",
       "NDCG@10, screened"},
      rows);
}

std::string controls(const Json &report) {
  std::vector<Cells> rows;
  for (const auto &[name, what] :
       {std::pair{"positive", "a blatant campaign, seen by counting"},
        {"negative", "genuine accounts called fakes at random, seen by the detector"}}) {
    const Json &control = report.at("controls").at(name);
    rows.push_back({name, what, decimal(control.at("auc")),
                    control.at("passed").get<bool>() ? "<span class=\"word clear\">passed</span>"
                                                     : "<span class=\"word leak\">failed</span>"});
  }
  return table("The first must be told from genuine accounts, the second must not.",
               {"control", "what", "AUC", "result"}, rows);
}

}  // namespace

std::string screening_html(const Json &report, const std::string &version) {
  const VerdictWords told = screening_verdict(report);
  std::string out = page_head(
      told.title, "Do accounts made to poison the recommender get past its screening?",
      fmt::format("Recveil audit of {}, screening {}", report.at("data").get<std::string>(),
                  report.at("defense").get<std::string>()));
  out += verdict_section(report.at("verdict"), told);
  out += section("attacks", "Attacks", attacks(report));
  if (!report.at("clean").empty()) out += section("people", "People", people(report));
  if (!report.at("scenes").empty()) out += section("scenes", "Crowds and drips", scenes(report));
  if (!report.at("impact").empty()) {
    out += section("impact", "What an attack achieves", impact(report));
  }
  if (const Json &marked = report.at("marked"); !marked.is_null()) {
    out += section("marked", "Fakes marked in the data",
                   paragraph(fmt::format(
                       "{} quarantined, {} deferred; of the people beside them {} quarantined. AUC "
                       "of the scores {}.",
                       percent(marked.at("detection_rate")), percent(marked.at("deferred_rate")),
                       percent(marked.at("attacked_batch_fpr")), decimal(marked.at("auc")))));
  }
  out += section("controls", "Controls", controls(report));
  out += section("cannot", "What this audit cannot see", list(screening_blind_spots()));
  out += section("run", "How it was run", run_list(report, version));
  return out + page_foot();
}

}  // namespace recveil::cli
