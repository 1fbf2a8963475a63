// Fillers of attackers who know what screening looks at: no filler shared, learned templates, heavy
// users, one taste, influence.
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "attack/profile_fillers.h"
#include "attack/profile_surrogate.h"

namespace recveil::attack {
namespace {

constexpr std::size_t kDisliked = 3;
constexpr double kRidge = 5;
constexpr int kSweeps = 8;
constexpr std::size_t kPowerUsers = 50, kInfluential = 100;

double rate(const Scene &scene, std::uint32_t item, Account &account) {
  return scene.draw_rating(item, account.rng());
}

void add_uniform(const Scene &scene, Account &account) {
  account.add_some(scene.by_popularity, account.missing(),
                   [&](std::uint32_t item) { return rate(scene, item, account); });
}

// The most popular fifth.
std::vector<std::uint32_t> popular_fifth(const Scene &scene) {
  const std::size_t n = std::max<std::size_t>(1, scene.by_popularity.size() / 5);
  return {scene.by_popularity.begin(),
          scene.by_popularity.begin() + static_cast<std::ptrdiff_t>(n)};
}

// Fake f takes a window of the shuffled items, `step` after that of the fake before.
Fillers windows(const Scene &scene, std::size_t step) {
  std::vector<std::uint32_t> items = scene.by_popularity;
  Rng rng = campaign_rng(scene);
  rng.shuffle(items);
  return Fillers([&scene, items, step](Account &account) {
    for (std::size_t i = 0; i < items.size() && account.missing() > 0; ++i) {
      const std::uint32_t item = items[(account.fake() * step + i) % items.size()];
      account.add(item, rate(scene, item, account));
    }
  });
}

CentredRatings centred(const Accounts &accounts, double middle) {
  CentredRatings out{accounts.histories, std::vector<double>(accounts.histories.size(), 1)};
  for (std::size_t e = 0; e < accounts.ratings.size(); ++e) {
    out.values[e] = static_cast<double>(accounts.ratings[e]) - middle;
  }
  return out;
}

double middle_of(const Scene &scene) {
  return (scene.highest() + scene.lowest()) / 2;
}

Surrogate learned_from(const Scene &scene, const Accounts &accounts) {
  Surrogate out(scene.observed.histories.n_items, kRidge, scene.campaign.seed);
  Interactions none;
  none.n_items = scene.observed.histories.n_items;
  const CentredRatings genuine = centred(accounts, middle_of(scene));
  for (int i = 0; i < kSweeps; ++i) out.sweep(genuine, {none, {}});
  return out;
}

}  // namespace

Fillers reverse_bandwagon_fillers(const Scene &scene) {
  std::vector<std::uint32_t> disliked = popular_fifth(scene);
  if (scene.rated()) {
    std::stable_sort(disliked.begin(), disliked.end(), [&](std::uint32_t a, std::uint32_t b) {
      return scene.item_mean[a] < scene.item_mean[b];
    });
  }
  disliked.resize(std::min(kDisliked, disliked.size()));
  return Fillers([&scene, disliked](Account &account) {
    for (const std::uint32_t item : disliked) account.add(item, scene.lowest());
    account.add_some(scene.by_popularity, account.missing(),
                     [&](std::uint32_t) { return scene.draw_rating(account.rng()); });
  });
}

Fillers group_strict_fillers(const Scene &scene) {
  return windows(scene, scene.fillers);
}

Fillers group_loose_fillers(const Scene &scene) {
  return windows(scene, (scene.fillers + 1) / 2);
}

Fillers cooccurrence_walk_fillers(const Scene &scene) {
  const Interactions &rows = scene.observed.histories;
  std::vector<std::vector<std::uint32_t>> having(rows.n_items);
  for (std::uint32_t u = 0; u < rows.n_users(); ++u) {
    for (const std::uint32_t item : rows.row(u)) having[item].push_back(u);
  }
  return Fillers([&scene, &rows, having = std::move(having)](Account &account) {
    Rng &rng = account.rng();
    std::uint32_t at = rows.items[rng.below(rows.items.size())];
    // A walk may be caught among few items: what is missing then is uniform.
    for (std::size_t step = 20 * account.missing(); step > 0 && account.missing() > 0; --step) {
      account.add(at, rate(scene, at, account));
      const auto &users = having[at];
      const auto row = rows.row(users[rng.below(users.size())]);
      at = row[rng.below(row.size())];
    }
    add_uniform(scene, account);
  });
}

Fillers surrogate_top_fillers(const Scene &scene) {
  return Fillers([&scene, popular = popular_fifth(scene),
                  model = learned_from(scene, scene.observed)](Account &account) {
    CentredRatings own;
    own.rows.n_items = scene.observed.histories.n_items;
    std::vector<std::uint32_t> seeds;
    account.add_some(popular, account.missing() / 2, [&](std::uint32_t item) {
      const double rating = rate(scene, item, account);
      seeds.push_back(item);
      own.values.push_back(scene.rated() ? double{scene.snap(rating)} - middle_of(scene) : 1);
      return rating;
    });
    own.rows.append(seeds);
    const RowSystem system = row_system(own, 0, model.items, model.lambda);
    const Factor user = system.gram.llt().solve(system.right);
    std::vector<std::uint32_t> top = scene.by_popularity;
    const std::size_t n = std::min(top.size(), 2 * scene.fillers);
    std::partial_sort(top.begin(), top.begin() + static_cast<std::ptrdiff_t>(n), top.end(),
                      [&](std::uint32_t a, std::uint32_t b) {
                        return user.dot(model.items.col(a)) > user.dot(model.items.col(b));
                      });
    for (std::size_t i = 0; i < n; ++i) account.add(top[i], rate(scene, top[i], account));
    add_uniform(scene, account);
  });
}

Fillers persona_fillers(const Scene &scene) {
  const std::vector<std::uint32_t> popular = popular_fifth(scene);
  Rng rng = campaign_rng(scene);
  const std::uint32_t centre = popular[rng.below(popular.size())];
  return Fillers(
      [&scene, taste = nearest_items(scene, {&centre, 1}, 2 * scene.fillers)](Account &account) {
        account.add_some(taste, account.missing(),
                         [&](std::uint32_t item) { return rate(scene, item, account); });
        add_uniform(scene, account);
      });
}

Fillers power_user_fillers(const Scene &scene) {
  const Interactions &rows = scene.donors.histories;
  std::vector<double> length(rows.n_users());
  for (std::size_t u = 0; u < length.size(); ++u)
    length[u] = static_cast<double>(rows.row(u).size());
  return donated_by_the_first(scene, length, kPowerUsers, 1);
}

Fillers influence_mix_fillers(const Scene &scene) {
  const Surrogate model = learned_from(scene, scene.donors);
  std::vector<double> influence(scene.donors.histories.n_users());
  for (std::size_t u = 0; u < influence.size(); ++u) {
    for (const std::uint32_t target : scene.campaign.targets) {
      influence[u] += model.users.col(static_cast<Eigen::Index>(u)).dot(model.items.col(target));
    }
  }
  return donated_by_the_first(scene, influence, kInfluential, 2);
}

}  // namespace recveil::attack
