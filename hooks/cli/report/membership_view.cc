// The audits of membership: of a system that was built for it, and of exported lists.
#include <fmt/format.h>

#include <algorithm>

#include "columns.h"
#include "report/report.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// Does this attacker open accounts of their own, rather than see a person's list?
bool opens_accounts(const std::string &attacker) {
  return attacker.rfind("sybil_", 0) == 0;
}

// The worst attacker's AUC as how many of a hundred pairs it gets right.
std::string numbers(const Json &report) {
  const Json &auc = report.at("auc");
  const double value = auc.at("value"), margin = margin_of(report);
  const std::size_t attackers = report.at("attackers").size();
  std::string text = fmt::format(
      "The attacker that came furthest, {}, tells a member from a non-member in {} of all pairs; "
      "guessing gets 50\u00A0%. (AUC {}, 95\u00A0% interval {}{}; {} to {} counts as no leak.)",
      words(report.at("worst_attacker")), percent(std::max(value, 1 - value)), decimal(value),
      range_text(auc), attackers > 1 ? fmt::format(", corrected for {} attackers", attackers) : "",
      decimal(0.5 - margin), decimal(0.5 + margin));
  if (value < 0.5) text += " An AUC below 0.5 leaks as much as one above.";
  if (const double least = report.value("epsilon_lower_bound", 0.0); least > 0) {
    text += fmt::format(
        " With a smaller epsilon than {:.2g} no attacker could have got so far (delta 1e-6).",
        least);
  }
  const Json ceiling = report.value("ceiling", Json());
  if (ceiling.is_null()) return text;
  return text + fmt::format(
                    " No attacker can have a larger AUC than {} with this defence: mu {}, "
                    "epsilon {:g} at delta {:g}.",
                    decimal(ceiling.at("auc")), decimal(ceiling.at("mu")),
                    ceiling.at("epsilon").get<double>(), ceiling.at("delta").get<double>());
}

// What is left between people who are about equally active.
std::string equal_activity(const Json &report, const Json &equal) {
  std::string text = fmt::format(
      "How active people are has an AUC of {} by itself. Between people who are about equally "
      "active the AUC is {}, by {}. ",
      interval_text(equal.at("activity_auc")), interval_text(equal.at("auc")),
      words(equal.at("worst_attacker")));
  if (equal.at("verdict") == "leak") return text + "So it is not their activity alone that tells.";
  if (equal.at("verdict") != "no_leak_found" || report.at("verdict") != "leak") return text;
  return text +
         "So what tells the groups apart is how active they are, which no recommender hides.";
}

void tell_leak(const Json &report, ReportView &view) {
  view.title = "Leak found";
  view.says = {
      fmt::format("An outsider who knows what a person did and sees what {} can tell whether that "
                  "person\u2019s data trained the model.",
                  opens_accounts(report.at("worst_attacker"))
                      ? "accounts of their own with that history are recommended"
                      : "the person is recommended"),
      numbers(report)};
  const double lo = report.at("auc").at("lo"), hi = report.at("auc").at("hi");
  if (lo > 0.5 + margin_of(report) || hi < 0.5 - margin_of(report)) return;
  view.says.push_back(
      "Over everybody the attackers are hardly surer than guessing; what leaks is that some "
      "members stand out: see the TPR, the share of members found, at a low FPR.");
}

void tell_no_leak(const Json &report, ReportView &view) {
  view.title = "No leak found";
  view.says = {fmt::format("None of the attackers tried here ({}) could tell whose data trained "
                           "the model noticeably better than by guessing.",
                           report.at("attackers").size()),
               numbers(report),
               "The attackers do work: shown a system that must leak, they read it. See the "
               "controls."};
}

void tell_inconclusive(const Json &report, ReportView &view) {
  view.title = "Inconclusive";
  for (std::string reason : report.value("reasons", std::vector<std::string>())) {
    if (reason[0] >= 'a' && reason[0] <= 'z') reason[0] = static_cast<char>(reason[0] - 'a' + 'A');
    view.says.push_back(reason + ".");
  }
  std::vector<std::string> more;
  if (const Json users = report.value("more_users_needed", Json()); !users.is_null()) {
    more.push_back("about " + grouped(users) + " members and as many non-members more");
  }
  if (const Json seeds = report.value("more_seeds_needed", Json()); !seeds.is_null()) {
    more.push_back("about " + seeds.dump() + " more splits (--seeds)");
  }
  if (!more.empty()) {
    view.says.push_back(fmt::format("What would settle it, if the numbers stay as they are: {}.",
                                    fmt::join(more, ", or ")));
  }
  view.says.push_back(numbers(report));
}

Table attackers_table(const Json &report) {
  Table table("attackers", "How well each attacker tells members",
              "AUC: 0.5 is guessing, 1 is certainty, below 0.5 leaks as much as above. TPR: the "
              "share of members found; FPR: the share of non-members taken for members. Each "
              "attacker has its own 95\u00A0% interval.",
              {"attacker", "sees", "result", "AUC", "balanced accuracy"});
  for (const Json &at : report.at("attackers").at(0).at("tpr")) {
    table.columns.push_back(
        fmt::format("TPR at {:g}\u00A0% FPR", 100 * at.at("fpr").get<double>()));
  }
  for (const Json &attacker : report.at("attackers")) {
    const std::string name = attacker.at("attacker");
    const Tone tone = tone_of(attacker.at("finding"));
    Row row{{words(name),
             attacker.at("blind").get<bool>() ? "the list alone"
             : opens_accounts(name)           ? "history and lists of other accounts"
                                              : "history and list",
             tone_cell(tone, "no leak found", "tells members"), estimate_cell(attacker.at("auc")),
             estimate_cell(attacker.at("balanced_accuracy"))},
            "attacker " + name,
            tone};
    const Json alike = attacker.value("stratified_auc", Json());
    if (!alike.is_null() && report.value("activity", "") != "balanced") {
      row.cells[3].detail += "; at like activity " + interval_text(alike);
    }
    for (const Json &at : attacker.at("tpr")) {
      row.cells.push_back(estimate_cell(at));
      if (at.at("status") != "ok") row.cells.back().detail += "; too few people";
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// A row for each label: what `shown` makes of both groups' values under the name.
template <class Labels, class Show>
Table pairs(Table table, const Labels &labels, const Json &rows, Show shown) {
  table.columns.insert(table.columns.end(), {"members", "non-members"});
  for (const auto &[name, label] : labels) {
    const Json &pair = rows.at(name);
    table.add({label, shown(pair.at("members")), shown(pair.at("non_members"))});
  }
  return table;
}

Table utility_table(const Json &report) {
  std::string what =
      "Whether the item a person took next was in the first ten (HR@10), and how high (NDCG@10).";
  if (const Json shown = report.value("items_shown", Json()); !shown.is_null()) {
    what += fmt::format(" The first ten places of all lists show {:.0f} different items.",
                        shown.get<double>());
  }
  return pairs(Table("utility", "How good the lists are", what, {"measure"}), kUtilities,
               report.at("utility"), decimal);
}

// The attacker of a private model who knows all members but those attacked.
Table informed_table(const Json &informed) {
  const Json &utility = informed.at("utility"), &best = informed.at("best_test");
  Table table(
      "informed", "Everybody else known",
      fmt::format(
          "{} people train a private model, and the attacker knows all of them but the {} who "
          "are attacked, next to {} others. The best test has the noisy matrix itself: it must be "
          "at its ceiling, up to chance. Lists: NDCG@10 {} of members and {} of others, {:.0f} "
          "different items of the {:.0f} in the catalogue.",
          grouped(informed.at("members")), grouped(informed.at("attacked")),
          grouped(informed.at("others")), decimal(utility.at("ndcg10").at("members")),
          decimal(utility.at("ndcg10").at("non_members")), utility.at("items_shown").get<double>(),
          informed.at("catalogue").get<double>()),
      {"what is read", "AUC", "ceiling or claim"});
  table.add(
      {"best test on the matrix", estimate_cell(best.at("auc")), decimal(best.at("ceiling"))});
  if (const Json &pair = informed.at("pair"); !pair.is_null()) {
    table.add({fmt::format("a pair of items of one person, {} draws with and without",
                           pair.at("draws").dump()),
               estimate_cell(pair.at("auc")), decimal(pair.at("ceiling"))});
  }
  for (const Json &of : informed.at("baselines")) {
    const Json &part = of.at("epsilon_part"), &person = of.at("epsilon_person");
    const Json &ndcg = of.at("ndcg10");
    std::string claim = "none";
    if (!part.is_null()) claim = fmt::format("epsilon {:.2g} a part", part.get<double>());
    if (!person.is_null()) claim += fmt::format(", {:.3g} a person", person.get<double>());
    table.add({fmt::format("sybil learned, {}; NDCG@10 {} and {}", words(of.at("name")),
                           decimal(ndcg.at("members")), decimal(ndcg.at("non_members"))),
               estimate_cell(of.at("auc")), claim});
  }
  const Json &control = informed.at("control");
  table.add(
      {"control: sybil learned, no noise", decimal(control.at("auc")),
       control.at("passed").get<bool>() ? "must be read, and is" : "must be read, and is not"});
  table.add({"the same with the ridge of the private model",
             decimal(informed.at("ridge_alone_auc")), "none"});
  return table;
}

Table groups_table(const Json &groups) {
  Table table(
      "groups", "How alike the two groups are",
      "Means, and the AUC of that number alone with its 99\u00A0% interval. Far from 0.5, the "
      "groups were collected or served differently, which attackers may read.",
      {"per person", "members", "non-members", "AUC"});
  for (const auto &[name, group] : groups.items()) {
    table.add({words(name), fmt::format("{:.1f}", group.at("members").get<double>()),
               fmt::format("{:.1f}", group.at("non_members").get<double>()),
               estimate_cell(group.at("auc"))});
  }
  return table;
}

Table canaries_table(const Json &canaries) {
  static constexpr std::pair<const char *, const char *> kShown[] = {
      {"own_slate", "in the own list"},
      {"any_fold", "to other accounts with the history"},
      {"any_fold_alone", "to other accounts with one item"}};
  return pairs(
      Table("canaries", "Canaries",
            canaries.at("n").dump() +
                " members and as many non-members were each given two items that nobody else "
                "has, one of them in the history that is served; to how many the other one was "
                "recommended. Above 0 for members, the model gives single people away.",
            {"recommended"}),
      kShown, canaries, [](const Json &n) { return n.dump(); });
}

Table crowd_table(const Json &crowd) {
  Table table(
      "crowd", "Other people\u2019s lists",
      "What somebody reads who knows histories and sees so many lists of other people alone: AUC "
      "with its 95\u00A0% interval. The control must stay near 0.5.",
      {"what is read", "lists seen", "AUC"});
  for (const char *part : {"members", "changes"}) {
    for (const Json &row : crowd.at(part)) {
      const std::string change = row.value("change", "");
      table.add({change.empty() ? "who was trained on" : "who " + change + " between two trainings",
                 row.at("lists").dump(), estimate_cell(row.at("auc"))});
    }
  }
  table.add({"control: nothing to learn", "", estimate_cell(crowd.at("control"))});
  return table;
}

Table activity_table(const Json &parts) {
  Table table("by-activity", "By how active people are",
              "People by the interactions of their histories, each part judged by itself, "
              "corrected for the number of attackers and of parts. A leak in one part is a leak.",
              {"interactions", "members", "non-members", "result", "worst attacker", "AUC"});
  if (parts.size() < 2) return table;  // the verdict says it
  for (const Json &part : parts) {
    const std::string least = part.at("least").dump();
    const bool judged = !part.at("verdict").is_null();
    table.add(
        {part.at("most").is_null() ? least + " or more" : least + " to " + part.at("most").dump(),
         grouped(part.at("members")), grouped(part.at("non_members")),
         judged ? tone_cell(tone_of(part.at("verdict")), "no leak found", "leak", "inconclusive")
                : Cell("too few people"),
         judged ? words(part.at("worst_attacker")) : "-",
         judged ? estimate_cell(part.at("auc")) : Cell("-")});
  }
  return table;
}

// What the support floor takes away, and why it is what it is.
std::string floor_note(const Json &report) {
  const Json &floor = report.at("floor"), &removes = floor.at("removes");
  return fmt::format(
      "The support floor of {} takes away {} of the items that somebody in a model has, {} of "
      "their interactions and {} of the items that people took next.{}",
      report.at("support_floor").dump(), percent(removes.at("items")),
      percent(removes.at("interactions")), percent(removes.at("next_items")),
      floor.at("chosen_by") != "data"
          ? ""
          : fmt::format(
                " It is the highest, up to {}, that keeps {:.0f}\u00A0% of the best NDCG@10 "
                "among people who are in neither population.",
                floor.at("ndcg10").size(), 100 * floor.at("keeps").get<double>()));
}

// Whom the attackers looked at, where it is not everybody.
void add_people(const Json &report, ReportView &view) {
  const Json &n = report.at("n");
  if (report.value("people", 0) > 0) {
    view.notes.push_back(fmt::format(
        "The attackers looked at a sample of {} people of each population, of every activity in "
        "proportion; {} people trained each model{}.",
        grouped(report.at("people")), grouped(n.at("trained")),
        report.at("trained_on") == "all" ? "" : ", so the whole data leak less than this"));
  }
  if (const std::uint64_t left_out = n.value("left_out", std::uint64_t{0}); left_out > 0) {
    view.notes.push_back(grouped(left_out) +
                         " people were left out: a history of fewer than two interactions besides "
                         "the one held out says nothing.");
  }
}

}  // namespace

Table checks_table(const Json &checks) {
  Table table("checks", "Checks of the export",
              "Whether the files are what they are said to be; what was found is in the warnings.",
              {"check", "result", "people"});
  for (const Json &check : checks) {
    const Tone tone = check.at("voids_verdict").get<bool>() ? Tone::leak
                      : check.at("warned").get<bool>()      ? Tone::unsettled
                                                            : Tone::clear;
    table.add({words(check.at("check")), tone_cell(tone, "passed", "voids the verdict", "warned"),
               check.at("people").dump()});
  }
  return table;
}

ReportView membership_view(const Json &report, const std::string &version) {
  ReportView view = begin_view(
      report, version, "Can an outsider tell whose data trained the recommender?",
      ("recommender " + report.at("recommender").get<std::string>() + ", defence").c_str());
  if (view.audit == "lists") view.audited = "Recveil audit of the lists that a recommender served";
  (view.verdict == Tone::leak    ? tell_leak
   : view.verdict == Tone::clear ? tell_no_leak
                                 : tell_inconclusive)(report, view);
  if (report.at("worst_attacker").get<std::string>().starts_with("crowd_")) {
    view.says.push_back(
        "The worst attacker reads the ordinary lists of other people, not the person\u2019s own.");
  }
  const Json equal = report.value("at_equal_activity", Json());
  // Balanced populations are the same people twice: their activity tells nothing.
  if (!equal.is_null() && report.value("activity", "") != "balanced") {
    view.says.push_back(equal_activity(report, equal));
  }
  if (report.value("shadow", "") == "halves") {
    view.notes.push_back("There was no shadow: each half of the target learns on the other.");
  }
  const auto of = [&report](const char *part) { return report.value(part, Json()); };
  add_people(report, view);
  if (report.contains("floor")) view.notes.push_back(floor_note(report));
  view.add(attackers_table(report));
  view.add(activity_table(report.value("by_activity", Json::array())));
  if (of("utility").is_null()) {
    view.notes.push_back(
        "How good the lists are: Not measured. Lists alone do not tell what people took next.");
  } else {
    view.add(utility_table(report));
  }
  view.add(controls_table(report, "an undefended system, which must leak",
                          "members with random labels, who must not be told apart"));
  view.add(checks_table(of("checks")));
  view.add(groups_table(of("groups")));
  if (!of("informed").is_null()) view.add(informed_table(of("informed")));
  if (!of("crowd").is_null()) view.add(crowd_table(of("crowd")));
  if (!of("canaries").is_null()) view.add(canaries_table(of("canaries")));
  return view;
}

}  // namespace recveil::cli
