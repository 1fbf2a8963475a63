#include "audit/lists_pitfalls.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <utility>

namespace recveil::audit {
namespace {

constexpr double kAlpha = 0.01;
constexpr double kStrong = 0.05;  // |AUC - .5| of activity that is worth a warning

using Values = std::vector<double>;

double mean(const Values &values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Pitfall compare(const char *name, const Values &values, const std::vector<std::uint8_t> &member,
                double margin, const char *what, const char *advice) {
  Values members, non_members;
  for (std::size_t u = 0; u < values.size(); ++u) {
    (member[u] != 0 ? members : non_members).push_back(values[u]);
  }
  Pitfall out{
      name, mean(members), mean(non_members), numerics::auc(members, non_members, kAlpha), {}};
  if (out.auc.lo <= 0.5 + margin && out.auc.hi >= 0.5 - margin) return out;
  char numbers[160];
  std::snprintf(numbers, sizeof(numbers),
                "%s: %.4g on average for members, %.4g for non-members; this alone has AUC %.3f. ",
                what, out.members, out.non_members, out.auc.value);
  out.warning = std::string(numbers) + advice;
  return out;
}

Values seen_in_list(const attack::Population &people) {
  Values out;
  std::vector<std::size_t> seen_by(people.histories.n_items, people.member.size());
  for (std::size_t u = 0; u < people.member.size(); ++u) {
    for (const std::uint32_t item : people.histories.row(u)) seen_by[item] = u;
    const auto list = people.lists.row(u);
    out.push_back(static_cast<double>(std::count_if(
        list.begin(), list.end(), [&](std::uint32_t item) { return seen_by[item] == u; })));
  }
  return out;
}

Values lengths(const Interactions &rows) {
  Values out;
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    out.push_back(static_cast<double>(rows.row(u).size()));
  }
  return out;
}

}  // namespace

std::vector<Pitfall> find_pitfalls(const attack::Population &target) {
  return {compare("seen_in_list", seen_in_list(target), target.member, 0,
                  "items in the list that are in the history",
                  "Filter seen items for both groups or for neither, and take histories as they "
                  "were when the lists were made"),
          compare("list_length", lengths(target.lists), target.member, 0, "places in a list",
                  "Collect the same number of places from everybody"),
          compare("history_length", lengths(target.histories), target.member, kStrong,
                  "items in a history",
                  "Collect equally active people: else the attackers may read activity, which is "
                  "no fault of the model")};
}

}  // namespace recveil::audit
