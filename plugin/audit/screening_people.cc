#include "audit/screening_people.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace recveil::audit {
namespace {

constexpr std::size_t kReturning = 400, kAlone = 25, kNew = 100, kShared = 100;
constexpr std::size_t kOwnItems = 3;  // of an account with a shared history
constexpr std::uint64_t kNewIds = std::uint64_t{1} << 62;

std::vector<std::uint32_t> first_of(std::vector<std::uint32_t> order, std::size_t n) {
  order.resize(std::min(n, order.size()));
  return order;
}

std::vector<std::uint32_t> shuffled(std::size_t n, Rng &rng) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  rng.shuffle(order);
  return order;
}

// `from` without `less` of the interactions of row `user`, at random.
void append_without(Crowd &to, const Crowd &from, std::uint32_t user, std::size_t less, Rng &rng) {
  const std::size_t begin = from.accounts.histories.offsets[user];
  const std::size_t n = from.accounts.histories.offsets[user + 1] - begin;
  std::vector<std::uint32_t> kept = first_of(shuffled(n, rng), n - less);
  std::sort(kept.begin(), kept.end());
  std::vector<std::uint32_t> items;
  for (const std::uint32_t e : kept) items.push_back(from.accounts.histories.items[begin + e]);
  to.accounts.histories.append(items);
  for (const std::uint32_t e : kept) {
    if (from.rated()) to.accounts.ratings.push_back(from.accounts.ratings[begin + e]);
  }
  if (!from.arrival.empty()) to.arrival.push_back(from.arrival[user]);
  to.id.push_back(from.id[user]);
  to.person.push_back(from.id[user]);
}

// The row of `user` and the last interactions of `other` that it lacks, under another id.
void append_shared(Crowd &to, const Crowd &from, std::uint32_t user, const Crowd &others,
                   std::uint32_t other) {
  const Crowd base = select(from, {&user, 1}), more = select(others, {&other, 1});
  std::vector<std::uint32_t> items = base.accounts.histories.items;
  std::vector<float> ratings = base.accounts.ratings;
  const auto &theirs = more.accounts.histories.items;
  for (std::size_t e = theirs.size(), n = 0; e > 0 && n < kOwnItems; --e) {
    if (std::find(items.begin(), items.end(), theirs[e - 1]) != items.end()) continue;
    items.push_back(theirs[e - 1]);
    if (more.rated()) ratings.push_back(more.accounts.ratings[e - 1]);
    ++n;
  }
  to.accounts.histories.append(items);
  to.accounts.ratings.insert(to.accounts.ratings.end(), ratings.begin(), ratings.end());
  if (!more.arrival.empty()) to.arrival.push_back(more.arrival[0]);
  to.id.push_back(kNewIds + base.id[0]);
  to.person.push_back(base.id[0]);
}

Crowd like(const Crowd &crowd) {
  Crowd out;
  out.accounts.histories.n_items = crowd.n_items();
  return out;
}

class People {
 public:
  People(const ScreeningRequest &request, const Scenery &scenery, const Parts &parts,
         std::uint64_t seed)
      : request_(request), scenery_(scenery), parts_(parts), seed_(seed) {}

  // share: of their interactions that they come back with; 0: one. Fills new_after().
  SceneOutcome returning(const char *name, double share) {
    Rng rng(seed_, share > 0 ? 31 : 30);
    const Crowd &window = scenery_.window;
    const auto [people, before] = coming_back(share, rng);
    defense_ = train_defense(request_.defense, before, seed_);

    SceneOutcome out{name, {}, {}};
    const auto stream = defense_->stream();
    tally(out, stream->next(select(window, people)), people);
    const auto new_people = first_of(shuffled(scenery_.batch.size(), rng), kNew);
    const Screened after = stream->next(select(scenery_.batch, new_people));
    after_.scene = "new_after_returning";
    after_.outcome += outcome_of(after.decision, std::vector<std::uint8_t>(new_people.size(), 1));
    PeopleTally batch;
    batch.add(users_of(parts_.batch, new_people), after.decision);
    after_.people.join(batch);
    for (const std::uint32_t user : first_of(people, kAlone)) {
      tally(out, defense_->screen(select(window, {&user, 1})), {user});
    }
    const auto half = first_of(people, std::min(people.size() / 2, scenery_.batch.size()));
    Crowd mixed = select(window, half);
    append(mixed,
           select(scenery_.batch, first_of(shuffled(scenery_.batch.size(), rng), half.size())));
    Screened both = defense_->screen(mixed);
    both.decision.resize(half.size());
    tally(out, both, half);
    return out;
  }

  const SceneOutcome &new_after() const { return after_; }

  // With one interaction more, where the window keeps a half of its accounts.
  SceneOutcome sampled(const char *name, Told told) const {
    Rng rng(seed_, 33);
    const Crowd &window = scenery_.window;
    const auto [people, before] = coming_back(0, rng);
    auto kept = first_of(shuffled(window.size(), rng), (window.size() + 1) / 2);
    std::sort(kept.begin(), kept.end());
    const auto defense =
        train_on_sample(request_.defense, before, select(before, kept), told, seed_);
    SceneOutcome out{name, {}, {}};
    tally(out, defense->screen(select(window, people)), people);
    for (const std::uint32_t user : first_of(people, kAlone)) {
      tally(out, defense->screen(select(window, {&user, 1})), {user});
    }
    return out;
  }

  // REQUIRES: returning() before, which trained the defence.
  SceneOutcome shared_history() {
    Rng rng(seed_, 32);
    const Crowd &batch = scenery_.batch;
    const auto order = shuffled(batch.size(), rng);
    const std::size_t n = std::min(kShared, batch.size() / 2);
    const auto owners = first_of(shuffled(scenery_.window.size(), rng), n);
    Crowd all = like(batch);
    for (std::size_t i = 0; i < n; ++i) {
      append_shared(all, scenery_.window, owners[i], batch, order[i]);
    }
    Crowd others = select(batch, std::span(order).subspan(n, n));
    others.person.assign(n, 0);
    append(all, others);
    Screened screened = defense_->screen(all);
    screened.decision.resize(n);
    SceneOutcome out{"shared_history", {}, {}};
    tally(out, screened, owners);
    return out;
  }

 private:
  struct ComingBack {
    std::vector<std::uint32_t> people;  // places in the window
    Crowd before;                       // the window without what they come back with
  };
  ComingBack coming_back(double share, Rng &rng) const {
    const Crowd &window = scenery_.window;
    ComingBack out{{}, like(window)};
    const std::size_t most = std::min(kReturning, window.size() / 2);
    for (const std::uint32_t user : shuffled(window.size(), rng)) {
      const std::size_t n = window.accounts.histories.row(user).size();
      if (out.people.size() < most && n >= 2) out.people.push_back(user);
    }
    std::vector<std::uint8_t> returns(window.size(), 0);
    for (const std::uint32_t user : out.people) returns[user] = 1;
    for (std::uint32_t user = 0; user < window.size(); ++user) {
      const auto n = static_cast<double>(window.accounts.histories.row(user).size());
      const double less = returns[user] == 0 ? 0 : std::max(1.0, std::floor(share * n));
      append_without(out.before, window, user, static_cast<std::size_t>(less), rng);
    }
    return out;
  }
  static std::vector<std::uint32_t> users_of(const std::vector<std::uint32_t> &part,
                                             const std::vector<std::uint32_t> &places) {
    std::vector<std::uint32_t> out;
    for (const std::uint32_t place : places) out.push_back(part[place]);
    return out;
  }

  // places: in the window.
  void tally(SceneOutcome &out, const Screened &screened,
             const std::vector<std::uint32_t> &places) const {
    out.outcome += outcome_of(screened.decision, std::vector<std::uint8_t>(places.size(), 1));
    PeopleTally batch;
    batch.add(users_of(parts_.window, places), screened.decision);
    out.people.join(batch);
  }

  const ScreeningRequest &request_;
  const Scenery &scenery_;
  const Parts &parts_;
  const std::uint64_t seed_;
  std::unique_ptr<ScreeningDefense> defense_;
  SceneOutcome after_{};
};

}  // namespace

std::vector<SceneOutcome> play_people(const ScreeningRequest &request, const Scenery &scenery,
                                      const Parts &parts, std::uint64_t seed,
                                      const std::function<void()> &step) {
  People people(request, scenery, parts, seed);
  std::vector<SceneOutcome> out;
  const auto add = [&](SceneOutcome scene) {
    out.push_back(std::move(scene));
    step();
  };
  add(people.returning("returning_one_event", 0));
  add(people.returning("returning_tenth", .1));
  add(people.new_after());
  add(people.shared_history());
  add(people.sampled("returning_update", Told::counted));
  add(people.sampled("returning_not_told", Told::nothing));
  return out;
}

}  // namespace recveil::audit
