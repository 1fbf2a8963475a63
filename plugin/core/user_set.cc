#include "core/user_set.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace recveil {
namespace {

using Hashes = std::vector<std::uint64_t>;

void sort_unique(Hashes &hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

Hashes merged(const Hashes &a, const Hashes &b) {
  Hashes out;
  out.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

Hashes minus(const Hashes &a, const Hashes &b) {
  Hashes out;
  out.reserve(a.size());
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

bool holds(const Hashes &sorted, std::uint64_t hash) noexcept {
  return std::binary_search(sorted.begin(), sorted.end(), hash);
}

}  // namespace

UserSet::UserSet(Hashes hashes) {
  sort_unique(hashes);
  base_ = make_base(std::move(hashes));
}

std::shared_ptr<const UserSet::Base> UserSet::make_base(Hashes sorted_unique) {
  auto base = std::make_shared<Base>();
  base->hashes = std::move(sorted_unique);
  const int bits = std::max(1, static_cast<int>(std::bit_width(base->hashes.size())) - 3);
  base->shift = 64 - bits;
  base->bucket.assign((std::size_t{1} << bits) + 1, 0);
  for (const std::uint64_t hash : base->hashes) ++base->bucket[(hash >> base->shift) + 1];
  for (std::size_t b = 1; b < base->bucket.size(); ++b) base->bucket[b] += base->bucket[b - 1];
  return base;
}

bool UserSet::base_contains(std::uint64_t hash) const noexcept {
  if (!base_) return false;
  const std::uint64_t *first = base_->hashes.data();
  const std::size_t b = hash >> base_->shift;
  return std::binary_search(first + base_->bucket[b], first + base_->bucket[b + 1], hash);
}

bool UserSet::contains(std::uint64_t hash) const noexcept {
  if (base_contains(hash)) return !holds(removed_, hash);
  return holds(added_, hash);
}

Hashes UserSet::sorted() const {
  if (!base_) return added_;
  return merged(minus(base_->hashes, removed_), added_);
}

UserSet UserSet::with(Hashes hashes) const {
  sort_unique(hashes);
  UserSet out;
  out.base_ = base_;
  out.removed_ = minus(removed_, hashes);
  std::erase_if(hashes, [this](std::uint64_t hash) { return base_contains(hash); });
  out.added_ = merged(added_, hashes);
  return std::move(out).compacted();
}

UserSet UserSet::without(Hashes hashes) const {
  sort_unique(hashes);
  UserSet out;
  out.base_ = base_;
  out.added_ = minus(added_, hashes);
  std::erase_if(hashes, [this](std::uint64_t hash) { return !base_contains(hash); });
  out.removed_ = merged(removed_, hashes);
  return std::move(out).compacted();
}

UserSet UserSet::compacted() && {
  const std::size_t changes = added_.size() + removed_.size();
  if (changes > 1024 && changes > base_size() / 8) {
    base_ = make_base(sorted());
    added_.clear();
    removed_.clear();
  }
  return std::move(*this);
}

}  // namespace recveil
