#include "audit_commands.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "commands.h"
#include "report_output.h"
#include "report_text.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

void print_text(const Json &report) {
  fmt::print("{}\n\n", verdict_words(report));
  fmt::print("  data         {}\n", data_text(report));
  fmt::print("  recommender  {}, defence {}, adversary {}, {} splits\n",
             report.at("recommender").get<std::string>(), report.at("defense").get<std::string>(),
             report.at("adversary").get<std::string>(), report.at("seeds").get<int>());
  print_findings(report);
  std::vector<std::vector<std::string>> rows{{"utility", "members", "non-members"}};
  for (const auto &[name, label] : {std::pair{"hr10", "HR@10, all unseen items"},
                                    {"ndcg10", "NDCG@10, all unseen items"},
                                    {"hr10_99", "HR@10, 99 negatives"},
                                    {"ndcg10_99", "NDCG@10, 99 negatives"}}) {
    const Json &pair = report.at("utility").at(name);
    rows.push_back({label, rate(pair.at("members")), rate(pair.at("non_members"))});
  }
  fmt::print("{}\n", columns(rows));
  if (report.contains("canaries")) {
    const Json &canaries = report.at("canaries");
    rows = {
        {fmt::format("canaries shown, of {}", canaries.at("n").dump()), "members", "non-members"}};
    for (const auto &[name, label] : kCanaryRows) {
      const Json &shown = canaries.at(name);
      rows.push_back({label, shown.at("members").dump(), shown.at("non_members").dump()});
    }
    fmt::print("{}\n", columns(rows));
  }
  fmt::print("  {:.1f} s, {} MiB\n", report.at("seconds").get<double>(),
             report.at("peak_rss_bytes").get<std::uint64_t>() >> 20);
}

struct MembershipOptions {
  std::string data = "synthetic", recommender = "item_cf", defense = "none", adversary = "adaptive";
  unsigned seeds = 5, first_seed = 1, threads = default_threads(), list_length = 100,
           dimension = 32;
  double ratio = 0.1;
  bool json = false;
  unsigned folds = 5, support_floor = 5, canaries = 0;
  double knowledge = 1;
  bool later_items = false;
  std::string activity = "balanced", freshness = "trained", export_folder;
  ReportPaths reports;
};

}  // namespace

int exit_status(const Json &report) {
  const std::string verdict = report.at("verdict");
  if (verdict == "leak") return kFinding;
  return verdict == "no_leak_found" ? kOk : kInconclusive;
}

std::string verdict_words(const Json &report) {
  const std::string verdict = report.at("verdict");
  if (verdict == "leak") return "LEAK: an outsider can tell whose data trained the model";
  if (verdict == "no_leak_found") return "NO LEAK FOUND by these attackers, at this size";
  return "INCONCLUSIVE: too few users, or a control failed; this is not an all-clear";
}

std::string verdict_text(const Json &judged) {
  std::string word = judged.at("verdict");
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

void print_findings(const Json &report) {
  const Json &controls = report.at("controls");
  for (const char *name : {"positive", "negative"}) {
    const Json &control = controls.at(name);
    fmt::print("  {} control  AUC {}: {}\n", name, rate(control.at("auc")),
               control.at("passed").get<bool>() ? "passed" : "FAILED");
  }
  const Json &equal = report.at("at_equal_activity");
  // Balanced populations are the same people twice: their activity tells nothing.
  const bool stratified = !equal.is_null() && report.value("activity", "") != "balanced";
  std::vector<std::vector<std::string>> rows{
      {"attacker", "AUC [95 %]", "balanced accuracy", "TPR at 1 % FPR"}};
  if (stratified) rows[0].push_back("AUC at like activity");
  for (const Json &attacker : report.at("attackers")) {
    const Json &tpr = attacker.at("tpr").at(1);
    const std::string name = attacker.at("attacker");
    rows.push_back({name + (attacker.at("blind").get<bool>() ? " (sees the list alone)"
                            : opens_accounts(name)           ? " (asks by other accounts)"
                                                             : ""),
                    interval_text(attacker.at("auc")),
                    interval_text(attacker.at("balanced_accuracy")),
                    tpr.at("status") == "ok" ? interval_text(tpr) : "too few users"});
    if (stratified) rows.back().push_back(interval_text(attacker.at("stratified_auc")));
  }
  fmt::print("\n{}\n", columns(rows));
  if (!stratified) return;
  fmt::print("  activity alone: AUC {}\n  between people of like activity: AUC {}, {}: {}\n\n",
             interval_text(equal.at("activity_auc")), interval_text(equal.at("auc")),
             equal.at("worst_attacker").get<std::string>(), verdict_text(equal));
}

unsigned default_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 1u, 64u);
}

Json run_audit(const Api &api, const Json &request, unsigned threads, recveil_engine *metrics) {
  const std::string text = request.dump();
  Progress progress;
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.n_threads = threads;
  options.progress = progress.watch();
  options.engine = metrics;
  std::string report;
  check(api, api.audit_run(text.data(), text.size(), &options, Engine::append, &report));
  return Json::parse(report);
}

std::string interval_text(const Json &estimate) {
  return rate(estimate.at("value")) + " [" + rate(estimate.at("lo")) + ", " +
         rate(estimate.at("hi")) + "]";
}

std::string data_text(const Json &audit) {
  const Json &n = audit.at("n");
  return fmt::format("{}: {} users, {} items, {} interactions", audit.at("data").get<std::string>(),
                     grouped(n.at("users")), grouped(n.at("items")), grouped(n.at("interactions")));
}

void add_audit(CLI::App &app, Context &context) {
  CLI::App *audit = app.add_subcommand("audit", "Run the attacks and measure what they learn");
  audit->require_subcommand(1);
  CLI::App *membership = audit->add_subcommand(
      "membership", "Can an outsider tell whose data trained the model (Zhang et al., CCS'21)?");
  const auto options = std::make_shared<MembershipOptions>();
  membership->add_option("--data", options->data, "SPEC of the data (default: synthetic)");
  membership->add_option("--recommender", options->recommender, "item_cf, ials, als or popularity");
  membership->add_option("--defense", options->defense,
                         "none (non-members get the most popular items), popularity_randomization, "
                         "fold_in (one model, everybody by history) or cross_fit (everybody by the "
                         "model that never saw their fold)");
  membership->add_option("--adversary", options->adversary,
                         "naive: does not know the defence; adaptive: trains on a shadow that has "
                         "it; sybil: and types "
                         "histories into accounts of their own (fold_in and cross_fit)");
  membership->add_option("--seeds", options->seeds, "user-disjoint splits, more for a finer answer")
      ->check(CLI::Range(1, 1000));
  membership->add_option("--first-seed", options->first_seed, "seed of the first split");
  membership->add_option("--list-length", options->list_length, "items a list shows")
      ->check(CLI::Range(10, 1000));
  membership->add_option("--ratio", options->ratio, "list length / pool size of the randomization");
  membership->add_option("--dimension", options->dimension, "factors of ials and als")
      ->check(CLI::Range(1, 512));
  membership->add_option("--activity", options->activity,
                         "balanced: both groups are the same people, members of one system and "
                         "non-members of the other; biased: non-members are less active");
  membership->add_option("--folds", options->folds, "folds of cross_fit")->check(CLI::Range(2, 64));
  membership->add_option("--support-floor", options->support_floor,
                         "cross_fit recommends items held by as many members of the fold's model");
  membership->add_option("--freshness", options->freshness,
                         "histories are served as trained on (trained); people go on after the "
                         "training and are served by what they have now (current); members by what "
                         "they had then, the others by what they have now (stale_members)");
  membership
      ->add_option("--knowledge", options->knowledge,
                   "the share of every history that the attacker knows")
      ->check(CLI::Range(0.01, 1.0));
  membership->add_flag("--later-items", options->later_items,
                       "the attacker also knows the item that each person took next");
  membership
      ->add_option("--canaries", options->canaries,
                   "people of each class who are given a pair of items that nobody else has "
                   "(fold_in and cross_fit)")
      ->check(CLI::Range(0, 1000));
  membership->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  membership->add_option(
      "--export", options->export_folder,
      "a folder for the first split's files, as `recveil audit lists` reads them");
  membership->add_flag("--json", options->json, "print one JSON object and nothing else");
  add_report_options(*membership, options->reports);
  membership->footer(std::string(kSpecHelp) +
                     "\nExit status: 0 no leak found, 1 leak, 2 bad input, 3 inconclusive.");
  membership->callback([&context, options] {
    context.run = [&context, options] {
      ReportFiles files(options->reports);
      const auto api = load_library(context.library);
      const Json report = run_audit(*api,
                                    {{"audit", "membership"},
                                     {"data", options->data},
                                     {"recommender", options->recommender},
                                     {"defense", options->defense},
                                     {"adversary", options->adversary},
                                     {"seeds", options->seeds},
                                     {"first_seed", options->first_seed},
                                     {"list_length", options->list_length},
                                     {"activity", options->activity},
                                     {"dimension", options->dimension},
                                     {"folds", options->folds},
                                     {"support_floor", options->support_floor},
                                     {"canaries", options->canaries},
                                     {"freshness", options->freshness},
                                     {"knowledge", options->knowledge},
                                     {"later_items", options->later_items},
                                     {"ratio", options->ratio},
                                     {"export", options->export_folder}},
                                    options->threads, files.metrics(api));
      files.write(report, api->version());
      if (options->json) {
        fmt::print("{}\n", report.dump(2));
      } else {
        print_text(report);
      }
      return exit_status(report);
    };
  });
  add_lists(*audit, context);
  add_attribute(*audit, context);
  add_screening(*audit, context);
}

}  // namespace recveil::cli
