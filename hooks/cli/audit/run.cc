#include "audit/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <thread>

#include "report/report.h"
#include "report/words.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

int exit_status(const Json &report) {
  switch (tone_of(report.at("verdict"))) {
    case Tone::leak:
      return kFinding;
    case Tone::clear:
      return kOk;
    default:
      return kInconclusive;
  }
}

recveil_audit_options options_of(unsigned threads, Progress &progress, recveil_engine *metrics) {
  recveil_audit_options out = RECVEIL_AUDIT_OPTIONS_INIT;
  out.n_threads = threads;
  out.progress = progress.watch();
  out.engine = metrics;
  return out;
}

}  // namespace

unsigned default_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 1u, 64u);
}

void add_audit_options(CLI::App &command, AuditOptions &options) {
  command.add_option("--threads", options.threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  command.add_flag("--json", options.json, "print one JSON object and nothing else");
  add_report_options(command, options.reports);
}

Json run_audit(const Api &api, const Json &request, const recveil_audit_options &options) {
  const std::string text = request.dump();
  std::string report;
  check(api, api.audit_run(text.data(), text.size(), &options, Engine::append, &report));
  return Json::parse(report);
}

Json run_audit(const Api &api, const Json &request, unsigned threads, recveil_engine *metrics) {
  Progress progress;
  return run_audit(api, request, options_of(threads, progress, metrics));
}

int run_and_report(Context &context, const AuditOptions &options, const RunAudit &run) {
  ReportFiles files(options.reports);
  const auto api = load_library(context.library);
  Json report;
  {
    Progress progress;
    report = run(*api, options_of(options.threads, progress, files.metrics(api)));
  }
  const Json audits = report.contains("audits") ? report.at("audits") : Json::array({report});
  std::string text;
  for (const Json &audit : audits) {
    const ReportView view = report_view(audit, api->version());
    text += (text.empty() ? "" : "\n") + text_report(view);
    if (audits.size() == 1) files.write(view);
  }
  fmt::print("{}", options.json ? report.dump(2) + "\n" : text);
  return exit_status(audits.back());
}

std::string verdict_text(const Json &judged) {
  return words(judged.at("verdict"));
}

std::string rate_interval(const Json &estimate) {
  return rate(estimate.at("value")) + " [" + rate(estimate.at("lo")) + ", " +
         rate(estimate.at("hi")) + "]";
}

std::string data_text(const Json &audit) {
  const Json &n = audit.at("n");
  return fmt::format("{}: {} users, {} items, {} interactions", audit.at("data").get<std::string>(),
                     grouped(n.at("users")), grouped(n.at("items")), grouped(n.at("interactions")));
}

}  // namespace recveil::cli
