// The verdict of a report in plain words.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace recveil::cli {

// Text, not markup. The first paragraph of `says` is for somebody who reads nothing else.
struct VerdictWords {
  std::string title;
  std::vector<std::string> says;
  std::string not_says;
};

// report: an audit of the schema recveil.audit/1, membership or lists.
VerdictWords verdict_words_of(const nlohmann::json &report);

// What no audit of this kind can see, one sentence or two each.
std::vector<std::string> blind_spots(const nlohmann::json &report);

}  // namespace recveil::cli
