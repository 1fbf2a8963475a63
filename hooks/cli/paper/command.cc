// `recveil audit paper`: the tables of Zhang et al. (CCS'21), run again.
#include <fmt/core.h>

#include <memory>
#include <optional>
#include <stdexcept>

#include "audit/request_options.h"
#include "audit/run.h"
#include "commands.h"
#include "outputs.h"
#include "paper/view.h"
#include "report/report.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct PaperOptions {
  explicit PaperOptions(CLI::App &command) : request(command, "paper") {}
  RequestOptions request;
  unsigned threads = default_threads();
  bool json = false;
  std::string html, markdown;
};

int run(Context &context, const PaperOptions &options) {
  if (!options.html.empty() && options.html == options.markdown) {
    throw std::runtime_error(options.html + ": named for two kinds of report");
  }
  std::optional<NewText> html, markdown;
  if (!options.html.empty()) html.emplace(options.html);
  if (!options.markdown.empty()) markdown.emplace(options.markdown);
  const auto api = load_library(context.library);
  Json report;
  try {
    report = run_audit(*api, options.request.request(), options.threads, nullptr);
  } catch (const StatusError &error) {
    if (error.status() != RECVEIL_E_ARGUMENT) throw;
    throw std::runtime_error(options.request.told(error));
  }
  const ReportView view = paper_view(report, api->version());
  if (html) html->commit(html_report(view));
  if (markdown) markdown->commit(markdown_report(view));
  fmt::print("{}", options.json ? report.dump(2) + "\n" : text_report(view));
  return 0;
}

}  // namespace

void add_paper(CLI::App &audit, Context &context) {
  CLI::App *command = audit.add_subcommand(
      "paper", "Run the tables of the paper on membership again (Zhang et al.)");
  const auto options = std::make_shared<PaperOptions>(*command);
  command->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  command->add_flag("--json", options->json, "print one JSON object and nothing else");
  command->add_option("--html", options->html, "also write the table as one self-contained page");
  command->add_option("--markdown", options->markdown, "also write the table as Markdown");
  add_force(*command);
  command->footer(std::string(kSpecHelp) +
                  "\n\nA first look, some seconds:\n"
                  "  recveil audit paper --data synthetic:users=400,items=300 --seeds 1 \\\n"
                  "    --recommenders item_cf,lfm --attackers quick\n"
                  "The paper's grid, minutes:\n"
                  "  recveil audit paper --data lastfm-2k:DIR --markdown grid.md\n"
                  "docs/paper.md says what is run and what was measured.\n"
                  "\nExit status: 0 done, 2 bad input. A table is no verdict.");
  command->callback([&context, options] {
    context.run = [&context, options] { return run(context, *options); };
  });
}

}  // namespace recveil::cli
