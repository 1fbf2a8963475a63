#include "hooks/forget/evidence.h"

#include <charconv>
#include <cmath>

#include "config/yaml_tree.h"
#include "core/error.h"

namespace recveil::hooks {
namespace {

using config::YamlNode;

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::data, "report: " + what);
}

const YamlNode *find(const YamlNode &map, std::string_view key) {
  for (const YamlNode::Entry &entry : map.entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const YamlNode &need(const YamlNode &map, std::string_view key) {
  const YamlNode *found = find(map, key);
  if (found == nullptr) refuse(std::string(key) + " is missing");
  return *found;
}

double number(const YamlNode &node, std::string_view key) {
  const YamlNode &value = need(node, key);
  double out = 0;
  const char *end = value.scalar.data() + value.scalar.size();
  const auto read = std::from_chars(value.scalar.data(), end, out);
  if (value.kind != YamlNode::Kind::scalar || value.quoted || read.ec != std::errc() ||
      read.ptr != end || !std::isfinite(out)) {
    refuse(std::string(key) + " is no number");
  }
  return out;
}

Estimate estimate(const YamlNode &attacker) {
  const YamlNode &auc = need(attacker, "auc");
  return {number(auc, "value"), number(auc, "lo"), number(auc, "hi")};
}

bool same_attack(const YamlNode &a, const YamlNode &b) {
  for (const char *key : {"attacker", "protocol", "source", "attribute"}) {
    if (need(a, key).scalar != need(b, key).scalar) return false;
  }
  return true;
}

// Users of the erased cohort, by the name that the audit gives them.
std::uint64_t users(const YamlNode &report) {
  const YamlNode *n = find(report, "n");
  if (n == nullptr) return 0;
  for (const char *key : {"erased", "requesters", "cohort", "users"}) {
    if (find(*n, key) != nullptr) return static_cast<std::uint64_t>(number(*n, key));
  }
  return 0;
}

ReportedEvidence read_one(const YamlNode &report, std::uint64_t model_version) {
  if (report.kind != YamlNode::Kind::map || need(report, "audit").scalar != "attribute") {
    refuse("is not of an attribute audit");
  }
  ReportedEvidence out;
  out.evidence.verdict = need(report, "verdict").scalar;
  out.evidence.model_version = model_version;
  out.evidence.users = users(report);
  const YamlNode &before = need(report, "attackers_before");
  for (const YamlNode &attacker : need(report, "attackers").elements) {
    journal::Score score;
    score.attacker = need(attacker, "attacker").scalar;
    score.protocol = need(attacker, "protocol").scalar;
    score.source = need(attacker, "source").scalar;
    score.attribute = need(attacker, "attribute").scalar;
    score.after = estimate(attacker);
    const YamlNode *raw = nullptr;
    for (const YamlNode &other : before.elements) {
      if (same_attack(attacker, other)) raw = &other;
    }
    if (raw == nullptr) refuse("attackers_before has no " + score.attacker);
    score.before = estimate(*raw);
    out.attributes.insert(score.attribute);
    out.evidence.scores.push_back(std::move(score));
  }
  // Nobody attacked, because the cohort is too small to measure: then it says what it is of.
  if (out.evidence.scores.empty() && out.evidence.verdict == "inconclusive") {
    for (const YamlNode &name : need(report, "attributes").elements) {
      out.attributes.insert(name.scalar);
    }
  }
  if (out.attributes.empty()) refuse("has no attackers");
  return out;
}

}  // namespace

std::vector<ReportedEvidence> read_evidence(std::string_view report, std::uint64_t model_version) {
  YamlNode root;
  try {
    root = config::parse_yaml(report, "report");  // JSON is YAML
  } catch (const Error &error) {
    throw Error(Status::data, error.what());
  }
  std::vector<ReportedEvidence> out;
  if (root.kind == YamlNode::Kind::sequence) {
    for (const YamlNode &one : root.elements) out.push_back(read_one(one, model_version));
  } else {
    out.push_back(read_one(root, model_version));
  }
  return out;
}

}  // namespace recveil::hooks
