#include "report_html.h"

#include <fmt/core.h>

#include <vector>

#include "attribute_html.h"
#include "report_charts.h"
#include "report_page.h"
#include "report_tables.h"
#include "report_text.h"
#include "report_verdict.h"
#include "screening_html.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string audited(const Json &report) {
  if (report.at("audit") == "lists") return "Recveil audit of the lists that a recommender served";
  return fmt::format(
      "Recveil audit of {}, recommender {}, defence {}", report.at("data").get<std::string>(),
      report.at("recommender").get<std::string>(), report.at("defense").get<std::string>());
}

std::string warnings_section(const Json &report) {
  const auto warnings = report.value("warnings", std::vector<std::string>());
  if (warnings.empty()) return "";
  return "<section class=\"warnings\" aria-labelledby=\"warnings\">\n"
         "<h2 id=\"warnings\">Read with care</h2>\n" +
         list(warnings) + "</section>\n";
}

std::string leakage(const Json &report) {
  const double margin = margin_of(report);
  std::string out =
      "<div>\n<h3>How well each attacker tells members</h3>\n"
      "<p class=\"quiet\">AUC: 0.5 is guessing, 1 is certainty, below 0.5 leaks as much as above. "
      "The bar is the 95&nbsp;% interval, the shaded band counts as no leak.</p>\n"
      "<ul class=\"attackers\">\n";
  for (const Json &attacker : report.at("attackers")) {
    const Json &auc = attacker.at("auc");
    out += fmt::format(
        "<li><div><span>{}</span> <span>{} <span class=\"quiet\">({})</span></span>"
        "</div>{}</li>\n",
        escape(words(attacker.at("attacker"))), decimal(auc.at("value")), range_text(auc),
        auc_strip(auc, margin));
  }
  return out +
         "</ul>\n<div class=\"scale\" aria-hidden=\"true\"><span>0</span><span>0.5 guessing</span>"
         "<span>1</span></div>\n</div>\n";
}

std::string roc_section(const Json &report) {
  std::string out =
      "<p>Of the members, how many an attacker finds, for each share of non-members that it "
      "wrongly takes for members. What lies above the diagonal leaks. The left end matters most: "
      "there an attacker is almost never wrong.</p>\n"
      "<ul class=\"key\">\n"
      "<li><svg viewBox=\"0 0 32 16\" aria-hidden=\"true\"><line class=\"curve\" x1=\"0\" y1=\"8\" "
      "x2=\"32\" y2=\"8\"/></svg>this attacker</li>\n"
      "<li><svg viewBox=\"0 0 32 16\" aria-hidden=\"true\"><line class=\"other\" x1=\"0\" y1=\"8\" "
      "x2=\"32\" y2=\"8\"/></svg>the others</li>\n"
      "<li><svg viewBox=\"0 0 32 16\" aria-hidden=\"true\"><line class=\"guess\" x1=\"0\" y1=\"8\" "
      "x2=\"32\" y2=\"8\"/></svg>guessing</li>\n"
      "<li><svg viewBox=\"0 0 32 16\" aria-hidden=\"true\"><line class=\"whisker\" x1=\"16\" "
      "y1=\"0\" x2=\"16\" y2=\"16\"/><circle class=\"point\" cx=\"16\" cy=\"8\" r=\"4\"/></svg>"
      "audited rate, 95&nbsp;% interval</li>\n"
      "<li><svg viewBox=\"0 0 32 16\" aria-hidden=\"true\"><circle class=\"point unsure\" "
      "cx=\"16\" cy=\"8\" r=\"4\"/></svg>too few people at this rate</li>\n"
      "</ul>\n<div class=\"panels\">\n";
  const Json &attackers = report.at("attackers");
  for (std::size_t i = 0; i < attackers.size(); ++i) {
    out += fmt::format("<figure>\n<figcaption><h3>{}</h3></figcaption>\n{}\n</figure>\n",
                       escape(words(attackers[i].at("attacker"))), roc_chart(report, i));
  }
  return section("roc", "Members found and mistakes made (ROC)", out + "</div>\n");
}

}  // namespace

std::string report_html(const Json &report, const std::string &version) {
  if (report.at("audit") == "attribute") return attribute_html(report, version);
  if (report.at("audit") == "screening") return screening_html(report, version);
  const VerdictWords told = verdict_words_of(report);
  std::string out =
      page_head(told.title, "Can an outsider tell whose data trained the recommender?",
                audited(report)) +
      verdict_section(report.at("verdict"), told);
  out += warnings_section(report);
  out += section("leakage", "What leaks, and how good the lists are",
                 "<div class=\"sides\">\n" + leakage(report) + utility_table(report) + "</div>\n");
  out += roc_section(report);
  out += section("controls", "Controls", controls_table(report));
  const std::string groups = groups_table(report);
  if (!groups.empty()) out += section("groups", "How alike the two groups are", groups);
  const std::string canaries = canaries_table(report);
  if (!canaries.empty()) out += section("canaries", "Canaries", canaries);
  out += section("numbers", "All attackers in numbers", attackers_table(report));
  out += section("cannot", "What this audit cannot see", list(blind_spots(report)));
  out += section("run", "How it was run", run_list(report, version));
  return out + page_foot();
}

}  // namespace recveil::cli
