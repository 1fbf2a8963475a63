#include "hooks/serve/erased_users.h"

#include <sodium.h>

#include <numeric>

namespace recveil::hooks {

ErasedUsers::ErasedUsers(std::span<const std::uint64_t> hashes,
                         std::span<const std::int32_t> classes, std::size_t n_attributes)
    : n_attributes_(n_attributes) {
  std::vector<std::size_t> order(hashes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return hashes[a] < hashes[b]; });
  hashes_.reserve(order.size());
  classes_.reserve(order.size() * n_attributes);  // never moved: no copy is left behind
  for (const std::size_t u : order) {
    if (!hashes_.empty() && hashes_.back() == hashes[u]) {
      hashes_.pop_back();
      classes_.resize(classes_.size() - n_attributes);
    }
    hashes_.push_back(hashes[u]);
    for (std::size_t a = 0; a < n_attributes; ++a) {
      classes_.push_back(classes[u * n_attributes + a]);
    }
  }
}

ErasedUsers::~ErasedUsers() {
  sodium_memzero(classes_.data(), classes_.size() * sizeof(std::int32_t));
}

}  // namespace recveil::hooks
