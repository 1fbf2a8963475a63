#include "audit/screening_scenes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace recveil::audit {
namespace {

constexpr std::size_t kCrowd = 200;
constexpr std::size_t kReturning = 400, kSeasonal = 10, kMostSeasonal = 3;
constexpr std::uint64_t kFakesInside = std::uint64_t{1} << 41;  // first id of fakes in a window
constexpr double kContamination = 0.05;  // fakes in the window / its accounts

struct Rated {
  std::uint32_t item;
  float rating;
};

// The row of `user` with more items at the end.
void append_with(Crowd &to, const Crowd &from, std::size_t user, std::span<const Rated> more) {
  const auto row = from.accounts.histories.row(user);
  std::vector<std::uint32_t> items(row.begin(), row.end());
  for (const Rated &one : more) items.push_back(one.item);
  to.accounts.histories.append(items);
  if (from.rated()) {
    const std::uint64_t begin = from.accounts.histories.offsets[user];
    for (std::size_t i = 0; i < row.size(); ++i) {
      to.accounts.ratings.push_back(from.accounts.ratings[begin + i]);
    }
    for (const Rated &one : more) to.accounts.ratings.push_back(one.rating);
  }
  if (!from.arrival.empty()) to.arrival.push_back(from.arrival[user]);
  to.id.push_back(from.id[user]);
}

Crowd nobody(const Crowd &like) {
  Crowd out;
  out.accounts.histories.n_items = like.n_items();
  return out;
}

bool has(const Crowd &crowd, std::size_t user, std::uint32_t item) {
  const auto row = crowd.accounts.histories.row(user);
  return std::find(row.begin(), row.end(), item) != row.end();
}

std::vector<std::uint32_t> shuffled(std::size_t n, Rng &rng) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  rng.shuffle(order);
  return order;
}

float highest_rating(const Crowd &crowd) {
  const std::vector<float> &all = crowd.accounts.ratings;
  return all.empty() ? 0 : *std::max_element(all.begin(), all.end());
}

// How people rate one item of the window; one 0 without ratings.
std::vector<float> ratings_of(const Scenery &scenery, std::uint32_t item) {
  const attack::Accounts &known = scenery.window.accounts;
  std::vector<float> out;
  for (std::size_t e = 0; e < known.ratings.size(); ++e) {
    if (known.histories.items[e] == item) out.push_back(known.ratings[e]);
  }
  if (out.empty()) out.push_back(0);
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
  return ratings_of(scenery, liked[rng.below(liked.size())]);
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
    if (at_maximum) ratings.assign(1, highest_rating(scenery_.window));
    const std::vector<std::uint32_t> order = shuffled(batch.size(), rng);
    Crowd all = nobody(batch);
    std::vector<std::uint8_t> subject;
    std::vector<std::uint32_t> users;
    for (std::size_t u = 0; u < (others ? batch.size() : n); ++u) {
      subject.push_back(u < n ? 1 : 0);
      if (u < n) {
        const Rated launched{new_item(batch), ratings[rng.below(ratings.size())]};
        append_with(all, batch, order[u], {&launched, 1});
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

  // Everybody in the batch and as many who come back: every second one has some of the season's
  // items besides.
  SceneOutcome rush() {
    Rng rng(seed_, 29);
    const Crowd &window = scenery_.window, &batch = scenery_.batch;
    const TargetKind season{"", kSeasonal, .015, .15};
    const auto items = pick_targets(season, scenery_.popularity, window.size(), seed_of(seed_, 29));
    std::vector<std::vector<float>> ratings;
    for (const std::uint32_t item : items) ratings.push_back(ratings_of(scenery_, item));
    const auto some = [&](const Crowd &from, std::size_t user) {
      std::vector<Rated> out;
      std::size_t most = 1 + rng.below(kMostSeasonal);
      for (const std::uint32_t i : shuffled(items.size(), rng)) {
        if (out.size() < most && !has(from, user, items[i])) {
          out.push_back({items[i], ratings[i][rng.below(ratings[i].size())]});
        }
      }
      return out;
    };
    Crowd all = nobody(batch);
    std::vector<std::uint32_t> users = parts_.batch;
    for (std::uint32_t u = 0; u < batch.size(); ++u) {
      append_with(all, batch, u, rng.below(2) == 0 ? some(batch, u) : std::vector<Rated>{});
    }
    auto back = shuffled(window.size(), rng);
    back.resize(std::min(kReturning, window.size() / 2));
    for (const std::uint32_t u : back) {
      append_with(all, window, u, some(window, u));
      users.push_back(parts_.window[u]);
    }
    const Screened screened = defense_.screen(all);
    SceneOutcome out{"yearly_rush", {}, {}};
    out.outcome = outcome_of(screened.decision, std::vector<std::uint8_t>(all.size(), 1));
    out.people.add(users, screened.decision);
    return out;
  }

  // Real accounts, of the window or new ones, that were made to push an unpopular item.
  SceneOutcome compromised(bool known) {
    Rng rng(seed_, known ? 27 : 28);
    const Crowd &from = known ? scenery_.window : scenery_.batch;
    const Rated target{pick_targets(target_kinds().front(), scenery_.popularity,
                                    scenery_.window.size(), seed_of(seed_, 27))
                           .front(),
                       highest_rating(scenery_.window)};
    const auto n = static_cast<std::size_t>(std::max(
        1.0, std::round(request_.injection_rate * static_cast<double>(scenery_.all_users))));
    Crowd taken_over = nobody(from);
    std::vector<std::uint32_t> others;
    for (const std::uint32_t user : shuffled(from.size(), rng)) {
      if (taken_over.size() < n && !has(from, user, target.item)) {
        append_with(taken_over, from, user, {&target, 1});
      } else {
        others.push_back(user);
      }
    }
    const Batch all =
        mixed(known ? scenery_.batch : select(scenery_.batch, others), taken_over, rng);
    SceneOutcome out{known ? "compromised_known" : "compromised_new", {}, {}};
    out.outcome = outcome_of(defense_.screen(all.crowd), all.fake);
    return out;
  }

  // Accounts of the window that were taken over and used as fakes, of which each pushes one of five
  // unpopular items: no item shows them.
  SceneOutcome changed() {
    Rng rng(seed_, 34);
    const Crowd &window = scenery_.window;
    const auto kinds = target_kinds();
    const auto spread = std::find_if(kinds.begin(), kinds.end(),
                                     [](const TargetKind &kind) { return kind.spread; });
    const PlantedCampaign planted = campaign("random", request_.injection_rate, 34, *spread);
    Crowd taken_over = nobody(window);
    const auto order = shuffled(window.size(), rng);
    const Interactions &rows = planted.fakes.histories;
    for (std::size_t f = 0; f < rows.n_users() && f < order.size(); ++f) {
      std::vector<Rated> more;
      for (std::uint64_t e = rows.offsets[f]; e < rows.offsets[f + 1]; ++e) {
        const float rating = window.rated() ? planted.fakes.ratings[e] : 0;
        if (!has(window, order[f], rows.items[e])) more.push_back({rows.items[e], rating});
      }
      append_with(taken_over, window, order[f], more);
    }
    const Batch all = mixed(scenery_.batch, taken_over, rng);
    SceneOutcome out{"compromised_changed", {}, {}};
    out.outcome = outcome_of(defense_.screen(all.crowd), all.fake);
    return out;
  }

  SceneOutcome drip(std::size_t batches, bool carry) {
    SceneOutcome out{"drip_" + std::to_string(batches) + (carry ? "" : "_no_carry"), {}, {}};
    Rng rng(seed_, 22);
    const PlantedCampaign planted = campaign("average_over_popular", request_.injection_rate, 22);
    const Crowd fakes = arriving_with(planted.fakes, scenery_.batch, rng);
    const auto stream = defense_.stream();
    for (std::size_t d = 0; d < batches; ++d) {
      const Batch part = mixed(share(scenery_.batch, d, batches), share(fakes, d, batches), rng);
      if (part.fake.empty()) continue;
      const Screened screened = carry ? stream->next(part.crowd) : defense_.screen(part.crowd);
      out.outcome += outcome_of(screened, part.fake);
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
    out.outcome = outcome_of(fooled->screen(batch.crowd), batch.fake);
    return out;
  }

 private:
  // Every n-th account, from place d on.
  static Crowd share(const Crowd &of, std::size_t d, std::size_t n) {
    std::vector<std::uint32_t> users;
    for (std::size_t u = d; u < of.size(); u += n) {
      users.push_back(static_cast<std::uint32_t>(u));
    }
    return select(of, users);
  }

  PlantedCampaign campaign(const char *name, double rate, std::uint64_t stream,
                           const TargetKind &target = target_kinds().front()) const {
    const ScreeningAttack attack{name, attack::find_profile(name), true};
    return plant(attack, {ProfileSize::Kind::average, 0}, target, scenery_, rate,
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
       {"flash_crowd", "yearly_rush", "returning_", "new_after_", "shared_history"}) {
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
  add(play.rush());
  add(play.compromised(true));
  add(play.compromised(false));
  add(play.changed());
  for (const std::size_t batches : kDrips) {
    for (const bool carry : {true, false}) add(play.drip(batches, carry));
  }
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
  LabelledOutcome out{outcome_of(screened, batch.fake), 0.5};
  std::vector<double> marked, others;
  for (std::size_t u = 0; u < batch.fake.size(); ++u) {
    (batch.fake[u] != 0 ? marked : others).push_back(screened.score[u]);
  }
  out.auc = numerics::auc(marked, others).value;
  return out;
}

}  // namespace recveil::audit
