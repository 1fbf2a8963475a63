#include "audit/baselines.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "core/random.h"
#include "core/watch.h"
#include "defense/private/denoise.h"
#include "numerics/symmetric.h"
#include "recommend/ials.h"

namespace recveil::audit {
namespace {

constexpr double kEaseRidge = 300;  // of raw rows

std::vector<double> raw_gram(const std::vector<Users> &rows, std::size_t n) {
  std::vector<double> out(n * n);
  for (std::size_t p = 0; p < rows.size(); ++p) {
    if (p % 64 == 0) pulse();
    for (const std::uint32_t i : rows[p]) {
      for (const std::uint32_t j : rows[p]) out[i * n + j] += 1;
    }
  }
  return out;
}

std::vector<Users> places_of(const Interactions &data, const Users &people,
                             const defense::Catalogue &catalogue) {
  std::vector<Users> out;
  for (const std::uint32_t user : people) out.push_back(catalogue.places(data.row(user)));
  return out;
}

// The rows that people answer with, and how likely a bit is flipped.
std::vector<Users> answered(const std::vector<Users> &rows, std::size_t n, double flip, Rng rng) {
  std::vector<Users> out;
  for (const Users &row : rows) {
    pulse();
    std::vector<char> has(n);
    for (const std::uint32_t place : row) has[place] = 1;
    Users &to = out.emplace_back();
    for (std::uint32_t i = 0; i < n; ++i) {
      if ((has[i] != 0) != (rng.uniform() < flip)) to.push_back(i);
    }
  }
  return out;
}

// sum over people of (x_i - flip)(x_j - flip) / (1 - 2 flip)^2, on the diagonal (x_i - flip) /
// (1 - 2 flip): in expectation the Gram matrix of the rows before they were flipped.
std::vector<double> unbiased(std::vector<double> gram, std::size_t n, double people, double flip) {
  std::vector<double> held(n);
  for (std::size_t i = 0; i < n; ++i) held[i] = gram[i * n + i];
  const double kept = 1 - 2 * flip;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double &entry = gram[i * n + j];
      entry = i == j ? (entry - people * flip) / kept
                     : (entry - flip * (held[i] + held[j]) + people * flip * flip) / (kept * kept);
    }
  }
  return gram;
}

void add_response(const recommend::HoldOut &data, const InformedScene &scene, const Users &members,
                  double per_bit, const char *name, std::vector<BaselineResult> &out) {
  const std::size_t n = scene.catalogue.size();
  const double flip = 1 / (1 + std::exp(per_bit)), kept = 1 - 2 * flip;
  const auto people = static_cast<double>(members.size());
  const auto rows =
      answered(places_of(data.history, members, scene.catalogue), n, flip, Rng(scene.seed, 22));
  const double sd = std::sqrt(people) * flip * (1 - flip) / (kept * kept);
  const auto model =
      defense::private_weights(unbiased(raw_gram(rows, n), n, people, flip), n, sd, kEaseRidge);
  const auto reference = defense::private_weights(
      raw_gram(places_of(data.history, scene.split.known, scene.catalogue), n), n, 1e-3,
      model.regularization);
  const PlaceScores score = scores_by(model.weights, n);
  out.push_back({name, per_bit, per_bit * static_cast<double>(n),
                 learned_scores(scene, score, scores_by(reference.weights, n), name),
                 utility_by(data, scene, score)});
}

double laplace(Rng &rng, double scale) {
  const double u = rng.uniform() - 0.5;
  return -scale * std::copysign(std::log1p(-2 * std::abs(u)), u);
}

using Model = std::shared_ptr<const recommend::FactorModel>;
constexpr recommend::SquaredLoss kLoss{.observed_weight = 5,
                                       .unobserved_weight = 1,
                                       .regularization = 10,
                                       .regularization_exponent = 0};
constexpr std::size_t kFactors = 32;

Model factors_of(const Interactions &data, const Users &people, std::uint64_t seed) {
  recommend::IalsOptions options;
  options.d = kFactors;
  options.loss = kLoss;
  options.sweeps = 6;
  options.seed = seed;
  return recommend::train_ials(data.select(people), options);
}

Model perturbed(const Interactions &data, const Users &people, const recommend::FactorModel &exact,
                double epsilon, Rng rng) {
  const Matrix &users = exact.user_factors();
  constexpr double kNorm = 5;
  double scale = 0;
  numerics::SquareMatrix gram(kFactors * kFactors);
  Matrix p = users;
  for (std::size_t u = 0; u < p.rows; ++u) {
    double square = 0, sum = 0;
    for (std::size_t f = 0; f < kFactors; ++f)
      square += std::pow(static_cast<double>(p.row(u)[f]), 2);
    const double shrink = std::min(1.0, kNorm / std::sqrt(std::max(square, 1e-30)));
    for (std::size_t f = 0; f < kFactors; ++f) {
      p.row(u)[f] *= static_cast<float>(shrink);
      sum += std::abs(static_cast<double>(p.row(u)[f]));
    }
    scale = std::max(scale, sum);
    for (std::size_t f = 0; f < kFactors; ++f) {
      for (std::size_t g = 0; g < kFactors; ++g) {
        gram[f * kFactors + g] += static_cast<double>(p.row(u)[f] * p.row(u)[g]);
      }
    }
  }
  std::vector<std::vector<std::size_t>> holders(data.n_items);
  for (std::size_t u = 0; u < people.size(); ++u) {
    for (const std::uint32_t item : data.row(people[u])) holders[item].push_back(u);
  }
  const auto [low, high] =
      std::minmax_element(exact.item_factors().data.begin(), exact.item_factors().data.end());
  Matrix items{data.n_items, kFactors, std::vector<float>(data.n_items * kFactors)};
  for (std::uint32_t item = 0; item < data.n_items; ++item) {
    pulse();
    numerics::SquareMatrix system = gram;
    std::vector<double> right(kFactors);
    for (const std::size_t u : holders[item]) {
      for (std::size_t f = 0; f < kFactors; ++f) {
        right[f] += kLoss.observed_weight * static_cast<double>(p.row(u)[f]);
        for (std::size_t g = 0; g < kFactors; ++g) {
          system[f * kFactors + g] += (kLoss.observed_weight - kLoss.unobserved_weight) *
                                      static_cast<double>(p.row(u)[f] * p.row(u)[g]);
        }
      }
    }
    for (std::size_t f = 0; f < kFactors; ++f) {
      system[f * kFactors + f] += kLoss.regularization;
      right[f] -= laplace(rng, scale / epsilon);
    }
    const numerics::SquareMatrix inverse = numerics::log_det(system, kFactors)->inverse;
    for (std::size_t f = 0; f < kFactors; ++f) {
      double value = 0;
      for (std::size_t g = 0; g < kFactors; ++g) value += inverse[f * kFactors + g] * right[g];
      items.row(item)[f] = std::clamp(static_cast<float>(value), *low, *high);
    }
  }
  return std::make_shared<recommend::FactorModel>(users, std::move(items), kLoss);
}

PlaceScores scores_by(Model model) {
  return [model](std::span<const std::uint32_t> places) {
    std::vector<float> scores(model->n_items());
    model->score(places, scores);
    return std::vector<double>(scores.begin(), scores.end());
  };
}

}  // namespace

UtilityPair utility_by(const recommend::HoldOut &data, const InformedScene &scene,
                       const PlaceScores &score) {
  UtilityPair out;
  out.members = utility_of(data, scene.split.attacked,
                           lists_of(data, scene.split.attacked, scene.catalogue, score))
                    .mean();
  out.non_members = utility_of(data, scene.split.others,
                               lists_of(data, scene.split.others, scene.catalogue, score))
                        .mean();
  return out;
}

void add_randomized_response(const recommend::HoldOut &data, const InformedScene &scene,
                             const Users &members, double epsilon,
                             std::vector<BaselineResult> &out) {
  add_response(data, scene, members, epsilon, "randomized_response_bit", out);
  add_response(data, scene, members, epsilon / static_cast<double>(scene.catalogue.size()),
               "randomized_response_person", out);
}

void add_perturbed_factors(const recommend::HoldOut &data, const InformedSplit &split,
                           double epsilon, std::uint64_t seed, std::vector<BaselineResult> &out) {
  Users everything(data.history.n_items);
  std::iota(everything.begin(), everything.end(), 0);
  const defense::Catalogue whole(everything, data.history.n_items);
  const InformedScene scene{data.history, split, whole, seed};
  const Users members = split.members();
  const Model exact = factors_of(data.history, members, seed);
  const PlaceScores score =
      scores_by(perturbed(data.history, members, *exact, epsilon, Rng(seed, 23)));
  const PlaceScores reference = scores_by(factors_of(data.history, split.known, seed));
  out.push_back({"vp_dpmf", epsilon, std::nullopt,
                 learned_scores(scene, score, reference, "vp_dpmf"),
                 utility_by(data, scene, score)});
}

}  // namespace recveil::audit
