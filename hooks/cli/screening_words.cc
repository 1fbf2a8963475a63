#include "screening_words.h"

#include <fmt/core.h>

#include "report_text.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::vector<std::string> subjects(const Json &names) {
  std::vector<std::string> out;
  for (const Json &name : names) out.push_back(subject_words(name));
  return out;
}

// The attack that got through most often, and the people who were quarantined.
std::string numbers(const Json &report) {
  std::string out;
  for (const Json &row : report.at("by_attack")) {
    if (row.at("attack") != report.at("worst_attack") || row.at("targets") == "spread") continue;
    out = fmt::format("Least often caught of what is judged: {}, {} of {} campaigns ({} to {}). ",
                      attack_words(row), row.at("campaigns_caught").dump(),
                      row.at("campaigns").dump(), percent(row.at("caught").at("lo")),
                      percent(row.at("caught").at("hi")));
    break;
  }
  for (const char *order : {"random", "chronological"}) {
    const Json &rate = report.at("clean_fpr").at(order);
    if (rate.is_null()) continue;
    out += fmt::format(
        "Of genuine accounts in {} batches without a fake {} are quarantined ({} to "
        "{}). ",
        order, percent(rate.at("value")), percent(rate.at("lo")), percent(rate.at("hi")));
  }
  return out;
}

}  // namespace

std::string joined(const std::vector<std::string> &names) {
  std::string out;
  for (const std::string &name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string subject_words(const std::string &name) {
  if (name == "clean_random") return "genuine accounts in random batches";
  if (name == "clean_chronological") return "genuine accounts in batches as they arrived";
  if (name == "flash_crowd" || name == "flash_crowd_in_batch") return scene_words(name);
  if (name == "people") return "genuine accounts, which were not measured";
  return "the attack " + words(name);
}

std::string attack_words(const Json &row) {
  return words(row.at("attack")) + (row.at("targets") == "spread" ? ", targets spread" : "");
}

std::string scene_words(const std::string &scene) {
  if (scene == "flash_crowd") return "a crowd of people on one new item";
  if (scene == "flash_crowd_in_batch") return "such a crowd among everybody else";
  if (scene == "trend_at_maximum") return "people who all give a new item the highest rating";
  if (scene == "drip") return "a campaign that comes over ten batches";
  if (scene == "window_other_campaign") return "a campaign, with another one in the window";
  if (scene == "window_same_campaign") return "a campaign, with part of it in the window";
  return words(scene);
}

std::vector<std::string> gets_through(const Json &report) {
  std::vector<std::string> out;
  for (const Json &row : report.at("by_attack")) {
    if (row.at("claimed").get<bool>() || row.at("caught").at("value").get<double>() >= 0.95) {
      continue;
    }
    out.push_back(fmt::format("{} ({} of {})", attack_words(row), row.at("campaigns_caught").dump(),
                              row.at("campaigns").dump()));
  }
  return out;
}

VerdictWords screening_verdict(const Json &report) {
  const std::string verdict = report.at("verdict");
  const std::vector<std::string> failed = subjects(report.at("failed")),
                                 open = subjects(report.at("unsettled"));
  VerdictWords out;
  if (verdict == "leak") {
    out.title = "Screening does not hold";
    out.says.push_back(
        "Fewer campaigns are caught than is claimed, or more people are quarantined: " +
        joined(failed) + ".");
    out.not_says =
        "It does not say that anybody has attacked. It says that these campaigns could, on this "
        "data, or that people would pay for the screening.";
  } else if (verdict == "no_leak_found") {
    out.title = "Screening holds";
    out.says.push_back(
        "Of every attack that is claimed to be caught at least 95 % of the campaigns were caught, "
        "and of genuine accounts at most 1 % were quarantined.");
    out.not_says =
        "It is not a promise about other attacks, other data or fewer fakes. What is only reported "
        "below is not claimed to be caught.";
  } else {
    out.title = "Inconclusive";
    if (!report.at("controls").at("negative").at("passed").get<bool>()) {
      out.says.push_back(
          "The measurement itself is off: genuine accounts that were called fakes at random were "
          "told from the others. Trust no number here until that is explained.");
    }
    if (!open.empty()) {
      out.says.push_back("There were too few campaigns or people to tell about: " + joined(open) +
                         ". More splits (--seeds, --repeats) settle it.");
    }
    out.not_says = "It is not an all-clear, and it is not a finding that screening fails either.";
  }
  out.says.push_back(numbers(report));
  if (const auto through = gets_through(report); !through.empty()) {
    out.says.push_back("Not claimed to be caught, and caught too rarely: " + joined(through) + ".");
  }
  return out;
}

std::vector<std::string> screening_blind_spots() {
  return {
      "Attacks that were not run. An attacker who has this detector can look for one that it does "
      "not see.",
      "Campaigns of fewer fakes than the rate that was run.",
      "Fakes that are in the trusted window already; two scenes show what that does.",
      "Real spammers. The campaigns here are made by published recipes; only data with marked "
      "fakes "
      "in them show others.",
      "Signals that a host has and a dataset has not: addresses, devices, payment, age of an "
      "account."};
}

}  // namespace recveil::cli
