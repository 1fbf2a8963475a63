#include "defense/screen/screen_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/watch.h"
#include "defense/screen/tail_probability.h"

namespace recveil::defense {
namespace {

// The three channels and the deferred share the false positive rate: a tenth of it each keeps
// batches that come later, and are a little unlike the window, below it.
constexpr double kTailShare = .1;
constexpr double kMostScore = 6;
constexpr double kLeastDoubt = 1.3;  // -log10 of .05
// A batch whose middle account is this much more suspicious than the window's, in deviations, is
// corrected; beyond that it may well be an attack.
constexpr double kMostShift = 1;
constexpr double kLastPart = .75;  // of the arrivals: what comes after is new

void check_options(const ScreenModelOptions &options) {
  const auto refuse = [](const char *what) { throw Error(Status::argument, what); };
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
  if (!window.arrived_at.empty()) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return window.arrived_at[a] < window.arrived_at[b];
    });
  }
  const auto early = static_cast<std::size_t>(kLastPart * static_cast<double>(n));
  std::vector<std::uint8_t> established(window.n_items, 0);
  for (std::size_t i = 0; i < early; ++i) {
    for (const std::uint32_t item : window.row(order[i]).items) established[item] = 1;
  }
  if (!window.launched_at.empty() && !window.arrived_at.empty() && early > 0) {
    const std::int64_t last = window.arrived_at[order[early - 1]];
    for (std::size_t i = 0; i < window.n_items; ++i) {
      if (window.launched_at[i] != 0) established[i] = window.launched_at[i] <= last ? 1 : 0;
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
    "composed of accounts that are held",
    "in a campaign: pushes its target with other suspicious accounts, or has the same generator",
    "pushes an established item to the extreme rating that all its new raters give",
    "pushes an item with more raters than expected, by ordinary accounts",
    "pushes a new item to the extreme rating that all its raters give",
};

// How much more suspicious the median account of the batch is than that of the window, per channel.
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

const numerics::OneClassSvm &ScreenModel::svm() const {
  return published_ != nullptr ? published_->svm() : channels_->svm();
}

ScreenModel ScreenModel::train(const ScreenAccounts &window, const ScreenModelOptions &options,
                               const ItemHistory *history) {
  check_options(options);
  ScreenModel out;
  out.limits_ = options.limits.value_or(any_ratings(window));
  check_accounts(window, out.limits_, "window");
  const RatingScale scale = scale_of(window);
  if (window.rated() && !(scale.highest > scale.lowest)) {
    throw Error(Status::argument, "window.ratings: are all equal; leave them out");
  }
  out.options_ = options;
  out.options_.nu = nu_in_use(options.method, options.nu);
  out.n_training_accounts_ = window.size();
  report_progress(0, "item history");
  out.history_ = ItemHistory(window, scale);
  if (history != nullptr) {
    if (history->n_items() != window.n_items || history->scale.rated != scale.rated) {
      throw Error(Status::argument, "history: has other items than the window");
    }
    out.history_ = *history;
    out.history_.scale = scale;
  }
  if (options.method == ScreenMethod::ocsvm) {
    out.published_ = std::make_shared<PublishedSvm>(
        window, PublishedOptions{out.options_.nu, options.gamma, options.components, options.seed});
    report_progress(1, "trained");
    return out;
  }
  out.channels_ = std::make_shared<AccountChannels>(
      window, out.history_,
      ChannelOptions{out.options_.nu, options.gamma, options.components, options.seed,
                     options.left_out_family});
  out.excess_ =
      ExcessTest(out.history_,
                 options.dispersion > 0 ? options.dispersion : arrival_dispersion(window, scale));
  out.baseline_ = GroupBaseline(window, out.history_, out.channels_->trusted_p());
  out.established_ = established_items(window);
  out.median_length_ = median_length(window);
  if (options.push_down && window.rated()) {
    out.look_down(
        GroupBaseline(window, out.history_.mirrored(), out.channels_->trusted_p(), Side::down));
  }
  report_progress(1, "trained");
  return out;
}

void ScreenModel::look_down(GroupBaseline baseline) {
  Direction down{history_.mirrored(), {}, std::move(baseline)};
  down.excess = ExcessTest(down.history, excess_.alpha());
  down_ = std::move(down);
}

void ScreenModel::check_batch(const ScreenAccounts &batch, const BatchContext &context) const {
  check_accounts(batch, limits_, "accounts");
  const auto refuse = [](const char *what) { throw Error(Status::argument, what); };
  if (batch.n_items != n_items()) refuse("accounts.n_items: is not that of the window");
  for (const ScreenCarry *carry : {context.carry, context.carry_down}) {
    if (carry != nullptr && !carry->empty() && carry->n_items() != n_items()) {
      refuse("carry: has another number of items");
    }
  }
  if (!(context.keep >= 0 && context.keep <= 1)) refuse("keep: must be from 0 to 1");
  if (!context.carried.empty() && (context.carried.size() != batch.items.size() ||
                                   context.carried_accounts.size() != batch.size())) {
    refuse("carried: must have one element per interaction, and per account");
  }
}

ScreenReport ScreenModel::screen_published(const ScreenAccounts &batch) const {
  ScreenReport report;
  for (std::size_t u = 0; u < batch.size(); ++u) {
    pulse();
    const double decision = published_->decision(batch.row(u));
    AccountVerdict verdict;
    verdict.score = static_cast<float>(-decision);
    if (decision < 0) {
      verdict.decision = ScreenDecision::quarantine;
      verdict.reasons = kReasonUnlike;
      verdict.weight = 0;
    }
    report.accounts.push_back(verdict);
  }
  return report;
}

// The accounts of a batch by their own channels.
struct ScreenModel::Scored {
  ChannelRow shift;              // taken off the scores
  std::vector<ChannelRow> p, z;  // p values and their normal scores
};

ScreenModel::Scored ScreenModel::score(const ScreenAccounts &batch,
                                       const JudgedPart &judged) const {
  const std::size_t n = batch.size();
  std::vector<ChannelRow> scores(n), of_newcomers;
  auto scratch = channels_->scratch();
  for (std::size_t u = 0; u < n; ++u) {
    pulse();
    if (u % 1024 == 0) {
      report_progress(.9 * static_cast<double>(u) / static_cast<double>(n), "accounts");
    }
    // An account that did nothing says nothing.
    if (!judged.unchanged(u)) scores[u] = channels_->scores(judged.view(u), history_, scratch);
    if (!judged.known(u)) of_newcomers.push_back(scores[u]);
  }
  Scored out{shift_of(*channels_, of_newcomers), {}, {}};
  out.p.resize(n);
  out.z.resize(n);
  for (std::size_t u = 0; u < n; ++u) {
    if (judged.unchanged(u)) {
      out.p[u].fill(1);
      out.z[u].fill(0);
      continue;
    }
    for (std::size_t c = 0; c < kChannels; ++c) scores[u][c] -= out.shift[c];
    const auto one = channels_->judged(scores[u], judged.view(u).own);
    out.p[u] = one.p;
    out.z[u] = one.z;
  }
  return out;
}

// What other accounts left.
ScreenCarry ScreenModel::of_others(const ScreenAccounts &batch, const BatchContext &context,
                                   const Scored &scored, bool down) const {
  const ScreenCarry *carry = down ? context.carry_down : context.carry;
  if (carry == nullptr || carry->empty()) return {};
  ScreenCarry out = *carry;
  for (std::size_t u = 0; u < batch.size() && !context.carried.empty(); ++u) {
    const auto items = batch.row(u).items;
    out.remove(items, context.carried.subspan(batch.offsets[u], items.size()), history_.scale,
               scored.z[u], static_cast<double>(context.carried_accounts[u]), down);
  }
  return out;
}

CoordinationInput ScreenModel::input_of(const ScreenAccounts &batch, const JudgedPart &judged,
                                        const Scored &scored, const Direction *down,
                                        std::span<const std::uint8_t> explained,
                                        const ScreenCarry *carry) const {
  const bool up = down == nullptr;
  const double mean_length = history_.interactions / std::max(1.0, history_.accounts);
  return {batch,
          judged,
          history_,
          up ? history_ : down->history,
          *channels_,
          up ? excess_ : down->excess,
          up ? baseline_ : down->baseline,
          established_,
          scored.shift,
          scored.z,
          median_length_,
          mean_length,
          carry,
          explained,
          up ? kCoordinationLevels : kDownLevels,
          up ? Side::up : Side::down};
}

CoordinationResult ScreenModel::coordinate_one(const CoordinationInput &in, ScreenCarry *carry,
                                               double keep, ScreenReport *report) const {
  BatchSums sums;
  CoordinationResult out = coordinate(in, &sums);
  for (ItemFinding &finding : out.findings) finding.down = in.side == Side::down;
  carry->add(sums.counts, sums.sums, keep);
  report->weights.assign(sums.weights.begin(), sums.weights.end());
  return out;
}

AccountVerdict ScreenModel::verdict(const ChannelRow &p, const CoordinationResult &group,
                                    std::size_t account) const {
  AccountVerdict out;
  const double tail = options_.false_positive_rate * kTailShare;
  for (std::size_t c = 0; c < kChannels; ++c) {
    if (p[c] <= tail) out.reasons |= 1u << c;
  }
  const bool alone = out.reasons != 0, unanimous = group.unanimous[account] != 0;
  if (group.quarantine[account] != 0) {
    out.reasons |= unanimous ? kReasonUnanimous : kReasonCoordinated;
  } else if (group.defer[account] != 0) {
    out.reasons |= unanimous ? kReasonLaunch : kReasonTrend;
  }
  if (alone || group.quarantine[account] != 0) {
    out.decision = ScreenDecision::quarantine;
  } else if (group.defer[account] != 0) {
    out.decision = ScreenDecision::defer;
  }
  const double smallest = *std::min_element(p.begin(), p.end());
  const double own = -std::log10(std::min(1.0, static_cast<double>(kChannels) * smallest));
  const double joint = kMostScore * static_cast<double>(group.posterior[account]);
  out.score = static_cast<float>(std::clamp(std::max(own, joint), 0.0, kMostScore));
  const double doubt = std::clamp((own - kLeastDoubt) / (kMostScore - kLeastDoubt), 0.0, 1.0);
  out.posterior = group.posterior[account];
  out.weight = static_cast<float>((1 - doubt) * (1 - static_cast<double>(out.posterior)));
  for (std::size_t c = 0; c < kChannels; ++c) out.p[c] = static_cast<float>(p[c]);
  out.finding = group.finding[account];
  return out;
}

ScreenReport ScreenModel::screen(const ScreenAccounts &batch, const BatchContext &context) const {
  check_batch(batch, context);
  if (published_ != nullptr) return screen_published(batch);
  const JudgedPart judged(batch, *channels_, history_, context.all_counted);
  const Scored scored = score(batch, judged);
  report_progress(.9, "coordination");
  ScreenReport report;
  report.carry = of_others(batch, context, scored, false);
  CoordinationResult group =
      coordinate_one(input_of(batch, judged, scored, nullptr, {}, &report.carry), &report.carry,
                     context.keep, &report);
  if (down_.has_value()) {
    std::vector<float> ratings;
    ratings.reserve(batch.ratings.size());
    for (const float rating : batch.ratings) ratings.push_back(history_.scale.mirrored(rating));
    ScreenAccounts mirrored = batch;
    mirrored.ratings = ratings;
    report.carry_down = of_others(batch, context, scored, true);
    group.add(coordinate_one(
        input_of(mirrored, judged, scored, &*down_, group.quarantine, &report.carry_down),
        &report.carry_down, context.keep, &report));
  }
  group.add(coordinate_crowds(input_of(batch, judged, scored, nullptr, group.quarantine, nullptr)));
  report.findings = group.findings;
  report.added = judged.all_added();
  for (std::size_t u = 0; u < batch.size(); ++u) {
    report.accounts.push_back(verdict(scored.p[u], group, u));
  }
  return report;
}

}  // namespace recveil::defense
