#include "defense/erase/cells.h"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "defense/erase/by_class.h"

namespace recveil::defense {
namespace {

void require(bool holds, const char *what) {
  if (!holds) throw Error(Status::data, std::string("cells: ") + what);
}

void check_plan(const CellPlan &plan, std::size_t cells) {
  require(plan.n_classes >= 1 && plan.n_classes <= static_cast<std::uint32_t>(kMaxClasses),
          "classes of a plan");
  const std::size_t places = plan.n_classes * cells;
  require(plan.down.size() == plan.n_classes && plan.stay.size() == places &&
              plan.begin.size() == places + 1 && plan.to.size() == plan.up_to.size(),
          "sizes of a plan");
  const auto is_share = [](float value) { return value >= 0 && value <= 1; };
  require(std::all_of(plan.down.begin(), plan.down.end(), is_share) &&
              std::all_of(plan.stay.begin(), plan.stay.end(), is_share) &&
              std::all_of(plan.up_to.begin(), plan.up_to.end(), is_share),
          "a share outside [0, 1]");
  require(plan.begin.front() == 0 && plan.begin.back() == plan.to.size() &&
              std::is_sorted(plan.begin.begin(), plan.begin.end()),
          "places of a plan");
  require(std::all_of(plan.to.begin(), plan.to.end(),
                      [cells](std::uint32_t cell) { return cell < cells; }),
          "a cell that is not there");
  for (std::size_t at = 0; at < places; ++at) {
    require(plan.stay[at] == 1 || plan.begin[at] < plan.begin[at + 1],
            "a cell that is left for none");
  }
}

}  // namespace

CellTable::CellTable(std::size_t d, double radius, double least_norm, std::vector<float> rows,
                     std::vector<std::uint64_t> hashes, std::vector<std::uint32_t> cell_of_hash,
                     std::vector<CellPlan> plans)
    : n_(d > 0 ? rows.size() / d : 0),
      d_(d),
      radius_(radius),
      least_norm_(least_norm),
      rows_(std::move(rows)),
      hashes_(std::move(hashes)),
      cell_of_hash_(std::move(cell_of_hash)),
      plans_(std::move(plans)) {
  require(d >= 1 && d <= kMaxDimension && n_ >= 1 && rows_.size() == n_ * d, "rows");
  require(radius >= 0 && radius <= 2 && least_norm >= 0 && least_norm <= 1e30, "radius");
  require(all_finite(rows_), "a value is not finite");
  require(hashes_.size() == cell_of_hash_.size() &&
              std::is_sorted(hashes_.begin(), hashes_.end()) &&
              std::all_of(cell_of_hash_.begin(), cell_of_hash_.end(),
                          [this](std::uint32_t cell) { return cell < n_; }),
          "shared rows");
  for (const CellPlan &plan : plans_) check_plan(plan, n_);
  directions_.resize(d_ * n_);
  log_length_.resize(n_);
  for (std::size_t j = 0; j < n_; ++j) {
    const double length = row_length(rows_.data() + j * d_, d_);
    require(length > 0 || j == 0, "a row of zeros that is not the first");
    if (j == 0) first_is_short_ = !(length > 0) || length < least_norm_;
    log_length_[j] =
        length > 0 ? static_cast<float>(std::log(length)) : -std::numeric_limits<float>::infinity();
    for (std::size_t c = 0; c < d_ && length > 0; ++c) {
      directions_[c * n_ + j] = static_cast<float>(static_cast<double>(rows_[j * d_ + c]) / length);
    }
  }
  require(std::is_sorted(log_length_.begin(), log_length_.end()),
          "not in the order of their lengths");
}

std::int32_t CellTable::closest(const float *row, double length, double most) const noexcept {
  constexpr std::size_t kBlock = 64, kLook = 4;  // cells at once; columns between two looks
  const auto log_length = static_cast<float>(std::log(length));
  const auto within = static_cast<float>(most);
  auto begin = static_cast<std::size_t>(
      std::lower_bound(log_length_.begin(), log_length_.end(), log_length - within) -
      log_length_.begin());
  const auto end = static_cast<std::size_t>(
      std::upper_bound(log_length_.begin(), log_length_.end(), log_length + within) -
      log_length_.begin());
  if (begin == 0 && first_is_short_) begin = 1;
  std::int32_t best = kNoCell;
  float least = within * within;
  std::array<float, kBlock> square;
  for (; begin < end; begin += kBlock) {
    const std::size_t n = std::min(kBlock, end - begin);
    for (std::size_t j = 0; j < n; ++j) {
      const float by = log_length - log_length_[begin + j];
      square[j] = by * by;
    }
    // Sums of squares only grow: a block is left as soon as all of it is too far, which is after
    // few columns for a row that nobody shares.
    std::uint32_t near = 1;
    for (std::size_t c = 0; c < d_ && near != 0; ++c) {
      const auto x = static_cast<float>(static_cast<double>(row[c]) / length);
      const float *column = directions_.data() + c * n_ + begin;
      for (std::size_t j = 0; j < n; ++j) {
        const float by = x - column[j];
        square[j] += by * by;
      }
      if (c % kLook == kLook - 1) {
        near = 0;
        for (std::size_t j = 0; j < n; ++j) near |= square[j] <= least ? 1u : 0u;
      }
    }
    if (near == 0) continue;
    for (std::size_t j = 0; j < n; ++j) {
      if (square[j] < least || (square[j] <= least && best == kNoCell)) {
        least = square[j];
        best = static_cast<std::int32_t>(begin + j);
      }
    }
  }
  return best;
}

std::int32_t CellTable::find(const float *row) const noexcept {
  if (n_ == 0) return kNoCell;
  const double length = row_length(row, d_);
  if (length < least_norm_ || !(length > 0)) {
    return first_is_short_ ? 0 : kNoCell;
  }
  const std::uint64_t hash = row_hash(row, d_);
  const auto found = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
  if (found != hashes_.end() && *found == hash) {
    return static_cast<std::int32_t>(
        cell_of_hash_[static_cast<std::size_t>(found - hashes_.begin())]);
  }
  return closest(row, length, radius_);
}

std::int32_t CellTable::nearest(const float *row) const noexcept {
  const double length = row_length(row, d_);
  if (!(length > 0)) return 0;
  const std::int32_t found = closest(row, length, double{std::numeric_limits<float>::max()});
  return found == kNoCell ? 0 : found;
}

std::int32_t CellTable::step(const CellPlan &plan, const float *row, std::int32_t at,
                             std::int32_t cls,
                             const std::array<double, 3> &uniform) const noexcept {
  const auto k = static_cast<std::size_t>(plan.n_classes == 1 ? 0 : cls);
  if (at == kNoCell) {
    if (!(uniform[2] < static_cast<double>(plan.down[k]))) return kNoCell;
    at = nearest(row);
  }
  const std::size_t place = k * n_ + static_cast<std::size_t>(at);
  if (uniform[0] < static_cast<double>(plan.stay[place])) return at;
  const std::uint32_t first = plan.begin[place], last = plan.begin[place + 1];
  if (first == last) return at;
  std::uint32_t way = first;
  while (way + 1 < last && !(uniform[1] < static_cast<double>(plan.up_to[way]))) ++way;
  return static_cast<std::int32_t>(plan.to[way]);
}

std::int32_t CellTable::place(const float *row, std::span<const std::int32_t> classes,
                              std::span<const std::uint64_t> salts, const DrawKey &key,
                              std::uint64_t user) const noexcept {
  std::int32_t at = find(row);
  for (std::size_t j = 0; j < plans_.size(); ++j) {
    const CellPlan &plan = plans_[j];
    if (plan.n_classes > 1 && classes[j] < 0) continue;
    at = step(plan, row, at, plan.n_classes > 1 ? classes[j] : 0, draws(key, user, salts[j]));
  }
  return at;
}

std::uint64_t CellTable::salt_of(std::string_view attribute) noexcept {
  static constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kKey{'r', 'v', 'n',
                                                                             'a', 'm', 'e'};
  std::uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char *>(&out),
                   reinterpret_cast<const unsigned char *>(attribute.data()), attribute.size(),
                   kKey.data());
  return out;
}

std::array<double, 3> CellTable::draws(const DrawKey &key, std::uint64_t user,
                                       std::uint64_t salt) noexcept {
  static_assert(std::tuple_size_v<DrawKey> == crypto_shorthash_KEYBYTES);
  static_assert(std::endian::native == std::endian::little, "numbers are hashed as they are");
  std::array<double, 3> out{};
  for (std::uint64_t t = 0; t < out.size(); ++t) {
    const std::array<std::uint64_t, 3> message{user, salt, t + 1};
    std::uint64_t hash = 0;
    crypto_shorthash(reinterpret_cast<unsigned char *>(&hash),
                     reinterpret_cast<const unsigned char *>(message.data()), sizeof message,
                     key.data());
    out[t] = static_cast<double>(hash >> 11) * 0x1p-53;
  }
  return out;
}

}  // namespace recveil::defense
