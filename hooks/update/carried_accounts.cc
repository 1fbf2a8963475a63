#include "hooks/update/carried_accounts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include "core/error.h"
#include "core/watch.h"
#include "hooks/update/interaction_print.h"

namespace recveil::hooks {
namespace {

constexpr std::size_t kMostAccounts = std::size_t{1} << 20;
constexpr std::size_t kMostPrints = std::size_t{1} << 22;
constexpr std::uint32_t kTilts = 7;  // the lowest bits: push_tilt() + 2

std::uint32_t tilt_of(const defense::AccountRow &row, std::size_t e,
                      const defense::RatingScale &scale) {
  return static_cast<std::uint32_t>(2 +
                                    (scale.rated ? defense::push_tilt(row.ratings[e], scale) : 0));
}

std::vector<std::size_t> by_id(std::span<const std::uint64_t> ids) {
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return ids[a] < ids[b]; });
  return order;
}

}  // namespace

CarriedAccounts::Left CarriedAccounts::left(const HashKey &key, const defense::ScreenAccounts &rows,
                                            std::uint64_t batch, double keep) const {
  Left out{std::vector<float>(rows.size(), 0),
           std::vector<defense::CarriedEntry>(rows.items.size())};
  for (std::size_t u = 0; u < rows.size(); ++u) {
    const auto at = std::lower_bound(ids_.begin(), ids_.end(), rows.ids[u]);
    if (at == ids_.end() || *at != rows.ids[u]) continue;
    pulse();
    const auto a = static_cast<std::size_t>(at - ids_.begin());
    const auto share = static_cast<float>(std::pow(keep, static_cast<double>(batch - batches_[a])));
    out.accounts[u] = share * weights_[a];
    const auto first = prints_.begin() + static_cast<std::ptrdiff_t>(offsets_[a]);
    const auto last = prints_.begin() + static_cast<std::ptrdiff_t>(offsets_[a + 1]);
    for (std::size_t e = rows.offsets[u]; e < rows.offsets[u + 1]; ++e) {
      const std::uint32_t print = interaction_print(key, rows.ids[u], rows.items[e]);
      const auto found = std::lower_bound(first, last, print);
      if (found == last || (*found & ~kTilts) != print) continue;
      out.entries[e] = {share, static_cast<std::int8_t>(static_cast<int>(*found & kTilts) - 2)};
    }
  }
  return out;
}

void CarriedAccounts::append(std::uint64_t id, std::uint64_t batch, float weight,
                             std::span<const std::uint32_t> prints) {
  ids_.push_back(id);
  batches_.push_back(batch);
  weights_.push_back(weight);
  prints_.insert(prints_.end(), prints.begin(), prints.end());
  offsets_.push_back(prints_.size());
}

void CarriedAccounts::add(const HashKey &key, const defense::ScreenAccounts &rows,
                          const defense::RatingScale &scale, std::span<const float> weights,
                          std::span<const std::uint8_t> added, std::uint64_t batch) {
  CarriedAccounts out;
  std::size_t old = 0;
  const auto keep_old = [&](std::uint64_t below) {
    for (; old < ids_.size() && ids_[old] < below; ++old) {
      out.append(ids_[old], batches_[old], weights_[old],
                 std::span(prints_).subspan(offsets_[old], offsets_[old + 1] - offsets_[old]));
    }
  };
  std::vector<std::uint32_t> prints;
  for (const std::size_t u : by_id(rows.ids)) {
    pulse();
    const std::uint64_t id = rows.ids[u];
    keep_old(id);
    if (old < ids_.size() && ids_[old] == id) ++old;
    if (!out.ids_.empty() && out.ids_.back() == id) continue;
    prints.clear();
    const defense::AccountRow row = rows.row(u);
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (added[rows.offsets[u] + e] == 0) continue;
      prints.push_back(interaction_print(key, id, row.items[e]) | tilt_of(row, e, scale));
    }
    std::sort(prints.begin(), prints.end());
    out.append(id, batch, weights[u], prints);
  }
  for (; old < ids_.size(); ++old) {
    out.append(ids_[old], batches_[old], weights_[old],
               std::span(prints_).subspan(offsets_[old], offsets_[old + 1] - offsets_[old]));
  }
  *this = std::move(out);
  forget_oldest(batch);
}

void CarriedAccounts::forget_oldest(std::uint64_t newest) {
  if (ids_.size() <= kMostAccounts && prints_.size() <= kMostPrints) return;
  struct Size {
    std::size_t accounts = 0, prints = 0;
  };
  std::map<std::uint64_t, Size, std::greater<>> of_batch;
  for (std::size_t a = 0; a < ids_.size(); ++a) {
    of_batch[batches_[a]].accounts += 1;
    of_batch[batches_[a]].prints += offsets_[a + 1] - offsets_[a];
  }
  Size sum;
  std::uint64_t oldest = newest + 1;  // that is kept
  for (const auto &[batch, size] : of_batch) {
    sum.accounts += size.accounts;
    sum.prints += size.prints;
    if (sum.accounts > kMostAccounts || sum.prints > kMostPrints) break;
    oldest = batch;
  }
  CarriedAccounts out;
  for (std::size_t a = 0; a < ids_.size(); ++a) {
    const std::size_t n = offsets_[a + 1] - offsets_[a];
    // Of a batch that is too large by itself, those that fit.
    const bool fits = oldest > newest && batches_[a] == newest && out.size() < kMostAccounts &&
                      out.prints_.size() + n <= kMostPrints;
    if (batches_[a] < oldest && !fits) continue;
    out.append(ids_[a], batches_[a], weights_[a], std::span(prints_).subspan(offsets_[a], n));
  }
  *this = std::move(out);
}

void CarriedAccounts::write(state::SealedWriter &out) const {
  out.number(ids_.size());
  for (std::size_t a = 0; a < ids_.size(); ++a) {
    out.number(ids_[a]);
    out.number(batches_[a]);
    out.number(std::bit_cast<std::uint32_t>(weights_[a]));
    out.number(offsets_[a + 1] - offsets_[a]);
  }
  out.text({reinterpret_cast<const char *>(prints_.data()), prints_.size() * sizeof prints_[0]});
}

CarriedAccounts CarriedAccounts::read(state::SealedReader &in) {
  CarriedAccounts out;
  const std::uint64_t n = in.number();
  if (n > kMostAccounts) in.damaged();
  std::uint64_t end = 0;
  for (std::uint64_t a = 0; a < n; ++a) {
    out.ids_.push_back(in.number());
    out.batches_.push_back(in.number());
    out.weights_.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(in.number())));
    const std::uint64_t prints = in.number();
    if (prints > kMostPrints - end) in.damaged();
    end += prints;
    out.offsets_.push_back(end);
  }
  const std::string_view prints = in.text();
  if (prints.size() != end * sizeof(std::uint32_t) ||
      !std::is_sorted(out.ids_.begin(), out.ids_.end())) {
    in.damaged();
  }
  out.prints_.resize(end);
  if (end > 0) std::memcpy(out.prints_.data(), prints.data(), prints.size());
  return out;
}

}  // namespace recveil::hooks
