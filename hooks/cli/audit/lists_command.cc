#include <fmt/core.h>

#include <memory>
#include <optional>
#include <type_traits>

#include "audit/run.h"
#include "commands.h"
#include "data/read_lists.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct ListsOptions : AuditOptions {
  data::ListFiles target, shadow;
  std::string auxiliary, items;
  unsigned seeds = 0, first_seed = 0;  // 0: the library's
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

// What the library says of a population's members is said of the file that names them.
std::string of_file(const std::string &what, const ListsOptions &given) {
  const auto path = [](const std::string &spec) { return spec.substr(0, spec.find('?')); };
  for (const auto &[field, spec] : {std::pair{"target.members: ", given.target.members},
                                    {"shadow.members: ", given.shadow.members}}) {
    if (what.starts_with(field)) return path(spec) + what.substr(what.find(':'));
  }
  return what;
}

Json run_lists(const Api &api, const ListsOptions &given, recveil_audit_options options) {
  std::optional<data::ListFiles> shadow_files;
  if (!given.shadow.histories.empty()) shadow_files = given.shadow;
  const data::ListTables tables =
      data::read_lists(given.target, shadow_files, given.auxiliary, given.items);
  const recveil_audit_population target = population_of(tables.target);
  recveil_audit_population shadow = RECVEIL_AUDIT_POPULATION_INIT;
  recveil_audit_population auxiliary = RECVEIL_AUDIT_POPULATION_INIT;
  if (tables.shadow) shadow = population_of(*tables.shadow);
  if (tables.auxiliary) set_histories(*tables.auxiliary, auxiliary);

  options.n_seeds = given.seeds;
  options.first_seed = given.first_seed;
  options.auxiliary = tables.auxiliary ? &auxiliary : nullptr;
  std::string report;
  try {
    check(api, api.audit_lists(&target, tables.shadow ? &shadow : nullptr, &options, Engine::append,
                               &report));
  } catch (const StatusError &error) {
    throw StatusError(error.status(), of_file(error.what(), given));
  }
  return Json::parse(report);
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
  lists->add_option("--seeds", options->seeds, "runs of each attacker, averaged (default: 5)")
      ->check(CLI::Range(1, 1000));
  lists->add_option("--first-seed", options->first_seed, "seed of the first run (default: 1)")
      ->check(CLI::Range(1, 1 << 30));
  add_audit_options(*lists, *options);
  lists->footer(
      "Files are CSV, plain, .gz or .xz, with ids of any kind and no header; else name options, as "
      "in\n'lists.csv?user=uid&rank=pos&item=iid&header=1&sep=tab'. Histories also take time= and "
      "duplicates=first.\n"
      "Exit status: 0 no leak found, 1 leak, 2 bad input, 3 inconclusive.");
  lists->callback([&context, options] {
    context.run = [&context, options] {
      return run_and_report(context, *options,
                            [&](const Api &api, const recveil_audit_options &asked) {
                              return run_lists(api, *options, asked);
                            });
    };
  });
}

}  // namespace recveil::cli
