#include "data/short_histories.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "data/fields.h"
#include "data/spec.h"

namespace recveil::data {
namespace {

constexpr std::uint32_t kMostOfAll = 1'000'000;

std::vector<std::uint8_t> most_popular(const Interactions &all, std::uint32_t n) {
  std::vector<std::uint64_t> times(all.n_items);
  for (const std::uint32_t item : all.items) ++times[item];
  std::vector<std::uint32_t> order(all.n_items);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return times[a] > times[b]; });
  std::vector<std::uint8_t> out(all.n_items);
  for (std::size_t i = 0; i < order.size() && i < n; ++i) out[order[i]] = 1;
  return out;
}

// n with the probability 1 / n^2.
std::uint32_t draw_length(const std::vector<double> &sums, std::uint32_t least, Rng &rng) {
  const double point = rng.uniform() * sums.back();
  const auto at = std::upper_bound(sums.begin(), sums.end() - 1, point);
  return least + static_cast<std::uint32_t>(at - sums.begin());
}

template <class T>
void keep(const std::vector<std::uint64_t> &places, std::vector<T> &values) {
  if (values.empty()) return;
  for (std::size_t i = 0; i < places.size(); ++i) values[i] = values[places[i]];
  values.resize(places.size());
}

}  // namespace

void parse_lengths(std::string_view scheme, std::string_view value, ShortHistories &out) {
  const std::size_t dots = value.find("..");
  const auto number = [&](std::string_view text) {
    const std::uint64_t n = option_count(scheme, "histories", text);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(n, UINT32_MAX));
  };
  if (dots != value.npos) {
    out.least = number(value.substr(0, dots));
    out.most = number(value.substr(dots + 2));
  }
  if (dots == value.npos || out.least < 1 || out.least > out.most || out.most > kMostOfAll) {
    throw Error(Status::argument, std::string(scheme) + ": histories: " + in_quotes(value) +
                                      " is not LEAST..MOST with 1 <= LEAST <= MOST <= 1000000");
  }
}

void cut_histories(const ShortHistories &cut, Dataset &dataset) {
  const Interactions &all = dataset.interactions;
  std::vector<double> sums;
  for (std::uint32_t n = cut.least; n <= cut.most; ++n) {
    sums.push_back(1 / (static_cast<double>(n) * static_cast<double>(n)));
  }
  std::partial_sum(sums.begin(), sums.end(), sums.begin());
  const std::vector<std::uint8_t> top =
      most_popular(all, cut.top_items > 0 ? cut.top_items : all.n_items);
  Rng rng(cut.seed, 0x686973746f7279);
  Interactions out;
  out.n_items = all.n_items;
  std::vector<std::uint64_t> places, mine;
  std::vector<std::uint32_t> row;
  for (std::size_t u = 0; u < all.n_users(); ++u) {
    mine.clear();
    for (std::uint64_t at = all.offsets[u]; at < all.offsets[u + 1]; ++at) {
      if (top[all.items[at]] != 0) mine.push_back(at);
    }
    if (mine.size() < cut.least) {
      mine.resize(all.offsets[u + 1] - all.offsets[u]);
      std::iota(mine.begin(), mine.end(), all.offsets[u]);
    }
    rng.shuffle(mine);
    mine.resize(std::min<std::size_t>(mine.size(), draw_length(sums, cut.least, rng)));
    std::sort(mine.begin(), mine.end());
    row.clear();
    for (const std::uint64_t at : mine) row.push_back(all.items[at]);
    out.append(row);
    places.insert(places.end(), mine.begin(), mine.end());
  }
  keep(places, dataset.ratings);
  keep(places, dataset.times);
  dataset.interactions = std::move(out);
}

std::string describe(const ShortHistories &cut, char separator) {
  std::string out = "histories=" + std::to_string(cut.least) + ".." + std::to_string(cut.most);
  if (cut.top_items > 0) out += separator + ("top_items=" + std::to_string(cut.top_items));
  return out;
}

}  // namespace recveil::data
