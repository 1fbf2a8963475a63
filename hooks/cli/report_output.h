// --html and --junit of the audits that give one verdict.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "report_file.h"

namespace recveil::cli {

// Paths, empty where a report was not asked for.
struct ReportPaths {
  std::string html, junit;
};

void add_report_options(CLI::App &app, ReportPaths &paths);

// Construct before the audit runs, so that a bad path is told before hours of work. Nothing is left
// at or beside the paths unless write() returns. Errors: std::runtime_error naming the path.
class ReportFiles {
 public:
  explicit ReportFiles(const ReportPaths &paths);
  void write(const nlohmann::json &report, const std::string &version);

 private:
  std::optional<ReportFile> html_, junit_;
};

}  // namespace recveil::cli
