// Plans between cells that do not look at classes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "defense/erase/cell_plan.h"
#include "defense/erase/cells.h"
#include "defense/erase/erasure_map.h"
#include "numerics/min_cost_flow.h"
#include "support/erase_shop.h"

namespace recveil::defense {
namespace {

using support::ErasureRows;
using support::shop_rows;

constexpr DrawKey kKey{3, 1, 3};

// The slow twin: shortest ways from whoever has some to whoever lacks some, one after another
// (Bellman and Ford), with ways back. Returns what it costs.
double least_cost(std::vector<double> supply, const std::vector<numerics::FlowArc> &arcs) {
  std::vector<double> flow(arcs.size());
  double cost = 0;
  for (;;) {
    constexpr double kNothing = 1e-12;
    std::vector<double> far(supply.size(), std::numeric_limits<double>::infinity());
    std::vector<std::ptrdiff_t> by(supply.size(), -1);  // 2 arc, + 1: back along it
    for (std::size_t v = 0; v < supply.size(); ++v) far[v] = supply[v] > kNothing ? 0 : far[v];
    for (bool shorter = true; shorter;) {
      shorter = false;
      for (std::size_t i = 0; i < arcs.size(); ++i) {
        const numerics::FlowArc &of = arcs[i];
        if (far[of.from] + of.cost < far[of.to] - 1e-12) {
          far[of.to] = far[of.from] + of.cost;
          by[of.to] = static_cast<std::ptrdiff_t>(2 * i);
          shorter = true;
        }
        if (flow[i] > kNothing && far[of.to] - of.cost < far[of.from] - 1e-12) {
          far[of.from] = far[of.to] - of.cost;
          by[of.from] = static_cast<std::ptrdiff_t>(2 * i + 1);
          shorter = true;
        }
      }
    }
    std::size_t end = supply.size();
    for (std::size_t v = 0; v < supply.size(); ++v) {
      if (supply[v] < -kNothing && (end == supply.size() || far[v] < far[end])) end = v;
    }
    if (end == supply.size() || !std::isfinite(far[end])) return cost;
    double most = -supply[end];
    std::size_t v = end;
    const auto arc = [&] { return static_cast<std::size_t>(by[v] / 2); };
    for (; by[v] >= 0; v = by[v] % 2 == 0 ? arcs[arc()].from : arcs[arc()].to) {
      if (by[v] % 2 != 0) most = std::min(most, flow[arc()]);
    }
    most = std::min(most, supply[v]);
    supply[v] -= most;
    supply[end] += most;
    cost += most * far[end];
    for (v = end; by[v] >= 0;) {
      const std::size_t i = arc();
      const bool back = by[v] % 2 != 0;
      flow[i] += back ? -most : most;
      v = back ? arcs[i].to : arcs[i].from;
    }
  }
}

TEST(MinCostFlow, CostsWhatShortestWaysCost) {
  Rng rng(71);
  for (int round = 0; round < 60; ++round) {
    const std::size_t n = 4 + rng.below(12);
    std::vector<double> supply(n);
    std::vector<numerics::FlowArc> arcs;
    double sum = 0;
    for (std::size_t v = 1; v < n; ++v) {
      // Whole numbers as often as not: ties, and arcs that lose all they carry at once.
      supply[v] = round % 2 == 0 ? static_cast<double>(rng.below(7)) - 3 : rng.normal();
      sum += supply[v];
      for (const std::uint32_t w : {0U, static_cast<std::uint32_t>(rng.below(n))}) {
        const auto at = static_cast<std::uint32_t>(v);
        const double price = round % 2 == 0 ? static_cast<double>(rng.below(4)) : rng.uniform();
        arcs.push_back({at, w, price});
        arcs.push_back({w, at, price});
      }
    }
    supply[0] = -sum;
    const std::vector<double> flow = numerics::min_cost_flow(supply, arcs);
    double cost = 0;
    std::vector<double> left = supply;
    for (std::size_t i = 0; i < arcs.size(); ++i) {
      ASSERT_GE(flow[i], 0);
      cost += flow[i] * arcs[i].cost;
      left[arcs[i].from] -= flow[i];
      left[arcs[i].to] += flow[i];
    }
    for (const double rest : left) EXPECT_NEAR(rest, 0, 1e-9);
    EXPECT_NEAR(cost, least_cost(supply, arcs), 1e-9) << round;
  }
}

struct Some {
  std::vector<float> rows;
  std::vector<double> people, apart;
};

Some some_cells(std::size_t n, std::size_t d, std::uint64_t seed) {
  Rng rng(seed);
  Some out{std::vector<float>(n * d), std::vector<double>(n), std::vector<double>(n)};
  for (float &value : out.rows) value = static_cast<float>(rng.normal());
  double sum = 0, all = 0;
  for (std::size_t j = 0; j < n; ++j) {
    out.people[j] = 5 + std::floor(10 * std::exp(2 * rng.normal()));
    out.apart[j] = 0.2 * rng.normal() + 0.1 * static_cast<double>(out.rows[j * d]);
    sum += out.people[j] * out.apart[j];
    all += out.people[j];
  }
  for (double &value : out.apart) value -= sum / all;
  return out;
}

double cost_of(const std::vector<Arc> &arcs, const CellPlaces &places) {
  double out = 0;
  for (const Arc &arc : arcs) out += arc.mass * places.cost(arc.from, arc.to);
  return out;
}

TEST(CellLevel, EachCellEndsWithinTheTolerance) {
  for (const std::size_t n : {2U, 3U, 30U, 300U}) {
    for (const double tolerance : {0.0, 0.03, 0.1, 0.5}) {
      const Some cells = some_cells(n, 4, 81 + n);
      const std::vector<Arc> arcs =
          level_class(cells.people, cells.apart, tolerance, CellPlaces({cells.rows, n, 4}));
      std::vector<double> now = cells.people, sum(n), gone(n);
      for (std::size_t j = 0; j < n; ++j) sum[j] = cells.people[j] * cells.apart[j];
      for (const Arc &arc : arcs) {
        ASSERT_GT(arc.mass, 0);
        now[arc.from] -= arc.mass;
        now[arc.to] += arc.mass;
        gone[arc.from] += arc.mass;
        sum[arc.from] -= arc.mass * cells.apart[arc.from];
        sum[arc.to] += arc.mass * cells.apart[arc.from];
      }
      for (std::size_t j = 0; j < n; ++j) {
        EXPECT_LE(gone[j], cells.people[j] * (1 + 1e-12));
        EXPECT_LE(std::abs(sum[j]), tolerance * now[j] + 1e-9) << n << " " << tolerance;
        if (std::abs(cells.apart[j]) <= tolerance) {
          EXPECT_EQ(gone[j], 0);
        }
      }
    }
  }
}

// Without tolerance a plan is a transportation problem between those above and those below, over
// all meeting places: the least cost, by shortest ways.
TEST(CellLevel, CostsTheLeastWithoutTolerance) {
  for (std::uint64_t seed = 91; seed < 97; ++seed) {
    const std::size_t n = 16;
    const Some cells = some_cells(n, 4, seed);
    const CellPlaces places({cells.rows, n, 4});
    std::vector<double> supply(n);
    std::vector<numerics::FlowArc> arcs;
    for (std::uint32_t a = 0; a < n; ++a) {
      supply[a] = cells.people[a] * cells.apart[a];
      for (std::uint32_t c = 0; c < n; ++c) {
        if (!(cells.apart[a] > 0) || cells.apart[c] > 0) continue;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t x = 0; x < n; ++x) {
          least = std::min(least,
                           places.cost(a, x) / cells.apart[a] - places.cost(c, x) / cells.apart[c]);
        }
        arcs.push_back({a, c, least});
      }
    }
    const double least = least_cost(supply, arcs);
    const double cost = cost_of(level_class(cells.people, cells.apart, 0, places), places);
    EXPECT_NEAR(cost / least, 1, 1e-6) << seed;
    EXPECT_LT(cost_of(level_class(cells.people, cells.apart, 0.05, places), places), 0.9 * cost);
  }
}

// Four classes: what the earlier ones have been mixed for stays.
TEST(CellLevel, ManyClassesEndWithinTheTolerance) {
  const std::size_t n = 80, classes = 4;
  const Some cells = some_cells(n, 5, 99);
  Rng rng(100);
  CellMatrix shares(classes * n);
  for (std::size_t j = 0; j < n; ++j) {
    double sum = 0;
    for (std::size_t k = 0; k < classes; ++k) {
      sum += shares[k * n + j] = (k == 0 ? 0.05 : 0.3) + rng.uniform();
    }
    for (std::size_t k = 0; k < classes; ++k) shares[k * n + j] /= sum;
  }
  const double all = std::accumulate(cells.people.begin(), cells.people.end(), 0.0);
  for (const double tolerance : {0.0, 0.05}) {
    const CellMixture plan =
        level_cells(shares, classes, cells.people, tolerance, {cells.rows, n, 5});
    std::vector<double> now(n);
    CellMatrix sums(classes * n);
    for (std::size_t a = 0; a < n; ++a) {
      double whole = 0;
      for (const Arc &arc : plan[a]) {
        ASSERT_GE(arc.mass, 0);
        whole += arc.mass;
        now[arc.to] += arc.mass * cells.people[a];
        for (std::size_t k = 0; k < classes; ++k) {
          sums[k * n + arc.to] += arc.mass * cells.people[a] * shares[k * n + a];
        }
      }
      EXPECT_NEAR(whole, 1, 1e-9);
    }
    for (std::size_t k = 0; k < classes; ++k) {
      double overall = 0;
      for (std::size_t j = 0; j < n; ++j) overall += sums[k * n + j] / all;
      const double most = 4 * overall * (1 - overall) * tolerance;
      for (std::size_t j = 0; j < n; ++j) {
        EXPECT_LE(std::abs(sums[k * n + j] - overall * now[j]), most * now[j] + 1e-8);
      }
    }
  }
}

CellFit fit(const ErasureRows &rows) {
  CellOptions options;
  options.by_class = false;
  return fit_cells(rows.view(), rows.labels(), {}, options);
}

// Hypothesis: draws are independent uniform numbers; 10^5 keyed ones of each of 12 cells within 4
// standard errors of the plan, some 60 numbers: false alarm .004.
TEST(CellLevel, KeyedDrawsFollowThePlan) {
  const std::size_t n = 12, draws = 100000;
  const CellFit cells = fit(shop_rows(6000, 8, n, 1, 0, 21));
  const CellTable &table = cells.table;
  ASSERT_EQ(table.size(), n);
  const CellPlan &plan = table.plans()[0];
  EXPECT_EQ(plan.n_classes, 1U);
  EXPECT_GT(cells.moved, 0.1);
  const std::uint64_t salt = CellTable::salt_of("attribute 0");
  for (std::uint32_t a = 0; a < n; ++a) {
    std::vector<double> expected(n), drawn(n);
    const auto stay = static_cast<double>(plan.stay[a]);
    double before = 0;
    expected[a] = stay;
    for (std::uint32_t way = plan.begin[a]; way < plan.begin[a + 1]; ++way) {
      const auto up_to = static_cast<double>(plan.up_to[way]);
      expected[plan.to[way]] += (1 - stay) * (up_to - before);
      before = up_to;
    }
    for (std::uint64_t user = 0; user < draws; ++user) {
      const std::int32_t out =
          table.place(table.row(a).data(), {}, {&salt, 1}, kKey, draws * a + user);
      drawn[static_cast<std::size_t>(out)] += 1;
    }
    for (std::size_t b = 0; b < n; ++b) {
      const double p = expected[b], error = std::sqrt(p * (1 - p) / static_cast<double>(draws));
      EXPECT_NEAR(drawn[b] / static_cast<double>(draws), p, 4 * error + 1e-7) << a << " " << b;
    }
  }
}

// A map with cells does not look at classes: known, unknown or none give the same bits, one row as
// many do, and what comes out of a shared row is the row of a cell.
TEST(CellLevel, MapsDoNotLookAtTheClass) {
  const ErasureRows rows = shop_rows(3000, 8, 20, 0.6, 0, 23);
  EraseOptions options;
  options.cells = true;
  const ErasureMap map = ErasureMap::fit(rows.view(), rows.labels(), options);
  const ErasureMap back = ErasureMap::from_bytes(map.bytes());
  ASSERT_TRUE(map.needs_users());
  ASSERT_FALSE(map.needs_labels());
  EXPECT_EQ(map.sharing().n_cells, 20U);
  EXPECT_EQ(ErasureMap::fit(rows.view(), rows.labels(), options).id(), map.id());
  std::vector<std::uint64_t> users(rows.n);
  for (std::size_t i = 0; i < rows.n; ++i) users[i] = 7 * i;
  ApplyCounts counts;
  std::vector<float> all(rows.data.size()), told(rows.data.size());
  const auto to = [&](std::vector<float> &out) {
    return MutableEmbeddings{out.data(), rows.n, rows.d, rows.d, 0};
  };
  EXPECT_THROW(map.apply_rows(rows.view(), {}, to(all)), Error);  // whose rows they are is not told
  map.apply_rows(rows.view(), {}, to(all), counts, {}, {&kKey, users});
  back.apply_rows(rows.view(), rows.labels(), to(told), counts, {}, {&kKey, users});
  EXPECT_EQ(all, told);
  std::multiset<std::vector<float>> given;
  const auto row_of = [&](const std::vector<float> &from, std::size_t i) {
    const auto at = from.begin() + static_cast<std::ptrdiff_t>(i * rows.d);
    return std::vector<float>(at, at + static_cast<std::ptrdiff_t>(rows.d));
  };
  for (std::size_t i = 0; i < rows.n; ++i) given.insert(row_of(rows.data, i));
  std::vector<float> scratch(map.scratch_floats()), out(rows.d);
  std::size_t moved = 0;
  for (std::size_t i = 0; i < rows.n; ++i) {
    const std::vector<float> from = row_of(rows.data, i);
    if (given.count(from) < 5) continue;
    const std::vector<float> expected = row_of(all, i);
    EXPECT_GE(given.count(expected), 5U);
    moved += expected != from ? 1U : 0U;
    for (const std::int32_t label : {0, 1, static_cast<std::int32_t>(kUnknown)}) {
      ASSERT_TRUE(
          map.apply(from.data(), {&label, 1}, out.data(), scratch.data(), {&kKey, {&users[i], 1}}));
      EXPECT_EQ(out, expected);
    }
    ASSERT_TRUE(map.apply(from.data(), {}, out.data(), scratch.data(), {&kKey, {&users[i], 1}}));
    EXPECT_EQ(out, expected);
  }
  EXPECT_GT(moved, 200U);
}

TEST(CellLevel, NothingSharedIsTheMapWithoutCells) {
  const ErasureRows rows = support::erasure_rows(1500, 6, {2}, 31);
  EraseOptions options;
  const ErasureMap without = ErasureMap::fit(rows.view(), rows.labels(), options);
  options.cells = true;
  const ErasureMap with = ErasureMap::fit(rows.view(), rows.labels(), options);
  EXPECT_FALSE(with.attributes()[0].left_alone);
  EXPECT_EQ(without.id(), with.id());
}

// Where nearly all share a row no score is fitted, and nobody is left with a row of their own.
TEST(CellLevel, FewRowsOfTheirOwnGoToCells) {
  const ErasureRows rows = shop_rows(2000, 8, 12, 0.997, 0, 29);
  const CellFit cells = fit(rows);
  EXPECT_EQ(cells.table.plans()[0].down[0], 1.0F);
  EXPECT_EQ(std::count(cells.held.begin(), cells.held.end(), 1), 2000);
  EraseOptions options;
  options.cells = true;
  const ErasureMap map = ErasureMap::fit(rows.view(), rows.labels(), options);
  EXPECT_FALSE(map.attributes()[0].left_alone);
  for (const ClassReport &one : map.attributes()[0].classes) {
    EXPECT_EQ(one.status, ClassStatus::certifiable);
  }
}

}  // namespace
}  // namespace recveil::defense
