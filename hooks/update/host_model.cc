#include "hooks/update/host_model.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace recveil::hooks {
namespace {

// The sample as defense/screen takes it: accounts in order of arrival, because blocks of arrivals
// tell how much genuine items come and go.
struct SampledRows {
  explicit SampledRows(const Window &window) {
    const auto sample = window.sample();
    std::vector<std::size_t> order(sample.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return sample[a].arrived_at < sample[b].arrived_at;
    });
    bool known = false, shared = false;
    items.reserve(window.items().size());
    for (const std::size_t u : order) {
      const Window::Entry &entry = sample[u];
      const auto from = window.items().subspan(entry.start, entry.length);
      items.insert(items.end(), from.begin(), from.end());
      if (!window.ratings().empty()) {
        const auto rated = window.ratings().subspan(entry.start, entry.length);
        ratings.insert(ratings.end(), rated.begin(), rated.end());
      }
      offsets.push_back(items.size());
      arrived_at.push_back(entry.arrived_at);
      known = known || entry.arrived_at != 0;
      ids.push_back(entry.id);
      persons.push_back(entry.person);
      shared = shared || entry.person != 0;
    }
    if (!known) arrived_at.clear();
    if (!shared) persons.clear();
  }

  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  std::vector<std::int64_t> arrived_at;
  std::vector<std::uint64_t> ids, persons;
};

}  // namespace

defense::ScreenModel train_screen_model(const Window &window, const ScreenPolicy &policy,
                                        std::uint64_t seed) {
  const WindowShape shape = window.shape();
  const SampledRows rows(window);
  const defense::ScreenAccounts accounts{shape.n_items,   rows.offsets, rows.items, rows.ratings,
                                         rows.arrived_at, {},           rows.ids,   rows.persons};
  defense::ScreenModelOptions options;
  options.method = policy.method;
  options.false_positive_rate = policy.false_positive_rate;
  options.nu = policy.nu;
  options.components = policy.components;
  options.seed = seed;
  options.push_down = policy.push_down;
  options.limits = shape.limits();
  const defense::ItemHistory history = window.history();
  const bool whole = window.sample().size() == window.accounts();
  return defense::ScreenModel::train(accounts, options, whole ? nullptr : &history);
}

}  // namespace recveil::hooks
