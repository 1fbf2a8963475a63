#include "tune/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "audit/run.h"
#include "terminal.h"
#include "tune/config.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

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
    out.exact = true;
    out.models = audit.at("folds");
    out.support_floor = audit.at("support_floor");
  }
  return out;
}

std::string table(const Json &report) {
  std::vector<std::vector<std::string>> rows{
      {"setting", "AUC, worst attacker [95 %]", "upper bound", "verdict", "training",
       "NDCG@10 members", "others", "HR@10 members", "others"}};
  for (const Json &audit : report.at("audits")) {
    const bool chosen = report.at("chosen") == rows.size() - 1;
    const Json &ndcg = audit.at("utility").at("ndcg10"), &hits = audit.at("utility").at("hr10");
    rows.push_back({(chosen ? "* " : "  ") + setting_name(audit), rate_interval(audit.at("auc")),
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
    const Json &more = audit.at("more_seeds_needed");
    if (audit.at("verdict") != "inconclusive" || more.is_null()) continue;
    const std::uint64_t splits = audit.at("seeds").get<std::uint64_t>() + more.get<std::uint64_t>();
    fewest = fewest == 0 ? splits : std::min(fewest, splits);
  }
  return fewest;
}

// What the worst attackers looked at.
std::string adversary_text(const Json &audit) {
  return audit.at("adversary") == "crowd" ? ", attackers also see lists of other people" : "";
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

}  // namespace

Outcome add_choice(Json &report, double ceiling, double loss) {
  std::vector<Measured> settings;
  for (const Json &audit : report.at("audits")) settings.push_back(measured(audit));
  const Choice choice = choose(settings, loss);
  static constexpr const char *kOutcomes[] = {"found", "none", "inconclusive"};
  report["schema"] = "recveil.tune/1";
  report["ceiling"] = ceiling;
  report["loss"] = loss;
  report["result"] = kOutcomes[static_cast<std::size_t>(choice.outcome)];
  report["chosen"] = choice.index ? Json(*choice.index) : Json(nullptr);
  return choice.outcome;
}

void print_tune(const Json &report) {
  const Json &first = report.at("audits").at(0);
  fmt::print("{}; {}, {} splits, ceiling {}{}\n\n{}\n{}\n  {:.1f} s, {} MiB\n", data_text(first),
             first.at("recommender").get<std::string>(), first.at("seeds").get<unsigned>(),
             rate(report.at("ceiling")), adversary_text(first), table(report), conclusion(report),
             report.at("seconds").get<double>(),
             report.at("peak_rss_bytes").get<std::uint64_t>() >> 20);
}

}  // namespace recveil::cli
