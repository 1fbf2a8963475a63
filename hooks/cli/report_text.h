// What the HTML and the JUnit report share: text that is safe in markup, numbers as words, and what
// the report found for one attacker.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace recveil::cli {

// Text for HTML and XML, in an element or in a quoted attribute. Characters that XML 1.0 has no way
// to write become U+FFFD. text: UTF-8.
std::string escape(std::string_view text);

// "0.998"; "-" for null: not measured.
std::string decimal(const nlohmann::json &number);

// .8958 -> "89.6 %", .001 -> "0.1 %", both with a space that does not break; "-" for null.
std::string percent(const nlohmann::json &number);

// "0.997 to 0.999", of an estimate {value, lo, hi}.
std::string range_text(const nlohmann::json &estimate);

// A name of the report with spaces for underscores, "popular overlap".
std::string words(std::string name);

// Keys and labels of the rows of report.canaries.
inline constexpr std::pair<const char *, const char *> kCanaryRows[] = {
    {"own_slate", "in the own list"},
    {"any_fold", "to other accounts with the history"},
    {"any_fold_alone", "to other accounts with one item"}};

// Does this attacker open accounts of their own, rather than see a person's list?
bool opens_accounts(const std::string &attacker);

// The AUCs within .5 +- this count as no leak.
double margin_of(const nlohmann::json &report);

enum class Finding { leaks, clear, unsettled };

// The intervals of one attacker are its own, the verdict is corrected for how many attackers there
// are; where they differ the verdict is right. So an attacker `leaks` only under the verdict leak,
// if its AUC is surely beyond the margin or a resolved TPR surely above twice its FPR. It is
// `clear` under no_leak_found, and else if nothing of that holds and its AUC is surely within the
// margin.
Finding finding(const nlohmann::json &report, const nlohmann::json &attacker);

}  // namespace recveil::cli
