#include "tune/config.h"

#include <fmt/core.h>

#include "columns.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string serving_section(const Json &audit) {
  const std::string defense = audit.at("defense");
  std::string out = "serving:\n";
  if (defense == "none") {
    out += "  mode: popularity\n";
  } else if (defense == "cross_fit") {
    out += "  mode: cross_fit  # everybody by the model that never saw their fold\n";
  } else if (defense == "private") {
    out += "  mode: private  # everybody by one model that was trained with differential privacy\n";
  } else if (defense == "fold_in") {
    out +=
        "  # One model, everybody folded in from the own history: your host does that, and routes\n"
        "  # everybody with RECVEIL_MEMBERSHIP_MEMBER. What follows is for those without history.\n"
        "  mode: popularity_randomization\n";
  } else {
    out += "  mode: popularity_randomization\n";
  }
  out += fmt::format("  list_length: {}\n", audit.at("list_length").get<unsigned>());
  if (defense == "popularity_randomization") {
    out += fmt::format("  ratio: {}\n", audit.at("ratio").dump());
  }
  if (defense == "cross_fit") {
    out += fmt::format(
        "  # For good: another number, or another key, deals people anew, and needs all models\n"
        "  # trained from nothing.\n"
        "  folds: {}\n"
        "  # Members of a fold's model that an item needs to be recommended.\n"
        "  support_floor: {}\n",
        audit.at("folds").get<unsigned>(), audit.at("support_floor").get<unsigned>());
  }
  return out;
}

// The budget. A ledger needs a key file.
std::string private_section(const Json &audit, const std::string &key_file) {
  return fmt::format(
      "private:\n"
      "  # Of all releases together: this audit had one. More of them share the budget.\n"
      "  epsilon: {:g}\n"
      "  releases: 1\n"
      "  # The least number of people in a release. It is public: a round number below the true "
      "one.\n"
      "  people: {}\n{}",
      audit.at("epsilon").get<double>(), audit.at("n").at("trained").get<std::size_t>(),
      key_file.empty() ? "  # With keys.file: ledger: FILE, what releases have cost.\n"
                       : "  ledger: private.db\n");
}

}  // namespace

std::string setting_name(const Json &audit) {
  const std::string defense = audit.at("defense");
  if (defense == "none") return "no defence";
  if (defense == "fold_in") return "fold-in, one model";
  if (defense == "cross_fit") {
    return fmt::format("cross-fit, {} folds, floor {}", audit.at("folds").get<unsigned>(),
                       audit.at("support_floor").get<unsigned>());
  }
  if (defense == "private") {
    return fmt::format("private, epsilon {:g}", audit.at("epsilon").get<double>());
  }
  return fmt::format("popularity randomization, ratio {}", rate(audit.at("ratio")));
}

std::string tune_config(const Json &report, const std::string &key_file,
                        const std::string &version) {
  const Json &audit = report.at("audits").at(report.at("chosen").get<std::size_t>());
  const Json &ndcg = audit.at("utility").at("ndcg10");
  // Quoted as JSON, so that nothing in a name ends the comment.
  std::string out = fmt::format(
      "# Chosen by recveil tune {}: {}, {}, {} splits.\n"
      "# {}: the worst attacker's AUC is surely below {} (ceiling {}).\n"
      "# NDCG@10 {} for members, {} for others. Training: {:g} times that of one model.\n"
      "# Measured on what a person's own list tells about that person; not on what other accounts\n"
      "# learn with a copy of their history.\n",
      version, report.at("data").dump(), audit.at("recommender").get<std::string>(),
      audit.at("seeds").get<unsigned>(), setting_name(audit), rate(audit.at("auc_upper_bound")),
      rate(report.at("ceiling")), rate(ndcg.at("members")), rate(ndcg.at("non_members")),
      audit.at("training_units").get<double>());
  out += serving_section(audit);
  if (audit.at("defense") == "private") out += private_section(audit, key_file);
  if (key_file.empty()) {
    return out +
           "keys:\n"
           "  # To try it out: a key of this process alone. Before anybody is served: recveil key\n"
           "  # generate FILE, and `file: FILE` here, on every server. The key deals the folds "
           "and\n"
           "  # the draws, and lives as long as the models.\n"
           "  ephemeral: true\n";
  }
  return out +
         "keys:\n"
         "  # Deals the folds and the draws: on every server the same, as long as the models "
         "live.\n"
         "  file: " +
         Json(key_file).dump() + "\n";
}

}  // namespace recveil::cli
