#include <fmt/core.h>

#include <memory>
#include <optional>
#include <type_traits>

#include "audit_commands.h"
#include "commands.h"
#include "data/read_lists.h"
#include "report_output.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct ListsOptions {
  data::ListFiles target, shadow;
  std::string auxiliary, items;
  unsigned seeds = 5, first_seed = 1, threads = default_threads();
  bool json = false;
  ReportPaths reports;
};

void set_histories(const Interactions &histories, recveil_audit_population &out) {
  static_assert(std::is_same_v<std::uint64_t, std::size_t>);
  out.n_users = histories.n_users();
  out.n_items = histories.n_items;
  out.history_offsets = histories.offsets.data();
  out.history_items = histories.items.data();
}

// Views into `people`.
recveil_audit_population population_of(const data::ListedPeople &people) {
  recveil_audit_population out = RECVEIL_AUDIT_POPULATION_INIT;
  set_histories(people.histories, out);
  out.list_offsets = people.lists.offsets.data();
  out.list_items = people.lists.items.data();
  out.members = people.member.data();
  return out;
}

Json run_lists_audit(const Api &api, const ListsOptions &given, recveil_engine *metrics) {
  std::optional<data::ListFiles> shadow_files;
  if (!given.shadow.histories.empty()) shadow_files = given.shadow;
  const data::ListTables tables =
      data::read_lists(given.target, shadow_files, given.auxiliary, given.items);
  const recveil_audit_population target = population_of(tables.target);
  recveil_audit_population shadow = RECVEIL_AUDIT_POPULATION_INIT;
  recveil_audit_population auxiliary = RECVEIL_AUDIT_POPULATION_INIT;
  if (tables.shadow) shadow = population_of(*tables.shadow);
  if (tables.auxiliary) set_histories(*tables.auxiliary, auxiliary);

  Progress progress;
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.n_threads = given.threads;
  options.progress = progress.watch();
  options.engine = metrics;
  options.n_seeds = given.seeds;
  options.first_seed = given.first_seed;
  options.auxiliary = tables.auxiliary ? &auxiliary : nullptr;
  std::string report;
  check(api, api.audit_lists(&target, tables.shadow ? &shadow : nullptr, &options, Engine::append,
                             &report));
  return Json::parse(report);
}

std::string people_text(const Json &n, const std::string &population) {
  return grouped(n.at(population + "_members")) + " members and " +
         grouped(n.at(population + "_non_members")) + " others";
}

void print_text(const Json &report) {
  const Json &n = report.at("n");
  fmt::print("{}\n\n", verdict_words(report));
  fmt::print("  target  {}, {} items, {} interactions\n", people_text(n, "target"),
             grouped(n.at("items")), grouped(n.at("interactions")));
  fmt::print("  shadow  {}\n",
             n.contains("shadow_members")
                 ? people_text(n, "shadow")
                 : std::string("none: each half of the target learns on the other"));
  print_findings(report);
  std::vector<std::vector<std::string>> rows{
      {"what else differs", "members", "others", "its AUC alone [99 %]"}};
  for (const auto &[name, label] : {std::pair{"seen_in_list", "seen items in a list"},
                                    {"list_length", "places in a list"},
                                    {"history_length", "items in a history"}}) {
    const Json &group = report.at("groups").at(name);
    rows.push_back({label, fmt::format("{:.2f}", group.at("members").get<double>()),
                    fmt::format("{:.2f}", group.at("non_members").get<double>()),
                    interval_text(group.at("auc"))});
  }
  fmt::print("{}\n", columns(rows));
  for (const Json &warning : report.at("warnings")) {
    fmt::print("  WARNING  {}\n", warning.get<std::string>());
  }
  if (!report.at("warnings").empty()) fmt::print("\n");
  fmt::print("  The files cannot show:\n");
  for (const Json &text : report.at("not_visible")) {
    fmt::print("  - {}\n", text.get<std::string>());
  }
  fmt::print("\n  {:.1f} s, {} MiB\n", report.at("seconds").get<double>(),
             report.at("peak_rss_bytes").get<std::uint64_t>() >> 20);
}

}  // namespace

void add_lists(CLI::App &audit, Context &context) {
  CLI::App *lists = audit.add_subcommand(
      "lists", "The same question about your own recommender, from what it showed its users");
  const auto options = std::make_shared<ListsOptions>();
  lists->add_option("--histories", options->target.histories, "user,item: what people took")
      ->required();
  lists->add_option("--lists", options->target.lists, "user,rank,item: what they were shown")
      ->required();
  lists
      ->add_option("--members", options->target.members,
                   "user,0 or 1: did the history train the model?")
      ->required();
  CLI::Option *histories =
      lists->add_option("--shadow-histories", options->shadow.histories,
                        "the same of other people, on whom the attacker learns (best of all of a "
                        "second model); without them each half of the people learns on the other");
  CLI::Option *shown =
      lists->add_option("--shadow-lists", options->shadow.lists, "what those were shown");
  CLI::Option *members = lists->add_option("--shadow-members", options->shadow.members,
                                           "whose histories trained the shadow's model");
  histories->needs(shown, members);
  shown->needs(histories);
  members->needs(histories);
  lists->add_option("--auxiliary", options->auxiliary,
                    "histories of people in neither, from whom the attacker learns the items");
  lists->add_option("--items", options->items,
                    "all items, one a line: an item that is not there is an error");
  lists->add_option("--seeds", options->seeds, "runs of each attacker, averaged")
      ->check(CLI::Range(1, 1000));
  lists->add_option("--first-seed", options->first_seed, "seed of the first run")
      ->check(CLI::Range(1, 1 << 30));
  lists->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  lists->add_flag("--json", options->json, "print one JSON object and nothing else");
  add_report_options(*lists, options->reports);
  lists->footer(
      "Files are CSV, plain, .gz or .xz, with ids of any kind and no header; else name options, as "
      "in\n'lists.csv?user=uid&rank=pos&item=iid&header=1&sep=tab'. Histories also take time= and "
      "duplicates=first.\n"
      "Exit status: 0 no leak found, 1 leak, 2 bad input, 3 inconclusive.");
  lists->callback([&context, options] {
    context.run = [&context, options] {
      ReportFiles files(options->reports);
      const auto api = load_library(context.library);
      const Json report = run_lists_audit(*api, *options, files.metrics(api));
      files.write(report, api->version());
      if (options->json) {
        fmt::print("{}\n", report.dump(2));
      } else {
        print_text(report);
      }
      return exit_status(report);
    };
  });
}

}  // namespace recveil::cli
