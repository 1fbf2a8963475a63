#include "hooks/update/counted.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace recveil::hooks {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 20;

}  // namespace

float Counted::weight(std::uint64_t digest, std::uint64_t batch, double keep) const {
  const auto at = std::lower_bound(seen_.begin(), seen_.end(), std::pair(digest, std::uint64_t{0}));
  if (at == seen_.end() || at->first != digest) return 0;
  return static_cast<float>(std::pow(keep, static_cast<double>(batch - at->second)));
}

void Counted::add(std::vector<std::uint64_t> digests, std::uint64_t batch) {
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
  out.reserve(seen_.size() + digests.size());
  auto old = seen_.begin();
  for (const std::uint64_t digest : digests) {
    for (; old != seen_.end() && old->first < digest; ++old) out.push_back(*old);
    if (old != seen_.end() && old->first == digest) ++old;
    out.emplace_back(digest, batch);
  }
  out.insert(out.end(), old, seen_.end());
  seen_ = std::move(out);
  while (seen_.size() > kMost) {
    std::uint64_t oldest = batch;
    for (const auto &one : seen_) oldest = std::min(oldest, one.second);
    std::size_t over = seen_.size() - kMost;
    std::erase_if(seen_, [&](const auto &one) {
      if (one.second != oldest || over == 0) return false;
      --over;
      return true;
    });
  }
}

void Counted::write(state::SealedWriter &out) const {
  out.number(seen_.size());
  for (const auto &[digest, batch] : seen_) {
    out.number(digest);
    out.number(batch);
  }
}

Counted Counted::read(state::SealedReader &in) {
  Counted out;
  const std::uint64_t n = in.number();
  if (n > kMost) throw Error(Status::io, "accounts that were counted: too many");
  out.seen_.reserve(n);
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::uint64_t digest = in.number();
    out.seen_.emplace_back(digest, in.number());
  }
  if (!std::is_sorted(out.seen_.begin(), out.seen_.end())) {
    throw Error(Status::io, "accounts that were counted: not in order");
  }
  return out;
}

}  // namespace recveil::hooks
