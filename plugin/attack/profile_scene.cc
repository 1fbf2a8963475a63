#include "attack/profile_scene.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "recommend/popularity.h"

namespace recveil::attack {
namespace {

constexpr double kPriorRatings = 3;

void check_accounts(const char *who, const Accounts &accounts) {
  const Interactions &rows = accounts.histories;
  for (const std::uint32_t item : rows.items) {
    if (item >= rows.n_items) {
      throw Error(Status::argument, std::string(who) + ": item " + std::to_string(item) +
                                        " is outside the catalogue of " +
                                        std::to_string(rows.n_items));
    }
  }
  if (!accounts.ratings.empty() && accounts.ratings.size() != rows.size()) {
    throw Error(Status::argument, std::string(who) + ": " +
                                      std::to_string(accounts.ratings.size()) + " ratings for " +
                                      std::to_string(rows.size()) + " interactions");
  }
  for (const float rating : accounts.ratings) {
    if (!std::isfinite(rating)) {
      throw Error(Status::argument, std::string(who) + ": a rating is not finite");
    }
  }
}

std::vector<bool> mark_targets(const std::vector<std::uint32_t> &targets, std::uint32_t n_items) {
  if (targets.empty()) throw Error(Status::argument, "targets: a campaign needs at least one");
  std::vector<bool> marked(n_items, false);
  for (const std::uint32_t target : targets) {
    if (target >= n_items) {
      throw Error(Status::argument, "targets: item " + std::to_string(target) +
                                        " is outside the catalogue of " + std::to_string(n_items));
    }
    if (marked[target]) {
      throw Error(Status::argument, "targets: item " + std::to_string(target) + " stands twice");
    }
    marked[target] = true;
  }
  return marked;
}

double deviation_of(double sum, double squares, double count) {
  return std::sqrt(std::max(0.0, squares / count - (sum / count) * (sum / count)));
}

// Overall and item moments of the observed ratings.
void take_moments(Scene &scene) {
  const Interactions &rows = scene.observed.histories;
  std::vector<double> sum(rows.n_items, 0), squares(rows.n_items, 0);
  double all = 0, all_squares = 0;
  for (std::size_t e = 0; e < rows.size(); ++e) {
    const double rating = scene.observed.ratings[e];
    sum[rows.items[e]] += rating;
    squares[rows.items[e]] += rating * rating;
    all += rating;
    all_squares += rating * rating;
  }
  const auto count = static_cast<double>(rows.size());
  scene.mean = all / count;
  scene.deviation = deviation_of(all, all_squares, count);
  for (std::size_t i = 0; i < rows.n_items; ++i) {
    const auto n = static_cast<double>(scene.popularity[i]);
    scene.item_mean.push_back((sum[i] + kPriorRatings * scene.mean) / (n + kPriorRatings));
    scene.item_deviation.push_back(n < kPriorRatings ? scene.deviation
                                                     : deviation_of(sum[i], squares[i], n));
  }
}

}  // namespace

Scene::Scene(const Profile &profile, const Campaign &of, const Accounts &known,
             const Accounts &unseen)
    : campaign(of), observed(known), donors(profile.donors == Donors::unseen ? unseen : known) {
  check_accounts("observed accounts", observed);
  check_accounts("donors", donors);
  const std::uint32_t n_items = observed.histories.n_items;
  if (observed.histories.size() == 0) {
    throw Error(Status::argument, "observed accounts: there is no interaction");
  }
  if (donors.histories.size() == 0) {
    throw Error(Status::argument, "unseen accounts: the profile copies some, there are none");
  }
  if (donors.histories.n_items != n_items || donors.ratings.empty() != observed.ratings.empty()) {
    throw Error(Status::argument,
                "unseen accounts: not over the same items, with ratings or without, as the "
                "observed accounts");
  }
  is_target = mark_targets(campaign.targets, n_items);
  popularity = recommend::popularity(observed.histories);
  for (std::uint32_t i = 0; i < n_items; ++i) {
    if (popularity[i] > 0 && !is_target[i]) by_popularity.push_back(i);
  }
  std::stable_sort(
      by_popularity.begin(), by_popularity.end(),
      [this](std::uint32_t a, std::uint32_t b) { return popularity[a] > popularity[b]; });
  const std::size_t pushed = n_pushed(profile.push, campaign.targets.size());
  if (campaign.profile_size < pushed) {
    throw Error(Status::argument, "profile_size: " + std::to_string(campaign.profile_size) +
                                      " has no room for " + std::to_string(pushed) + " targets");
  }
  fillers = campaign.profile_size - pushed;
  if (fillers > by_popularity.size()) {
    throw Error(Status::argument,
                "profile_size: " + std::to_string(fillers) +
                    " items besides the targets, but the observed accounts have " +
                    std::to_string(by_popularity.size()));
  }
  if (observed.ratings.empty()) return;

  levels = observed.ratings;
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  take_moments(*this);
}

float Scene::snap(double rating) const {
  if (!rated()) return 0;
  const auto above = std::lower_bound(levels.begin(), levels.end(), rating);
  if (above == levels.begin()) return levels.front();
  if (above == levels.end()) return levels.back();
  const double lower = *(above - 1), upper = *above;
  return rating - lower <= upper - rating ? *(above - 1) : *above;
}

double Scene::draw_rating(Rng &rng) const {
  return rated() ? mean + deviation * rng.normal() : 0;
}

double Scene::draw_rating(std::uint32_t item, Rng &rng) const {
  return rated() ? item_mean[item] + item_deviation[item] * rng.normal() : 0;
}

}  // namespace recveil::attack
