#include "report/words.h"

#include <fmt/core.h>

#include <algorithm>

namespace recveil::cli {

using Json = nlohmann::json;

std::string escape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view three = text.substr(i, 3);
    const bool is_none = three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
    if (is_none) i += 2;
    out += c == '&'                                                   ? "&amp;"
           : c == '<'                                                 ? "&lt;"
           : c == '>'                                                 ? "&gt;"
           : c == '"'                                                 ? "&quot;"
           : c == '\''                                                ? "&#39;"
           : is_none || (c >= 0 && c < ' ' && c != '\n' && c != '\t') ? "\xEF\xBF\xBD"  // U+FFFD
                                                                      : std::string(1, c);
  }
  return out;
}

std::string decimal(const Json &number) {
  return number.is_null() ? "-" : fmt::format("{:.3f}", number.get<double>());
}

std::string percent(const Json &number) {
  if (number.is_null()) return "-";
  // Nearly all is not all.
  if (number > 0.999 && number < 1) return "over 99.9\u00A0%";
  return fmt::format("{:.1f}\u00A0%", 100 * number.get<double>());
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

double margin_of(const Json &report) {
  return report.value("margin", 0.05);
}

Cell tone_cell(Tone tone, const char *clear, const char *leak, const char *unsettled) {
  return {tone == Tone::clear ? clear : tone == Tone::leak ? leak : unsettled, "", tone};
}

Tone tone_of(const std::string &verdict) {
  return verdict == "leak"            ? Tone::leak
         : verdict == "no_leak_found" ? Tone::clear
                                      : Tone::unsettled;
}

}  // namespace recveil::cli
