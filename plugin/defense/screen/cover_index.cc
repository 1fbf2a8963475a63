#include "defense/screen/cover_index.h"

#include <algorithm>
#include <cmath>

namespace recveil::defense {

CoverIndex::CoverIndex(const ScreenAccounts &held, const RatingScale &scale) {
  if (scale.rated) {
    level_.assign(held.ratings.begin(), held.ratings.end());
    std::sort(level_.begin(), level_.end());
    level_.erase(std::unique(level_.begin(), level_.end()), level_.end());
    while (level_.size() > 64) {  // a fine scale: every second level will do
      std::size_t kept = 0;
      for (std::size_t i = 0; i < level_.size(); i += 2) level_[kept++] = level_[i];
      level_.resize(kept);
    }
    levels_ = std::max<std::size_t>(1, level_.size());
  }
  const std::size_t n = held.size();
  offsets_.assign(held.n_items * levels_ + 1, 0);
  std::vector<std::size_t> columns(held.items.size());
  lengths_.resize(n);
  for (std::size_t u = 0, e = 0; u < n; ++u) {
    const AccountRow row = held.row(u);
    lengths_[u] = static_cast<float>(row.size());
    for (std::size_t i = 0; i < row.size(); ++i, ++e) {
      columns[e] = column(row, i);
      ++offsets_[columns[e] + 1];
    }
  }
  for (std::size_t c = 1; c < offsets_.size(); ++c) offsets_[c] += offsets_[c - 1];
  accounts_.resize(held.items.size());
  std::vector<std::uint64_t> next(offsets_.begin(), offsets_.end() - 1);
  for (std::size_t u = 0, e = 0; u < n; ++u) {
    for (std::size_t i = held.row(u).size(); i > 0; --i, ++e) {
      accounts_[next[columns[e]]++] = static_cast<std::uint32_t>(u);
    }
  }
  weight_.resize(offsets_.size() - 1);
  for (std::size_t c = 0; c + 1 < offsets_.size(); ++c) {
    const double held_by = static_cast<double>(offsets_[c + 1] - offsets_[c]);
    weight_[c] = static_cast<float>(std::log((static_cast<double>(n) + 1) / (held_by + 1)));
  }
  const float mean = n > 0 ? static_cast<float>(held.items.size()) / static_cast<float>(n) : 1;
  for (float &length : lengths_) length /= std::max(mean, 1e-6f);
}

CoverIndex::CoverIndex(Parts parts)
    : levels_(parts.levels),
      level_(std::move(parts.level)),
      offsets_(std::move(parts.offsets)),
      accounts_(std::move(parts.accounts)),
      weight_(std::move(parts.weight)),
      lengths_(std::move(parts.lengths)) {}

std::size_t CoverIndex::column(const AccountRow &row, std::size_t e) const {
  std::size_t level = 0;
  if (levels_ > 1) {
    const auto at = std::lower_bound(level_.begin(), level_.end(), row.ratings[e]);
    level = static_cast<std::size_t>(at - level_.begin());
    if (level == levels_ ||
        (level > 0 && row.ratings[e] - level_[level - 1] <= level_[level] - row.ratings[e])) {
      --level;
    }
  }
  return row.items[e] * levels_ + level;
}

bool CoverIndex::has(std::size_t account, std::size_t column) const {
  return std::binary_search(accounts_.begin() + static_cast<std::ptrdiff_t>(offsets_[column]),
                            accounts_.begin() + static_cast<std::ptrdiff_t>(offsets_[column + 1]),
                            static_cast<std::uint32_t>(account));
}

std::optional<float> CoverIndex::rating(std::uint32_t account, std::uint32_t item) const {
  for (std::size_t level = 0; level < levels_; ++level) {
    if (has(account, item * levels_ + level)) return level_.empty() ? 0 : level_[level];
  }
  return std::nullopt;
}

CoverIndex::Donor CoverIndex::best(const std::vector<std::size_t> &columns, const OwnRows &own,
                                   Scratch &scratch) const {
  double chance = 0;  // what an account of mean length matches
  for (const std::size_t c : columns) {
    const float weight = weight_[c];
    for (std::uint64_t at = offsets_[c]; at < offsets_[c + 1]; ++at) {
      float &score = scratch.score[accounts_[at]];
      if (score == 0) scratch.touched.push_back(accounts_[at]);
      score += weight;
    }
    chance += static_cast<double>(weight) * static_cast<double>(offsets_[c + 1] - offsets_[c]);
  }
  chance /= static_cast<double>(std::max<std::size_t>(1, lengths_.size()));
  Donor donor;
  for (const std::uint32_t account : scratch.touched) {
    const double matched = static_cast<double>(scratch.score[account]) -
                           chance * static_cast<double>(lengths_[account]);
    scratch.score[account] = 0;
    if (own.contains(account)) continue;
    // Ties by row, whatever the order of items.
    if (matched > donor.matched || (matched == donor.matched && account < donor.account)) {
      donor = {account, matched};
    }
  }
  scratch.touched.clear();
  return donor;
}

std::pair<double, double> CoverIndex::cover(const AccountRow &row, const OwnRows &own,
                                            Scratch &scratch) const {
  std::vector<std::size_t> columns(row.size());
  double surprise = 1e-9;
  for (std::size_t e = 0; e < row.size(); ++e) {
    columns[e] = column(row, e);
    surprise += static_cast<double>(weight_[columns[e]]);
  }
  const Donor first = best(columns, own, scratch);
  if (first.account == kNobody) return {0, 0};
  std::erase_if(columns, [&](std::size_t c) { return has(first.account, c); });
  const Donor second = best(columns, own, scratch);
  return {first.matched / surprise, (first.matched + second.matched) / surprise};
}

}  // namespace recveil::defense
