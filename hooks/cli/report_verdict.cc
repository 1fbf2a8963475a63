#include "report_verdict.h"

#include <fmt/core.h>

#include <algorithm>

#include "report_text.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// The worst attacker's AUC as how many of a hundred pairs it gets right.
std::string numbers(const Json &report) {
  const Json &auc = report.at("auc");
  const double value = auc.at("value");
  const std::size_t attackers = report.at("attackers").size();
  std::string text = fmt::format(
      "The attacker that came furthest, {}, tells a member from a non-member in {} of all pairs; "
      "guessing gets 50\u00A0%. (AUC {}, 95\u00A0% interval {}{}; {} counts as no leak.)",
      words(report.at("worst_attacker")), percent(std::max(value, 1 - value)), decimal(value),
      range_text(auc), attackers > 1 ? fmt::format(", corrected for {} attackers", attackers) : "",
      decimal(0.5 - margin_of(report)) + " to " + decimal(0.5 + margin_of(report)));
  if (value < 0.5) text += " An AUC below 0.5 leaks as much as one above: turn the scores round.";
  return text;
}

// What is left between people of like activity; empty where that was not judged.
std::string equal_activity(const Json &report) {
  const Json equal = report.value("at_equal_activity", Json());
  if (equal.is_null() || report.value("activity", "") == "balanced") return "";
  std::string text = fmt::format("Between people who are about equally active: AUC {}, {}. ",
                                 decimal(equal.at("auc").at("value")), range_text(equal.at("auc")));
  if (equal.at("verdict") == "leak") return text + "So it is not their activity alone that tells.";
  if (equal.at("verdict") == "no_leak_found" && report.at("verdict") == "leak") {
    text +=
        "So what tells the groups apart is how active they are, and their lists add nothing that "
        "was found. A recommender cannot hide that; an outsider who knows how active a person is "
        "still learns it.";
  }
  return text;
}

VerdictWords leak(const Json &report) {
  VerdictWords out{
      "Leak found",
      {opens_accounts(report.at("worst_attacker"))
           ? "An outsider who knows what a person did, types it into accounts of their own and "
             "sees "
             "what those are recommended can tell whether that person\u2019s data trained the "
             "model."
           : "An outsider who sees what a person is recommended, and knows what that person did, "
             "can tell whether that person\u2019s data trained the model.",
       numbers(report)},
      "It does not say that anybody has done this, and it is not a number of people exposed. It "
      "says that these attackers could, on this data. Other attackers may do better."};
  const double lo = report.at("auc").at("lo"), hi = report.at("auc").at("hi");
  if (lo <= 0.5 + margin_of(report) && hi >= 0.5 - margin_of(report)) {
    out.says.push_back(
        "Over everybody the attackers are hardly surer than guessing; what leaks is that some "
        "members stand out. See the share of members found where few non-members are taken for "
        "members.");
  }
  return out;
}

VerdictWords no_leak_found(const Json &report) {
  const std::size_t attackers = report.at("attackers").size();
  return {
      "No leak found",
      {attackers > 1
           ? fmt::format("None of the {} attackers tried here could tell whose data trained the "
                         "model noticeably better than by guessing.",
                         attackers)
           : "The attacker tried here could not tell whose data trained the model noticeably "
             "better than by guessing.",
       numbers(report),
       "The attackers do work: shown a system that must leak, they read it. See the controls."},
      "It is not a proof that nothing leaks. It speaks of these attackers, on this data, with "
      "this many people. A stronger attacker, more people or another way in may find what these "
      "did not."};
}

VerdictWords inconclusive(const Json &report) {
  VerdictWords out{"Inconclusive",
                   {},
                   "It is not an all-clear, and it is not a finding of a leak either. Treat the "
                   "question as open."};
  const Json &controls = report.at("controls");
  const bool negative = controls.at("negative").at("passed");
  const bool positive = controls.at("positive").at("passed");
  if (!negative) {
    out.says.push_back(
        "The measurement itself is off: the attackers found members whose labels were drawn at "
        "random. Trust no number on this page until that is explained.");
  }
  if (!positive) {
    out.says.push_back(
        "The attackers could not read a system that is known to leak, so that they find nothing "
        "here means nothing.");
  }
  if (negative && positive) {
    out.says.push_back(
        "There were too few people to tell: the numbers fit a leak as well as none.");
  }
  const Json more = report.value("more_users_needed", Json());
  if (!more.is_null()) {
    out.says.push_back(
        fmt::format("About {} members and as many non-members would settle it, if the numbers "
                    "stay as they are.",
                    grouped(more.get<std::uint64_t>())));
  }
  out.says.push_back(numbers(report));
  return out;
}

}  // namespace

VerdictWords verdict_words_of(const Json &report) {
  const std::string verdict = report.at("verdict");
  VerdictWords out = verdict == "leak"            ? leak(report)
                     : verdict == "no_leak_found" ? no_leak_found(report)
                                                  : inconclusive(report);
  if (const std::string text = equal_activity(report); !text.empty()) out.says.push_back(text);
  return out;
}

std::vector<std::string> blind_spots(const Json &report) {
  std::vector<std::string> spots{
      "Attackers that were not run. The ones here are published or simple; a better one may exist.",
      "Everything but the lists: response times, error messages, scores or embeddings that are "
      "handed out, logs, backups, the model file.",
      "Many lists of one person. Each person was seen once; somebody who asks again and again, or "
      "compares today\u2019s lists with last month\u2019s, sees more.",
      "Other questions: what a person did, who they are, or whether fake accounts steer the model. "
      "This audit asks only whose data trained it."};
  spots.push_back(
      report.at("adversary") == "sybil"
          ? "Accounts that ask otherwise. These left a fifth of a known history out and looked for "
            "it; somebody with many accounts can compare more lists, and more cleverly."
          : "Other accounts. Somebody who opens accounts and types in what a person did sees lists "
            "that this audit did not: no defence here hides membership from that. Where the "
            "defence is fold_in or cross_fit, the adversary sybil measures it.");
  if (report.at("audit") == "lists") {
    for (const std::string &text : report.value("not_visible", std::vector<std::string>())) {
      spots.push_back("The files do not show " + text + ".");
    }
  } else {
    spots.push_back(
        "Your own system. This one was built from the data for the audit; \u201Crecveil audit "
        "lists\u201D reads the lists that yours serves.");
    spots.push_back("People with fewer than 20 interactions, who were left out.");
  }
  return spots;
}

}  // namespace recveil::cli
