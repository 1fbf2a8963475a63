// The recveil command: see --help.
#include <fmt/core.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <system_error>

#include "commands.h"
#include "core/error.h"
#include "core/watch.h"
#include "data/fields.h"
#include "library.h"
#include "outputs.h"
#include "terminal.h"

namespace recveil::cli {

const char *const kSpecHelp =
    "SPEC of data:\n"
    "  synthetic[:users=N,items=N,seed=N,histories=2..19]\n"
    "  ml-1m:DIR  ml-100k:DIR  ml-latest-small:DIR  lastfm-2k:DIR  adm:DIR  foursquare:DIR\n"
    "  filmtrust:DIR  averageattack:DIR             public datasets, as published\n"
    "  'csv:FILE?user=0&item=1&rating=2&time=3&sep=,&header=1&attributes=FILE2'\n"
    "The options of csv may be left out; a column is a number from 0 or, with header=1, a name.\n"
    "FILE2 has a line of names, then one a person: the id first, an attribute in each other "
    "column.\n"
    "Files may be plain, .gz or .xz, or pipes. docs/files.md shows every layout.";

namespace {

int failed(const std::string &what) {
  fmt::print(stderr, "recveil: {}\n", what);
  return kBadInput;
}

// What was printed is out, or it is an error: a full disk must not look like success.
int printed(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return failed("standard output: cannot be written: " + std::generic_category().message(errno));
}

// Ranges of options let NaN pass.
void refuse_not_finite(const CLI::App &app) {
  for (const CLI::Option *option : app.get_options()) {
    if (option->get_type_name().find("FLOAT") == std::string::npos) continue;
    for (const std::string &result : option->results()) {
      if (std::isfinite(std::strtod(result.c_str(), nullptr))) continue;
      throw std::runtime_error(option->get_name() + ": " + data::in_quotes(result) +
                               " is not a finite number");
    }
  }
  for (const CLI::App *sub : app.get_subcommands()) refuse_not_finite(*sub);
}

int stopped() {
  fmt::print(stderr, "recveil: stopped\n");
  return kStopped;
}

int run(int argc, char **argv) {
  remember_arguments(argc, argv);
  CLI::App app(
      "Recveil keeps an outsider from learning what a recommender was trained on.\n"
      "Start with `recveil demo`; then `recveil audit membership --help`.");
  app.name("recveil");
  app.require_subcommand(1);
  Context context;
  app.add_option("--library", context.library,
                 "the librecveil.so to use (default: the one next to this command)");
  add_demo(app, context);
  add_audit(app, context);
  add_screen(app, context);
  add_private(app, context);
  add_tune(app, context);
  add_erase(app, context);
  add_forget(app, context);
  add_doctor(app, context);
  add_data(app, context);
  add_operator_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return failed(std::string(error.what()) + "; see --help");
  }
  try {
    // What is linked in, such as the readers, stops after Ctrl-C as the library does.
    Watch watch(nullptr, nullptr, stop_flag());
    const WatchScope scope(&watch);
    refuse_not_finite(app);
    return printed(context.run());
  } catch (const StatusError &error) {
    return error.status() == RECVEIL_E_CANCELLED ? stopped() : failed(error.what());
  } catch (const Error &error) {
    return error.status() == Status::cancelled ? stopped() : failed(error.what());
  } catch (const std::bad_alloc &) {
    return failed("out of memory");
  } catch (const std::exception &error) {
    const std::string what = error.what();  // fmt's, if a write to the terminal or a pipe fails
    return failed(what.starts_with("cannot write to file") ? "standard output: " + what : what);
  }
}

}  // namespace
}  // namespace recveil::cli

int main(int argc, char **argv) {
  return recveil::cli::run(argc, argv);
}
