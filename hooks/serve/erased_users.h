// Users with a standing erasure, and the classes that their maps need: in memory alone, wiped when
// it goes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::hooks {

// Immutable; const access from any thread. Lookup: a binary search in the users between two top
// bytes of their keyed hashes. Memory: 8 + 4 n_attributes bytes a user.
class ErasedUsers {
 public:
  ErasedUsers() = default;
  // hashes: of users, in any order; classes: hashes.size() x n_attributes. For a user with two
  // entries the last counts.
  ErasedUsers(std::span<const std::uint64_t> hashes, std::span<const std::int32_t> classes,
              std::size_t n_attributes);
  ~ErasedUsers();
  ErasedUsers(ErasedUsers &&) = default;
  ErasedUsers &operator=(ErasedUsers &&) = default;
  ErasedUsers(const ErasedUsers &) = delete;
  ErasedUsers &operator=(const ErasedUsers &) = delete;

  std::size_t size() const noexcept { return hashes_.size(); }
  // Sets `classes` to those of the user (n_attributes, none where n_attributes is 0).
  bool find(std::uint64_t hash, std::span<const std::int32_t> &classes) const noexcept {
    const auto found = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
    if (found == hashes_.end() || *found != hash) return false;
    const auto at = static_cast<std::size_t>(found - hashes_.begin());
    classes = std::span(classes_).subspan(at * n_attributes_, n_attributes_);
    return true;
  }

 private:
  std::vector<std::uint64_t> hashes_;  // sorted, unique
  std::vector<std::int32_t> classes_;
  std::size_t n_attributes_ = 0;
};

}  // namespace recveil::hooks
