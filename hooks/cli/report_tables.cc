#include "report_tables.h"

#include <fmt/core.h>

#include <utility>
#include <vector>

#include "report_charts.h"
#include "report_text.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr const char *kFindingWords[] = {"tells members", "no leak found", "inconclusive"};
constexpr const char *kFindingStyles[] = {"leak", "clear", "unsettled"};

std::string utility_cell(const Json &share) {
  if (share.is_null()) return "<td>not measured</td>";
  return fmt::format("<td>{}{}</td>", decimal(share), share_bar(share));
}

// A cell of the wide table: it names its column for the layout in which there are no columns.
std::string cell(const std::string &column, const std::string &markup) {
  return fmt::format("<td role=\"cell\" data-column=\"{}\">{}</td>", column, markup);
}

std::string estimate_cell(const std::string &column, const Json &estimate,
                          const std::string &remark = "") {
  return cell(column, fmt::format("{}<small>{}</small>{}", decimal(estimate.at("value")),
                                  range_text(estimate), remark));
}

// The AUC between people of like activity, where it can differ.
std::string like_activity(const Json &report, const Json &attacker) {
  const Json stratified = attacker.value("stratified_auc", Json());
  if (stratified.is_null() || report.value("activity", "") == "balanced") return "";
  return fmt::format("<small>at like activity {}</small>", decimal(stratified.at("value")));
}

std::string rate_column(const Json &at) {
  return fmt::format("TPR at {:g}&nbsp;% FPR", 100 * at.at("fpr").get<double>());
}

std::string item(const std::string &name, const std::string &value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value));
}

std::string times(const Json &ns) {
  if (ns.at("p50").is_null()) return "not used";
  return fmt::format("median {:.2f} us, 99th percentile {:.2f} us, {} lists",
                     1e-3 * ns.at("p50").get<double>(), 1e-3 * ns.at("p99").get<double>(),
                     grouped(ns.at("slates").get<std::uint64_t>()));
}

}  // namespace

std::string utility_table(const Json &report) {
  std::string out = "<div>\n<h3>How good the lists are</h3>\n";
  const Json utility = report.value("utility", Json());
  if (utility.is_null()) {
    return out +
           "<p class=\"quiet\">Not measured: the lists alone do not tell what people took "
           "next.</p>\n</div>\n";
  }
  out +=
      "<table>\n<caption>Whether the item a person took next was in the first ten (HR@10), and how "
      "high (NDCG@10). Higher is better; a defence that ruins the lists is no defence.</caption>\n"
      "<thead><tr><th scope=\"col\">measure</th><th scope=\"col\">members</th>"
      "<th scope=\"col\">non-members</th></tr></thead>\n<tbody>\n";
  for (const auto &[name, label] : {std::pair{"hr10", "HR@10, all unseen items"},
                                    {"ndcg10", "NDCG@10, all unseen items"},
                                    {"hr10_99", "HR@10, among 99 others"},
                                    {"ndcg10_99", "NDCG@10, among 99 others"}}) {
    const Json pair = utility.value(name, Json());
    if (pair.is_null()) continue;
    out += fmt::format("<tr><th scope=\"row\">{}</th>{}{}</tr>\n", label,
                       utility_cell(pair.at("members")), utility_cell(pair.at("non_members")));
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

std::string controls_table(const Json &report) {
  std::string out =
      "<table>\n<caption>Two systems whose answer is known. If a control fails, the audit proves "
      "nothing.</caption>\n<thead><tr><th scope=\"col\">control</th><th scope=\"col\">AUC</th>"
      "<th scope=\"col\">result</th></tr></thead>\n<tbody>\n";
  for (const auto &[name, label] :
       {std::pair{"positive", "positive: an undefended system, which must leak"},
        {"negative", "negative: members with random labels, who must not be told apart"}}) {
    const Json &control = report.at("controls").at(name);
    const bool passed = control.at("passed");
    out += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td><span class=\"word {}\">{}</span></td></tr>\n",
        label, decimal(control.at("auc")), passed ? "clear" : "leak", passed ? "passed" : "FAILED");
  }
  return out + "</tbody>\n</table>\n";
}

std::string groups_table(const Json &report) {
  const Json groups = report.value("groups", Json::object());
  if (groups.empty()) return "";
  std::string out =
      "<table>\n<caption>Means of each group, and the AUC of that number alone with its 99&nbsp;% "
      "interval. Far from 0.5 means that the groups were collected or served differently, which "
      "the "
      "attackers may read instead of the model.</caption>\n<thead><tr><th scope=\"col\">per "
      "person</th><th scope=\"col\">members</th><th scope=\"col\">non-members</th>"
      "<th scope=\"col\">AUC</th></tr></thead>\n<tbody>\n";
  for (const auto &[name, group] : groups.items()) {
    out += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{:.1f}</td><td>{:.1f}</td><td>{}<small>{}</small></td>"
        "</tr>\n",
        escape(words(name)), group.at("members").get<double>(),
        group.at("non_members").get<double>(), decimal(group.at("auc").at("value")),
        range_text(group.at("auc")));
  }
  return out + "</tbody>\n</table>\n";
}

std::string canaries_table(const Json &report) {
  const Json canaries = report.value("canaries", Json());
  if (canaries.is_null()) return "";
  std::string out = fmt::format(
      "<table>\n<caption>{} members and as many non-members were each given two items that nobody "
      "else has. One is in the history that is served; the number says to how many the other one "
      "was recommended. Above 0 for members, the model gives single people away.</caption>\n"
      "<thead><tr><th scope=\"col\">recommended</th><th scope=\"col\">members</th>"
      "<th scope=\"col\">non-members</th></tr></thead>\n<tbody>\n",
      canaries.at("n").dump());
  for (const auto &[name, label] : kCanaryRows) {
    const Json &shown = canaries.at(name);
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", label,
                       shown.at("members").dump(), shown.at("non_members").dump());
  }
  return out + "</tbody>\n</table>\n";
}

std::string attackers_table(const Json &report) {
  const Json &attackers = report.at("attackers");
  // Roles, because the narrow layout takes them from the elements.
  std::string out =
      "<table class=\"wide\" role=\"table\">\n<caption>Each with its own 95&nbsp;% interval. TPR: "
      "the "
      "share of members found; FPR: the share of non-members taken for members.</caption>\n"
      "<thead role=\"rowgroup\"><tr role=\"row\">";
  std::vector<std::string> columns{"attacker", "sees", "AUC", "balanced accuracy"};
  for (const Json &at : attackers.at(0).at("tpr")) columns.push_back(rate_column(at));
  columns.push_back("result");
  for (const std::string &column : columns) {
    out += fmt::format("<th role=\"columnheader\" scope=\"col\">{}</th>", column);
  }
  out += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  for (const Json &attacker : attackers) {
    out += fmt::format("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{}</th>",
                       escape(words(attacker.at("attacker"))));
    out += cell("sees", attacker.at("blind").get<bool>() ? "the list alone"
                        : opens_accounts(attacker.at("attacker"))
                            ? "history and lists of other accounts"
                            : "history and list");
    out += estimate_cell("AUC", attacker.at("auc"), like_activity(report, attacker));
    out += estimate_cell("balanced accuracy", attacker.at("balanced_accuracy"));
    for (const Json &at : attacker.at("tpr")) {
      out += estimate_cell(rate_column(at), at,
                           at.at("status") == "ok" ? "" : "<small>too few people</small>");
    }
    const auto found = static_cast<std::size_t>(finding(report, attacker));
    out += cell("result", fmt::format("<span class=\"word {}\">{}</span>", kFindingStyles[found],
                                      kFindingWords[found]));
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

std::string run_list(const Json &report, const std::string &version) {
  std::string out = "<dl>\n";
  for (const char *name :
       {"audit", "data", "recommender", "defense", "adversary", "activity", "shadow"}) {
    if (report.contains(name)) out += item(name, report.at(name));
  }
  for (const char *name : {"seeds", "first_seed", "margin", "list_length", "ratio"}) {
    if (!report.contains(name)) continue;
    out += item(words(name), report.at(name).dump());
  }
  if (report.at("defense") == "cross_fit") {
    for (const char *name : {"folds", "support_floor"}) {
      if (report.contains(name)) out += item(words(name), report.at(name).dump());
    }
  }
  for (const auto &[name, count] : report.at("n").items()) {
    out += item(words(name), count.is_number_unsigned() ? grouped(count) : count.dump());
  }
  const Json slates = report.value("slate_ns", Json());
  if (!slates.is_null()) {
    out += item("time per list, model", times(slates.at("host")));
    out += item("time per list, pool", times(slates.at("pool")));
  }
  out += item("took", fmt::format("{:.1f} s, {} MiB of memory", report.at("seconds").get<double>(),
                                  report.at("peak_rss_bytes").get<std::uint64_t>() >> 20));
  return out + item("Recveil", version) + "</dl>\n";
}

}  // namespace recveil::cli
