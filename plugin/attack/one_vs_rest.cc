#include "attack/one_vs_rest.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "core/watch.h"

namespace recveil::attack {
namespace {

constexpr double kLowest = -1e6;
constexpr std::size_t kLeastRest = 600, kRestPerRow = 3;

}  // namespace

ClassScores one_vs_rest(std::span<const std::int32_t> y, std::size_t classes, std::size_t others,
                        std::size_t most_rows, std::uint64_t seed, const LearnTwo &learn,
                        bool log_odds) {
  ClassScores out(others * classes, kLowest);
  std::vector<double> column(others);
  for (std::size_t k = classes == 2 ? 1 : 0; k < classes; ++k) {
    pulse();
    std::vector<std::uint32_t> own, rest;
    for (std::size_t i = 0; i < y.size(); ++i) {
      (static_cast<std::size_t>(y[i]) == k ? own : rest).push_back(static_cast<std::uint32_t>(i));
    }
    if (own.empty() || rest.empty()) continue;
    Rng rng(seed, k);
    rng.shuffle(own);
    rng.shuffle(rest);
    if (classes > 2)
      rest.resize(std::min(rest.size(), std::max(kLeastRest, kRestPerRow * own.size())));
    if (own.size() + rest.size() > most_rows) {
      const double share =
          static_cast<double>(most_rows) / static_cast<double>(own.size() + rest.size());
      for (auto *rows : {&own, &rest}) {
        rows->resize(
            static_cast<std::size_t>(std::ceil(share * static_cast<double>(rows->size()))));
      }
    }
    std::vector<std::uint32_t> rows = own;
    rows.insert(rows.end(), rest.begin(), rest.end());
    std::sort(rows.begin(), rows.end());
    std::vector<std::uint8_t> labels;
    for (const std::uint32_t row : rows)
      labels.push_back(static_cast<std::size_t>(y[row]) == k ? 1 : 0);
    learn(rows, labels, column);
    const double prior =
        log_odds ? std::log(static_cast<double>(own.size()) / static_cast<double>(rest.size())) : 0;
    for (std::size_t i = 0; i < others; ++i) {
      out[i * classes + k] = column[i] - prior;
      if (classes == 2) out[i * classes] = prior - column[i];
    }
  }
  return out;
}

void subtract_log_shares(std::span<const std::int32_t> y, std::size_t classes,
                         ClassScores &scores) {
  std::vector<double> n(classes);
  for (const std::int32_t label : y) n[static_cast<std::size_t>(label)] += 1;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double count = n[i % classes];
    scores[i] = count > 0 ? scores[i] - std::log(count / static_cast<double>(y.size())) : kLowest;
  }
}

}  // namespace recveil::attack
