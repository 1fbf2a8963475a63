#include "defense/erase/cells.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "defense/erase/cell_plan.h"
#include "defense/erase/erasure_map.h"
#include "support/erase_shop.h"

namespace recveil::defense {
namespace {

using support::ErasureRows;
using support::shop_rows;

constexpr DrawKey kKey{3, 1, 3};

std::vector<std::uint32_t> all_of(const ErasureRows &rows) {
  std::vector<std::uint32_t> out(rows.n);
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

// Two numberings of the same groups.
void expect_same_groups(const std::vector<std::int32_t> &a, const std::vector<std::int32_t> &b) {
  ASSERT_EQ(a.size(), b.size());
  std::map<std::int32_t, std::int32_t> there, back;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i] < 0, b[i] < 0) << i;
    if (a[i] < 0) continue;
    EXPECT_EQ(there.try_emplace(a[i], b[i]).first->second, b[i]) << i;
    EXPECT_EQ(back.try_emplace(b[i], a[i]).first->second, a[i]) << i;
  }
}

TEST(SharedRows, GroupsAsAllPairsOfRowsDo) {
  for (const double blur : {0.0, 0.01, 0.04}) {
    for (const std::size_t d : {1U, 2U, 8U, 16U}) {
      const ErasureRows rows = shop_rows(600, d, 12, 0.6, blur, 3 + d);
      for (const std::size_t n_code : {2U, 5U}) {
        SharedRowsOptions options;
        options.n_code = n_code;
        const SharedRows found = share_rows(rows.view(), all_of(rows), 0, options);
        ASSERT_GT(found.n_cells, 0U);
        expect_same_groups(found.cell_of, support::slow_cells(rows.view(), options));
      }
    }
  }
}

TEST(SharedRows, KeepsTheBitsOfEqualRowsAndOneCellOfZeros) {
  ErasureRows rows = shop_rows(500, 6, 5, 1, 0, 11);
  for (std::size_t i = 0; i < 40; ++i)
    std::fill_n(rows.data.begin() + static_cast<std::ptrdiff_t>(i * 6), 6, 0.0F);
  const SharedRows found = share_rows(rows.view(), all_of(rows), 1e-6, {});
  ASSERT_EQ(found.n_cells, 6U);
  for (std::size_t i = 0; i < rows.n; ++i) {
    ASSERT_GE(found.cell_of[i], 0);
    EXPECT_EQ(i < 40, found.cell_of[i] == 0);
    EXPECT_EQ(std::memcmp(found.rows.data() + static_cast<std::size_t>(found.cell_of[i]) * 6,
                          rows.data.data() + i * 6, 6 * sizeof(float)),
              0);
  }
}

// What rounding has left of a row ranks items, and a row of zeros does not.
TEST(SharedRows, ShortRowsPointWhereAllRowsDo) {
  ErasureRows rows = shop_rows(500, 6, 5, 1, 0, 11);
  std::vector<double> mean(6);
  for (std::size_t i = 0; i < rows.n; ++i) {
    for (std::size_t c = 0; c < 6; ++c) {
      float &value = rows.data[i * 6 + c];
      if (i < 40) value *= 1e-20F;
      mean[c] += static_cast<double>(value);
    }
  }
  const SharedRows found = share_rows(rows.view(), all_of(rows), 1e-6, {});
  ASSERT_EQ(found.n_cells, 6U);
  EXPECT_NEAR(row_length(found.rows.data(), 6), 5e-7, 1e-12);
  double along = 0, squares = 0;
  for (std::size_t c = 0; c < 6; ++c) {
    along += mean[c] * static_cast<double>(found.rows[c]);
    squares += mean[c] * mean[c];
  }
  EXPECT_NEAR(along / std::sqrt(squares), 5e-7, 1e-12);

  // And all who are short, seen before or not, get that row.
  const CellTable table(6, 0.1, 1e-6, found.rows, {}, {}, {});
  const std::vector<float> zeros(6), tiny(6, 1e-9F), small(6, 1e-6F);
  EXPECT_EQ(table.find(zeros.data()), 0);
  EXPECT_EQ(table.find(tiny.data()), 0);
  EXPECT_EQ(table.find(rows.data.data()), 0);
  EXPECT_EQ(table.find(small.data()), kNoCell);
  EXPECT_NE(table.nearest(small.data()), 0);
}

TEST(SharedRows, OppositeRowsDoNotCancel) {
  ErasureRows rows = shop_rows(100, 4, 5, 1, 0, 12);
  const std::vector<float> one{1, 2, 0, 1};
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t c = 0; c < 4; ++c) rows.data[i * 4 + c] = i < 3 ? one[c] : -one[c];
  }
  const SharedRows found = share_rows(rows.view(), all_of(rows), 1e-6, {});
  for (std::size_t j = 0; j < found.n_cells; ++j) {
    EXPECT_GT(row_length(found.rows.data() + j * 4, 4), 0.1);
  }
}

TEST(SharedRows, ScaleOfRowsDoesNotMatter) {
  ErasureRows rows = shop_rows(800, 8, 20, 0.5, 0.01, 5);
  const SharedRows before = share_rows(rows.view(), all_of(rows), 0, {});
  for (float &value : rows.data) value *= 1024;
  expect_same_groups(before.cell_of, share_rows(rows.view(), all_of(rows), 0, {}).cell_of);
}

TEST(CellPlan, MovesOnlyTheExcessAndAllOfIt) {
  Rng rng(9);
  const std::size_t n = 200, d = 5;
  std::vector<float> rows(n * d);
  for (float &value : rows) value = static_cast<float>(rng.normal());
  const CellRows cells{rows, n, d};
  std::vector<double> have(n), want(n);
  for (std::size_t j = 0; j < n; ++j) {
    have[j] = rng.uniform() / n;
    want[j] = rng.uniform() / n;
  }
  const double scale = std::accumulate(have.begin(), have.end(), 0.0) /
                       std::accumulate(want.begin(), want.end(), 0.0);
  for (double &value : want) value *= scale;
  std::vector<double> now = have;
  for (const Arc &arc : move_excess(have, want, cells)) {
    EXPECT_GT(have[arc.from], want[arc.from]);
    EXPECT_LT(have[arc.to], want[arc.to]);
    now[arc.from] -= arc.mass;
    now[arc.to] += arc.mass;
  }
  for (std::size_t j = 0; j < n; ++j) EXPECT_NEAR(now[j], want[j], 1e-12);
}

// All pairs at once, dearest last.
TEST(CellPlan, AgreesWithTheGreedyPlanOverAllPairs) {
  Rng rng(10);
  const std::size_t n = 60, d = 4;
  std::vector<float> rows(n * d);
  for (float &value : rows) value = static_cast<float>(rng.normal());
  std::vector<double> have(n), want(n, 1.0 / n);
  for (double &value : have) value = rng.uniform();
  const double sum = std::accumulate(have.begin(), have.end(), 0.0);
  for (double &value : have) value /= sum;
  const auto cost = [&](std::size_t a, std::size_t b) {
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t c = 0; c < d; ++c) {
      const auto x = static_cast<double>(rows[a * d + c]), y = static_cast<double>(rows[b * d + c]);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    return 1 - dot / std::sqrt(aa * bb) + 0.05 * std::abs(std::log(aa / bb)) / 2;
  };
  std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      if (have[a] > want[a] && have[b] < want[b]) pairs.emplace_back(cost(a, b), a, b);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<double> excess(n), room(n);
  for (std::size_t j = 0; j < n; ++j) {
    excess[j] = std::max(0.0, have[j] - want[j]);
    room[j] = std::max(0.0, want[j] - have[j]);
  }
  std::map<std::pair<std::size_t, std::size_t>, double> slow;
  for (const auto &[price, a, b] : pairs) {
    const double mass = std::min(excess[a], room[b]);
    if (mass > 1e-15) slow[{a, b}] = mass;
    excess[a] -= mass;
    room[b] -= mass;
  }
  const std::vector<Arc> fast = move_excess(have, want, {rows, n, d});
  ASSERT_EQ(fast.size(), slow.size());
  for (const Arc &arc : fast) EXPECT_NEAR((slow[{arc.from, arc.to}]), arc.mass, 1e-12);
}

CellFit fit(const ErasureRows &rows, bool fluctuation = true, std::size_t n_code = 5) {
  CellOptions options;
  options.fluctuation = fluctuation;
  options.shared.n_code = n_code;
  return fit_cells(rows.view(), rows.labels(), {}, options);
}

// 1,000 people of one row: whoever they are, the row is all there is.
// The nearest cell by a plain search in double, and the square of how far it is.
std::pair<std::int32_t, double> nearest_slowly(const CellTable &table, const float *row) {
  const std::size_t d = table.d();
  const double length = row_length(row, d);
  std::pair<std::int32_t, double> best{kNoCell, 1e300};
  for (std::size_t j = 0; j < table.size(); ++j) {
    const double other = row_length(table.row(j).data(), d), by = std::log(length / other);
    double square = by * by;
    for (std::size_t c = 0; c < d; ++c) {
      const double apart =
          static_cast<double>(row[c]) / length - static_cast<double>(table.row(j)[c]) / other;
      square += apart * apart;
    }
    if (square < best.second) best = {static_cast<std::int32_t>(j), square};
  }
  return best;
}

TEST(Cells, NearestIsThatOfAPlainSearch) {
  constexpr double kRadius = 0.1;
  for (const std::size_t d : {1U, 3U, 4U, 8U, 13U}) {
    // 300 cells within a tenth of each other in length, so that blocks of them are looked through.
    Rng rng(d);
    std::vector<std::pair<double, std::vector<float>>> cells(300);
    for (auto &[length, row] : cells) {
      for (std::size_t c = 0; c < d; ++c) row.push_back(static_cast<float>(rng.normal()));
      const double scale = (1 + 0.1 * rng.uniform()) / row_length(row.data(), d);
      for (float &value : row) value = static_cast<float>(static_cast<double>(value) * scale);
      length = row_length(row.data(), d);
    }
    std::sort(cells.begin(), cells.end());
    std::vector<float> rows;
    for (const auto &cell : cells) rows.insert(rows.end(), cell.second.begin(), cell.second.end());
    const CellTable table(d, kRadius, 0, rows, {}, {}, {});
    std::size_t within = 0, beyond = 0;
    for (int trial = 0; trial < 600; ++trial) {
      std::vector<float> row = cells[rng.below(300)].second;
      const double noise = (trial % 3 == 0 ? 0.5 : 0.04) / std::sqrt(static_cast<double>(d));
      for (float &value : row) value += static_cast<float>(noise * rng.normal());
      const auto [cell, square] = nearest_slowly(table, row.data());
      EXPECT_EQ(table.nearest(row.data()), cell) << d;
      if (std::abs(std::sqrt(square) - kRadius) < 1e-4) continue;
      const bool near = square < kRadius * kRadius;
      EXPECT_EQ(table.find(row.data()), near ? cell : kNoCell) << d;
      ++(near ? within : beyond);
    }
    EXPECT_GT(within, 300U) << d;
    EXPECT_GT(beyond, d == 1 ? 0U : 50U) << d;
  }
}

TEST(Cells, OneRowOfAllStaysOneRow) {
  ErasureRows rows{1000, 4, {}, {std::vector<std::int32_t>(1000)}, {2}};
  for (std::size_t i = 0; i < rows.n; ++i) {
    rows.classes[0][i] = i % 10 < 3 ? 1 : 0;
    for (const float value : {0.3F, -0.1F, 0.7F, 0.2F}) rows.data.push_back(value);
  }
  const CellFit cells = fit(rows);
  ASSERT_EQ(cells.table.size(), 1U);
  EXPECT_EQ(cells.n_shared, rows.n);
  const std::uint64_t salt = CellTable::salt_of("attribute 0");
  for (std::uint64_t user = 0; user < 1000; ++user) {
    const std::int32_t label = rows.classes[0][user];
    EXPECT_EQ(cells.table.place(rows.data.data(), {&label, 1}, {&salt, 1}, kKey, user), 0);
  }
}

// Class frequencies of two rows, 9:1 and 1:9, so an attacker who looks the row up reads .9. After
// the plan: the AUC of the row's number, averaged over 40 draws of 2,000 people. Under a perfect
// plan it is .5; the fluctuation is that of random groups, sd .028 a draw of its half, so .02 is
// 4 of its standard errors over 40.
TEST(Cells, LookingUpOneOfTwoRowsTellsNothing) {
  double mean = 0;
  std::size_t moved = 0;
  const std::size_t draws = 40, n = 2000;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    ErasureRows rows{n, 4, {}, {std::vector<std::int32_t>(n)}, {2}};
    Rng rng(100 + draw);
    std::vector<std::size_t> atom(n);
    for (std::size_t i = 0; i < n; ++i) {
      atom[i] = rng.below(2);
      rows.classes[0][i] = rng.uniform() < (atom[i] == 0 ? 0.9 : 0.1) ? 1 : 0;
      for (const float value : {0.3F, -0.1F, 0.7F}) rows.data.push_back(value);
      rows.data.push_back(atom[i] == 0 ? 1.0F : -1.0F);
    }
    CellOptions options;
    options.seed = 100 + draw;
    const CellFit cells = fit_cells(rows.view(), rows.labels(), {}, options);
    ASSERT_EQ(cells.table.size(), 2U);
    const std::uint64_t salt = CellTable::salt_of("attribute 0");
    std::array<std::array<double, 2>, 2> count{};  // class, cell
    for (std::size_t i = 0; i < n; ++i) {
      const std::int32_t label = rows.classes[0][i];
      const float *row = rows.data.data() + i * 4;
      const std::int32_t out =
          cells.table.place(row, {&label, 1}, {&salt, 1}, kKey, 1000 * draw + i);
      moved += out != cells.table.find(row) ? 1U : 0U;
      count[static_cast<std::size_t>(label)][static_cast<std::size_t>(out)] += 1;
    }
    const double one = count[1][1] / (count[1][0] + count[1][1]);
    const double none = count[0][1] / (count[0][0] + count[0][1]);
    mean += (0.5 + (one - none) / 2) / static_cast<double>(draws);
  }
  EXPECT_NEAR(mean, 0.5, 0.02);
  EXPECT_NEAR(static_cast<double>(moved) / static_cast<double>(draws * n), 0.4, 0.05);
}

// 10^5 keyed draws of each class against the plan: the classes' outputs have the same masses up to
// what shrinkage left, and each mass is what stay, arcs and the people in the cells say.
// Hypothesis: the draws are independent uniform numbers; 4 standard errors over some 50 cells and 2
// classes: false alarm below .007.
TEST(Cells, KeyedDrawsFollowThePlan) {
  const ErasureRows rows = shop_rows(20000, 8, 24, 1, 0, 21);
  const CellFit cells = fit(rows, false);
  const CellTable &table = cells.table;
  ASSERT_EQ(table.size(), 24U);
  const CellPlan &plan = table.plans()[0];
  const std::uint64_t salt = CellTable::salt_of("attribute 0");
  std::array<std::vector<double>, 2> expected, people;
  for (std::size_t k = 0; k < 2; ++k) {
    people[k].assign(24, 0);
    expected[k].assign(24, 0);
    std::size_t n = 0;
    for (std::size_t i = 0; i < rows.n; ++i) {
      if (static_cast<std::size_t>(rows.classes[0][i]) != k) continue;
      ++n;
      people[k][static_cast<std::size_t>(table.find(rows.data.data() + i * 8))] += 1;
    }
    for (std::size_t a = 0; a < 24; ++a) {
      people[k][a] /= static_cast<double>(n);
      const auto stay = static_cast<double>(plan.stay[k * 24 + a]);
      expected[k][a] += people[k][a] * stay;
      double before = 0;
      for (std::uint32_t way = plan.begin[k * 24 + a]; way < plan.begin[k * 24 + a + 1]; ++way) {
        const auto up_to = static_cast<double>(plan.up_to[way]);
        expected[k][plan.to[way]] += people[k][a] * (1 - stay) * (up_to - before);
        before = up_to;
      }
    }
    std::vector<double> drawn(24);
    const std::size_t draws = 100000;
    Rng rng(5 + k);
    for (std::size_t t = 0; t < draws; ++t) {
      double at = rng.uniform();
      std::size_t a = 0;
      while (a + 1 < 24 && at >= people[k][a]) at -= people[k][a++];
      const auto label = static_cast<std::int32_t>(k);
      const std::int32_t out =
          table.place(table.row(a).data(), {&label, 1}, {&salt, 1}, kKey, t * 2 + k);
      drawn[static_cast<std::size_t>(out)] += 1;
    }
    for (std::size_t a = 0; a < 24; ++a) {
      const double p = expected[k][a], error = std::sqrt(p * (1 - p) / static_cast<double>(draws));
      EXPECT_NEAR(drawn[a] / static_cast<double>(draws), p, 4.5 * error) << k << " " << a;
    }
  }
  double before = 0, after = 0;
  for (std::size_t a = 0; a < 24; ++a) {
    before += std::abs(people[0][a] - people[1][a]) / 2;
    after += std::abs(expected[0][a] - expected[1][a]) / 2;
  }
  EXPECT_GT(before, 0.3);
  EXPECT_LT(after, 0.01);
}

// Which rows come out does not depend on which class is which.
TEST(Cells, SwappedClassesGiveTheSameSetOfRows) {
  ErasureRows rows = shop_rows(3000, 6, 15, 0.7, 0.01, 31);
  const CellFit first = fit(rows);
  for (std::int32_t &label : rows.classes[0]) label = 1 - label;
  const CellFit second = fit(rows);
  ASSERT_EQ(first.table.rows().size(), second.table.rows().size());
  EXPECT_EQ(std::memcmp(first.table.rows().data(), second.table.rows().data(),
                        first.table.rows().size_bytes()),
            0);
  EXPECT_EQ(first.n_shared, second.n_shared);
}

TEST(Cells, DrawsStayWithTheUserAndTheKey) {
  const ErasureRows rows = shop_rows(4000, 6, 20, 0.8, 0, 41);
  const CellFit one = fit(rows), two = fit(rows);
  const std::uint64_t salt = CellTable::salt_of("attribute 0");
  DrawKey other = kKey;
  other[15] = 1;
  std::size_t apart = 0;
  for (std::size_t i = 0; i < rows.n; ++i) {
    const float *row = rows.data.data() + i * 6;
    const std::int32_t label = rows.classes[0][i];
    const std::int32_t at = one.table.place(row, {&label, 1}, {&salt, 1}, kKey, i);
    EXPECT_EQ(at, two.table.place(row, {&label, 1}, {&salt, 1}, kKey, i));
    apart += at != one.table.place(row, {&label, 1}, {&salt, 1}, other, i) ? 1U : 0U;
  }
  EXPECT_GT(apart, 100U);
}

TEST(Cells, NothingSharedNoCells) {
  const ErasureRows rows = shop_rows(2000, 16, 4, 0, 0, 51);
  const CellFit cells = fit(rows);
  EXPECT_TRUE(cells.table.empty());
  EXPECT_EQ(cells.n_shared, 0U);
  EXPECT_EQ(std::count(cells.held.begin(), cells.held.end(), 1), 0);
}

TEST(Cells, AMapTellsWhichRowsPeopleShare) {
  const ErasureRows rows = shop_rows(2000, 16, 4, 0.4, 0, 52);
  EraseOptions options;
  options.method = EraseMethod::optimal_transport;
  options.cells = true;
  const auto shared = ErasureMap::fit(rows.view(), rows.labels(), options).shared(rows.view());
  std::map<std::vector<float>, int> people;
  const auto bits = [&](std::size_t i) {
    return std::vector<float>(rows.view().row(i), rows.view().row(i) + 16);
  };
  for (std::size_t i = 0; i < rows.n; ++i) ++people[bits(i)];
  for (std::size_t i = 0; i < rows.n; ++i) EXPECT_EQ(shared[i] != 0, people[bits(i)] > 1) << i;
  options.method = EraseMethod::leace;
  options.cells = false;
  const auto none = ErasureMap::fit(rows.view(), rows.labels(), options).shared(rows.view());
  EXPECT_EQ(std::count(none.begin(), none.end(), 0), 2000);
}

// Classes that differ in shared rows alone are told apart, though no cross-fitted score can see it;
// and classes that do not differ are taken for different in 1 of 100 fits: of 60, more than 5 with
// probability 2e-5.
TEST(Cells, ClassesThatDifferInSharedRowsAloneAreNotLeftAlone) {
  const auto separated = [](const ErasureRows &rows) {
    EraseOptions options;
    options.method = EraseMethod::optimal_transport;
    options.cells = true;
    return !ErasureMap::fit(rows.view(), rows.labels(), options).attributes()[0].left_alone;
  };
  ErasureRows rows = shop_rows(1500, 8, 6, 0.5, 0, 61);
  for (std::size_t i = 0; i < rows.n; ++i) {
    if (row_length(rows.view().row(i), 8) > 3) {
      rows.classes[0][i] = static_cast<std::int32_t>(i % 2);  // rows of one's own tell nothing
    }
  }
  EXPECT_TRUE(separated(rows));
  Rng rng(62, 1);
  int found = 0;
  for (int t = 0; t < 60; ++t) {
    rng.shuffle(rows.classes[0]);
    found += separated(rows) ? 1 : 0;
  }
  EXPECT_LE(found, 5);
}

}  // namespace
}  // namespace recveil::defense
