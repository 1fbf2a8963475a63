#include "screening_junit.h"

#include <fmt/core.h>

#include <algorithm>

#include "report_text.h"
#include "screening_words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

bool has(const Json &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A case of what the report names as failed, as unsettled or not at all.
JunitCase judged(const Json &report, const std::string &name, const std::string &subject,
                 const std::string &numbers) {
  const bool failed = has(report.at("failed"), subject);
  const bool open = has(report.at("unsettled"), subject);
  return {name,
          failed ? "failure"
          : open ? "error"
                 : "",
          failed ? "leak" : "inconclusive", numbers};
}

std::string rate_text(const Json &rate) {
  return fmt::format("quarantined {} ({}), at most 0.010", decimal(rate.at("value")),
                     range_text(rate));
}

JunitCase verdict_case(const Json &report) {
  const std::string verdict = report.at("verdict");
  const VerdictWords told = screening_verdict(report);
  std::string text = verdict + ": " + told.title + ".";
  for (const std::string &says : told.says) text += " " + says;
  return {"verdict",
          verdict == "leak"            ? "failure"
          : verdict == "no_leak_found" ? ""
                                       : "error",
          verdict, text};
}

JunitCase control_case(const Json &report, const std::string &name, const char *must) {
  const Json &control = report.at("controls").at(name);
  return {name + " control", control.at("passed").get<bool>() ? "" : "failure", "control_failed",
          fmt::format("AUC {}; {}", decimal(control.at("auc")), must)};
}

}  // namespace

std::vector<JunitCase> screening_cases(const Json &report) {
  std::vector<JunitCase> out{
      verdict_case(report),
      control_case(report, "positive", "a blatant campaign must be seen in the data"),
      control_case(report, "negative", "random labels must not be told apart")};
  for (const Json &row : report.at("by_attack")) {
    if (!row.at("claimed").get<bool>()) continue;
    const std::string attack = row.at("attack");
    out.push_back(
        judged(report, "attack " + attack, attack,
               fmt::format("{} of {} campaigns caught, {} ({}), at least 0.950; genuine accounts "
                           "quarantined beside them {}",
                           row.at("campaigns_caught").dump(), row.at("campaigns").dump(),
                           decimal(row.at("caught").at("value")), range_text(row.at("caught")),
                           decimal(row.at("attacked_batch_fpr")))));
  }
  for (const char *order : {"random", "chronological"}) {
    const Json &rate = report.at("clean_fpr").at(order);
    if (rate.is_null()) continue;
    out.push_back(judged(report, std::string("people ") + order, std::string("clean_") + order,
                         rate_text(rate)));
  }
  for (const Json &scene : report.at("scenes")) {
    const std::string name = scene.at("scene");
    if (name.rfind("flash_crowd", 0) != 0) continue;
    out.push_back(judged(report, "people " + name, name, rate_text(scene.at("quarantined_rate"))));
  }
  return out;
}

}  // namespace recveil::cli
