#include "hooks/serve/item_watch.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/error.h"
#include "state/sealed.h"

namespace recveil::hooks {
namespace {

constexpr std::string_view kMagic = "RVWATCH2";

std::vector<std::uint64_t> wide(const std::vector<std::uint32_t> &values) {
  return {values.begin(), values.end()};
}

std::vector<std::uint64_t> wide(const std::vector<float> &values) {
  std::vector<std::uint64_t> out;
  for (const float value : values) out.push_back(std::bit_cast<std::uint32_t>(value));
  return out;
}

void put(state::SealedWriter &out, const defense::ModelSketch &sketch) {
  out.number(sketch.version);
  out.number(static_cast<std::uint64_t>(sketch.kind));
  out.numbers(wide(sketch.items));
  out.number(sketch.folds.size());
  for (const defense::FoldSketch &fold : sketch.folds) {
    out.number(fold.d);
    out.numbers(wide(fold.support));
    out.numbers(wide(fold.factors));
    out.numbers(fold.offsets);
    out.numbers(wide(fold.neighbors));
    out.numbers(wide(fold.weights));
    out.numbers(wide(fold.beyond));
  }
}

std::vector<std::uint32_t> numbers(state::SealedReader &in) {
  std::vector<std::uint32_t> out;
  for (const std::uint64_t value : in.numbers()) {
    if (value > UINT32_MAX) in.damaged();
    out.push_back(static_cast<std::uint32_t>(value));
  }
  return out;
}

std::vector<float> floats(state::SealedReader &in) {
  std::vector<float> out;
  for (const std::uint32_t value : numbers(in)) out.push_back(std::bit_cast<float>(value));
  return out;
}

defense::ModelSketch take(state::SealedReader &in) {
  defense::ModelSketch out;
  out.version = in.number();
  const std::uint64_t kind = in.number();
  if (kind < 1 || kind > 2) in.damaged();
  out.kind = static_cast<defense::FoldKind>(kind);
  out.items = numbers(in);
  const std::size_t n = out.items.size();
  if (!std::is_sorted(out.items.begin(), out.items.end())) in.damaged();
  const std::uint64_t folds = in.number();
  if (folds > 64) in.damaged();
  for (std::uint64_t f = 0; f < folds; ++f) {
    defense::FoldSketch fold;
    fold.d = in.number();
    fold.support = numbers(in);
    fold.factors = floats(in);
    fold.offsets = in.numbers();
    fold.neighbors = numbers(in);
    fold.weights = floats(in);
    fold.beyond = floats(in);
    const bool factors = out.kind == defense::FoldKind::factors;
    const bool rows =
        fold.offsets.size() == n + 1 && fold.beyond.size() == n && fold.offsets.front() == 0 &&
        std::adjacent_find(fold.offsets.begin(), fold.offsets.end(),
                           [](std::uint64_t first, std::uint64_t last) {
                             return last < first || last - first > defense::kRowLength;
                           }) == fold.offsets.end() &&
        fold.offsets.back() == fold.neighbors.size();
    if (fold.support.size() != n || fold.d > 512 || fold.neighbors.size() != fold.weights.size() ||
        fold.factors.size() != (factors ? n * fold.d : 0) || (factors ? fold.d == 0 : !rows)) {
      in.damaged();
    }
    out.folds.push_back(std::move(fold));
  }
  return out;
}

bool has(const defense::ModelSketch &sketch, std::span<const std::uint32_t> watched) {
  return std::includes(sketch.items.begin(), sketch.items.end(), watched.begin(), watched.end());
}

// For sets that were made while other items were watched.
defense::ModelSketch sketch_of(const FoldSet &set, std::span<const std::uint32_t> watched) {
  const defense::LentModel &first = set.models.front().lent();
  defense::ModelSketch out;
  out.version = set.version;
  out.kind = first.kind;
  out.items = defense::sketched_items(first.support, watched, first.factors.d);
  for (const defense::FoldModel &model : set.models) {
    out.folds.push_back(defense::sketch(model.lent(), out.items));
  }
  return out;
}

// The comparison can be given up; what else a state_dir keeps cannot.
WatchState decode(const state::VersionedFiles::File &file, const Key &key) {
  try {
    return decode_watch(file.bytes, key, file.path);
  } catch (const Error &error) {
    if (error.status() != Status::version) throw;
    throw Error(Status::version, std::string(error.what()) +
                                     ", or remove the file WATCH next to it: one publication is "
                                     "then not compared");
  }
}

}  // namespace

std::string encode_watch(const defense::ModelSketch &newest, const defense::ModelSketch &older,
                         const Key &key) {
  state::SealedWriter out(kMagic);
  put(out, newest);
  put(out, older);
  return std::move(out).seal(key);
}

WatchState decode_watch(const std::string &bytes, const Key &key, const std::string &name) {
  state::SealedReader in(bytes, kMagic, key, name);
  WatchState out;
  out.newest = take(in);
  out.older = take(in);
  in.finish();
  return out;
}

ItemWatch::ItemWatch(const std::string &folder, const Key &key, metrics::Counters &counters)
    : counters_(counters) {
  if (!folder.empty()) {
    store_.emplace(Store{state::VersionedFiles(folder, "watch", "WATCH", "WATCH_LOCK"), key});
  }
}

void ItemWatch::check(const WatchPolicy &policy, const FoldSet *last, const FoldSet &next,
                      bool accepted, std::uint64_t now) {
  if (policy.items.empty()) return;
  // Made anew where the sets were made for other items, or taken from the state_dir.
  defense::ModelSketch new_after, new_before;
  const auto sketched = [&](const FoldSet &set,
                            defense::ModelSketch &made) -> const defense::ModelSketch * {
    if (has(set.sketch, policy.items)) return &set.sketch;
    made = sketch_of(set, policy.items);
    return &made;
  };
  const defense::ModelSketch &after = *sketched(next, new_after);
  // Publishers in other processes take turns.
  std::optional<state::VersionedFiles::PublisherLock> publisher;
  std::optional<WatchState> kept;
  if (store_) {
    publisher.emplace(store_->files);
    if (const auto file = store_->files.newer_than(0)) {
      kept = decode(*file, store_->key);
    }
  }
  if (last == nullptr && kept) {
    // Another worker may have published this version already.
    new_before = std::move(kept->newest.version < next.version ? kept->newest : kept->older);
    if (new_before.version >= next.version) new_before = {};
  }
  const defense::ModelSketch &before = last == nullptr ? new_before : *sketched(*last, new_before);

  auto report = std::make_shared<WatchReport>();
  report->version = next.version;
  report->last_version = before.version;
  report->checked_at = now;
  report->items = defense::compare(before, after, policy.items);
  const double limit = policy.false_alarm_rate / static_cast<double>(policy.items.size());
  bool any_compared = false;
  std::size_t n_changed = 0;
  for (defense::ItemChange &item : report->items) {
    any_compared = any_compared || item.compared;
    const bool changed = item.compared && item.p_value <= limit;
    report->changed.push_back(changed ? 1 : 0);
    if (!changed) continue;
    ++n_changed;
    item.neighbors =
        defense::new_neighbors(before, after, next.models[item.fold].lent(), item, kWatchNeighbors);
  }
  const bool held = n_changed > 0 && policy.on_change == OnChange::hold && !accepted;
  report->outcome = held            ? WatchOutcome::held
                    : n_changed > 0 ? WatchOutcome::changed
                    : any_compared  ? WatchOutcome::unchanged
                                    : WatchOutcome::not_compared;
  if (!held && store_ && (!kept || kept->newest.version < next.version)) {
    store_->files.write(next.version, encode_watch(after, before, store_->key));
  }
  counters_.watch(report->outcome);
  {
    const std::lock_guard lock(lock_);
    report_ = report;
  }
  if (!held) return;
  throw Error(Status::held,
              "folds: the neighbours of " + std::to_string(n_changed) + " of " +
                  std::to_string(policy.items.size()) +
                  " watched items changed abruptly, and serving.watch_items.on_change is hold; "
                  "recveil_watch_read() says which, and RECVEIL_FOLDS_ACCEPT_CHANGES publishes "
                  "nevertheless");
}

std::shared_ptr<const WatchReport> ItemWatch::report() const {
  const std::lock_guard lock(lock_);
  return report_;
}

}  // namespace recveil::hooks
