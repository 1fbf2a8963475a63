#include "defense/screen/similarity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/watch.h"
#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kReference = 1500;
constexpr std::size_t kMostMembers = 64;
constexpr std::size_t kNullAccounts = 150;  // all pairs of which calibrate
constexpr std::size_t kNullItems = 300;
constexpr double kMostZ = 4;  // of a feature, or one odd account would be all of a covariance
constexpr double kRidge = .05;
// The tail of a mean over pairs falls more slowly than a normal one: a z counts for this much.
constexpr double kSlowTail = .7;

// The inverse of the Cholesky factor of a positive definite d x d matrix, lower triangular.
std::vector<double> inverse_cholesky(std::vector<double> c, std::size_t d) {
  for (std::size_t j = 0; j < d; ++j) {
    for (std::size_t k = 0; k < j; ++k) c[j * d + j] -= c[j * d + k] * c[j * d + k];
    c[j * d + j] = std::sqrt(std::max(c[j * d + j], 1e-9));
    for (std::size_t i = j + 1; i < d; ++i) {
      for (std::size_t k = 0; k < j; ++k) c[i * d + j] -= c[i * d + k] * c[j * d + k];
      c[i * d + j] /= c[j * d + j];
    }
  }
  std::vector<double> inverse(d * d, 0);
  for (std::size_t j = 0; j < d; ++j) {
    inverse[j * d + j] = 1 / c[j * d + j];
    for (std::size_t i = j + 1; i < d; ++i) {
      double sum = 0;
      for (std::size_t k = j; k < i; ++k) sum -= c[i * d + k] * inverse[k * d + j];
      inverse[i * d + j] = sum / c[i * d + i];
    }
  }
  return inverse;
}

double clipped(double z) {
  return std::clamp(z, -kMostZ, kMostZ);
}

}  // namespace

SimilarityTest::SimilarityTest(const ScreenAccounts &window, const ItemHistory &history,
                               std::span<const FeatureRow> trusted_z) {
  for (const std::uint8_t f : features_in_use(history.scale.rated)) {
    if (f != kLogLength && f < kBehaviour) parts_.columns.push_back(f);
  }
  const std::size_t n = trusted_z.size(), d = parts_.columns.size();
  parts_.mean.assign(d, 0);
  for (const FeatureRow &z : trusted_z) {
    for (std::size_t j = 0; j < d; ++j) parts_.mean[j] += clipped(z[parts_.columns[j]]);
  }
  for (double &mean : parts_.mean) mean /= static_cast<double>(n);
  std::vector<double> covariance(d * d, 0);
  for (const FeatureRow &z : trusted_z) {
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        covariance[i * d + j] += (clipped(z[parts_.columns[i]]) - parts_.mean[i]) *
                                 (clipped(z[parts_.columns[j]]) - parts_.mean[j]) /
                                 static_cast<double>(n);
      }
    }
  }
  for (std::size_t j = 0; j < d; ++j) covariance[j * d + j] += kRidge;
  parts_.whiten = inverse_cholesky(std::move(covariance), d);

  parts_.stride = (n + kReference - 1) / kReference;
  parts_.reference.cols = d;
  for (std::size_t u = 0; u < n; u += parts_.stride) {
    const auto at = whitened(trusted_z[u]);
    parts_.reference.data.insert(parts_.reference.data.end(), at.begin(),
                                 at.begin() + static_cast<std::ptrdiff_t>(d));
    ++parts_.reference.rows;
  }
  std::vector<FeaturePoint> places(n);
  for (std::uint32_t u = 0; u < n; ++u) {
    pulse();
    places[u] = place(trusted_z[u], {u, {&u, 1}});
  }

  // Closeness h of pairs of people: its mean, its variance, and the covariance of pairs that share
  // an account, which is what makes the mean of all pairs of a group vary.
  const std::size_t some = std::min(n, kNullAccounts);
  std::vector<double> of(some, 0);
  double sum = 0, squares = 0, pairs = 0;
  for (std::size_t a = 0; a < some; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const double h = closeness(places[a * n / some], places[b * n / some]);
      sum += h, squares += h * h, pairs += 1;
      of[a] += h, of[b] += h;
    }
  }
  parts_.pair_mean = sum / pairs;
  parts_.pair_variance = std::max(1e-6, squares / pairs - parts_.pair_mean * parts_.pair_mean);
  const double others = static_cast<double>(some - 1);
  double between = 0;
  for (const double s : of) {
    const double off = s / others - parts_.pair_mean;
    between += off * off / static_cast<double>(some);
  }
  parts_.shared_variance = std::max(0.0, between - parts_.pair_variance / others);

  calibrate(window, history.scale, Side::up, places);
  if (history.scale.rated) calibrate(window, history.scale, Side::down, places);
}

// People who push one item have more in common than any people.
void SimilarityTest::calibrate(const ScreenAccounts &window, const RatingScale &scale, Side side,
                               std::span<const FeaturePoint> places) {
  std::vector<std::vector<const FeaturePoint *>> pushers(window.n_items);
  for (std::size_t u = 0; u < places.size(); ++u) {
    const AccountRow row = window.row(u);
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (pushes(row, e, scale, side)) pushers[row.items[e]].push_back(&places[u]);
    }
  }
  std::vector<std::uint32_t> items;
  for (std::uint32_t i = 0; i < window.n_items; ++i) {
    if (pushers[i].size() >= 4) items.push_back(i);
  }
  double count = 0, first = 0, second = 0;
  const std::size_t step = std::max<std::size_t>(1, items.size() / kNullItems);
  for (std::size_t i = 0; i < items.size(); i += step) {
    const auto &group = pushers[items[i]];
    const double z =
        standardised(std::span(group).first(std::min<std::size_t>(group.size(), 24)), nullptr);
    count += 1, first += z, second += z * z;
  }
  if (count < 10) return;
  const auto s = static_cast<std::size_t>(side);
  parts_.item_mean[s] = std::max(0.0, first / count);
  parts_.item_deviation[s] =
      std::max(1.0, std::sqrt(std::max(0.0, second / count - first / count * (first / count))));
}

std::array<float, kFeatures> SimilarityTest::whitened(const FeatureRow &z) const {
  const std::size_t d = parts_.columns.size();
  std::array<float, kFeatures> out{};
  for (std::size_t i = 0; i < d; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j <= i; ++j) {
      sum += parts_.whiten[i * d + j] * (clipped(z[parts_.columns[j]]) - parts_.mean[j]);
    }
    out[i] = static_cast<float>(sum);
  }
  return out;
}

FeaturePoint SimilarityTest::place(const FeatureRow &z, const OwnRows &own) const {
  const std::size_t d = parts_.columns.size();
  FeaturePoint out;
  out.at = whitened(z);
  std::vector<float> distance2;
  distance2.reserve(parts_.reference.rows);
  for (std::size_t r = 0; r < parts_.reference.rows; ++r) {
    if (!own.rows.empty() && own.contains(static_cast<std::uint32_t>(r * parts_.stride))) continue;
    const float *at = parts_.reference.row(r);
    float sum = 0;
    for (std::size_t j = 0; j < d; ++j) sum += (at[j] - out.at[j]) * (at[j] - out.at[j]);
    distance2.push_back(sum);
  }
  const std::size_t most = std::min<std::size_t>(distance2.size(), kRank[FeaturePoint::kRanks - 1]);
  std::partial_sort(distance2.begin(), distance2.begin() + static_cast<std::ptrdiff_t>(most),
                    distance2.end());
  for (std::size_t i = 0; i < FeaturePoint::kRanks; ++i) {
    out.distance2[i] =
        kRank[i] <= most ? distance2[kRank[i] - 1] : std::numeric_limits<float>::infinity();
  }
  return out;
}

float SimilarityTest::distance2(const FeaturePoint &from, const float *to) const {
  float sum = 0;
  for (std::size_t j = 0; j < parts_.columns.size(); ++j) {
    sum += (from.at[j] - to[j]) * (from.at[j] - to[j]);
  }
  return sum;
}

double SimilarityTest::rank(const FeaturePoint &from, float distance2) const {
  std::size_t i = 0;
  while (i < FeaturePoint::kRanks && from.distance2[i] < distance2) ++i;
  const double all = static_cast<double>(parts_.reference.rows);
  return i == FeaturePoint::kRanks ? all : std::min(all, static_cast<double>(kRank[i]));
}

// The same where it goes on below the nearest trusted account, or all that lie closer to `from`
// than anybody would be alike: by how fast the number of trusted accounts grows with the distance
// from it, down to a twentieth of one.
double SimilarityTest::log_rank(const FeaturePoint &from, float distance2) const {
  constexpr std::size_t kGrown = 6;  // rank 20
  const double nearest = static_cast<double>(from.distance2[0]);
  const double spread = static_cast<double>(from.distance2[kGrown]) / nearest;
  if (distance2 >= from.distance2[0] || !(spread > 1) || !std::isfinite(spread)) {
    return std::log(rank(from, distance2));
  }
  const double growth = std::log(static_cast<double>(kRank[kGrown])) / std::log(spread);
  const double lowest = -std::log(static_cast<double>(kRank[kGrown]));
  return std::max(lowest, growth * std::log(static_cast<double>(distance2) / nearest));
}

double SimilarityTest::trusted_within(const FeaturePoint &a, const FeaturePoint &b) const {
  constexpr std::size_t kNear = 3, kFar = 8;  // ranks 5 and 50
  constexpr double kLeast = .05;              // equal accounts of people are not proof
  static_assert(kRank[kNear] == kWithinRank);
  const float distance = distance2(a, b.at.data());
  const auto from = [&](const FeaturePoint &one) {
    const double near = static_cast<double>(one.distance2[kNear]);
    const double spread = static_cast<double>(one.distance2[kFar]) / near;
    if (distance >= one.distance2[kNear] || !(spread > 1) || !std::isfinite(spread)) {
      return std::max(kWithinRank, rank(one, distance));
    }
    const double growth =
        std::log(static_cast<double>(kRank[kFar]) / kWithinRank) / std::log(spread);
    const double within = kWithinRank * std::pow(static_cast<double>(distance) / near, growth);
    return std::max(kLeast, within);
  };
  return std::max(from(a), from(b));
}

// -log of the share of trusted accounts that lie closer, seen from whichever of the two it is the
// larger share.
double SimilarityTest::closeness(const FeaturePoint &a, const FeaturePoint &b) const {
  const float distance = distance2(a, b.at.data());
  return std::log(static_cast<double>(parts_.reference.rows + 1) /
                  std::max(rank(a, distance), rank(b, distance)));
}

double SimilarityTest::standardised(std::span<const FeaturePoint *const> group,
                                    std::vector<double> *member) const {
  const std::size_t m = std::min(group.size(), kMostMembers);
  std::vector<const FeaturePoint *> some(m);
  std::vector<std::size_t> index(m);
  for (std::size_t i = 0; i < m; ++i) {
    index[i] = i * group.size() / m;
    some[i] = group[index[i]];
  }
  double sum = 0;
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < i; ++j) sum += closeness(*some[i], *some[j]);
  }
  const double k = static_cast<double>(m), pairs = k * (k - 1) / 2;
  const double variance = (2 * (k - 2) * parts_.shared_variance + parts_.pair_variance) / pairs;
  if (member != nullptr) {
    member->assign(group.size(), 0);
    const double spread =
        std::sqrt(parts_.shared_variance + parts_.pair_variance / std::max(1.0, k - 1));
    for (std::size_t i = 0, next = 0; i < group.size(); ++i) {
      const bool own = next < m && index[next] == i;
      if (own) ++next;
      double close = 0;
      for (std::size_t j = 0; j < m; ++j) {
        if (some[j] != group[i]) close += closeness(*group[i], *some[j]);
      }
      (*member)[i] = (close / (own ? k - 1 : k) - parts_.pair_mean) / spread;
    }
  }
  return (sum / pairs - parts_.pair_mean) / std::sqrt(variance);
}

GroupSimilarity SimilarityTest::test(std::span<const FeaturePoint *const> group, Side side) const {
  GroupSimilarity out;
  out.member.assign(group.size(), 0);
  if (group.size() < 3 || parts_.reference.rows == 0) return out;
  const double z = standardised(group, &out.member);
  const auto s = static_cast<std::size_t>(side);
  out.p = upper_normal(kSlowTail * (z - parts_.item_mean[s]) / parts_.item_deviation[s]);
  return out;
}

std::vector<double> SimilarityTest::same_generator(
    std::span<const FeaturePoint *const> group,
    std::span<const FeaturePoint *const> candidates) const {
  const std::size_t m = std::min(group.size(), kMostMembers);
  // Seen from the group alone, so that trusted accounts and candidates are seen alike.
  const auto apart = [&](const float *at) {
    double sum = 0;
    for (std::size_t i = 0; i < m; ++i) {
      const FeaturePoint &from = *group[i * group.size() / m];
      sum += log_rank(from, distance2(from, at));
    }
    return sum;
  };
  std::vector<double> trusted;
  for (std::size_t r = 0; r < parts_.reference.rows; ++r) {
    trusted.push_back(-apart(parts_.reference.row(r)));
  }
  // Ranks among few trusted accounts end before a false discovery rate over the batch begins: the
  // smallest of 660 is .0015, and two of 188 accounts must be at .0005.
  const TailProbability as_close(std::move(trusted));
  std::vector<double> p;
  for (const FeaturePoint *candidate : candidates) {
    pulse();
    p.push_back(as_close(-apart(candidate->at.data())));
  }
  return p;
}

}  // namespace recveil::defense
