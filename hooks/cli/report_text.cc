#include "report_text.h"

#include <fmt/core.h>

#include <algorithm>

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr const char *kReplacement = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view three = text.substr(i, 3);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {  // U+FFFE, U+FFFF
      out += kReplacement;
      i += 2;
    } else if (c >= 0 && c < ' ' && c != '\n' && c != '\t') {
      out += kReplacement;
    } else {
      out += c;
    }
  }
  return out;
}

std::string decimal(const Json &number) {
  return number.is_null() ? "-" : fmt::format("{:.3f}", number.get<double>());
}

std::string percent(const Json &number) {
  if (number.is_null()) return "-";
  const double value = number;
  // Nearly all is not all.
  if (value > 0.999 && value < 1) return "over 99.9\u00A0%";
  return fmt::format("{:.1f}\u00A0%", 100 * value);
}

std::string range_text(const Json &estimate) {
  return decimal(estimate.at("lo")) + " to " + decimal(estimate.at("hi"));
}

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

bool opens_accounts(const std::string &attacker) {
  return attacker.rfind("sybil_", 0) == 0;
}

double margin_of(const Json &report) {
  return report.value("margin", 0.05);
}

Finding finding(const Json &report, const Json &attacker) {
  const Json &auc = attacker.at("auc");
  const double lo = auc.at("lo"), hi = auc.at("hi"), margin = margin_of(report);
  const bool beyond = lo > 0.5 + margin || hi < 0.5 - margin;
  const bool within = lo > 0.5 - margin && hi < 0.5 + margin;
  const Json &rates = attacker.at("tpr");
  const bool found = std::any_of(rates.begin(), rates.end(), [](const Json &at) {
    return at.at("status") == "ok" && at.at("lo").get<double>() > 2 * at.at("fpr").get<double>();
  });
  const std::string verdict = report.at("verdict");
  if (verdict == "leak" && (beyond || found)) return Finding::leaks;
  if (verdict == "no_leak_found" || (within && !found)) return Finding::clear;
  return Finding::unsettled;
}

}  // namespace recveil::cli
