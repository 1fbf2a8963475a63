#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "attribute_text.h"
#include "audit_commands.h"
#include "commands.h"
#include "report_output.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct AttributeOptions {
  std::string data = "synthetic", recommender = "ials", adversary = "adaptive";
  std::vector<std::string> defenses{"none"}, attributes, sources{"embedding", "list"}, attackers;
  double share = 1, margin = 0.05;
  unsigned seeds = 3, first_seed = 1, dimension = 32, list_length = 100, folds = 0,
           threads = default_threads();
  bool decoys = false, no_xgboost = false, json = false;
  ReportPaths reports;
};

Json request_of(const AttributeOptions &options) {
  Json request{{"audit", "attribute"},
               {"data", options.data},
               {"recommender", options.recommender},
               {"adversary", options.adversary},
               {"sources", options.sources},
               {"share", options.share},
               {"seeds", options.seeds},
               {"first_seed", options.first_seed},
               {"dimension", options.dimension},
               {"list_length", options.list_length},
               {"folds", options.folds},
               {"decoys", options.decoys},
               {"xgboost", !options.no_xgboost},
               {"margin", options.margin}};
  if (!options.attributes.empty()) request["attributes"] = options.attributes;
  if (!options.attackers.empty()) request["attackers"] = options.attackers;
  if (options.defenses.size() == 1) {
    request["defense"] = options.defenses.front();
  } else {
    request["defenses"] = options.defenses;
  }
  return request;
}

void add_options(CLI::App &command, AttributeOptions &options) {
  command.add_option("--data", options.data, "SPEC of the data (default: synthetic)");
  command.add_option("--recommender", options.recommender,
                     "ials or als: what keeps a row of numbers a user (default: ials)");
  command
      .add_option("--defense", options.defenses,
                  "none, attrcloak_df, attrcloak_dd, gaussian_transport, optimal_transport, leace, "
                  "d2d or u2u; several with commas between are compared on the same splits")
      ->delimiter(',');
  command
      .add_option("--attribute", options.attributes,
                  "erased and attacked, several with commas between (default: all of the data)")
      ->delimiter(',');
  command.add_option("--adversary", options.adversary,
                     "naive: learns on raw rows of others; adaptive: also on rows that were erased "
                     "like those attacked (default)");
  command
      .add_option("--source", options.sources, "embedding, list (what is shown), or both (default)")
      ->delimiter(',');
  command.add_option("--attackers", options.attackers, "these alone (default: all)")
      ->delimiter(',');
  command.add_option("--share", options.share, "of the people who ask; 1: everybody (default)")
      ->check(CLI::Range(0.01, 1.0));
  command
      .add_option("--seeds", options.seeds,
                  "splits: each trains a model and draws who asks and who is attacked")
      ->check(CLI::Range(1, 1000));
  command.add_option("--first-seed", options.first_seed, "seed of the first split");
  command.add_option("--dimension", options.dimension, "factors of a row (default: 32)")
      ->check(CLI::Range(2, 512));
  command.add_option("--list-length", options.list_length, "items a list shows")
      ->check(CLI::Range(10, 1000));
  command
      .add_option(
          "--folds", options.folds,
          "parts that are attacked in turn by the others; 0: 5 where everybody asks, else 2")
      ->check(CLI::Range(0, 20));
  command.add_flag("--decoys", options.decoys,
                   "hide keyed decoys from the lists of those who asked");
  command.add_option("--margin", options.margin, "an AUC within .5 +- this counts as no leak")
      ->check(CLI::Range(0.001, 0.5));
  command.add_flag("--no-xgboost", options.no_xgboost,
                   "do not load XGBoost, where it is installed, as one more attacker");
  command.add_option("--threads", options.threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  command.add_flag("--json", options.json, "print one JSON object and nothing else");
  add_report_options(command, options.reports);
}

}  // namespace

void add_attribute(CLI::App &audit, Context &context) {
  CLI::App *command = audit.add_subcommand(
      "attribute", "Can an outsider read gender or age from embeddings, and after an erasure?");
  const auto options = std::make_shared<AttributeOptions>();
  add_options(*command, *options);
  command->footer(
      std::string(kSpecHelp) +
      "\n\nA first look, some seconds:\n"
      "  recveil audit attribute --data synthetic:users=1000,items=500 --seeds 1\n"
      "What an erasure leaves, for one in five who asked:\n"
      "  recveil audit attribute --data ml-1m:DIR --attribute gender --share 0.2 \\\n"
      "    --defense optimal_transport\n"
      "docs/audit.md says who attacks what, docs/erasure.md what was measured.\n"
      "\nExit status (of several defences: of the last): 0 no leak found, 1 leak, 2 bad input, "
      "3 inconclusive.");
  command->callback([&context, options] {
    context.run = [&context, options] {
      ReportFiles files(options->reports);
      const bool one = options->defenses.size() == 1;
      if (!one && (!options->reports.html.empty() || !options->reports.junit.empty())) {
        throw CLI::ValidationError("--html and --junit", "take one --defense");
      }
      const auto api = load_library(context.library);
      const Json report =
          run_audit(*api, request_of(*options), options->threads, files.metrics(api));
      files.write(report, api->version());
      if (options->json) {
        fmt::print("{}\n", report.dump(2));
      } else if (one) {
        fmt::print("{}", attribute_text(report));
      } else {
        for (const Json &each : report.at("audits")) fmt::print("{}\n", attribute_text(each));
      }
      return exit_status(one ? report : report.at("audits").back());
    };
  });
}

}  // namespace recveil::cli
