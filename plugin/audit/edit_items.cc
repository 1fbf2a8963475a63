#include "audit/edit_items.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/watch.h"
#include "numerics/bag_logistic.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kParts = 10;
constexpr double kRidge = 1;

// Rows of known class without part `p`, each class dealt out in its order.
std::vector<std::uint32_t> without_part(const PeopleClasses &people, std::size_t p) {
  std::array<std::size_t, 2> next{};
  std::vector<std::uint32_t> out;
  for (std::uint32_t row = 0; row < people.of_row.size(); ++row) {
    if (people.of_row[row] < 0) continue;
    if (next[static_cast<std::size_t>(people.of_row[row])]++ % kParts != p) out.push_back(row);
  }
  return out;
}

// From 0 for the least; ties by lower item.
void add_ranks(const std::vector<double> &weights, std::vector<double> &ranks) {
  std::vector<std::uint32_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return weights[a] < weights[b]; });
  for (std::size_t r = 0; r < order.size(); ++r) ranks[order[r]] += static_cast<double>(r);
}

}  // namespace

IndicativeItems indicative_items(const Interactions &history, const PeopleClasses &people) {
  IndicativeItems out;
  out.weight.resize(history.n_items);
  std::vector<double> ranks(history.n_items);
  for (std::size_t p = 0; p < kParts; ++p) {
    const std::vector<std::uint32_t> rows = without_part(people, p);
    std::vector<std::uint8_t> y;
    for (const std::uint32_t row : rows) y.push_back(people.of_row[row] == 1 ? 1 : 0);
    const auto model = numerics::fit_bag_logistic(history.select(rows), y, kRidge);
    for (std::size_t i = 0; i < out.weight.size(); ++i) {
      out.weight[i] += model.weights[i] / static_cast<double>(kParts);
    }
    add_ranks(model.weights, ranks);
  }
  for (std::uint32_t item = 0; item < history.n_items; ++item) {
    if (out.weight[item] != 0) out.of_class[out.weight[item] > 0 ? 1 : 0].push_back(item);
  }
  for (const std::size_t k : {0u, 1u}) {
    std::stable_sort(out.of_class[k].begin(), out.of_class[k].end(),
                     [&, sign = k == 1 ? -1.0 : 1.0](std::uint32_t a, std::uint32_t b) {
                       return sign * ranks[a] < sign * ranks[b];
                     });
  }
  return out;
}

std::vector<double> class_leans(const Interactions &history, const PeopleClasses &people) {
  std::array<double, 2> n{};
  for (const std::int32_t k : people.of_row) {
    if (k >= 0) ++n[static_cast<std::size_t>(k)];
  }
  std::vector<double> out(history.n_items);
  for (std::size_t row = 0; row < people.of_row.size(); ++row) {
    const std::int32_t k = people.of_row[row];
    if (k < 0) continue;
    const double by = (k == 1 ? 1 : -1) / n[static_cast<std::size_t>(k)];
    for (const std::uint32_t item : history.row(row)) out[item] += by;
  }
  double most = 0;
  for (const double lean : out) most = std::max(most, std::abs(lean));
  for (double &lean : out) lean = most > 0 ? lean / most : 0;
  return out;
}

SimilarPeople::SimilarPeople(const Interactions &history)
    : history_(history), holders_(history.n_items) {
  for (std::uint32_t row = 0; row < history.n_users(); ++row) {
    for (const std::uint32_t item : history.row(row)) holders_[item].push_back(row);
  }
}

std::vector<double> SimilarPeople::confidence(std::uint32_t person, std::size_t n) const {
  pulse();
  std::vector<std::uint32_t> shared(history_.n_users());
  for (const std::uint32_t item : history_.row(person)) {
    for (const std::uint32_t row : holders_[item]) ++shared[row];
  }
  struct Other {
    double similarity;
    std::uint32_t row;
  };
  std::vector<Other> others;
  const auto mine = static_cast<double>(history_.row(person).size());
  for (std::uint32_t row = 0; row < shared.size(); ++row) {
    if (row == person || shared[row] == 0) continue;
    const auto theirs = static_cast<double>(history_.row(row).size());
    others.push_back({static_cast<double>(shared[row]) / std::sqrt(mine * theirs), row});
  }
  n = std::min(n, others.size());
  std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(n), others.end(),
                    [](const Other &a, const Other &b) {
                      return a.similarity != b.similarity ? a.similarity > b.similarity
                                                          : a.row < b.row;
                    });
  std::vector<double> out(history_.n_items);
  for (std::size_t o = 0; o < n; ++o) {
    for (const std::uint32_t item : history_.row(others[o].row)) out[item] += others[o].similarity;
  }
  return out;
}

}  // namespace recveil::audit
