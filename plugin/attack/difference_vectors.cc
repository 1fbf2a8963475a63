#include <algorithm>

#include "attack/check.h"
#include "attack/membership.h"
#include "core/watch.h"

namespace recveil::attack {
namespace {

// Adds sign * (weighted mean of the items' vectors) to `out`, leaving out items not known;
// weight(j) is that of place j of the row, up to a factor.
template <class Weight>
void add_mean(std::span<const std::uint32_t> row, const std::vector<std::uint8_t> &known,
              const Matrix &items, float sign, Weight weight, float *out) {
  float total = 0;
  for (std::size_t j = 0; j < row.size(); ++j) {
    if (known[row[j]] != 0) total += weight(j);
  }
  for (std::size_t j = 0; j < row.size(); ++j) {
    if (known[row[j]] == 0) continue;
    const float *vector = items.row(row[j]);
    const float share = sign * weight(j) / total;
    for (std::size_t c = 0; c < items.cols; ++c) out[c] += share * vector[c];
  }
}

}  // namespace

Matrix difference_vectors(const Population &population, const Matrix &items, ListWeights weights) {
  check_population(population, items.rows);
  std::vector<std::uint8_t> known(items.rows);
  for (std::size_t i = 0; i < items.rows; ++i) {
    known[i] = std::any_of(items.row(i), items.row(i) + items.cols, [](float v) { return v != 0; });
  }
  const std::size_t people = population.lists.n_users();
  Matrix z{people, items.cols, std::vector<float>(people * items.cols)};
  for (std::size_t u = 0; u < people; ++u) {
    if (u % 256 == 0) pulse();
    add_mean(
        population.histories.row(u), known, items, 1, [](std::size_t) { return 1.0f; }, z.row(u));
    const std::span<const std::uint32_t> list = population.lists.row(u);
    const auto weight = [&](std::size_t j) {
      return weights == ListWeights::uniform ? 1.0f : static_cast<float>(list.size() - j);
    };
    add_mean(list, known, items, -1, weight, z.row(u));
  }
  return z;
}

}  // namespace recveil::attack
