
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "columns.h"
#include "report/report.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// How it was run: these first, then whatever else is one value, but for what is told elsewhere.
constexpr const char *kFirst[] = {"audit",     "data",     "recommender", "defense",
                                  "adversary", "activity", "shadow",      "seeds"};
const std::set<std::string> kElsewhere{
    "schema",         "verdict",           "worst_attacker",    "worst_attribute",
    "worst_protocol", "worst_attack",      "seconds",           "load_seconds",
    "peak_rss_bytes", "more_users_needed", "more_seeds_needed", "auc_upper_bound",
    "training_units", "not_says"};

// Settings of a defence that was not run say nothing.
bool is_used(const Json &report, const std::string &key) {
  const std::string defense = report.at("defense");
  if (report.at("audit") == "attribute") return true;
  if (key == "people" || key == "trained_on") return report.at("people") != 0;
  if (key == "folds" || key == "support_floor") return defense == "cross_fit";
  if (key == "epsilon") return defense == "private";
  return key != "ratio" || defense == "popularity_randomization";
}

std::string value_text(const Json &value) {
  if (value.is_string()) return value;
  return value.is_number_unsigned() ? grouped(value) : value.dump();
}

std::string times(const Json &ns) {
  if (ns.at("p50").is_null()) return "not used";
  return fmt::format("median {:.2f} us, 99th percentile {:.2f} us, {} lists",
                     1e-3 * ns.at("p50").get<double>(), 1e-3 * ns.at("p99").get<double>(),
                     grouped(ns.at("slates").get<std::uint64_t>()));
}

}  // namespace

ReportView begin_view(const Json &report, const std::string &version, const char *question,
                      const char *defense) {
  ReportView view;
  view.question = question;
  view.audited = fmt::format("Recveil audit of {}, {} {}", report.at("data").get<std::string>(),
                             defense, report.at("defense").get<std::string>());
  view.audit = report.at("audit");
  view.verdict = tone_of(report.at("verdict"));
  view.seconds = report.at("seconds");
  view.not_says = report.value("not_says", "");
  view.warnings = report.value("warnings", std::vector<std::string>());
  view.blind_spots = report.value("blind_spots", std::vector<std::string>());
  const auto add = [&](const std::string &key, const Json &value) {
    view.run.emplace_back(words(key), value_text(value));
  };
  for (const char *key : kFirst) {
    if (report.contains(key)) add(key, report.at(key));
  }
  for (const auto &[key, value] : report.items()) {
    const bool first = std::find(std::begin(kFirst), std::end(kFirst), key) != std::end(kFirst);
    const bool one = value.is_primitive() && !value.is_null();
    if (one && !first && kElsewhere.count(key) == 0 && is_used(report, key)) add(key, value);
  }
  for (const auto &[key, count] : report.at("n").items()) add(key, count);
  if (const Json slates = report.value("slate_ns", Json()); !slates.is_null()) {
    view.run.emplace_back("time per list, model", times(slates.at("host")));
    view.run.emplace_back("time per list, pool", times(slates.at("pool")));
  }
  view.run.emplace_back("took",
                        fmt::format("{:.1f} s, {} MiB of memory", view.seconds,
                                    report.at("peak_rss_bytes").get<std::uint64_t>() >> 20));
  view.run.emplace_back("version", version);
  return view;
}

Table controls_table(const Json &report, const char *positive, const char *negative) {
  Table table("controls", "Controls",
              "Two systems whose answer is known. If a control fails, the audit proves nothing.",
              {"control", "what", "AUC", "result"});
  for (const auto &[name, what] : {std::pair{"positive", positive}, {"negative", negative}}) {
    const Json &control = report.at("controls").at(name);
    const Tone tone = control.at("passed").get<bool>() ? Tone::clear : Tone::leak;
    table.add({name, what, decimal(control.at("auc")), tone_cell(tone, "passed", "FAILED")},
              std::string(name) + " control", tone);
  }
  return table;
}

ReportView report_view(const Json &report, const std::string &version) {
  const std::string audit = report.at("audit");
  if (audit == "attribute") return attribute_view(report, version);
  if (audit == "inversion") return inversion_view(report, version);
  if (audit == "injections") return injections_view(report, version);
  return audit == "screening" ? screening_view(report, version) : membership_view(report, version);
}

}  // namespace recveil::cli
