#include "audit/inversion_run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "attack/inversion_descent.h"
#include "audit/inversion_drift.h"
#include "audit/inversion_system.h"
#include "audit/screening_defense.h"
#include "core/watch.h"
#include "recommend/rated_als.h"

namespace recveil::audit {
namespace {

constexpr double kBatchShare = 0.2;  // of the people, among whom the fakes come

double highest_rating(const Crowd &people) {
  const std::vector<float> &ratings = people.accounts.ratings;
  return ratings.empty() ? 1 : double{*std::max_element(ratings.begin(), ratings.end())};
}

// The distance of neighbouring ratings.
double rating_step(const Crowd &people) {
  const std::vector<float> &ratings = people.accounts.ratings;
  std::set<float> levels(ratings.begin(), ratings.end());
  double step = 1;
  for (auto at = levels.begin(); at != levels.end() && std::next(at) != levels.end(); ++at) {
    step = std::min(step, double{*std::next(at)} - double{*at});
  }
  return step;
}

// Fills a fake up with the items of `source`, in its order, to `size` items.
void fill(std::vector<std::uint32_t> &items, std::vector<float> &ratings,
          std::span<const std::uint32_t> source, std::span<const float> source_ratings,
          std::size_t size, float otherwise) {
  for (std::size_t i = 0; i < source.size() && items.size() < size; ++i) {
    if (std::find(items.begin(), items.end(), source[i]) != items.end()) continue;
    items.push_back(source[i]);
    ratings.push_back(source_ratings.empty() ? otherwise : source_ratings[i]);
  }
}

class Attacker {
 public:
  Attacker(const InversionRequest &request, const Crowd &people,
           const attack::InversionTargets &targets, std::uint64_t seed)
      : request_(request), people_(people), targets_(targets), seed_(seed) {}

  attack::Accounts make(const FakeRecipe &recipe, std::size_t count) const {
    if (recipe.kind == FakeKind::naive) {
      return attack::naive_fakes(targets_, count, people_.n_items(), people_.rated(),
                                 highest_rating(people_));
    }
    return recipe.kind == FakeKind::descent ? descended(recipe, count) : filled(recipe, count);
  }

 private:
  attack::Accounts filled(const FakeRecipe &recipe, std::size_t count) const {
    const std::size_t size = attack::average_profile_size(people_.accounts);
    const auto highest = static_cast<float>(highest_rating(people_));
    const attack::Accounts naive =
        attack::naive_fakes(targets_, 1, people_.n_items(), true, double{highest});
    std::vector<std::uint32_t> popular;
    if (recipe.kind == FakeKind::popular) {
      const std::vector<std::uint32_t> have = popularity(people_);
      popular.resize(have.size());
      std::iota(popular.begin(), popular.end(), 0u);
      std::stable_sort(popular.begin(), popular.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return have[a] > have[b]; });
    }
    Rng rng(seed_, 53);
    attack::Accounts out;
    out.histories.n_items = people_.n_items();
    for (std::size_t f = 0; f < count; ++f) {
      std::vector<std::uint32_t> items = naive.histories.items;
      std::vector<float> ratings = naive.ratings;
      if (recipe.kind == FakeKind::popular) {
        fill(items, ratings, popular, {}, size, highest);
      } else {
        const std::size_t donor = rng.below(people_.size());
        const auto row = people_.accounts.histories.row(donor);
        const std::span<const float> all(people_.accounts.ratings);
        fill(items, ratings, row,
             people_.rated() ? all.subspan(people_.accounts.histories.offsets[donor], row.size())
                             : all,
             size, highest);
      }
      out.histories.append(items);
      if (people_.rated()) out.ratings.insert(out.ratings.end(), ratings.begin(), ratings.end());
    }
    return out;
  }

  attack::Accounts descended(const FakeRecipe &recipe, std::size_t count) const {
    Rng rng(seed_, 59);
    const attack::Accounts known = attack::public_share(people_.accounts.histories,
                                                        people_.accounts.ratings, recipe.beta, rng);
    const auto zeros = request_.recommender == "als_observed" ? recommend::Zeros::missing
                                                              : recommend::Zeros::observed;
    const recommend::RatedModel model(known.histories, known.ratings,
                                      {.d = request_.dimension,
                                       .regularization = request_.regularization,
                                       .zeros = zeros,
                                       .seed = seed_});
    const auto items = model.items();
    attack::DescentOptions options;
    options.regularization = request_.regularization;
    options.mu = recipe.mu;
    options.highest = highest_rating(people_);
    options.rating_step = rating_step(people_);
    options.profile_size = std::max(attack::average_profile_size(people_.accounts),
                                    targets_.sensitive.size() + targets_.decoys.size());
    options.seed = seed_;
    return attack::descend({request_.dimension, {items.begin(), items.end()}}, targets_, count,
                           people_.rated(), options)
        .fakes;
  }

  const InversionRequest &request_;
  const Crowd &people_;
  const attack::InversionTargets &targets_;
  const std::uint64_t seed_;
};

// People in a window that is trusted and a batch that comes after it, and the screen.
class Door {
 public:
  Door(const InversionRequest &request, const Crowd &people, std::uint64_t seed)
      : people_(people), seed_(seed) {
    std::vector<std::uint32_t> order(people.size());
    std::iota(order.begin(), order.end(), 0u);
    Rng rng(seed, 61);
    rng.shuffle(order);
    const auto n = static_cast<std::ptrdiff_t>(kBatchShare * static_cast<double>(order.size()));
    batch_.assign(order.begin(), order.begin() + n);
    window_.assign(order.begin() + n, order.end());
    std::sort(batch_.begin(), batch_.end());
    std::sort(window_.begin(), window_.end());
    if (request.screening == "none") return;
    screen_ = train_defense(request.screening, select(people, window_), seed);
  }

  struct Let {
    std::vector<std::uint32_t> people;  // who trains, of all
    attack::Accounts training;          // their rows and those of the fakes that pass
  };

  // The same fakes whatever the screen. Counts who is held up: quarantined or deferred.
  Let let_in(attack::Accounts fakes, InversionCount &count) const {
    const std::size_t n_fakes = fakes.histories.n_users();
    Rng rng(seed_, 67);
    const Crowd genuine = select(people_, batch_);
    const Crowd arrived = arriving_with(std::move(fakes), genuine, rng);
    count.fakes += n_fakes;
    count.screened += genuine.size();
    std::vector<std::uint8_t> passes(genuine.size() + n_fakes, 1);
    if (screen_ != nullptr) {
      Crowd all = genuine;
      append(all, arrived);
      std::vector<std::uint32_t> order(all.size());
      std::iota(order.begin(), order.end(), 0u);
      rng.shuffle(order);
      const Screened found = screen_->screen(select(all, order));
      for (std::size_t place = 0; place < order.size(); ++place) {
        passes[order[place]] = found.decision[place] == Decision::accept ? 1 : 0;
        if (order[place] < genuine.size() && found.decision[place] == Decision::quarantine) {
          ++count.people_quarantined;
        }
      }
    }
    Let out;
    out.people = window_;
    for (std::size_t i = 0; i < genuine.size(); ++i) {
      if (passes[i] != 0) {
        out.people.push_back(batch_[i]);
      } else {
        ++count.people_held_up;
      }
    }
    Crowd training = select(people_, out.people);
    std::vector<std::uint32_t> left;
    for (std::uint32_t f = 0; f < n_fakes; ++f) {
      if (passes[genuine.size() + f] != 0) left.push_back(f);
    }
    count.fakes_held_up += n_fakes - left.size();
    append(training, select(arrived, left));
    out.training = std::move(training.accounts);
    return out;
  }

 private:
  const Crowd &people_;
  const std::uint64_t seed_;
  std::vector<std::uint32_t> window_, batch_;
  std::unique_ptr<ScreeningDefense> screen_;
};

// Those held up are shown nothing.
void tally(const RankedLists &lists, const std::vector<std::uint32_t> &people,
           const std::vector<std::uint8_t> &has, const std::vector<std::uint32_t> &decoys,
           InversionCount &count) {
  std::vector<std::uint32_t> shown(has.size(), 0);
  const std::vector<std::uint32_t> of_lists = attack::decoys_shown(lists, decoys);
  for (std::size_t i = 0; i < people.size(); ++i) shown[people[i]] = of_lists[i];
  count.with.resize(decoys.size() + 1, 0);
  count.without.resize(decoys.size() + 1, 0);
  for (std::size_t person = 0; person < has.size(); ++person) {
    ++(has[person] != 0 ? count.with : count.without)[shown[person]];
  }
}

// The lists of some people, by row; nobody else is shown anything.
RankedLists of_everybody(const RankedLists &lists, const std::vector<std::uint32_t> &people,
                         std::size_t n) {
  std::vector<std::size_t> row(n, people.size());
  for (std::size_t i = 0; i < people.size(); ++i) row[people[i]] = i;
  RankedLists out;
  out.n_items = lists.n_items;
  for (const std::size_t at : row) {
    out.append(at < people.size() ? lists.row(at) : std::span<const std::uint32_t>());
  }
  return out;
}

std::size_t sum(const std::vector<std::size_t> &counts, std::size_t from) {
  std::size_t out = 0;
  for (std::size_t s = from; s < counts.size(); ++s) out += counts[s];
  return out;
}

void add(std::vector<std::size_t> &to, const std::vector<std::size_t> &more) {
  to.resize(std::max(to.size(), more.size()), 0);
  for (std::size_t s = 0; s < more.size(); ++s) to[s] += more[s];
}

}  // namespace

std::size_t InversionCount::n_with() const {
  return sum(with, 0);
}
std::size_t InversionCount::n_without() const {
  return sum(without, 0);
}
std::size_t InversionCount::hits(std::size_t threshold) const {
  return sum(with, threshold);
}
std::size_t InversionCount::flagged(std::size_t threshold) const {
  return hits(threshold) + sum(without, threshold);
}

InversionCount &InversionCount::operator+=(const InversionCount &more) {
  add(with, more.with);
  add(without, more.without);
  fakes += more.fakes;
  fakes_held_up += more.fakes_held_up;
  screened += more.screened;
  people_held_up += more.people_held_up;
  people_quarantined += more.people_quarantined;
  publishes += more.publishes;
  drift_alarms += more.drift_alarms;
  return *this;
}

std::vector<InversionCell> inversion_cells(const InversionRequest &request) {
  std::vector<InversionCell> out;
  for (std::size_t recipe = 0; recipe < request.fakes.size(); ++recipe) {
    for (const double alpha : request.alphas) out.push_back({recipe, alpha});
  }
  return out;
}

std::size_t inversion_steps(const InversionRequest &request) {
  return inversion_cells(request).size() + 3;
}

namespace {

bool counts(const Crowd &people, std::uint64_t entry, double rating_at_least) {
  return !people.rated() || double{people.accounts.ratings[entry]} >= rating_at_least;
}

}  // namespace

std::vector<std::uint32_t> people_with_each(const Crowd &people, double rating_at_least) {
  const std::vector<std::uint32_t> &items = people.accounts.histories.items;
  std::vector<std::uint32_t> out(people.n_items());
  for (std::uint64_t e = 0; e < items.size(); ++e) {
    if (e % 65536 == 0) pulse();
    if (counts(people, e, rating_at_least)) ++out[items[e]];
  }
  return out;
}

std::vector<std::uint8_t> people_with(const Crowd &people, std::uint32_t item,
                                      double rating_at_least) {
  const attack::Accounts &all = people.accounts;
  std::vector<std::uint8_t> out(people.size(), 0);
  for (std::size_t person = 0; person < people.size(); ++person) {
    for (std::uint64_t e = all.histories.offsets[person]; e < all.histories.offsets[person + 1];
         ++e) {
      if (all.histories.items[e] == item && counts(people, e, rating_at_least)) out[person] = 1;
    }
  }
  return out;
}

InversionRepeat run_inversion(const InversionRequest &request, const Crowd &people,
                              std::uint32_t item, std::uint64_t seed,
                              const std::function<void()> &step, data::InjectionTables *example) {
  Rng rng(seed, 43);
  attack::InversionTargets targets{{item}, {}};
  targets.decoys = attack::choose_decoys(decoy_kind(request), people.accounts.histories,
                                         targets.sensitive, request.n_decoys, rng);
  const std::vector<std::uint8_t> has = people_with(people, item, request.rating_at_least);
  const Attacker attacker(request, people, targets, seed);
  const Door door(request, people, seed);
  // The model before: without the tenth of the people who came since.
  std::vector<std::uint32_t> earlier;
  Rng arrivals(seed, 71);
  for (std::uint32_t person = 0; person < people.size(); ++person) {
    if (arrivals.uniform() < .9) earlier.push_back(person);
  }
  const attack::Accounts earlier_accounts = select(people, earlier).accounts;
  std::map<std::string, defense::ModelSketch> last;
  for (const std::string &recommender : {std::string("item_cf"), request.recommender}) {
    if (!last.contains(recommender)) {
      last[recommender] = watched_model(request, recommender, earlier_accounts, item, seed);
    }
  }
  std::uint64_t retraining = seed;
  const auto measure = [&](const Door &at, attack::Accounts fakes, const std::string &recommender,
                           const std::string &defense) {
    InversionCount out;
    const Door::Let in = at.let_in(std::move(fakes), out);
    if (defense == "none") {
      // A retraining starts from other random factors than the last one.
      const defense::ModelSketch next =
          watched_model(request, recommender, in.training, item, ++retraining + (seed << 20));
      ++out.publishes;
      if (drift_alarm(last.at(recommender), next, item)) ++out.drift_alarms;
    }
    const RankedLists lists =
        shown_lists(request, recommender, defense, in.training, in.people.size(), seed);
    tally(lists, in.people, has, targets.decoys, out);
    if (example != nullptr) example->after = of_everybody(lists, in.people, people.size());
    step();
    return out;
  };
  const auto made = [&](const FakeRecipe &recipe, double alpha) {
    const double share = std::round(alpha * static_cast<double>(people.size()));
    return attacker.make(recipe, std::max<std::size_t>(1, static_cast<std::size_t>(share)));
  };

  InversionRepeat out;
  out.item = item;
  attack::Accounts nobody;
  nobody.histories.n_items = people.n_items();
  out.clean = measure(door, nobody, request.recommender, request.defense);
  if (example != nullptr) {
    *example = {std::move(example->after), {}, has, targets.decoys};
  }
  InversionRequest undefended = request;
  undefended.screening = "none";
  const double most = *std::max_element(request.alphas.begin(), request.alphas.end());
  const Door open(undefended, people, seed);
  out.open_item_cf = measure(open, made({FakeKind::naive}, most), "item_cf", "none");
  out.open_same = measure(open, made({FakeKind::naive}, most), request.recommender, "none");
  for (const InversionCell &cell : inversion_cells(request)) {
    out.cells.push_back(measure(door, made(request.fakes[cell.recipe], cell.alpha),
                                request.recommender, request.defense));
  }
  return out;
}

}  // namespace recveil::audit
