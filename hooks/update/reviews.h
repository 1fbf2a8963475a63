// What was flagged and for what, and what a person said about it. An appeal sticks: an account that
// was overturned is not quarantined again for anything that it had done by then.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "state/sealed.h"

namespace recveil::hooks {

// Users are keyed hashes, interactions are prints (interaction_print.h). An ordinary value.
class Reviews {
 public:
  struct Evidence {
    bool own = false;                    // the account is suspicious for itself
    std::vector<std::uint32_t> targets;  // that it pushes with its group, sorted
    std::vector<std::uint32_t> row;      // all its interactions then, sorted
    void add(const Evidence &other);
  };

  // Was it overturned with all of this: every target was in the row that was reviewed, and where
  // the account is suspicious for itself, the row has at most doubled since.
  bool overturned(std::uint64_t user, const Evidence &evidence) const;
  bool exempt(std::uint64_t user) const { return exempt_.contains(user); }
  // The account is flagged and waits for a review.
  void flag(std::uint64_t user, const Evidence &evidence);
  // Nothing speaks against the account any more; its overturned evidence stays.
  void clear(std::uint64_t user);
  // A later review replaces an earlier one.
  void overturn(std::uint64_t user);
  void confirm(std::uint64_t user);
  void make_exempt(std::uint64_t user);

  std::size_t flagged() const { return flagged_.size(); }
  std::size_t overturned() const { return overturned_.size(); }
  std::size_t exempt() const { return exempt_.size(); }

  void write(state::SealedWriter &out) const;
  static Reviews read(state::SealedReader &in);

 private:
  using Table = std::map<std::uint64_t, Evidence>;
  Table flagged_, overturned_;
  std::set<std::uint64_t> exempt_;
};

}  // namespace recveil::hooks
