#include "report/words.h"

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

std::string interval_text(const Json &estimate) {
  return decimal(estimate.at("value")) + " (" + range_text(estimate) + ")";
}

Cell estimate_cell(const Json &estimate) {
  return {decimal(estimate.at("value")), range_text(estimate)};
}

Cell percent_cell(const Json &estimate) {
  return {percent(estimate.at("value")),
          percent(estimate.at("lo")) + " to " + percent(estimate.at("hi"))};
}

std::string share_text(const Json &part, const Json &all) {
  return part.dump() + " of " + all.dump();
}

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string joined(const std::vector<std::string> &names) {
  std::string out;
  for (const std::string &name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

double margin_of(const Json &report) {
  return report.value("margin", 0.05);
}

Tone tone_of(const std::string &verdict) {
  return verdict == "leak"            ? Tone::leak
         : verdict == "no_leak_found" ? Tone::clear
                                      : Tone::unsettled;
}

}  // namespace recveil::cli
