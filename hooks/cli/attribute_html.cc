#include "attribute_html.h"

#include <fmt/core.h>

#include <vector>

#include "attribute_words.h"
#include "report_page.h"
#include "report_tables.h"
#include "report_text.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string with_range(const Json &estimate) {
  return fmt::format("{}<small>{}</small>", decimal(estimate.at("value")), range_text(estimate));
}

std::string mark(const std::string &finding) {
  const char *kind = finding == "leaks" ? "leak" : finding == "unsettled" ? "unsettled" : "clear";
  return fmt::format("<span class=\"word {}\">{}</span>", kind, finding);
}

std::string attackers(const Json &report, const std::string &source) {
  std::vector<Cells> rows;
  for (const Json &line : report.at("attackers")) {
    if (line.at("source") != source) continue;
    const Json &before = attribute_line_before(report, line);
    rows.push_back({escape(attribute_line_name(line)),
                    before.is_null() ? "-" : decimal(before.at("auc").at("value")),
                    with_range(line.at("auc")), with_range(line.at("balanced_accuracy")),
                    mark(attribute_finding(report, line))});
  }
  if (rows.empty()) return "";
  return table(
      "Half of all pairs in order, an AUC of .5, is guessing; below it leaks as well. "
      "Intervals are each attacker's own, the verdict is corrected for their number.",
      {"attack", "AUC before", "AUC", "balanced accuracy", "finding"}, rows);
}

std::string utility(const Json &report) {
  std::vector<Cells> rows;
  for (const auto &[name, label] : {std::pair{"hr10", "HR@10, all unseen items"},
                                    {"ndcg10", "NDCG@10, all unseen items"},
                                    {"hr10_99", "HR@10, 99 negatives"},
                                    {"ndcg10_99", "NDCG@10, 99 negatives"}}) {
    const Json &row = report.at("utility").at(name), &by = row.at("change");
    rows.push_back({label, decimal(row.at("before")), decimal(row.at("after")),
                    fmt::format("{:+.1f} %<small>{:+.1f} to {:+.1f}</small>",
                                100 * by.at("value").get<double>(), 100 * by.at("lo").get<double>(),
                                100 * by.at("hi").get<double>())});
  }
  return table("Of those who asked, on one item a person that was held out.",
               {"measure", "before", "after", "change"}, rows);
}

std::string controls(const Json &report) {
  std::vector<Cells> rows;
  for (const auto &[name, what] :
       {std::pair{"positive", "the class written into the rows, to the weakest attacker"},
        {"negative", "permuted classes, to the attacker farthest from .5"}}) {
    const Json &control = report.at("controls").at(name);
    const bool passed = control.at("passed");
    rows.push_back({name, what, decimal(control.at("auc")),
                    fmt::format("<span class=\"word {}\">{}</span>", passed ? "clear" : "leak",
                                passed ? "passed" : "failed")});
  }
  return table("The first must be read, the second must not.", {"control", "what", "AUC", "result"},
               rows);
}

}  // namespace

std::string attribute_html(const Json &report, const std::string &version) {
  const VerdictWords told = attribute_verdict(report);
  std::string out =
      page_head(told.title, "Can an outsider read an attribute of people?",
                fmt::format("Recveil audit of {}, erasure {}", report.at("data").get<std::string>(),
                            report.at("defense").get<std::string>()));
  out += verdict_section(report.at("verdict"), told);
  if (const std::string rows = attackers(report, "embedding"); !rows.empty()) {
    out += section("attackers", "From embeddings", rows);
  }
  if (const std::string rows = attackers(report, "list"); !rows.empty()) {
    out += section("lists", "From lists", rows);
  }
  if (!report.at("utility").is_null()) out += section("utility", "Utility", utility(report));
  out += section("notes", "Notes", list(attribute_notes(report)));
  out += section("controls", "Controls", controls(report));
  out += section("cannot", "What this audit cannot see", list(attribute_blind_spots()));
  out += section("run", "How it was run", run_list(report, version));
  return out + page_foot();
}

}  // namespace recveil::cli
