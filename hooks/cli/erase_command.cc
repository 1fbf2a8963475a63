// `recveil erase`: its options.
#include <memory>

#include "audit_commands.h"
#include "commands.h"
#include "data/csv.h"
#include "erase_files.h"
#include "outputs.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

constexpr const char *kFilesHelp =
    "Embeddings: a .npy of float32, float64 or float16, one row a user; or CSV or word2vec's text\n"
    "(packed as .gz or .xz too). They may be larger than memory.\n"
    "Classes: one row a user, in the order of the embeddings, and one column an attribute: a .npy "
    "of\n"
    "whole numbers, or CSV whose first line names the attributes. Classes count from 0; -1, or an\n"
    "empty field, is unknown. docs/files.md shows every layout.\n";

constexpr const char *kFitHelp =
    "\nFit once per model version, on rows that were never erased. gaussian_transport of one\n"
    "attribute and leace read any number of rows in bounded memory and go on after a crash where\n"
    "they were; other fits hold --sample rows. To share the reading, write --statistics-out on "
    "each\n"
    "shard and add them up with --merge.\n";

constexpr const char *kApplyHelp =
    "\nRows whose class is unknown are copied bit for bit: leave classes out of everybody who did\n"
    "not ask. Output and progress are kept in OUTPUT.part and OUTPUT.checkpoint; after kill -9 "
    "the\n"
    "same command goes on. Never map rows a second time: that opens them again.\n"
    "This takes an attribute out of embeddings. It does not erase a person, and lists can still\n"
    "tell; see docs/erasure.md.\n";

void add_files(CLI::App *command, EraseOptions &options) {
  command->add_option("--embeddings", options.embeddings, "FILE of rows");
  command->add_option("--classes", options.classes, "FILE of classes");
  command
      ->add_option("--attribute", options.attributes,
                   "columns of the classes: names, of a .npy numbers (default: all)")
      ->delimiter(',');
  command->add_option("--frozen-tail", options.frozen_tail,
                      "last columns that are no embedding, such as biases: left as they are");
  command->add_option("--id-columns", options.csv.id_columns,
                      "CSV: first columns that are ids, left as they are (0: none, whatever the "
                      "first column looks like)");
  command->add_flag("--header", options.csv.header, "CSV: the first line holds names");
  command->add_option("--separator", options.csv.separator,
                      "CSV: what is between fields: a text, tab, space, comma, semicolon or pipe");
  command->add_option("--threads", options.threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  add_force(*command);
  command->add_flag("--restart", options.restart, "start anew, not where a stopped run was");
  command->add_flag("--json", options.json, "print one JSON object and nothing else");
}

}  // namespace

void add_erase(CLI::App &app, Context &context) {
  CLI::App *erase =
      app.add_subcommand("erase", "Take an attribute out of embeddings that are in a file");
  erase->require_subcommand(1);
  const auto options = std::make_shared<EraseOptions>();
  options->threads = default_threads();

  CLI::App *fit = erase->add_subcommand("fit", "Fit a map from rows and classes");
  add_files(fit, *options);
  fit->add_option("--method", options->method,
                  "gaussian_transport (default), optimal_transport or leace");
  fit->add_option("--map", options->map, "FILE to write the map to");
  fit->add_option("--n-classes", options->n_classes,
                  "classes of each attribute (default: the highest found and one)")
      ->delimiter(',');
  fit->add_option("--merge", options->merge, "FILES of statistics to add");
  fit->add_option("--statistics-out", options->statistics_out, "FILE to write statistics to");
  fit->add_option("--sample", options->sample, "rows to hold, where a method needs them")
      ->check(CLI::Range(100, 100'000'000));
  fit->add_option("--seed", options->seed, "of everything random in a fit");
  fit->footer(std::string(kFilesHelp) + kFitHelp);
  fit->callback([&context, options] {
    context.run = [&context, options] {
      options->csv.separator = data::separator_of(options->csv.separator, "--separator");
      return run_erase_fit(*load_library(context.library), *options);
    };
  });

  CLI::App *apply = erase->add_subcommand("apply", "Write rows anew, mapped");
  add_files(apply, *options);
  apply->add_option("--map", options->map, "FILE of a map")->required();
  apply->add_option("--output", options->output, "FILE to write, of the kind of the embeddings")
      ->required();
  apply->get_option("--embeddings")->required();
  apply->footer(std::string(kFilesHelp) + kApplyHelp);
  apply->callback([&context, options] {
    context.run = [&context, options] {
      options->csv.separator = data::separator_of(options->csv.separator, "--separator");
      return run_erase_apply(*load_library(context.library), *options);
    };
  });
}

}  // namespace recveil::cli
