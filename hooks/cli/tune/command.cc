#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit/run.h"
#include "commands.h"
#include "outputs.h"
#include "terminal.h"
#include "tune/chart.h"
#include "tune/config.h"
#include "tune/report.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct TuneOptions {
  std::string data = "synthetic", recommender = "item_cf", adversary = "adaptive";
  double ceiling = 0.53, loss = 0.05;
  std::vector<std::string> modes{"none", "popularity_randomization", "fold_in", "cross_fit"};
  std::vector<double> ratios{0.1, 0.3, 1}, epsilons{1, 4, 8};
  std::vector<unsigned> folds{2, 4, 8}, floors{1, 3, 5, 10};
  unsigned seeds = 8, first_seed = 1, threads = default_threads(), list_length = 100,
           dimension = 32;
  bool json = false;
  std::string svg, yaml, key;
};

const char *const kTuneHelp =
    "Every setting is served and attacked on the same splits, always by attackers who know it and\n"
    "learn on a copy of it. What counts is the worst of them on the own list: the upper end of "
    "the\n"
    "interval of max(AUC, 1 - AUC), corrected for how many attackers there are. A setting is\n"
    "  no leak found  under the ceiling for every attacker, and both controls passed\n"
    "  leak           over it for one, surely, or a TPR surely above twice its FPR\n"
    "  inconclusive   neither: more --seeds narrow the interval\n"
    "Recommended is the cheapest under the ceiling. Those whose NDCG@10 (mean of members' and\n"
    "non-members') is within --loss of the best of them count as equally good; of these the least\n"
    "training, then cross-fit before one model (it holds for attackers that are not here), then "
    "the\n"
    "fewest models, then the highest support floor, then the best NDCG@10.\n"
    "Training is in units of one model: F - 1 for the folds of ials and als from scratch (a tree "
    "of\n"
    "folds needs 1.5 for F = 4), 1 for all else: Item-CF counts everybody once. What other "
    "people's\n"
    "lists show of you is measured with --adversary crowd alone.\n"
    "Chosen among many, a number looks a little better than it is: confirm it on other splits, "
    "with\n"
    "--first-seed 1001 and the chosen setting alone.\n"
    "Example: recveil tune --data lastfm-2k:DIR --recommender ials --svg a.svg --yaml a.yaml\n\n";

void sort_unique(auto &values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// Neighbours with as many folds share the training of their models.
Json cells(TuneOptions options) {
  for (auto *list : {&options.folds, &options.floors}) sort_unique(*list);
  sort_unique(options.ratios);
  sort_unique(options.epsilons);
  const auto asked = [&](const char *mode) {
    return std::find(options.modes.begin(), options.modes.end(), mode) != options.modes.end();
  };
  Json out = Json::array();
  for (const char *mode : {"none", "popularity_randomization", "fold_in", "cross_fit", "private"}) {
    if (!asked(mode)) continue;
    const std::string name = mode;
    if (name == "popularity_randomization") {
      for (const double ratio : options.ratios)
        out.push_back({{"defense", name}, {"ratio", ratio}});
    } else if (name == "private") {
      for (const double epsilon : options.epsilons)
        out.push_back({{"defense", name}, {"epsilon", epsilon}});
    } else if (name == "cross_fit") {
      for (const unsigned folds : options.folds) {
        for (const unsigned floor : options.floors) {
          out.push_back({{"defense", name}, {"folds", folds}, {"support_floor", floor}});
        }
      }
    } else {
      out.push_back({{"defense", name}});
    }
  }
  return out;
}

int tune(const TuneOptions &options, Context &context) {
  if (!options.svg.empty() && options.svg == options.yaml) {
    throw std::runtime_error(options.svg + ": named for two kinds of report");
  }
  std::optional<NewText> svg, yaml;
  if (!options.svg.empty()) svg.emplace(options.svg);
  if (!options.yaml.empty()) yaml.emplace(options.yaml);
  const auto api = load_library(context.library);
  Json report = run_audit(*api,
                          {{"audit", "grid"},
                           {"cells", cells(options)},
                           {"data", options.data},
                           {"recommender", options.recommender},
                           {"adversary", options.adversary},
                           {"seeds", options.seeds},
                           {"first_seed", options.first_seed},
                           {"list_length", options.list_length},
                           {"dimension", options.dimension},
                           {"margin", std::round((options.ceiling - 0.5) * 1e9) / 1e9}},
                          options.threads, nullptr);
  const Outcome outcome = add_choice(report, options.ceiling, options.loss);
  if (svg) svg->commit(tune_chart(report));
  if (yaml && outcome == Outcome::found) {
    yaml->commit(tune_config(report, options.key, api->version()));
  }
  if (options.json) {
    fmt::print("{}\n", report.dump(2));
  } else {
    print_tune(report);
    if (yaml && outcome != Outcome::found) {
      fmt::print("  {}: not written, there is nothing to recommend\n", options.yaml);
    }
  }
  if (outcome == Outcome::found) return kOk;
  return outcome == Outcome::none ? kFinding : kInconclusive;
}

template <class T>
CLI::Option *add_list(CLI::App &app, const char *name, std::vector<T> &values, const char *what) {
  return app.add_option(name, values, what)->delimiter(',');
}

}  // namespace

void add_tune(CLI::App &app, Context &context) {
  CLI::App *tune_app = app.add_subcommand(
      "tune", "The cheapest defence that keeps every attacker under a ceiling, as configuration");
  const auto options = std::make_shared<TuneOptions>();
  tune_app->add_option("--data", options->data, "SPEC of the data (default: synthetic)");
  tune_app->add_option("--recommender", options->recommender,
                       "item_cf, ials, als, lfm or popularity");
  tune_app
      ->add_option("--adversary", options->adversary,
                   "adaptive: sees a person's own list; crowd: also lists of some other people "
                   "(default: adaptive)")
      ->check(CLI::IsMember({"adaptive", "crowd"}));
  tune_app
      ->add_option("--ceiling", options->ceiling,
                   "the AUC that every attacker must surely stay under (default: .53)")
      ->check(CLI::Range(0.501, 0.999));
  tune_app
      ->add_option("--loss", options->loss,
                   "the share of the best NDCG@10 that cheaper training may cost (default: .05)")
      ->check(CLI::Range(0.0, 1.0));
  add_list(*tune_app, "--modes", options->modes,
           "of none, popularity_randomization, fold_in, cross_fit, private (default: all but "
           "private, which needs some thousand people)")
      ->check(
          CLI::IsMember({"none", "popularity_randomization", "fold_in", "cross_fit", "private"}));
  add_list(*tune_app, "--ratios", options->ratios,
           "of popularity_randomization: list length / pool size (default: .1,.3,1)");
  add_list(*tune_app, "--folds", options->folds, "of cross_fit (default: 2,4,8)")
      ->check(CLI::Range(2, 64));
  add_list(*tune_app, "--floors", options->floors,
           "support floors of cross_fit (default: 1,3,5,10)")
      ->check(CLI::Range(1, 1 << 30));
  add_list(*tune_app, "--epsilons", options->epsilons,
           "of private, for one release, at delta 1e-6 (default: 1,4,8)")
      ->check(CLI::Range(0.1, 100.0));
  tune_app->add_option("--seeds", options->seeds, "user-disjoint splits (default: 8)")
      ->check(CLI::Range(1, 1000));
  tune_app->add_option("--first-seed", options->first_seed, "seed of the first split");
  tune_app->add_option("--list-length", options->list_length, "items a list shows")
      ->check(CLI::Range(10, 1000));
  tune_app->add_option("--dimension", options->dimension, "factors of ials and als")
      ->check(CLI::Range(1, 512));
  tune_app->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  tune_app->add_flag("--json", options->json, "print one JSON object and nothing else");
  tune_app->add_option("--svg", options->svg, "also draw leakage against NDCG@10 and HR@10");
  tune_app->add_option("--yaml", options->yaml,
                       "also write the recommended setting as configuration of an engine");
  add_force(*tune_app);
  tune_app->add_option("--key", options->key,
                       "the key file that the configuration names (default: an ephemeral key, for "
                       "trying out)");
  tune_app->footer(std::string(kTuneHelp) + kSpecHelp +
                   "\nExit status: 0 a setting is recommended, 1 there is none, 2 bad input, 3 "
                   "inconclusive.");
  tune_app->callback([&context, options] {
    context.run = [&context, options] { return tune(*options, context); };
  });
}

}  // namespace recveil::cli
