// Running an audit through the library and reporting it, shared by the commands that do.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "audit/report_files.h"
#include "commands.h"
#include "library.h"

namespace recveil::cli {

unsigned default_threads();

// What every audit takes.
struct AuditOptions {
  unsigned threads = default_threads();
  bool json = false;
  ReportPaths reports;
};

// --threads, --json, --html, --junit and --prometheus.
void add_audit_options(CLI::App &command, AuditOptions &options);

// Runs an audit; the report as parsed JSON. Throws StatusError.
nlohmann::json run_audit(const Api &api, const nlohmann::json &request,
                         const recveil_audit_options &options);

// The same with progress. metrics: an engine that takes the results over, or nullptr.
nlohmann::json run_audit(const Api &api, const nlohmann::json &request, unsigned threads,
                         recveil_engine *metrics);

// The whole of a command: opens the files of the reports, lets `run` audit, writes what was asked
// for, and prints. Returns the exit status; of several defences, that of the last.
using RunAudit =
    std::function<nlohmann::json(const Api &api, const recveil_audit_options &options)>;
int run_and_report(Context &context, const AuditOptions &options, const RunAudit &run);

// "no leak found", of an audit's verdict.
std::string verdict_text(const nlohmann::json &judged);

// ".998 [.997, .999]", of an estimate {value, lo, hi}.
std::string rate_interval(const nlohmann::json &estimate);

// "synthetic: 1,208 users, ..."
std::string data_text(const nlohmann::json &audit);

}  // namespace recveil::cli
