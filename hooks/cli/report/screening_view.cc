// The audit of screening: which poisoning campaigns get past it, and what it costs people.
#include <fmt/format.h>

#include <algorithm>

#include "report/report.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string attack_words(const Json &row) {
  return words(row.at("attack")) + (row.at("targets") == "spread" ? ", targets spread" : "");
}

std::string caught_text(const Json &row) {
  return share_text(row.at("campaigns_caught"), row.at("campaigns"));
}

// Names of report.failed and report.unsettled.
std::string subjects(const Json &names) {
  std::vector<std::string> out;
  for (const std::string name : names) out.push_back(words(name));
  return fmt::format("{}", fmt::join(out, ", "));
}

Tone judged(const Json &report, const std::string &subject) {
  const auto has = [&](const Json &names) {
    return std::find(names.begin(), names.end(), subject) != names.end();
  };
  if (has(report.at("failed"))) return Tone::leak;
  return has(report.at("unsettled")) ? Tone::unsettled : Tone::clear;
}

// The attack that got through most often, and the people who were quarantined.
std::string numbers(const Json &report) {
  std::string out;
  for (const Json &row : report.at("by_attack")) {
    if (row.at("attack") != report.at("worst_attack") || row.at("targets") == "spread") continue;
    out = fmt::format("Least often caught of what is judged: {}, {} campaigns ({}). ",
                      attack_words(row), caught_text(row), percent_cell(row.at("caught")).detail);
    break;
  }
  for (const char *order : {"random", "chronological"}) {
    if (report.at("clean_fpr").at(order).is_null()) continue;
    const Cell cell = percent_cell(report.at("clean_fpr").at(order));
    out +=
        fmt::format("In {} batches without a fake, {} of genuine accounts are quarantined ({}). ",
                    order, cell.text, cell.detail);
  }
  return out;
}

void tell_verdict(const Json &report, ReportView &view) {
  if (view.verdict == Tone::leak) {
    view.title = "Screening does not hold";
    view.says = {"Fewer campaigns are caught than is claimed, or more people are quarantined: " +
                 subjects(report.at("failed")) + "."};
  } else if (view.verdict == Tone::clear) {
    view.title = "Screening holds";
    view.says = {
        "Of every attack that is claimed to be caught at least 95 % of the campaigns were caught, "
        "and of genuine accounts at most 1 % were quarantined."};
  } else {
    view.title = "Inconclusive";
    if (!report.at("controls").at("negative").at("passed").get<bool>()) {
      view.says.push_back(
          "The negative control failed: trust no number here until that is explained.");
    }
    if (!report.at("unsettled").empty()) {
      view.says.push_back("There were too few campaigns or people to tell about: " +
                          subjects(report.at("unsettled")) +
                          ". More splits (--seeds, --repeats) settle it.");
    }
  }
  view.says.push_back(numbers(report));
  std::vector<std::string> through;
  for (const Json &row : report.at("by_attack")) {
    if (row.at("claimed").get<bool>() || row.at("caught").at("value") >= 0.95) continue;
    through.push_back(fmt::format("{} ({})", attack_words(row), caught_text(row)));
  }
  if (through.empty()) return;
  view.says.push_back(fmt::format("Not claimed to be caught, and caught too rarely: {}.",
                                  fmt::join(through, ", ")));
}

// Attacks that are only reported are no tests: a gate that fails on them would always fail.
Row attack_row(const Json &report, const Json &row) {
  const std::string attack = row.at("attack"), found = row.at("finding");
  const bool claimed = row.at("claimed");
  const Tone tone = found == "holds"   ? Tone::clear
                    : found == "fails" ? Tone::leak
                                       : Tone::unsettled;
  return {{attack_words(row), claimed ? tone_cell(tone, "holds", "gets through") : Cell("reported"),
           caught_text(row), percent_cell(row.at("caught")), percent(row.at("detection_rate")),
           percent(row.at("deferred_rate")), percent(row.at("attacked_batch_fpr"))},
          claimed ? "attack " + attack : "",
          judged(report, attack)};
}

Table attacks_table(const Json &report) {
  Table table("attacks", "Attacks",
              "A campaign is caught when 95 % of its fakes are quarantined; at least 95 % of the "
              "campaigns of a claimed attack must be. The others are only reported.",
              {"attack", "finding", "caught", "share caught", "fakes quarantined", "fakes deferred",
               "people quarantined with them"});
  for (const bool claimed : {true, false}) {
    for (const Json &row : report.at("by_attack")) {
      if (row.at("claimed") == claimed) table.rows.push_back(attack_row(report, row));
    }
  }
  return table;
}

Table people_table(const Json &report) {
  Table table("people", "People",
              "Batches without a fake. At most 1 % of the accounts may be quarantined.",
              {"batch", "batches", "different people", "quarantined", "deferred"});
  for (const Json &row : report.at("clean")) {
    table.add({fmt::format("{} accounts, {}", row.at("batch").dump(), words(row.at("order"))),
               row.at("batches").dump(), row.at("people").dump(), percent_cell(row.at("fpr")),
               percent_cell(row.at("deferred_rate"))});
  }
  for (const std::string order : {"random", "chronological"}) {
    const Json &rate = report.at("clean_fpr").at(order);
    if (rate.is_null()) continue;
    table.add({"all sizes, " + order, "-", "-", percent_cell(rate), "-"}, "people " + order,
              judged(report, "clean_" + order));
  }
  return table;
}

Table groups_table(const Json &report) {
  Table table(
      "groups", "Whom it wrongs",
      "The same people and those of the crowds below, by where their accounts come from, by "
      "how much they did and by how old their accounts are.",
      {"by", "group", "different people", "quarantined", "deferred"});
  for (const Json &row : report.at("people")) {
    table.add({words(row.at("by")), words(row.at("group")), row.at("people").dump(),
               percent_cell(row.at("fpr")), percent_cell(row.at("deferred_rate"))});
  }
  return table;
}

Table scenes_table(const Json &report) {
  Table table(
      "scenes", "Crowds and drips",
      "Of people who come together as many as of any others may be quarantined; the "
      "campaigns are reported.",
      {"scene", "accounts", "quarantined", "deferred", "others quarantined", "campaigns caught"});
  for (const Json &row : report.at("scenes")) {
    const Json &caught = row.at("campaigns_caught");
    const std::string scene = row.at("scene");
    table.add({words(scene) + ": " + row.at("what").get<std::string>(), row.at("accounts").dump(),
               percent_cell(row.at("quarantined_rate")), percent(row.at("deferred_rate")),
               percent(row.at("others_quarantined_rate")),
               caught.is_null() ? "people, no campaign" : share_text(caught, row.at("runs"))},
              caught.is_null() ? "people " + scene : "", judged(report, scene));
  }
  return table;
}

Table impact_table(const Json &report) {
  static constexpr const char *kStages[] = {"clean", "poisoned", "screened", "weighted"};
  Table table(
      "impact", "What an attack achieves",
      "Of genuine accounts without a target, how many are shown one in their first ten and "
      "hundred items, and NDCG@10 of all: trained without the fakes, with them (what an attack "
      "achieves without screening), with those that were accepted, and with everybody by "
      "weight, where one in a hundred people was suspected by mistake.",
      {"attack"});
  for (const char *what : {"top 10", "top 100", "NDCG@10"}) {
    for (const char *stage : kStages) table.columns.push_back(std::string(what) + ", " + stage);
  }
  for (const Json &row : report.at("impact")) {
    Row &out = table.rows.emplace_back(Row{{words(row.at("attack"))}});
    for (const char *what : {"shown10", "shown100", "ndcg10"}) {
      const auto text = what == std::string("ndcg10") ? decimal : percent;
      for (const char *stage : kStages) {
        const Json &value = row.at(what).at(stage);
        out.cells.push_back(value.is_null() ? "-" : text(value));
      }
    }
  }
  return table;
}

}  // namespace

ReportView screening_view(const Json &report, const std::string &version) {
  ReportView view =
      begin_view(report, version,
                 "Do accounts made to poison the recommender get past its screening?", "screening");
  tell_verdict(report, view);
  view.add(attacks_table(report));
  view.add(people_table(report));
  view.add(groups_table(report));
  view.add(scenes_table(report));
  view.add(impact_table(report));
  if (const Json &marked = report.at("marked"); !marked.is_null()) {
    view.notes.push_back(fmt::format(
        "Fakes that are marked in the data: {} are quarantined, {} deferred; {} of the people in "
        "the same batches are quarantined. The AUC of the scores is {}.",
        percent(marked.at("detection_rate")), percent(marked.at("deferred_rate")),
        percent(marked.at("attacked_batch_fpr")), decimal(marked.at("auc"))));
  }
  view.add(controls_table(
      report, "a blatant campaign, which must be seen by counting",
      "genuine accounts called fakes at random, whom the screen must not tell apart"));
  return view;
}

}  // namespace recveil::cli
