#include "attribute_text.h"

#include <fmt/core.h>

#include <vector>

#include "attribute_words.h"
#include "audit_commands.h"
#include "report_text.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string change(const Json &row) {
  const Json &by = row.at("change");
  return fmt::format("{:+.1f} % [{:+.1f}, {:+.1f}]", 100 * by.at("value").get<double>(),
                     100 * by.at("lo").get<double>(), 100 * by.at("hi").get<double>());
}

std::string utility(const Json &report) {
  if (report.at("utility").is_null()) return "";
  std::vector<std::vector<std::string>> rows{{"utility", "before", "after", "change [95 %]"}};
  for (const auto &[name, label] : {std::pair{"hr10", "HR@10, all unseen items"},
                                    {"ndcg10", "NDCG@10, all unseen items"},
                                    {"hr10_99", "HR@10, 99 negatives"},
                                    {"ndcg10_99", "NDCG@10, 99 negatives"}}) {
    const Json &row = report.at("utility").at(name);
    rows.push_back({label, rate(row.at("before")), rate(row.at("after")), change(row)});
  }
  return columns(rows) + "\n";
}

}  // namespace

std::string attribute_text(const Json &report) {
  if (report.contains("failure")) {
    return fmt::format("{}: not run: {}\n", report.at("defense").get<std::string>(),
                       report.at("failure").get<std::string>());
  }
  const VerdictWords told = attribute_verdict(report);
  std::string out = told.title + "\n\n";
  out += fmt::format("  data         {}\n", data_text(report));
  out += fmt::format("  recommender  {}, d = {}, defence {}, adversary {}, {} splits\n",
                     report.at("recommender").get<std::string>(), report.at("dimension").dump(),
                     report.at("defense").get<std::string>(),
                     report.at("adversary").get<std::string>(), report.at("seeds").dump());
  out += fmt::format("  erased       {} people\n", grouped(report.at("n").at("requesters")));
  for (const char *name : {"positive", "negative"}) {
    const Json &control = report.at("controls").at(name);
    out += fmt::format("  {} control  AUC {}: {}\n", name, rate(control.at("auc")),
                       control.at("passed").get<bool>() ? "passed" : "FAILED");
  }
  out += "\n";
  std::vector<std::vector<std::string>> rows{
      {"attribute, attacker, protocol", "AUC before", "AUC [95 %]", "balanced accuracy", ""}};
  for (const Json &line : report.at("attackers")) {
    const Json &before = attribute_line_before(report, line);
    rows.push_back({attribute_line_name(line),
                    before.is_null() ? "-" : rate(before.at("auc").at("value")),
                    interval_text(line.at("auc")), interval_text(line.at("balanced_accuracy")),
                    attribute_finding(report, line)});
  }
  out += columns(rows) + "\n" + utility(report);
  for (const std::string &says : told.says) out += "  " + says + "\n";
  for (const std::string &note : attribute_notes(report)) out += "  " + note + "\n";
  out += "  " + told.not_says + "\n";
  return out + fmt::format("\n  {:.1f} s, {} MiB\n", report.at("seconds").get<double>(),
                           report.at("peak_rss_bytes").get<std::uint64_t>() >> 20);
}

}  // namespace recveil::cli
