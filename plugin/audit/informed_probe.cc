#include "audit/informed_probe.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "attack/standardize.h"
#include "audit/sybil.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/logistic.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kTop = 100;                               // as lists usually are
constexpr std::uint64_t kProbeStream = std::uint64_t{1} << 41;  // of a split's seed, one a user

// What somebody sees of a model who types in a history but for a fifth, five times: the share of
// the fifth among the best, and its mean standardized score.
struct Seen {
  double hits = 0, score = 0;
};

Seen probe(const PlaceScores &score, std::size_t n, Users places, Rng rng) {
  rng.shuffle(places);
  Seen out;
  double hidden_items = 0;
  std::vector<double> open;
  for (std::size_t fold = 0; fold < kProbes; ++fold) {
    Users kept, hidden;
    for (std::size_t i = 0; i < places.size(); ++i) {
      (i % kProbes == fold ? hidden : kept).push_back(places[i]);
    }
    if (hidden.empty() || kept.empty()) continue;
    const std::vector<double> scores = score(kept);
    std::vector<char> typed(n);
    for (const std::uint32_t place : kept) typed[place] = 1;
    open.clear();
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (typed[i] != 0) continue;
      open.push_back(scores[i]);
      mean += scores[i], square += scores[i] * scores[i];
    }
    const auto m = static_cast<double>(open.size());
    mean /= m;
    const double sd = std::sqrt(std::max(1e-30, square / m - mean * mean));
    const std::size_t last = std::min(kTop, open.size()) - 1;
    std::nth_element(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(last), open.end(),
                     std::greater<>());
    for (const std::uint32_t place : hidden) {
      out.hits += scores[place] >= open[last] ? 1 : 0;
      out.score += (scores[place] - mean) / sd;
    }
    hidden_items += static_cast<double>(hidden.size());
  }
  if (hidden_items > 0) out.hits /= hidden_items, out.score /= hidden_items;
  return out;
}

}  // namespace

SplitScores InformedScene::scores(const char *name, const std::vector<double> &values) const {
  SplitScores out;
  out.name = name;
  for (std::size_t p = 0; p < people(); ++p) {
    (is_member(p) ? out.members : out.non_members).push_back(values[p]);
    (is_member(p) ? out.member_activity : out.non_member_activity)
        .push_back(static_cast<double>(data.row(user(p)).size()));
  }
  return out;
}

SplitScores learned_scores(const InformedScene &scene, const PlaceScores &attacked,
                           const PlaceScores &reference, const char *name) {
  constexpr std::size_t kColumns = 6, kFolds = 5;
  const std::size_t people = scene.people();
  Matrix raw{people, kColumns, std::vector<float>(people * kColumns)};
  for (std::size_t p = 0; p < people; ++p) {
    pulse();
    const Users places = scene.catalogue.places(scene.data.row(scene.user(p)));
    const Rng rng(scene.seed, kProbeStream + scene.user(p));
    const std::size_t n = scene.catalogue.size();
    const Seen of = probe(attacked, n, places, rng), by = probe(reference, n, places, rng);
    const double row[] = {of.hits,  by.hits,  of.hits - by.hits,
                          of.score, by.score, of.score - by.score};
    std::transform(std::begin(row), std::end(row), raw.row(p),
                   [](double value) { return static_cast<float>(value); });
  }
  const Matrix x = attack::Standardizer(raw)(raw);
  std::vector<double> values(people);
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    Matrix train{0, kColumns, {}};
    std::vector<std::uint8_t> labels;
    for (std::size_t p = 0; p < people; ++p) {
      if (p % kFolds == fold) continue;
      train.data.insert(train.data.end(), x.row(p), x.row(p) + kColumns);
      labels.push_back(scene.is_member(p) ? 1 : 0);
      ++train.rows;
    }
    const numerics::Logistic fitted = numerics::fit_logistic(train, labels, 1);
    for (std::size_t p = fold; p < people; p += kFolds) {
      values[p] = fitted.decision({x.row(p), kColumns});
    }
  }
  return scene.scores(name, values);
}

}  // namespace recveil::audit
