#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit_commands.h"
#include "commands.h"
#include "report_file.h"
#include "terminal.h"
#include "tune_chart.h"
#include "tune_choice.h"
#include "tune_config.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct TuneOptions {
  std::string data = "synthetic", recommender = "item_cf";
  double ceiling = 0.53, loss = 0.05;
  std::vector<std::string> modes{"none", "popularity_randomization", "fold_in", "cross_fit"};
  std::vector<double> ratios{0.1, 0.3, 1};
  std::vector<unsigned> folds{2, 4, 8}, floors{1, 3, 5, 10};
  unsigned seeds = 8, first_seed = 1, threads = default_threads(), list_length = 100,
           dimension = 32;
  bool json = false;
  std::string svg, yaml, key;
};

const char *const kTuneHelp =
    "Every setting is served and attacked on the same splits, always by attackers who know it and\n"
    "learn on a copy of it. What counts is the worst of them on the own list: the upper end of "
    "the\n"
    "interval of max(AUC, 1 - AUC), corrected for how many attackers there are. A setting is\n"
    "  no leak found  under the ceiling for every attacker, and both controls passed\n"
    "  leak           over it for one, surely, or a TPR surely above twice its FPR\n"
    "  inconclusive   neither: more --seeds narrow the interval\n"
    "Recommended is the cheapest under the ceiling. Those whose NDCG@10 (mean of members' and\n"
    "non-members') is within --loss of the best of them count as equally good; of these the least\n"
    "training, then the fewest models, then the highest support floor, then the best NDCG@10.\n"
    "Training is in units of one model: F - 1 for the folds of ials and als from scratch (a tree "
    "of\n"
    "folds needs 1.5 for F = 4), 1 for all else: Item-CF counts everybody once. A floor is for "
    "what\n"
    "other people's lists show of you, which this does not measure: to insist, --floors 5,10.\n"
    "Chosen among many, a number looks a little better than it is: confirm it on other splits, "
    "with\n"
    "--first-seed 1001 and the chosen setting alone.\n"
    "Example: recveil tune --data lastfm-2k:DIR --recommender ials --svg a.svg --yaml a.yaml\n\n";

void sort_unique(auto &values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// Neighbours with as many folds share the training of their models.
Json cells(TuneOptions options) {
  for (auto *list : {&options.folds, &options.floors}) sort_unique(*list);
  sort_unique(options.ratios);
  const auto asked = [&](const char *mode) {
    return std::find(options.modes.begin(), options.modes.end(), mode) != options.modes.end();
  };
  Json out = Json::array();
  for (const char *mode : {"none", "popularity_randomization", "fold_in", "cross_fit"}) {
    if (!asked(mode)) continue;
    const std::string name = mode;
    if (name == "popularity_randomization") {
      for (const double ratio : options.ratios)
        out.push_back({{"defense", name}, {"ratio", ratio}});
    } else if (name == "cross_fit") {
      for (const unsigned folds : options.folds) {
        for (const unsigned floor : options.floors) {
          out.push_back({{"defense", name}, {"folds", folds}, {"support_floor", floor}});
        }
      }
    } else {
      out.push_back({{"defense", name}});
    }
  }
  return out;
}

double mean_ndcg(const Json &audit) {
  const Json &ndcg = audit.at("utility").at("ndcg10");
  return (ndcg.at("members").get<double>() + ndcg.at("non_members").get<double>()) / 2;
}

Measured measured(const Json &audit) {
  Measured out;
  const std::string verdict = audit.at("verdict");
  if (verdict == "no_leak_found") out.standing = Standing::under;
  if (verdict == "leak") out.standing = Standing::over;
  out.ndcg10 = mean_ndcg(audit);
  out.training_units = audit.at("training_units");
  if (audit.at("defense") == "cross_fit") {
    out.models = audit.at("folds");
    out.support_floor = audit.at("support_floor");
  }
  return out;
}

// The report of a grid becomes that of the tuner.
Outcome add_choice(Json &report, const TuneOptions &options) {
  std::vector<Measured> settings;
  for (const Json &audit : report.at("audits")) settings.push_back(measured(audit));
  const Choice choice = choose(settings, options.loss);
  static constexpr const char *kOutcomes[] = {"found", "none", "inconclusive"};
  report["schema"] = "recveil.tune/1";
  report["ceiling"] = options.ceiling;
  report["loss"] = options.loss;
  report["result"] = kOutcomes[static_cast<std::size_t>(choice.outcome)];
  report["chosen"] = choice.index ? Json(*choice.index) : Json(nullptr);
  return choice.outcome;
}

std::string table(const Json &report) {
  std::vector<std::vector<std::string>> rows{
      {"setting", "AUC, worst attacker [95 %]", "upper bound", "verdict", "training",
       "NDCG@10 members", "others", "HR@10 members", "others"}};
  for (const Json &audit : report.at("audits")) {
    const bool chosen = report.at("chosen") == rows.size() - 1;
    const Json &ndcg = audit.at("utility").at("ndcg10"), &hits = audit.at("utility").at("hr10");
    rows.push_back({(chosen ? "* " : "  ") + setting_name(audit), interval_text(audit.at("auc")),
                    rate(audit.at("auc_upper_bound")), verdict_text(audit),
                    fmt::format("{:g}", audit.at("training_units").get<double>()),
                    rate(ndcg.at("members")), rate(ndcg.at("non_members")),
                    rate(hits.at("members")), rate(hits.at("non_members"))});
  }
  return columns(rows);
}

// How many splits the unsettled setting that needs fewest would need; 0: nobody can say.
std::uint64_t splits_needed(const Json &report) {
  std::uint64_t fewest = 0;
  for (const Json &audit : report.at("audits")) {
    const Json &more = audit.at("more_users_needed");
    if (audit.at("verdict") != "inconclusive" || more.is_null()) continue;
    const auto people = std::max<std::uint64_t>(1, audit.at("n").at("target_members"));
    const std::uint64_t splits =
        audit.at("seeds").get<std::uint64_t>() + (more.get<std::uint64_t>() + people - 1) / people;
    fewest = fewest == 0 ? splits : std::min(fewest, splits);
  }
  return fewest;
}

std::string conclusion(const Json &report) {
  const std::string result = report.at("result"), ceiling = rate(report.at("ceiling"));
  if (result == "none") {
    return "None of these settings keeps every attacker under " + ceiling + ".\n";
  }
  if (result == "inconclusive") {
    std::string out = "Too wide to tell: no setting is surely under " + ceiling +
                      ", and not all are surely over it";
    if (!report.at("audits").at(0).at("controls").at("negative").at("passed").get<bool>()) {
      return out + " (the negative control failed).\n";
    }
    const std::uint64_t splits = splits_needed(report);
    if (splits > 0) out += fmt::format("; --seeds {} may do", splits);
    return out + ".\n";
  }
  double best = 0;
  for (const Json &audit : report.at("audits")) {
    if (audit.at("verdict") == "no_leak_found") best = std::max(best, mean_ndcg(audit));
  }
  const Json &chosen = report.at("audits").at(report.at("chosen").get<std::size_t>());
  return fmt::format(
      "Recommended (*): {}. Upper bound {}, ceiling {}; training {:g} times that of one model;\n"
      "NDCG@10 {} of the best setting under the ceiling.\n",
      setting_name(chosen), rate(chosen.at("auc_upper_bound")), ceiling,
      chosen.at("training_units").get<double>(),
      best > 0 ? fmt::format("{:.1f} %", 100 * mean_ndcg(chosen) / best) : "as good as that");
}

void print_text(const Json &report) {
  const Json &first = report.at("audits").at(0);
  fmt::print("{}; {}, {} splits, ceiling {}\n\n{}\n{}\n  {:.1f} s, {} MiB\n", data_text(first),
             first.at("recommender").get<std::string>(), first.at("seeds").get<unsigned>(),
             rate(report.at("ceiling")), table(report), conclusion(report),
             report.at("seconds").get<double>(),
             report.at("peak_rss_bytes").get<std::uint64_t>() >> 20);
}

int tune(const TuneOptions &options, Context &context) {
  if (!options.svg.empty() && options.svg == options.yaml) {
    throw std::runtime_error(options.svg + ": named for two kinds of report");
  }
  std::optional<ReportFile> svg, yaml;
  if (!options.svg.empty()) svg.emplace(options.svg);
  if (!options.yaml.empty()) yaml.emplace(options.yaml);
  const auto api = load_library(context.library);
  Json report = run_audit(*api,
                          {{"audit", "grid"},
                           {"cells", cells(options)},
                           {"data", options.data},
                           {"recommender", options.recommender},
                           {"seeds", options.seeds},
                           {"first_seed", options.first_seed},
                           {"list_length", options.list_length},
                           {"dimension", options.dimension},
                           {"margin", std::round((options.ceiling - 0.5) * 1e9) / 1e9}},
                          options.threads, nullptr);
  const Outcome outcome = add_choice(report, options);
  if (svg) svg->commit(tune_chart(report));
  if (yaml && outcome == Outcome::found) {
    yaml->commit(tune_config(report, options.key, api->version()));
  }
  if (options.json) {
    fmt::print("{}\n", report.dump(2));
  } else {
    print_text(report);
    if (yaml && outcome != Outcome::found) {
      fmt::print("  {}: not written, there is nothing to recommend\n", options.yaml);
    }
  }
  if (outcome == Outcome::found) return kNoLeakFound;
  return outcome == Outcome::none ? kLeak : kInconclusive;
}

template <class T>
CLI::Option *add_list(CLI::App &app, const char *name, std::vector<T> &values, const char *what) {
  return app.add_option(name, values, what)->delimiter(',')->allow_extra_args(false);
}

}  // namespace

void add_tune(CLI::App &app, Context &context) {
  CLI::App *tune_app = app.add_subcommand(
      "tune", "The cheapest defence that keeps every attacker under a ceiling, as configuration");
  const auto options = std::make_shared<TuneOptions>();
  tune_app->add_option("--data", options->data, "SPEC of the data (default: synthetic)");
  tune_app->add_option("--recommender", options->recommender, "item_cf, ials, als or popularity");
  tune_app
      ->add_option("--ceiling", options->ceiling,
                   "the AUC that every attacker must surely stay under (default: .53)")
      ->check(CLI::Range(0.501, 0.999));
  tune_app
      ->add_option("--loss", options->loss,
                   "the share of the best NDCG@10 that cheaper training may cost (default: .05)")
      ->check(CLI::Range(0.0, 1.0));
  add_list(*tune_app, "--modes", options->modes,
           "of none, popularity_randomization, fold_in, cross_fit (default: all)")
      ->check(CLI::IsMember({"none", "popularity_randomization", "fold_in", "cross_fit"}));
  add_list(*tune_app, "--ratios", options->ratios,
           "of popularity_randomization: list length / pool size (default: .1,.3,1)");
  add_list(*tune_app, "--folds", options->folds, "of cross_fit (default: 2,4,8)")
      ->check(CLI::Range(2, 64));
  add_list(*tune_app, "--floors", options->floors,
           "support floors of cross_fit (default: 1,3,5,10)")
      ->check(CLI::Range(1, 1 << 30));
  tune_app->add_option("--seeds", options->seeds, "user-disjoint splits (default: 8)")
      ->check(CLI::Range(1, 1000));
  tune_app->add_option("--first-seed", options->first_seed, "seed of the first split");
  tune_app->add_option("--list-length", options->list_length, "items a list shows")
      ->check(CLI::Range(10, 1000));
  tune_app->add_option("--dimension", options->dimension, "factors of ials and als")
      ->check(CLI::Range(1, 512));
  tune_app->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 256));
  tune_app->add_flag("--json", options->json, "print one JSON object and nothing else");
  tune_app->add_option("--svg", options->svg, "also draw leakage against NDCG@10 and HR@10");
  tune_app->add_option("--yaml", options->yaml,
                       "also write the recommended setting as configuration of an engine");
  tune_app->add_option("--key", options->key,
                       "the key file that the configuration names (default: an ephemeral key, for "
                       "trying out)");
  tune_app->footer(std::string(kTuneHelp) + kSpecHelp +
                   "\nExit status: 0 a setting is recommended, 1 there is none, 2 bad input, 3 "
                   "inconclusive.");
  tune_app->callback([&context, options] {
    context.run = [&context, options] { return tune(*options, context); };
  });
}

}  // namespace recveil::cli
