#include "audit/lists_fit.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/random.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kOthers = 10;

using Items = std::span<const std::uint32_t>;

// Mean direction of each row's items, less the mean of all rows, of length 1 (or 0).
Matrix centres(const Interactions &rows, const attack::Knowledge &knowledge) {
  const std::size_t l = knowledge.directions.cols, n = rows.n_users();
  Matrix out{n, l, std::vector<float>(n * l, 0)};
  std::vector<double> mean(l, 0);
  for (std::size_t u = 0; u < n; ++u) {
    const Items items = rows.row(u);
    float *to = out.row(u);
    for (const std::uint32_t item : items) {
      const float *from = knowledge.directions.row(item);
      for (std::size_t c = 0; c < l; ++c) to[c] += from[c] / static_cast<float>(items.size());
    }
    for (std::size_t c = 0; c < l; ++c) mean[c] += static_cast<double>(to[c]);
  }
  for (std::size_t u = 0; u < n; ++u) {
    float *to = out.row(u);
    double squares = 0;
    for (std::size_t c = 0; c < l; ++c) {
      to[c] -= static_cast<float>(mean[c] / static_cast<double>(n));
      squares += static_cast<double>(to[c]) * static_cast<double>(to[c]);
    }
    if (squares == 0) continue;
    for (std::size_t c = 0; c < l; ++c) to[c] /= static_cast<float>(std::sqrt(squares));
  }
  return out;
}

struct Mean {
  double sum = 0, squares = 0;
  std::size_t n = 0;
  void add(double value) {
    sum += value;
    squares += value * value;
    ++n;
  }
  double value() const { return n == 0 ? 0.5 : sum / static_cast<double>(n); }
  // At least what one person in one hundred more would change, so never 0.
  double error() const {
    if (n == 0) return 1;
    const double variance = squares / static_cast<double>(n) - value() * value();
    return std::sqrt(std::max(variance, 0.01) / static_cast<double>(n));
  }
};

}  // namespace

std::vector<ListFit> fits_of(const attack::Population &people, const attack::Knowledge &knowledge,
                             std::uint64_t seed) {
  const auto n = static_cast<std::uint32_t>(people.member.size());
  std::vector<std::uint32_t> of_class[2];
  std::vector<std::size_t> place(n);  // in of_class
  for (std::uint32_t u = 0; u < n; ++u) {
    auto &same = of_class[people.member[u] != 0 ? 1 : 0];
    place[u] = same.size();
    same.push_back(u);
  }
  const Matrix lists = centres(people.lists, knowledge),
               histories = centres(people.histories, knowledge);
  const auto closeness = [&](std::size_t list, std::size_t history) {
    float product = 0;
    for (std::size_t c = 0; c < lists.cols; ++c) {
      product += lists.row(list)[c] * histories.row(history)[c];
    }
    return product;
  };
  const auto before = [](float a, float b) { return a < b ? 1.0 : (a == b ? 0.5 : 0.0); };
  std::vector<std::uint32_t> listed_by(people.histories.n_items, n);
  const auto listed = [&](std::uint32_t u, std::size_t history) {
    const Items items = people.histories.row(history);
    return static_cast<double>(
        std::count_if(items.begin(), items.end(), [&](auto item) { return listed_by[item] == u; }));
  };
  Rng rng(seed, 13);
  std::vector<ListFit> out(2);
  Mean own[2], next[2], previous[2];
  for (std::uint32_t u = 0; u < n; ++u) {
    const std::size_t c = people.member[u] != 0 ? 1u : 0u;
    const std::vector<std::uint32_t> &same = of_class[c];
    const Items list = people.lists.row(u);
    if (list.empty() || same.size() < 2) continue;
    for (const std::uint32_t item : list) listed_by[item] = u;
    const double seen = listed(u, u);
    ListFit &fit = out[c];
    fit.seen += seen;
    fit.people_with_seen += seen > 0 ? 1u : 0u;
    ++fit.people;
    const float with_own = closeness(u, u), with_next = closeness(u, (u + 1) % n),
                with_previous = closeness(u, (u + n - 1) % n);
    double wins = 0, wins_next = 0, wins_previous = 0;
    for (std::size_t i = 0; i < kOthers; ++i) {
      std::size_t at = rng.below(same.size() - 1);
      at += at >= place[u] ? 1u : 0u;
      const float with_other = closeness(u, same[at]);
      wins += before(with_other, with_own) / kOthers;
      wins_next += before(with_other, with_next) / kOthers;
      wins_previous += before(with_other, with_previous) / kOthers;
      fit.seen_by_others += listed(u, same[at]) / kOthers;
    }
    own[c].add(wins);
    next[c].add(wins_next);
    previous[c].add(wins_previous);
  }
  for (const std::size_t c : {0u, 1u}) {
    out[c].own = own[c].value();
    out[c].own_error = own[c].error();
    out[c].next = next[c].value();
    out[c].next_error = next[c].error();
    out[c].previous = previous[c].value();
    out[c].previous_error = previous[c].error();
  }
  return out;
}

}  // namespace recveil::audit
