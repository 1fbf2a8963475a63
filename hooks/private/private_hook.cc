#include "hooks/private/private_hook.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/error.h"
#include "core/watch.h"
#include "defense/private/accountant.h"
#include "defense/private/catalogue.h"
#include "defense/private/denoise.h"
#include "defense/private/release.h"
#include "state/sealed.h"

namespace recveil::hooks {
namespace {

using defense::StatisticsBlock;

constexpr std::size_t kFactors = 64;
constexpr char kMarkMagic[] = "RVLEDGM1";

void need_kind(const StatisticsBlock &block, bool gram) {
  if (block.is_gram() == gram) return;
  throw Error(Status::data, gram ? "gram: these statistics are counts; pass those that were made "
                                   "with the catalogue"
                                 : "counts: these statistics have a catalogue; pass those without");
}

}  // namespace

PrivateHook::PrivateHook(const config::PrivatePolicy &policy, const Key &master,
                         const std::string &state_dir, const Host &host)
    : policy_(policy), master_(master), host_(host) {
  if (!state_dir.empty()) marks_.emplace(state_dir, "ledger", "LEDGER", "ledger.lock");
}

journal::Ledger PrivateHook::ledger(const Policy &policy) const {
  journal::Ledger out(policy.ledger, master_);
  if (!marks_) return out;
  const auto newest = marks_->newer_than(0);
  if (!newest) return out;
  const Key key = state_key(master_);
  state::SealedReader in(newest->bytes, kMarkMagic, key, newest->path);
  journal::LedgerMark mark;
  mark.n_entries = in.number();
  const std::string_view mac = in.text();
  if (mac.size() != mark.mac.size()) in.damaged();
  std::copy(mac.begin(), mac.end(), mark.mac.begin());
  in.finish();
  out.need(mark);
  return out;
}

// After the ledger and before the noise: a crash between leaves a mark that the ledger went on
// from.
void PrivateHook::remember(const journal::Ledger &ledger) const {
  if (!marks_) return;
  const state::VersionedFiles::PublisherLock lock(*marks_);
  const journal::LedgerMark mark = ledger.mark();
  const auto newest = marks_->newer_than(0);
  if (newest && newest->version >= mark.n_entries) return;
  state::SealedWriter out(kMarkMagic);
  out.number(mark.n_entries);
  out.text({reinterpret_cast<const char *>(mark.mac.data()), mark.mac.size()});
  marks_->write(mark.n_entries, std::move(out).seal(state_key(master_)));
}

void PrivateHook::set_policy(const config::PrivatePolicy &policy) {
  const std::lock_guard lock(lock_);
  policy_ = policy;
}

bool PrivateHook::has_ledger() const {
  const std::lock_guard lock(lock_);
  return !policy_.ledger.empty();
}

PrivateHook::Policy PrivateHook::policy() const {
  Policy out;
  {
    const std::lock_guard lock(lock_);
    static_cast<config::PrivatePolicy &>(out) = policy_;
  }
  if (out.ledger.empty()) {
    throw Error(Status::config,
                "private.ledger: missing: name the file that private releases are "
                "accounted for in");
  }
  if (!(out.mu > 0) && !(out.epsilon > 0)) {
    throw Error(Status::config, "private.mu: missing: give mu, or epsilon and delta");
  }
  if (out.epsilon > 0) out.mu = defense::mu_of(out.epsilon, out.delta);
  out.mu_release = out.mu / std::sqrt(static_cast<double>(out.releases));
  return out;
}

PrivateBudget PrivateHook::budget() const {
  const Policy policy = this->policy();
  const auto releases = ledger(policy).releases();
  PrivateBudget out;
  out.mu = policy.mu;
  out.mu_release = policy.mu_release;
  out.mu_spent = journal::spent(releases);
  out.delta = policy.delta;
  out.people = policy.people;
  out.n_releases = releases.size();
  const double left = policy.mu * policy.mu - out.mu_spent * out.mu_spent;
  const double each = policy.mu_release * policy.mu_release;
  const bool closed = !releases.empty() && (policy.train_once || releases.back().last);
  out.n_left =
      closed ? 0 : static_cast<std::uint64_t>(std::max(0.0, std::floor(left / each + 1e-9)));
  return out;
}

std::size_t PrivateHook::catalogue_size(std::uint32_t n_items) const {
  const Policy policy = this->policy();
  if (policy.catalogue > 0) return std::min<std::size_t>(policy.catalogue, n_items);
  return defense::catalogue_size(policy.people, policy.mu_release, n_items);
}

std::vector<std::int64_t> PrivateHook::noisy_counts(std::uint64_t release, double mu,
                                                    const StatisticsBlock &counts) const {
  return defense::noisy_counts(counts.sums(), master_, release, defense::split_budget(mu).counts);
}

std::vector<std::uint32_t> PrivateHook::catalogue(std::uint64_t release,
                                                  const StatisticsBlock &counts) const {
  need_kind(counts, false);
  const Policy policy = this->policy();
  if (counts.n_people() < policy.people) {
    throw Error(Status::data, "counts: of " + std::to_string(counts.n_people()) +
                                  " people, fewer people than private.people, which is " +
                                  std::to_string(policy.people) + "; nothing was released");
  }
  counts.check();
  const std::size_t n = catalogue_size(counts.n_items());
  report_progress(0, "booking the release");
  const journal::Ledger ledger = this->ledger(policy);
  ledger.book(release, policy.mu_release, ledger.digest(counts.stored()), policy.mu, host_.now(),
              policy.train_once);
  remember(ledger);
  report_progress(.1, "drawing the noise of the counts");
  return defense::largest_counts(noisy_counts(release, policy.mu_release, counts), n);
}

defense::ItemModel PrivateHook::train(const PrivateTraining &training,
                                      const StatisticsBlock &counts,
                                      const StatisticsBlock &gram) const {
  need_kind(counts, false);
  need_kind(gram, true);
  counts.check();
  gram.check();
  if (counts.n_items() != gram.n_items() || counts.n_people() != gram.n_people()) {
    throw Error(Status::data, "gram: of other people or items than counts");
  }
  const std::size_t n = gram.catalogue().size();
  if (n < defense::kLeastAbove) throw Error(Status::argument, "gram: a catalogue of so few items");
  if (training.d > n) throw Error(Status::argument, "d: is above the items of the catalogue");
  const Policy policy = this->policy();
  const journal::Ledger ledger = this->ledger(policy);
  report_progress(0, "checking the ledger");
  const auto releases = ledger.releases();
  const bool booked = training.release >= 1 && training.release <= releases.size() &&
                      releases[training.release - 1].counts == ledger.digest(counts.stored());
  if (!booked) {
    throw Error(Status::argument, "release " + std::to_string(training.release) +
                                      ": was not booked for these counts; choose its catalogue "
                                      "first (recveil_private_catalogue)");
  }
  const double mu = releases[training.release - 1].mu;

  defense::ItemModel out;
  out.release = training.release;
  out.mu = mu;
  out.n_items = counts.n_items();
  report_progress(.02, "drawing the noise of the counts");
  out.noisy = noisy_counts(training.release, mu, counts);
  out.catalogue = defense::largest_counts(out.noisy, n);
  if (!std::ranges::equal(out.catalogue, gram.catalogue())) {
    throw Error(Status::argument, "gram: its catalogue is not the one that this release chose");
  }
  ledger.book_gram(training.release, ledger.digest(gram.stored()), host_.now());
  remember(ledger);
  report_progress(.1, "drawing the noise of the matrix");
  const defense::NoisyGram noisy = defense::noisy_gram(gram.sums(), n, master_, training.release,
                                                       defense::split_budget(mu).gram);
  const auto done = [](double share) {
    report_progress(.3 + .65 * share, "computing eigenvalues");
  };
  done(0);
  const double least = defense::least_ridge(policy.people);
  if (training.weights) {
    auto made = defense::private_weights(noisy.matrix, n, noisy.sd, least, done);
    out.weights = std::move(made.weights);
    out.regularization = made.regularization;
    out.n_above = static_cast<std::uint32_t>(made.n_above);
  } else {
    const std::size_t d = training.d > 0 ? training.d : std::min(n, kFactors);
    auto made = defense::private_factors(noisy.matrix, n, d, noisy.sd, least, done);
    out.factors = std::move(made.factors);
    out.regularization = made.regularization;
    out.n_above = static_cast<std::uint32_t>(made.n_above);
  }
  report_progress(1, "done");
  return out;
}

}  // namespace recveil::hooks
