#include "screen/accounts.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <unordered_map>

namespace recveil::cli {
namespace {

constexpr std::uint32_t kNoPlace = UINT32_MAX;

// Places for items that come later: few, because every item nobody has is taken for a part of the
// catalogue.
std::size_t places(std::size_t items) {
  return std::max<std::size_t>(16, items / 50);
}

// number[i]: of item i of the dataset; kNoPlace: left out.
FileAccounts convert(const data::Dataset &dataset, const std::vector<std::uint32_t> &number) {
  FileAccounts out;
  const Interactions &rows = dataset.interactions;
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    std::int64_t first_at = 0;  // the first time that is known
    for (std::uint64_t e = rows.offsets[u]; e < rows.offsets[u + 1]; ++e) {
      if (first_at == 0 && !dataset.times.empty()) first_at = dataset.times[e];
      const std::uint32_t item = number[rows.items[e]];
      if (item == kNoPlace) {
        ++out.left_out;
        continue;
      }
      out.items.push_back(item);
      if (!dataset.ratings.empty()) out.ratings.push_back(dataset.ratings[e]);
    }
    out.offsets.push_back(out.items.size());
    out.arrived_at.push_back(first_at);
  }
  return out;
}

}  // namespace

recveil_screen_accounts FileAccounts::view() const {
  recveil_screen_accounts out = RECVEIL_SCREEN_ACCOUNTS_INIT;
  out.n_accounts = offsets.size() - 1;
  out.users = users.data();
  out.offsets = offsets.data();
  out.items = items.data();
  out.ratings = ratings.empty() ? nullptr : ratings.data();
  out.arrived_at = arrived_at.data();
  return out;
}

FileAccounts window_accounts(const data::Dataset &dataset, const std::optional<Scale> &scale,
                             ScreenFile &file) {
  file.items = dataset.item_ids;
  file.n_items = file.items.size() + places(file.items.size());
  file.rated = !dataset.ratings.empty();
  if (file.rated) {
    const auto [least, greatest] =
        std::minmax_element(dataset.ratings.begin(), dataset.ratings.end());
    const auto [low, high] = scale.value_or(std::pair(*least, *greatest));
    if (*least < low || *greatest > high) {
      throw std::runtime_error(
          fmt::format("--scale: {} has ratings from {} to {}", dataset.name, *least, *greatest));
    }
    if (!(low < high)) file.rated = false;  // all alike: they say nothing
    file.rating_min = file.rated ? low : 0;
    file.rating_max = file.rated ? high : 0;
  } else if (scale) {
    throw std::runtime_error("--scale: " + dataset.name + " has no ratings; name their column");
  }
  std::vector<std::uint32_t> number(file.items.size());
  std::iota(number.begin(), number.end(), 0u);
  FileAccounts out = convert(dataset, number);
  if (!file.rated) out.ratings.clear();
  return out;
}

void name_users(const Engine &engine, const data::Dataset &dataset, FileAccounts &accounts) {
  accounts.users.clear();
  for (const std::string &id : dataset.user_ids) accounts.users.push_back(engine.user(id));
}

FileAccounts batch_accounts(const data::Dataset &dataset, const ScreenFile &file) {
  if (file.rated && dataset.ratings.empty()) {
    throw std::runtime_error(dataset.name + ": has no ratings, and the model's window had");
  }
  std::unordered_map<std::string_view, std::uint32_t> known;
  for (std::size_t i = 0; i < file.items.size(); ++i) {
    known.emplace(file.items[i], static_cast<std::uint32_t>(i));
  }
  std::vector<std::uint32_t> number(dataset.item_ids.size(), kNoPlace), unknown;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const auto found = known.find(dataset.item_ids[i]);
    if (found != known.end()) {
      number[i] = found->second;
    } else {
      unknown.push_back(static_cast<std::uint32_t>(i));
    }
  }
  std::vector<std::size_t> accounts(number.size());
  for (const std::uint32_t item : dataset.interactions.items) ++accounts[item];
  std::stable_sort(unknown.begin(), unknown.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return accounts[a] > accounts[b]; });
  for (std::size_t i = 0; i < std::min(unknown.size(), file.n_items - file.items.size()); ++i) {
    number[unknown[i]] = static_cast<std::uint32_t>(file.items.size() + i);
  }
  FileAccounts out = convert(dataset, number);
  if (!file.rated) out.ratings.clear();
  // A window need not hold every rating there is: nobody whom you trust may have given a 1.
  for (float &rating : out.ratings) {
    const float inside = std::clamp(rating, file.rating_min, file.rating_max);
    out.outside += inside != rating ? 1 : 0;
    rating = inside;
  }
  return out;
}

}  // namespace recveil::cli
