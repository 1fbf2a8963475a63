// The slow twin of data/arrange.h: every record looks through all rows and ids by hand.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace recveil::support {

struct PlainRecord {
  std::string user, item;
  float rating;
  std::int64_t time;
  bool operator==(const PlainRecord &) const = default;
};

// One list of records a user, users in order of first appearance, each list by time (stable), with
// the first or the last record of a repeated pair.
inline std::vector<std::vector<PlainRecord>> arrange_slowly(const std::vector<PlainRecord> &records,
                                                            bool keep_last) {
  std::vector<std::vector<PlainRecord>> rows;
  for (const PlainRecord &record : records) {
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](const auto &one) { return one[0].user == record.user; });
    if (row == rows.end()) {
      rows.push_back({record});
      continue;
    }
    const auto same = std::find_if(row->begin(), row->end(),
                                   [&](const auto &one) { return one.item == record.item; });
    if (same == row->end()) {
      row->push_back(record);
    } else if (keep_last) {
      row->erase(same);
      row->push_back(record);
    }
  }
  for (auto &row : rows) {
    for (std::size_t i = 1; i < row.size(); ++i) {  // insertion sort: stable by sight
      for (std::size_t j = i; j > 0 && row[j].time < row[j - 1].time; --j) {
        std::swap(row[j], row[j - 1]);
      }
    }
  }
  return rows;
}

// Ids in the order in which the rows name them.
inline std::vector<std::string> items_in_order(const std::vector<std::vector<PlainRecord>> &rows) {
  std::vector<std::string> items;
  for (const auto &row : rows) {
    for (const PlainRecord &record : row) {
      if (std::find(items.begin(), items.end(), record.item) == items.end()) {
        items.push_back(record.item);
      }
    }
  }
  return items;
}

}  // namespace recveil::support
