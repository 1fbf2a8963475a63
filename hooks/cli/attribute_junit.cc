#include "attribute_junit.h"

#include <fmt/core.h>

#include "attribute_words.h"
#include "report_text.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

JunitCase control_case(const Json &report, const std::string &name, const char *must) {
  const Json &control = report.at("controls").at(name);
  return {name + " control", control.at("passed").get<bool>() ? "" : "failure", "control_failed",
          fmt::format("AUC {}; {}", decimal(control.at("auc")), must)};
}

JunitCase verdict_case(const Json &report) {
  const std::string verdict = report.at("verdict");
  const VerdictWords told = attribute_verdict(report);
  std::string text = verdict + ": " + told.title + ".";
  for (const std::string &says : told.says) text += " " + says;
  for (const std::string &note : attribute_notes(report)) text += " " + note;
  return {"verdict",
          verdict == "leak"            ? "failure"
          : verdict == "no_leak_found" ? ""
                                       : "error",
          verdict, text};
}

// A line fails alone only where the verdict, which is corrected for their number, is a leak.
JunitCase line_case(const Json &report, const Json &line) {
  const std::string verdict = report.at("verdict"), found = attribute_finding(report, line);
  const bool leaks = verdict == "leak" && found == "leaks";
  const bool clear = verdict == "no_leak_found" || found == "clear" || found == "nothing to erase";
  return {
      attribute_line_name(line),
      leaks   ? "failure"
      : clear ? ""
              : "error",
      leaks ? "leak" : "inconclusive",
      fmt::format("AUC {} ({}), balanced accuracy {}", decimal(line.at("auc").at("value")),
                  range_text(line.at("auc")), decimal(line.at("balanced_accuracy").at("value")))};
}

}  // namespace

std::vector<JunitCase> attribute_cases(const Json &report) {
  std::vector<JunitCase> out{
      verdict_case(report),
      control_case(report, "positive", "a class written into the rows must be read"),
      control_case(report, "negative", "permuted classes must not be read")};
  const bool lists = report.at("lists").at("covered");
  for (const Json &line : report.at("attackers")) {
    if (lists || line.at("source") == "embedding") out.push_back(line_case(report, line));
  }
  return out;
}

}  // namespace recveil::cli
