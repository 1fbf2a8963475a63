#include "report_output.h"

#include <stdexcept>

#include "report_html.h"
#include "report_junit.h"

namespace recveil::cli {

void add_report_options(CLI::App &app, ReportPaths &paths) {
  app.add_option("--html", paths.html, "also write the report as one self-contained page");
  app.add_option("--junit", paths.junit, "also write the report as JUnit XML, for release gates");
}

ReportFiles::ReportFiles(const ReportPaths &paths) {
  if (!paths.html.empty() && paths.html == paths.junit) {
    throw std::runtime_error(paths.html + ": named by both --html and --junit");
  }
  if (!paths.html.empty()) html_.emplace(paths.html);
  if (!paths.junit.empty()) junit_.emplace(paths.junit);
}

void ReportFiles::write(const nlohmann::json &report, const std::string &version) {
  if (html_) html_->commit(report_html(report, version));
  if (junit_) junit_->commit(report_junit(report, version));
}

}  // namespace recveil::cli
