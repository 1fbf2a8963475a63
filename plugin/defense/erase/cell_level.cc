// Plans between cells that do not look at classes.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

#include "core/watch.h"
#include "defense/erase/cell_plan.h"
#include "numerics/min_cost_flow.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kPartners = 64;  // that a cell looks at
constexpr std::size_t kMeetings = 16;  // nearest cells where two may meet
// People a unit of excess, at most: a cell that is beyond the tolerance by less gives so little
// that it would only spoil the digits of the others.
constexpr double kMostRate = 1e4;

// A way to bring a cell that is too far above or below nearer to the others.
struct Meeting {
  double cost;  // of a unit of excess; where two give each other one, half of what it costs both
  std::uint32_t from, partner;
  // Of a pair: where those above gather, as far above as is allowed, and where those below do, as
  // far below. Else both are the partner, which has room.
  std::uint32_t high, low;
  bool pair;
};

// What a pair brings to its two places, people a unit of excess. Those from the cell at `above` and
// at `below` (its distance) balance out at tolerance t in one and -t in the other.
struct Portions {
  double above_high, above_low, below_high, below_low;

  Portions(double above, double below, double t) {
    const double both = 1 / (above + below);
    above_low = below_high = both;
    above_high = (below + t) * both / (above - t);
    below_low = (above + t) * both / (below - t);
  }
};

class Level {
 public:
  Level(std::span<const double> people, std::span<const double> apart, double tolerance,
        const CellPlaces &places)
      : people_(people), apart_(apart), tolerance_(tolerance), places_(places), n_(people.size()) {
    nothing_ = 1e-13 * std::max(1.0, std::accumulate(people.begin(), people.end(), 0.0));
    left_.resize(n_);
    rate_.resize(n_);
    for (std::vector<double> &room : room_) room.resize(n_);
    for (std::size_t j = 0; j < n_; ++j) {
      const double beyond = std::abs(apart_[j]) - tolerance_;
      if (beyond * people_[j] > nothing_) {
        left_[j] = beyond * people_[j];
        rate_[j] = 1 / beyond;
        // Once its people are within bounds on one side they have room up to the other.
        room_[apart_[j] > 0 ? 1 : 0][j] = 2 * tolerance_ * people_[j];
      } else {
        room_[0][j] = std::max(0.0, people_[j] * (tolerance_ - apart_[j]));
        room_[1][j] = std::max(0.0, people_[j] * (tolerance_ + apart_[j]));
      }
    }
  }

  std::vector<Arc> run() {
    solve();
    // All of one side is left where the other is too small; there is room for it in cells as they
    // are now, those of the other side among them.
    for (std::size_t side = 0; side < 2; ++side) {
      make_room();
      meet();
    }
    return std::move(arcs_);
  }

 private:
  std::size_t side(std::size_t cell) const { return apart_[cell] > 0 ? 0 : 1; }

  // A transportation problem: cells that are too far above send to those that are too far below,
  // and to cells with room; cells with room send to those below. `open` sends into room that
  // nobody uses, and takes what nobody needs.
  void solve() {
    round_.clear();
    for (std::size_t a = 0; a < n_; ++a) {
      if (left_[a] > nothing_ && rate_[a] <= kMostRate) look(a);
    }
    std::erase_if(
        round_, [this](const Meeting &one) { return one.pair && rate_[one.partner] > kMostRate; });
    if (round_.empty()) return;
    const auto n = static_cast<std::uint32_t>(n_), open = 3 * n;
    std::vector<double> supply(open + 1);
    std::vector<numerics::FlowArc> arcs;
    for (const Meeting &one : round_) {
      const bool above = side(one.from) == 0;
      std::uint32_t other = one.partner;
      for (const std::uint32_t cell : {one.from, one.partner}) {
        if (left_[cell] > nothing_) supply[cell] = side(cell) == 0 ? left_[cell] : -left_[cell];
      }
      if (!one.pair) {
        other += above ? n : 2 * n;
        supply[other] = above ? -room_[0][one.partner] : room_[1][one.partner];
      }
      arcs.push_back(
          {above ? one.from : other, above ? other : one.from, one.pair ? 2 * one.cost : one.cost});
    }
    for (std::uint32_t v = n; v < open; ++v) {
      if (supply[v] < 0) arcs.push_back({open, v, 0});
      if (supply[v] > 0) arcs.push_back({v, open, 0});
    }
    supply[open] = -std::accumulate(supply.begin(), supply.end(), 0.0);
    const std::vector<double> flow = numerics::min_cost_flow(supply, arcs);
    for (const bool pair : {true, false}) {
      // Pairs may have gathered elsewhere than the room was counted; what finds none is left.
      if (!pair) make_room();
      for (std::size_t i = 0; i < round_.size(); ++i) {
        if (round_[i].pair == pair) give(round_[i], flow[i]);
      }
    }
  }

  bool give(const Meeting &one, double most) {
    double &mine = left_[one.from];
    double &theirs = one.pair ? left_[one.partner] : room_[side(one.from)][one.partner];
    const double units = std::min({most, mine, theirs});
    if (!(units > nothing_)) return false;
    mine -= units;
    theirs -= units;
    if (one.pair) {
      const bool is_above = side(one.from) == 0;
      const std::uint32_t above = is_above ? one.from : one.partner;
      const std::uint32_t below = is_above ? one.partner : one.from;
      const Portions people = portions(above, below);
      send(above, one.high, units * people.above_high);
      send(above, one.low, units * people.above_low);
      send(below, one.high, units * people.below_high);
      send(below, one.low, units * people.below_low);
    } else {
      send(one.from, one.partner, units * rate_[one.from]);
    }
    return true;
  }

  Portions portions(std::size_t above, std::size_t below) const {
    return {apart_[above], -apart_[below], tolerance_};
  }

  // Rounds: each empties every cell that is too far or fills the partners it looked at.
  void meet() {
    for (bool moved = true; moved;) {
      moved = false;
      round_.clear();
      for (std::size_t a = 0; a < n_; ++a) {
        if (left_[a] > nothing_) look(a);
      }
      std::sort(round_.begin(), round_.end(), [](const Meeting &a, const Meeting &b) {
        return std::tie(a.cost, a.from, a.partner) < std::tie(b.cost, b.from, b.partner);
      });
      for (const Meeting &one : round_) moved |= give(one, left_[one.from]);
    }
  }

  void send(std::uint32_t from, std::uint32_t to, double people) {
    if (from != to && people > 0) arcs_.push_back({from, to, people});
  }

  // The partners of a cell that cost least if one goes to the other; then the best places for each
  // pair.
  void look(std::size_t a) {
    if (a % 16 == 0) pulse();
    places_.costs_from(a, costs_);
    const auto from = static_cast<std::uint32_t>(a);
    mine_.clear();
    for (std::uint32_t j = 0; j < n_; ++j) {
      if (room_[side(a)][j] > nothing_) {
        mine_.push_back({costs_[j] * rate_[a], from, j, j, j, false});
      }
      if (left_[j] > nothing_ && side(j) != side(a)) {
        const double rate =
            std::min({rate_[a], rate_[j], 2 / (std::abs(apart_[a]) + std::abs(apart_[j]))});
        mine_.push_back({costs_[j] * rate / 2, from, j, j, j, true});
      }
    }
    const std::size_t kept = std::min(kPartners, mine_.size());
    std::partial_sort(mine_.begin(), mine_.begin() + static_cast<std::ptrdiff_t>(kept), mine_.end(),
                      [](const Meeting &x, const Meeting &y) {
                        return std::tie(x.cost, x.partner) < std::tie(y.cost, y.partner);
                      });
    near_.resize(n_);
    std::iota(near_.begin(), near_.end(), 0U);
    const std::size_t meetings = std::min(kMeetings, n_);
    std::partial_sort(near_.begin(), near_.begin() + static_cast<std::ptrdiff_t>(meetings),
                      near_.end(), [this](std::uint32_t x, std::uint32_t y) {
                        return std::tie(costs_[x], x) < std::tie(costs_[y], y);
                      });
    near_.resize(meetings);
    for (std::size_t t = 0; t < kept; ++t) {
      if (mine_[t].pair) find_places(mine_[t]);
      round_.push_back(mine_[t]);
    }
  }

  // Among the cell itself, those nearest to it, and the partner.
  void find_places(Meeting &one) const {
    const bool is_above = side(one.from) == 0;
    const Portions people =
        is_above ? portions(one.from, one.partner) : portions(one.partner, one.from);
    const double high = is_above ? people.above_high : people.below_high;
    const double low = is_above ? people.above_low : people.below_low;
    const double other_high = is_above ? people.below_high : people.above_high;
    const double other_low = is_above ? people.below_low : people.above_low;
    double least_high = costs_[one.partner] * high, least_low = costs_[one.partner] * low;
    one.high = one.low = one.partner;
    for (const std::uint32_t x : near_) {
      const double mine = costs_[x], theirs = places_.cost(one.partner, x);
      const double at_high = mine * high + theirs * other_high;
      const double at_low = mine * low + theirs * other_low;
      if (at_high < least_high) {
        least_high = at_high;
        one.high = x;
      }
      if (at_low < least_low) {
        least_low = at_low;
        one.low = x;
      }
    }
    one.cost = (least_high + least_low) / 2;
  }

  void make_room() {
    std::vector<double> now(people_.begin(), people_.end()), sum(n_);
    for (std::size_t j = 0; j < n_; ++j) {
      // Those who are left are still to go.
      now[j] -= left_[j] * rate_[j];
      sum[j] = now[j] * apart_[j];
    }
    for (const Arc &arc : arcs_) {
      now[arc.from] -= arc.mass;
      now[arc.to] += arc.mass;
      sum[arc.from] -= arc.mass * apart_[arc.from];
      sum[arc.to] += arc.mass * apart_[arc.from];
    }
    for (std::size_t j = 0; j < n_; ++j) {
      room_[0][j] = std::max(0.0, tolerance_ * now[j] - sum[j]);
      room_[1][j] = std::max(0.0, tolerance_ * now[j] + sum[j]);
    }
  }

  std::span<const double> people_, apart_;
  double tolerance_;
  const CellPlaces &places_;
  std::size_t n_;
  double nothing_;  // units, below which is rounding
  // Of cells that are too far: what is to go, and people a unit of it.
  std::vector<double> left_, rate_;
  std::array<std::vector<double>, 2> room_;  // for what is above, below
  std::vector<Meeting> round_, mine_;
  std::vector<std::uint32_t> near_;
  std::vector<double> costs_;
  std::vector<Arc> arcs_;
};

// Who is where after one more class has been mixed.
void follow(const std::vector<Arc> &arcs, std::span<const double> people, CellMixture &mixture) {
  const std::size_t n = people.size();
  CellMixture step(n);
  std::vector<double> stay(people.begin(), people.end());
  for (const Arc &arc : arcs) {
    stay[arc.from] -= arc.mass;
    step[arc.from].push_back({arc.from, arc.to, arc.mass / people[arc.from]});
  }
  std::vector<double> share(n);
  std::vector<std::uint32_t> there;
  for (std::size_t a = 0; a < n; ++a) {
    there.clear();
    const auto add = [&](std::uint32_t to, double by) {
      if (share[to] == 0) there.push_back(to);
      share[to] += by;
    };
    for (const Arc &first : mixture[a]) {
      const std::size_t b = first.to;
      if (step[b].empty()) {
        add(first.to, first.mass);
        continue;
      }
      if (stay[b] > 1e-12 * people[b]) add(first.to, first.mass * stay[b] / people[b]);
      for (const Arc &second : step[b]) add(second.to, first.mass * second.mass);
    }
    mixture[a].clear();
    for (const std::uint32_t to : there) {
      if (share[to] > 0) mixture[a].push_back({static_cast<std::uint32_t>(a), to, share[to]});
      share[to] = 0;
    }
  }
}

}  // namespace

std::vector<Arc> level_class(std::span<const double> people, std::span<const double> apart,
                             double tolerance, const CellPlaces &places) {
  return Level(people, apart, tolerance, places).run();
}

CellMixture level_cells(const CellMatrix &shares, std::size_t n_classes,
                        std::span<const double> people, double tolerance, const CellRows &cells) {
  const std::size_t n = cells.n_cells;
  const double all = std::accumulate(people.begin(), people.end(), 0.0);
  CellMixture out(n);
  for (std::uint32_t j = 0; j < n; ++j) out[j].push_back({j, j, 1});
  if (!(all > 0)) return out;
  const CellPlaces places(cells);

  std::vector<double> overall(n_classes), separation(n_classes), now(people.begin(), people.end());
  CellMatrix sums(n_classes * n);  // people of each class in each cell
  for (std::size_t k = 0; k < n_classes; ++k) {
    for (std::size_t j = 0; j < n; ++j) {
      sums[k * n + j] = shares[k * n + j] * people[j];
      overall[k] += sums[k * n + j] / all;
    }
    const double scale = overall[k] * (1 - overall[k]);
    for (std::size_t j = 0; j < n && scale > 0; ++j) {
      separation[k] += std::abs(sums[k * n + j] - overall[k] * people[j]) / scale;
    }
  }
  std::vector<std::size_t> order(n_classes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return separation[a] > separation[b]; });
  if (n_classes == 2) order.resize(1);  // the other follows
  std::vector<double> apart(n);
  for (const std::size_t k : order) {
    const double scale = overall[k] * (1 - overall[k]);
    if (!(scale > 0)) continue;
    for (std::size_t j = 0; j < n; ++j) {
      apart[j] = now[j] > 0 ? sums[k * n + j] / now[j] - overall[k] : 0;
    }
    const std::vector<Arc> arcs = level_class(now, apart, 4 * scale * tolerance, places);
    if (arcs.empty()) continue;
    follow(arcs, now, out);
    std::fill(now.begin(), now.end(), 0.0);
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t a = 0; a < n; ++a) {
      for (const Arc &arc : out[a]) {
        now[arc.to] += arc.mass * people[a];
        for (std::size_t q = 0; q < n_classes; ++q) {
          sums[q * n + arc.to] += arc.mass * people[a] * shares[q * n + a];
        }
      }
    }
  }
  std::vector<double> costs;
  for (std::size_t a = 0; a < n; ++a) {
    if (out[a].size() < 2 && (out[a].empty() || out[a][0].to == a)) continue;
    places.costs_from(a, costs);
    costs[a] = -1;
    std::sort(out[a].begin(), out[a].end(), [&](const Arc &x, const Arc &y) {
      return std::tie(costs[x.to], x.to) < std::tie(costs[y.to], y.to);
    });
  }
  return out;
}

}  // namespace recveil::defense
