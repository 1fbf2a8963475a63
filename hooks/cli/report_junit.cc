#include "report_junit.h"

#include <fmt/core.h>

#include <vector>

#include "attribute_junit.h"
#include "report_text.h"
#include "screening_junit.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

JunitCase verdict_case(const Json &report) {
  const std::string verdict = report.at("verdict");
  std::string numbers = fmt::format(
      "{}: worst attacker {}, AUC {} ({} after correction), margin {}", verdict,
      report.at("worst_attacker").get<std::string>(), decimal(report.at("auc").at("value")),
      range_text(report.at("auc")), decimal(margin_of(report)));
  const Json more = report.value("more_users_needed", Json());
  if (!more.is_null()) {
    numbers += fmt::format("; about {} users of each kind would settle it", more.dump());
  }
  const char *outcome = verdict == "leak" ? "failure" : verdict == "no_leak_found" ? "" : "error";
  return {"verdict", outcome, verdict, numbers};
}

JunitCase control_case(const Json &report, const std::string &name, const char *must) {
  const Json &control = report.at("controls").at(name);
  return {name + " control", control.at("passed").get<bool>() ? "" : "failure", "control_failed",
          fmt::format("AUC {}; {}", decimal(control.at("auc")), must)};
}

JunitCase attacker_case(const Json &report, const Json &attacker) {
  std::string numbers = fmt::format("AUC {} ({})", decimal(attacker.at("auc").at("value")),
                                    range_text(attacker.at("auc")));
  for (const Json &at : attacker.at("tpr")) {
    numbers +=
        fmt::format("; TPR {} ({}) at FPR {:g}{}", decimal(at.at("value")), range_text(at),
                    at.at("fpr").get<double>(), at.at("status") == "ok" ? "" : ", too few users");
  }
  const Finding found = finding(report, attacker);
  return {"attacker " + attacker.at("attacker").get<std::string>(),
          found == Finding::leaks       ? "failure"
          : found == Finding::unsettled ? "error"
                                        : "",
          found == Finding::leaks ? "leak" : "inconclusive", numbers};
}

std::vector<JunitCase> attacker_cases(const Json &report) {
  std::vector<JunitCase> cases{
      verdict_case(report), control_case(report, "positive", "the undefended system must be read"),
      control_case(report, "negative", "random labels must not be read")};
  for (const Json &attacker : report.at("attackers")) {
    cases.push_back(attacker_case(report, attacker));
  }
  return cases;
}

std::string property(const char *name, const std::string &value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, escape(value));
}

}  // namespace

std::string report_junit(const Json &report, const std::string &version) {
  const std::string audit = report.at("audit");
  const std::vector<JunitCase> cases = audit == "screening"   ? screening_cases(report)
                                       : audit == "attribute" ? attribute_cases(report)
                                                              : attacker_cases(report);
  int failures = 0, errors = 0;
  std::string body;
  const std::string suite = "recveil." + report.at("audit").get<std::string>();
  for (const JunitCase &c : cases) {
    failures += c.outcome == "failure" ? 1 : 0;
    errors += c.outcome == "error" ? 1 : 0;
    const std::string head =
        fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", suite, escape(c.name));
    body += c.outcome.empty()
                ? fmt::format("{}>\n      <system-out>{}</system-out>\n    </testcase>\n", head,
                              escape(c.numbers))
                : fmt::format(
                      "{0}>\n      <{1} type=\"{2}\" message=\"{3}\">{3}</{1}>\n"
                      "    </testcase>\n",
                      head, c.outcome, c.type, escape(c.numbers));
  }
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" "
      "time=\"{:.3f}\">\n    <properties>\n",
      suite, cases.size(), failures, errors, report.at("seconds").get<double>());
  out += property("version", version);
  for (const char *name : {"data", "recommender", "defense", "adversary"}) {
    out += property(name, report.at(name));
  }
  out += property("seeds", report.at("seeds").dump());
  return out + "    </properties>\n" + body + "  </testsuite>\n</testsuites>\n";
}

}  // namespace recveil::cli
