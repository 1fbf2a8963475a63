// Numbers and names of a report in words.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "report/view.h"

namespace recveil::cli {

// UTF-8 for HTML and XML, in an element or a quoted attribute; what XML cannot write is U+FFFD.
std::string escape(std::string_view text);

// "0.998"; "-" for null: not measured.
std::string decimal(const nlohmann::json &number);

// .8958 -> "89.6 %", .001 -> "0.1 %", both with a space that does not break; "-" for null.
std::string percent(const nlohmann::json &number);

// Of an estimate {value, lo, hi}: "0.997 to 0.999"; both in one; and as a cell.
std::string range_text(const nlohmann::json &estimate);
std::string interval_text(const nlohmann::json &estimate);
Cell estimate_cell(const nlohmann::json &estimate);
Cell percent_cell(const nlohmann::json &estimate);

// "3 of 10".
std::string share_text(const nlohmann::json &part, const nlohmann::json &all);

// A name of the report with spaces for underscores, "popular overlap".
std::string words(std::string name);

// The AUCs within .5 +- this count as no leak.
double margin_of(const nlohmann::json &report);

// "leak" -> Tone::leak, "no_leak_found" -> Tone::clear, else Tone::unsettled.
Tone tone_of(const std::string &verdict);

// A word for each tone, in it.
Cell tone_cell(Tone tone, const char *clear, const char *leak,
               const char *unsettled = "inconclusive");

// Names and labels of the four measures of utility.
inline constexpr std::pair<const char *, const char *> kUtilities[] = {
    {"hr10", "HR@10, all unseen items"},
    {"ndcg10", "NDCG@10, all unseen items"},
    {"hr10_99", "HR@10, among 99 others"},
    {"ndcg10_99", "NDCG@10, among 99 others"}};

}  // namespace recveil::cli
