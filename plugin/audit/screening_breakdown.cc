#include "audit/screening_breakdown.h"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace recveil::audit {
namespace {

constexpr std::int64_t kDay = 86400;

struct Range {
  const char *name;
  std::int64_t from, until;  // until: not within
};
constexpr Range kActivity[] = {{"below 20 interactions", 0, 20},
                               {"20 to 49 interactions", 20, 50},
                               {"50 to 199 interactions", 50, 200},
                               {"200 interactions and more", 200, INT64_MAX}};
constexpr Range kAge[] = {{"below a day", 0, kDay},
                          {"1 to 29 days", kDay, 30 * kDay},
                          {"30 days and more", 30 * kDay, INT64_MAX}};

template <class Value>
void add_ranges(const char *by, std::span<const Range> ranges, const std::vector<Value> &values,
                const PeopleTally &all, std::vector<PeopleGroup> &out) {
  for (const Range &range : ranges) {
    PeopleTally tally = all.only([&](std::uint32_t user) {
      const auto value = static_cast<std::int64_t>(values[user]);
      return value >= range.from && value < range.until;
    });
    if (tally.screened() > 0) out.push_back({by, range.name, std::move(tally)});
  }
}

}  // namespace

PeopleFacts facts_of(const data::Dataset &dataset, std::span<const std::uint32_t> users) {
  PeopleFacts out;
  const auto &offsets = dataset.interactions.offsets;
  for (const std::uint32_t user : users) {
    out.interactions.push_back(static_cast<std::uint32_t>(offsets[user + 1] - offsets[user]));
    if (dataset.times.empty()) continue;
    std::int64_t first = 0, last = 0;  // 0: not known
    for (std::uint64_t e = offsets[user]; e < offsets[user + 1]; ++e) {
      const std::int64_t time = dataset.times[e];
      if (time == 0) continue;
      first = first == 0 ? time : std::min(first, time);
      last = std::max(last, time);
    }
    out.age.push_back(last - first);
  }
  return out;
}

std::vector<PeopleGroup> break_down(const PeopleFacts &facts,
                                    std::span<const PeopleSource> sources) {
  std::vector<PeopleGroup> out;
  PeopleTally all;
  for (const auto &[name, tally] : sources) {
    all += tally;
    if (tally.screened() > 0) out.push_back({"source", name, tally});
  }
  add_ranges("activity", kActivity, facts.interactions, all, out);
  if (!facts.age.empty()) add_ranges("age", kAge, facts.age, all, out);
  return out;
}

}  // namespace recveil::audit
