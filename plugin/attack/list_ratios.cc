#include "attack/list_ratios.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace recveil::attack {
namespace {

constexpr double kLeastVariance = 0.02;  // of how an item counts in a list

// An item of a list, and how it counts there.
struct Entry {
  std::uint32_t feature;
  float value;
};

float value_at(std::size_t place, std::size_t length) {
  return 1.0f - 0.5f * static_cast<float>(place) / static_cast<float>(length);
}

// Of one person: what each shadow shows, and the attacked system last.
class Ratio {
 public:
  // upward: only more of something counts.
  Ratio(std::size_t features, bool upward) : upward_(upward), moments_(features) {}

  void resize(std::size_t features) { moments_.resize(features); }

  // systems: entries of each; member: of each but the last.
  double operator()(const std::vector<std::vector<Entry>> &systems,
                    const std::vector<std::uint8_t> &member) {
    double n[2] = {0, 0};
    touched_.clear();
    for (std::size_t s = 0; s < member.size(); ++s) {
      n[member[s]] += 1;
      for (const Entry &entry : systems[s]) {
        Moments &at = moments_[entry.feature];
        if (at.squares == 0) touched_.push_back(entry.feature);
        at.add(entry.value, member[s], 1);
      }
    }
    const double out = n[0] < 4 || n[1] < 4 ? 0 : ratio(systems, member, n);
    for (const std::uint32_t f : touched_) moments_[f] = {};
    return out;
  }

 private:
  struct Moments {
    double sum[2] = {0, 0}, squares = 0;
    void add(float given, std::size_t group, double sign) {
      const auto value = static_cast<double>(given);
      sum[group] += sign * value;
      squares += sign * value * value;
    }
  };

  double weight(const Moments &at, const double (&n)[2]) const {
    const double mean[2] = {at.sum[0] / n[0], at.sum[1] / n[1]};
    const double difference = mean[1] - mean[0];
    if (upward_ && difference <= 0) return 0;
    const double variance =
        (at.squares - n[0] * mean[0] * mean[0] - n[1] * mean[1] * mean[1]) / (n[0] + n[1] - 2);
    return difference / (std::max(variance, 0.0) + kLeastVariance);
  }

  double ratio(const std::vector<std::vector<Entry>> &systems,
               const std::vector<std::uint8_t> &member, const double (&n)[2]) const {
    double sum[2] = {0, 0}, squares = 0;
    for (std::size_t s = 0; s < member.size(); ++s) {
      // By what the others teach.
      double others[2] = {n[0], n[1]}, value = 0;
      others[member[s]] -= 1;
      for (const Entry &entry : systems[s]) {
        Moments at = moments_[entry.feature];
        at.add(entry.value, member[s], -1);
        value += weight(at, others) * static_cast<double>(entry.value);
      }
      sum[member[s]] += value;
      squares += value * value;
    }
    const double mean[2] = {sum[0] / n[0], sum[1] / n[1]};
    const double variance =
        (squares - n[0] * mean[0] * mean[0] - n[1] * mean[1] * mean[1]) / (n[0] + n[1] - 2);
    if (variance <= 1e-12) return 0;
    double seen = 0;
    for (const Entry &entry : systems.back()) {
      seen += weight(moments_[entry.feature], n) * static_cast<double>(entry.value);
    }
    return (seen - (mean[0] + mean[1]) / 2) * (mean[1] - mean[0]) / variance;
  }

  bool upward_;
  std::vector<Moments> moments_;
  std::vector<std::uint32_t> touched_;
};

// Row i: in which of the first `lists` lists an item stands, and how it counts there.
struct ByItem {
  std::vector<std::size_t> offsets;
  std::vector<Entry> entries;  // feature: the list
  ByItem(const RankedLists &rows, std::size_t lists) : offsets(rows.n_items + 1, 0) {
    for (std::size_t r = 0; r < lists; ++r) {
      for (const std::uint32_t item : rows.row(r)) ++offsets[item + 1];
    }
    for (std::size_t i = 0; i < rows.n_items; ++i) offsets[i + 1] += offsets[i];
    entries.resize(offsets.back());
    std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
    for (std::uint32_t r = 0; r < lists; ++r) {
      const auto row = rows.row(r);
      for (std::size_t place = 0; place < row.size(); ++place) {
        entries[next[row[place]]++] = {r, value_at(place, row.size())};
      }
    }
  }
  std::span<const Entry> row(std::uint32_t item) const {
    return std::span(entries).subspan(offsets[item], offsets[item + 1] - offsets[item]);
  }
};

std::vector<std::uint8_t> members(const SeenLists &seen, std::uint32_t person) {
  std::vector<std::uint8_t> out;
  for (const SystemLists &shadow : seen.shadows) out.push_back(shadow.member[person]);
  return out;
}

}  // namespace

std::vector<double> crowd_ratios(const SeenLists &seen, std::size_t lists) {
  lists = std::min(lists, seen.shown.size());
  std::vector<ByItem> by_item;
  for (const SystemLists &shadow : seen.shadows) by_item.emplace_back(shadow.lists, lists);
  by_item.emplace_back(seen.attacked.lists, lists);
  std::vector<double> out;
  Ratio ratio(0, true);
  std::vector<std::vector<Entry>> systems(by_item.size());
  for (std::uint32_t u = 0; u < seen.histories.n_users(); ++u) {
    const auto history = seen.histories.row(u);
    ratio.resize(history.size() * lists);
    for (std::size_t s = 0; s < systems.size(); ++s) {
      systems[s].clear();
      for (std::size_t i = 0; i < history.size(); ++i) {
        for (const Entry &entry : by_item[s].row(history[i])) {
          if (seen.shown[entry.feature] == u) continue;
          systems[s].push_back(
              {static_cast<std::uint32_t>(i * lists + entry.feature), entry.value});
        }
      }
    }
    out.push_back(ratio(systems, members(seen, u)));
  }
  return out;
}

std::vector<double> own_ratios(const SeenLists &seen) {
  std::vector<double> out;
  Ratio ratio(seen.histories.n_items, false);
  std::vector<std::vector<Entry>> systems(seen.shadows.size() + 1);
  for (std::size_t r = 0; r < seen.shown.size(); ++r) {
    for (std::size_t s = 0; s < systems.size(); ++s) {
      systems[s].clear();
      const SystemLists &from = s < seen.shadows.size() ? seen.shadows[s] : seen.attacked;
      const auto row = from.lists.row(r);
      for (std::size_t place = 0; place < row.size(); ++place) {
        systems[s].push_back({row[place], value_at(place, row.size())});
      }
    }
    out.push_back(ratio(systems, members(seen, seen.shown[r])));
  }
  return out;
}

}  // namespace recveil::attack
