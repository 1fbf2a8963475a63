#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/erasure_map.h"
#include "defense/erase/exact_moments.h"
#include "numerics/logistic.h"
#include "numerics/mlp.h"
#include "numerics/stats.h"
#include "support/erase_rows.h"

namespace recveil::defense {
namespace {

using support::erasure_rows;
using support::ErasureRows;

EraseOptions options_of(EraseMethod method) {
  EraseOptions out;
  out.method = method;
  out.sweeps = 3;
  return out;
}

ErasureMap fitted(const ErasureRows &rows, EraseMethod method) {
  return ErasureMap::fit(rows.view(), rows.labels(), options_of(method));
}

constexpr EraseMethod kMaps[] = {EraseMethod::gaussian_transport, EraseMethod::optimal_transport,
                                 EraseMethod::leace};

TEST(ErasureMap, OneRowGetsTheBitsOfManyAndBytesComeBack) {
  ErasureRows rows = erasure_rows(1500, 9, {2, 3}, 1);
  rows.classes[0][3] = kUnknown;
  rows.classes[0][4] = rows.classes[1][4] = kUnknown;
  for (const EraseMethod method : kMaps) {
    const EraseOptions options = options_of(method);
    const ErasureMap map = ErasureMap::fit(rows.view(), rows.labels(), options);
    ErasureRows out = rows;
    const ApplyCounts counts = map.apply_rows(rows.view(), rows.labels(), out.view());
    EXPECT_EQ(counts.mapped, rows.n - 1);
    EXPECT_EQ(counts.unlabelled, 1u);
    const ErasureMap back = ErasureMap::from_bytes(map.bytes());
    EXPECT_EQ(back.id(), map.id());
    EXPECT_EQ(back.id_text().size(), 64u);
    std::vector<float> scratch(back.scratch_floats()), one(rows.d);
    for (std::size_t i = 0; i < rows.n; ++i) {
      // A map that needs no class takes one row by itself whatever its classes are.
      if (i == 4 && !map.needs_labels()) continue;
      const std::int32_t classes[] = {rows.classes[0][i], rows.classes[1][i]};
      ASSERT_TRUE(back.apply(rows.data.data() + i * rows.d, classes, one.data(), scratch.data()));
      ASSERT_EQ(std::memcmp(one.data(), out.data.data() + i * rows.d, rows.d * sizeof(float)), 0)
          << i << method_name(method);
    }
    EXPECT_EQ(std::memcmp(out.data.data() + 4 * rows.d, rows.data.data() + 4 * rows.d,
                          rows.d * sizeof(float)),
              0);
    // The same again: deterministic.
    EXPECT_EQ(ErasureMap::fit(rows.view(), rows.labels(), options).id(), map.id());
  }
}

TEST(ErasureMap, RefusesBytesThatWereChangedOrCut) {
  const ErasureRows rows = erasure_rows(600, 5, {2}, 2);
  const ErasureMap map = fitted(rows, EraseMethod::optimal_transport);
  const std::vector<std::uint8_t> good(map.bytes().begin(), map.bytes().end());
  for (std::size_t at = 0; at < good.size(); at += 97) {
    auto bad = good;
    bad[at] ^= 1;
    EXPECT_THROW(ErasureMap::from_bytes(bad), Error) << at;
    EXPECT_THROW(ErasureMap::from_bytes(std::span(good).first(at)), Error) << at;
  }
}

// The digest has no key: whoever changes a map can make it fit again. Such a map is refused, or it
// maps rows to something, without a fault.
TEST(ErasureMap, SurvivesBytesThatWereMadeToFit) {
  const ErasureRows rows = erasure_rows(600, 5, {2}, 2);
  Rng rng(11);
  for (const EraseMethod method : {EraseMethod::optimal_transport, EraseMethod::score_transport}) {
    int refused = 0, taken = 0;
    const ErasureMap map = fitted(rows, method);
    const std::vector<std::uint8_t> body(map.bytes().begin(), map.bytes().end() - 32);
    const int rounds = method == EraseMethod::optimal_transport ? 8000 : 1600;  // larger maps
    for (int i = 0; i < rounds; ++i) {
      auto bad = body;
      const std::size_t reach = i % 2 == 0 ? 160 : bad.size();  // sizes are in the first bytes
      for (int change = 0; change < 3; ++change) {
        bad[rng.below(reach)] = static_cast<std::uint8_t>(rng.below(256));
      }
      try {
        const ErasureMap odd = ErasureMap::from_bytes(seal(bad));
        std::vector<float> scratch(odd.scratch_floats()), row(odd.d(), 0.5F);
        const std::vector<std::int32_t> classes(odd.attributes().size(), 1);
        odd.apply(row.data(), classes, row.data(), scratch.data());
        ++taken;
      } catch (const Error &error) {
        EXPECT_EQ(error.status(), Status::data);
        ++refused;
      }
    }
    EXPECT_GT(refused, rounds / 16);
    EXPECT_GT(taken, rounds / 16);
  }
}

// A stage of classes in a map that is given none, and a stage of scores in one that reckons no
// folds: they would read and write beyond what there is.
TEST(ErasureMap, RefusesStagesThatItsMethodHasNot) {
  const ErasureRows rows = erasure_rows(600, 5, {2}, 2);
  for (const auto &[from, to] :
       {std::pair(EraseMethod::score_transport, EraseMethod::optimal_transport),
        std::pair(EraseMethod::score_transport, EraseMethod::leace),
        std::pair(EraseMethod::optimal_transport, EraseMethod::score_transport),
        std::pair(EraseMethod::optimal_transport, EraseMethod::leace)}) {
    const ErasureMap map = fitted(rows, from);
    std::vector<std::uint8_t> body(map.bytes().begin(), map.bytes().end() - 32);
    ASSERT_EQ(body[12], static_cast<std::uint8_t>(from));  // after the magic and the version
    body[12] = static_cast<std::uint8_t>(to);
    EXPECT_THROW(ErasureMap::from_bytes(seal(body)), Error);
  }
}

TEST(ErasureMap, KeepsTheTailAndDoesNotLookAtUnknownRows) {
  ErasureRows rows = erasure_rows(900, 9, {2}, 3);
  rows.classes[0][8] = kUnknown;
  ErasureRows other = rows;
  for (std::size_t c = 0; c < rows.d; ++c) other.data[8 * rows.d + c] = NAN;
  Embeddings view = rows.view(), twin = other.view();
  view.frozen_tail_cols = twin.frozen_tail_cols = 3;
  rows.data[5 * rows.d + 8] = other.data[5 * rows.d + 8] = NAN;  // in the tail
  for (const EraseMethod method : kMaps) {
    const ErasureMap map = ErasureMap::fit(view, rows.labels(), options_of(method));
    EXPECT_EQ(map.id(), ErasureMap::fit(twin, rows.labels(), options_of(method)).id());
    EXPECT_EQ(map.d(), 6u);
    std::vector<float> out(rows.data.size(), 7.0F);
    map.apply_rows(view, rows.labels(), {out.data(), rows.n, rows.d, rows.d, 3});
    for (std::size_t i = 0; i < rows.n; ++i) {
      EXPECT_EQ(std::memcmp(out.data() + i * 9 + 6, rows.data.data() + i * 9 + 6, 12), 0);
    }
  }
}

TEST(ErasureMap, StreamedStatisticsGiveTheSameMap) {
  const ErasureRows rows = erasure_rows(3000, 9, {3}, 4);
  for (const EraseMethod method : {EraseMethod::gaussian_transport, EraseMethod::leace}) {
    std::vector<std::uint64_t> words(exact_moments_size(9, 3)), part(words.size());
    exact_moments_init(words, 9, 3);
    for (std::size_t begin = 0; begin < rows.n; begin += 700) {
      const std::size_t n = std::min<std::size_t>(700, rows.n - begin);
      exact_moments_init(part, 9, 3);
      exact_moments_add(part, {rows.data.data() + begin * 9, n, 9, 9, 0},
                        std::span(rows.classes[0]).subspan(begin, n));
      exact_moments_merge(words, part);
    }
    const std::vector<double> sums = rounded_moments(words);
    const ErasureMap::Statistics statistics{"attribute 0", sums};
    const ErasureMap streamed = ErasureMap::fit_moments({&statistics, 1}, options_of(method));
    const ErasureMap whole = fitted(rows, method);
    std::vector<float> a(rows.data.size()), b(a.size());
    streamed.apply_rows(rows.view(), rows.labels(), {a.data(), rows.n, 9, 9, 0});
    whole.apply_rows(rows.view(), rows.labels(), {b.data(), rows.n, 9, 9, 0});
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4F) << i;
  }
  std::vector<double> sums(class_moments_size(9, 3));
  class_moments_init(sums, 9, 3);
  class_moments_add(sums, rows.view(), rows.classes[0]);
  const ErasureMap::Statistics statistics{"a", sums};
  EXPECT_THROW(
      ErasureMap::fit_moments({&statistics, 1}, options_of(EraseMethod::optimal_transport)), Error);
}

TEST(ErasureMap, SmallClassesFallBackAndAreReported) {
  ErasureRows rows = erasure_rows(2000, 8, {2}, 5);
  rows.kinds[0] = 4;  // classes 2 (30 rows) and 3 (none) besides
  for (std::size_t i = 0; i < 30; ++i) rows.classes[0][i] = 2;
  for (const EraseMethod method : kMaps) {
    const ErasureMap map = fitted(rows, method);
    const auto &classes = map.attributes()[0].classes;
    ASSERT_EQ(classes.size(), 4u);
    EXPECT_EQ(classes[0].status, ClassStatus::certifiable);
    EXPECT_EQ(classes[2].status, ClassStatus::too_small);
    EXPECT_EQ(classes[2].n, 30u);
    EXPECT_EQ(classes[3].status, ClassStatus::absent);
    if (method != EraseMethod::leace) {
      EXPECT_LT(classes[2].mean_strength, 1);
      EXPECT_EQ(classes[2].shrinkage, 1);
    }
    // A user of the absent class is mapped like the pooled rows.
    std::vector<float> scratch(map.scratch_floats()), out(8);
    const std::int32_t absent = 3, outside = 4;
    EXPECT_TRUE(map.apply(rows.data.data(), {&absent, 1}, out.data(), scratch.data()));
    if (method != EraseMethod::leace) {
      EXPECT_FALSE(map.apply(rows.data.data(), {&outside, 1}, out.data(), scratch.data()));
    }
  }
}

// AUC of a classifier trained on even rows and read on odd ones.
struct Attack {
  double linear, network;
};
Attack attack(const ErasureRows &rows) {
  Matrix train{0, rows.d, {}};
  std::vector<std::uint8_t> labels;
  std::vector<double> mean(rows.d), spread(rows.d);
  for (std::size_t i = 0; i < rows.n; ++i) {
    for (std::size_t c = 0; c < rows.d; ++c) {
      const double value = static_cast<double>(rows.data[i * rows.d + c]);
      mean[c] += value / static_cast<double>(rows.n);
      spread[c] += value * value / static_cast<double>(rows.n);
    }
  }
  std::vector<float> scaled(rows.data.size());
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    const std::size_t c = i % rows.d;
    scaled[i] = static_cast<float>((static_cast<double>(rows.data[i]) - mean[c]) /
                                   std::sqrt(spread[c] - mean[c] * mean[c]));
  }
  for (std::size_t i = 0; i < rows.n; i += 2) {
    train.data.insert(train.data.end(), scaled.begin() + static_cast<std::ptrdiff_t>(i * rows.d),
                      scaled.begin() + static_cast<std::ptrdiff_t>((i + 1) * rows.d));
    labels.push_back(static_cast<std::uint8_t>(rows.classes[0][i]));
    ++train.rows;
  }
  const auto logistic = numerics::fit_logistic(train, labels, 1);
  numerics::Mlp mlp(rows.d, {.hidden = {32, 16}, .epochs = 30, .batch = 16, .seed = 5});
  mlp.train(train.data, labels);
  std::vector<double> by_line[2], by_net[2];
  for (std::size_t i = 1; i < rows.n; i += 2) {
    const std::span<const float> row(scaled.data() + i * rows.d, rows.d);
    by_line[rows.classes[0][i]].push_back(logistic.decision(row));
    by_net[rows.classes[0][i]].push_back(mlp.decision(row));
  }
  return {numerics::auc(by_line[1], by_line[0]).value, numerics::auc(by_net[1], by_net[0]).value};
}

// The null standard error of an AUC on 2,000 rows, 29 % of one class, is .0142: .071 is 5 of them.
constexpr double kNull = 0.071;

TEST(ErasureMap, TransportHidesFromANetworkWhatTheGaussianLeaves) {
  const ErasureRows rows = erasure_rows(4000, 8, {2}, 6);
  const Attack raw = attack(rows);
  EXPECT_GT(raw.linear, 0.65);
  EXPECT_GT(raw.network, 0.75);
  ErasureRows gaussian = rows, transport = rows;
  fitted(rows, EraseMethod::gaussian_transport)
      .apply_rows(rows.view(), rows.labels(), gaussian.view());
  EraseOptions options = options_of(EraseMethod::optimal_transport);
  options.sweeps = EraseOptions().sweeps;
  ErasureMap::fit(rows.view(), rows.labels(), options)
      .apply_rows(rows.view(), rows.labels(), transport.view());
  const Attack after_gaussian = attack(gaussian), after = attack(transport);
  EXPECT_LT(std::abs(after_gaussian.linear - 0.5), kNull);
  EXPECT_GT(after_gaussian.network, 0.6);  // the control: the first two moments are not all
  EXPECT_LT(std::abs(after.linear - 0.5), kNull);
  EXPECT_LT(std::abs(after.network - 0.5), kNull);
}

TEST(ErasureMap, MappedTwiceTellsAgain) {
  const ErasureRows rows = erasure_rows(4000, 8, {2}, 7);
  const ErasureMap map = fitted(rows, EraseMethod::gaussian_transport);
  ErasureRows once = rows;
  map.apply_rows(rows.view(), rows.labels(), once.view());
  EXPECT_LT(std::abs(attack(once).linear - 0.5), kNull);

  ErasureRows twice = once;
  map.apply_rows(once.view(), once.labels(), twice.view());
  EXPECT_GT(std::abs(attack(twice).linear - 0.5), 0.15);  // not idempotent: this is the trap
}

TEST(ErasureMap, RowsAreWholeWhereTheWorkStops) {
  const ErasureRows rows = erasure_rows(5000, 8, {2}, 12);
  const ErasureMap map = fitted(rows, EraseMethod::gaussian_transport);
  ErasureRows whole = rows;
  map.apply_rows(rows.view(), rows.labels(), whole.view());
  const auto same = [&](const ErasureRows &a, const ErasureRows &b, std::size_t begin,
                        std::size_t end) {
    return std::equal(a.data.begin() + static_cast<std::ptrdiff_t>(begin * rows.d),
                      a.data.begin() + static_cast<std::ptrdiff_t>(end * rows.d),
                      b.data.begin() + static_cast<std::ptrdiff_t>(begin * rows.d));
  };
  ErasureRows stopped = rows;
  ApplyCounts counts;
  int calls = 0;
  const auto stop = [&](double, const char *) {
    if (++calls == 2) throw Error(Status::cancelled, "stop");
  };
  EXPECT_THROW(map.apply_rows(stopped.view(), rows.labels(), stopped.view(), counts, stop), Error);
  EXPECT_GT(counts.done, 0u);
  EXPECT_LT(counts.done, rows.n);
  EXPECT_EQ(counts.mapped, counts.done);
  EXPECT_TRUE(same(stopped, whole, 0, counts.done));
  EXPECT_TRUE(same(stopped, rows, counts.done, rows.n));

  ErasureRows large = rows;  // a row whose image is not finite, amid others
  std::fill_n(large.data.begin() + 3000 * 8, 8, 3e38F);
  const ErasureRows before = large;
  counts = {};
  EXPECT_THROW(map.apply_rows(large.view(), rows.labels(), large.view(), counts), Error);
  EXPECT_LE(counts.done, 3000u);
  EXPECT_TRUE(same(large, whole, 0, counts.done));
  EXPECT_TRUE(same(large, before, counts.done, rows.n));
}

// Doubles: the same map as of the floats they round to, and no bit of the others is lost.
TEST(ErasureMap, DoublesAreMappedAsTheFloatsTheyRoundTo) {
  ErasureRows rows = erasure_rows(2500, 8, {2}, 13);
  for (std::size_t i = 0; i < rows.n; i += 3) rows.classes[0][i] = kUnknown;
  const std::size_t cols = 10, stride = 11;
  std::vector<double> wide(rows.n * stride, 0.1);
  for (std::size_t i = 0; i < rows.n; ++i) {
    for (std::size_t c = 0; c < 8; ++c) {
      wide[i * stride + c] = static_cast<double>(rows.data[i * 8 + c]) * (1 + 1e-12);
    }
  }
  const std::vector<double> before = wide;
  for (const EraseMethod method : kMaps) {
    const ErasureMap map = fitted(rows, method);
    ErasureRows narrow = rows;
    map.apply_rows(rows.view(), rows.labels(), narrow.view());
    wide = before;
    ApplyCounts counts;
    map.apply_rows(WideRows{wide.data(), rows.n, cols, stride, 2}, rows.labels(), counts);
    EXPECT_EQ(counts.done, rows.n);
    for (std::size_t i = 0; i < rows.n; ++i) {
      const bool mapped = i % 3 != 0;
      for (std::size_t c = 0; c < stride; ++c) {
        const std::size_t at = i * stride + c;
        const double wanted =
            mapped && c < 8 ? static_cast<double>(narrow.data[i * 8 + c]) : before[at];
        ASSERT_EQ(wide[at], wanted) << method_name(method) << " " << i << " " << c;
      }
    }
  }
  wide = before;
  wide[1200 * stride + 3] = 1e39;  // not finite as a float
  const std::vector<double> bad = wide;
  ApplyCounts counts;
  EXPECT_THROW(fitted(rows, EraseMethod::leace)
                   .apply_rows(WideRows{wide.data(), rows.n, cols, stride, 2}, {}, counts),
               Error);
  EXPECT_EQ(wide, bad);
  EXPECT_EQ(counts.done, 0u);
}

TEST(ErasureMap, LeaceNeedsNoLabelsAndIsIdempotent) {
  const ErasureRows rows = erasure_rows(4000, 8, {2}, 8);
  const ErasureMap map = fitted(rows, EraseMethod::leace);
  EXPECT_FALSE(map.needs_labels());
  ErasureRows once = rows, twice = rows;
  map.apply_rows(rows.view(), {}, once.view());
  map.apply_rows(once.view(), {}, twice.view());
  EXPECT_LT(std::abs(attack(once).linear - 0.5), kNull);
  for (std::size_t i = 0; i < once.data.size(); ++i) {
    EXPECT_NEAR(once.data[i], twice.data[i], 1e-4F);
  }
}

TEST(ErasureMap, EmptyHistoriesAreCopied) {
  ErasureRows rows = erasure_rows(1500, 8, {2}, 9);
  std::fill_n(rows.data.begin() + 80, 8, 0.0F);
  const ErasureMap map = fitted(rows, EraseMethod::optimal_transport);
  ErasureRows out = rows;
  map.apply_rows(rows.view(), rows.labels(), out.view());
  EXPECT_TRUE(
      std::all_of(out.data.begin() + 80, out.data.begin() + 88, [](float v) { return v == 0; }));
}

TEST(ErasureMap, RefusesWhatDoesNotFit) {
  const ErasureRows rows = erasure_rows(400, 8, {2}, 10);
  const auto labels = rows.labels();
  const auto refused = [&](const Embeddings &view, std::span<const AttributeLabels> of,
                           const EraseOptions &options) {
    try {
      ErasureMap::fit(view, of, options);
    } catch (const Error &error) {
      return error.status();
    }
    return Status::ok;
  };
  const EraseOptions good = options_of(EraseMethod::gaussian_transport);
  EXPECT_EQ(refused(rows.view(), labels, good), Status::ok);
  EXPECT_EQ(refused(rows.view(), labels, options_of(EraseMethod::d2d)), Status::argument);
  EXPECT_EQ(refused(rows.view(), {}, good), Status::argument);
  Embeddings view = rows.view();
  view.frozen_tail_cols = 8;
  EXPECT_EQ(refused(view, labels, good), Status::argument);
  view = rows.view();
  view.row_stride = 7;
  EXPECT_EQ(refused(view, labels, good), Status::argument);
  ErasureRows bad = rows;
  bad.classes[0][1] = 2;
  EXPECT_EQ(refused(bad.view(), bad.labels(), good), Status::argument);
  bad = rows;
  bad.data[5] = NAN;
  EXPECT_EQ(refused(bad.view(), bad.labels(), good), Status::argument);
  bad = rows;
  std::fill(bad.classes[0].begin(), bad.classes[0].end(), 1);
  for (const EraseMethod method : kMaps) {
    EXPECT_EQ(refused(bad.view(), bad.labels(), options_of(method)), Status::data);
  }
  std::fill(bad.data.begin(), bad.data.end(), 1.0F);
  bad.classes = rows.classes;
  for (const EraseMethod method : kMaps) {
    EXPECT_EQ(refused(bad.view(), bad.labels(), options_of(method)), Status::data);
  }
  // One column of one value: a bias or a constant.
  const auto text_of = [&](std::size_t column, EraseMethod method) -> std::string {
    ErasureRows constant = rows;
    for (std::size_t i = 0; i < rows.n; ++i) constant.data[i * 8 + column] = 0.1F;
    try {
      fitted(constant, method);
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::argument);
      return error.what();
    }
    return "";
  };
  for (const EraseMethod method : kMaps) {
    EXPECT_EQ(text_of(7, method),
              "rows: column 7 is the same in every row: name it in frozen_tail_cols");
    EXPECT_EQ(text_of(2, method),
              "rows: column 2 is the same in every row: move it to the end and name it in "
              "frozen_tail_cols");
  }
  EraseOptions wrong = good;
  wrong.sweeps = 201;
  EXPECT_EQ(refused(rows.view(), labels, wrong), Status::argument);

  const ErasureMap map = ErasureMap::fit(rows.view(), labels, good);
  std::vector<float> out(rows.data.size());
  EXPECT_THROW(map.apply_rows(rows.view(), {}, {out.data(), rows.n, 8, 8, 0}), Error);
  EXPECT_THROW(map.apply_rows(rows.view(), labels, {out.data(), rows.n, 8, 8, 1}), Error);
  EXPECT_THROW(method_of("attr_cloak"), Error);
  EXPECT_EQ(method_of("leace"), EraseMethod::leace);
}

}  // namespace
}  // namespace recveil::defense
