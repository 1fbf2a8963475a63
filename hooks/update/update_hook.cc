#include "hooks/update/update_hook.h"

#include <time.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>

#include "core/error.h"
#include "hooks/update/evidence_text.h"
#include "hooks/update/host_model.h"
#include "hooks/update/interaction_print.h"

namespace recveil::hooks {
namespace {

constexpr std::string_view kModelMagic = "RVSCMOD3", kStateMagic = "RVSCREN5",
                           kBytesMagic = "RVSCRMB3";
// Evidence against an account itself; the rest is about the items that its groups push.
constexpr std::uint32_t kOwnReasons =
    defense::kReasonUnlike | defense::kReasonKnownFamily | defense::kReasonCopied;

double monotonic_seconds() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// What an account of the batch is quarantined for.
Reviews::Evidence evidence_of(const HashKey &key, const defense::ScreenAccounts &batch,
                              const defense::ScreenReport &report, std::size_t u) {
  const auto items = batch.row(u).items;
  std::vector<std::uint32_t> targets;
  const bool coordinated = (report.accounts[u].reasons & ~kOwnReasons) != 0;
  for (const defense::ItemFinding &finding : report.findings) {
    if (!coordinated || finding.kind != defense::FindingKind::attack) continue;
    if (std::find(items.begin(), items.end(), finding.item) != items.end()) {
      targets.push_back(finding.item);
    }
  }
  return {(report.accounts[u].reasons & kOwnReasons) != 0,
          interaction_prints(key, batch.ids[u], targets),
          interaction_prints(key, batch.ids[u], items)};
}

// Throws Error(state) without one.
const defense::ScreenModel &held(const UpdateHook::View &view) {
  if (view.trained.version == 0) {
    throw Error(Status::state, "no screening model has been published: train one first");
  }
  return *view.trained.model;
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

void write_model(state::SealedWriter &out, const TrainedModel &trained, std::uint64_t key_check) {
  out.number(key_check);
  out.number(trained.trained_at);
  out.number(std::bit_cast<std::uint64_t>(trained.seconds));
  const std::vector<std::uint8_t> bytes = trained.model->bytes();
  out.text({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
}

TrainedModel read_trained(state::SealedReader &in, std::uint64_t key_check) {
  if (in.number() != key_check) {
    throw Error(Status::data,
                "screening model: was trained under another key, and would not recognise the "
                "accounts of its window");
  }
  TrainedModel out;
  out.trained_at = in.number();
  out.seconds = std::bit_cast<double>(in.number());
  const std::string_view bytes = in.text();
  out.model = std::make_shared<const defense::ScreenModel>(defense::ScreenModel::from_bytes(
      {reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()}));
  in.finish();
  return out;
}

}  // namespace

UpdateHook::UpdateHook(const ScreenPolicy &policy, const Key &master, const std::string &state_dir,
                       const Host &host, metrics::Counters &counters, ServeHook &serve)
    : id_key_(id_key(master)),
      key_check_(key_check_of(id_key_)),
      state_key_(state_key(master)),
      host_(host),
      counters_(counters),
      serve_(serve),
      stores_(state_dir.empty()
                  ? std::nullopt
                  : std::optional<Stores>(
                        {{state_dir, "screen_model", "CURRENT.screen_model", "LOCK.screening"},
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
  const std::uint64_t model = next.trained.version, state = next.state.version;
  edit(next);
  auto prepared = std::make_unique<const View>(std::move(next));
  // The model first: a state that belongs to one that is not there yet is never seen.
  if (stores_ && prepared->trained.version != model) {
    stores_->models.write(prepared->trained.version, encode(prepared->trained));
  }
  if (stores_ && prepared->state.version != state) {
    stores_->states.write(prepared->state.version, encode(prepared->state));
  }
  snapshot_.publish(std::move(prepared));
}

void UpdateHook::train(const Window &window, std::uint64_t seed) {
  const double start = monotonic_seconds();
  window.check();
  if (window.accounts() > 0 && window.key_check() != key_check_) {
    throw Error(Status::data, "window: was filled by an engine with another key");
  }
  const ScreenPolicy policy = view()->policy;
  auto model =
      std::make_shared<const defense::ScreenModel>(train_screen_model(window, policy, seed));
  publish(std::move(model), host_.now(), monotonic_seconds() - start);
  host_.log(LogLevel::info, "a new screening model was trained and published");
}

void UpdateHook::publish(std::shared_ptr<const defense::ScreenModel> model,
                         std::uint64_t trained_at, double seconds) {
  change([&](View &view) {
    view.trained = {view.trained.version + 1, trained_at, seconds, std::move(model)};
    view.state.model_version = view.trained.version;
    view.state.batches = 0;
    view.state.carry = {};
    view.state.carry_down = {};
    view.state.carried = {};
    ++view.state.version;
  });
}

void UpdateHook::publish(std::string_view bytes) {
  TrainedModel trained;
  try {
    const std::string name = "screening model";
    state::SealedReader in(bytes, kBytesMagic, Key(), name);
    trained = read_trained(in, key_check_);
  } catch (const Error &error) {
    // The bytes came from the host, not from a file of ours.
    throw Error(error.status() == Status::io ? Status::data : error.status(), error.what());
  }
  publish(std::move(trained.model), trained.trained_at, trained.seconds);
}

std::string UpdateHook::model_bytes() const {
  const auto now = view();
  held(*now);
  state::SealedWriter out(kBytesMagic);
  write_model(out, now->trained, key_check_);
  // Sealed with a key that everybody has: against damage, not against forgers.
  return std::move(out).seal(Key());
}

void UpdateHook::add(Window &window, const HostAccounts &accounts) const {
  const AccountIds ids(id_key_, accounts);
  window.add(ids.rows(accounts), key_check_);
}

// A batch, screened but not committed.
struct UpdateHook::Attempt {
  Attempt(const HashKey &key, const HostAccounts &accounts)
      : ids(key, accounts), rows(ids.rows(accounts)) {}

  const AccountIds ids;
  defense::ScreenAccounts rows;
  defense::ScreenReport report;
  std::uint64_t model_version = 0, batches_before = 0;

  bool still_holds(const View &view) const {
    return view.trained.version == model_version && view.state.batches == batches_before;
  }
};

void UpdateHook::attempt(const View &view, ScreenTrigger trigger, Attempt &out) const {
  const defense::ScreenModel &model = held(view);
  out.rows.n_items = static_cast<std::uint32_t>(model.n_items());
  const double keep = view.policy.carry_over;
  const CarriedAccounts::Left left =
      view.state.carried.left(id_key_, out.rows, view.state.batches, keep);
  out.report = model.screen(
      out.rows, {&view.state.carry, &view.state.carry_down, keep, left.accounts, left.entries,
                 trigger == ScreenTrigger::update && model.window_is_sampled()});
  out.model_version = view.trained.version;
  out.batches_before = view.state.batches;
}

void UpdateHook::commit(View &view, const HostAccounts &accounts, Attempt &attempt,
                        BatchResult &out) {
  out.enforced = view.policy.mode == ScreenMode::enforce;
  out.model_version = view.trained.version;
  out.accepted.assign(accounts.size(), 1);
  out.counts = {};
  const auto session = serve_.session();
  std::vector<std::uint64_t> quarantined;
  for (std::size_t u = 0; u < accounts.size(); ++u) {
    defense::AccountVerdict &verdict = attempt.report.accounts[u];
    const std::uint64_t hash = attempt.ids.users[u];
    const bool quarantined_before = session.state().set(UserSetName::quarantined).contains(hash);
    if (view.state.reviews.exempt(hash)) {
      if (verdict.decision != ScreenDecision::accept) verdict.reasons |= kReasonExempt;
      verdict.decision = ScreenDecision::accept;
      verdict.weight = 1;
    } else if (verdict.decision == ScreenDecision::quarantine) {
      const Reviews::Evidence evidence = evidence_of(id_key_, attempt.rows, attempt.report, u);
      if (view.state.reviews.overturned(hash, evidence)) {
        verdict.decision = ScreenDecision::accept;
        verdict.reasons |= kReasonOverturned;
        verdict.weight = 1;
      } else {
        view.state.reviews.flag(hash, evidence);
        if (out.enforced) quarantined.push_back(accounts.users[u]);
      }
    } else if (!quarantined_before && verdict.decision == ScreenDecision::accept) {
      view.state.reviews.clear(hash);
    }
    ++out.counts[place_of(verdict.decision)];
    const bool held_back = quarantined_before || verdict.decision != ScreenDecision::accept;
    if (out.enforced && held_back) out.accepted[u] = 0;
  }
  view.state.carry = std::move(attempt.report.carry);
  view.state.carry_down = std::move(attempt.report.carry_down);
  ++view.state.batches;
  if (!attempt.report.weights.empty()) {
    view.state.carried.add(id_key_, attempt.rows, view.trained.model->scale(),
                           attempt.report.weights, attempt.report.added, view.state.batches);
  }
  ++view.state.version;
  // Before what is remembered of the batch: the same call again is safe if that cannot be written.
  if (!quarantined.empty()) {
    serve_.publish_users(UserSetName::quarantined, SetChange::add, quarantined);
  }
}

BatchResult UpdateHook::screen(const HostAccounts &accounts, ScreenTrigger trigger) {
  BatchResult out;
  Attempt batch(id_key_, accounts);
  {
    const auto now = view();
    attempt(*now, trigger, batch);
  }
  change([&](View &view) {
    // Somebody trained, or screened another batch, meanwhile: this one comes after it.
    if (!batch.still_holds(view)) attempt(view, trigger, batch);
    commit(view, accounts, batch, out);
  });
  out.evidence = evidence_text(batch.report);
  out.verdicts = std::move(batch.report.accounts);
  for (const defense::AccountVerdict &verdict : out.verdicts) {
    counters_.screened(trigger, verdict.decision, static_cast<double>(verdict.score));
  }
  return out;
}

void UpdateHook::review(std::span<const std::uint64_t> users, Review verdict) {
  change([&](View &view) {
    for (const std::uint64_t user : users) {
      const std::uint64_t hash = hash_user(id_key_, user);
      switch (verdict) {
        case Review::overturned:
          view.state.reviews.overturn(hash);
          break;
        case Review::exempt:
          view.state.reviews.make_exempt(hash);
          break;
        case Review::confirmed:
          view.state.reviews.confirm(hash);
          break;
      }
    }
    ++view.state.version;
    serve_.publish_users(UserSetName::quarantined,
                         verdict == Review::confirmed ? SetChange::add : SetChange::remove, users);
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
    state.model_version = in.number();
    state.batches = in.number();
    const std::string_view carry = in.text(), carry_down = in.text();
    state.carried = CarriedAccounts::read(in);
    state.reviews = Reviews::read(in);
    in.finish();
    if (state.version != file->version) throw Error(Status::io, file->path + ": another version");
    state.carry = read_carry(carry);
    state.carry_down = read_carry(carry_down);
    view.state = std::move(state);
    changed = true;
  }
  if (const auto file = stores_->models.newer_than(view.trained.version)) {
    state::SealedReader in(file->bytes, kModelMagic, state_key_, file->path);
    const std::uint64_t version = in.number();
    if (version != file->version) throw Error(Status::io, file->path + ": another version");
    view.trained = read_trained(in, key_check_);
    view.trained.version = version;
    changed = true;
  }
  if (view.state.model_version != view.trained.version) {  // between the two files
    view.state.carry = {};
    view.state.carry_down = {};
    view.state.carried = {};
    view.state.batches = 0;
  }
  return changed;
}

std::string UpdateHook::encode(const TrainedModel &trained) const {
  state::SealedWriter out(kModelMagic);
  out.number(trained.version);
  write_model(out, trained, key_check_);
  return std::move(out).seal(state_key_);
}

std::string UpdateHook::encode(const ScreenState &state) const {
  state::SealedWriter out(kStateMagic);
  out.number(state.version);
  out.number(state.model_version);
  out.number(state.batches);
  out.text(carry_text(state.carry));
  out.text(carry_text(state.carry_down));
  state.carried.write(out);
  state.reviews.write(out);
  return std::move(out).seal(state_key_);
}

}  // namespace recveil::hooks
