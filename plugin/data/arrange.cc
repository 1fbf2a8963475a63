#include "data/arrange.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "core/error.h"

namespace recveil::data {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

// Record numbers grouped by user, in source order within a user (a counting sort).
struct ByUser {
  std::vector<std::uint64_t> offsets, records;
  std::span<std::uint64_t> of(std::size_t user) {
    return {records.data() + offsets[user], records.data() + offsets[user + 1]};
  }
};

ByUser group_by_user(const std::vector<std::uint32_t> &user, std::size_t n_users) {
  ByUser out;
  out.offsets.assign(n_users + 1, 0);
  for (const std::uint32_t u : user) ++out.offsets[u + 1];
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  std::vector<std::uint64_t> next(out.offsets.begin(), out.offsets.end() - 1);
  out.records.resize(user.size());
  for (std::uint64_t r = 0; r < user.size(); ++r) out.records[next[user[r]]++] = r;
  return out;
}

// Moves the first record of each item to the front, in order; returns the end of those.
// last_user[i]: the user whose records named item i last.
template <class Iterator>
Iterator keep_first(Iterator begin, Iterator end, const std::vector<std::uint32_t> &item,
                    std::uint32_t user, std::vector<std::uint32_t> &last_user) {
  return std::remove_if(begin, end, [&](std::uint64_t record) {
    return std::exchange(last_user[item[record]], user) == user;
  });
}

// The earliest record that repeats a pair, and the record it repeats.
void fail_at_duplicate(const Records &records, ByUser &by_user, std::size_t n_items,
                       const std::string &file, const LineNumbers &lines) {
  constexpr std::uint64_t kNoRecord = UINT64_MAX;
  std::vector<std::uint64_t> seen(n_items, kNoRecord);
  std::uint64_t first = kNoRecord, second = kNoRecord;
  for (std::size_t u = 0; u + 1 < by_user.offsets.size(); ++u) {
    for (const std::uint64_t r : by_user.of(u)) {
      const std::uint64_t earlier = std::exchange(seen[records.item[r]], r);
      const bool repeats = earlier != kNoRecord && records.user[earlier] == u;
      if (repeats && r < second) {
        first = earlier;
        second = r;
      }
    }
  }
  if (second == kNoRecord) return;
  throw Error(Status::data, file + ":" + std::to_string(lines.of(second)) +
                                ": field item: the same user and item as on line " +
                                std::to_string(lines.of(first)) +
                                "; duplicates=first or duplicates=last keeps one of them");
}

}  // namespace

void arrange(const Records &records, std::size_t n_users, std::vector<std::string> item_ids,
             Duplicates duplicates, const std::string &file, const LineNumbers &lines,
             Dataset &dataset) {
  const std::size_t n_items = item_ids.size();
  ByUser by_user = group_by_user(records.user, n_users);
  if (duplicates == Duplicates::error) {
    fail_at_duplicate(records, by_user, n_items, file, lines);
  }

  Interactions &rows = dataset.interactions;
  rows.n_items = static_cast<std::uint32_t>(n_items);
  rows.offsets.assign(1, 0);
  rows.offsets.reserve(n_users + 1);
  rows.items.reserve(records.item.size());
  dataset.ratings.reserve(records.rating.size());
  dataset.times.reserve(records.time.size());
  dataset.item_ids.reserve(n_items);
  std::vector<std::uint32_t> last_user(n_items, kNone), column(n_items, kNone);

  for (std::uint32_t u = 0; u < n_users; ++u) {
    std::span<std::uint64_t> kept = by_user.of(u);
    if (duplicates == Duplicates::last) {
      const auto stop = keep_first(kept.rbegin(), kept.rend(), records.item, u, last_user);
      kept = {stop.base(), kept.end()};
    } else {
      kept = {kept.begin(), keep_first(kept.begin(), kept.end(), records.item, u, last_user)};
    }
    if (!records.time.empty()) {
      std::stable_sort(kept.begin(), kept.end(), [&](std::uint64_t a, std::uint64_t b) {
        return records.time[a] < records.time[b];
      });
    }
    for (const std::uint64_t r : kept) {
      const std::uint32_t item = records.item[r];
      if (column[item] == kNone) {
        column[item] = static_cast<std::uint32_t>(dataset.item_ids.size());
        dataset.item_ids.push_back(std::move(item_ids[item]));
      }
      rows.items.push_back(column[item]);
      if (!records.rating.empty()) dataset.ratings.push_back(records.rating[r]);
      if (!records.time.empty()) dataset.times.push_back(records.time[r]);
    }
    rows.offsets.push_back(rows.items.size());
  }
}

}  // namespace recveil::data
