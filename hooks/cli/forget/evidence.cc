#include "forget/evidence.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "text/json.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr const char *kVerdicts[] = {"", "leak", "no_leak_found", "inconclusive"};
constexpr const char *kSources[] = {
    "", "embedding", "list", "row+history", "list+history", "two_versions", "outside"};
constexpr const char *kProtocols[] = {"", "transfer", "adaptive"};

[[noreturn]] void refuse(const std::string &what) {
  throw std::runtime_error(what);
}

const Json &need(const Json &object, const char *key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) refuse(fmt::format("{}: missing", key));
  return *found;
}

std::string text_of(const Json &object, const char *key) {
  const Json &value = need(object, key);
  if (!value.is_string()) refuse(fmt::format("{}: must be a text", key));
  return value.get<std::string>();
}

double number_of(const Json &object, const char *key) {
  const Json &value = need(object, key);
  if (!value.is_number()) refuse(fmt::format("{}: must be a number", key));
  return value.get<double>();
}

template <std::size_t N>
std::uint32_t word_of(const Json &object, const char *key, const char *const (&words)[N]) {
  const std::string given = text_of(object, key);
  for (std::uint32_t i = 1; i < N; ++i) {
    if (given == words[i]) return i;
  }
  refuse(fmt::format("{}: \"{}\" is unknown", key, given));
}

const Json &list_of(const Json &object, const char *key) {
  const Json &value = need(object, key);
  if (!value.is_array()) refuse(fmt::format("{}: must be a list", key));
  return value;
}

bool same_attack(const Json &a, const Json &b) {
  for (const char *key : {"attacker", "protocol", "source", "attribute"}) {
    if (text_of(a, key) != text_of(b, key)) return false;
  }
  return true;
}

// "attributes" holds names, or objects of which "attribute" is the name.
void add_attributes(const Json &report, std::vector<std::string> &out) {
  for (const Json &one : list_of(report, "attributes")) {
    if (!one.is_object() && !one.is_string()) refuse("attributes: must hold names");
    const std::string name = one.is_object() ? text_of(one, "attribute") : one.get<std::string>();
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
}

// People who were erased and attacked, by the name that the audit gives them.
std::uint64_t requesters_of(const Json &report) {
  const Json &n = need(report, "n");
  for (const char *key : {"requesters", "erased"}) {
    const auto found = n.find(key);
    if (found != n.end() && found->is_number_unsigned()) return found->get<std::uint64_t>();
  }
  return 0;
}

void check_report(const Json &report) {
  if (!report.is_object()) refuse("must be the report of an audit");
  if (text_of(report, "audit") != "attribute") refuse("audit: is not attribute");
  if (!need(report, "n").is_object()) refuse("n: must be an object");
}

recveil_attribute_score score_of(const Json &attacker, const Json &raw, std::uint32_t attribute) {
  recveil_attribute_score out{};
  out.attribute = attribute;
  out.source = word_of(attacker, "source", kSources);
  out.protocol = word_of(attacker, "protocol", kProtocols);
  const std::string name = text_of(attacker, "attacker");
  if (name.size() >= sizeof out.attacker) refuse("attacker: is too long");
  name.copy(out.attacker, name.size());
  const Json &after = need(attacker, "auc"), &before = need(raw, "auc");
  if (!after.is_object() || !before.is_object()) refuse("auc: must be an object");
  out.auc = number_of(after, "value");
  out.auc_lo = number_of(after, "lo");
  out.auc_hi = number_of(after, "hi");
  out.before = number_of(before, "value");
  out.before_lo = number_of(before, "lo");
  out.before_hi = number_of(before, "hi");
  return out;
}

}  // namespace

Evidence::Evidence(std::vector<std::string> attributes)
    : attributes_(std::move(attributes)),
      scores_(attributes_.size() * RECVEIL_SCORES_PER_ATTRIBUTE) {
  for (const std::string &name : attributes_) names_.push_back(name.c_str());
  given.n_attributes = attributes_.size();
  given.attributes = names_.data();
  given.capacity = scores_.size();
  given.scores = scores_.data();
}

Json Evidence::json() const {
  Json scores = Json::array();
  for (std::size_t i = 0; i < given.n_scores; ++i) {
    const recveil_attribute_score &score = scores_[i];
    scores.push_back(
        {{"attribute", attributes_.at(score.attribute)},
         {"attacker", score.attacker},
         {"protocol", kProtocols[score.protocol]},
         {"source", kSources[score.source]},
         {"before", {{"value", score.before}, {"lo", score.before_lo}, {"hi", score.before_hi}}},
         {"after", {{"value", score.auc}, {"lo", score.auc_lo}, {"hi", score.auc_hi}}}});
  }
  return {{"verdict", kVerdicts[given.verdict]},
          {"attributes", attributes_},
          {"requesters", given.n_requesters},
          {"scores", std::move(scores)}};
}

Evidence read_evidence(const std::string &text, const std::string &name,
                       std::uint64_t model_version) {
  Json reports = text::parse_json(text, name);
  if (!reports.is_array()) reports = Json::array({std::move(reports)});
  try {
    std::vector<std::string> attributes;
    for (const Json &report : reports) {
      check_report(report);
      add_attributes(report, attributes);
    }
    if (attributes.empty()) refuse("attributes: names none");
    Evidence out(attributes);
    out.given.model_version = model_version;
    out.given.verdict = RECVEIL_VERDICT_NO_LEAK_FOUND;
    for (const Json &report : reports) {
      // A leak in one of them is a leak; one that could not tell leaves the whole open.
      const recveil_verdict verdict =
          static_cast<recveil_verdict>(word_of(report, "verdict", kVerdicts));
      if (verdict == RECVEIL_VERDICT_LEAK || out.given.verdict == RECVEIL_VERDICT_NO_LEAK_FOUND) {
        out.given.verdict = verdict;
      }
      out.given.n_requesters += requesters_of(report);
      const Json &before = list_of(report, "attackers_before");
      for (const Json &attacker : list_of(report, "attackers")) {
        const auto at =
            std::find(attributes.begin(), attributes.end(), text_of(attacker, "attribute"));
        if (at == attributes.end()) refuse("attackers: one is of an attribute not in attributes");
        const auto raw = std::find_if(before.begin(), before.end(), [&](const Json &other) {
          return same_attack(attacker, other);
        });
        if (raw == before.end()) {
          refuse("attackers_before: lacks " + text_of(attacker, "attacker"));
        }
        if (out.given.n_scores == out.given.capacity) refuse("attackers: more than there can be");
        out.given.scores[out.given.n_scores++] =
            score_of(attacker, *raw, static_cast<std::uint32_t>(at - attributes.begin()));
      }
    }
    return out;
  } catch (const std::runtime_error &error) {
    refuse(name + ": " + error.what());
  }
}

}  // namespace recveil::cli
