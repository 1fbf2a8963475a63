#include "audit/screening_scenes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace recveil::audit {
namespace {

constexpr std::size_t kCrowd = 200;
constexpr std::size_t kDrips = 10;
constexpr std::uint64_t kFakesInside = std::uint64_t{1} << 41;  // first id of fakes in a window
constexpr double kContamination = 0.05;  // fakes in the window / its accounts

// The row of `user` with the new item at the end.
void append_with(Crowd &to, const Crowd &from, std::size_t user, float rating) {
  const auto row = from.accounts.histories.row(user);
  std::vector<std::uint32_t> items(row.begin(), row.end());
  items.push_back(new_item(from));
  to.accounts.histories.append(items);
  if (from.rated()) {
    const std::uint64_t begin = from.accounts.histories.offsets[user];
    for (std::size_t i = 0; i < row.size(); ++i) {
      to.accounts.ratings.push_back(from.accounts.ratings[begin + i]);
    }
    to.accounts.ratings.push_back(rating);
  }
  if (!from.arrival.empty()) to.arrival.push_back(from.arrival[user]);
  to.id.push_back(from.id[user]);
}

Crowd nobody(const Crowd &like) {
  Crowd out;
  out.accounts.histories.n_items = like.n_items();
  return out;
}

// How people rate one liked item of the window: a random one of those that 20 accounts or more have
// and rate above the mean of all.
std::vector<float> natural_ratings(const Scenery &scenery, Rng &rng) {
  const attack::Accounts &known = scenery.window.accounts;
  if (known.ratings.empty()) return {0};
  std::vector<double> sum(known.histories.n_items, 0);
  double all = 0;
  for (std::size_t e = 0; e < known.ratings.size(); ++e) {
    sum[known.histories.items[e]] += double{known.ratings[e]};
    all += double{known.ratings[e]};
  }
  all /= static_cast<double>(known.ratings.size());
  std::vector<std::uint32_t> liked;
  for (std::uint32_t i = 0; i < sum.size(); ++i) {
    if (scenery.popularity[i] >= 20 && sum[i] > all * scenery.popularity[i]) liked.push_back(i);
  }
  if (liked.empty()) return known.ratings;
  const std::uint32_t item = liked[rng.below(liked.size())];
  std::vector<float> out;
  for (std::size_t e = 0; e < known.ratings.size(); ++e) {
    if (known.histories.items[e] == item) out.push_back(known.ratings[e]);
  }
  return out;
}

class Play {
 public:
  Play(const ScreeningRequest &request, const Scenery &scenery, const Parts &parts,
       const ScreeningDefense &defense, std::uint64_t seed)
      : request_(request), scenery_(scenery), parts_(parts), defense_(defense), seed_(seed) {}

  // The first `crowd` accounts of the batch have the new item; the others are there if `others`.
  SceneOutcome crowd(const std::string &name, std::size_t crowd, bool others, bool at_maximum) {
    SceneOutcome out{name, {}, {}};
    Rng rng(seed_, at_maximum ? 21 : 20);
    const Crowd &batch = scenery_.batch;
    const std::size_t n = std::min(crowd, batch.size());
    std::vector<float> ratings = natural_ratings(scenery_, rng);
    if (at_maximum && batch.rated()) {
      const std::vector<float> &all = scenery_.window.accounts.ratings;
      ratings.assign(1, *std::max_element(all.begin(), all.end()));
    }
    std::vector<std::uint32_t> order(batch.size());
    std::iota(order.begin(), order.end(), 0u);
    rng.shuffle(order);
    Crowd all = nobody(batch);
    std::vector<std::uint8_t> subject;
    std::vector<std::uint32_t> users;
    for (std::size_t u = 0; u < (others ? batch.size() : n); ++u) {
      subject.push_back(u < n ? 1 : 0);
      if (u < n) {
        append_with(all, batch, order[u], ratings[rng.below(ratings.size())]);
        users.push_back(parts_.batch[order[u]]);
      } else {
        append(all, select(batch, {&order[u], 1}));
      }
    }
    const Screened screened = defense_.screen(all);
    out.outcome = outcome_of(screened.decision, subject);
    out.people.add(users, {screened.decision.data(), n});
    return out;
  }

  SceneOutcome drip() {
    SceneOutcome out{"drip", {}, {}};
    Rng rng(seed_, 22);
    const PlantedCampaign planted = campaign("average_over_popular", request_.injection_rate, 22);
    const Crowd fakes = arriving_with(planted.fakes, scenery_.batch, rng);
    const auto stream = defense_.stream();
    for (std::size_t d = 0; d < kDrips; ++d) {
      const Batch part = mixed(share(scenery_.batch, d), share(fakes, d), rng);
      const Screened screened = stream->next(part.crowd);
      out.outcome += outcome_of(screened.decision, part.fake);
    }
    return out;
  }

  // The window with fakes in it, and the campaign screened by who trusts it.
  SceneOutcome contaminated(bool same) {
    SceneOutcome out{same ? "window_same_campaign" : "window_other_campaign", {}, {}};
    Rng rng(seed_, 23);
    PlantedCampaign outside = campaign("average_over_popular", request_.injection_rate, 24);
    Crowd window = scenery_.window;
    const Crowd batch_fakes = arriving_with(outside.fakes, scenery_.batch, rng);
    const double rate = kContamination * static_cast<double>(window.size()) /
                        static_cast<double>(scenery_.all_users);
    // Fake f is the same whatever their number, so the campaign's next ones are in the window.
    Crowd inside = arriving_with(
        same ? next_fakes(outside.fakes.histories.n_users()) : campaign("random", rate, 25).fakes,
        window, rng, kFakesInside);
    append(window, inside);
    const auto fooled = train_defense(request_.defense, window, seed_);
    const Batch batch = mixed(scenery_.batch, batch_fakes, rng);
    out.outcome = outcome_of(fooled->screen(batch.crowd).decision, batch.fake);
    return out;
  }

 private:
  static Crowd share(const Crowd &of, std::size_t d) {
    std::vector<std::uint32_t> users;
    for (std::size_t u = d; u < of.size(); u += kDrips) {
      users.push_back(static_cast<std::uint32_t>(u));
    }
    return select(of, users);
  }

  PlantedCampaign campaign(const char *name, double rate, std::uint64_t stream) const {
    const ScreeningAttack attack{name, attack::find_profile(name), true};
    return plant(attack, {ProfileSize::Kind::average, 0}, target_kinds().front(), scenery_, rate,
                 seed_of(seed_, stream));
  }

  // As many fakes more of the campaign that has `n`.
  attack::Accounts next_fakes(std::size_t n) const {
    const double twice = 2.0 * static_cast<double>(n) / static_cast<double>(scenery_.all_users);
    Crowd all;
    all.accounts = campaign("average_over_popular", twice, 24).fakes;
    std::vector<std::uint32_t> later(all.size() - n);
    std::iota(later.begin(), later.end(), static_cast<std::uint32_t>(n));
    return select(all, later).accounts;
  }

  const ScreeningRequest &request_;
  const Scenery &scenery_;
  const Parts &parts_;
  const ScreeningDefense &defense_;
  const std::uint64_t seed_;
};

}  // namespace

bool is_about_people(std::string_view scene) {
  for (const std::string_view name :
       {"flash_crowd", "returning_", "new_after_", "shared_history"}) {
    if (scene.substr(0, name.size()) == name) return true;
  }
  return false;
}

std::vector<SceneOutcome> play_scenes(const ScreeningRequest &request, const Scenery &scenery,
                                      const Parts &parts, const ScreeningDefense &defense,
                                      std::uint64_t seed, const std::function<void()> &step) {
  Play play(request, scenery, parts, defense, seed);
  const std::size_t twentieth = std::max<std::size_t>(3, scenery.batch.size() / 20);
  std::vector<SceneOutcome> out;
  const auto add = [&](SceneOutcome scene) {
    out.push_back(std::move(scene));
    step();
  };
  add(play.crowd("flash_crowd", kCrowd, false, false));
  add(play.crowd("flash_crowd_in_batch", kCrowd, true, false));
  add(play.crowd("trend_at_maximum", twentieth, true, true));
  add(play.drip());
  add(play.contaminated(false));
  add(play.contaminated(true));
  return out;
}

LabelledOutcome screen_labelled(const ScreeningRequest &request, const Crowd &all,
                                const std::vector<std::uint8_t> &injected, std::uint64_t seed) {
  Crowd clamped = all;
  float highest = 0;
  for (std::size_t u = 0; u < all.size() && all.rated(); ++u) {
    if (injected[u] != 0) continue;
    for (std::uint64_t e = all.accounts.histories.offsets[u];
         e < all.accounts.histories.offsets[u + 1]; ++e) {
      highest = std::max(highest, all.accounts.ratings[e]);
    }
  }
  for (float &rating : clamped.accounts.ratings) rating = std::min(rating, highest);

  std::vector<std::uint32_t> genuine, fakes;
  for (std::uint32_t u = 0; u < all.size(); ++u) (injected[u] != 0 ? fakes : genuine).push_back(u);
  const Parts parts = deal_parts(genuine.size(), seed);
  const auto people = [&](const std::vector<std::uint32_t> &part) {
    std::vector<std::uint32_t> users;
    for (const std::uint32_t place : part) users.push_back(genuine[place]);
    return select(clamped, users);
  };
  const auto defense = train_defense(request.defense, people(parts.window), seed);
  Rng rng(seed, 26);
  const Batch batch = mixed(people(parts.batch), select(clamped, fakes), rng);
  const Screened screened = defense->screen(batch.crowd);
  LabelledOutcome out{outcome_of(screened.decision, batch.fake), 0.5};
  std::vector<double> marked, others;
  for (std::size_t u = 0; u < batch.fake.size(); ++u) {
    (batch.fake[u] != 0 ? marked : others).push_back(screened.score[u]);
  }
  out.auc = numerics::auc(marked, others).value;
  return out;
}

}  // namespace recveil::audit
