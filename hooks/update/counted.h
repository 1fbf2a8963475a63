// Which accounts the carry-over has counted already, so that one that comes back as it was does not
// count twice.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "state/sealed.h"

namespace recveil::hooks {

// Of accounts as they were: keyed digests of user and interactions, each with the batch it was last
// counted in. An ordinary value. The newest 2^20 are remembered; what is forgotten counts again.
class Counted {
 public:
  // 0: not counted. Otherwise keep to the power of the batches since: what is left of it.
  float weight(std::uint64_t digest, std::uint64_t batch, double keep) const;
  // O(remembered + digests log digests). REQUIRES: batch is no lower than any before.
  void add(std::vector<std::uint64_t> digests, std::uint64_t batch);

  std::size_t size() const { return seen_.size(); }

  void write(state::SealedWriter &out) const;
  static Counted read(state::SealedReader &in);

 private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen_;  // digest and batch, by digest
};

}  // namespace recveil::hooks
