// `recveil erase`: its options.
#include <memory>

#include "audit/run.h"
#include "commands.h"
#include "data/csv.h"
#include "erase/files.h"
#include "outputs.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

constexpr const char *kFilesHelp =
    "Embeddings: one row per user, a .npy of float32, float64 or float16, CSV, or the text of\n"
    "word2vec (these also as .gz and .xz). The file may be larger than memory.\n"
    "Classes: one row per user, in the order of the embeddings, and one column per attribute: a\n"
    ".npy of whole numbers, or CSV whose first line names the attributes. Classes are numbered\n"
    "from 0; -1 or an empty field means that the class is unknown. docs/files.md shows every\n"
    "layout.\n";

constexpr const char *kFitHelp =
    "\nFit once per model version, on rows that were never erased. gaussian_transport of one\n"
    "attribute and leace stream any number of rows in bounded memory and resume after a crash;\n"
    "other fits hold --sample rows in memory. To fit on several machines, write --statistics-out\n"
    "on each of them and add the files up with --merge (gaussian_transport or leace).\n"
    "\nUsers with the same short history share a row, and a map of classes makes a shared row "
    "easier\n"
    "to read, not harder; score_transport leaves it as it is. With --key score_transport "
    "(whatever\n"
    "their class) and optimal_transport place these users among the shared rows of others; apply\n"
    "then needs --ids and the same key. Without it the transport methods of classes refuse rows "
    "of\n"
    "which more than 1 % are shared, and score_transport says how many stay readable.\n";

constexpr const char *kApplyHelp =
    "\nRows of unknown class are copied bit for bit: leave the classes of users who did not ask\n"
    "empty. Output and progress are kept in OUTPUT.part and OUTPUT.checkpoint; after a crash the\n"
    "same command resumes. Never map a row twice: a second map makes the attribute readable "
    "again.\n"
    "This removes an attribute from embeddings. It does not erase a person, and ranked lists can\n"
    "still reveal the attribute; see docs/erasure.md.\n";

void add_files(CLI::App *command, EraseOptions &options) {
  command->add_option("--embeddings", options.embeddings, "FILE of embeddings");
  command->add_option("--classes", options.classes, "FILE of classes");
  command
      ->add_option("--attribute", options.attributes,
                   "columns of the classes, by name; in a .npy by number (default: all)")
      ->delimiter(',');
  command->add_option("--frozen-tail", options.frozen_tail,
                      "number of last columns that are not part of the embedding, such as biases");
  command->add_option("--id-columns", options.csv.id_columns,
                      "CSV: number of first columns that hold ids; they are copied (0: none, "
                      "whatever the first column looks like)");
  command->add_flag("--header", options.csv.header, "CSV: the first line holds names");
  command->add_option("--separator", options.csv.separator,
                      "CSV: what is between fields: a text, tab, space, comma, semicolon or pipe");
  command->add_option("--threads", options.threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  add_force(*command);
  command->add_flag("--restart", options.restart, "start again instead of resuming a stopped run");
  command->add_flag("--json", options.json, "print one JSON object and nothing else");
}

}  // namespace

void add_erase(CLI::App &app, Context &context) {
  CLI::App *erase =
      app.add_subcommand("erase", "Remove an attribute from the embeddings in a file");
  erase->require_subcommand(1);
  const auto options = std::make_shared<EraseOptions>();
  options->threads = default_threads();

  CLI::App *fit = erase->add_subcommand("fit", "Fit a map from rows and classes");
  add_files(fit, *options);
  fit->add_option("--method", options->method,
                  "score_transport (default), optimal_transport, gaussian_transport or leace");
  fit->add_option("--key", options->key,
                  "FILE: the key that apply will be given; users who share a row get cells");
  fit->add_option("--map", options->map, "FILE to write the map to");
  fit->add_option("--n-classes", options->n_classes,
                  "number of classes of each attribute (default: as found)")
      ->delimiter(',');
  fit->add_option("--merge", options->merge, "FILES of statistics to add up");
  fit->add_option("--statistics-out", options->statistics_out, "FILE to write statistics to");
  fit->add_option("--sample", options->sample,
                  "rows to hold in memory, if the method needs rows (default: 200000)")
      ->check(CLI::Range(100, 100'000'000));
  fit->add_option("--seed", options->seed, "seed of everything random in the fit");
  fit->footer(std::string(kFilesHelp) + kFitHelp);
  fit->callback([&context, options] {
    context.run = [&context, options] {
      options->csv.separator = data::separator_of(options->csv.separator, "--separator");
      return run_erase_fit(load_library(context.library), *options);
    };
  });

  CLI::App *apply = erase->add_subcommand("apply", "Write the mapped rows to a new file");
  add_files(apply, *options);
  apply->add_option("--map", options->map, "FILE of a map")->required();
  apply
      ->add_option("--output", options->output, "FILE to write, of the same kind as the embeddings")
      ->required();
  apply->get_option("--embeddings")->required();
  apply->add_option("--ids", options->ids,
                    "FILE: the id of each row, one a line, for a map with cells");
  apply->add_option("--key", options->key,
                    "FILE: the key file, for a map with cells; with another key users move");
  apply
      ->add_option(
          "--users", options->users,
          "how ids are users to recveil_route(): auto (a number is itself, else hashed) or "
          "bytes (always hashed)")
      ->check(CLI::IsMember({"auto", "bytes"}));
  apply->footer(std::string(kFilesHelp) + kApplyHelp);
  apply->callback([&context, options] {
    context.run = [&context, options] {
      options->csv.separator = data::separator_of(options->csv.separator, "--separator");
      return run_erase_apply(load_library(context.library), *options);
    };
  });
}

}  // namespace recveil::cli
