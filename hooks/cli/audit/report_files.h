// --html, --junit, --prometheus and --force of the audits that give one verdict.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "outputs.h"
#include "recveil/recveil.hpp"
#include "report/view.h"

namespace recveil::cli {

// The configuration of an engine that serves nobody and holds metrics alone.
extern const char *const kMetricsOnly;

// Paths, empty where a report was not asked for.
struct ReportPaths {
  std::string html, junit, prometheus;
};

void add_report_options(CLI::App &app, ReportPaths &paths);

// Construct before the audit runs, so that a bad path is told before hours of work. Nothing is left
// at or next to the paths unless write() returns. Errors: std::runtime_error naming the path.
class ReportFiles {
 public:
  explicit ReportFiles(const ReportPaths &paths);
  // The engine for the results of the audit, or nullptr if nobody asked for metrics.
  recveil_engine *metrics(const std::shared_ptr<const Api> &api);
  void write(const ReportView &view);

 private:
  std::optional<NewText> html_, junit_, prometheus_;
  std::optional<Engine> engine_;
};

}  // namespace recveil::cli
