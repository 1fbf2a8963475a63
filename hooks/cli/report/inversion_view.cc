// The audit of inversion: whom injected accounts expose.
#include <fmt/format.h>

#include "report/report.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string fakes_words(const Json &row) {
  if (row.at("fakes").is_null()) return "no fakes";
  std::string out = words(row.at("fakes"));
  if (!row.at("mu").is_null()) {
    out += fmt::format(", mu {}, beta {}", row.at("mu").dump(), row.at("beta").dump());
  }
  return out;
}

Cell share_cell(const Json &share) {
  return share.is_null() ? Cell("-") : percent_cell(share);
}

Row row_of(const Json &row) {
  const Tone tone = tone_of(row.at("finding"));
  const std::string rate = fmt::format("{:.4g} %", 100 * row.at("alpha").get<double>());
  const std::string threshold = row.at("threshold").dump();
  return {{fakes_words(row), tone_cell(tone, "no leak found", "leak"), rate, threshold,
           share_text(row.at("hits"), row.at("flagged")), share_cell(row.at("precision")),
           share_cell(row.at("recall")), share_cell(row.at("detection_rate")),
           share_cell(row.at("people_held_up"))},
          row.at("fakes").is_null()
              ? ""
              : fmt::format("fakes {}, rate {}, threshold {}", fakes_words(row), rate, threshold),
          tone};
}

std::string worst_words(const Json &report) {
  const Json &worst = report.at("worst");
  return fmt::format(
      "Worst: {} fakes of {:.4g} % of the people, flagged at {} decoys: {} who were flagged have "
      "the item, and that finds {} of those who have it. Chance is a precision of {}.",
      fakes_words(worst), 100 * worst.at("alpha").get<double>(), worst.at("threshold").dump(),
      share_text(worst.at("hits"), worst.at("flagged")), percent(worst.at("recall").at("value")),
      percent(report.at("baseline_precision")));
}

const char *title_of(Tone verdict) {
  return verdict == Tone::leak    ? "Fakes expose people"
         : verdict == Tone::clear ? "No leak found"
                                  : "Inconclusive";
}

}  // namespace

ReportView injections_view(const Json &report, const std::string &version) {
  ReportView view = begin_view(report, version, "Did your test injection expose who has the item?",
                               "as it served before and after the injection");
  view.title = title_of(view.verdict);
  view.audited =
      "Recveil audit of the lists that a recommender served before and after test injections";
  for (const std::string reason : report.at("reasons")) view.says.push_back(reason);
  const Json &worst = report.at("worst");
  view.says.push_back(fmt::format(
      "Worst: of those who are shown {} decoys or more, {} have the item, and that finds {} of "
      "those "
      "who have it. Chance is a precision of {}.",
      worst.at("threshold").dump(), share_text(worst.at("hits"), worst.at("flagged")),
      percent(worst.at("recall").at("value")), percent(report.at("baseline_precision"))));
  Table table("results", "After the injections",
              "People who are shown so many of the decoys are flagged. Precision is the share of "
              "those flagged who have the item, recall the share of those with the item who are "
              "flagged.",
              {"decoys", "finding", "have it, of those flagged", "precision", "recall",
               "before the injections"});
  for (const Json &row : report.at("results")) {
    const Tone tone = tone_of(row.at("finding"));
    table.add(
        {row.at("threshold").dump(), tone_cell(tone, "no leak found", "leak"),
         share_text(row.at("hits"), row.at("flagged")), share_cell(row.at("precision")),
         share_cell(row.at("recall")), share_text(row.at("hits_before"), row.at("flagged_before"))},
        "threshold " + row.at("threshold").dump(), tone);
  }
  view.add(table);
  view.add(checks_table(report.at("checks")));
  view.add(controls_table(report, "a tenth of those with the item are shown all decoys, in memory",
                          "the lists before, where nobody may stand out"));
  return view;
}

ReportView inversion_view(const Json &report, const std::string &version) {
  ReportView view =
      begin_view(report, version, "Can fake accounts expose who has a sensitive item?",
                 fmt::format("recommender {}, screening {}, defence",
                             report.at("recommender").get<std::string>(),
                             report.at("screening").get<std::string>())
                     .c_str());
  view.title = title_of(view.verdict);
  for (const std::string reason : report.at("reasons")) view.says.push_back(reason);
  view.says.push_back(worst_words(report));
  Table table("results", "Injections",
              "Fakes tie a sensitive item to decoys; people who are shown so many of the decoys "
              "are flagged. Precision is the share of those flagged who have the item, recall the "
              "share of those with the item who are flagged.",
              {"fakes", "finding", "rate", "decoys", "have it, of those flagged", "precision",
               "recall", "fakes held up", "people held up"});
  for (const char *rows : {"results", "clean"}) {
    for (const Json &row : report.at(rows)) table.rows.push_back(row_of(row));
  }
  view.add(table);
  if (const Json &exposure = report.at("exposure"); !exposure.is_null()) {
    Table items(
        "exposure", "Most exposed items",
        "Computed from the clean model: the fewest fakes that show all decoys to a tenth and "
        "to half of the people with the item (none: a fifth as many as people do not).",
        {"item", "people", "fakes for a tenth", "fakes for half"});
    const auto number = [](const Json &count) { return count.is_null() ? "none" : count.dump(); };
    for (const Json &row : exposure.at("items")) {
      items.add({row.at("item").get<std::string>(), row.at("people").dump(),
                 number(row.at("fakes_tenth")), number(row.at("fakes_half"))});
    }
    view.add(items);
  }
  view.add(controls_table(
      report, "item-based filtering and the same recommender without a defence: one must leak",
      "the audited system without fakes, where nobody may stand out"));
  return view;
}

}  // namespace recveil::cli
