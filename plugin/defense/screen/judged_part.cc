#include "defense/screen/judged_part.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/watch.h"

namespace recveil::defense {

std::vector<OwnCount> own_counts(const AccountRow &row, const OwnRows &own,
                                 const CoverIndex &cover) {
  std::vector<OwnCount> out(row.size());
  for (std::size_t e = 0; e < row.size(); ++e) {
    for (const std::uint32_t held : own.rows) {
      const auto rating = cover.rating(held, row.items[e]);
      if (!rating.has_value()) continue;
      out[e].rows += 1;
      out[e].rating_sum += *rating;
    }
  }
  return out;
}

namespace {

// A rating that pushed the item, up or down, as far as it is pushed now.
bool pushed_as_far(float before, const AccountRow &row, std::size_t e, const RatingScale &scale) {
  if (!scale.rated) return true;
  const int now = push_tilt(row.ratings[e], scale), then = push_tilt(before, scale);
  return now >= 0 ? then >= now : then <= now;
}

}  // namespace

JudgedPart::JudgedPart(const ScreenAccounts &batch, const AccountChannels &channels,
                       const ItemHistory &history, bool all_counted)
    : batch_(batch),
      own_(batch.size()),
      known_(batch.size(), 0),
      has_own_(batch.size(), 0),
      n_added_(batch.size()) {
  for (std::size_t u = 0; u < batch.size(); ++u) {
    n_added_[u] = batch.row(u).size();
    own_[u] = channels.known().own_rows(batch, u);
    const bool told = !batch.n_past.empty() && batch.n_past[u] > 0;
    known_[u] = own_[u].own != OwnRows::kNone || told ? 1 : 0;
    if (own_[u].rows.empty() && !told && !all_counted) continue;
    learn(u, channels, history, all_counted);
  }
  count_each_person_once(history.scale);
}

void JudgedPart::mark_past(std::size_t account, std::size_t e) {
  if (past_.empty()) past_.assign(batch_.items.size(), 0);
  past_[batch_.offsets[account] + e] = 1;
  --n_added_[account];
}

// Several accounts of one person in a batch: what an earlier one pushes as much is not new.
void JudgedPart::count_each_person_once(const RatingScale &scale) {
  std::vector<std::pair<std::uint64_t, std::size_t>> accounts;  // person and account
  for (std::size_t u = 0; u < batch_.persons.size(); ++u) {
    if (batch_.persons[u] != 0) accounts.emplace_back(batch_.persons[u], u);
  }
  std::sort(accounts.begin(), accounts.end());
  std::unordered_map<std::uint32_t, float> rated;  // by the person, farthest from the middle
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const auto &[person, account] = accounts[i];
    const bool first = i == 0 || accounts[i - 1].first != person;
    if (first) rated.clear();
    if (first && (i + 1 == accounts.size() || accounts[i + 1].first != person)) continue;
    const AccountRow row = batch_.row(account);
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (!added(account, e)) continue;
      const float rating = row.ratings.empty() ? 0 : row.ratings[e];
      const auto [held, fresh] = rated.try_emplace(row.items[e], rating);
      if (fresh) continue;
      if (pushed_as_far(held->second, row, e, scale)) {
        mark_past(account, e);
      } else {
        held->second = rating;
      }
    }
  }
}

void JudgedPart::learn(std::size_t account, const AccountChannels &channels,
                       const ItemHistory &history, bool all_counted) {
  pulse();
  if (counts_.empty()) counts_.assign(batch_.items.size(), {});
  has_own_[account] = 1;
  const AccountRow row = batch_.row(account);
  const OwnRows &own = own_[account];
  const std::size_t from = batch_.offsets[account];
  const std::size_t told = batch_.n_past.empty() ? 0 : batch_.n_past[account];
  for (std::size_t e = 0; e < row.size(); ++e) {
    OwnCount &count = counts_[from + e];
    bool past = e < told;
    for (const std::uint32_t held : own.rows) {
      const auto rating = channels.cover().rating(held, row.items[e]);
      if (!rating.has_value()) continue;
      count.rows += 1;
      count.rating_sum += *rating;
      past = past || pushed_as_far(*rating, row, e, history.scale);
    }
    // In the statistics, but not in their sample: with the rating that it has now.
    const bool counted = count.rows == 0 && (e < told || (told == 0 && all_counted)) &&
                         own.own == OwnRows::kNone && history.count[0][row.items[e]] >= 1;
    if (counted) count = {1, history.scale.rated ? row.ratings[e] : 0};
    if (past) mark_past(account, e);
  }
}

double JudgedPart::weight(std::size_t account, double mean_length) const {
  if (!known(account)) return 1;
  return static_cast<double>(n_added_[account]) / std::max(1.0, mean_length);
}

std::vector<std::uint8_t> JudgedPart::all_added() const {
  std::vector<std::uint8_t> out(batch_.items.size(), 1);
  for (std::size_t e = 0; e < past_.size(); ++e) out[e] = past_[e] != 0 ? 0 : 1;
  return out;
}

}  // namespace recveil::defense
