#include "paper/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "audit/run.h"
#include "columns.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// Three places: the tables have no use for more.
std::string short_number(const Json &number) {
  return number.is_null() ? "-" : fmt::format("{:.3f}", number.get<double>());
}

const Json &attacker_of(const Json &row, const std::string &name) {
  static const Json none;
  for (const Json &attacker : row.at("attackers")) {
    if (attacker.at("attacker") == name) return attacker;
  }
  return none;
}

// Of those who see the list alone, the one whose AUC is farthest from .5.
const Json &best_blind(const Json &row) {
  static const Json none;
  const auto distance = [](const Json &attacker) {
    return std::abs(attacker.at("auc").at("value").get<double>() - 0.5);
  };
  const Json *best = &none;
  for (const Json &attacker : row.at("attackers")) {
    if (!attacker.at("blind").get<bool>()) continue;
    if (best->is_null() || distance(attacker) > distance(*best)) best = &attacker;
  }
  return *best;
}

std::string accuracy_and_auc(const Json &attacker) {
  if (attacker.is_null()) return "-";
  return short_number(attacker.at("balanced_accuracy").at("value")) + " / " +
         short_number(attacker.at("auc").at("value"));
}

// "2.1 %": of people at a false positive rate; with a mark where too few people resolve it.
std::string tpr_text(const Json &attacker, double fpr) {
  for (const Json &at : attacker.at("tpr")) {
    if (at.at("fpr") != fpr) continue;
    return percent(at.at("value")) + (at.at("status") == "ok" ? "" : " (few)");
  }
  return "-";
}

// What distinguishes a row within its table.
std::string name_of(const std::string &table, const Json &row) {
  std::string target = words(row.at("target"));
  if (table == "grid") return words(row.at("shadow")) + " on " + target;
  if (table == "transfer") {
    return fmt::format("{} of {} on {} of {}", words(row.at("shadow")),
                       row.at("shadow_data").get<std::string>(), target,
                       row.at("target_data").get<std::string>());
  }
  if (table == "randomization") {
    if (row.at("ratio").is_null()) return target + ", popular list";
    return fmt::format("{}, ratio {}, {}", target, row.at("ratio").dump(),
                       row.at("adversary").get<std::string>());
  }
  if (table == "length") return fmt::format("{}, k = {}", target, row.at("list_length").dump());
  if (table == "dimension") return fmt::format("{}, l = {}", target, row.at("vectors").dump());
  if (table == "weights") return target + ", " + row.at("weights").get<std::string>();
  if (table == "training") return target + ", " + words(row.at("training"));
  if (table == "cross_fit") return target + ", " + words(row.at("serving"));
  return target;
}

// The fall of the published attack's balanced accuracy from the same system's popular list.
std::string drop_text(const Json &report, const Json &row) {
  if (row.at("ratio").is_null()) return "-";
  for (const Json &other : report.at("results")) {
    if (other.at("target") != row.at("target") || !other.at("ratio").is_null()) continue;
    const auto value = [](const Json &of) {
      return of.at("attackers").at(0).at("balanced_accuracy").at("value").get<double>();
    };
    return fmt::format("{:.0f} %", 100 * (1 - value(row) / value(other)));
  }
  return "-";
}

Table attack_table(const Json &report) {
  const std::string table = report.at("table");
  const bool randomized = table == "randomization", folds = table == "cross_fit";
  std::vector<std::string> columns{
      "shadow on target",  "paper",           "published",      "best threshold",
      "SVD, standardized", "list alone",      "worst attacker", "TPR at 1 % FPR",
      "TPR at 0.1 % FPR",  "epsilon at least"};
  if (table != "grid" && table != "transfer") columns[0] = "recommender";
  if (randomized) columns.insert(columns.begin() + 2, "drop");
  if (folds) columns.insert(columns.begin() + 2, "NDCG@10 members / others, of own row");
  Table out(
      "results", "Results",
      "Balanced accuracy / AUC. The paper has balanced accuracy alone, which it calls AUC. "
      "\u201cPublished\u201d is its network on difference vectors; \u201cbest threshold\u201d "
      "the balanced accuracy it would have with the best threshold for the target; \u201clist "
      "alone\u201d "
      "the best of those that see no history, by AUC. An AUC below .5 leaks as much as one above.",
      columns);
  for (const Json &row : report.at("results")) {
    const Json &published = row.at("attackers").at(0);
    const Json &worst = attacker_of(row, row.at("worst_attacker"));
    std::vector<Cell> cells{name_of(table, row), short_number(row.at("published"))};
    if (randomized) cells.emplace_back(drop_text(report, row));
    if (folds) {
      cells.emplace_back(fmt::format(
          "{} / {}, {:.2f}", short_number(row.at("member_ndcg10")),
          short_number(row.at("other_ndcg10")),
          row.at("member_ndcg10").get<double>() / row.at("own_row_ndcg10").get<double>()));
    }
    cells.emplace_back(accuracy_and_auc(published));
    cells.emplace_back(short_number(published.at("best_balanced_accuracy")));
    cells.emplace_back(accuracy_and_auc(attacker_of(row, "difference_mlp")));
    const Json &blind = best_blind(row);
    cells.emplace_back(blind.is_null() ? "-" : words(blind.at("attacker")),
                       blind.is_null() ? "" : short_number(blind.at("auc").at("value")));
    cells.emplace_back(
        words(row.at("worst_attacker")),
        fmt::format("{} [{}, {}]", short_number(row.at("auc").at("value")),
                    short_number(row.at("auc").at("lo")), short_number(row.at("auc").at("hi"))));
    cells.emplace_back(tpr_text(worst, .01));
    cells.emplace_back(tpr_text(worst, .001));
    cells.emplace_back(fmt::format("{:.1f}", row.at("epsilon_lower_bound").get<double>()));
    out.add(std::move(cells));
  }
  return out;
}

Table quality_table(const Json &report) {
  std::vector<std::string> columns{"recommender"};
  std::vector<std::vector<Cell>> rows;
  for (const Json &row : report.at("results")) {
    const std::string name = words(row.at("recommender")), protocol = row.at("protocol");
    if (rows.empty() || rows.back()[0].text != name) rows.push_back({Cell(name)});
    if (rows.size() == 1) columns.push_back(protocol);
    rows.back().emplace_back(short_number(row.at("share").at("value")));
  }
  const std::size_t n = columns.size() - 1;
  const bool is_published = report.at("table") == "quality";
  if (is_published) columns.emplace_back("paper, shadow / target");
  Table out(
      "results", "HR@100",
      "The share of members with a held-out record among the first 100. \u201cOne\u201d: one "
      "record of each member is held out; \u201cany\u201d: a share of the records is, and one "
      "of them is enough.",
      columns);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Json &first = report.at("results").at(r * n);
    if (is_published) {
      rows[r].emplace_back(first.at("published_shadow").is_null()
                               ? std::string("-")
                               : short_number(first.at("published_shadow")) + " / " +
                                     short_number(first.at("published_target")));
    }
    out.add(std::move(rows[r]));
  }
  return out;
}

const std::map<std::string, std::string> kTitles{
    {"quality", "HR@100 of the recommenders (Table 2)"},
    {"grid", "Shadow against target (assumptions I and II)"},
    {"transfer", "Shadow of other data (assumption III)"},
    {"randomization", "Popularity randomization"},
    {"length", "Length of the lists (k)"},
    {"dimension", "Length of the item vectors (l)"},
    {"weights", "Weights of the places in a list"},
    {"training", "How the network is trained"},
    {"initialization", "How the recommenders start"},
    {"cross_fit", "Cross-fit serving"},
    {"epochs", "HR@100 by the number of epochs"}};

}  // namespace

ReportView paper_view(const Json &report, const std::string &version) {
  ReportView view;
  view.audit = "paper";
  view.verdict = Tone::plain;
  view.question = "What do the attacks of Zhang et al. (CCS'21) find, run again?";
  view.audited = data_text(report);
  view.title = kTitles.at(report.at("table")) + ": " + report.at("data").get<std::string>();
  const Json &n = report.at("n");
  view.says = {
      fmt::format("{} split{} of kind {}; in the first {} people in the shadow and {} in "
                  "the target, {} of these members.",
                  report.at("seeds").dump(), report.at("seeds") == 1 ? "" : "s",
                  report.at("split").get<std::string>(), grouped(n.at("shadow_people")),
                  grouped(n.at("target_people")), grouped(n.at("members")))};
  view.not_says =
      "These are published systems, trained again for comparison. It says nothing about a "
      "recommender of yours: audit that with \u201crecveil audit lists\u201d or "
      "\u201crecveil audit membership\u201d.";
  view.notes = report.at("differences").get<std::vector<std::string>>();
  const bool is_quality = report.at("table") == "quality" || report.at("table") == "epochs";
  view.add(is_quality ? quality_table(report) : attack_table(report));
  for (const char *key :
       {"table", "data", "other", "split", "lists", "seeds", "first_seed", "least_records"}) {
    const Json &value = report.at(key);
    if (value.is_null()) continue;
    view.run.emplace_back(words(key), value.is_string() ? value.get<std::string>() : value.dump());
  }
  view.seconds = report.at("seconds");
  view.run.emplace_back("took",
                        fmt::format("{:.1f} s, {} MiB of memory", view.seconds,
                                    report.at("peak_rss_bytes").get<std::uint64_t>() >> 20));
  view.run.emplace_back("version", version);
  return view;
}

std::string markdown_report(const ReportView &view) {
  const auto cell = [](const std::string &text) {
    std::string out;
    for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
  };
  std::string out = "### " + view.title + "\n\n";
  for (const std::string &text : view.says) out += text + "\n\n";
  for (const Table &table : view.tables) {
    out += table.caption + "\n\n|";
    for (const std::string &column : table.columns) out += " " + cell(column) + " |";
    out += "\n|";
    for (std::size_t c = 0; c < table.columns.size(); ++c) out += "---|";
    out += "\n";
    for (const Row &row : table.rows) {
      out += "|";
      for (const Cell &of : row.cells) out += " " + cell(of.whole()) + " |";
      out += "\n";
    }
    out += "\n";
  }
  for (const std::string &note : view.notes) out += "- " + note + "\n";
  return out + (view.notes.empty() ? "" : "\n") + view.not_says + "\n";
}

}  // namespace recveil::cli
