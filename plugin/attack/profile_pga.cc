#include "attack/profile_pga.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/random.h"

namespace recveil::attack {
namespace {

constexpr double kLambda =
    5;  // the best of .05 to 20, with 10, by RMSE on a fifth of MovieLens 100K
constexpr std::uint64_t kStartStream = UINT64_MAX - 1;  // not a fake's, nor the campaign's
constexpr std::uint64_t kSteps = 10;
constexpr int kSweeps = 10;
constexpr double kStep = 0.2;  // of half the scale, for the rating with the steepest gradient

// What the gradient needs of one target.
struct TargetSystem {
  std::uint32_t item;
  Factor pull;    // p_t
  Factor factor;  // v_t
};

// Adds lambda-free parts of A_t and of its right side.
void add_raters(const CentredRatings &ratings, const Factors &users, std::uint32_t item,
                RowSystem &system) {
  for (std::size_t u = 0; u < ratings.rows.n_users(); ++u) {
    for (std::uint64_t e = ratings.rows.offsets[u]; e < ratings.rows.offsets[u + 1]; ++e) {
      if (ratings.rows.items[e] != item) continue;
      const Factor factor = users.col(static_cast<Eigen::Index>(u));
      system.gram += factor * factor.transpose();
      system.right += ratings.values[e] * factor;
    }
  }
}

CentredRatings centre(const Accounts &accounts, double middle) {
  CentredRatings out{accounts.histories, {}};
  for (const double rating : accounts.ratings) out.values.push_back(rating - middle);
  return out;
}

}  // namespace

Integrity integrity(const Surrogate &surrogate, const CentredRatings &genuine,
                    const CentredRatings &fake, std::span<const std::uint32_t> targets) {
  const std::size_t n_fakes = fake.rows.n_users();
  std::vector<RowSystem> systems;  // B_f and its right side
  Factors users(kFactors, static_cast<Eigen::Index>(n_fakes));
  for (std::size_t f = 0; f < n_fakes; ++f) {
    systems.push_back(row_system(fake, f, surrogate.items, surrogate.lambda));
    users.col(static_cast<Eigen::Index>(f)) = systems[f].gram.llt().solve(systems[f].right);
  }

  Integrity out;
  const Factor everybody = surrogate.users.rowwise().sum();
  std::vector<TargetSystem> pushed;
  for (const std::uint32_t item : targets) {
    RowSystem system{surrogate.lambda * FactorGram::Identity(), Factor::Zero()};
    add_raters(genuine, surrogate.users, item, system);
    add_raters(fake, users, item, system);
    const auto solver = system.gram.llt();
    pushed.push_back({item, solver.solve(everybody), solver.solve(system.right)});
    out.value += everybody.dot(pushed.back().factor);
  }

  out.gradient.assign(fake.rows.size(), 0);
  for (std::size_t f = 0; f < n_fakes; ++f) {
    const Factor user = users.col(static_cast<Eigen::Index>(f));
    const std::uint64_t begin = fake.rows.offsets[f], end = fake.rows.offsets[f + 1];
    Factor slope = Factor::Zero();  // dR / du~_f
    for (std::uint64_t e = begin; e < end; ++e) {
      for (const TargetSystem &t : pushed) {
        if (fake.rows.items[e] != t.item) continue;
        slope += (fake.values[e] - user.dot(t.factor)) * t.pull - t.pull.dot(user) * t.factor;
        out.gradient[e] += t.pull.dot(user);
      }
    }
    const Factor through = systems[f].gram.llt().solve(slope);
    for (std::uint64_t e = begin; e < end; ++e) {
      const auto item = static_cast<Eigen::Index>(fake.rows.items[e]);
      out.gradient[e] += through.dot(surrogate.items.col(item));
    }
  }
  return out;
}

void ascend(const Scene &scene, Accounts &fakes) {
  const double middle = (scene.highest() + scene.lowest()) / 2;
  const double bound = (scene.highest() - scene.lowest()) / 2;  // Lambda
  const CentredRatings genuine = centre(scene.observed, middle);
  CentredRatings fake = centre(fakes, middle);
  Rng starts(scene.campaign.seed, kStartStream);

  for (std::uint64_t step = 0; step < kSteps; ++step) {
    Surrogate surrogate(genuine.rows.n_items, kLambda, starts.below(UINT64_MAX));
    for (int i = 0; i < kSweeps; ++i) surrogate.sweep(genuine, fake);
    std::vector<double> gradient =
        integrity(surrogate, genuine, fake, scene.campaign.targets).gradient;
    double steepest = 0;
    for (std::size_t e = 0; e < gradient.size(); ++e) {
      if (scene.is_target[fake.rows.items[e]]) gradient[e] = 0;
      steepest = std::max(steepest, std::abs(gradient[e]));
    }
    if (steepest == 0) break;
    for (std::size_t e = 0; e < gradient.size(); ++e) {
      const double moved = fake.values[e] + kStep * bound / steepest * gradient[e];
      fake.values[e] = std::clamp(moved, -bound, bound);
    }
  }
  for (std::size_t e = 0; e < fakes.ratings.size(); ++e) {
    if (scene.is_target[fake.rows.items[e]]) continue;
    fakes.ratings[e] = scene.snap(fake.values[e] + middle);
  }
}

}  // namespace recveil::attack
