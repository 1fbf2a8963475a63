#include "defense/screen/detector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

// The three channels and the deferred share the false positive rate: a tenth of it each keeps
// batches that come later, and are a little unlike the window, below it.
constexpr double kTailShare = .1;
constexpr double kMostScore = 6;
// A batch whose middle account is this much more suspicious than the window's, in deviations, is
// corrected; beyond that it may well be an attack.
constexpr double kMostShift = 1;
constexpr double kLastPart = .75;  // of the arrivals: what comes after is new

void check_options(const DetectorOptions &options) {
  const auto refuse = [](const char *what) { throw Error(Status::argument, what); };
  if (options.method != ScreenMethod::ocsvm && options.method != ScreenMethod::full) {
    refuse("method: must be ocsvm or full");
  }
  if (!(options.false_positive_rate > 0 && options.false_positive_rate <= .5)) {
    refuse("false_positive_rate: must be above 0 and at most .5");
  }
  if (!(options.nu >= 0 && options.nu <= 1)) refuse("nu: must be from 0 to 1");
  if (!(options.gamma >= 0 && options.gamma <= 1e30)) refuse("gamma: must be from 0 to 1e30");
  if (!(options.dispersion >= 0 && options.dispersion <= 100)) {
    refuse("dispersion: must be from 0 to 100");
  }
  if (options.components < 1 || options.components > 512) {
    refuse("components: must be from 1 to 512");
  }
}

std::vector<std::uint8_t> established_items(const ScreenAccounts &window) {
  const std::size_t n = window.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!window.arrived.empty()) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return window.arrived[a] < window.arrived[b];
    });
  }
  const auto early = static_cast<std::size_t>(kLastPart * static_cast<double>(n));
  std::vector<std::uint8_t> established(window.n_items, 0);
  for (std::size_t i = 0; i < early; ++i) {
    for (const std::uint32_t item : window.row(order[i]).items) established[item] = 1;
  }
  if (!window.launched.empty() && !window.arrived.empty() && early > 0) {
    const std::int64_t last = window.arrived[order[early - 1]];
    for (std::size_t i = 0; i < window.n_items; ++i) {
      if (window.launched[i] != 0) established[i] = window.launched[i] <= last ? 1 : 0;
    }
  }
  return established;
}

double median_length(const ScreenAccounts &accounts) {
  std::vector<double> lengths(accounts.size());
  for (std::size_t u = 0; u < lengths.size(); ++u) {
    lengths[u] = static_cast<double>(accounts.row(u).size());
  }
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return *middle;
}

constexpr std::array<const char *, kScreenReasons> kTexts{
    "unlike any trusted account",
    "like the fake accounts of known attacks",
    "put together of accounts that are held",
    "pushes an item with other suspicious accounts, or is of their make",
    "pushes an established item that all its new raters give the maximum",
    "pushes an item with more raters than expected, by ordinary accounts",
    "pushes a new item that all its raters give the maximum",
};

// How much more suspicious the middle of the batch is than the middle of the window, per channel.
ChannelRow shift_of(const AccountChannels &channels, const std::vector<ChannelRow> &scores) {
  ChannelRow shift{};
  if (scores.size() < 20) return shift;
  for (std::size_t c = 0; c < kChannels; ++c) {
    std::vector<double> column(scores.size());
    for (std::size_t u = 0; u < column.size(); ++u) column[u] = scores[u][c];
    const auto middle = column.begin() + static_cast<std::ptrdiff_t>(column.size() / 2);
    std::nth_element(column.begin(), middle, column.end());
    const TailProbability &tail = channels.tail(static_cast<Channel>(c));
    shift[c] = std::clamp(*middle - tail.median(), 0.0, kMostShift * tail.deviation());
  }
  return shift;
}

}  // namespace

const char *reason_text(std::uint32_t reason) noexcept {
  for (std::uint32_t i = 0; i < kScreenReasons; ++i) {
    if (reason == 1u << i) return kTexts[i];
  }
  return nullptr;
}

const numerics::OneClassSvm &Detector::svm() const {
  return published_ != nullptr ? published_->svm() : channels_->svm();
}

Detector Detector::with_svm(numerics::OneClassSvm svm) const {
  if (published_ == nullptr) {
    throw Error(Status::unsupported, "svm: the detector is of the method full");
  }
  if (svm.cols() != published_->svm().cols()) {
    throw Error(Status::data, "svm: has " + std::to_string(svm.cols()) + " columns, not " +
                                  std::to_string(published_->svm().cols()));
  }
  Detector out = *this;
  out.published_ =
      std::make_shared<PublishedSvm>(published_->axes(), published_->mean_scores(), std::move(svm));
  return out;
}

Detector Detector::train(const ScreenAccounts &window, const DetectorOptions &options,
                         const ItemHistory *history, const ScreenProgress &progress) {
  check_options(options);
  check_accounts(window, "window");
  const ScreenProgress tell = progress ? progress : [](double, const char *) {};
  const RatingScale scale = scale_of(window);
  if (window.rated() && !(scale.highest > scale.lowest)) {
    throw Error(Status::argument, "window.ratings: are all equal; leave them out");
  }
  Detector out;
  out.options_ = options;
  out.training_accounts_ = window.size();
  if (out.options_.nu <= 0) out.options_.nu = options.method == ScreenMethod::full ? .03 : .003;
  tell(0, "item history");
  out.history_ = ItemHistory(window, scale);
  if (history != nullptr) {
    if (history->n_items() != window.n_items || history->scale.rated != scale.rated) {
      throw Error(Status::argument, "history: is not of the window's items");
    }
    out.history_ = *history;
    out.history_.scale = scale;
  }
  if (options.method == ScreenMethod::ocsvm) {
    out.published_ = std::make_shared<PublishedSvm>(
        window, PublishedOptions{out.options_.nu, options.gamma, options.components, options.seed});
    tell(1, "trained");
    return out;
  }
  out.channels_ = std::make_shared<AccountChannels>(
      window, out.history_,
      ChannelOptions{out.options_.nu, options.gamma, options.components, options.seed,
                     options.left_out_family},
      tell);
  out.excess_ =
      ExcessTest(out.history_,
                 options.dispersion > 0 ? options.dispersion : arrival_dispersion(window, scale));
  out.baseline_ = GroupBaseline(window, out.history_, out.channels_->trusted_p());
  out.established_ = established_items(window);
  out.median_length_ = median_length(window);
  tell(1, "trained");
  return out;
}

void Detector::check_batch(const ScreenAccounts &batch) const {
  check_accounts(batch, "batch");
  if (batch.n_items != n_items()) {
    throw Error(Status::argument, "batch.n_items: is not that of the window");
  }
  if (!batch.items.empty() && batch.rated() != rated()) {
    throw Error(Status::argument, rated() ? "batch.ratings: are missing, the window had them"
                                          : "batch.ratings: the window had none");
  }
}

ScreenReport Detector::screen_published(const ScreenAccounts &batch) const {
  ScreenReport report;
  for (std::size_t u = 0; u < batch.size(); ++u) {
    const double decision = published_->decision(batch.row(u));
    AccountVerdict verdict;
    verdict.score = static_cast<float>(-decision);
    if (decision < 0) {
      verdict.decision = AccountDecision::quarantine;
      verdict.reasons = kReasonUnlike;
    }
    report.accounts.push_back(verdict);
  }
  return report;
}

ScreenReport Detector::screen(const ScreenAccounts &batch, const ScreenCarry *carry, double keep,
                              std::span<const float> counted,
                              const ScreenProgress &progress) const {
  check_batch(batch);
  if (published_ != nullptr) return screen_published(batch);
  if (carry != nullptr && !carry->empty() && carry->n_items() != n_items()) {
    throw Error(Status::argument, "carry: is of another number of items");
  }
  if (!(keep >= 0 && keep <= 1)) throw Error(Status::argument, "keep: must be from 0 to 1");
  const std::size_t n = batch.size();
  if (!counted.empty() && counted.size() != n) {
    throw Error(Status::argument, "counted: must have one element an account");
  }
  std::vector<ChannelRow> scores(n);
  auto scratch = channels_->scratch();
  for (std::size_t u = 0; u < n; ++u) {
    if (progress && u % 1024 == 0) {
      progress(.9 * static_cast<double>(u) / static_cast<double>(n), "accounts");
    }
    // An account without interactions says nothing.
    if (batch.row(u).size() > 0) scores[u] = channels_->scores(batch.row(u), history_, scratch);
  }
  const ChannelRow shift = shift_of(*channels_, scores);
  std::vector<ChannelRow> p(n), z(n);
  for (std::size_t u = 0; u < n; ++u) {
    if (batch.row(u).size() == 0) {
      p[u].fill(1);
      z[u].fill(0);
      continue;
    }
    for (std::size_t c = 0; c < kChannels; ++c) scores[u][c] -= shift[c];
    p[u] = channels_->p(scores[u]);
    for (std::size_t c = 0; c < kChannels; ++c) z[u][c] = normal_score(p[u][c]);
  }
  if (progress) progress(.9, "coordination");
  ScreenCarry of_others;
  if (carry != nullptr && !carry->empty() && !counted.empty()) {
    of_others = *carry;
    for (std::size_t u = 0; u < n; ++u) {
      const auto weight = static_cast<double>(counted[u]);
      if (weight > 0) of_others.remove(batch.row(u), history_.scale, z[u], weight);
    }
    carry = &of_others;
  }
  BatchSums sums;
  const CoordinationResult group = coordinate({batch, history_, *channels_, excess_, baseline_,
                                               established_, shift, z, median_length_, carry},
                                              &sums);

  ScreenReport report;
  report.findings = group.findings;
  if (carry != nullptr) report.carry = *carry;
  report.carry.add(sums.counts, sums.sums, keep);
  const double tail = options_.false_positive_rate * kTailShare;
  for (std::size_t u = 0; u < n; ++u) {
    AccountVerdict verdict;
    for (std::size_t c = 0; c < kChannels; ++c) {
      if (p[u][c] <= tail) verdict.reasons |= 1u << c;
    }
    const bool alone = verdict.reasons != 0;
    if (group.quarantine[u] != 0) {
      verdict.reasons |= group.unanimous[u] != 0 ? kReasonUnanimous : kReasonCoordinated;
    } else if (group.defer[u] != 0) {
      verdict.reasons |= group.unanimous[u] != 0 ? kReasonLaunch : kReasonTrend;
    }
    if (alone || group.quarantine[u] != 0) {
      verdict.decision = AccountDecision::quarantine;
    } else if (group.defer[u] != 0) {
      verdict.decision = AccountDecision::defer;
    }
    const double smallest = *std::min_element(p[u].begin(), p[u].end());
    const double own = -std::log10(std::min(1.0, static_cast<double>(kChannels) * smallest));
    const double joint = kMostScore * static_cast<double>(group.posterior[u]);
    verdict.score = static_cast<float>(std::clamp(std::max(own, joint), 0.0, kMostScore));
    report.accounts.push_back(verdict);
  }
  return report;
}

}  // namespace recveil::defense
