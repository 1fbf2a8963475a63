#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

#include "audit/report_files.h"
#include "audit/run.h"
#include "commands.h"
#include "demo/erasure.h"
#include "demo/inversion.h"
#include "demo/screening.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr const char *kWithCrossFit =
    "Random popular items mislead only an attacker who ignores the defence: the two\n"
    "groups are still served in two ways. One model remembers its members, even when all are\n"
    "served alike. Cross-fit serves everybody by the model that never saw their fold: whether\n"
    "you were in the training data does not change your list. It hides that from someone who\n"
    "sees your list, not from someone who can query other accounts with your history, and not\n"
    "that you are a customer (docs/threat_model.md).\n";
constexpr const char *kWithPrivate =
    "Private training bounds what either can tell: one model is made with differential privacy,\n"
    "and no attacker passes its ceiling, whatever lists they see. It costs ranking quality, most\n"
    "in small services, and a budget that does not come back (docs/private.md).\n";
constexpr const char *kTooFewForPrivate =
    "Private training bounds what either can tell, but needs more people than these data have\n"
    "(docs/private.md).\n";
constexpr const char *kWithoutCrossFit =
    "Random popular items mislead only an attacker who ignores the defence. This\n"
    "recommender cannot be folded in, so that cross-fit serving is not for it.\n";

struct DemoOptions {
  // iALS, because one model of it remembers its members on these data: cross-fit has something to
  // do.
  std::string data = "synthetic", recommender = "ials";
  unsigned seeds = 4, threads = default_threads();
  bool json = false;
  std::string listen;
};

const Json &attacker(const Json &audit, const char *name) {
  for (const Json &candidate : audit.at("attackers")) {
    if (candidate.at("attacker") == name) return candidate;
  }
  throw std::runtime_error(std::string("the report has no attacker ") + name);
}

// How members and others are served.
std::string way(const Json &audit) {
  const std::string defense = audit.at("defense");
  if (defense == "none") return "members: the model; others: most popular";
  if (defense == "popularity_randomization") return "others: random popular items";
  if (defense == "fold_in") return "everybody folded in, one model";
  if (defense == "private") {
    return fmt::format("one model, private (epsilon {:g})", audit.at("epsilon").get<double>());
  }
  return "everybody folded in, cross-fit";
}

std::vector<std::string> row(const Json &audit) {
  const Json &ndcg = audit.at("utility").at("ndcg10");
  return {way(audit),
          audit.at("adversary") == "naive" ? "no" : "yes",
          rate_interval(audit.at("auc")),
          rate_interval(attacker(audit, "difference_mlp").at("auc")),
          verdict_text(audit),
          rate(ndcg.at("members")),
          rate(ndcg.at("non_members"))};
}

std::string times(const Json &audit, const char *path) {
  const Json &ns = audit.at("slate_ns").at(path);
  if (ns.at("p50").is_null()) return "-";
  return fmt::format("{:.2f} us median, {:.2f} us at the 99th percentile",
                     1e-3 * ns.at("p50").get<double>(), 1e-3 * ns.at("p99").get<double>());
}

void print_text(const Json &report, const Api &api, const std::string &library) {
  const Json &audits = report.at("audits");
  const Json &first = audits.at(0), &last = audits.at(audits.size() - 1);
  const auto has = [&audits](const char *defense) {
    return std::any_of(audits.begin(), audits.end(),
                       [&](const Json &audit) { return audit.at("defense") == defense; });
  };
  fmt::print("Recveil {}: can an outsider tell whose data trained the recommender?\n\n",
             api.version());
  fmt::print("  data         {}\n", data_text(first));
  fmt::print(
      "  recommender  {}; {} splits, each attacking {} people, members of one system and\n"
      "               non-members of another; the attacker learns on as many other people\n",
      first.at("recommender").get<std::string>(), first.at("seeds").get<int>(),
      grouped(first.at("n").at("target_members")));
  fmt::print(
      "  library      {},\n               loaded with Boost.DLL; every list goes through "
      "recveil_route and recveil_serve\n\n",
      library);
  std::vector<std::vector<std::string>> rows{{"how people are served", "attacker knows",
                                              "AUC, worst attack [95 %]", "published MLP",
                                              "verdict", "NDCG@10 members", "others"}};
  for (const Json &audit : audits) rows.push_back(row(audit));
  fmt::print("{}\n", columns(rows));
  fmt::print(
      "  AUC: .5 is guessing, 1 is certainty; below .5 leaks as much as above, read it as 1 - "
      "AUC.\n"
      "  NDCG@10: how well the item a user took next was ranked; higher is better.\n\n");
  fmt::print("  time in the library per list, random pool:  {}\n", times(audits.at(1), "pool"));
  fmt::print("  time in the library per list, host's list:  {}\n", times(first, "host"));
  fmt::print("  controls: {} must leak, {} must not\n\n",
             rate(last.at("controls").at("positive").at("auc")),
             rate(last.at("controls").at("negative").at("auc")));
  fmt::print("What it says. {}The whole demo took {:.1f} s and {} MiB.\n",
             has("private")     ? std::string(kWithCrossFit) + kWithPrivate
             : has("cross_fit") ? std::string(kWithCrossFit) + kTooFewForPrivate
                                : std::string(kWithoutCrossFit),
             report.at("seconds").get<double>(),
             report.at("peak_rss_bytes").get<std::uint64_t>() >> 20);
}

// An engine that holds the results as metrics, and serves them where that is asked for.
Engine open_metrics(const std::shared_ptr<const Api> &api, const std::string &listen) {
  std::string yaml = kMetricsOnly;
  // As JSON, which is YAML, so that nothing in it is read as more than an address.
  if (!listen.empty()) yaml += "metrics: {listen: " + Json(listen).dump() + "}\n";
  Engine engine = Engine::open(api, yaml);
  if (!listen.empty()) engine.start();
  return engine;
}

void print_metrics(const Engine &metrics, const std::string &listen) {
  fmt::print("\nThe same for Prometheus: ");
  if (listen.empty()) {
    fmt::print(
        "`recveil demo --listen 127.0.0.1:9464` serves it; in production your host\n"
        "does by recveil_metrics_write, or metrics.listen (docs/metrics.md, with alerts).\n");
  } else {
    fmt::print("http://{}/metrics, until Ctrl-C\n", listen);
  }
  std::istringstream text(metrics.metrics());
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("recveil_audit_verdict{") && line.ends_with(" 1")) {
      fmt::print("  {}\n", line);
    }
  }
}

}  // namespace

void add_demo(CLI::App &app, Context &context) {
  CLI::App *demo = app.add_subcommand(
      "demo", "The main job on one backend: serve through the library, audit before and after");
  const auto options = std::make_shared<DemoOptions>();
  demo->add_option("--data", options->data, "SPEC of the data (default: synthetic)");
  demo->add_option("--recommender", options->recommender, "item_cf, ials, als, lfm or popularity");
  demo->add_option("--seeds", options->seeds, "user-disjoint splits")->check(CLI::Range(1, 1000));
  demo->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  demo->add_option("--listen", options->listen,
                   "ADDRESS:PORT at which to serve the results to Prometheus, until Ctrl-C");
  demo->add_flag("--json", options->json, "print one JSON object and nothing else");
  demo->footer(kSpecHelp);
  demo->callback([&context, options] {
    context.run = [&context, options] {
      const auto api = load_library(context.library);
      Engine metrics = open_metrics(api, options->listen);
      Json report = run_audit(*api,
                              {{"audit", "demo"},
                               {"data", options->data},
                               {"recommender", options->recommender},
                               {"seeds", options->seeds}},
                              options->threads, metrics.get());
      report["screening"] = demo_screening(*api, options->data, options->threads, metrics.get());
      report["erasure"] = run_demo_erasure(*api, options->data, options->threads, metrics.get());
      report["inversion"] = run_demo_inversion(*api, options->threads, metrics.get());
      if (options->json) {
        fmt::print("{}\n", report.dump(2));
      } else {
        print_text(report, *api, context.library);
        print_screening(report.at("screening"));
        fmt::print("{}", demo_erasure_text(report.at("erasure")));
        fmt::print("{}", demo_inversion_text(report.at("inversion")));
        print_metrics(metrics, options->listen);
      }
      if (!options->listen.empty()) {
        std::fflush(stdout);
        wait_for_stop();
      }
      return int{kOk};
    };
  });
}

}  // namespace recveil::cli
