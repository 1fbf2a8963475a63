// What was flagged and for what, and what a person said about it: so that an account is not
// quarantined again by evidence that was overturned.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "state/sealed.h"

namespace recveil::hooks {

// Users are keyed hashes. Evidence: reason bits of the account's own, and the items that its groups
// pushed. An ordinary value.
class Reviews {
 public:
  struct Evidence {
    std::uint32_t reasons = 0;         // bits
    std::vector<std::uint32_t> items;  // pushed, sorted
    // No other reason than these, and no campaign but one that shares an item.
    bool covers(const Evidence &other) const;
    void add(const Evidence &other);
  };

  // Was all this evidence overturned before?
  bool overturned(std::uint64_t user, const Evidence &evidence) const;
  // The account is flagged and waits for a review.
  void flag(std::uint64_t user, const Evidence &evidence);
  // Nothing speaks against the account any more; its overturned evidence stays.
  void clear(std::uint64_t user);
  void overturn(std::uint64_t user);
  void confirm(std::uint64_t user);

  std::size_t flagged() const { return flagged_.size(); }
  std::size_t overturned() const { return overturned_.size(); }

  void write(state::SealedWriter &out) const;
  static Reviews read(state::SealedReader &in);

 private:
  using Table = std::map<std::uint64_t, Evidence>;
  Table flagged_, overturned_;
};

}  // namespace recveil::hooks
