// The subcommands. Each add_... declares its options on `app` and sets `run`, which is called after
// parsing and returns the exit status.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace recveil::cli {

struct Context {
  std::string library;  // --library
  std::function<int()> run;
};

void add_demo(CLI::App &app, Context &context);
void add_audit(CLI::App &app, Context &context);
void add_lists(CLI::App &audit, Context &context);  // below `recveil audit`
void add_paper(CLI::App &audit, Context &context);  // below `recveil audit`
void add_attribute(CLI::App &audit, Context &context);
void add_screening(CLI::App &audit, Context &context);
void add_private(CLI::App &app, Context &context);
void add_screen(CLI::App &app, Context &context);  // train, run
void add_tune(CLI::App &app, Context &context);
void add_erase(CLI::App &app, Context &context);
void add_doctor(CLI::App &app, Context &context);
void add_forget(CLI::App &app, Context &context);
void add_data(CLI::App &app, Context &context);
void add_operator_commands(CLI::App &app, Context &context);  // config, key, version

// What SPEC may be, for --help.
extern const char *const kSpecHelp;

}  // namespace recveil::cli
