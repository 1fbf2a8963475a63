#include "hooks/update/update_hook.h"

#include <time.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <sstream>

#include "core/error.h"
#include "numerics/libsvm_model.h"

namespace recveil::hooks {
namespace {

constexpr std::string_view kDetectorMagic = "RVDETEC1", kStateMagic = "RVSCREN2",
                           kBytesMagic = "RVSCRDT1";
// Evidence against an account itself; the rest is about the items that its groups push.
constexpr std::uint32_t kOwnReasons =
    defense::kReasonUnlike | defense::kReasonKnownFamily | defense::kReasonCopied;
static_assert(int(defense::AccountDecision::quarantine) == int(ScreenDecision::quarantine));
static_assert(int(defense::AccountDecision::defer) == int(ScreenDecision::defer));

double monotonic_seconds() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// What an account of the batch is quarantined for.
Reviews::Evidence evidence_of(const defense::ScreenAccounts &batch,
                              const defense::ScreenReport &report, std::size_t u) {
  Reviews::Evidence evidence;
  evidence.reasons = report.accounts[u].reasons & kOwnReasons;
  if ((report.accounts[u].reasons & ~kOwnReasons) == 0) return evidence;
  const auto items = batch.row(u).items;
  for (const defense::ItemFinding &finding : report.findings) {
    if (finding.kind != defense::FindingKind::attack) continue;
    if (std::find(items.begin(), items.end(), finding.item) != items.end()) {
      evidence.items.push_back(finding.item);
    }
  }
  std::sort(evidence.items.begin(), evidence.items.end());
  return evidence;
}

// Of each account as it is: user, items and ratings.
std::vector<std::uint64_t> digests_of(const HashKey &key, const HostAccounts &accounts) {
  std::vector<std::uint64_t> out;
  std::vector<unsigned char> bytes;
  const auto put = [&](const void *from, std::size_t size) {
    const auto *begin = static_cast<const unsigned char *>(from);
    bytes.insert(bytes.end(), begin, begin + size);
  };
  for (std::size_t u = 0; u < accounts.size(); ++u) {
    const defense::AccountRow row = accounts.rows.row(u);
    bytes.clear();
    put(&accounts.users[u], sizeof accounts.users[u]);
    put(row.items.data(), row.items.size_bytes());
    put(row.ratings.data(), row.ratings.size_bytes());
    out.push_back(hash_id(key, bytes));
  }
  return out;
}

// Throws Error(state) without one.
const HostDetector &held(const UpdateHook::View &view) {
  if (view.trained.version == 0) {
    throw Error(Status::state, "no detector has been published: train one first");
  }
  return *view.trained.detector;
}

std::string carry_text(const defense::ScreenCarry &carry) {
  if (carry.empty()) return {};
  const std::vector<double> numbers = carry.numbers();
  return {reinterpret_cast<const char *>(numbers.data()), numbers.size() * sizeof(double)};
}

defense::ScreenCarry read_carry(std::string_view text) {
  std::vector<double> numbers(text.size() / sizeof(double));
  if (numbers.empty()) return {};
  std::memcpy(numbers.data(), text.data(), numbers.size() * sizeof(double));
  const std::size_t an_item =
      defense::ScreenCarry::count_of_numbers(1) - defense::ScreenCarry::count_of_numbers(0);
  return defense::ScreenCarry::from_numbers(
      numbers, (numbers.size() - defense::ScreenCarry::count_of_numbers(0)) / an_item);
}

void write_detector(state::SealedWriter &out, const TrainedDetector &trained) {
  out.number(trained.trained);
  out.number(std::bit_cast<std::uint64_t>(trained.seconds));
  out.text(trained.detector->bytes());
}

TrainedDetector read_trained(state::SealedReader &in) {
  TrainedDetector out;
  out.trained = in.number();
  out.seconds = std::bit_cast<double>(in.number());
  out.detector = std::make_shared<const HostDetector>(HostDetector::read(in.text()));
  in.finish();
  return out;
}

}  // namespace

UpdateHook::UpdateHook(const ScreenPolicy &policy, const Key &master, const std::string &state_dir,
                       const Host &host, metrics::Counters &counters, ServeHook &serve)
    : id_key_(id_key(master)),
      state_key_(state_key(master)),
      host_(host),
      counters_(counters),
      serve_(serve),
      stores_(state_dir.empty()
                  ? std::nullopt
                  : std::optional<Stores>(
                        {{state_dir, "detector", "CURRENT.detector", "LOCK.screening"},
                         {state_dir, "screening", "CURRENT.screening", "LOCK.screening"}})),
      snapshot_(std::make_unique<const View>(View{policy, {}, {}})) {
  if (stores_) refresh();
}

void UpdateHook::change(const std::function<void(View &)> &edit) {
  const std::lock_guard lock(writer_);
  // Publishers in other processes take turns, each on top of what the one before wrote.
  std::optional<state::VersionedFiles::PublisherLock> publisher;
  if (stores_) publisher.emplace(stores_->states);
  View next = *snapshot_.read();
  if (stores_) take_over(next);
  const std::uint64_t detector = next.trained.version, state = next.state.version;
  edit(next);
  auto prepared = std::make_unique<const View>(std::move(next));
  // The detector first: a state that belongs to one that is not there yet is never seen.
  if (stores_ && prepared->trained.version != detector) {
    stores_->detectors.write(prepared->trained.version, encode(prepared->trained));
  }
  if (stores_ && prepared->state.version != state) {
    stores_->states.write(prepared->state.version, encode(prepared->state));
  }
  snapshot_.publish(std::move(prepared));
}

void UpdateHook::train(const Window &window, std::uint64_t seed,
                       const defense::ScreenProgress &progress) {
  const double start = monotonic_seconds();
  window.check();
  const ScreenPolicy policy = view()->policy;
  auto detector =
      std::make_shared<const HostDetector>(HostDetector::train(window, policy, seed, progress));
  publish(std::move(detector), host_.now(), monotonic_seconds() - start);
  host_.log(LogLevel::info, "a new detector was trained and published");
}

void UpdateHook::publish(std::shared_ptr<const HostDetector> detector, std::uint64_t trained,
                         double seconds) {
  change([&](View &view) {
    view.trained = {view.trained.version + 1, trained, seconds, std::move(detector)};
    view.state.detector = view.trained.version;
    view.state.batches = 0;
    view.state.carry = {};
    view.state.counted = {};
    ++view.state.version;
  });
}

void UpdateHook::publish(std::string_view bytes) {
  TrainedDetector trained;
  try {
    const std::string name = "detector";
    state::SealedReader in(bytes, kBytesMagic, Key(), name);
    trained = read_trained(in);
  } catch (const Error &error) {
    // Bytes of the host's are no file of ours.
    throw Error(error.status() == Status::io ? Status::data : error.status(), error.what());
  }
  publish(std::move(trained.detector), trained.trained, trained.seconds);
}

std::string UpdateHook::svm_text() const {
  const auto now = view();
  std::ostringstream out;
  numerics::write_libsvm_model(held(*now).detector.svm(), out);
  return std::move(out).str();
}

void UpdateHook::publish_svm(std::string_view model) {
  std::shared_ptr<const HostDetector> next;
  std::uint64_t trained = 0;
  double seconds = 0;
  {
    const auto now = view();
    const HostDetector &old = held(*now);
    if (old.detector.options().method != defense::ScreenMethod::ocsvm) {
      throw Error(Status::unsupported, "svm: the detector is of the method full");
    }
    std::istringstream in{std::string(model)};
    next = std::make_shared<const HostDetector>(HostDetector{
        old.detector.with_svm(numerics::read_libsvm_model(in, old.detector.svm().cols())),
        old.rating_min, old.rating_max, old.accounts});
    trained = now->trained.trained;
    seconds = now->trained.seconds;
  }
  publish(std::move(next), trained, seconds);
}

std::string UpdateHook::detector_bytes() const {
  const auto now = view();
  held(*now);
  state::SealedWriter out(kBytesMagic);
  write_detector(out, now->trained);
  // Sealed with a key that everybody has: against damage, not against forgers.
  return std::move(out).seal(Key());
}

BatchResult UpdateHook::screen(HostAccounts accounts, ScreenTrigger trigger) {
  BatchResult out;
  defense::ScreenReport report;
  std::uint64_t screened_for = 0, screened_after = 0;
  std::vector<std::uint64_t> digests;
  const auto run = [&](const View &view) {
    const HostDetector &with = held(view);
    accounts.rows.n_items = static_cast<std::uint32_t>(with.detector.n_items());
    check_accounts(accounts, accounts.rows.n_items, with.rating_min, with.rating_max);
    if (digests.empty()) digests = digests_of(id_key_, accounts);
    std::vector<float> counted(digests.size());
    for (std::size_t u = 0; u < counted.size(); ++u) {
      counted[u] =
          view.state.counted.weight(digests[u], view.state.batches, view.policy.carry_over);
    }
    report =
        with.detector.screen(accounts.rows, &view.state.carry, view.policy.carry_over, counted);
    screened_for = view.trained.version;
    screened_after = view.state.batches;
  };
  {
    const auto now = view();
    run(*now);
  }
  change([&](View &view) {
    // Somebody trained, or screened another batch, meanwhile: this one comes after it.
    if (view.trained.version != screened_for || view.state.batches != screened_after) run(view);
    out.enforced = view.policy.mode == ScreenMode::enforce;
    out.detector_version = view.trained.version;
    out.accepted.assign(accounts.size(), 1);
    out.counts = {};
    const auto session = serve_.session();
    std::vector<std::uint64_t> quarantined;
    for (std::size_t u = 0; u < accounts.size(); ++u) {
      defense::AccountVerdict &verdict = report.accounts[u];
      const std::uint64_t hash = hash_user(id_key_, accounts.users[u]);
      const bool quarantined_before = session.state().set(UserSetName::quarantined).contains(hash);
      if (verdict.decision == defense::AccountDecision::quarantine) {
        const Reviews::Evidence evidence = evidence_of(accounts.rows, report, u);
        if (view.state.reviews.overturned(hash, evidence)) {
          verdict.decision = defense::AccountDecision::accept;
          verdict.reasons |= kReasonOverturned;
        } else {
          view.state.reviews.flag(hash, evidence);
          if (out.enforced) quarantined.push_back(accounts.users[u]);
        }
      } else if (!quarantined_before && verdict.decision == defense::AccountDecision::accept) {
        view.state.reviews.clear(hash);
      }
      ++out.counts[static_cast<std::size_t>(verdict.decision)];
      if (out.enforced &&
          (quarantined_before || verdict.decision != defense::AccountDecision::accept)) {
        out.accepted[u] = 0;
      }
    }
    view.state.carry = std::move(report.carry);
    ++view.state.batches;
    view.state.counted.add(digests, view.state.batches);
    ++view.state.version;
    // Before what is remembered of the batch: the same call again is safe if that cannot be
    // written.
    if (!quarantined.empty()) {
      serve_.publish_users(UserSetName::quarantined, SetChange::add, quarantined);
    }
  });
  out.verdicts = std::move(report.accounts);
  for (const defense::AccountVerdict &verdict : out.verdicts) {
    counters_.screened(trigger, static_cast<ScreenDecision>(verdict.decision),
                       static_cast<double>(verdict.score));
  }
  return out;
}

void UpdateHook::review(std::span<const std::uint64_t> users, Review verdict) {
  change([&](View &view) {
    for (const std::uint64_t user : users) {
      const std::uint64_t hash = hash_user(id_key_, user);
      if (verdict == Review::overturned) {
        view.state.reviews.overturn(hash);
      } else {
        view.state.reviews.confirm(hash);
      }
    }
    ++view.state.version;
    serve_.publish_users(UserSetName::quarantined,
                         verdict == Review::overturned ? SetChange::remove : SetChange::add, users);
  });
  counters_.review(verdict, users.size());
}

void UpdateHook::accepted(std::span<const std::uint64_t> users,
                          std::span<std::uint8_t> mask) const noexcept {
  const auto session = serve_.session();
  const UserSet &quarantined = session.state().set(UserSetName::quarantined);
  for (std::size_t u = 0; u < users.size(); ++u) {
    mask[u] = quarantined.contains(hash_user(id_key_, users[u])) ? 0 : 1;
  }
}

void UpdateHook::set_policy(const ScreenPolicy &policy) {
  const std::lock_guard lock(writer_);
  View next = *snapshot_.read();
  next.policy = policy;
  snapshot_.publish(std::make_unique<const View>(std::move(next)));
}

bool UpdateHook::refresh() {
  const std::lock_guard lock(writer_);
  View next = *snapshot_.read();
  if (!take_over(next)) return false;
  snapshot_.publish(std::make_unique<const View>(std::move(next)));
  return true;
}

bool UpdateHook::take_over(View &view) const {
  bool changed = false;
  // The state first: what it belongs to was written before it.
  if (const auto file = stores_->states.newer_than(view.state.version)) {
    state::SealedReader in(file->bytes, kStateMagic, state_key_, file->path);
    ScreenState state;
    state.version = in.number();
    state.detector = in.number();
    state.batches = in.number();
    const std::string_view carry = in.text();
    state.counted = Counted::read(in);
    state.reviews = Reviews::read(in);
    in.finish();
    if (state.version != file->version) throw Error(Status::io, file->path + ": another version");
    state.carry = read_carry(carry);
    view.state = std::move(state);
    changed = true;
  }
  if (const auto file = stores_->detectors.newer_than(view.trained.version)) {
    state::SealedReader in(file->bytes, kDetectorMagic, state_key_, file->path);
    const std::uint64_t version = in.number();
    if (version != file->version) throw Error(Status::io, file->path + ": another version");
    view.trained = read_trained(in);
    view.trained.version = version;
    changed = true;
  }
  if (view.state.detector != view.trained.version) {  // between the two files
    view.state.carry = {};
    view.state.counted = {};
    view.state.batches = 0;
  }
  return changed;
}

std::string UpdateHook::encode(const TrainedDetector &trained) const {
  state::SealedWriter out(kDetectorMagic);
  out.number(trained.version);
  write_detector(out, trained);
  return std::move(out).seal(state_key_);
}

std::string UpdateHook::encode(const ScreenState &state) const {
  state::SealedWriter out(kStateMagic);
  out.number(state.version);
  out.number(state.detector);
  out.number(state.batches);
  out.text(carry_text(state.carry));
  state.counted.write(out);
  state.reviews.write(out);
  return std::move(out).seal(state_key_);
}

}  // namespace recveil::hooks
