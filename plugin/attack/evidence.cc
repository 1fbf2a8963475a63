#include "attack/evidence.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "attack/check.h"
#include "attack/features.h"
#include "core/error.h"

namespace recveil::attack {

Knowledge::Knowledge(const Auxiliary &auxiliary)
    : item_vectors(auxiliary.item_vectors),
      directions(auxiliary.item_vectors),
      popularity(auxiliary.popularity),
      by_popularity(popularity.size()),
      popularity_rank(popularity.size()) {
  const bool has_people = auxiliary.people.n_users() > 0;
  if (item_vectors.rows != n_items() || (has_people && auxiliary.people.n_items != n_items())) {
    throw Error(Status::argument, "auxiliary data: " + std::to_string(item_vectors.rows) +
                                      " item vectors, " + std::to_string(n_items()) +
                                      " popularities and people over " +
                                      std::to_string(auxiliary.people.n_items) + " items");
  }
  for (std::size_t i = 0; i < directions.rows; ++i) {
    const std::span<float> row(directions.row(i), directions.cols);
    double squares = 0;
    for (const float v : row) squares += static_cast<double>(v) * static_cast<double>(v);
    if (squares == 0) continue;
    for (float &v : row) v = static_cast<float>(static_cast<double>(v) / std::sqrt(squares));
  }
  for (const std::uint64_t count : popularity) {
    log_popularity.push_back(std::log1p(static_cast<double>(count)));
  }
  std::iota(by_popularity.begin(), by_popularity.end(), 0u);
  std::stable_sort(by_popularity.begin(), by_popularity.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return popularity[a] > popularity[b]; });
  for (std::uint32_t rank = 0; rank < by_popularity.size(); ++rank) {
    popularity_rank[by_popularity[rank]] = rank;
  }
  if (has_people) reference.emplace(auxiliary.people);
}

Evidence observe(const std::shared_ptr<const Knowledge> &knowledge, Population people) {
  return observe(knowledge, std::make_shared<const Population>(std::move(people)));
}

Evidence observe(const std::shared_ptr<const Knowledge> &knowledge,
                 std::shared_ptr<const Population> people) {
  check_population(*people, knowledge->n_items());
  Matrix difference = difference_vectors(*people, knowledge->item_vectors);
  Matrix features = feature_matrix(*people, *knowledge, difference);
  return std::make_shared<const Observation>(Observation{.knowledge = knowledge,
                                                         .seen = std::move(people),
                                                         .difference = std::move(difference),
                                                         .features = std::move(features)});
}

Population select(const Population &people, const std::vector<std::uint32_t> &rows) {
  Population out{people.histories.select(rows), people.lists.select(rows), {}};
  for (const std::uint32_t row : rows) out.member.push_back(people.member[row]);
  return out;
}

Evidence select(const Evidence &evidence, const std::vector<std::uint32_t> &rows) {
  const auto pick = [&](const Matrix &all) {
    Matrix out{rows.size(), all.cols, {}};
    for (const std::uint32_t row : rows) {
      out.data.insert(out.data.end(), all.row(row), all.row(row) + all.cols);
    }
    return out;
  };
  return std::make_shared<const Observation>(
      Observation{.knowledge = evidence->knowledge,
                  .seen = std::make_shared<const Population>(select(evidence->people, rows)),
                  .difference = pick(evidence->difference),
                  .features = pick(evidence->features)});
}

}  // namespace recveil::attack
