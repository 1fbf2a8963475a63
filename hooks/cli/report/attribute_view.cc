// The audit of an attribute: what can be read of gender or age, before and after an erasure.
#include <fmt/format.h>

#include "report/report.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string worst_text(const Json &judged) {
  return fmt::format("{} by {} ({}): AUC {}", judged.at("worst_attribute").get<std::string>(),
                     words(judged.at("worst_attacker")), words(judged.at("worst_protocol")),
                     interval_text(judged.at("auc")));
}

void tell_verdict(const Json &report, ReportView &view) {
  const std::string band = fmt::format("0.5 +- {:.3f}", margin_of(report));
  std::string second = "Every attack is shown to be within " + band + ", on both sides.";
  view.title = "No leak found by these attackers, at this size";
  if (view.verdict == Tone::leak) {
    view.title = "Leak: an outsider reads the attribute";
    second = report.at("beyond").dump() + " attacks read it surely beyond " + band +
             ". An AUC below 0.5 tells as much as one above.";
  } else if (view.verdict == Tone::unsettled) {
    view.title = "Inconclusive: this is not an all-clear";
    second = report.at("open").dump() + " attacks are neither surely beyond " + band +
             " nor shown to be within it, or a class is too small to certify, or a control failed.";
  }
  view.says = {"The worst attack reads " + worst_text(report) + ".", second};
}

// is_claimed: an erasure without decoys does not claim lists, so that they are no test.
Row line_row(const Json &line, bool is_claimed) {
  const Tone found = tone_of(line.at("finding"));
  const char *clear = line.at("nothing_to_erase").get<bool>() ? "nothing to erase" : "clear";
  const std::string name = line.at("attribute").get<std::string>() + ", " +
                           line.at("attacker").get<std::string>() + ", " +
                           line.at("protocol").get<std::string>();
  return {{name, tone_cell(found, clear, "leaks", "unsettled"), decimal(line.at("auc_before")),
           estimate_cell(line.at("auc")), estimate_cell(line.at("balanced_accuracy"))},
          is_claimed ? name : "",
          found};
}

void add_attackers(const Json &report, const char *source, const char *title, ReportView &view) {
  Table table(source, title,
              "Half of all pairs in order, an AUC of 0.5, is guessing; below it leaks as well. "
              "Intervals are each attacker's own, the verdict is corrected for their number.",
              {"attack", "finding", "AUC before", "AUC", "balanced accuracy"});
  const bool is_claimed =
      std::string(source) == "embedding" || report.at("lists").at("covered").get<bool>();
  for (const Json &line : report.at("attackers")) {
    if (line.at("source") == source) table.rows.push_back(line_row(line, is_claimed));
  }
  view.add(std::move(table));
}

void add_utility(const Json &utility, ReportView &view) {
  if (utility.is_null()) return;
  Table table("utility", "How good the lists are",
              "Of those who asked, on one item a person that was held out.",
              {"measure", "before", "after", "change"});
  for (const auto &[name, label] : kUtilities) {
    const Json &row = utility.at(name), &by = row.at("change");
    const auto change = [&by](const char *key) {
      return fmt::format("{:+.1f} %", 100 * by.at(key).get<double>());
    };
    table.add({label,
               decimal(row.at("before")),
               decimal(row.at("after")),
               {change("value"), change("lo") + " to " + change("hi")}});
  }
  view.add(std::move(table));
}

std::string small_classes(const Json &attribute) {
  std::vector<std::string> small;
  for (const Json &row : attribute.at("classes")) {
    if (row.at("certifiable").get<bool>()) continue;
    small.push_back(
        fmt::format("{} ({})", row.at("class").get<std::string>(), row.at("people").dump()));
  }
  if (small.empty()) return "";
  return fmt::format("{}: classes too small to certify, of fewer than 8 people a dimension: {}. {}",
                     attribute.at("attribute").get<std::string>(), fmt::join(small, ", "),
                     attribute.at("certifiable").get<bool>()
                         ? "They are left out of the AUC."
                         : "So nothing about it can be certified.");
}

// What an outsider who knows a person reads with and without the erased row or list.
void add_gains(const Json &report, ReportView &view) {
  Table table("gains", "From what an outsider knows besides",
              "The worst attacker. With a history or an older row, what counts is what the erased "
              "part adds.",
              {"source", "AUC with the raw part", "AUC with the erased part", "added"});
  for (const Json &found : report.at("gains")) {
    const std::string name = found.at("attribute").get<std::string>() + ", " +
                             found.at("source").get<std::string>() + ", " +
                             found.at("after").at("attacker").get<std::string>();
    table.add({name, estimate_cell(found.at("before").at("auc")),
               estimate_cell(found.at("after").at("auc")), interval_text(found.at("gain"))});
  }
  view.add(std::move(table));
}

// The worst AUC by the length of people's histories, where short ones are among them.
void add_histories(const Json &report, ReportView &view) {
  Table table(
      "histories", "By the length of the history",
      "The AUC farthest from 0.5 of any attacker on embeddings: rows of short histories are "
      "shared, and may tell more than the rest.",
      {"attribute, items", "people", "AUC before", "AUC"});
  for (const Json &attribute : report.at("attributes")) {
    const Json &lengths = attribute.at("histories");
    if (lengths.is_null() ||
        (lengths.at("1-2").at("people") == 0 && lengths.at("3-5").at("people") == 0)) {
      continue;
    }
    for (const char *length : {"1-2", "3-5", "6-19", "20+"}) {
      const Json &at = lengths.at(length);
      table.add({attribute.at("attribute").get<std::string>() + ", " + length,
                 at.at("people").dump(), decimal(at.at("worst_auc_before")),
                 decimal(at.at("worst_auc"))});
    }
  }
  view.add(std::move(table));
}

// Of maps with cells: who is in one, and what that tells.
void add_cells(const Json &report, ReportView &view) {
  Table table("cells", "People who share a row",
              "They get a row that others share, so that it stays visible that they share one. The "
              "AUC is of that bit alone.",
              {"split, attribute", "people", "cells", "get another's", "AUC before", "AUC"});
  std::size_t split = 0;
  for (const Json &erasure : report.value("erasures", Json::array())) {
    ++split;
    if (!erasure.contains("cells")) continue;
    const Json &cells = erasure.at("cells");
    for (const Json &of : cells.at("in_a_cell")) {
      table.add({fmt::format("{}, {}", split, of.at("attribute").get<std::string>()),
                 cells.at("people").dump(), cells.at("cells").dump(),
                 fmt::format("{:.1f} % of all", 100 * cells.at("moved").get<double>()),
                 decimal(of.at("auc_before")), decimal(of.at("auc"))});
    }
  }
  view.add(std::move(table));
}

void add_notes(const Json &report, ReportView &view) {
  const Json &lists = report.at("lists");
  const std::string covered = lists.at("covered").get<bool>()
                                  ? "In lists, decoys hide the gaps"
                                  : "The erasure does not claim lists: not covered";
  view.notes.push_back(
      lists.contains("verdict")
          ? fmt::format("{}. Their verdict is: {}; the worst attack on them reads {}.", covered,
                        words(lists.at("verdict")), worst_text(lists))
          : covered + ", and not attacked.");
  for (const Json &attribute : report.at("attributes")) {
    if (std::string small = small_classes(attribute); !small.empty()) view.notes.push_back(small);
  }
  for (const Json &name : report.at("attackers_absent")) {
    view.notes.push_back(
        fmt::format("{}: not present. Install it (libxgboost0) for one more attacker.",
                    name.get<std::string>()));
  }
  if (const Json &asked = report.at("who_asked"); !asked.is_null()) {
    view.notes.push_back(fmt::format("Those who asked are told from the others with AUC {}, by {}.",
                                     interval_text(asked), words(asked.at("attacker"))));
  }
}

}  // namespace

ReportView attribute_view(const Json &report, const std::string &version) {
  if (report.contains("failure")) {
    ReportView view;
    view.audit = "attribute";
    view.says = {report.at("failure")};
    view.title = report.at("defense").get<std::string>() + ": not run";
    view.not_says = "Nothing was measured.";
    return view;
  }
  ReportView view =
      begin_view(report, version, "Can an outsider read an attribute of people?", "erasure");
  tell_verdict(report, view);
  add_attackers(report, "embedding", "From embeddings", view);
  add_attackers(report, "list", "From lists", view);
  add_gains(report, view);
  add_histories(report, view);
  add_cells(report, view);
  add_utility(report.at("utility"), view);
  view.add(controls_table(report,
                          "the class written into the rows, which the weakest attacker must read",
                          "permuted classes, which the attacker farthest from 0.5 must not read"));
  add_notes(report, view);
  return view;
}

}  // namespace recveil::cli
