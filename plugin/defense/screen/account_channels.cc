#include "defense/screen/account_channels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "defense/screen/channel_parts.h"
#include "defense/screen/family_fakes.h"
#include "defense/screen/judged_part.h"
#include "numerics/gram_gamma.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kFolds = 5;
constexpr double kRidge = 3;  // of the family classifier, C = 1/6

std::span<const std::uint8_t> behaviour_in_use(bool rated) {
  const auto all = features_in_use(rated);
  return all.first(all.size() - 2);  // cover comes last
}

// The z and their products: fakes of a family are odd in combinations.
std::vector<float> products(const FeatureRow &z, bool rated) {
  const auto used = behaviour_in_use(rated);
  std::vector<float> x;
  x.reserve(used.size() * (used.size() + 3) / 2);
  const auto at = [&](std::size_t i) {
    return static_cast<float>(std::clamp(z[used[i]], -4.0, 4.0));
  };
  for (std::size_t i = 0; i < used.size(); ++i) x.push_back(at(i));
  for (std::size_t i = 0; i < used.size(); ++i) {
    for (std::size_t j = i; j < used.size(); ++j) x.push_back(at(i) * at(j) / 3);
  }
  return x;
}

void append(Matrix &matrix, const std::vector<float> &row) {
  matrix.cols = row.size();
  matrix.data.insert(matrix.data.end(), row.begin(), row.end());
  ++matrix.rows;
}

struct Training {
  std::vector<std::uint32_t> fold;                     // of each account
  std::vector<std::uint32_t> in[kFolds], out[kFolds];  // rows of a fold, and the others
};

// The accounts of one person are in one fold.
Training deal(const KnownAccounts &known, std::size_t n, std::uint64_t seed) {
  Training training;
  Rng rng(seed, 90);
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  rng.shuffle(order);
  training.fold.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    training.fold[order[i]] = static_cast<std::uint32_t>(i % kFolds);
  }
  for (std::size_t u = 0; u < n && !known.persons().empty(); ++u) {
    training.fold[u] = training.fold[known.own_rows(known.ids()[u], known.persons()[u]).rows[0]];
  }
  for (std::uint32_t u = 0; u < n; ++u) {
    for (std::size_t f = 0; f < kFolds; ++f) {
      (training.fold[u] == f ? training.in : training.out)[f].push_back(u);
    }
  }
  return training;
}

}  // namespace

std::vector<float> AccountChannels::svm_columns(const FeatureRow &z) const {
  std::vector<float> x;
  for (const std::uint8_t f : behaviour_in_use(rated_)) x.push_back(static_cast<float>(z[f]));
  return x;
}

AccountChannels::AccountChannels(const ScreenAccounts &window, const ItemHistory &history,
                                 const ChannelOptions &options)
    : rated_(history.scale.rated), cover_(window, history.scale), known_(window) {
  const std::size_t n = window.size();
  if (n < 10 * kFolds) throw Error(Status::data, "window: fewer than 50 accounts");
  const Training training = deal(known_, n, options.seed);
  std::vector<std::uint32_t> self(n);
  std::iota(self.begin(), self.end(), 0u);
  const auto own_of = [&](std::size_t u) {
    if (window.ids.empty()) return OwnRows{self[u], {&self[u], 1}};
    return known_.own_rows(window, u);
  };
  std::vector<FeatureRow> features(n);
  for (std::size_t f = 0; f < kFolds; ++f) {
    report_progress(.1 + .1 * static_cast<double>(f), "principal components");
    const TasteAxes axes(window, training.out[f], options.components, options.seed + f);
    for (const std::uint32_t u : training.in[f]) {
      pulse();
      features[u] =
          behaviour(window.row(u), history, axes, own_counts(window.row(u), own_of(u), cover_));
    }
    if (f == 0) axes_ = axes;
  }
  report_progress(.6, "cover by trusted accounts");
  auto scratch = cover_.scratch();
  for (std::size_t u = 0; u < n; ++u) {
    pulse();
    std::tie(features[u][kCoverOne], features[u][kCoverTwo]) =
        cover_.cover(window.row(u), own_of(u), scratch);
  }
  norm_ = LengthNorm(features);
  const std::vector<FeatureRow> z = norm_.trusted_z(features);

  report_progress(.65, "similarity of trusted accounts");
  similarity_ = SimilarityTest(window, history, z);

  report_progress(.7, "fakes of known families");
  const OwnedAccounts fakes =
      family_fakes(window, history, training.in[0], std::max<std::size_t>(8, n / 40), options.seed,
                   options.left_out_family);
  const ScreenAccounts fake_rows = fakes.view(window.n_items);
  Matrix fake_x;
  for (std::size_t i = 0; i < fakes.size(); ++i) {
    append(fake_x, products(norm_.z(behaviour(fake_rows.row(i), history, axes_, {})), rated_));
  }
  const auto fit_families = [&](const std::vector<std::uint32_t> &rows) {
    Matrix x = fake_x;
    std::vector<std::uint8_t> y(fake_x.rows, 1);
    for (const std::uint32_t u : rows) append(x, products(z[u], rated_));
    y.resize(x.rows, 0);
    return numerics::fit_logistic(x, y, kRidge);
  };
  const auto matrix_of = [&](const std::vector<std::uint32_t> &rows) {
    Matrix x;
    for (const std::uint32_t u : rows) append(x, svm_columns(z[u]));
    return x;
  };
  std::vector<std::uint32_t> everybody(n);
  std::iota(everybody.begin(), everybody.end(), 0u);
  const Matrix all = matrix_of(everybody);
  numerics::OneClassOptions svm_options;
  svm_options.nu = options.nu;
  svm_options.gamma =
      options.gamma > 0 ? options.gamma : numerics::gram_variance_gamma(all, options.seed);

  std::array<std::vector<double>, kChannels> reference;
  for (auto &scores : reference) scores.resize(n);
  for (std::size_t f = 0; f < kFolds; ++f) {
    report_progress(.75 + .04 * static_cast<double>(f), "cross-fitted scores");
    const auto svm = numerics::train_one_class(matrix_of(training.out[f]), svm_options).svm;
    const auto families = fit_families(training.out[f]);
    for (const std::uint32_t u : training.in[f]) {
      pulse();
      reference[0][u] = -svm.decision(svm_columns(z[u]));
      reference[1][u] = families.decision(products(z[u], rated_));
      reference[2][u] = z[u][kCoverTwo];
    }
  }
  svm_ = numerics::train_one_class(all, svm_options).svm;
  families_ = fit_families(everybody);
  for (std::size_t c = 0; c < kChannels; ++c) tails_[c] = TailProbability(reference[c]);
  trusted_p_.resize(n);
  for (std::size_t u = 0; u < n; ++u) {
    trusted_p_[u] = p({reference[0][u], reference[1][u], reference[2][u]});
  }
}

AccountChannels::AccountChannels(Parts parts)
    : rated_(parts.rated),
      axes_(std::move(parts.axes)),
      norm_(std::move(parts.norm)),
      cover_(std::move(parts.cover)),
      known_(std::move(parts.ids), std::move(parts.persons)),
      similarity_(std::move(parts.similarity)),
      svm_(std::move(parts.svm)),
      families_(std::move(parts.families)),
      trusted_p_(std::move(parts.trusted_p)) {
  for (std::size_t c = 0; c < kChannels; ++c) {
    tails_[c] = TailProbability(std::move(parts.scores[c]));
  }
}

AccountChannels::Parts AccountChannels::parts() const {
  numerics::OneClassSvm svm(svm_->support(), {svm_->alpha().begin(), svm_->alpha().end()},
                            svm_->gamma(), svm_->rho());
  Parts out{rated_,    axes_, norm_,      cover_,       similarity_,     std::move(svm),
            families_, {},    trusted_p_, known_.ids(), known_.persons()};
  for (std::size_t c = 0; c < kChannels; ++c) {
    out.scores[c].assign(tails_[c].scores().begin(), tails_[c].scores().end());
  }
  return out;
}

ChannelRow AccountChannels::scores(const AccountView &account, const ItemHistory &history,
                                   CoverIndex::Scratch &scratch, FeatureRow *all) const {
  FeatureRow features = behaviour(account.row, history, axes_, account.counts);
  std::tie(features[kCoverOne], features[kCoverTwo]) =
      cover_.cover(account.row, account.own, scratch);
  const FeatureRow z = norm_.z(features);
  if (all != nullptr) *all = z;
  return {-svm_->decision(svm_columns(z)), families_.decision(products(z, rated_)), z[kCoverTwo]};
}

AccountChannels::Judged AccountChannels::judged(const ChannelRow &scores,
                                                const OwnRows &own) const {
  Judged out{p(scores), {}};
  for (std::size_t c = 0; c < kChannels; ++c) {
    out.z[c] = normal_score(out.p[c]);
    if (own.own == OwnRows::kNone) continue;
    const double past = std::max(0.0, normal_score(trusted_p_[own.own][c]));
    if (past <= 0) continue;
    out.z[c] -= past;
    out.p[c] = upper_normal(out.z[c]);
  }
  return out;
}

ChannelRow AccountChannels::p(const ChannelRow &scores) const {
  ChannelRow out{};
  for (std::size_t c = 0; c < kChannels; ++c) out[c] = tails_[c](scores[c]);
  return out;
}

}  // namespace recveil::defense
