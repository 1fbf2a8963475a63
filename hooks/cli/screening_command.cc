#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "audit_commands.h"
#include "commands.h"
#include "report_output.h"
#include "screening_text.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct ScreeningOptions {
  std::string data = "synthetic", defense = "full", adversary = "adaptive", recommender = "ials";
  std::vector<std::string> attacks, targets, sizes;
  std::vector<unsigned> batches;
  unsigned seeds = 10, first_seed = 1, repeats = 20, impact_splits = 1, dimension = 32,
           threads = default_threads();
  double injection_rate = 0.01;
  bool no_scenes = false, json = false;
  ReportPaths reports;
};

Json sizes_json(const std::vector<std::string> &sizes) {
  Json out = Json::array();
  for (const std::string &size : sizes) {
    const bool digits = !size.empty() && size.size() < 10 &&
                        size.find_first_not_of("0123456789") == std::string::npos;
    out.push_back(digits ? Json(std::stoul(size)) : Json(size));
  }
  return out;
}

Json request_of(const ScreeningOptions &options) {
  Json request{{"audit", "screening"},
               {"data", options.data},
               {"defense", options.defense},
               {"adversary", options.adversary},
               {"injection_rate", options.injection_rate},
               {"seeds", options.seeds},
               {"first_seed", options.first_seed},
               {"repeats", options.repeats},
               {"scenes", !options.no_scenes},
               {"impact_splits", std::min(options.impact_splits, options.seeds)},
               {"recommender", options.recommender},
               {"dimension", options.dimension}};
  if (!options.attacks.empty()) request["attacks"] = options.attacks;
  if (!options.targets.empty()) request["targets"] = options.targets;
  if (!options.sizes.empty()) request["sizes"] = sizes_json(options.sizes);
  if (!options.batches.empty()) request["batches"] = options.batches;
  return request;
}

void add_options(CLI::App &command, ScreeningOptions &options) {
  command.add_option("--data", options.data, "SPEC of the data (default: synthetic)");
  command.add_option("--defense", options.defense,
                     "none; ocsvm: PCA and a one-class SVM, as published; full: behaviour, copies "
                     "and coordination (default)");
  command.add_option("--adversary", options.adversary,
                     "naive: the published attacks; adaptive: also those of somebody who knows the "
                     "defence, which are reported and not judged (default)");
  command
      .add_option(
          "--attacks", options.attacks,
          "these alone, with commas between: random average bandwagon segment "
          "average_over_popular popularity_sampled template_copy user_mix hidano_naive, and "
          "reported alone: spread_targets unknown_donors unknown_mix below_max pga "
          "nuke_random nuke_average nuke_template_copy")
      ->delimiter(',');
  command
      .add_option("--sizes", options.sizes,
                  "items of a fake: numbers from 12, or average (default: 20,100,average)")
      ->delimiter(',');
  command
      .add_option("--targets", options.targets,
                  "what is pushed: unpopular_1, medium_1 (had by 1.5 to 3 %), unpopular_5, and "
                  "spread_5, of which every fake pushes one (default: all)")
      ->delimiter(',');
  command
      .add_option("--injection-rate", options.injection_rate, "fakes of a campaign, of all users")
      ->check(CLI::Range(1e-4, 0.2));
  command
      .add_option("--seeds", options.seeds,
                  "random splits into trusted window, batch and donors nobody has seen; each has "
                  "one campaign of every kind")
      ->check(CLI::Range(1, 1000));
  command.add_option("--first-seed", options.first_seed, "seed of the first split");
  command
      .add_option("--repeats", options.repeats,
                  "trainings for clean batches, random and by order of arrival")
      ->check(CLI::Range(0, 1000));
  command
      .add_option("--batches", options.batches,
                  "sizes of clean batches (default: 100,300,1000, of those that a third of the "
                  "users fill)")
      ->delimiter(',');
  command.add_flag("--no-scenes", options.no_scenes,
                   "without flash crowds, trends, drips and windows with fakes in them");
  command
      .add_option("--impact-splits", options.impact_splits,
                  "splits in which a recommender is trained with and without what screening takes "
                  "out")
      ->check(CLI::Range(0, 1000));
  command.add_option("--recommender", options.recommender,
                     "of the impact: item_cf, ials, als or popularity");
  command.add_option("--dimension", options.dimension, "factors of ials and als")
      ->check(CLI::Range(1, 512));
  command.add_option("--threads", options.threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  command.add_flag("--json", options.json, "print one JSON object and nothing else");
  add_report_options(command, options.reports);
}

}  // namespace

void add_screening(CLI::App &audit, Context &context) {
  CLI::App *command = audit.add_subcommand(
      "screening", "Do accounts made to poison the model get past the screening, and do people?");
  const auto options = std::make_shared<ScreeningOptions>();
  add_options(*command, *options);
  command->footer(
      std::string(kSpecHelp) +
      "\n\nA first look, some seconds:\n"
      "  recveil audit screening --seeds 2 --repeats 4 --sizes average --adversary naive\n"
      "How much the published detector sees:\n"
      "  recveil audit screening --data ml-100k:DIR --defense ocsvm\n"
      "docs/audit.md says what is planted, what is judged, and what is only reported.\n"
      "\nExit status: 0 everything that is claimed holds, 1 a claimed attack gets through or "
      "people "
      "are quarantined, 2 bad input, 3 inconclusive.");
  command->callback([&context, options] {
    context.run = [&context, options] {
      ReportFiles files(options->reports);
      const auto api = load_library(context.library);
      const Json report =
          run_audit(*api, request_of(*options), options->threads, files.metrics(api));
      files.write(report, api->version());
      if (options->json) {
        fmt::print("{}\n", report.dump(2));
      } else {
        fmt::print("{}", screening_text(report));
      }
      return exit_status(report);
    };
  });
}

}  // namespace recveil::cli
