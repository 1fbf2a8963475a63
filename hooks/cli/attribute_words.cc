#include "attribute_words.h"

#include <fmt/core.h>

#include "report_text.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string worst_text(const Json &judged) {
  return fmt::format("{} by {} ({}): AUC {}, {}", judged.at("worst_attribute").get<std::string>(),
                     judged.at("worst_attacker").get<std::string>(),
                     judged.at("worst_protocol").get<std::string>(),
                     decimal(judged.at("auc").at("value")), range_text(judged.at("auc")));
}

}  // namespace

VerdictWords attribute_verdict(const Json &report) {
  const std::string verdict = report.at("verdict");
  VerdictWords out;
  out.not_says =
      "This is about an attribute in embeddings, and in lists where they were attacked. It does "
      "not "
      "say that the person was erased, nor that nobody could ever read it.";
  out.says.push_back("Read worst: " + worst_text(report) + ".");
  if (verdict == "leak") {
    out.title = "LEAK: an outsider reads the attribute";
    out.says.push_back(
        fmt::format("{} attacks read it surely beyond .5 +- {:.2f}. An AUC below .5 tells as much "
                    "as one above.",
                    report.at("beyond").dump(), margin_of(report)));
  } else if (verdict == "no_leak_found") {
    out.title = "NO LEAK FOUND by these attackers, at this size";
    out.says.push_back(fmt::format("Every attack is shown to be within .5 +- {:.2f}, two-sided.",
                                   margin_of(report)));
  } else {
    out.title = "INCONCLUSIVE: this is not an all-clear";
    out.says.push_back(
        fmt::format("{} attacks are neither surely beyond .5 +- {:.2f} nor shown to be within it, "
                    "a class is too "
                    "small to certify, or a control failed.",
                    report.at("open").dump(), margin_of(report)));
  }
  return out;
}

std::string attribute_finding(const Json &report, const Json &line) {
  const Json &auc = line.at("auc");
  const double lo = auc.at("lo"), hi = auc.at("hi"), margin = margin_of(report);
  if (lo > 0.5 + margin || hi < 0.5 - margin) return "leaks";
  if (line.at("nothing_to_erase").get<bool>()) return "nothing to erase";
  return lo > 0.5 - margin && hi < 0.5 + margin ? "clear" : "unsettled";
}

std::string attribute_line_name(const Json &line) {
  return line.at("attribute").get<std::string>() + ", " + line.at("attacker").get<std::string>() +
         ", " + line.at("protocol").get<std::string>();
}

const Json &attribute_line_before(const Json &report, const Json &line) {
  static const Json none;
  for (const Json &before : report.at("attackers_before")) {
    if (before.at("attacker") == line.at("attacker") &&
        before.at("protocol") == line.at("protocol") && before.at("source") == line.at("source") &&
        before.at("attribute") == line.at("attribute")) {
      return before;
    }
  }
  return none;
}

std::vector<std::string> attribute_notes(const Json &report) {
  std::vector<std::string> out;
  const Json &lists = report.at("lists");
  const std::string covered =
      lists.at("covered").get<bool>() ? "lists: decoys hide the gaps" : "lists: not covered";
  out.push_back(lists.contains("verdict")
                    ? fmt::format("{}. {}; worst {}.", covered,
                                  words(lists.at("verdict").get<std::string>()), worst_text(lists))
                    : covered + ", and not attacked.");
  for (const Json &attribute : report.at("attributes")) {
    std::string small;
    for (const Json &row : attribute.at("classes")) {
      if (row.at("certifiable").get<bool>()) continue;
      small += fmt::format("{}{} ({})", small.empty() ? "" : ", ",
                           row.at("class").get<std::string>(), row.at("people").dump());
    }
    if (!small.empty()) {
      out.push_back(fmt::format(
          "{}: classes too small to certify, of fewer than 8 people a dimension: {}{}.",
          attribute.at("attribute").get<std::string>(), small,
          attribute.at("certifiable").get<bool>() ? ". They are left out of the AUC"
                                                  : ". So nothing about it can be certified"));
    }
  }
  for (const Json &name : report.at("attackers_absent")) {
    out.push_back(fmt::format("{}: not present. Install it (libxgboost0) for one more attacker.",
                              name.get<std::string>()));
  }
  if (const Json &asked = report.at("who_asked"); !asked.is_null()) {
    out.push_back(fmt::format("who asked: told from the others with AUC {} ({}), by {}.",
                              decimal(asked.at("value")), range_text(asked),
                              asked.at("attacker").get<std::string>()));
  }
  return out;
}

std::vector<std::string> attribute_blind_spots() {
  return {
      "Attackers other than these. A stronger one may read what these do not.",
      "Rows that are derived anew. Whatever trains or folds in from the history puts the attribute "
      "back; erase after every update.",
      "The history itself, caches, indexes and backups, which this audit does not look at.",
      "Whether the attribute can be guessed from what a person does elsewhere.",
  };
}

}  // namespace recveil::cli
