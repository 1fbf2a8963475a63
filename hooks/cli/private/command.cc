// `recveil private`: a private model from files, what its budget has left, and what mu means.
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "core/error.h"
#include "core/watch.h"
#include "data/id_index.h"
#include "data/load.h"
#include "data/read_ids.h"
#include "data/row_file.h"
#include "data/whole_file.h"
#include "library.h"
#include "outputs.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "recveil.private/1";
constexpr std::uint32_t kLeastAbove = 3;  // as recveil_publish_private() has it

struct TrainOptions {
  std::string config, data, items, out, kind = "factors";
  std::uint64_t release = 0;
  std::uint32_t dimension = 0;
  bool json = false;
};

struct BoundOptions {
  double epsilon = 0, mu = 0, delta = 1e-6, fpr = 0.01;
  bool json = false;
};

// A person a row, items by their place in the shop's own list.
struct Histories {
  std::uint32_t n_items = 0;
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::size_t left_out = 0;  // interactions with items that the list does not have

  std::size_t n_people() const { return offsets.size() - 1; }
};

Histories histories_of(const TrainOptions &options) {
  const data::Dataset dataset = data::load(options.data);
  Histories out;
  std::vector<std::uint32_t> place(dataset.interactions.n_items);
  if (options.items.empty()) {
    out.n_items = dataset.interactions.n_items;
    for (std::uint32_t item = 0; item < out.n_items; ++item) place[item] = item;
  } else {
    const std::vector<std::string> ids = data::read_ids(options.items);
    data::IdIndex index;
    for (std::size_t line = 0; line < ids.size(); ++line) {
      if (index[ids[line]] != line) {
        throw Error(Status::data,
                    fmt::format("{}:{}: item: is listed twice", options.items, line + 1));
      }
    }
    out.n_items = static_cast<std::uint32_t>(ids.size());
    for (std::size_t item = 0; item < place.size(); ++item) {
      place[item] = index.find(dataset.item_ids[item]).value_or(out.n_items);
    }
  }
  for (std::size_t user = 0; user < dataset.interactions.n_users(); ++user) {
    for (const std::uint32_t item : dataset.interactions.row(user)) {
      if (place[item] < out.n_items) {
        out.items.push_back(place[item]);
      } else {
        ++out.left_out;
      }
    }
    out.offsets.push_back(out.items.size());
  }
  return out;
}

std::vector<std::uint64_t> statistics(const Api &api, const Histories &people,
                                      const std::vector<std::uint32_t> &catalogue) {
  recveil_private_shape shape = RECVEIL_PRIVATE_SHAPE_INIT;
  shape.n_items = people.n_items;
  shape.n_catalogue = static_cast<std::uint32_t>(catalogue.size());
  shape.catalogue = catalogue.empty() ? nullptr : catalogue.data();
  std::size_t n_bytes = 0;
  check(api, api.private_stats_size(&shape, &n_bytes));
  std::vector<std::uint64_t> out((n_bytes + 7) / 8);  // aligned
  check(api, api.private_stats_init(&shape, out.data(), out.size() * 8));
  // In pieces, so that Ctrl-C is heard.
  constexpr std::size_t kPiece = 10'000;
  for (std::size_t first = 0; first < people.n_people(); first += kPiece) {
    const std::size_t n = std::min(kPiece, people.n_people() - first);
    check(api, api.private_stats_add(out.data(), out.size() * 8, people.offsets.data() + first,
                                     people.items.data(), n));
    pulse();
  }
  return out;
}

recveil_private_budget budget_of(const Api &api, const Engine &engine) {
  recveil_private_budget out = RECVEIL_PRIVATE_BUDGET_INIT;
  check(api, api.private_get_budget(engine.get(), &out));
  return out;
}

recveil_private_bounds bounds_of(const Api &api, double mu, double delta, double fpr) {
  recveil_private_bounds out = RECVEIL_PRIVATE_BOUNDS_INIT;
  check(api, api.private_bounds_of(mu, delta, fpr, &out));
  return out;
}

struct Chosen {
  std::uint64_t release;
  std::vector<std::uint32_t> catalogue;
};

// Books the release that was asked for. If none was: the last one in the ledger where it was for
// the same histories, because going on with it costs nothing; else the next one.
Chosen choose(const Api &api, const Engine &engine, const TrainOptions &options,
              const std::vector<std::uint64_t> &counts, const recveil_progress &watch) {
  std::size_t n = 0;
  check(api, api.private_catalogue(engine.get(), 0, counts.data(), counts.size() * 8, nullptr,
                                   nullptr, 0, &n));
  if (options.dimension > n) {  // before anything is booked
    throw Error(Status::argument, fmt::format("--dimension: {} is above the {} items of the "
                                              "catalogue",
                                              options.dimension, n));
  }
  Chosen out{options.release, std::vector<std::uint32_t>(n)};
  const auto book = [&] {
    return api.private_catalogue(engine.get(), out.release, counts.data(), counts.size() * 8,
                                 &watch, out.catalogue.data(), n, &n);
  };
  if (out.release == 0) {
    out.release = budget_of(api, engine).n_releases;
    const recveil_status again = out.release > 0 ? book() : RECVEIL_E_ARGUMENT;
    if (again == RECVEIL_OK) return out;
    if (again != RECVEIL_E_ARGUMENT) check(api, again);
    ++out.release;
  }
  check(api, book());
  return out;
}

std::string percent(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

int train(Context &context, const TrainOptions &options) {
  const auto api = load_library(context.library);
  data::check_output_name(options.out, data::RowFormat::text, false);
  NewText out(options.out);
  const Engine engine = Engine::open_file(api, options.config);
  static_cast<void>(budget_of(*api, engine));  // before the work
  const Histories people = histories_of(options);
  recveil_private_model *model = nullptr;
  std::vector<std::uint64_t> counts = statistics(*api, people, {});
  {
    Progress progress;
    const recveil_progress watch = progress.watch();
    const Chosen chosen = choose(*api, engine, options, counts, watch);
    const std::vector<std::uint64_t> gram = statistics(*api, people, chosen.catalogue);
    recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
    training.release = chosen.release;
    training.kind = options.kind == "factors" ? RECVEIL_FOLD_FACTORS : RECVEIL_FOLD_ITEM_ITEM;
    training.d = options.dimension;
    training.progress = watch;
    check(*api, api->private_train(engine.get(), &training, counts.data(), counts.size() * 8,
                                   gram.data(), gram.size() * 8, &model));
  }
  const std::unique_ptr<recveil_private_model, decltype(api->private_model_close)> close(
      model, api->private_model_close);
  recveil_private_model_info info = RECVEIL_PRIVATE_MODEL_INFO_INIT;
  check(*api, api->private_model_get_info(model, &info));
  const recveil_private_budget budget = budget_of(*api, engine);
  const bool noise = info.n_above_noise < kLeastAbove;
  if (!noise) {
    std::string bytes;
    check(*api, api->private_model_write(model, Engine::append, &bytes));
    out.commit(bytes);
  }
  if (options.json) {
    // Nothing here is exact but what the operator gave.
    fmt::print("{}\n", Json{{"schema", kSchema},
                            {"model", noise ? Json() : Json(options.out)},
                            {"data", options.data},
                            {"items_from", options.items.empty() ? "data" : options.items},
                            {"kind", options.kind},
                            {"release", info.release},
                            {"mu", info.mu},
                            {"items", info.n_items},
                            {"catalogue", info.n_catalogue},
                            {"catalogue_share", info.catalogue_share},
                            {"above_noise", info.n_above_noise},
                            {"releases_left", budget.n_left}}
                           .dump(2));
  } else if (noise) {
    fmt::print(
        "release {}: only {} eigenvalues rise above the noise: there is no model to write. "
        "It takes more people, or a larger budget\n",
        info.release, info.n_above_noise);
  } else {
    fmt::print("{}: release {} of mu {:.3f}, {} of {} items ({} of the interactions); {} left\n",
               options.out, info.release, info.mu, grouped(info.n_catalogue), grouped(info.n_items),
               percent(info.catalogue_share),
               budget.n_left == 1 ? std::string("1 release is")
                                  : grouped(budget.n_left) + " releases are");
  }
  if (options.items.empty()) {
    fmt::print(stderr,
               "recveil: without --items the list of items is that of the data, which the promise "
               "does not cover: an item that one person alone has is in it or not\n");
  }
  if (people.left_out > 0) {
    fmt::print(stderr, "recveil: {} interactions with items that {} does not list were left out\n",
               grouped(people.left_out), options.items);
  }
  return noise ? kFinding : kOk;
}

int show_budget(Context &context, const std::string &config, bool json) {
  const auto api = load_library(context.library);
  const Engine engine = Engine::open_file(api, config);
  const recveil_private_budget budget = budget_of(*api, engine);
  const recveil_private_bounds all = bounds_of(*api, budget.mu, budget.delta, 0.01);
  if (json) {
    fmt::print("{}\n", Json{{"schema", kSchema},
                            {"mu", budget.mu},
                            {"mu_release", budget.mu_release},
                            {"mu_spent", budget.mu_spent},
                            {"delta", budget.delta},
                            {"epsilon", all.epsilon},
                            {"auc", all.auc},
                            {"tpr_01", all.tpr},
                            {"people", budget.n_people},
                            {"releases", budget.n_releases},
                            {"releases_left", budget.n_left}}
                           .dump(2));
    return kOk;
  }
  fmt::print(
      "Promised: mu {:.4g} for all releases together, that is epsilon {:.4g} at delta {:g}: no\n"
      "attacker has a larger AUC than {:.3f}, or finds more than {} of the members while 1 % of\n"
      "the others are taken for members.\n"
      "Spent:    mu {:.4g} in {} releases. {} more of mu {:.4g} each {} left.\n",
      budget.mu, all.epsilon, budget.delta, all.auc, percent(all.tpr), budget.mu_spent,
      budget.n_releases, budget.n_left, budget.mu_release, budget.n_left == 1 ? "is" : "are");
  return kOk;
}

int show_bounds(Context &context, const BoundOptions &options) {
  const auto api = load_library(context.library);
  double mu = options.mu;
  if (options.epsilon > 0) check(*api, api->private_mu(options.epsilon, options.delta, &mu));
  const recveil_private_bounds bounds = bounds_of(*api, mu, options.delta, options.fpr);
  if (options.json) {
    fmt::print("{}\n", Json{{"schema", kSchema},
                            {"mu", mu},
                            {"epsilon", bounds.epsilon},
                            {"delta", options.delta},
                            {"auc", bounds.auc},
                            {"fpr", options.fpr},
                            {"tpr", bounds.tpr}}
                           .dump(2));
    return kOk;
  }
  fmt::print(
      "mu {:.4g} is epsilon {:.4g} at delta {:g}. No attacker has a larger AUC than {:.3f}, "
      "or finds more\nthan {:.1f} % of the members while {:g} % of the others are taken for "
      "members.\n",
      mu, bounds.epsilon, options.delta, bounds.auc, 100 * bounds.tpr, 100 * options.fpr);
  return kOk;
}

void add_train(CLI::App &app, Context &context) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App *command = app.add_subcommand("train", "Make one release: from histories to a model");
  command
      ->add_option("--config", options->config,
                   "the engine's configuration, YAML, with keys.file and private")
      ->required();
  command->add_option("--data", options->data, "SPEC of the histories; a user is a person")
      ->required();
  command->add_option("--items", options->items,
                      "all items of the shop, one id a line: item numbers of the model are lines "
                      "from 0 (default: those of the data, which the promise does not cover)");
  command->add_option("--out", options->out, "the file to write, for recveil_private_model_read")
      ->required();
  add_force(*command);
  command
      ->add_option("--kind", options->kind,
                   "factors (default): smaller; item_item: weights between items")
      ->check(CLI::IsMember({"factors", "item_item"}));
  command->add_option("--dimension", options->dimension, "of factors (default: 64)")
      ->check(CLI::Range(1, 512));
  command->add_option("--release", options->release,
                      "its number (default: the last one if it was for the same histories, which "
                      "costs nothing; else the next)");
  command->add_flag("--json", options->json, "print one JSON object and nothing else on stdout");
  command->footer(
      std::string(kSpecHelp) +
      "\n\nExit status: 0 done, 1 the model is noise and was not written, 2 bad input.");
  command->callback([&context, options] {
    context.run = [&context, options] { return train(context, *options); };
  });
}

}  // namespace

void add_private(CLI::App &app, Context &context) {
  CLI::App *group = app.add_subcommand(
      "private", "Train one model for everybody with differential privacy, on a budget");
  group->require_subcommand(1);
  group->footer(
      "  recveil private bounds --epsilon 4\n"
      "  recveil private train --config recveil.yaml --data synthetic:users=6000 --out "
      "release.bin\n"
      "  recveil private budget --config recveil.yaml\n"
      "The configuration needs keys.file and, of private, ledger, people, and mu or epsilon.\n"
      "Serve the model with serving.mode private. docs/private.md says what is promised.");
  add_train(*group, context);

  const auto config = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  CLI::App *budget =
      group->add_subcommand("budget", "What was promised, what was spent, and what is left");
  budget->add_option("--config", *config, "the engine's configuration, YAML")->required();
  budget->add_flag("--json", *json, "print one JSON object and nothing else");
  budget->footer("Exit status: 0 done, 2 bad input.");
  budget->callback([&context, config, json] {
    context.run = [&context, config, json] { return show_budget(context, *config, *json); };
  });

  const auto options = std::make_shared<BoundOptions>();
  CLI::App *bounds = group->add_subcommand("bounds", "What a budget means for an attacker");
  auto *epsilon = bounds->add_option("--epsilon", options->epsilon, "of (epsilon, delta)")
                      ->check(CLI::PositiveNumber);
  auto *mu = bounds->add_option("--mu", options->mu, "of Gaussian differential privacy")
                 ->check(CLI::PositiveNumber);
  epsilon->excludes(mu);
  bounds->add_option("--delta", options->delta, "(default: 1e-6)")->check(CLI::PositiveNumber);
  bounds->add_option("--fpr", options->fpr, "of the attacker, above 0 and below 1 (default: .01)")
      ->check(CLI::PositiveNumber);
  bounds->add_flag("--json", options->json, "print one JSON object and nothing else");
  bounds->footer("Exit status: 0 done, 2 bad input.");
  bounds->callback([&context, options] {
    if (options->epsilon <= 0 && options->mu <= 0) {
      throw CLI::RequiredError("one of --epsilon and --mu");
    }
    context.run = [&context, options] { return show_bounds(context, *options); };
  });
}

}  // namespace recveil::cli
