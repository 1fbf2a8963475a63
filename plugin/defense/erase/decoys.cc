#include "defense/erase/decoys.h"

#include <sodium.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/bytes.h"
#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/map_parts.h"

namespace recveil::defense {
namespace {

constexpr std::uint64_t kMagic = 0x53594f4345445652;  // "RVDECOYS"
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMaxGroups = 64;
constexpr std::uint64_t kMaxItems = 1ULL << 31;

static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<DecoyKey>);

std::size_t group_of(const std::vector<std::uint64_t> &bounds, std::size_t length) {
  return static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), length) -
                                  bounds.begin());
}

// The first lengths of the groups after the first one; groups that would be empty are not made.
std::vector<std::uint64_t> bounds_of(std::vector<std::uint64_t> lengths, std::size_t groups) {
  std::sort(lengths.begin(), lengths.end());
  std::vector<std::uint64_t> out;
  for (std::size_t g = 1; g < groups; ++g) {
    const std::uint64_t bound = lengths[g * lengths.size() / groups];
    if (bound > lengths.front() && (out.empty() || bound > out.back())) out.push_back(bound);
  }
  return out;
}

}  // namespace

DecoyTable DecoyTable::fit(const Interactions &histories, const AttributeLabels &labels,
                           const DecoyOptions &options) {
  check_labels({&labels, 1}, histories.n_users());
  if (!(options.smoothing > 0 && options.smoothing <= 1e9)) {
    throw Error(Status::argument, "smoothing: not in (0, 1e9]");
  }
  if (options.length_groups < 1 || options.length_groups > kMaxGroups) {
    throw Error(Status::argument, "length_groups: not in [1, 64]");
  }
  if (!(options.least_probability >= 0 && options.least_probability < 1)) {
    throw Error(Status::argument, "least_probability: not in [0, 1)");
  }
  const auto classes = static_cast<std::size_t>(labels.classes);
  std::vector<std::uint64_t> lengths;
  for (std::size_t u = 0; u < histories.n_users(); ++u) {
    if (labels.of_row[u] >= 0) lengths.push_back(histories.row(u).size());
  }
  if (lengths.empty()) throw Error(Status::data, "labels: no user has a known class");
  DecoyTable out;
  out.attribute_ = labels.name;
  out.n_items_ = histories.n_items;
  out.classes_ = labels.classes;
  out.length_bounds_ = bounds_of(std::move(lengths), options.length_groups);
  const std::size_t groups = out.length_bounds_.size() + 1, items = out.n_items_;

  std::vector<double> users(groups * classes);
  std::vector<float> &seen = out.hide_;
  seen.assign(groups * classes * items, 0.0F);
  for (std::size_t u = 0; u < histories.n_users(); ++u) {
    if (labels.of_row[u] < 0) continue;
    const auto history = histories.row(u);
    const std::size_t cell = group_of(out.length_bounds_, history.size()) * classes +
                             static_cast<std::size_t>(labels.of_row[u]);
    users[cell] += 1;
    for (const std::uint32_t item : history) seen[cell * items + item] += 1;
  }
  std::size_t present = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    double n = 0;
    for (std::size_t g = 0; g < groups; ++g) n += users[g * classes + k];
    present += n > 0 ? 1 : 0;
  }
  if (present < 2) throw Error(Status::data, "labels: fewer than 2 classes have users");

  for (std::size_t g = 0; g < groups; ++g) {
    float *first = seen.data() + g * classes * items;
    double all = 0;
    for (std::size_t k = 0; k < classes; ++k) all += users[g * classes + k];
    for (std::size_t i = 0; i < items; ++i) {
      double total = 0, most = 0;
      for (std::size_t k = 0; k < classes; ++k) total += static_cast<double>(first[k * items + i]);
      const double share = all > 0 ? total / all : 0;
      const auto smoothed = [&](std::size_t k) {
        return (static_cast<double>(first[k * items + i]) + options.smoothing * share) /
               (users[g * classes + k] + options.smoothing);
      };
      for (std::size_t k = 0; k < classes; ++k) most = std::max(most, smoothed(k));
      for (std::size_t k = 0; k < classes; ++k) {
        const double own = smoothed(k);
        // An item that all of a class have seen has nobody to be hidden from.
        const double hide = own < 1 ? (most - own) / (1 - own) : 0;
        first[k * items + i] = hide < options.least_probability
                                   ? 0.0F
                                   : static_cast<float>(std::clamp(hide, 0.0, 0.999999));
      }
    }
  }
  return out;
}

double DecoyTable::hide_probability(std::uint32_t item, std::size_t history_length,
                                    std::int32_t cls) const noexcept {
  if (item >= n_items_) return 0;
  const std::size_t cell =
      group_of(length_bounds_, history_length) * static_cast<std::size_t>(classes_) +
      static_cast<std::size_t>(cls);
  return static_cast<double>(hide_[cell * n_items_ + item]);
}

bool DecoyTable::hides(const DecoyKey &key, std::uint64_t user, std::uint32_t item,
                       std::size_t history_length, std::int32_t cls) const noexcept {
  const double probability = hide_probability(item, history_length, cls);
  if (probability <= 0) return false;
  std::uint8_t message[12], hash[crypto_shorthash_BYTES];
  std::memcpy(message, &user, sizeof user);
  std::memcpy(message + sizeof user, &item, sizeof item);
  crypto_shorthash(hash, message, sizeof message, key.data());
  std::uint64_t number = 0;
  std::memcpy(&number, hash, sizeof number);
  return static_cast<double>(number >> 11) * 0x1p-53 < probability;
}

double DecoyTable::expected_hidden(std::span<const std::uint32_t> history, std::int32_t cls) const {
  const std::size_t cell =
      group_of(length_bounds_, history.size()) * static_cast<std::size_t>(classes_) +
      static_cast<std::size_t>(cls);
  const float *first = hide_.data() + cell * n_items_;
  double sum = 0;
  for (std::size_t i = 0; i < n_items_; ++i) sum += static_cast<double>(first[i]);
  for (const std::uint32_t item : history) {
    if (item < n_items_) sum -= static_cast<double>(first[item]);
  }
  return sum;
}

std::vector<std::uint8_t> DecoyTable::bytes() const {
  ByteWriter out;
  out.value<std::uint64_t>(kMagic);
  out.value<std::uint32_t>(kVersion);
  out.text(attribute_);
  out.value<std::uint64_t>(n_items_);
  out.value(static_cast<std::uint32_t>(classes_));
  out.value(static_cast<std::uint32_t>(length_bounds_.size()));
  for (const std::uint64_t bound : length_bounds_) out.value<std::uint64_t>(bound);
  out.array(hide_);
  return seal(std::move(out.bytes));
}

DecoyTable DecoyTable::from_bytes(std::span<const std::uint8_t> bytes) {
  const auto refuse = [](const char *what) {
    throw Error(Status::data, std::string("decoy table: ") + what);
  };
  ByteReader in(unseal(bytes, "decoy table"), "decoy table");
  if (in.value<std::uint64_t>() != kMagic) refuse("not one");
  if (in.value<std::uint32_t>() != kVersion) refuse("of another version");
  DecoyTable out;
  out.attribute_ = in.text(255);
  out.n_items_ = in.value<std::uint64_t>();
  out.classes_ = static_cast<std::int32_t>(in.value<std::uint32_t>());
  const std::uint32_t bounds = in.value<std::uint32_t>();
  if (out.n_items_ > kMaxItems || out.classes_ < 2 || out.classes_ > kMaxClasses ||
      bounds >= kMaxGroups) {
    refuse("sizes out of range");
  }
  for (std::uint32_t g = 0; g < bounds; ++g) {
    out.length_bounds_.push_back(in.value<std::uint64_t>());
    if (g > 0 && out.length_bounds_[g] <= out.length_bounds_[g - 1]) refuse("lengths do not rise");
  }
  out.hide_ = in.array<float>();
  if (out.hide_.size() !=
      (bounds + std::size_t{1}) * static_cast<std::size_t>(out.classes_) * out.n_items_) {
    refuse("sizes do not match");
  }
  in.finish();
  for (const float value : out.hide_) {
    if (!(value >= 0 && value < 1)) refuse("a probability is not in [0, 1)");
  }
  return out;
}

}  // namespace recveil::defense
