// The audits of membership: of a system that was built for it, and of exported lists.
#include <fmt/core.h>

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

// The intervals of one attacker are its own, the verdict is corrected for how many attackers there
// are; where they differ the verdict is right. So an attacker leaks only under the verdict leak, if
// its AUC is surely beyond the margin or a resolved TPR surely above twice its FPR. It is clear
// under no_leak_found, and else if nothing of that holds and its AUC is surely within the margin.
Tone finding(const Json &report, const Json &attacker) {
  const Json &rates = attacker.at("tpr");
  const Tone alone = auc_tone(report, attacker.at("auc"));
  const bool found = std::any_of(rates.begin(), rates.end(), [](const Json &at) {
    return at.at("status") == "ok" && at.at("lo").get<double>() > 2 * at.at("fpr").get<double>();
  });
  const Tone verdict = tone_of(report.at("verdict"));
  if (verdict == Tone::leak && (alone == Tone::leak || found)) return Tone::leak;
  if (verdict == Tone::clear || (alone == Tone::clear && !found)) return Tone::clear;
  return Tone::unsettled;
}

// The worst attacker's AUC as how many of a hundred pairs it gets right.
std::string numbers(const Json &report) {
  const Json &auc = report.at("auc");
  const double value = auc.at("value");
  const std::size_t attackers = report.at("attackers").size();
  std::string text = fmt::format(
      "The attacker that came furthest, {}, tells a member from a non-member in {} of all pairs; "
      "guessing gets 50\u00A0%. (AUC {}, 95\u00A0% interval {}{}; {} to {} counts as no leak.)",
      words(report.at("worst_attacker")), percent(std::max(value, 1 - value)), decimal(value),
      range_text(auc), attackers > 1 ? fmt::format(", corrected for {} attackers", attackers) : "",
      decimal(0.5 - margin_of(report)), decimal(0.5 + margin_of(report)));
  if (value < 0.5) text += " An AUC below 0.5 leaks as much as one above: turn the scores round.";
  return text;
}

// What is left between people who are about equally active.
std::string equal_activity(const Json &report, const Json &equal) {
  std::string text = fmt::format(
      "How active people are has an AUC of {} by itself. Between people who are about equally "
      "active the AUC is {}, by {}. ",
      interval_text(equal.at("activity_auc")), interval_text(equal.at("auc")),
      words(equal.at("worst_attacker")));
  if (equal.at("verdict") == "leak") return text + "So it is not their activity alone that tells.";
  if (equal.at("verdict") == "no_leak_found" && report.at("verdict") == "leak") {
    text +=
        "So what tells the groups apart is how active they are, and their lists add nothing that "
        "was found. A recommender cannot hide that; an outsider who knows how active a person is "
        "still learns it.";
  }
  return text;
}

void tell_leak(const Json &report, ReportView &view) {
  view.title = "Leak found";
  view.says = {
      opens_accounts(report.at("worst_attacker"))
          ? "An outsider who knows what a person did, types it into accounts of their own and sees "
            "what those are recommended can tell whether that person\u2019s data trained the model."
          : "An outsider who sees what a person is recommended, and knows what they did, can "
            "tell whether that person\u2019s data trained the model.",
      numbers(report)};
  view.not_says =
      "It does not say that anybody has done this, and it is not a number of people exposed. It "
      "says that these attackers could, on this data. Other attackers may do better.";
  if (auc_tone(report, report.at("auc")) == Tone::leak) return;
  view.says.push_back(
      "Over everybody the attackers are hardly surer than guessing; what leaks is that some "
      "members stand "
      "out. See the share of members found where few non-members are taken for members.");
}

void tell_no_leak(const Json &report, ReportView &view) {
  const std::size_t attackers = report.at("attackers").size();
  view.title = "No leak found";
  view.says = {
      fmt::format(
          "{} tried here could {}tell whose data trained the model noticeably better than "
          "by guessing.",
          attackers > 1 ? fmt::format("None of the {} attackers", attackers) : "The attacker",
          attackers > 1 ? "" : "not "),
      numbers(report),
      "The attackers do work: shown a system that must leak, they read it. See the controls."};
  view.not_says =
      "It is not a proof that nothing leaks. It speaks of these attackers, on this data, with this "
      "many people. A stronger attacker, more people or another way in may find what these did "
      "not.";
}

void tell_inconclusive(const Json &report, ReportView &view) {
  view.title = "Inconclusive";
  view.not_says =
      "It is not an all-clear, and it is not a finding of a leak either. Treat the question as "
      "open.";
  const Json &controls = report.at("controls");
  const bool negative = controls.at("negative").at("passed");
  const bool positive = controls.at("positive").at("passed");
  for (std::string reason : report.value("reasons", std::vector<std::string>())) {
    if (reason[0] >= 'a' && reason[0] <= 'z') reason[0] = static_cast<char>(reason[0] - 'a' + 'A');
    view.says.push_back(reason + ".");
  }
  if (!negative) {
    view.says.push_back(
        "The measurement itself is off: the attackers found members whose labels were drawn at "
        "random. Trust no number of this report until that is explained.");
  }
  if (!positive) {
    view.says.push_back(
        "The attackers could not read a system that is known to leak, so that they find nothing "
        "here means nothing.");
  }
  if (view.says.empty()) {
    view.says.push_back(
        "There were too few people to tell: the numbers fit a leak as well as none.");
  }
  std::string more;
  if (const Json users = report.value("more_users_needed", Json()); !users.is_null()) {
    more = "About " + grouped(users.get<std::uint64_t>()) + " members and as many non-members more";
  }
  if (const Json seeds = report.value("more_seeds_needed", Json()); !seeds.is_null()) {
    more += (more.empty() ? "About " : ", or ") + seeds.dump() + " more splits (--seeds)" +
            (more.empty() ? "" : ",");
  }
  if (!more.empty()) {
    view.says.push_back(more + " would settle it, if the numbers stay as they are.");
  }
  view.says.push_back(numbers(report));
}

Table attackers_table(const Json &report) {
  Table table{"attackers",
              "How well each attacker tells members",
              "AUC: 0.5 is guessing, 1 is certainty, below 0.5 leaks as much as above. TPR: the "
              "share of members found; FPR: the share of non-members taken for members. Each "
              "attacker has its own 95\u00A0% interval.",
              {"attacker", "sees", "AUC", "balanced accuracy"}};
  for (const Json &at : report.at("attackers").at(0).at("tpr")) {
    table.columns.push_back(
        fmt::format("TPR at {:g}\u00A0% FPR", 100 * at.at("fpr").get<double>()));
  }
  table.columns.insert(table.columns.begin() + 2, "result");
  for (const Json &attacker : report.at("attackers")) {
    const std::string name = attacker.at("attacker");
    const Tone tone = finding(report, attacker);
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
void add_pairs(Table table, const Labels &labels, const Json &rows, Show shown, ReportView &view) {
  table.columns.insert(table.columns.end(), {"members", "non-members"});
  for (const auto &[name, label] : labels) {
    const Json &pair = rows.at(name);
    table.rows.push_back({{label, shown(pair.at("members")), shown(pair.at("non_members"))}});
  }
  view.tables.push_back(std::move(table));
}

void add_utility(const Json &utility, ReportView &view) {
  if (utility.is_null()) {
    view.notes.push_back(
        "How good the lists are: Not measured. Lists alone do not tell what people took next.");
    return;
  }
  add_pairs({"utility",
             "How good the lists are",
             "Whether the item a person took next was in the first ten (HR@10), and how high "
             "(NDCG@10). Higher is better; a defence that ruins the lists is no defence.",
             {"measure"}},
            kUtilities, utility, decimal, view);
}

void add_groups(const Json &groups, ReportView &view) {
  if (groups.empty()) return;
  Table table{"groups",
              "How alike the two groups are",
              "Means of each group, and the AUC of that number alone with its 99\u00A0% interval. "
              "Far from 0.5 means that the groups were collected or served differently, which the "
              "attackers may read instead of the model.",
              {"per person", "members", "non-members", "AUC"}};
  for (const auto &[name, group] : groups.items()) {
    table.rows.push_back({{words(name), fmt::format("{:.1f}", group.at("members").get<double>()),
                           fmt::format("{:.1f}", group.at("non_members").get<double>()),
                           estimate_cell(group.at("auc"))}});
  }
  view.tables.push_back(std::move(table));
}

void add_canaries(const Json &canaries, ReportView &view) {
  if (canaries.is_null()) return;
  static constexpr std::pair<const char *, const char *> kShown[] = {
      {"own_slate", "in the own list"},
      {"any_fold", "to other accounts with the history"},
      {"any_fold_alone", "to other accounts with one item"}};
  add_pairs(
      {"canaries",
       "Canaries",
       canaries.at("n").dump() +
           " members and as many non-members were each given two items that nobody else has. "
           "One is in the history that is served; the number says to how many the other one "
           "was recommended. Above 0 for members, the model gives single people away.",
       {"recommended"}},
      kShown, canaries, [](const Json &n) { return n.dump(); }, view);
}

void add_crowd(const Json &crowd, ReportView &view) {
  if (crowd.is_null()) return;
  Table table{
      "crowd",
      "Other people\u2019s lists",
      "What somebody reads who knows histories and sees so many lists of other people, never "
      "the person\u2019s own: AUC with its 95\u00A0% interval. The control must stay near 0.5.",
      {"what is read", "lists seen", "AUC"}};
  for (const Json &row : crowd.at("members")) {
    table.rows.push_back(
        {{"who was trained on", row.at("lists").dump(), estimate_cell(row.at("auc"))}});
  }
  for (const Json &row : crowd.at("changes")) {
    table.rows.push_back({{"who " + row.at("change").get<std::string>() + " between two trainings",
                           row.at("lists").dump(), estimate_cell(row.at("auc"))}});
  }
  table.rows.push_back({{"control: nothing to learn", "", estimate_cell(crowd.at("control"))}});
  view.tables.push_back(std::move(table));
}

void add_activity(const Json &report, ReportView &view) {
  const Json parts = report.value("by_activity", Json::array());
  if (parts.size() < 2) return;  // the verdict says it
  Table table{
      "by-activity",
      "By how active people are",
      "People by the interactions of their histories, each part judged by itself, corrected "
      "for the number of attackers and of parts. A leak in one part is a leak.",
      {"interactions", "members", "non-members", "result", "worst attacker", "AUC"}};
  for (const Json &part : parts) {
    const std::string least = part.at("least").dump();
    const bool judged = !part.at("verdict").is_null();
    table.rows.push_back(
        {{part.at("most").is_null() ? least + " or more" : least + " to " + part.at("most").dump(),
          grouped(part.at("members").get<std::uint64_t>()),
          grouped(part.at("non_members").get<std::uint64_t>()),
          judged ? tone_cell(tone_of(part.at("verdict")), "no leak found", "leak", "inconclusive")
                 : Cell{"too few people"},
          judged ? words(part.at("worst_attacker")) : "-",
          judged ? estimate_cell(part.at("auc")) : Cell{"-"}}});
  }
  view.tables.push_back(std::move(table));
}

// What the support floor takes away, and why it is what it is.
void add_floor(const Json &report, ReportView &view) {
  const Json floor = report.value("floor", Json());
  if (floor.is_null()) return;
  const Json &removes = floor.at("removes");
  std::string text = fmt::format(
      "The support floor of {} takes away {} of the items that somebody in a model has, {} of "
      "their "
      "interactions and {} of the items that people took next.",
      report.at("support_floor").dump(), percent(removes.at("items")),
      percent(removes.at("interactions")), percent(removes.at("next_items")));
  if (floor.at("chosen_by") == "data") {
    text += fmt::format(
        " It is the highest, up to {}, that keeps {:.0f}\u00A0% of the best NDCG@10 among people "
        "who "
        "are in neither population.",
        floor.at("ndcg10").size(), 100 * floor.at("keeps").get<double>());
  }
  view.notes.push_back(std::move(text));
}

// Whom the attackers looked at, where it is not everybody.
void add_people(const Json &report, ReportView &view) {
  const Json &n = report.at("n");
  if (report.value("people", 0) > 0) {
    const bool all = report.at("trained_on") == "all";
    view.notes.push_back(fmt::format(
        "The attackers looked at a sample of {} people of each population, of every activity in "
        "proportion. {} {} people trained each model.",
        grouped(report.at("people").get<std::uint64_t>()),
        all ? "Not they alone:" : "They alone, so the whole data leak less than this:",
        grouped(n.at("trained").get<std::uint64_t>())));
  }
  if (const std::uint64_t out = n.value("left_out", std::uint64_t{0}); out > 0) {
    view.notes.push_back(grouped(out) +
                         " people of the data were left out: a history of fewer than two "
                         "interactions besides the one held out says nothing.");
  }
}

void add_checks(const Json &checks, ReportView &view) {
  if (checks.empty()) return;
  Table table{"checks",
              "Checks of the export",
              "Whether the files are what they are said to be; what was found is in the warnings.",
              {"check", "result", "people"}};
  for (const Json &check : checks) {
    const Tone tone = check.at("voids_verdict").get<bool>() ? Tone::leak
                      : check.at("warned").get<bool>()      ? Tone::unsettled
                                                            : Tone::clear;
    table.rows.push_back(
        {{words(check.at("check")), tone_cell(tone, "passed", "voids the verdict", "warned"),
          check.at("people").dump()}});
  }
  view.tables.push_back(std::move(table));
}

std::vector<std::string> blind_spots(const Json &report) {
  std::vector<std::string> spots{
      "Attackers that were not run. The ones here are published or simple; a better one may exist.",
      "Everything but the lists: response times, error messages, scores or embeddings that are "
      "handed out, logs, backups, the model file.",
      "Many lists of one person. Each person was seen once; somebody who asks again and again, or "
      "compares today\u2019s lists with last month\u2019s, sees more.",
      "Other questions: what a person did, who they are, or whether fake accounts steer the model. "
      "This audit asks only whose data trained it.",
      report.at("adversary") == "sybil"
          ? "Accounts that ask otherwise. These left a fifth of a known history out and looked for "
            "it; somebody with many accounts can compare more lists, and more cleverly."
          : "Other accounts. Somebody who opens accounts and types in what a person did sees lists "
            "that this audit did not: no defence here hides membership from that. Where the "
            "defence is fold_in or cross_fit, the adversary sybil measures it."};
  if (report.at("adversary") != "crowd") {
    spots.push_back(
        "Other people\u2019s lists. Whose history was trained on shows in them too, with every "
        "defence here; the adversary crowd measures it.");
  }
  if (report.at("audit") == "lists") {
    for (const std::string &text : report.value("not_visible", std::vector<std::string>())) {
      spots.push_back("The files do not show " + text + ".");
    }
    return spots;
  }
  spots.push_back(
      "Your own system. This one was built from the data for the audit; \u201Crecveil audit "
      "lists\u201D reads the lists that yours serves.");
  return spots;
}

}  // namespace

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
        "The worst attacker reads other people\u2019s lists: whose history was trained on shows in "
        "the ordinary lists of others, and the person\u2019s own list is not looked at.");
  }
  const Json equal = report.value("at_equal_activity", Json());
  // Balanced populations are the same people twice: their activity tells nothing.
  if (!equal.is_null() && report.value("activity", "") != "balanced") {
    view.says.push_back(equal_activity(report, equal));
  }
  if (report.value("shadow", "") == "halves") {
    view.notes.push_back("There was no shadow: each half of the target learns on the other.");
  }
  add_people(report, view);
  add_floor(report, view);
  view.tables.push_back(attackers_table(report));
  add_activity(report, view);
  add_utility(report.value("utility", Json()), view);
  view.tables.push_back(controls_table(report, "an undefended system, which must leak",
                                       "members with random labels, who must not be told apart"));
  add_checks(report.value("checks", Json()), view);
  add_groups(report.value("groups", Json()), view);
  add_crowd(report.value("crowd", Json()), view);
  add_canaries(report.value("canaries", Json()), view);
  view.blind_spots = blind_spots(report);
  return view;
}

}  // namespace recveil::cli
