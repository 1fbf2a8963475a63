#include "audit/screening_clean.h"

#include <algorithm>
#include <cmath>

#include "audit/screening_campaigns.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kBatchesOfASize = 2;

// Labels drawn at random in place of the fakes'.
void label_at_random(const Screened &screened, std::uint64_t seed, CleanOutcome &out) {
  const std::size_t n = screened.decision.size(), fakes = n / 5;
  std::vector<std::uint8_t> label(n, 0);
  std::fill_n(label.begin(), fakes, std::uint8_t{1});
  Rng rng(seed, 4);
  rng.shuffle(label);
  std::vector<double> planted, others;
  for (std::size_t u = 0; u < n; ++u) {
    (label[u] != 0 ? planted : others).push_back(screened.score[u]);
  }
  const auto n1 = static_cast<double>(planted.size()), n0 = static_cast<double>(others.size());
  out.random_auc.push_back(numerics::auc(planted, others).value);
  out.random_variance.push_back((n1 + n0 + 1) / (12 * n1 * n0));
  out.random_caught |= outcome_of(screened.decision, label).caught();
}

}  // namespace

void PeopleTally::Counts::operator+=(const Counts &other) {
  screened += other.screened;
  quarantined += other.quarantined;
  deferred += other.deferred;
}

void PeopleTally::add(std::span<const std::uint32_t> users, std::span<const Decision> decisions) {
  const auto count = [&](Decision what) {
    return static_cast<std::size_t>(std::count(decisions.begin(), decisions.end(), what));
  };
  PeopleTally batch;
  batch.met_.insert(users.begin(), users.end());
  batch.batches_ = 1;
  Repeat &repeat = batch.repeats_.emplace_back();
  repeat.counts = {decisions.size(), count(Decision::quarantine), count(Decision::defer)};
  for (std::size_t i = 0; i < users.size(); ++i) {
    repeat.decided.emplace_back(users[i], decisions[i]);
  }
  join(batch);
}

void PeopleTally::join(const PeopleTally &same_repeat) {
  if (same_repeat.repeats_.empty()) return;
  if (repeats_.empty()) repeats_.emplace_back();
  met_.insert(same_repeat.met_.begin(), same_repeat.met_.end());
  batches_ += same_repeat.batches_;
  const Repeat &more = same_repeat.repeats_.back();
  Repeat &repeat = repeats_.back();
  repeat.counts += more.counts;
  repeat.decided.insert(repeat.decided.end(), more.decided.begin(), more.decided.end());
}

PeopleTally PeopleTally::only(const std::function<bool(std::uint32_t)> &holds) const {
  PeopleTally out;
  for (const Repeat &repeat : repeats_) {
    std::vector<std::uint32_t> users;
    std::vector<Decision> decisions;
    for (const auto &[user, decision] : repeat.decided) {
      if (!holds(user)) continue;
      users.push_back(user);
      decisions.push_back(decision);
    }
    if (users.empty()) continue;
    PeopleTally one;
    one.add(users, decisions);
    out += one;
  }
  return out;
}

PeopleTally &PeopleTally::operator+=(const PeopleTally &others) {
  met_.insert(others.met_.begin(), others.met_.end());
  batches_ += others.batches_;
  repeats_.insert(repeats_.end(), others.repeats_.begin(), others.repeats_.end());
  return *this;
}

PeopleTally::Counts PeopleTally::sum() const {
  Counts out;
  for (const Repeat &repeat : repeats_) out += repeat.counts;
  return out;
}

Estimate PeopleTally::rate(std::size_t Counts::*hits, double alpha) const {
  const Counts all = sum();
  const double value = static_cast<double>(all.*hits) / static_cast<double>(all.screened);
  // How many people that is. Between whole numbers the bounds are those of the next one, which are
  // wider.
  const double hit = value * static_cast<double>(people());
  const auto least = static_cast<std::size_t>(hit);
  const std::size_t most = std::min(people(), static_cast<std::size_t>(std::ceil(hit)));
  Estimate out{value, numerics::clopper_pearson(least, people(), alpha).lo,
               numerics::clopper_pearson(most, people(), alpha).hi};
  if (repeats_.size() > 1) {
    std::vector<double> shares;
    for (const Repeat &repeat : repeats_) {
      shares.push_back(static_cast<double>(repeat.counts.*hits) /
                       static_cast<double>(repeat.counts.screened));
    }
    const Estimate spread = numerics::split_mean(shares, alpha);
    out.lo = std::max(0.0, std::min(out.lo, value - (spread.value - spread.lo)));
    out.hi = std::min(1.0, std::max(out.hi, value + (spread.hi - spread.value)));
  }
  return out;
}

Estimate PeopleTally::quarantine_rate(double alpha) const {
  return rate(&Counts::quarantined, alpha);
}

Estimate PeopleTally::defer_rate(double alpha) const {
  return rate(&Counts::deferred, alpha);
}

std::size_t largest_batch(const ScreeningRequest &request, std::size_t n_users) {
  std::size_t out = 0;
  for (const std::uint32_t size : request.batches) {
    if (3 * std::size_t{size} <= n_users) out = std::max<std::size_t>(out, size);
  }
  return out;
}

CleanOutcome screen_clean(const ScreeningRequest &request, const Crowd &all, const Parts &parts,
                          std::uint64_t seed) {
  CleanOutcome out;
  out.by_size.resize(request.batches.size());
  const auto defense = train_defense(request.defense, select(all, parts.window), seed);
  const std::span<const std::uint32_t> people(parts.batch);
  for (std::size_t s = 0; s < request.batches.size(); ++s) {
    const std::size_t size = request.batches[s];
    for (std::size_t b = 0; b < kBatchesOfASize && (b + 1) * size <= people.size(); ++b) {
      const auto users = people.subspan(b * size, size);
      const Screened screened = defense->screen(select(all, users));
      out.by_size[s].add(users, screened.decision);
      label_at_random(screened, seed_of(seed, s, b), out);
    }
  }
  return out;
}

}  // namespace recveil::audit
