#include "audit/report_files.h"

#include <set>
#include <stdexcept>
#include <utility>

#include "report/report.h"

namespace recveil::cli {

const char *const kMetricsOnly = "keys: {ephemeral: true}\n";

void add_report_options(CLI::App &app, ReportPaths &paths) {
  app.add_option("--html", paths.html, "also write the report as one self-contained page");
  app.add_option("--junit", paths.junit, "also write the report as JUnit XML, for release gates");
  app.add_option("--prometheus", paths.prometheus,
                 "also write the results as metrics, for node_exporter's textfile collector");
  add_force(app);
}

ReportFiles::ReportFiles(const ReportPaths &paths) {
  std::set<std::string> taken;
  for (const auto &[path, file] : {std::pair{&paths.html, &html_},
                                   {&paths.junit, &junit_},
                                   {&paths.prometheus, &prometheus_}}) {
    if (path->empty()) continue;
    if (!taken.insert(*path).second) {
      throw std::runtime_error(*path + ": named for two kinds of report");
    }
    file->emplace(*path);
  }
}

recveil_engine *ReportFiles::metrics(const std::shared_ptr<const Api> &api) {
  if (!prometheus_) return nullptr;
  engine_.emplace(Engine::open(api, kMetricsOnly));
  return engine_->get();
}

void ReportFiles::write(const ReportView &view) {
  if (html_) html_->commit(html_report(view));
  if (junit_) junit_->commit(junit_report(view));
  if (prometheus_) prometheus_->commit(engine_->metrics());
}

}  // namespace recveil::cli
