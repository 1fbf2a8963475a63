#include "hooks/update/detector.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "core/error.h"

namespace recveil::hooks {
namespace {

struct Prefix {
  float rating_min, rating_max;
  std::uint64_t accounts;
};

// The sample as defense/screen takes it: accounts in order of arrival, because blocks of arrivals
// tell how much genuine items come and go.
struct SampledRows {
  explicit SampledRows(const Window &window) {
    const auto sample = window.sample();
    std::vector<std::size_t> order(sample.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return sample[a].arrival < sample[b].arrival;
    });
    bool known = false;
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
      arrived.push_back(entry.arrival);
      known = known || entry.arrival != 0;
    }
    if (!known) arrived.clear();
  }

  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  std::vector<std::int64_t> arrived;
};

}  // namespace

std::string HostDetector::bytes() const {
  const Prefix prefix{rating_min, rating_max, accounts};
  const std::vector<std::uint8_t> inner = detector.bytes();
  std::string out(sizeof(prefix) + inner.size(), '\0');
  std::memcpy(out.data(), &prefix, sizeof(prefix));
  std::memcpy(out.data() + sizeof(prefix), inner.data(), inner.size());
  return out;
}

HostDetector HostDetector::read(std::string_view bytes) {
  Prefix prefix{};
  if (bytes.size() < sizeof(prefix)) throw Error(Status::data, "detector: cut short");
  std::memcpy(&prefix, bytes.data(), sizeof(prefix));
  const auto *inner = reinterpret_cast<const std::uint8_t *>(bytes.data()) + sizeof(prefix);
  return {defense::Detector::from_bytes({inner, bytes.size() - sizeof(prefix)}), prefix.rating_min,
          prefix.rating_max, prefix.accounts};
}

HostDetector HostDetector::train(const Window &window, const ScreenPolicy &policy,
                                 std::uint64_t seed, const defense::ScreenProgress &progress) {
  const WindowShape shape = window.shape();
  const SampledRows rows(window);
  const defense::ScreenAccounts accounts{shape.n_items, rows.offsets, rows.items,
                                         rows.ratings,  rows.arrived, {}};
  defense::DetectorOptions options;
  options.method = policy.method == ScreenMethod::ocsvm ? defense::ScreenMethod::ocsvm
                                                        : defense::ScreenMethod::full;
  options.false_positive_rate = policy.false_positive_rate;
  options.nu = policy.nu_in_use();
  options.components = policy.components;
  options.seed = seed;
  const defense::ItemHistory history = window.history();
  const bool whole = window.sample().size() == window.accounts();
  return {defense::Detector::train(accounts, options, whole ? nullptr : &history, progress),
          shape.rating_min, shape.rating_max, window.accounts()};
}

}  // namespace recveil::hooks
